"""What was last said, since when, and since when anything was: attributes, lists, deletions."""

from __future__ import annotations

import numpy as np

from dataout.segments.atoms import SinceAtom
from dataout.segments.formulas import ValueIs
from dataout.segments.values import absent_passes
from dataout.ticks import dates, reading
from dataout.ticks.columns import Landing, Member, Moment, Passes, Received
from dataout.ticks.keys import NEVER, Array, Flags, Ints
from dataout.ticks.needs import AttributeRows, DeletionRows, ListRows, Origin, SeenRows
from dataout.ticks.reading import Found
from dataout.ticks.streams import Stream
from dataout.ticks.views import View


def value_is(leaf: ValueIs, view: View) -> Flags:
    """Say whose newest value of an attribute passes."""
    stream = view.streams[AttributeRows(leaf.atom.name)]
    return dates.passing(view, stream, newest(stream, view), leaf.path, leaf.tests)


def newest(stream: Stream, view: View) -> Found:
    """Find what was last said."""
    return view.once((stream, "newest"), lambda: reading.end(view, stream, view.past, "last"))


def listed(name: str, view: View) -> Flags:
    """Say who is on a list."""
    return _is_so(ListRows(name), view)


def alive(view: View) -> Flags:
    """Say who is not deleted."""
    return ~_is_so(DeletionRows(), view)


def _is_so(origin: Origin, view: View) -> Array:
    stream = view.streams[origin]
    if not stream.runs:
        return np.zeros(len(view), bool)
    return reading.values(stream, newest(stream, view), Member())


def first_seen(view: View) -> Ints:
    """Give each profile's earliest visible event or attribute; ``NEVER`` where there is none."""
    stream = view.streams[SeenRows()]
    found = reading.end(view, stream, view.past, "first")
    return reading.moments(stream, found, NEVER)


def held_since(atom: SinceAtom, view: View) -> Ints:
    """Give the moments since which tests have held; ``NEVER`` where they do not.

    Of several values set at one moment the newest counts. What an absent value passes has held
    since the profile was first seen, unless something broke it.
    """
    look, moments, holds = _history(atom, view)
    broken = np.full(len(view), -1, np.int64)
    broken[look[~holds]] = np.flatnonzero(~holds)
    first = np.searchsorted(look, np.arange(len(view)))
    start = np.where(broken >= 0, broken + 1, first)
    held = np.append(look, -1)[start] == np.arange(len(view))
    since = np.where(held, np.append(moments, NEVER)[start], NEVER)
    if absent_passes(atom.tests):
        return np.where(broken >= 0, since, first_seen(view))
    return since


def _history(atom: SinceAtom, view: View) -> tuple[Ints, Ints, Array]:
    """List the looks, moments and truths of an attribute's values, in order, one per moment."""
    wanted = (Moment(), Received(), Landing(), Passes(atom.path, atom.tests))
    rows = reading.gathered(view, view.streams[AttributeRows(atom.name)], view.past, *wanted)
    moment, received, landing, holds = (rows.columns[name] for name in wanted)
    by = np.lexsort((landing, received, moment, rows.looks))
    look, moment, holds = rows.looks[by], moment[by], holds[by]
    last = np.append((look[1:] != look[:-1]) | (moment[1:] != moment[:-1]), True)[: len(look)]
    return look[last], moment[last], holds[last]
