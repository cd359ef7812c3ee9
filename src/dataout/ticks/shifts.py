"""Where the edges of formulas come from: a row moves so long after its moment.

The keyed form of ``segments/edges.py``: a stream holds only rows that pass, so there are fewer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dataout.segments.atoms import (
    Atom,
    AttributeAtom,
    Chain,
    FirstSeenAtom,
    KeyAtom,
    ListAtom,
    PickedAtom,
    RelatedAtom,
    SequenceAtom,
    SinceAtom,
    TimeAtom,
    WindowAtom,
)
from dataout.segments.formulas import (
    HeldFor,
    Leaf,
    PickedIn,
    PickedSince,
    SeenFor,
    ValueIs,
    atoms_of,
)
from dataout.segments.values import (
    After,
    Age,
    Before,
    Between,
    CalendarDays,
    OlderThan,
    TimeTest,
    Within,
    WithinNext,
)
from dataout.ticks.needs import AttributeRows, ListRows, Origin, SeenRows


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows move ``by`` milliseconds after their moments."""

    origin: Origin
    by: int = 0


@dataclass(frozen=True, slots=True)
class DayShift:
    """Rows move at the midnight that begins the day so many ``days`` after theirs."""

    origin: Origin
    days: int
    zone: str


Shifts = Shift | DayShift


def shifts_of(leaf: Leaf) -> Iterator[Shifts]:
    """List how rows can change a comparison without new data."""
    for atom in atoms_of(leaf):
        yield from _of_atom(atom)
    match leaf:
        case PickedIn(atom, when) | PickedSince(atom=atom, when=when):
            yield from entering(atom.source, when)
            yield from leaving(atom.source, when)
        case HeldFor(atom, span):
            yield Shift(AttributeRows(atom.name), span)
            yield Shift(SeenRows(), span)
        case SeenFor(_, span):
            yield Shift(SeenRows(), span)
        case ValueIs(atom):
            yield Shift(AttributeRows(atom.name))
        case _:
            return


def _of_atom(atom: Atom) -> Iterator[Shifts]:
    match atom:
        case KeyAtom(source) | TimeAtom(source):
            yield Shift(source)
        case PickedAtom(source=source, when=when):
            yield from entering(source, when)
            yield from leaving(source, when)
        case SinceAtom(name):
            yield Shift(AttributeRows(name))
        case ListAtom(name):
            yield Shift(ListRows(name))
        case SequenceAtom(chain):
            yield from _of_chain(chain)
        case AttributeAtom() | FirstSeenAtom() | RelatedAtom():
            return
        case _:
            yield from _of_window(atom)


def _of_window(atom: WindowAtom) -> Iterator[Shifts]:
    yield from entering(atom.source, atom.when)
    yield from leaving(atom.source, atom.when)


def _of_chain(chain: Chain) -> Iterator[Shifts]:
    if chain.which is not None:
        yield Shift(chain.first)
    for source, when in (
        (chain.first, chain.when),
        *((link.source, link.when) for link in chain.then),
    ):
        yield from entering(source, when)
        yield from leaving(source, when)
    if chain.never is not None:
        yield Shift(chain.never.source)
        if chain.never.within is not None:
            before = chain.then[-1].source if chain.then else chain.first
            yield Shift(before, chain.never.within)


def entering(origin: Origin, when: TimeTest | None) -> Iterator[Shifts]:
    """Say when rows enter a window."""
    match when:
        case OlderThan(span):
            yield Shift(origin, span)
        case Age(youngest):
            yield Shift(origin, youngest)
        case CalendarDays(youngest, _, zone) if youngest > 0:
            yield DayShift(origin, youngest, zone)
        case WithinNext():
            return
        case None | Within() | After() | Before() | Between() | CalendarDays():
            yield Shift(origin)


def leaving(origin: Origin, when: TimeTest | None) -> Iterator[Shifts]:
    """Say when rows leave a window."""
    match when:
        case Within(span):
            yield Shift(origin, span)
        case Age(_, oldest):
            yield Shift(origin, oldest)
        case CalendarDays(_, oldest, zone):
            yield DayShift(origin, oldest + 1, zone)
        case None | OlderThan() | WithinNext() | After() | Before() | Between():
            return
