"""Rows in, people out: what was held, and known, at an instant."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dataout.testing.judge.times import Unjudged, instant

Row = Mapping[str, Any]

SKEW: Final = 300_000
"""By how many milliseconds a source's clock may run ahead, unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that was ever received, as rows in the order of their landing."""

    profiles: Sequence[Row]
    events: Sequence[Row]
    lists: Mapping[str, Sequence[str | Row]]


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``row`` is its landing number, the last judge between ties in time."""

    profile_id: str
    name: str
    time: int
    received: int
    row: int
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """One profile, as it was at the instant asked for. Its events stand oldest first."""

    profile_id: str
    attributes: Mapping[str, Any]
    events: tuple[Event, ...]
    lists: frozenset[str]


@dataclass(frozen=True, slots=True)
class Statement:
    """That something was so, from ``set_at`` on, learned of at ``received``."""

    profile_id: str
    name: str
    value: Any
    order: tuple[float, float, int]

    def counts(self, now: int, known: float) -> bool:
        """Tell whether it was held by now, and known."""
        set_at, received, _ = self.order
        return set_at <= now and received <= known


def people(world: World, now: int, known: int | None, zone: str) -> list[Person]:
    """Gather everybody whom a row names, as they were at ``now``, as far as known at ``known``."""
    limit = math.inf if known is None else known
    attributes = _newest(_attributes(world.profiles, zone), now, limit)
    memberships = list(_memberships(world.lists, zone))
    lists = _newest(memberships, now, limit)
    names = dict.fromkeys(str(row["profile_id"]) for row in (*world.profiles, *world.events))
    names |= dict.fromkeys(membership.profile_id for membership in memberships)
    events = [
        event
        for event in _first_received(world.events, zone)
        if event.time <= now and event.received <= limit
    ]
    events.sort(key=lambda event: (event.time, event.received, event.row))
    return [
        Person(
            name,
            attributes.get(name, {}),
            tuple(event for event in events if event.profile_id == name),
            frozenset(k for k, member in lists.get(name, {}).items() if member),
        )
        for name in names
    ]


def _first_received(rows: Sequence[Row], zone: str) -> Iterator[Event]:
    """Drop repeated event ids, per source: the first received counts, whenever it happened."""
    arrivals = [(_event(row, n, zone), row) for n, row in enumerate(rows)]
    arrivals.sort(key=lambda arrival: (arrival[0].received, arrival[0].row))
    seen = set()
    for event, row in arrivals:
        identity = (row.get("source") or "", row.get("event_id"))
        if not row.get("event_id") or identity not in seen:
            seen.add(identity)
            yield event


def _event(row: Row, landing: int, zone: str) -> Event:
    """Read a row. A clock that runs ahead by a little is corrected: it happened when received."""
    happened = _required(row["event_time"], zone)
    stated = row.get("received_at")
    received = happened if stated is None else _required(stated, zone)
    return Event(
        str(row["profile_id"]),
        row["event"],
        received if received < happened <= received + SKEW else happened,
        received,
        landing,
        row.get("properties") or {},
    )


def _newest(statements: Iterable[Statement], now: int, known: float) -> dict[str, dict[str, Any]]:
    """Keep, per profile and name, the newest value by (set_at, received_at, landing)."""
    current: dict[str, dict[str, Any]] = {}
    for statement in sorted(statements, key=lambda each: each.order):
        if statement.counts(now, known):
            current.setdefault(statement.profile_id, {})[statement.name] = statement.value
    return current


def _attributes(rows: Sequence[Row], zone: str) -> Iterator[Statement]:
    for landing, row in enumerate(rows):
        for name, value in (row.get("attributes") or {}).items():
            yield Statement(str(row["profile_id"]), name, value, _order(row, landing, zone))


def _memberships(lists: Mapping[str, Sequence[str | Row]], zone: str) -> Iterator[Statement]:
    for name, rows in lists.items():
        for landing, each in enumerate(rows):
            row: Row = {"profile_id": each} if isinstance(each, str) else each
            order = _order(row, landing, zone)
            yield Statement(str(row["profile_id"]), name, row.get("member", True), order)


def _order(row: Row, landing: int, zone: str) -> tuple[float, float, int]:
    """Order by time; each of the two times defaults to the other, and both to: always."""
    given = [row.get("set_at"), row.get("received_at")]
    times = [None if each is None else _required(each, zone) for each in given]
    one = next((each for each in times if each is not None), -math.inf)
    set_at, received = (one if each is None else each for each in times)
    return (set_at, received, landing)


def _required(value: object, zone: str) -> int:
    found = instant(value, zone)
    if found is None:
        raise Unjudged(f"not an instant: {value!r}")
    return found
