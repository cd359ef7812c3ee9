"""A definition becomes atoms and a formula over them: the one thing that every compiler reads.

A formula compares atoms (``atoms.py``) and joins the comparisons by and, or, not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dataout.segments.atoms import (
    Atom,
    AttributeAtom,
    FirstSeenAtom,
    KeyAtom,
    ListAtom,
    NumberAtom,
    PickedAtom,
    RelatedAtom,
    SequenceAtom,
    SinceAtom,
    TimeAtom,
    WindowAtom,
)
from dataout.segments.values import Comparison, Test, TimeTest


@dataclass(frozen=True, slots=True)
class AtomValue:
    """A trait that is an atom; an absent count is zero."""

    atom: WindowAtom | PickedAtom


@dataclass(frozen=True, slots=True)
class Quotient:
    """An average as a value: the sum of usable numbers by their count."""

    total: NumberAtom
    usable: NumberAtom


@dataclass(frozen=True, slots=True)
class Constant:
    """A number in arithmetic."""

    number: Decimal


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Values joined from left to right; an absent sum or count is 0, other absences spread."""

    operation: Literal["plus", "minus", "times", "divided_by"]
    of: tuple[Value, ...]


Value = AtomValue | Quotient | Constant | Arithmetic
"""What a trait computes to."""


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
class PickedIn:
    """There is such an event, and its time passes ``when``."""

    atom: TimeAtom
    when: TimeTest | None


@dataclass(frozen=True, slots=True)
class NotBefore:
    """There are both events, and the time of the first is that of ``since`` or later."""

    atom: TimeAtom
    since: TimeAtom


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
class HeldFor:
    """The tests have held for ``span`` milliseconds."""

    atom: SinceAtom
    span: int


@dataclass(frozen=True, slots=True)
class SeenFor:
    """The profile was first seen ``span`` milliseconds ago or earlier."""

    atom: FirstSeenAtom
    span: int


@dataclass(frozen=True, slots=True)
class Computed:
    """A trait's value passes every test."""

    value: Value
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The profile is on the list."""

    atom: ListAtom


@dataclass(frozen=True, slots=True)
class RelatedTo:
    """The number of related objects compares with a bound."""

    atom: RelatedAtom
    op: Comparison
    bound: int


@dataclass(frozen=True, slots=True)
class Happens:
    """A sequence is satisfied."""

    atom: SequenceAtom


Leaf = (
    Exceeds
    | AverageExceeds
    | PickedIn
    | NotBefore
    | PickedSince
    | ValueIs
    | HeldFor
    | SeenFor
    | Computed
    | Listed
    | RelatedTo
    | Happens
)
"""A comparison: what and, or, not join."""

Formula = Always | And | Or | Negation | Leaf


@dataclass(frozen=True, slots=True)
class Program:
    """All segments of a project as formulas, and every atom they read, each once."""

    formulas: Mapping[str, Formula]
    atoms: tuple[Atom, ...]


def program_of(program: Program, names: Iterable[str]) -> Program:
    """Take some segments out of a program, with what they read."""
    return as_program({name: program.formulas[name] for name in names})


def as_program(formulas: Mapping[str, Formula]) -> Program:
    """Put formulas together, with every atom that they read."""
    atoms = dict.fromkeys(atom for formula in formulas.values() for atom in atoms_of(formula))
    return Program(formulas, tuple(atoms))


def leaves_of(formula: Formula) -> Iterator[Leaf]:
    """List the comparisons of a formula; repeats are possible."""
    match formula:
        case Always():
            return
        case And(of) | Or(of):
            for part in of:
                yield from leaves_of(part)
        case Negation(part):
            yield from leaves_of(part)
        case _:
            yield formula


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
        case PickedSince(atom=atom, since=since) | NotBefore(atom=atom, since=since):
            yield since
            yield atom
        case Exceeds(atom=atom):
            yield from _with_anchor(atom)
        case Computed(value):
            yield from _atoms_of_value(value)
        case PickedIn() | ValueIs() | HeldFor() | SeenFor() | Listed() | RelatedTo() | Happens():
            yield formula.atom


def _atoms_of_value(value: Value) -> Iterator[Atom]:
    match value:
        case AtomValue(atom):
            if isinstance(atom, PickedAtom):
                yield atom
            else:
                yield from _with_anchor(atom)
        case Quotient(total, usable):
            yield from _with_anchor(total)
            yield from _with_anchor(usable)
        case Constant():
            return
        case Arithmetic(of=of):
            for part in of:
                yield from _atoms_of_value(part)


def _with_anchor(atom: WindowAtom) -> Iterator[Atom]:
    if atom.since is not None:
        yield atom.since
    yield atom
