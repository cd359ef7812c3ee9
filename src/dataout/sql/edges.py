"""Edges as rows: every instant at which a segment can change for a profile without new data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from sqlglot import exp

from dataout.segments.edges import (
    AttributeEdge,
    AttributeValueEdge,
    DeletionEdge,
    Edge,
    EventDayEdge,
    EventEdge,
    FirstSeenEdge,
    ListEdge,
    PropertyEdge,
    RelationEdge,
    edges_of,
    offsets,
)
from dataout.segments.formulas import Program
from dataout.segments.values import (
    Age,
    AnyElement,
    CalendarDays,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OlderThan,
    PropertyIs,
    Test,
    TimeTest,
    Within,
    WithinNext,
)
from dataout.sql.instants import midnight
from dataout.sql.named import text
from dataout.sql.scope import History, Scope
from dataout.sql.values import (
    Properties,
    dig,
    element_of,
    instant_of,
    over_elements,
    parsed,
    property_of,
    union_all,
)


@dataclass(frozen=True, slots=True)
class Edges:
    """``rows`` selects (slot, number, moment); ``numbers`` says which of them are a segment's.

    All moments are there, past ones too, and may repeat. None: nothing has an edge.
    """

    rows: exp.Query | None
    numbers: Mapping[str, tuple[int, ...]]


def edges(program: Program, scope: Scope) -> Edges:
    """Compile the edges of all segments of a program, of the people that ``scope`` looks at."""
    of_segments = {name: edges_of(formula) for name, formula in program.formulas.items()}
    every = sorted({edge for found in of_segments.values() for edge in found}, key=repr)
    numbers = {edge: number for number, edge in enumerate(every)}
    return Edges(
        union_all(_rows(numbers, scope)),
        {
            name: tuple(sorted(numbers[edge] for edge in found))
            for name, found in of_segments.items()
        },
    )


def _rows(numbers: Mapping[Edge, int], scope: Scope) -> Iterator[exp.Select]:
    after = {edge: n for edge, n in numbers.items() if isinstance(edge, EventEdge)}
    if after:
        yield _after_events(after, scope)
    for edge, number in numbers.items():
        match edge:
            case EventEdge():
                continue
            case EventDayEdge(names, days):
                midnights = exp.array(*_midnights(exp.column("event_time"), days))
                yield _of_events(names, number, [midnights], scope)
            case PropertyEdge(names, where):
                moments = list(_flips(where, property_of(exp.column("properties")), scope))
                yield _of_events(names, number, moments, scope)
            case AttributeEdge(name, span):
                yield _of("attributes", "name", name, number, [_set(span)], scope)
            case AttributeValueEdge(name, where):
                moments = list(_flips(where, property_of(exp.column("value")), scope))
                yield _of("attributes", "name", name, number, moments, scope)
            case ListEdge(name):
                yield _of("list_members", "list", name, number, [_set(0)], scope)
            case RelationEdge():
                yield from _of_relation(edge, number, scope)
            case FirstSeenEdge(span):
                yield _of_first_seen(number, span, scope)
            case DeletionEdge():
                yield _moments("deletions", number, [_set(0)], scope)
            case _:
                assert_never(edge)


def _after_events(after: Mapping[EventEdge, int], scope: Scope) -> exp.Select:
    """Scan the events once for all that is counted from them."""
    wanted = [
        (name, edge.after, number)
        for edge, number in after.items()
        for name in (edge.names or (None,))
    ]
    values = ", ".join(
        f"({'NULL' if name is None else text(name)}, CAST({span} AS BIGINT), {number})"
        for name, span, number in wanted
    )
    return parsed(
        f"""SELECT e.slot, wanted.number, e.event_time + wanted.span AS moment
            FROM events AS e JOIN (VALUES {values}) AS wanted (name, span, number)
              ON wanted.name IS NULL OR wanted.name = e.name
            WHERE {_known("events", scope, "e")}"""
    )


def _of_events(
    names: Sequence[str], number: int, moments: Sequence[exp.Expr], scope: Scope
) -> exp.Select:
    query = _moments("events", number, moments, scope)
    return query.where(exp.column("name").isin(*names)) if names else query


def _of(
    table: History, column: str, name: str, number: int, moments: Sequence[exp.Expr], scope: Scope
) -> exp.Select:
    return _moments(table, number, moments, scope).where(exp.column(column).eq(name))


def _moments(table: History, number: int, moments: Sequence[exp.Expr], scope: Scope) -> exp.Select:
    """Select the moments of each row, given as lists."""
    every = ", ".join(moment.sql("duckdb") for moment in moments)
    return parsed(
        f"""SELECT slot, {number} AS number, unnest(flatten([{every}])) AS moment
            FROM {table} WHERE {_known(table, scope)}"""
    )


def _set(span: int) -> exp.Expr:
    return exp.array(_later(exp.column("set_at"), span))


def _of_first_seen(number: int, span: int, scope: Scope) -> exp.Select:
    return parsed(
        f"""SELECT slot, {number} AS number, min(moment) + {span} AS moment FROM (
              SELECT slot, min(event_time) AS moment FROM events
              WHERE {_known("events", scope)} GROUP BY slot
              UNION ALL
              SELECT slot, min(set_at) FROM attributes
              WHERE {_known("attributes", scope)} GROUP BY slot
            ) AS seen GROUP BY slot"""
    )


def _of_relation(edge: RelationEdge, number: int, scope: Scope) -> Iterator[exp.Select]:
    kind = f"type = {text(edge.type)}"
    moments: list[exp.Expr] = [_set(0)]
    if edge.via is not None:
        moments += _flips(edge.via, property_of(exp.column("attributes")), scope)
    yield _moments("relationships", number, moments, scope).where(kind)
    if edge.where is None:
        return
    every = ["[o.set_at]"]
    for name, path, test in _tested(edge.where):
        every += [
            f"CASE WHEN o.name = {text(name)} THEN {flips.sql('duckdb')} END"
            for flips in _flips_of(test, dig(exp.column("value", table="o"), path), scope)
        ]
    yield parsed(
        f"""SELECT r.slot, {number} AS number, unnest(flatten([{", ".join(every)}])) AS moment
            FROM (SELECT DISTINCT slot, type, object_id FROM relationships
                  WHERE {kind} AND {_known("relationships", scope)}) AS r
            JOIN object_attributes AS o ON o.type = r.type AND o.object_id = r.object_id"""
    )


def _tested(where: Filter) -> Iterator[tuple[str, tuple[str, ...], Test]]:
    match where:
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from _tested(part)
        case FilterNot(part):
            yield from _tested(part)
        case PropertyIs(path, tests):
            yield from ((path[0], path[1:], test) for test in tests)


def _flips(where: Filter, properties: Properties, scope: Scope) -> Iterator[exp.Expr]:
    """Give lists of when the times that a filter tests enter or leave its windows."""
    match where:
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from _flips(part, properties, scope)
        case FilterNot(part):
            yield from _flips(part, properties, scope)
        case PropertyIs(path, tests):
            for test in tests:
                yield from _flips_of(test, properties(path), scope)


def _flips_of(test: Test, value: exp.Expr, scope: Scope) -> Iterator[exp.Expr]:
    element = element_of(value)
    match test:
        case IsNot(positive):
            yield from _flips_of(positive, value, scope)
        case AnyElement(where):
            for inside in _flips(where, property_of(element), scope):
                yield _flat(over_elements("list_transform", value, inside))
        case Within() | OlderThan() | Age() | WithinNext() | CalendarDays():
            yield _around(instant_of(value, scope), test)
            of_element = _around(instant_of(element, scope), test)
            yield _flat(over_elements("list_transform", value, of_element))
        case _:
            return


def _around(moment: exp.Expr, test: TimeTest) -> exp.Expr:
    """List when the test of an instant flips; what reads the instant is long, and stands once."""
    once = exp.column("once")
    flips = (
        [once, *_midnights(once, test)]
        if isinstance(test, CalendarDays)
        else [_later(once, span) for span in sorted(offsets(test))]
    )
    body = exp.Lambda(this=exp.array(*flips), expressions=[exp.to_identifier("once")])
    return _flat(
        exp.Anonymous(this="list_transform", expressions=[exp.array(moment, copy=False), body])
    )


def _midnights(moment: exp.Expr, days: CalendarDays) -> list[exp.Expr]:
    return [midnight(moment, day, days.zone) for day in (days.youngest, days.oldest + 1)]


def _later(moment: exp.Expr, span: int) -> exp.Expr:
    return exp.Add(this=exp.paren(moment), expression=exp.convert(span))


def _flat(lists: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="flatten", expressions=[lists])


def _known(table: History, scope: Scope, alias: str = "") -> str:
    return scope.known(table, alias).sql("duckdb")
