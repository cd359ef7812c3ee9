"""All atoms of one source of events, in one pass over its rows."""

from __future__ import annotations

from typing import assert_never

from sqlglot import exp

from dataout.model.people import Instant
from dataout.segments.atoms import (
    CountAtom,
    DaysAtom,
    DistinctAtom,
    EventAtom,
    KeyAtom,
    NumberAtom,
    PickedAtom,
    Source,
    TimeAtom,
)
from dataout.segments.orders import OrderRule
from dataout.segments.values import (
    TimeTest,
)
from dataout.sql.formulas import Columns, after_anchor
from dataout.sql.instants import local_day
from dataout.sql.numbers import numbers_at
from dataout.sql.scope import Scope
from dataout.sql.sources import rows_of
from dataout.sql.values import call, dig, parsed_part
from dataout.sql.windows import earliest, in_window

KEY = "struct_pack(event_time := event_time, received_at := received_at, landing := landing)"


def events_query(
    atoms: list[EventAtom],
    columns: Columns,
    anchor: exp.Column | None,
    rules: tuple[OrderRule, ...],
    scope: Scope,
) -> exp.Select:
    """Compute atoms of the same source and anchor, per slot."""
    source = atoms[0].source
    rows = rows_of(source, rules, scope)
    bound = _earliest(atoms, scope.at)
    if bound is not None:
        rows = rows.where(exp.column("event_time") > bound, copy=False)
    slot = exp.column("slot", table="e")
    query = exp.select(slot).from_(rows.subquery("e", copy=False), copy=False).group_by(slot)
    if anchor is not None:
        query = query.join(
            exp.to_table(anchor.table), on=exp.column("slot", table=anchor.table).eq(slot)
        ).where(after_anchor(exp.column("event_time"), exp.column("landing"), anchor))
    for atom in atoms:
        aggregate = _aggregate(atom, scope.of("e"))
        query = query.select(exp.alias_(aggregate, columns[atom].name, copy=False), copy=False)
    return query


def _earliest(atoms: list[EventAtom], at: Instant | None) -> int | None:
    """Give an instant before which no row counts for any atom, for the scan to start from."""
    bounds = [None if at is None else earliest(_when(atom), at) for atom in atoms]
    known = [bound for bound in bounds if bound is not None]
    return min(known) if len(known) == len(bounds) else None


def _when(atom: EventAtom) -> TimeTest | None:
    return None if isinstance(atom, KeyAtom | TimeAtom) else atom.when


def _aggregate(atom: EventAtom, scope: Scope) -> exp.Expr:
    match atom:
        case KeyAtom(which=which):
            return _counting(call(_edge(which), parsed_part(KEY)), atom, scope)
        case TimeAtom(which=which):
            return _counting(call(_edge(which), exp.column("event_time")), atom, scope)
        case CountAtom():
            return _counting(exp.Count(this=exp.Star()), atom, scope)
        case DaysAtom(zone):
            day = local_day(exp.column("event_time"), zone)
            return _counting(exp.Count(this=exp.Distinct(expressions=[day])), atom, scope)
        case DistinctAtom(path):
            key = call("distinct_key", dig(exp.column("properties"), path))
            return _within(exp.Count(this=exp.Distinct(expressions=[key])), atom, scope)
        case PickedAtom(path, which):
            return _counting(_picked(path, which, atom.source), atom, scope)
        case NumberAtom():
            return _number(atom, scope)
        case _:
            assert_never(atom)


def _edge(which: str) -> str:
    return "min" if which == "first" else "max"


def _picked(path: tuple[str, ...], which: str, source: Source) -> exp.Expr:
    value = dig(exp.column("properties"), path)
    for rule in source.rules:
        if rule.amount == path:
            left = parsed_part("CAST(amount AS VARIANT)")
            own = parsed_part(f"name = {exp.Literal.string(rule.event).sql('duckdb')}")
            value = exp.Case().when(own, left).else_(value)
    packed = exp.Anonymous(
        this="struct_pack",
        expressions=[exp.PropertyEQ(this=exp.to_identifier("value"), expression=value)],
    )
    return call(f"arg_{_edge(which)}", packed, parsed_part(KEY))


def _number(atom: NumberAtom, scope: Scope) -> exp.Expr:
    """Aggregate what rows hold; orders hold what is left of them, once."""
    number = numbers_at(exp.column("properties"), atom.path, atom.items, atom.function, scope)
    for rule in atom.source.rules:
        if rule.amount == atom.path:
            left = parsed_part("CASE WHEN counts THEN amount END")
            if atom.function == "usable":
                left = parsed_part("CASE WHEN counts AND amount IS NOT NULL THEN 1 ELSE 0 END")
            own = parsed_part(f"name = {exp.Literal.string(rule.event).sql('duckdb')}")
            number = exp.Case().when(own, left).else_(number)
    if atom.when is not None:
        # A FILTER does not keep its argument from being looked up; this does.
        inside = in_window(exp.column("event_time"), atom.when, scope.now)
        number = exp.Case().when(inside, number)
    return call("sum" if atom.function == "usable" else atom.function, number)


def _counting(function: exp.Expr, atom: EventAtom, scope: Scope) -> exp.Expr:
    """Let each order count once."""
    once = [parsed_part("counts")] if atom.source.rules else []
    return _within(function, atom, scope, *once)


def _within(function: exp.Expr, atom: EventAtom, scope: Scope, *conditions: exp.Expr) -> exp.Expr:
    when = _when(atom)
    every = list(conditions)
    if when is not None:
        every.append(in_window(exp.column("event_time"), when, scope.now))
    if not every:
        return function
    return exp.Filter(this=function, expression=exp.Where(this=exp.and_(*every)))
