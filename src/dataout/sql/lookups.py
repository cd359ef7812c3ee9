"""What the atoms of one pass look up in the properties of each row, in columns next to the scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from dataout.sql.numbers import numbers_at
from dataout.sql.reach import Reach, furthest
from dataout.sql.scope import Scope
from dataout.sql.values import call, dig, passes, property_of

PROPERTIES = exp.column("properties")


@dataclass(frozen=True, slots=True)
class Row:
    """What an atom reads of a row: a value, if the row passes."""

    value: exp.Expr
    tests: tuple[exp.Expr, ...]


@dataclass(frozen=True, slots=True)
class Lookups:
    """The rows to scan, the columns to compute of them, and what of those each atom reads.

    ``tests`` are the columns that say for which atoms a row counts; none where one filter, that of
    ``source``, holds for all of them.
    """

    source: Source
    columns: Mapping[str, exp.Expr]
    tests: tuple[str, ...]
    rows: Mapping[EventAtom, Row]


def lookups(atoms: list[EventAtom], reach: Reach, scope: Scope) -> Lookups:
    """Put the lookups of atoms of the same events together, equal ones once."""
    filters = dict.fromkeys(atom.source.where for atom in atoms)
    several = len(filters) > 1
    columns: dict[str, exp.Expr] = {}
    tests: dict[object, tuple[exp.Expr, ...]] = {None: ()}
    for where in filters:
        if several and where is not None:
            name = f"p{len(tests) - 1}"
            passing = passes(where, property_of(PROPERTIES), scope)
            using = [atom for atom in atoms if atom.source.where == where]
            columns[name] = _recent(passing, exp.false(), using, atoms, reach)
            tests[where] = (exp.column(name),)
    values: dict[exp.Expr, str] = {}
    rows = {}
    for atom in atoms:
        value = _looked_up(atom, scope)
        if value is not None:
            value = _recent(value, exp.null(), [atom], atoms, reach)
            value = exp.column(values.setdefault(value, f"v{len(values)}"))
        rows[atom] = Row(value or exp.null(), tests[atom.source.where] if several else ())
    columns |= {name: value for value, name in values.items()}
    source = Source(atoms[0].source.names) if several else atoms[0].source
    return Lookups(source, columns, tuple(name for name in columns if name[0] == "p"), rows)


def _recent(
    value: exp.Expr,
    otherwise: exp.Expr,
    using: Iterable[EventAtom],
    atoms: Iterable[EventAtom],
    reach: Reach,
) -> exp.Expr:
    """Look into no row that is too old anyway; of an order, each line has a time of its own."""
    bound = furthest(using, reach)
    if bound is None or bound == furthest(atoms, reach) or any(a.source.rules for a in atoms):
        return value
    young = exp.column("event_time") > bound
    return exp.Case().when(young, value, copy=False).else_(otherwise, copy=False)


def _looked_up(atom: EventAtom, scope: Scope) -> exp.Expr | None:
    """Give what an atom needs of the properties of a row; orders have their amounts elsewhere."""
    if isinstance(atom, NumberAtom | PickedAtom) and _is_all_amounts(atom.path, atom.source):
        return None
    match atom:
        case DistinctAtom(path):
            return call("distinct_key", dig(PROPERTIES, path))
        case PickedAtom(path):
            return dig(PROPERTIES, path)
        case NumberAtom():
            return numbers_at(PROPERTIES, atom.path, atom.items, atom.function, scope)
        case KeyAtom() | TimeAtom() | CountAtom() | DaysAtom():
            return None
        case _:
            assert_never(atom)


def _is_all_amounts(path: tuple[str, ...], source: Source) -> bool:
    orders = {rule.event for rule in source.rules if rule.amount == path}
    return bool(source.names) and orders.issuperset(source.names)
