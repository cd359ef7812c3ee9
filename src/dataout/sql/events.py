"""All atoms of one source of events, in one pass over its rows."""

from __future__ import annotations

from typing import assert_never

from sqlglot import exp

from dataout.segments.atoms import (
    CountAtom,
    DaysAtom,
    DistinctAtom,
    EventAtom,
    KeyAtom,
    NumberAtom,
    PickedAtom,
    TimeAtom,
)
from dataout.segments.orders import OrderRule
from dataout.segments.values import TimeTest
from dataout.sql.formulas import Columns, after_anchor
from dataout.sql.instants import DAY, day_number, local_day
from dataout.sql.lookups import Row, lookups
from dataout.sql.parts import BITS
from dataout.sql.reach import Reach, furthest
from dataout.sql.scope import Scope
from dataout.sql.sources import rows_of
from dataout.sql.values import call, parsed_part
from dataout.sql.windows import in_window

KEY = "struct_pack(event_time := event_time, received_at := received_at, landing := landing)"


def events_query(
    atoms: list[EventAtom],
    columns: Columns,
    anchor: exp.Column | None,
    rules: tuple[OrderRule, ...],
    reach: Reach,
    scope: Scope,
) -> exp.Select:
    """Compute atoms of the same events and anchor, per slot."""
    start = furthest(atoms, reach)
    found = lookups(atoms, reach, scope)
    rows = rows_of(found.source, rules, found.columns, scope)
    if start is not None:
        rows = rows.where(exp.column("event_time") > start, copy=False)
    slot = exp.column("slot", table="e")
    query = exp.select(slot).from_(rows.subquery("e", copy=False), copy=False)
    query = query.group_by(slot, copy=False)
    if found.tests and all(found.rows[atom].tests for atom in atoms):
        query = query.where(exp.or_(*map(exp.column, found.tests)), copy=False)
    if anchor is not None:
        query = query.join(
            exp.to_table(anchor.table), on=exp.column("slot", table=anchor.table).eq(slot)
        ).where(after_anchor(exp.column("event_time"), exp.column("landing"), anchor))
    for atom in atoms:
        aggregate = _aggregate(atom, found.rows[atom], reach, scope.of("e"))
        query = query.select(exp.alias_(aggregate, columns[atom].name, copy=False), copy=False)
    return query


def _when(atom: EventAtom) -> TimeTest | None:
    return None if isinstance(atom, KeyAtom | TimeAtom) else atom.when


def _aggregate(atom: EventAtom, row: Row, reach: Reach, scope: Scope) -> exp.Expr:
    match atom:
        case KeyAtom(which=which):
            return _counting(call(_edge(which), parsed_part(KEY)), atom, row, scope)
        case TimeAtom(which=which):
            return _counting(call(_edge(which), exp.column("event_time")), atom, row, scope)
        case CountAtom():
            return _counting(exp.Count(this=exp.Star()), atom, row, scope)
        case DaysAtom() if fits_in_bits(atom, reach, scope):
            bits = _counting(call("bit_or", _bit_of_day(atom, reach)), atom, row, scope)
            return call("bit_count", bits)
        case DaysAtom(zone):
            day = local_day(exp.column("event_time"), zone)
            return _counting(exp.Count(this=exp.Distinct(expressions=[day])), atom, row, scope)
        case DistinctAtom():
            return _within(exp.Count(this=exp.Distinct(expressions=[row.value])), atom, row, scope)
        case PickedAtom():
            return _counting(_picked(atom, row.value), atom, row, scope)
        case NumberAtom():
            return _number(atom, row, scope)
        case _:
            assert_never(atom)


def fits_in_bits(atom: DaysAtom, reach: Reach, scope: Scope) -> bool:
    """Say whether the days of a window are few enough to have a bit each."""
    bound = reach.get(atom)
    return bound is not None and scope.at is not None and scope.at - bound < (BITS - 2) * DAY


def _bit_of_day(atom: DaysAtom, reach: Reach) -> exp.Expr:
    """Give the day of a row its bit; the engine asks for that of older rows, too."""
    day = day_number(exp.column("event_time"), atom.zone).sql("duckdb")
    start = exp.cast(exp.convert(reach[atom]), "BIGINT")  # near 1970 the engine takes it for less
    first = day_number(start, atom.zone).sql("duckdb")
    number = f"CAST({day} - {first} AS INTEGER)"
    return parsed_part(f"CASE WHEN {number} >= 0 THEN CAST(1 AS BIGINT) << {number} END")


def _edge(which: str) -> str:
    return "min" if which == "first" else "max"


def _picked(atom: PickedAtom, value: exp.Expr) -> exp.Expr:
    for rule in atom.source.rules:
        if rule.amount == atom.path:
            left = parsed_part("CAST(amount AS VARIANT)")
            value = exp.Case().when(_of_rule(rule), left).else_(value)
    packed = exp.Anonymous(
        this="struct_pack",
        expressions=[exp.PropertyEQ(this=exp.to_identifier("value"), expression=value)],
    )
    return call(f"arg_{_edge(atom.which)}", packed, parsed_part(KEY))


def _number(atom: NumberAtom, row: Row, scope: Scope) -> exp.Expr:
    """Aggregate what rows hold; orders hold what is left of them, once."""
    number = row.value
    for rule in atom.source.rules:
        if rule.amount == atom.path:
            left = parsed_part("CASE WHEN counts THEN amount END")
            if atom.function == "usable":
                left = parsed_part("CASE WHEN counts AND amount IS NOT NULL THEN 1 ELSE 0 END")
            number = exp.Case().when(_of_rule(rule), left).else_(number)
    function = "sum" if atom.function == "usable" else atom.function
    return _within(call(function, number), atom, row, scope)


def _of_rule(rule: OrderRule) -> exp.Expr:
    return exp.column("name").eq(rule.event)


def _counting(function: exp.Expr, atom: EventAtom, row: Row, scope: Scope) -> exp.Expr:
    """Let each order count once."""
    once = (parsed_part("counts"),) if atom.source.rules else ()
    return _within(function, atom, Row(row.value, (*row.tests, *once)), scope)


def _within(function: exp.Expr, atom: EventAtom, row: Row, scope: Scope) -> exp.Expr:
    when = _when(atom)
    every = list(row.tests)
    if when is not None:
        every.append(in_window(exp.column("event_time"), when, scope.now))
    if not every:
        return function
    return exp.Filter(this=function, expression=exp.Where(this=exp.and_(*every)))
