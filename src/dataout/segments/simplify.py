"""The same formula in fewer and cheaper atoms. Pure.

Whether something happened lately is told by when it last did: windows of any length then share one
atom, and an event after another is a comparison of two instants instead of a join.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Literal, assert_never

from dataout.segments.atoms import CountAtom, KeyAtom, Source, TimeAtom
from dataout.segments.formulas import (
    And,
    Exceeds,
    Formula,
    Negation,
    NotBefore,
    Or,
    PickedIn,
    PickedSince,
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

SOME = {("gte", Decimal(1)), ("gt", Decimal(0))}
NONE = {("is", Decimal(0)), ("lt", Decimal(1)), ("lte", Decimal(0))}


def simplified(formula: Formula) -> Formula:
    """Give a formula that holds for the same profiles at every instant."""
    match formula:
        case And(of):
            return _both(dict.fromkeys(part for each in of for part in _conjuncts(each)))
        case Or(of):
            return Or(tuple(dict.fromkeys(simplified(each) for each in of)))
        case Negation(Negation(part)):
            return simplified(part)
        case Negation(part):
            return Negation(simplified(part))
        case Exceeds(CountAtom() as atom, op, bound) if (op, bound) in SOME:
            return _happens(atom) or formula
        case Exceeds(CountAtom() as atom, op, bound) if (op, bound) in NONE:
            happens = _happens(atom)
            return formula if happens is None else Negation(happens)
        case PickedSince(atom, when, since) if _apart(atom.source, since.source):
            time = TimeAtom(atom.source, atom.which)
            return _both((PickedIn(time, when), NotBefore(time, _time(since))))
        case _:
            return formula


def _both(parts: Iterable[Formula]) -> Formula:
    """Join parts, without what others of them imply: that there is an event at all."""
    known = {time for part in parts for time in _implied(part)}
    needed = tuple(
        part for part in parts if not (isinstance(part, PickedIn) and _is_implied(part, known))
    )
    return needed[0] if len(needed) == 1 else And(needed)


def _implied(part: Formula) -> tuple[TimeAtom, ...]:
    match part:
        case NotBefore(atom, since):
            return (atom, since)
        case PickedIn(atom, when) if when is not None:
            return (atom,)
        case _:
            return ()


def _is_implied(part: PickedIn, known: Collection[TimeAtom]) -> bool:
    return part.when is None and part.atom in known


def _conjuncts(formula: Formula) -> tuple[Formula, ...]:
    simple = simplified(formula)
    return simple.of if isinstance(simple, And) else (simple,)


def _happens(atom: CountAtom) -> Formula | None:
    """Say that there is such an event, by its first or last instant where one tells."""
    which = _telling(atom.when)
    if which is None:
        return None
    time = TimeAtom(atom.source, which)
    if atom.since is None:
        return PickedIn(time, atom.when)
    if which == "first" or not _apart(atom.source, atom.since.source):
        return None
    return _both((PickedIn(time, atom.when), NotBefore(time, _time(atom.since))))


def _telling(when: TimeTest | None) -> Literal["first", "last"] | None:
    """Say which event lies in the window if any does."""
    match when:
        case None | Within() | After() | CalendarDays(youngest=0):
            return "last"
        case OlderThan() | Before():
            return "first"
        case Age() | Between() | CalendarDays() | WithinNext():
            return None
        case _:
            assert_never(when)


def _apart(one: Source, other: Source) -> bool:
    """Say whether no event can be of both."""
    return bool(one.names) and bool(other.names) and set(one.names).isdisjoint(other.names)


def _time(key: KeyAtom) -> TimeAtom:
    return TimeAtom(key.source, key.which)
