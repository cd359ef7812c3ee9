"""A program becomes one query: a common table per group of atoms, bits, every formula per profile.

Atoms that read the same rows are computed together: those of one source of events after the same
anchor in one pass, all tests of an attribute in one. What a source selects and the window
bounds that all of a group share are pushed down to the scan. A distinct count has a pass of its
own: beside other aggregates it costs ten times as much. Comparisons are decided where their atoms
are, and only their bits are brought together (``leaves.py``): to join every group with everybody
costs as much as all scans.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from dataout.segments.formulas import Computed, Program, ValueIs
from dataout.segments.orders import OrderRule
from dataout.sql.events import events_query
from dataout.sql.formulas import Columns, holding
from dataout.sql.history import first_seen, held_since
from dataout.sql.leaves import Bit, Leaf, bits, found, joined, kept, leaves_of, read_by
from dataout.sql.looks import tables_of_looks
from dataout.sql.orders import lines_of
from dataout.sql.relations import related_objects
from dataout.sql.scope import Scope
from dataout.sql.sequences import satisfied
from dataout.sql.states import State, states_query


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
    columns = _columns(groups)
    homes = {part: n for n, parts in enumerate(groups.values()) for part in parts}
    query = exp.select(exp.column("slot", table="p")).from_("profiles AS p")
    for name, rows in _tables(program, groups, columns, scope):
        query = query.with_(name, as_=rows, copy=False)
    kept_in = bits(leaf for formula in program.formulas.values() for leaf in leaves_of(formula))
    if kept_in:
        query = query.with_("bits", as_=_bits(kept_in, homes, columns, scope), copy=False)
        query = query.join("bits AS b", on="b.slot = p.slot", join_type="left", copy=False)
    query = query.where(scope.concerned("p"), scope.alive("p"), copy=False)
    words = range(_words(kept_in))
    query = query.select(*(f"coalesce(b.w{word}, 0) AS w{word}" for word in words), copy=False)
    whole = exp.select("slot").from_(query.subquery("decided", copy=False))
    names = {name: f"s{n}" for n, name in enumerate(program.formulas)}
    for name, part in program.formulas.items():
        holds = joined(part, lambda leaf: found(kept_in[leaf], "decided"))
        whole = whole.select(exp.alias_(holds, names[name], copy=False), copy=False)
    return Evaluation(whole, names)


def _columns(groups: Mapping[_Group, list[_Part]]) -> Columns:
    return {
        part: exp.column(f"a{n}_{number}", table=f"g{n}")
        for n, parts in enumerate(groups.values())
        for number, part in enumerate(parts)
    }


def _tables(
    program: Program, groups: Mapping[_Group, list[_Part]], columns: Columns, scope: Scope
) -> Iterator[tuple[str, exp.Select]]:
    """Give the common tables: of looks, of orders, of each group of atoms."""
    rules = rules_of(program.atoms)
    if scope.at is None and scope.people is not None:
        yield from tables_of_looks(scope.people)
    for number, rule in enumerate(rules):
        yield f"orders_{number}", lines_of(rule, scope)
    for n, (group, parts) in enumerate(groups.items()):
        yield f"g{n}", _group_query(group, parts, columns, rules, scope)


def _words(kept_in: Mapping[Leaf, Bit]) -> int:
    return max((bit.word + 1 for bit in kept_in.values()), default=0)


def _bits(
    kept_in: Mapping[Leaf, Bit], homes: Mapping[_Part, int], columns: Columns, scope: Scope
) -> exp.Select:
    """Decide every leaf where its atoms are; put the bits of each profile together."""
    words = range(_words(kept_in))
    places: dict[tuple[int, ...], list[Leaf]] = {}
    for leaf in kept_in:
        places.setdefault(_place(leaf, homes), []).append(leaf)
    every: exp.Query | None = None
    for place, leaves in places.items():
        origin, mean = _origin(place)
        conditions = {kept_in[leaf]: holding(leaf, columns, scope.of(mean)) for leaf in leaves}
        rows = origin.select(*kept(conditions, len(words)), copy=False)
        some = exp.or_(*(exp.column(f"w{word}").neq(0) for word in words), copy=False)
        part = exp.select("*").from_(rows.subquery("here", copy=False)).where(some, copy=False)
        every = part if every is None else exp.union(every, part, distinct=False, copy=False)
    if every is None:
        raise AssertionError(kept_in)
    together = (f"bit_or(w{word}) AS w{word}" for word in words)
    rows = exp.select("slot", *together).from_(every.subquery("everywhere", copy=False))
    return rows.group_by("slot", copy=False)


def _place(leaf: Leaf, homes: Mapping[_Part, int]) -> tuple[int, ...]:
    """List the groups whose columns decide a leaf; -1 first: it has to be asked of everybody."""
    groups = sorted({homes[part] for part in read_by(leaf)})
    return (-1, *groups) if isinstance(leaf, Computed) or len(groups) > 1 else tuple(groups)


def _origin(place: tuple[int, ...]) -> tuple[exp.Select, str]:
    """Select the slots of one group, or everybody's beside several groups; say whose they are."""
    if place[0] >= 0:
        name = f"g{place[0]}"
        return exp.select(exp.column("slot", table=name)).from_(name), name
    query = exp.select(exp.column("slot", table="p")).from_("profiles AS p")
    for number in place[1:]:
        on = f"g{number}.slot = p.slot"
        query = query.join(f"g{number}", on=on, join_type="left", copy=False)
    return query, "p"


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
    leaves = (leaf for formula in program.formulas.values() for leaf in leaves_of(formula))
    for leaf in dict.fromkeys(leaves):
        if isinstance(leaf, ValueIs):
            groups.setdefault(_Attribute(leaf.atom.name), []).append(leaf)
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
