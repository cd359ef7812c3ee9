"""What a program needs in memory: which streams, with which columns, how far back.

* Origin   Source · AttributeRows · ListRows · DeletionRows · SeenRows
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dataout.segments.atoms import (
    Chain,
    CountAtom,
    DaysAtom,
    DistinctAtom,
    NumberAtom,
    PickedAtom,
    Source,
    TimeAtom,
    WindowAtom,
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
)
from dataout.segments.values import Age, CalendarDays, Test, TimeTest, Within, WithinNext
from dataout.ticks.columns import (
    ORDER,
    Amount,
    Code,
    Column,
    Landing,
    Least,
    Member,
    Moment,
    Most,
    Number,
    Passes,
    Received,
    Usable,
)
from dataout.ticks.values_asked import columns_of_tests

DAY = 86_400_000

KNOWN = 1_024
"""Of so many formulas it is remembered what is read off them at every look."""


@dataclass(frozen=True, slots=True)
class AttributeRows:
    """What was said of an attribute, by ``set_at``."""

    name: str


@dataclass(frozen=True, slots=True)
class ListRows:
    """Who was put on a list or taken off it, by ``set_at``."""

    name: str


@dataclass(frozen=True, slots=True)
class DeletionRows:
    """Who was deleted or brought back, by ``set_at``."""


@dataclass(frozen=True, slots=True)
class SeenRows:
    """Each profile's earliest event or attribute; later ones do no harm."""


Origin = Source | AttributeRows | ListRows | DeletionRows | SeenRows


@dataclass(frozen=True, slots=True)
class Need:
    """Columns of a stream, and for how many milliseconds before now it is read (None: all)."""

    columns: tuple[Column, ...]
    reach: int | None


def needs_of(formulas: Iterable[Formula]) -> Mapping[Origin, Need]:
    """Say what formulas need, all of which have a keyed form (``forms.py``)."""
    columns: dict[Origin, dict[Column, None]] = {}
    reaches: dict[Origin, list[int | None]] = {}
    for formula in formulas:
        for origin, wanted, reach in (*_of(formula), _DELETIONS):
            columns.setdefault(origin, {}).update(dict.fromkeys(wanted))
            reaches.setdefault(origin, []).append(reach)
    return {
        origin: Need(tuple(wanted), _furthest(reaches[origin]))
        for origin, wanted in columns.items()
    }


def _furthest(reaches: Iterable[int | None]) -> int | None:
    known = [-1 if reach is None else reach for reach in reaches]
    return None if -1 in known else max(known)


Read = tuple[Origin, tuple[Column, ...], int | None]

IDENTITY: tuple[Column, ...] = (Received(), Landing())
_DELETIONS: Read = (DeletionRows(), (*ORDER, Member()), None)
_SEEN: Read = (SeenRows(), (Moment(),), None)


def _of(formula: Formula) -> Iterator[Read]:
    match formula:
        case Always() | RelatedTo():
            return
        case And(of) | Or(of):
            for part in of:
                yield from _of(part)
        case Negation(part):
            yield from _of(part)
        case Exceeds(atom):
            yield from _of_window(atom)
        case AverageExceeds(total, usable):
            yield from _of_window(total)
            yield from _of_window(usable)
        case PickedIn(TimeAtom(source, which), when):
            # Of a last event that is too old, it is enough that no younger one is there.
            yield source, (), reach_of(when) if which == "last" else None
        case NotBefore(atom, since):
            yield atom.source, (), None
            yield since.source, (), None
        case PickedSince(atom, _, since):
            identity = IDENTITY if may_meet(atom.source, since.source) else ()
            yield atom.source, identity, None
            yield since.source, identity, None
        case ValueIs(atom, path, tests):
            yield AttributeRows(atom.name), (*ORDER, *columns_of_tests(path, tests)), None
        case HeldFor(atom):
            yield AttributeRows(atom.name), (*ORDER, Passes(atom.path, atom.tests)), None
            yield _SEEN
        case SeenFor():
            yield _SEEN
        case Listed(atom):
            yield ListRows(atom.name), (*ORDER, Member()), None
        case Computed(value, tests):
            yield from _of_value(value, tests)
        case Happens(atom):
            yield from _of_chain(atom.chain)


def _of_chain(chain: Chain) -> Iterator[Read]:
    yield chain.first, (), None if chain.which else reach_of(chain.when)
    for link in chain.then:
        yield link.source, (), reach_of(link.when)
    if chain.never is not None:
        yield chain.never.source, (), None


def _of_value(value: Value, tests: tuple[Test, ...]) -> Iterator[Read]:
    match value:
        case AtomValue(PickedAtom(path, _, source, when)):
            yield source, (*IDENTITY, *columns_of_tests(path, tests)), reach_of(when)
        case _:
            yield from _of_number(value)


def _of_number(value: Value) -> Iterator[Read]:
    match value:
        case AtomValue(atom):
            if isinstance(atom, PickedAtom):
                yield atom.source, (*IDENTITY, Number(atom.path)), reach_of(atom.when)
            else:
                yield from _of_window(atom)
        case Quotient(total, usable):
            yield from _of_window(total)
            yield from _of_window(usable)
        case Constant():
            return
        case Arithmetic(of=of):
            for part in of:
                yield from _of_number(part)


def _of_window(atom: WindowAtom) -> Iterator[Read]:
    source, since = atom.source, atom.since
    met = since is not None and may_meet(source, since.source)
    yield source, (*columns_of(atom), *((Landing(),) if met else ())), reach_of(atom.when)
    if since is not None:
        yield since.source, IDENTITY if met else (), None


def columns_of(atom: WindowAtom) -> tuple[Column, ...]:
    """List the columns that an atom aggregates."""
    match atom:
        case CountAtom() | DaysAtom():
            return ()
        case DistinctAtom(path):
            return (Code(path),)
        case NumberAtom("sum", path):
            return (Amount(path, atom.items), Usable(path, atom.items))
        case NumberAtom("usable", path):
            return (Usable(path, atom.items),)
        case NumberAtom("min", path):
            return (Least(path, atom.items),)
        case NumberAtom("max", path):
            return (Most(path, atom.items),)
        case NumberAtom():
            raise AssertionError(atom)


def may_meet(source: Source, other: Source) -> bool:
    """Say whether one event can be of both sources, as far as names tell."""
    return not source.names or not other.names or not set(source.names).isdisjoint(other.names)


def reach_of(test: TimeTest | None) -> int | None:
    """Say how long before now, in milliseconds, an event may lie that passes; None: any time."""
    match test:
        case Within(span):
            return span
        case Age(oldest=oldest):
            return oldest
        case CalendarDays(oldest=oldest):
            return (oldest + 2) * DAY
        case WithinNext():
            return 0
        case _:
            return None
