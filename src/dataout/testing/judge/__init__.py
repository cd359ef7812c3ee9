"""The judge: who belongs to a segment, found the slow and obvious way.

Written from docs/semantics.md over the YAML mapping itself, and importing nothing else of ours, so
that it can be wrong only by itself. Engines are compared with it, on fixtures and on random input.

* ``times``       instants, durations, windows
* ``values``      what a value is, and the operators that test one
* ``history``     rows in, people out: what was held and known at an instant
* ``events``      the event condition: which events match, and what they measure
* ``conditions``  every other condition, and the tree that joins them
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dataout.testing.judge.conditions import Case, holds
from dataout.testing.judge.history import World, people
from dataout.testing.judge.times import Moment, Unjudged, instant

__all__ = ["Unjudged", "members"]

Row = Mapping[str, Any]


def members(  # noqa: PLR0913  -- the public question has this many parts: evaluate has the same
    segments: Mapping[str, Mapping[str, Any]],
    *,
    profiles: Iterable[Row],
    events: Iterable[Row],
    lists: Mapping[str, Iterable[str | Row]] | None = None,
    at: object,
    as_known_at: object = None,
    timezone: str = "UTC",
) -> dict[str, frozenset[str]]:
    """Answer who is in each segment at ``at``, with what had been received by ``as_known_at``.

    Args:
        segments: ``{name: {"who": condition}}``, as in YAML.
        profiles: rows ``{profile_id, attributes, set_at?, received_at?}``; they may repeat. Here and
            below, each of the two times defaults to the other, and both to: always.
        events: rows ``{profile_id, event, event_time, properties?, event_id?, source?,
            received_at?}``; ``received_at`` defaults to ``event_time``.
        lists: ``{name: members}``; a member is a profile id or a row
            ``{profile_id, member?, set_at?, received_at?}``.
        at: a datetime, an ISO-8601 text or unix seconds; finer than a millisecond is cut off.
        as_known_at: the same; None: with all that is known.
        timezone: IANA name of the zone in which a time without offset is read.

    Returns:
        For each segment the ids of its members. Everybody whom any row names can be one, whenever
        that row was set or received.

    Raises:
        Unjudged: a definition or a row says what the judge does not understand.

    >>> members({"buyers": {"who": {"event": "purchase", "within": "4h"}}}, at=14400, events=[
    ...     {"profile_id": "ann", "event": "purchase", "event_time": 0.001},
    ...     {"profile_id": "bob", "event": "purchase", "event_time": 0},
    ... ], profiles=[])
    {'buyers': frozenset({'ann'})}

    """
    now = instant(at, timezone)
    known = None if as_known_at is None else instant(as_known_at, timezone)
    if now is None or (known is None and as_known_at is not None):
        raise Unjudged(f"at and as_known_at must be instants: {at!r}, {as_known_at!r}")
    world = World(tuple(profiles), tuple(events), {n: tuple(m) for n, m in (lists or {}).items()})
    case = Case(segments, Moment(now, timezone), frozenset(world.lists))
    crowd = people(world, now, known, timezone)
    return {
        name: frozenset(p.profile_id for p in crowd if holds(segment["who"], p, case))
        for name, segment in segments.items()
    }
