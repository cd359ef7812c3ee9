"""A definition becomes atoms and a formula over them: the one thing that every compiler reads.

An atom is a value per profile that needs a look at the data: an aggregate of a stream of events in
a window, the newest value of an attribute, the state on a list. A formula is what remains:
comparisons of atoms joined by and, or, not. Equal atoms of different segments are one atom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dataout.segments.orders import OrderRule
from dataout.segments.tree import Comparison, Filter, Test, TimeTest


@dataclass(frozen=True, slots=True)
class Source:
    """The events that an atom reads: of these names (empty: any), passing ``where``.

    Events that ``rules`` declare to be orders are read as orders, net of what their rule cancels.
    """

    names: tuple[str, ...]
    where: Filter | None = None
    rules: tuple[OrderRule, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyAtom:
    """The (event_time, received_at, landing) of a source's first or last event."""

    source: Source
    which: Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class TimeAtom:
    """The event_time of a source's first or last event."""

    source: Source
    which: Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class CountAtom:
    """How many events of a source lie in a window, after an anchor."""

    source: Source
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class NumberAtom:
    """An aggregate of the usable numbers at ``path``; ``usable`` counts them.

    Where a step of ``path`` is a list of objects, those that pass ``items`` count.
    """

    function: Literal["sum", "usable", "min", "max"]
    path: tuple[str, ...]
    source: Source
    when: TimeTest | None
    since: KeyAtom | None
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class DistinctAtom:
    """How many different values stand at ``path``."""

    path: tuple[str, ...]
    source: Source
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class DaysAtom:
    """On how many calendar days of ``zone`` there are events."""

    zone: str
    source: Source
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class PickedAtom:
    """The value at ``path`` of a source's first or last event in a window."""

    path: tuple[str, ...]
    which: Literal["first", "last"]
    source: Source
    when: TimeTest | None


@dataclass(frozen=True, slots=True)
class AttributeAtom:
    """The newest value of an attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class SinceAtom:
    """The instant since which the value below an attribute has passed every test unbroken."""

    name: str
    path: tuple[str, ...]
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class FirstSeenAtom:
    """The profile's earliest event or attribute."""


@dataclass(frozen=True, slots=True)
class ListAtom:
    """Whether the profile is on a list."""

    name: str


@dataclass(frozen=True, slots=True)
class RelatedAtom:
    """How many objects of a type are related to the profile and pass both filters."""

    type: str
    where: Filter | None
    via: Filter | None


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps of a sequence over sources; see ``tree.Sequence``."""

    first: Source
    when: TimeTest | None
    which: Literal["first", "last"] | None
    then: tuple[Link, ...]
    never: Link | None


@dataclass(frozen=True, slots=True)
class Link:
    """A later step: at most ``within`` milliseconds after the step before, and in ``when``."""

    source: Source
    within: int | None
    when: TimeTest | None = None


@dataclass(frozen=True, slots=True)
class SequenceAtom:
    """Whether some chain of events satisfies the steps."""

    chain: Chain


WindowAtom = CountAtom | NumberAtom | DistinctAtom | DaysAtom
EventAtom = KeyAtom | TimeAtom | PickedAtom | WindowAtom
Atom = EventAtom | AttributeAtom | SinceAtom | FirstSeenAtom | ListAtom | RelatedAtom | SequenceAtom


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
    | HeldFor
    | SeenFor
    | Computed
    | Listed
    | RelatedTo
    | Happens
)


@dataclass(frozen=True, slots=True)
class Program:
    """All segments of a project as formulas, and every atom they read, each once."""

    formulas: Mapping[str, Formula]
    atoms: tuple[Atom, ...]


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
        case Computed(value):
            yield from _atoms_of_value(value)
        case (
            Happened()
            | PickedIn()
            | ValueIs()
            | HeldFor()
            | SeenFor()
            | Listed()
            | RelatedTo()
            | Happens()
        ):
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
