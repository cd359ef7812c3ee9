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
from dataout.segments.values import TimeTest
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
    looked_up = {atom: value for atom in atoms if (value := _looked_up(atom, scope)) is not None}
    names = {value: f"v{n}" for n, value in enumerate(dict.fromkeys(looked_up.values()))}
    values = {name: value for value, name in names.items()}
    rows = rows_of(source, rules, values, scope)
    bound = _earliest(atoms, scope.at)
    if bound is not None:
        rows = rows.where(exp.column("event_time") > bound, copy=False)
    slot = exp.column("slot", table="e")
    query = exp.select(slot).from_(rows.subquery("e", copy=False), copy=False)
    query = query.group_by(slot, copy=False)
    if anchor is not None:
        query = query.join(
            exp.to_table(anchor.table), on=exp.column("slot", table=anchor.table).eq(slot)
        ).where(after_anchor(exp.column("event_time"), exp.column("landing"), anchor))
    for atom in atoms:
        value = exp.column(names[looked_up[atom]]) if atom in looked_up else exp.null()
        aggregate = _aggregate(atom, value, scope.of("e"))
        query = query.select(exp.alias_(aggregate, columns[atom].name, copy=False), copy=False)
    return query


def _earliest(atoms: list[EventAtom], at: Instant | None) -> int | None:
    """Give an instant before which no row counts for any atom, for the scan to start from."""
    bounds = [None if at is None else earliest(_when(atom), at) for atom in atoms]
    known = [bound for bound in bounds if bound is not None]
    return min(known) if len(known) == len(bounds) else None


def _when(atom: EventAtom) -> TimeTest | None:
    return None if isinstance(atom, KeyAtom | TimeAtom) else atom.when


def _looked_up(atom: EventAtom, scope: Scope) -> exp.Expr | None:
    """Give what an atom needs of the properties of a row; orders have their amounts elsewhere."""
    properties = exp.column("properties")
    if isinstance(atom, NumberAtom | PickedAtom) and _is_all_amounts(atom.path, atom.source):
        return None
    match atom:
        case DistinctAtom(path):
            return call("distinct_key", dig(properties, path))
        case PickedAtom(path):
            return dig(properties, path)
        case NumberAtom():
            return numbers_at(properties, atom.path, atom.items, atom.function, scope)
        case KeyAtom() | TimeAtom() | CountAtom() | DaysAtom():
            return None
        case _:
            assert_never(atom)


def _is_all_amounts(path: tuple[str, ...], source: Source) -> bool:
    orders = {rule.event for rule in source.rules if rule.amount == path}
    return bool(source.names) and orders.issuperset(source.names)


def _aggregate(atom: EventAtom, value: exp.Expr, scope: Scope) -> exp.Expr:
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
        case DistinctAtom():
            return _within(exp.Count(this=exp.Distinct(expressions=[value])), atom, scope)
        case PickedAtom():
            return _counting(_picked(atom, value), atom, scope)
        case NumberAtom():
            return _number(atom, value, scope)
        case _:
            assert_never(atom)


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


def _number(atom: NumberAtom, number: exp.Expr, scope: Scope) -> exp.Expr:
    """Aggregate what rows hold; orders hold what is left of them, once."""
    for rule in atom.source.rules:
        if rule.amount == atom.path:
            left = parsed_part("CASE WHEN counts THEN amount END")
            if atom.function == "usable":
                left = parsed_part("CASE WHEN counts AND amount IS NOT NULL THEN 1 ELSE 0 END")
            number = exp.Case().when(_of_rule(rule), left).else_(number)
    function = "sum" if atom.function == "usable" else atom.function
    return _within(call(function, number), atom, scope)


def _of_rule(rule: OrderRule) -> exp.Expr:
    return exp.column("name").eq(rule.event)


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
