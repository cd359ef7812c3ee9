"""All atoms of one source of events, in one pass over its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    Source,
    TimeAtom,
)
from dataout.segments.orders import OrderRule
from dataout.segments.values import Filter, TimeTest
from dataout.sql.formulas import Columns, after_anchor
from dataout.sql.instants import DAY, day_number, local_day
from dataout.sql.numbers import numbers_at
from dataout.sql.reach import Reach
from dataout.sql.scope import Scope
from dataout.sql.sources import rows_of
from dataout.sql.values import call, dig, parsed_part, passes, property_of
from dataout.sql.windows import in_window

KEY = "struct_pack(event_time := event_time, received_at := received_at, landing := landing)"

BITS = 62
"""Of a signed integer of 64, to spare on every engine."""


def events_query(
    atoms: list[EventAtom],
    columns: Columns,
    anchor: exp.Column | None,
    rules: tuple[OrderRule, ...],
    reach: Reach,
    scope: Scope,
) -> exp.Select:
    """Compute atoms of the same events and anchor, per slot."""
    every = [reach.get(atom) for atom in atoms]
    known = [bound for bound in every if bound is not None]
    start = min(known) if len(known) == len(every) else None
    source, tests = _shared(atoms)
    lookups = _Lookups(atoms, tests, start, reach, scope)
    rows = rows_of(source, rules, lookups.values, scope)
    if start is not None:
        rows = rows.where(exp.column("event_time") > start, copy=False)
    slot = exp.column("slot", table="e")
    query = exp.select(slot).from_(rows.subquery("e", copy=False), copy=False)
    query = query.group_by(slot, copy=False)
    if tests and all(atom.source.where in tests for atom in atoms):
        query = query.where(exp.or_(*(exp.column(name) for name in tests.values())), copy=False)
    if anchor is not None:
        query = query.join(
            exp.to_table(anchor.table), on=exp.column("slot", table=anchor.table).eq(slot)
        ).where(after_anchor(exp.column("event_time"), exp.column("landing"), anchor))
    for atom in atoms:
        aggregate = _aggregate(atom, lookups.row(atom), reach, scope.of("e"))
        query = query.select(exp.alias_(aggregate, columns[atom].name, copy=False), copy=False)
    return query


def _shared(atoms: list[EventAtom]) -> tuple[Source, Mapping[Filter, str]]:
    """Say what to scan for all atoms, and name the columns that tell whose each row is."""
    filters = dict.fromkeys(atom.source.where for atom in atoms)
    if len(filters) == 1:
        return atoms[0].source, {}
    numbered = enumerate(each for each in filters if each is not None)
    return Source(atoms[0].source.names), {each: f"p{number}" for number, each in numbered}


@dataclass(frozen=True, slots=True)
class _Row:
    """What an atom reads of a row: a value, if it counts."""

    value: exp.Expr
    counts: tuple[exp.Expr, ...]


@dataclass(frozen=True, slots=True)
class _Lookups:
    """What is looked up in the properties of each row, in columns next to the scan."""

    atoms: list[EventAtom]
    tests: Mapping[Filter, str]
    start: int | None
    reach: Reach
    scope: Scope

    @property
    def values(self) -> Mapping[str, exp.Expr]:
        values = {name: value for value, name in self.names().items()}
        for test, name in self.tests.items():
            using = [atom for atom in self.atoms if atom.source.where == test]
            passing = passes(test, property_of(exp.column("properties")), self.scope)
            values[name] = self._from(self.since(using), passing, exp.false())
        return values

    def names(self) -> Mapping[exp.Expr, str]:
        looked_up = (self.value(atom) for atom in self.atoms)
        every = dict.fromkeys(value for value in looked_up if value is not None)
        return {value: f"v{n}" for n, value in enumerate(every)}

    def value(self, atom: EventAtom) -> exp.Expr | None:
        value = _looked_up(atom, self.scope)
        return None if value is None else self._from(self.reach.get(atom), value, exp.null())

    def row(self, atom: EventAtom) -> _Row:
        value, test = self.value(atom), atom.source.where
        named = None if test is None else self.tests.get(test)
        passing = () if named is None else (exp.column(named),)
        return _Row(exp.null() if value is None else exp.column(self.names()[value]), passing)

    def since(self, atoms: list[EventAtom]) -> int | None:
        bounds = [self.reach.get(atom) for atom in atoms]
        known = [bound for bound in bounds if bound is not None]
        return min(known) if len(known) == len(bounds) else None

    def _from(self, bound: int | None, value: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
        """Look into no row that is too old anyway; of an order, each line has a time of its own."""
        if bound is None or bound == self.start or self.atoms[0].source.rules:
            return value
        young = exp.column("event_time") > bound
        return exp.Case().when(young, value, copy=False).else_(otherwise, copy=False)


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


def _aggregate(atom: EventAtom, row: _Row, reach: Reach, scope: Scope) -> exp.Expr:
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
    first = day_number(exp.convert(reach[atom]), atom.zone).sql("duckdb")
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


def _number(atom: NumberAtom, row: _Row, scope: Scope) -> exp.Expr:
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


def _counting(function: exp.Expr, atom: EventAtom, row: _Row, scope: Scope) -> exp.Expr:
    """Let each order count once."""
    once = (parsed_part("counts"),) if atom.source.rules else ()
    return _within(function, atom, _Row(row.value, (*row.counts, *once)), scope)


def _within(function: exp.Expr, atom: EventAtom, row: _Row, scope: Scope) -> exp.Expr:
    when = _when(atom)
    every = list(row.counts)
    if when is not None:
        every.append(in_window(exp.column("event_time"), when, scope.now))
    if not every:
        return function
    return exp.Filter(this=function, expression=exp.Where(this=exp.and_(*every)))
