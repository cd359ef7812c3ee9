"""A program becomes one query: a common table per group of atoms, then every formula per profile.

Atoms that read the same rows are computed together: those of one stream of events after the same
anchor in one pass, all attributes in one, all lists in one. What a stream selects and the window
bounds that all of a group share are pushed down to the scan. A distinct count has a pass of its
own: beside other aggregates it costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from sqlglot import exp

from dataout.segments.atoms import (
    Atom,
    AttributeAtom,
    CountAtom,
    DistinctAtom,
    EventAtom,
    KeyAtom,
    ListAtom,
    NumberAtom,
    Program,
    TimeAtom,
)
from dataout.segments.tree import Stream, TimeTest
from dataout.sql.formulas import Columns, after_anchor, formula
from dataout.sql.scope import Scope
from dataout.sql.values import call, dig, passes
from dataout.sql.windows import earliest, in_window

KEY = "struct_pack(event_time := event_time, received_at := received_at, landing := landing)"
NEWEST = "struct_pack(set_at := set_at, received_at := received_at, landing := landing)"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The query, and the column of its answer that holds each segment (beside ``slot``)."""

    query: exp.Select
    columns: Mapping[str, str]


def evaluation(program: Program, scope: Scope) -> Evaluation:
    """Compile all segments of a program; the answer has one row per profile."""
    groups = _groups(program.atoms)
    columns = {
        atom: exp.column(f"a{program.atoms.index(atom)}", table=f"g{n}")
        for n, atoms in enumerate(groups.values())
        for atom in atoms
    }
    query = exp.select(exp.column("slot", table="p")).from_("profiles AS p")
    for n, (group, atoms) in enumerate(groups.items()):
        query = query.with_(f"g{n}", as_=_group_query(group, atoms, columns, scope))
        query = query.join(
            exp.to_table(f"g{n}"),
            on=exp.column("slot", table=f"g{n}").eq(exp.column("slot", table="p")),
            join_type="left",
        )
    if scope.people is not None:
        query = query.where(scope.concerned("p"))
    names = {name: f"s{n}" for n, name in enumerate(program.formulas)}
    for name, part in program.formulas.items():
        query = query.select(exp.alias_(formula(part, columns, scope), names[name]))
    return Evaluation(query, names)


@dataclass(frozen=True, slots=True)
class _Events:
    stream: Stream
    since: KeyAtom | None
    alone: DistinctAtom | None


@dataclass(frozen=True, slots=True)
class _Attributes:
    pass


@dataclass(frozen=True, slots=True)
class _Lists:
    pass


_Group = _Events | _Attributes | _Lists


def _groups(atoms: tuple[Atom, ...]) -> dict[_Group, list[Atom]]:
    """Put atoms that read the same rows together, anchors before what they anchor."""
    groups: dict[_Group, list[Atom]] = {}
    for atom in sorted(atoms, key=lambda atom: _since(atom) is not None):
        groups.setdefault(_group(atom), []).append(atom)
    return groups


def _since(atom: Atom) -> KeyAtom | None:
    return atom.since if isinstance(atom, CountAtom | NumberAtom | DistinctAtom) else None


def _when(atom: EventAtom) -> TimeTest | None:
    return None if isinstance(atom, KeyAtom | TimeAtom) else atom.when


def _group(atom: Atom) -> _Group:
    match atom:
        case AttributeAtom():
            return _Attributes()
        case ListAtom():
            return _Lists()
        case DistinctAtom():
            return _Events(atom.stream, atom.since, atom)
        case KeyAtom() | TimeAtom() | CountAtom() | NumberAtom():
            return _Events(atom.stream, _since(atom), None)
        case _:
            assert_never(atom)


def _group_query(group: _Group, atoms: list[Atom], columns: Columns, scope: Scope) -> exp.Select:
    match group:
        case _Events():
            events = [atom for atom in atoms if not isinstance(atom, AttributeAtom | ListAtom)]
            query = _events_query(group, events, columns, scope)
        case _Attributes():
            names = [atom.name for atom in atoms if isinstance(atom, AttributeAtom)]
            query = _states_query("attributes", "name", names, scope)
        case _Lists():
            names = [atom.name for atom in atoms if isinstance(atom, ListAtom)]
            query = _states_query("list_members", "list", names, scope)
        case _:
            assert_never(group)
    for atom in atoms:
        query = query.select(exp.alias_(_aggregate(atom, scope), columns[atom].name))
    return query


def _events_query(
    group: _Events, atoms: list[EventAtom], columns: Columns, scope: Scope
) -> exp.Select:
    slot = exp.column("slot", table="events")
    query = (
        exp.select(slot).from_("events").where(scope.visible("events", "event_time")).group_by(slot)
    )
    if group.stream.names:
        query = query.where(exp.column("name").isin(*sorted(group.stream.names)))
    if group.stream.where is not None:
        query = query.where(passes(group.stream.where, exp.column("properties"), scope))
    bounds = [earliest(_when(atom), scope.at) for atom in atoms]
    if all(bound is not None for bound in bounds):
        query = query.where(exp.column("event_time") > min(b for b in bounds if b is not None))
    if group.since is not None:
        anchor = columns[group.since]
        query = query.join(
            exp.to_table(anchor.table), on=exp.column("slot", table=anchor.table).eq(slot)
        ).where(after_anchor(exp.column("event_time"), exp.column("landing"), anchor))
    return query


def _states_query(table: str, column: str, names: list[str], scope: Scope) -> exp.Select:
    slot = exp.column("slot")
    return (
        exp.select(slot)
        .from_(table)
        .where(exp.column(column).isin(*sorted(names)))
        .where(scope.visible(table, "set_at"))
        .group_by(slot)
    )


def _aggregate(atom: Atom, scope: Scope) -> exp.Expr:
    match atom:
        case AttributeAtom(name):
            return _newest("struct_pack(value := value)", "name", name)
        case ListAtom(name):
            return _newest("member", "list", name)
        case _:
            return _filtered(_function(atom, scope), atom, scope)


def _newest(what: str, column: str, name: str) -> exp.Expr:
    newest = call("arg_max", _parsed(what), _parsed(NEWEST))
    return exp.Filter(this=newest, expression=exp.Where(this=exp.column(column).eq(name)))


def _parsed(text: str) -> exp.Expr:
    return exp.maybe_parse(text, dialect="duckdb")


def _function(atom: EventAtom, scope: Scope) -> exp.Expr:
    match atom:
        case KeyAtom(which=which):
            return call("min" if which == "first" else "max", _parsed(KEY))
        case TimeAtom(which=which):
            return call("min" if which == "first" else "max", exp.column("event_time"))
        case CountAtom():
            return exp.Count(this=exp.Star())
        case NumberAtom(function, path):
            number = call("number_of", dig(exp.column("properties"), path))
            return call("count" if function == "usable" else function, _only(number, atom, scope))
        case DistinctAtom(path):
            key = call("distinct_key", dig(exp.column("properties"), path))
            return exp.Count(this=exp.Distinct(expressions=[key]))
        case _:
            assert_never(atom)


def _only(number: exp.Expr, atom: NumberAtom, scope: Scope) -> exp.Expr:
    """Look into properties inside the window alone: a FILTER does not keep its argument from it."""
    if atom.when is None:
        return number
    return exp.Case().when(in_window(exp.column("event_time"), atom.when, scope.at), number)


def _filtered(function: exp.Expr, atom: EventAtom, scope: Scope) -> exp.Expr:
    when = _when(atom)
    if when is None or isinstance(atom, NumberAtom):
        return function
    condition = in_window(exp.column("event_time"), when, scope.at)
    return exp.Filter(this=function, expression=exp.Where(this=condition))
