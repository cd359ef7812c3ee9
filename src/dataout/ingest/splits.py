"""Who is one person by what, and how a merge is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataout.errors import UsageError
from dataout.identity.merging import ANONYMOUS_ID, MergeRules, comparable, is_anonymous
from dataout.ingest.graph import joining, regroup, rules_known
from dataout.model.people import Field, Instant
from dataout.ports import Engine
from dataout.sql.named import statement

Ban = tuple[int | None, str | None, str | None]
"""A profile (None: nobody), a kind and a value by which it merges no more."""

NOT_MERGED = "Nothing was merged here that could be split."


@dataclass(frozen=True, slots=True)
class Joined:
    """A profile of a person, and a value by which it belongs to them (None: by none of its own)."""

    profile_id: str
    origin: int
    kind: str | None
    value: str | None


def joined(engine: Engine, slot: int) -> Sequence[Joined]:
    """List the profiles that are one person, each with all values by which they are."""
    rules = rules_known(engine)
    merging = [] if rules is None else list(joining(rules).merging)
    rows = engine.query(_sql("joined"), {"slot": slot, "merging": merging}).to_pylist()
    return [Joined(**row) for row in rows]


def split(engine: Engine, person: str, rules: MergeRules, now: Instant) -> Sequence[str]:
    """Undo merges, for good: what was split does not merge by the same values again.

    ``person`` is a profile id, and that profile leaves the others, with the anonymous ids that it
    claimed (if it is merged with nothing else, it leaves these); or ``KIND:VALUE``, and those leave
    each other whom that value merged. Gives the profile ids of the people that come of it.
    Raises ``UsageError`` where there is nothing to split.
    """
    with engine.transaction():
        found = engine.query(_sql("person"), {"person": person}).to_pylist()
        if found:
            return _leave(engine, int(found[0]["origin"]), now)
        kind, value = _value(person, rules)
        holders = engine.query(_sql("holders"), {"kind": kind, "value": value}).to_pylist()
        slots = [int(row["slot"]) for row in holders if row["profiles"] > 1]
        return _undo(engine, [(None, kind, value)] if slots else [], slots, now)


def _leave(engine: Engine, origin: int, now: Instant) -> Sequence[str]:
    """Let a profile leave the others, by way of the anonymous ids only if there is no other."""
    slot, links = _links(engine, origin)
    strong = [link for link in links if link[1] != ANONYMOUS_ID]
    people = _undo(engine, strong or links, [slot], now)
    now_with, left = _links(engine, origin)
    others = [each for each in joined(engine, now_with) if each.origin != origin]
    if strong and any(not is_anonymous(each.profile_id) for each in others):
        return _undo(engine, left, [slot, now_with], now)
    return people


def _links(engine: Engine, origin: int) -> tuple[int, Sequence[Ban]]:
    """Say which person a profile is part of, and by which values of its own."""
    (row,) = engine.query(_sql("whose_origin"), {"origin": origin}).to_pylist()
    slot = int(row["slot"])
    mine = [each for each in joined(engine, slot) if each.origin == origin and each.kind]
    return slot, [(origin, each.kind, each.value) for each in mine]


def _undo(
    engine: Engine,
    bans: Sequence[Ban],
    slots: Sequence[int],
    now: Instant,
) -> Sequence[str]:
    spelled = rules_known(engine)
    if not bans or spelled is None:
        hint = "See dataout explain PERSON SEGMENT: it names what was merged."
        raise UsageError(NOT_MERGED, hint)
    for origin, kind, value in bans:
        ban = {"origin": origin, "kind": kind, "value": value, "now": now}
        engine.execute(_sql("split"), ban)
    engine.execute(_sql("region_of"), {"slots": list(slots)})
    engine.execute(_sql("barred_before"))
    regroup(engine, joining(spelled), now)
    rows = engine.query(_sql("people_after"), {"slots": list(slots)}).to_pylist()
    return [str(row["profile_id"]) for row in rows]


def _value(person: str, rules: MergeRules) -> tuple[str, str]:
    kind, _, raw = person.partition(":")
    if kind == ANONYMOUS_ID and raw:
        return kind, raw
    if kind in [field.value for field in Field] and raw:
        found = comparable(Field(kind), raw, "", rules.region)
        if found is not None:
            return kind, found.value
    raise UsageError(
        "There is no such person in this environment.",
        "Give a profile id, or KIND:VALUE as in email:jane@example.com.",
    )


def _sql(name: str) -> str:
    return statement("graph", name)
