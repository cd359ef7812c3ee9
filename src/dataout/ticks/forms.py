"""Which formulas can be evaluated over keyed streams, and why others cannot."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from dataout.segments.atoms import (
    Atom,
    AttributeAtom,
    DaysAtom,
    FirstSeenAtom,
    ListAtom,
    NumberAtom,
    PickedAtom,
    RelatedAtom,
    SequenceAtom,
    SinceAtom,
    Source,
)
from dataout.segments.formulas import (
    And,
    AtomValue,
    Computed,
    Formula,
    Negation,
    Or,
    PickedIn,
    PickedSince,
    ValueIs,
    atoms_of,
)
from dataout.segments.values import (
    CalendarDays,
    Compare,
    Exists,
    Filter,
    IsNot,
    OneOf,
    PropertyIs,
    Test,
    TimeTest,
)
from dataout.ticks.days import is_regular
from dataout.ticks.predicates import has_form, looks_at_now
from dataout.ticks.values_asked import have_form, now_test


class Why(StrEnum):
    """Why a formula has no keyed form."""

    ORDERS = "it reads events as orders"
    RELATIONS = "it asks for related objects"
    DATES = "it asks when times lie that events, or lists in them, hold"
    PATTERNS = "it has a pattern that only the engine can match"
    TRAITS = "it asks a computed number for something other than its size"
    DAYS = "in its zone some days came back"


def why_not(formula: Formula) -> frozenset[Why]:
    """Say why a formula has no keyed form; nothing if it has one."""
    of_atoms = (why for atom in atoms_of(formula) for why in _of_atom(atom))
    return frozenset((*of_atoms, *_of_tests(formula)))


def _of_atom(atom: Atom) -> Iterator[Why]:
    match atom:
        case AttributeAtom() | FirstSeenAtom() | ListAtom():
            return
        case RelatedAtom():
            yield Why.RELATIONS
        case SinceAtom(path=path, tests=tests):
            yield from _of_filter(PropertyIs(path, tests))
        case SequenceAtom(chain):
            yield from _of_window(chain.first, chain.when)
            for link in (*chain.then, *((chain.never,) if chain.never else ())):
                yield from _of_window(link.source, link.when)
        case _:
            yield from _of_window(atom.source, getattr(atom, "when", None))
            if isinstance(atom, DaysAtom):
                yield from _of_zone(atom.zone)
            if isinstance(atom, NumberAtom):
                yield from _of_filter(atom.items)


def _of_window(source: Source, when: TimeTest | None) -> Iterator[Why]:
    if source.rules:
        yield Why.ORDERS
    yield from _of_filter(source.where)
    yield from _of_time(when)


def _of_filter(where: Filter | None) -> Iterator[Why]:
    if where is not None and looks_at_now(where):
        yield Why.DATES
    if where is not None and not has_form(where):
        yield Why.PATTERNS


def _of_time(when: TimeTest | None) -> Iterator[Why]:
    if isinstance(when, CalendarDays):
        yield from _of_zone(when.zone)


def _of_zone(zone: str) -> Iterator[Why]:
    if not is_regular(zone):
        yield Why.DAYS


def _of_tests(formula: Formula) -> Iterator[Why]:
    match formula:
        case And(of) | Or(of):
            for part in of:
                yield from _of_tests(part)
        case Negation(part):
            yield from _of_tests(part)
        case PickedIn(when=when) | PickedSince(when=when):
            yield from _of_time(when)
        case ValueIs(_, path, tests) | Computed(AtomValue(PickedAtom(path)), tests):
            yield from _of_value(path, tests)
        case Computed(_, tests):
            if not all(is_of_numbers(test) for test in tests):
                yield Why.TRAITS
        case _:
            return


def _of_value(path: tuple[str, ...], tests: tuple[Test, ...]) -> Iterator[Why]:
    if not have_form(tests):
        yield Why.DATES
    if not has_form(PropertyIs(path, tests)):
        yield Why.PATTERNS
    for asked in map(now_test, tests):
        yield from _of_time(asked)


def is_of_numbers(test: Test) -> bool:
    """Say whether a test asks nothing of a number but its size."""
    match test:
        case Exists() | Compare(bound=Decimal()):
            return True
        case OneOf(bounds):
            return all(isinstance(bound, Decimal) for bound in bounds)
        case IsNot(positive):
            return is_of_numbers(positive)
        case _:
            return False
