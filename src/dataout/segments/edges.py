"""The instants at which a formula can change its answer without new data: its edges. Pure.

An edge belongs to a row of data: the instant at which the row becomes visible, or enters or leaves
a window, or at which a time that it holds does. What an ``Edge`` describes may come too early
(a row that a filter passes over has edges too), never too late; between two neighbouring edges of a
profile nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dataout.segments.atoms import (
    Atom,
    AttributeAtom,
    Chain,
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
    Always,
    And,
    Arithmetic,
    AtomValue,
    AverageExceeds,
    Computed,
    Constant,
    Exceeds,
    Formula,
    Happens,
    HeldFor,
    Listed,
    Negation,
    NotBefore,
    Or,
    PickedIn,
    PickedSince,
    Quotient,
    RelatedTo,
    SeenFor,
    Value,
    ValueIs,
    atoms_of,
)
from dataout.segments.values import (
    After,
    Age,
    AnyElement,
    Before,
    Between,
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

Names = tuple[str, ...]
"""Names of events; none: any event."""


@dataclass(frozen=True, slots=True)
class EventEdge:
    """``after`` milliseconds after an event of these names."""

    names: Names
    after: int = 0


@dataclass(frozen=True, slots=True)
class EventDayEdge:
    """The local midnights at which an event enters and leaves a window of calendar days."""

    names: Names
    days: CalendarDays


@dataclass(frozen=True, slots=True)
class PropertyEdge:
    """When times in an event's properties enter or leave the windows of ``where``."""

    names: Names
    where: Filter


@dataclass(frozen=True, slots=True)
class AttributeEdge:
    """``after`` milliseconds after an attribute was set."""

    name: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class AttributeValueEdge:
    """When times in an attribute's value enter or leave the windows of ``where``."""

    name: str
    where: PropertyIs


@dataclass(frozen=True, slots=True)
class ListEdge:
    """When a profile is put on a list or taken off it."""

    name: str


@dataclass(frozen=True, slots=True)
class RelationEdge:
    """When a relationship, or an attribute of a related object, is set or passes a window."""

    type: str
    where: Filter | None
    via: Filter | None


@dataclass(frozen=True, slots=True)
class FirstSeenEdge:
    """``after`` milliseconds after the profile was first seen."""

    after: int


@dataclass(frozen=True, slots=True)
class DeletionEdge:
    """When a profile is deleted or brought back."""


Edge = (
    EventEdge
    | EventDayEdge
    | PropertyEdge
    | AttributeEdge
    | AttributeValueEdge
    | ListEdge
    | RelationEdge
    | FirstSeenEdge
    | DeletionEdge
)


def edges_of(formula: Formula) -> frozenset[Edge]:
    """List every kind of edge that a formula has."""
    of_atoms = {edge for atom in atoms_of(formula) for edge in _of_atom(atom)}
    return frozenset({DeletionEdge(), *of_atoms, *_of_tests(formula)})


def offsets(test: TimeTest | None) -> frozenset[int]:
    """Say how long after an instant the test of it can change its answer, in milliseconds.

    Calendar days have no such number; see ``EventDayEdge``.
    """
    match test:
        case Within(span) | OlderThan(span):
            return frozenset({0, span})
        case Age(youngest, oldest):
            return frozenset({0, youngest, oldest})
        case WithinNext(span):
            return frozenset({0, -span})
        case After() | Before() | Between() | CalendarDays() | None:
            return frozenset({0})


def time_tests(condition: Filter) -> Iterator[tuple[Names, TimeTest]]:
    """List the tests in a filter that look at now, with the path of what they test."""
    match condition:
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from time_tests(part)
        case FilterNot(part):
            yield from time_tests(part)
        case PropertyIs(path, tests):
            for test in tests:
                yield from ((path, each) for each in _looking_at_now(test))


def _looking_at_now(test: Test) -> Iterator[TimeTest]:
    match test:
        case Within() | OlderThan() | Age() | WithinNext() | CalendarDays():
            yield test
        case IsNot(positive):
            yield from _looking_at_now(positive)
        case AnyElement(where):
            yield from (each for _, each in time_tests(where))
        case _:
            return


def _of_atom(atom: Atom) -> Iterator[Edge]:
    match atom:
        case AttributeAtom(name):
            yield AttributeEdge(name)
        case SinceAtom(name=name):
            yield AttributeEdge(name)
            yield FirstSeenEdge(0)
        case FirstSeenAtom():
            yield FirstSeenEdge(0)
        case ListAtom(name):
            yield ListEdge(name)
        case RelatedAtom(type_, where, via):
            yield RelationEdge(type_, where, via)
        case SequenceAtom(chain):
            yield from _of_chain(chain)
        case _:
            yield from _of_events(atom)


def _of_events(atom: EventAtom) -> Iterator[Edge]:
    when = None if isinstance(atom, KeyAtom | TimeAtom) else atom.when
    yield from _of_source(atom.source, when)
    if isinstance(atom, NumberAtom) and atom.items is not None:
        for length in range(1, len(atom.path)):
            inside = PropertyIs(atom.path[:length], (AnyElement(atom.items),))
            yield from _of_filter(atom.source.names, inside)


def _of_source(source: Source, when: TimeTest | None) -> Iterator[Edge]:
    for after in offsets(when):
        yield EventEdge(source.names, after)
    if isinstance(when, CalendarDays):
        yield EventDayEdge(source.names, when)
    if source.where is not None:
        yield from _of_filter(source.names, source.where)
    for rule in source.rules:
        for cancel in rule.cancelled_by:
            yield EventEdge((cancel.event,))


def _of_filter(names: Names, where: Filter) -> Iterator[Edge]:
    if any(True for _ in time_tests(where)):
        yield PropertyEdge(names, where)


def _of_chain(chain: Chain) -> Iterator[Edge]:
    yield from _of_source(chain.first, chain.when)
    for link in chain.then:
        yield from _of_source(link.source, link.when)
    if chain.never is not None:
        yield from _of_source(chain.never.source, None)
        if chain.never.within is not None:
            before = chain.then[-1].source if chain.then else chain.first
            yield EventEdge(before.names, chain.never.within)


def _of_tests(formula: Formula) -> Iterator[Edge]:
    """List the edges of what a formula asks of its atoms' values."""
    match formula:
        case And(of) | Or(of):
            for part in of:
                yield from _of_tests(part)
        case Negation(part):
            yield from _of_tests(part)
        case PickedIn(atom, when) | PickedSince(atom=atom, when=when):
            yield from _of_source(atom.source, when)
        case ValueIs(atom, path, tests):
            inside = PropertyIs(path, tests)
            if any(True for _ in time_tests(inside)):
                yield AttributeValueEdge(atom.name, inside)
        case HeldFor(atom, span):
            yield AttributeEdge(atom.name, span)
            yield FirstSeenEdge(span)
        case SeenFor(_, span):
            yield FirstSeenEdge(span)
        case Computed(value, tests):
            yield from _of_value(value, tests)
        case (
            Always()
            | AverageExceeds()
            | Exceeds()
            | Happens()
            | Listed()
            | NotBefore()
            | RelatedTo()
        ):
            return


def _of_value(value: Value, tests: tuple[Test, ...]) -> Iterator[Edge]:
    """List the edges of a trait's value: of those that hold a time, it is some event's property."""
    match value:
        case AtomValue(PickedAtom(path=path, source=source)):
            yield from _of_filter(source.names, PropertyIs(path, tests))
        case AtomValue(NumberAtom(path=path, source=source)):
            yield from _of_filter(source.names, PropertyIs(path, tests))
            for length in range(1, len(path)):
                of_object = PropertyIs(path[length:], tests)
                inside = PropertyIs(path[:length], (AnyElement(of_object),))
                yield from _of_filter(source.names, inside)
        case AtomValue() | Quotient() | Constant() | Arithmetic():
            return
