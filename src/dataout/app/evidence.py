"""A condition's tree for one person: what holds, and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dataout.audiences.evaluate import evaluate
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.segments.describe import label
from dataout.segments.nesting import traits_within
from dataout.segments.translate import Definitions, program, trait_value
from dataout.segments.tree import (
    All,
    AnyOf,
    AttributeIs,
    Condition,
    EventIs,
    InSegment,
    Not,
    Related,
    Sequence,
    Stream,
    TraitIs,
    TraitMath,
)
from dataout.sql.computed import trait_values
from dataout.sql.evidence import newest_events, newest_relations, newest_value
from dataout.sql.scope import Scope

MOST = 5
"""Events shown per condition: the newest tell the story."""
MOST_TRAITS = 10
"""Traits shown per condition: itself, and the nearest of those that it is computed of."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An event, a value or a related object that a condition rests on."""

    what: str
    at: Instant
    received_at: Instant | None
    value: Any


@dataclass(frozen=True, slots=True)
class TraitValue:
    """What a trait comes to, exactly; None where it is absent."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Branch:
    """One condition: in words, whether it holds, on what evidence, and the conditions within.

    ``traits`` are the trait that it tests, first, and the nearest of those that it is computed of.
    """

    condition: str
    holds: bool
    traits: tuple[TraitValue, ...]
    evidence: tuple[Seen, ...]
    of: tuple[Branch, ...]


def explain_condition(
    engine: Engine, name: str, definitions: Definitions, slot: int, scope: Scope
) -> Branch:
    """Evaluate a segment and everything inside it for the profile in ``slot``."""
    one = Scope(scope.at, scope.known_at, scope.zone, people="explained")
    engine.execute("CREATE OR REPLACE TEMP TABLE explained AS SELECT $slot AS slot", {"slot": slot})
    segments = definitions.segments
    parts = dict(_parts(segments[name], name, segments))
    within = replace(definitions, segments={**segments, **parts})
    columns = evaluate(engine, program(within, parts), one)
    rows = engine.query("SELECT * FROM evaluation").to_pylist()
    truth = rows[0] if rows else {}
    # Who is deleted has no row: nothing holds for them.
    holds = {path: bool(truth.get(column)) for path, column in columns.items()}
    return _branch(engine, segments[name], name, definitions, holds, one)


def _parts(
    condition: Condition, path: str, segments: Mapping[str, Condition]
) -> Iterator[tuple[str, Condition]]:
    """Name every condition within a condition by its path, the inside of nested segments too."""
    yield path, condition
    for number, part in enumerate(_inside(condition, segments)):
        yield from _parts(part, f"{path}/{number}", segments)


def _inside(condition: Condition, segments: Mapping[str, Condition]) -> tuple[Condition, ...]:
    match condition:
        case All(of) | AnyOf(of):
            return of
        case Not(part):
            return (part,)
        case InSegment(name):
            return (segments[name],)
        case _:
            return ()


def _branch(
    engine: Engine,
    condition: Condition,
    path: str,
    definitions: Definitions,
    holds: Mapping[str, bool],
    scope: Scope,
) -> Branch:
    inside = tuple(
        _branch(engine, part, f"{path}/{number}", definitions, holds, scope)
        for number, part in enumerate(_inside(condition, definitions.segments))
    )
    evidence = _evidence(engine, condition, definitions, scope)
    traits = _traits(engine, condition, definitions, scope)
    return Branch(label(condition), holds[path], traits, evidence, inside)


def _traits(
    engine: Engine, condition: Condition, definitions: Definitions, scope: Scope
) -> tuple[TraitValue, ...]:
    if not isinstance(condition, TraitIs):
        return ()
    names = traits_within(condition.name, definitions.traits)[:MOST_TRAITS]
    query = trait_values([trait_value(definitions, name) for name in names], scope)
    (row,) = engine.query(query.sql(dialect=engine.dialect)).to_pylist()
    return tuple(
        TraitValue(name, json.loads(row[f"v{number}"] or "null", parse_float=Decimal))
        for number, name in enumerate(names)
    )


def _evidence(
    engine: Engine, condition: Condition, definitions: Definitions, scope: Scope
) -> tuple[Seen, ...]:
    match condition:
        case EventIs(stream, since=since):
            anchor = _events(engine, since.stream, scope) if since is not None else ()
            return (*anchor, *_events(engine, stream, scope))
        case Sequence(first, then, never):
            streams = [first.stream, *(step.stream for step in then)]
            streams += [never.stream] if never is not None else []
            return tuple(seen for stream in streams for seen in _events(engine, stream, scope))
        case TraitIs(name):
            inside = [definitions.traits[each] for each in traits_within(name, definitions.traits)]
            read = dict.fromkeys(
                trait.stream for trait in inside if not isinstance(trait, TraitMath)
            )
            return tuple(seen for stream in read for seen in _events(engine, stream, scope))
        case Related(type_):
            return _relations(engine, type_, scope)
        case AttributeIs(path):
            query = newest_value(path[0], scope).sql(dialect=engine.dialect)
            return tuple(
                Seen(path[0], Instant(row["set_at"]), None, json.loads(row["value"] or "null"))
                for row in engine.query(query).to_pylist()
            )
        case _:
            return ()


def _relations(engine: Engine, kind: str, scope: Scope) -> tuple[Seen, ...]:
    query = newest_relations(kind, scope, MOST).sql(dialect=engine.dialect)
    return tuple(
        Seen(
            f"{kind} {row['object_id']}",
            Instant(row["set_at"]),
            Instant(row["received_at"]),
            {
                "attributes": json.loads(row["attributes"] or "{}"),
                "via": json.loads(row["via"] or "{}"),
            },
        )
        for row in engine.query(query).to_pylist()
    )


def _events(engine: Engine, stream: Stream, scope: Scope) -> tuple[Seen, ...]:
    query = newest_events(stream, scope, MOST).sql(dialect=engine.dialect)
    return tuple(
        Seen(
            row["name"],
            Instant(row["event_time"]),
            Instant(row["received_at"]),
            json.loads(row["properties"] or "null"),
        )
        for row in engine.query(query).to_pylist()
    )
