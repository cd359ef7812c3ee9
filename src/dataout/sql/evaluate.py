"""A program becomes one query: a common table per group of atoms, then every formula per profile.

Atoms that read the same rows are computed together: those of one source of events after the same
anchor in one pass, all tests of an attribute in one. What a source selects and the window
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
    DaysAtom,
    DistinctAtom,
    EventAtom,
    FirstSeenAtom,
    KeyAtom,
    ListAtom,
    NumberAtom,
    PickedAtom,
    RelatedAtom,
    SequenceAtom,
    SinceAtom,
    Source,
    TimeAtom,
)
from dataout.segments.formulas import (
    Program,
    ValueIs,
)
from dataout.segments.orders import OrderRule
from dataout.sql.events import events_query
from dataout.sql.formulas import Columns, formula
from dataout.sql.history import first_seen, held_since
from dataout.sql.looks import tables_of_looks
from dataout.sql.orders import lines_of
from dataout.sql.relations import related_objects
from dataout.sql.scope import Scope
from dataout.sql.sequences import satisfied
from dataout.sql.states import State, states_query, value_tests


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The query, and the column of its answer that holds each segment (beside ``slot``)."""

    query: exp.Select
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Events:
    source: Source
    since: KeyAtom | None
    alone: DistinctAtom | DaysAtom | None


@dataclass(frozen=True, slots=True)
class _Attribute:
    name: str


_Alone = SinceAtom | FirstSeenAtom | RelatedAtom | SequenceAtom
_Group = _Events | _Attribute | ListAtom | _Alone
_Grouped = EventAtom | ListAtom | _Alone
_Part = Atom | ValueIs


def evaluation(program: Program, scope: Scope) -> Evaluation:
    """Compile all segments of a program; the answer has one row per profile."""
    groups = _groups(program)
    rules = rules_of(program.atoms)
    columns = {
        part: exp.column(f"a{n}_{number}", table=f"g{n}")
        for n, parts in enumerate(groups.values())
        for number, part in enumerate(parts)
    }
    query = exp.select(exp.column("slot", table="p")).from_("profiles AS p")
    if scope.at is None and scope.people is not None:
        for name, rows in tables_of_looks(scope.people):
            query = query.with_(name, as_=rows, copy=False)
    for number, rule in enumerate(rules):
        query = query.with_(f"orders_{number}", as_=lines_of(rule, scope), copy=False)
    for n, (group, parts) in enumerate(groups.items()):
        rows = _group_query(group, parts, columns, rules, scope)
        query = query.with_(f"g{n}", as_=rows, copy=False)
        query = query.join(
            exp.to_table(f"g{n}"),
            on=exp.column("slot", table=f"g{n}").eq(exp.column("slot", table="p")),
            join_type="left",
            copy=False,
        )
    query = query.where(scope.concerned("p"), scope.alive("p"), copy=False)
    names = {name: f"s{n}" for n, name in enumerate(program.formulas)}
    for name, part in program.formulas.items():
        holds = formula(part, columns, scope.of("p"))
        query = query.select(exp.alias_(holds, names[name], copy=False), copy=False)
    return Evaluation(query, names)


def rules_of(atoms: tuple[Atom, ...]) -> tuple[OrderRule, ...]:
    """List the order rules that atoms read by, each once."""
    return tuple(dict.fromkeys(rule for atom in atoms for rule in _rules(atom)))


def _rules(atom: Atom) -> tuple[OrderRule, ...]:
    match atom:
        case SequenceAtom(chain):
            links = [*chain.then, *([chain.never] if chain.never else [])]
            return sum((link.source.rules for link in links), chain.first.rules)
        case AttributeAtom() | SinceAtom() | FirstSeenAtom() | ListAtom() | RelatedAtom():
            return ()
        case _:
            return atom.source.rules


def _groups(program: Program) -> dict[_Group, list[_Part]]:
    """Put atoms that read the same rows together, anchors before what they anchor."""
    groups: dict[_Group, list[_Part]] = {}
    for atom in sorted(program.atoms, key=lambda atom: _since(atom) is not None):
        if not isinstance(atom, AttributeAtom):
            groups.setdefault(_group(atom), []).append(atom)
    tests = (test for formula in program.formulas.values() for test in value_tests(formula))
    for test in dict.fromkeys(tests):
        groups.setdefault(_Attribute(test.atom.name), []).append(test)
    return groups


def _since(atom: Atom) -> KeyAtom | None:
    match atom:
        case CountAtom() | NumberAtom() | DistinctAtom() | DaysAtom():
            return atom.since
        case _:
            return None


def _group(atom: _Grouped) -> _Group:
    match atom:
        case ListAtom() | SinceAtom() | FirstSeenAtom() | RelatedAtom() | SequenceAtom():
            return atom
        case DistinctAtom() | DaysAtom():
            return _Events(atom.source, atom.since, atom)
        case KeyAtom() | TimeAtom() | PickedAtom() | CountAtom() | NumberAtom():
            return _Events(atom.source, _since(atom), None)
        case _:
            assert_never(atom)


def _group_query(
    group: _Group, parts: list[_Part], columns: Columns, rules: tuple[OrderRule, ...], scope: Scope
) -> exp.Select:
    match group:
        case _Events():
            events: list[EventAtom] = [part for part in parts if isinstance(part, EventAtom)]
            anchor = None if group.since is None else columns[group.since]
            return events_query(events, columns, anchor, rules, scope)
        case _Attribute() | ListAtom():
            states = [part for part in parts if isinstance(part, State)]
            return states_query({state: columns[state].name for state in states}, scope)
        case SinceAtom():
            return _alone(held_since(group, scope), group, columns)
        case FirstSeenAtom():
            return _alone(first_seen(scope), group, columns)
        case RelatedAtom():
            return _alone(related_objects(group, scope), group, columns)
        case SequenceAtom(chain):
            happened = satisfied(chain, rules, scope).select("TRUE AS value")
            return _alone(happened, group, columns)
        case _:
            assert_never(group)


def _alone(query: exp.Select, atom: Atom, columns: Columns) -> exp.Select:
    """Give the one value of a query its column."""
    return exp.select("slot", exp.alias_(exp.column("value"), columns[atom].name)).from_(
        query.subquery("alone")
    )
