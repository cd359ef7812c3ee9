"""Atoms that read the same rows, computed together: a common table per group.

Those of the same events after the same anchor are one pass, apart from those that need all of
history where a window bounds the scan; all tests of an attribute are one. A distinct count has a
pass of its own: beside other aggregates it costs ten times as much.
"""

from __future__ import annotations

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
from dataout.segments.formulas import Program, ValueIs, leaves_of
from dataout.segments.orders import OrderRule
from dataout.sql.events import events_query, fits_in_bits
from dataout.sql.formulas import Columns
from dataout.sql.history import first_seen, held_since
from dataout.sql.reach import Reach
from dataout.sql.relations import related_objects
from dataout.sql.scope import Scope
from dataout.sql.sequences import satisfied
from dataout.sql.states import State, states_query

Part = Atom | ValueIs
"""What a group has a column for."""


@dataclass(frozen=True, slots=True)
class Events:
    """Atoms of the same events; ``recent`` if all of them are bounded."""

    source: Source
    since: KeyAtom | None
    recent: bool
    alone: DistinctAtom | DaysAtom | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """All tests of one attribute."""

    name: str


Alone = SinceAtom | FirstSeenAtom | RelatedAtom | SequenceAtom
Group = Events | Attribute | ListAtom | Alone


def groups_of(program: Program, reach: Reach, scope: Scope) -> dict[Group, list[Part]]:
    """Put atoms that read the same rows together, anchors before what they anchor."""
    groups: dict[Group, list[Part]] = {}
    for atom in sorted(program.atoms, key=lambda atom: _since(atom) is not None):
        if not isinstance(atom, AttributeAtom):
            groups.setdefault(_group(atom, reach, scope), []).append(atom)
    leaves = (leaf for formula in program.formulas.values() for leaf in leaves_of(formula))
    for leaf in dict.fromkeys(leaves):
        if isinstance(leaf, ValueIs):
            groups.setdefault(Attribute(leaf.atom.name), []).append(leaf)
    return groups


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


def _since(atom: Atom) -> KeyAtom | None:
    match atom:
        case CountAtom() | NumberAtom() | DistinctAtom() | DaysAtom():
            return atom.since
        case _:
            return None


def _group(atom: EventAtom | ListAtom | Alone, reach: Reach, scope: Scope) -> Group:
    match atom:
        case ListAtom() | SinceAtom() | FirstSeenAtom() | RelatedAtom() | SequenceAtom():
            return atom
        case DistinctAtom():
            return Events(atom.source, atom.since, atom in reach, atom)
        case DaysAtom() if not fits_in_bits(atom, reach, scope):
            return Events(atom.source, atom.since, atom in reach, atom)
        case DaysAtom() | KeyAtom() | TimeAtom() | PickedAtom() | CountAtom() | NumberAtom():
            # Which events of these names pass is a column of the pass; of orders, it is a join.
            source = atom.source if atom.source.rules else Source(atom.source.names)
            return Events(source, _since(atom), atom in reach, None)
        case _:
            assert_never(atom)


def group_query(
    group: Group,
    parts: list[Part],
    columns: Columns,
    rules: tuple[OrderRule, ...],
    reach: Reach,
    scope: Scope,
) -> exp.Select:
    """Compute a group's atoms and tests per slot, in the columns given."""
    match group:
        case Events(since=since):
            events: list[EventAtom] = [part for part in parts if isinstance(part, EventAtom)]
            anchor = None if since is None else columns[since]
            return events_query(events, columns, anchor, rules, reach, scope)
        case Attribute() | ListAtom():
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
