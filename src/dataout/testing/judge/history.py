"""Rows in, people out: what was held, and known, at an instant."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dataout.testing.judge.merges import (
    Held,
    Rules,
    claims,
    named,
    stated,
    survivors,
)
from dataout.testing.judge.times import Unjudged, instant
from dataout.testing.judge.versions import current, strangers

Row = Mapping[str, Any]

SKEW: Final = 300_000
"""By how many milliseconds a source's clock may run ahead, unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that was ever received, as rows in the order of their landing."""

    profiles: Sequence[Row]
    events: Sequence[Row]
    lists: Mapping[str, Sequence[str | Row]]
    objects: Sequence[Row] = ()
    rules: Rules = field(default_factory=Rules)
    splits: Sequence[Row] = ()


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
class Related:
    """An object that a profile is related to: its attributes, and the relationship's own."""

    type: str
    attributes: Mapping[str, Any]
    via: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """One profile, as it was at the instant asked for. Its events stand oldest first.

    ``values`` holds, per attribute, from when on it had which value, oldest first; ``first_seen``
    is the earliest of its events and attributes, minus infinity standing for always.
    """

    profile_id: str
    attributes: Mapping[str, Any]
    values: Mapping[str, Sequence[tuple[float, Any]]]
    events: tuple[Event, ...]
    lists: frozenset[str]
    related: tuple[Related, ...]

    @property
    def first_seen(self) -> float | None:
        """The earliest instant at which anything is known of it; None: it was never seen.

        That an attribute has always been nothing is not known of anybody.
        """
        attributes = [
            set_at
            for values in self.values.values()
            for set_at, value in values
            if set_at > -math.inf or not _is_nothing(value)
        ]
        return min([*attributes, *(event.time for event in self.events)], default=None)


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


@dataclass(frozen=True, slots=True)
class Statement:
    """That something was so of its owner, from ``set_at`` on, learned of at ``received``."""

    owner: Hashable
    name: Hashable
    value: Any
    order: tuple[float, float, int]


@dataclass(frozen=True, slots=True)
class Told:
    """Statements that were held by now, and known, in the order in which the newest wins."""

    by_owner: Mapping[Hashable, Sequence[Statement]] = field(default_factory=dict)

    def newest(self, owner: Hashable) -> dict[Any, Any]:
        """Give the newest value of each name, by (set_at, received_at, landing)."""
        return {each.name: each.value for each in self.by_owner.get(owner, ())}

    def over_time(self, owner: Hashable) -> dict[Any, list[tuple[float, Any]]]:
        """Give all values of each name; of several set at one instant, the newest."""
        found: dict[Any, dict[float, Any]] = defaultdict(dict)
        for each in self.by_owner.get(owner, ()):
            found[each.name][each.order[0]] = each.value
        return {name: list(values.items()) for name, values in found.items()}


def people(world: World, now: int, known: int | None, zone: str) -> list[Person]:
    """Gather everybody whom a row names, as they were at ``now``, as far as known at ``known``."""
    limit = math.inf if known is None else known
    world = _all_named(world)
    whose = owners(world, limit, zone)
    memberships = list(_memberships(world.lists, zone))
    relationships = list(_relationships(world.objects, zone))
    arrivals = [_received(row, zone) for row in world.events]
    rejected = strangers(world.events, arrivals)
    rows = (*world.profiles, *(e for n, e in enumerate(world.events) if n not in rejected))
    came = [str(row["profile_id"]) for row in rows if row.get("profile_id")]
    came += [str(each.owner) for each in (*memberships, *relationships)]
    names = dict.fromkeys(whose.get(name, name) for name in came)

    def told(statements: Iterable[Statement]) -> Told:
        return _told((_passed_on(each, whose) for each in statements), now, limit)

    attributes = told(_attributes(world.profiles, zone))
    lists, relations = told(memberships), told(relationships)
    objects = _told(_objects(world.objects, zone), now, limit)
    deletions = told(_deletions(world.profiles, zone))
    counting = (_event(world.events[n], n, zone) for n in current(world.events, arrivals, limit))
    events = [_of(event, whose) for event in counting if event.time <= now]
    events.sort(key=lambda event: (event.time, event.received, event.row))
    return [
        Person(
            name,
            attributes.newest(name),
            attributes.over_time(name),
            tuple(event for event in events if event.profile_id == name),
            frozenset(k for k, member in lists.newest(name).items() if member),
            tuple(
                Related(thing[0], objects.newest(thing), via)
                for thing, (related, via) in relations.newest(name).items()
                if related
            ),
        )
        for name in names
        if not deletions.newest(name).get("deleted")
    ]


def _all_named(world: World) -> World:
    """Let every row of a profile or an event name one."""
    profiles, events = ([named(row) for row in rows] for rows in (world.profiles, world.events))
    return replace(world, profiles=profiles, events=events)


def owners(world: World, known: float, zone: str) -> Mapping[str, str]:
    """Say whose each profile's records are, as far as was known; who is not named keeps theirs.

    Every row is to name a profile.
    """
    arrivals = [_received(row, zone) for row in world.events]
    rejected = strangers(world.events, arrivals)
    held = [*_held(world, rejected, arrivals, zone)]
    splits = [row for row in world.splits if _required(row["at"], zone) <= known]
    seen: dict[str, float] = {}
    for number in current(world.events, arrivals, known):
        event = _event(world.events[number], number, zone)
        seen[event.profile_id] = min(event.time, seen.get(event.profile_id, math.inf))
    for each in _attributes(world.profiles, zone):
        if each.order[1] <= known:
            owner = str(each.owner)
            seen[owner] = min(each.order[0], seen.get(owner, math.inf))
    known_by_then = [each for each in held if each.received <= known]
    return survivors(known_by_then, world.rules, splits, seen.get)


def _held(world: World, rejected: set[int], arrivals: Sequence[float], zone: str) -> Iterator[Held]:
    for landing, row in enumerate(world.profiles):
        set_at, received, _ = _order(row, landing, zone)
        yield from stated(row, world.rules, (set_at, received))
    for number, row in enumerate(world.events):
        if number not in rejected and row.get("profile_id") not in (None, ""):
            timed = row.get("event_time") is not None
            since = _event(row, number, zone).time if timed else arrivals[number]
            yield from claims(row, (since, arrivals[number]))


def _passed_on(statement: Statement, whose: Mapping[str, str]) -> Statement:
    owner = str(statement.owner)
    return replace(statement, owner=whose.get(owner, owner))


def _of(event: Event, whose: Mapping[str, str]) -> Event:
    return replace(event, profile_id=whose.get(event.profile_id, event.profile_id))


def _event(row: Row, landing: int, zone: str) -> Event:
    """Read a row. A clock that runs ahead by a little is corrected: it happened when received."""
    happened = _required(row["event_time"], zone)
    received = happened if row.get("received_at") is None else _required(row["received_at"], zone)
    return Event(
        str(row["profile_id"]),
        row["event"],
        received if received < happened <= received + SKEW else happened,
        received,
        landing,
        row.get("properties") or {},
    )


def _received(row: Row, zone: str) -> float:
    """Say when a row of an event was received; what has no time was always known."""
    given = (row.get("received_at"), row.get("event_time"))
    return next((_required(each, zone) for each in given if each is not None), -math.inf)


def _told(statements: Iterable[Statement], now: int, known: float) -> Told:
    told: dict[Hashable, list[Statement]] = defaultdict(list)
    for statement in sorted(statements, key=lambda each: each.order):
        set_at, received, _ = statement.order
        if set_at <= now and received <= known:
            told[statement.owner].append(statement)
    return Told(told)


def _attributes(rows: Sequence[Row], zone: str) -> Iterator[Statement]:
    for landing, row in enumerate(rows):
        for name, value in (row.get("attributes") or {}).items():
            yield Statement(str(row["profile_id"]), name, value, _order(row, landing, zone))


def _deletions(rows: Sequence[Row], zone: str) -> Iterator[Statement]:
    for landing, row in enumerate(rows):
        if row.get("deleted") is not None:
            order = _order(row, landing, zone)
            yield Statement(str(row["profile_id"]), "deleted", row["deleted"], order)


def _memberships(lists: Mapping[str, Sequence[str | Row]], zone: str) -> Iterator[Statement]:
    for name, rows in lists.items():
        for landing, each in enumerate(rows):
            row: Row = {"profile_id": each} if isinstance(each, str) else each
            order = _order(row, landing, zone)
            yield Statement(str(row["profile_id"]), name, row.get("member", True), order)


def _objects(rows: Sequence[Row], zone: str) -> Iterator[Statement]:
    for landing, row in enumerate(rows):
        for name, value in (row.get("attributes") or {}).items():
            yield Statement(_thing(row), name, value, _order(row, landing, zone))


def _relationships(rows: Sequence[Row], zone: str) -> Iterator[Statement]:
    """Read who is related to what; a relationship's attributes are told anew with each row."""
    for landing, row in enumerate(rows):
        if row.get("profile_id") is None:
            continue
        told = (row.get("related", True), row.get("via") or {})
        yield Statement(str(row["profile_id"]), _thing(row), told, _order(row, landing, zone))


def _thing(row: Row) -> tuple[str, str]:
    return (row["type"], str(row["object_id"]))


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
