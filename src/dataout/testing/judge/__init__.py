"""The judge: who belongs to a segment, found the slow and obvious way.

Written from docs/semantics.md over the YAML mapping itself, and importing nothing else of ours, so
that it can be wrong only by itself. Engines are compared with it, on fixtures and on random input.

* ``times``       instants, durations, windows
* ``numbers``     exact numbers
* ``values``      what a value is, and the operators that test one
* ``merges``      which profiles are one person
* ``versions``    the copies of an event, and which of them counts
* ``history``     rows in, people out: what was held and known at an instant
* ``orders``      lines that share a key, and what has been taken off them
* ``streams``     the events, or orders, that a condition is about
* ``measures``    how many they are, how much they amount to
* ``events``      the event condition, and sequences of events
* ``traits``      values computed per person
* ``conditions``  every other condition, and the tree that joins them
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dataout.testing.judge.conditions import holds
from dataout.testing.judge.history import World, people
from dataout.testing.judge.merges import rules_of
from dataout.testing.judge.streams import Case
from dataout.testing.judge.times import Moment, Unjudged, instant

__all__ = ["Unjudged", "members"]

Row = Mapping[str, Any]


def members(  # noqa: PLR0913  -- the public question has this many parts: evaluate has the same
    segments: Mapping[str, Mapping[str, Any]],
    *,
    profiles: Iterable[Row],
    events: Iterable[Row],
    lists: Mapping[str, Iterable[str | Row]] | None = None,
    objects: Iterable[Row] = (),
    traits: Mapping[str, Mapping[str, Any]] | None = None,
    catalog: Mapping[str, Any] | None = None,
    identity: Mapping[str, Any] | None = None,
    splits: Iterable[Row] = (),
    at: object,
    as_known_at: object = None,
    timezone: str = "UTC",
) -> dict[str, frozenset[str]]:
    """Answer who is in each segment at ``at``, with what had been received by ``as_known_at``.

    Args:
        segments: ``{name: {"who": condition}}``, as in YAML.
        profiles: rows ``{profile_id, attributes?, deleted?, set_at?, received_at?}``; they may
            repeat. Here and below, each of the two times defaults to the other, both to: always.
        events: rows ``{profile_id, event, event_time, properties?, event_id?, source?, op?,
            received_at?}``; ``received_at`` defaults to ``event_time``. ``op: delete`` needs
            no more than ``event_id``.
        lists: ``{name: members}``; a member is a profile id or a row
            ``{profile_id, member?, set_at?, received_at?}``.
        objects: rows ``{type, object_id, attributes?, set_at?, received_at?}``; where one names a
            ``profile_id``, that one is related to the object (``related: false``: is no more), and
            ``via`` says how.
        traits: ``{name: definition}``, as in YAML.
        catalog: as in YAML; those of its ``events`` that have an ``order_key`` are orders.
        identity: by what profiles merge, as in YAML; identifiers are attributes of their names.
        splits: rows ``{profile_id?, kind, value, at}``: from then on, that profile (or nobody)
            merges by this value any more.
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
    listed = {name: tuple(rows) for name, rows in (lists or {}).items()}
    rules = rules_of(identity)
    rows = (tuple(profiles), tuple(events), listed, tuple(objects))
    world = World(*rows, rules, tuple(splits))
    declared = ((catalog or {}).get("events") or {}).items()
    orders = {name: event for name, event in declared if event and event.get("order_key")}
    moment = Moment(now, timezone)
    case = Case(segments, traits or {}, orders, frozenset(listed), moment)
    crowd = people(world, now, known, timezone)
    return {
        name: frozenset(p.profile_id for p in crowd if holds(segment["who"], p, case))
        for name, segment in segments.items()
    }
