"""A definition becomes atoms and a formula over them: the one thing that every compiler reads.

An atom is a value per profile that needs a look at the data: an aggregate of a stream of events in
a window, the newest value of an attribute, the state on a list. A formula is what remains:
comparisons of atoms joined by and, or, not. Equal atoms of different segments are one atom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    AnyOf,
    AttributeIs,
    Comparison,
    Condition,
    CountIs,
    DistinctIs,
    EventIs,
    Everyone,
    InList,
    InSegment,
    Not,
    PickIs,
    Stream,
    Test,
    TimeTest,
)


@dataclass(frozen=True, slots=True)
class KeyAtom:
    """The (event_time, received_at, landing) of a stream's first or last event."""

    stream: Stream
    which: Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class TimeAtom:
    """The event_time of a stream's first or last event."""

    stream: Stream
    which: Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class CountAtom:
    """How many events of a stream lie in a window, after an anchor."""

    stream: Stream
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class NumberAtom:
    """An aggregate of the usable numbers at ``path``; ``usable`` counts them."""

    function: Literal["sum", "usable", "min", "max"]
    path: tuple[str, ...]
    stream: Stream
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class DistinctAtom:
    """How many different values stand at ``path``."""

    path: tuple[str, ...]
    stream: Stream
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class AttributeAtom:
    """The newest value of an attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class ListAtom:
    """Whether the profile is on a list."""

    name: str


WindowAtom = CountAtom | NumberAtom | DistinctAtom
EventAtom = KeyAtom | TimeAtom | WindowAtom
Atom = EventAtom | AttributeAtom | ListAtom


@dataclass(frozen=True, slots=True)
class Always:
    """Holds for everybody."""


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds."""

    of: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part holds."""

    of: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    of: Formula


@dataclass(frozen=True, slots=True)
class Exceeds:
    """A number compares with a bound; an absent aggregate never does, an absent count is zero."""

    atom: WindowAtom
    op: Comparison
    bound: Decimal


@dataclass(frozen=True, slots=True)
class AverageExceeds:
    """An average compares with a bound: as sum against bound × count, so that it stays exact."""

    total: NumberAtom
    usable: NumberAtom
    op: Comparison
    bound: Decimal


@dataclass(frozen=True, slots=True)
class Happened:
    """There is such an event at all."""

    atom: KeyAtom


@dataclass(frozen=True, slots=True)
class PickedIn:
    """The picked event's time passes ``when``."""

    atom: TimeAtom
    when: TimeTest | None


@dataclass(frozen=True, slots=True)
class PickedSince:
    """The picked event's time passes ``when``, and it came at or after ``since``, not being it."""

    atom: KeyAtom
    when: TimeTest | None
    since: KeyAtom


@dataclass(frozen=True, slots=True)
class ValueIs:
    """The value below an attribute, at ``path``, passes every test."""

    atom: AttributeAtom
    path: tuple[str, ...]
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The profile is on the list."""

    atom: ListAtom


Formula = (
    Always
    | And
    | Or
    | Negation
    | Exceeds
    | AverageExceeds
    | Happened
    | PickedIn
    | PickedSince
    | ValueIs
    | Listed
)


@dataclass(frozen=True, slots=True)
class Program:
    """All segments of a project as formulas, and every atom they read, each once."""

    formulas: Mapping[str, Formula]
    atoms: tuple[Atom, ...]


def program(segments: Mapping[str, Condition], names: Iterable[str] | None = None) -> Program:
    """Translate checked segments: nested names exist and form no cycle.

    ``names`` says which of them are asked for (None: all).
    """
    done: dict[str, Formula] = {}
    asked = segments if names is None else names
    formulas = {name: _translate(name, segments, done) for name in asked}
    atoms = dict.fromkeys(atom for formula in formulas.values() for atom in atoms_of(formula))
    return Program(formulas, tuple(atoms))


def atoms_of(formula: Formula) -> Iterator[Atom]:
    """List the atoms a formula reads, anchors before what they anchor; repeats are possible."""
    match formula:
        case Always():
            return
        case And(of) | Or(of):
            for part in of:
                yield from atoms_of(part)
        case Negation(part):
            yield from atoms_of(part)
        case AverageExceeds(total, usable):
            yield from _with_anchor(total)
            yield from _with_anchor(usable)
        case PickedSince(atom=atom, since=since):
            yield since
            yield atom
        case Exceeds(atom=atom):
            yield from _with_anchor(atom)
        case Happened() | PickedIn() | ValueIs() | Listed():
            yield formula.atom


def _with_anchor(atom: WindowAtom) -> Iterator[Atom]:
    if atom.since is not None:
        yield atom.since
    yield atom


def _translate(name: str, segments: Mapping[str, Condition], done: dict[str, Formula]) -> Formula:
    if name not in done:
        done[name] = _formula(segments[name], segments, done)
    return done[name]


def _formula(
    condition: Condition, segments: Mapping[str, Condition], done: dict[str, Formula]
) -> Formula:
    match condition:
        case Everyone():
            return Always()
        case All(of):
            return And(tuple(_formula(part, segments, done) for part in of))
        case AnyOf(of):
            return Or(tuple(_formula(part, segments, done) for part in of))
        case Not(part):
            return Negation(_formula(part, segments, done))
        case InSegment(name):
            return _translate(name, segments, done)
        case InList(name):
            return Listed(ListAtom(name))
        case AttributeIs(path, tests):
            return ValueIs(AttributeAtom(path[0]), path[1:], tests)
        case EventIs():
            return _event(condition)


def _event(condition: EventIs) -> Formula:
    stream, when = condition.stream, condition.when
    since = _key(condition.since)
    measured: Formula
    match condition.measure:
        case CountIs(op, bound):
            measured = Exceeds(CountAtom(stream, when, since), op, Decimal(bound))
        case AggregateIs("avg", path, op, limit):
            total = NumberAtom("sum", path, stream, when, since)
            usable = NumberAtom("usable", path, stream, when, since)
            measured = AverageExceeds(total, usable, op, limit)
        case AggregateIs(("sum" | "min" | "max") as function, path, op, limit):
            measured = Exceeds(NumberAtom(function, path, stream, when, since), op, limit)
        case AggregateIs():
            raise AssertionError(condition.measure)
        case DistinctIs(path, op, bound):
            measured = Exceeds(DistinctAtom(path, stream, when, since), op, Decimal(bound))
        case PickIs(which):
            if since is None:
                return PickedIn(TimeAtom(stream, which), when)
            return PickedSince(KeyAtom(stream, which), when, since)
    return measured if since is None else And((Happened(since), measured))


def _key(anchor: Anchor | None) -> KeyAtom | None:
    return None if anchor is None else KeyAtom(anchor.stream, anchor.which)
