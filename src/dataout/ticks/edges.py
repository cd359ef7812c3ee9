"""Edges of looks: when a formula can next change its answer without new data, and when it last did.

Between two neighbouring edges nothing changes. An edge may come too early, never too late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce

import numpy as np

from dataout.segments.atoms import CountAtom, PickedAtom, TimeAtom
from dataout.segments.formulas import (
    AtomValue,
    Computed,
    Exceeds,
    Formula,
    Leaf,
    PickedIn,
    ValueIs,
    leaves_of,
)
from dataout.segments.values import TimeTest
from dataout.ticks import dates, reading, states
from dataout.ticks.columns import NO_NUMBER
from dataout.ticks.days import calendar
from dataout.ticks.events import picked, time_of
from dataout.ticks.keys import LONG_AGO, NEVER, Ints
from dataout.ticks.needs import KNOWN, AttributeRows, DeletionRows, Origin
from dataout.ticks.shifts import (
    DayShift,
    Shift,
    Shifts,
    entering,
    leaving,
    shifts_of,
)
from dataout.ticks.views import Bound, View

GONE = Shift(DeletionRows())


def next_edges(formula: Formula, view: View) -> Ints:
    """Give the first edge after each look (milliseconds UTC); ``NEVER`` where there is none."""
    shifts: dict[Shifts, None] = {GONE: None}
    found: list[Ints] = []
    for leaf in dict.fromkeys(leaves_of(formula)):
        match leaf:
            case Exceeds(CountAtom(source, when, None)):
                shifts.update(dict.fromkeys(entering(source, when)))
                if any(leaving(source, when)):
                    found.append(_when_enough_leave(leaf, view))
            case PickedIn(atom, when):
                shifts[Shift(atom.source)] = None
                found.append(_when_the_picked_moves(atom, when, view))
            case _:
                shifts.update(dict.fromkeys(shifts_of(leaf)))
                turns = _turns(leaf, view)
                found += [np.where(turn > view.looks.nows, turn, NEVER) for turn in turns]
    found += [_next(shift, view) for shift in shifts]
    return np.minimum(reduce(np.minimum, found), NEVER)


def last_edges(formula: Formula, view: View) -> Ints:
    """Give the last edge at or before each look; ``LONG_AGO`` where there is none.

    Before an edge of what was forgotten, looks are doubtful.
    """
    leaves, shifts = _moving(formula)
    found = [_last(shift, view) for shift in shifts]
    for turn in (turn for leaf in leaves for turn in _turns(leaf, view)):
        come = (turn != NO_NUMBER) & (turn <= view.looks.nows)
        found.append(np.where(come, turn, LONG_AGO))
    return reduce(np.maximum, found)


@lru_cache(KNOWN)
def _moving(formula: Formula) -> tuple[Sequence[Leaf], Sequence[Shifts]]:
    """List a formula's comparisons, and all ways in which rows change them, each once."""
    leaves = tuple(dict.fromkeys(leaves_of(formula)))
    every = (GONE, *(shift for leaf in leaves for shift in shifts_of(leaf)))
    return leaves, tuple(dict.fromkeys(every))


def _turns(leaf: Leaf, view: View) -> Iterator[Ints]:
    """Give when times in the values that a comparison looks at now make it turn."""
    match leaf:
        case ValueIs(atom, path, tests):
            stream = view.streams[AttributeRows(atom.name)]
            yield from dates.turns(stream, states.newest(stream, view), path, tests)
        case Computed(AtomValue(PickedAtom(path) as atom), tests):
            stream = view.streams[atom.source]
            yield from dates.turns(stream, picked(atom, view), path, tests)
        case _:
            return


def _next(shift: Shifts, view: View) -> Ints:
    moments = reading.next_moments(view, view.streams[shift.origin], _moved_by_now(shift, view))
    return _moved(shift, moments)


def _last(shift: Shifts, view: View) -> Ints:
    stream, until = view.streams[shift.origin], _moved_by_now(shift, view)
    moments = reading.last_moments(view, stream, until)
    forgotten = stream.kept_from - 1
    np.maximum(moments, forgotten, out=moments, where=until.moments >= forgotten)
    return np.where(moments > LONG_AGO, _moved(shift, moments), LONG_AGO)


def _moved_by_now(shift: Shifts, view: View) -> Bound:
    """Give the moments up to which rows have moved."""
    match shift:
        case Shift(by=by):
            return view.ago(by)
        case DayShift(days=days, zone=zone):
            return view.midnight(1 - days, zone)


def _moved(shift: Shifts, moments: Ints) -> Ints:
    """Say when rows of these moments move; those of no row stay what they are, or nearly."""
    match shift:
        case Shift(by=by):
            return moments + by
        case DayShift(days=number, zone=zone):
            days = calendar(zone)
            moved = days.starts(days.days(moments) + number)
            return np.where(moments < NEVER, moved, NEVER)


def _when_enough_leave(part: Exceeds, view: View) -> Ints:
    """Find the row whose leaving makes a count compare otherwise, if no others enter."""
    source, when = part.atom.source, part.atom.when
    stream, within = view.streams[source], view.window(when)
    back = _back(part, reading.count(view, stream, within))
    moments = reading.last_but(view, stream, within, np.maximum(back, 1))
    moments = np.where(back > 0, moments, NEVER)
    return reduce(np.minimum, [_moved(shift, moments) for shift in leaving(source, when)])


def _back(part: Exceeds, there: Ints) -> Ints:
    """Say how many from the last that row is, given how many there are; 0: it does not matter."""
    bound = int(part.bound)
    match part.op:
        case "gte" | "lt":
            return np.where(there >= bound, bound, 0)
        case "gt" | "lte":
            return np.where(there > bound, bound + 1, 0)
        case "is":
            return np.where(there > bound, bound + 1, np.where(there == bound, bound, 0))


def _when_the_picked_moves(atom: TimeAtom, when: TimeTest | None, view: View) -> Ints:
    moments = time_of(atom, view)
    answer = np.full(len(view), NEVER, np.int64)
    for shift in _both(atom.source, when):
        moved = _moved(shift, moments)
        np.minimum(answer, moved, out=answer, where=moved > view.looks.nows)
    return answer


def _both(origin: Origin, when: TimeTest | None) -> Iterator[Shifts]:
    yield from entering(origin, when)
    yield from leaving(origin, when)
