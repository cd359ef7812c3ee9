"""Atoms of events, for each look: how many, how much, when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from dataout.segments.atoms import (
    CountAtom,
    DaysAtom,
    DistinctAtom,
    KeyAtom,
    NumberAtom,
    PickedAtom,
    TimeAtom,
    WindowAtom,
)
from dataout.segments.values import Test
from dataout.ticks import dates, reading
from dataout.ticks.columns import (
    MILLION,
    NO_CODE,
    NO_NUMBER,
    Amount,
    Code,
    Column,
    Landing,
    Least,
    Most,
    Number,
    Usable,
)
from dataout.ticks.days import calendar
from dataout.ticks.keys import LONG_AGO, Array, Flags, Ints, ordered
from dataout.ticks.needs import may_meet
from dataout.ticks.reading import Found
from dataout.ticks.streams import Stream
from dataout.ticks.views import View, Window


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A number for each look, in millionths (of 64 bits, or Python's), and where there is one."""

    millionths: Array
    there: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """The event since which others count: where there is one, its moment, and its landing.

    The landing is known where the event may itself be of what is counted.
    """

    there: Flags
    moments: Ints
    landings: Ints | None


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The rows that a window atom aggregates: those of a stream in a window, but for the anchor."""

    view: View
    stream: Stream
    within: Window
    anchor: Anchor | None

    def count(self) -> Ints:
        """Count them."""
        total = reading.count(self.view, self.stream, self.within)
        itself = self._anchors()
        return total if itself is None else total - itself.there

    def sums(self, column: Column) -> Ints:
        """Sum a column."""
        total = reading.sums(self.view, self.stream, self.within, column)
        itself = self._anchors()
        return total if itself is None else total - reading.values(self.stream, itself, column)

    def rows(self, *columns: Column) -> reading.Gathered:
        """List them."""
        if self.anchor is None or self.anchor.landings is None:
            return reading.gathered(self.view, self.stream, self.within, *columns)
        rows = reading.gathered(self.view, self.stream, self.within, *columns, Landing())
        others = rows.columns[Landing()] != self.anchor.landings[rows.looks]
        held = {name: rows.columns[name][others] for name in columns}
        return reading.Gathered(rows.looks[others], rows.moments[others], held)

    def _anchors(self) -> Found | None:
        """Find the anchors among the rows."""
        if self.anchor is None or self.anchor.landings is None:
            return None
        some = np.flatnonzero(self.anchor.there & self.within.holds(self.anchor.moments))
        at, landings = self.anchor.moments[some], self.anchor.landings[some]
        found = reading.with_value(self.view.of(some), self.stream, at, Landing(), landings)
        answer = reading.nothing(len(self.view))
        answer.run[some], answer.place[some] = found.run, found.place
        return answer


def counted(atom: WindowAtom, view: View) -> Counted:
    """Say what an atom aggregates: without an anchor where one is asked for, nothing."""
    stream, within = view.streams[atom.source], view.window(atom.when)
    if atom.since is None:
        return Counted(view, stream, within, None)
    anchor = anchor_of(atom.since, view, met=may_meet(atom.source, atom.since.source))
    until = within.until.moments
    after = np.where(anchor.there, np.maximum(within.after.moments, anchor.moments - 1), until)
    return Counted(view, stream, Window(view.bound(after), within.until), anchor)


def anchor_of(atom: KeyAtom, view: View, *, met: bool) -> Anchor:
    """Find anchors; ``met``: they may themselves be of what is counted."""

    def find() -> Anchor:
        stream = view.streams[atom.source]
        found = reading.end(view, stream, view.past, atom.which)
        landings = reading.values(stream, found, Landing()) if met else None
        return Anchor(found.there, reading.moments(stream, found), landings)

    return view.once((atom, met), find)


def time_of(atom: TimeAtom, view: View) -> Ints:
    """Give the moment of a first or last event; ``LONG_AGO`` without one, which no window holds."""
    stream = view.streams[atom.source]
    match atom.which:
        case "last":
            return view.once(atom, lambda: reading.last_moments(view, stream, view.past.until))
        case "first":
            return view.once(atom, lambda: _first_time(stream, view))


def _first_time(stream: Stream, view: View) -> Ints:
    moments = reading.next_moments(view, stream, view.past.after)
    return np.where(moments <= view.looks.nows, moments, LONG_AGO)


def amounts(atom: WindowAtom, view: View) -> Numbers:
    """Compute an atom's number; there is always a count."""
    return view.once(atom, lambda: _amounts(atom, view))


def _amounts(atom: WindowAtom, view: View) -> Numbers:
    rows = counted(atom, view)
    match atom:
        case CountAtom():
            return whole(rows.count())
        case DaysAtom(zone):
            every = rows.rows()
            return whole(_different(every.looks, calendar(zone).days(every.moments), len(view)))
        case DistinctAtom(path):
            every = rows.rows(Code(path))
            codes = every.columns[Code(path)]
            some = codes != NO_CODE
            return whole(_different(every.looks[some], codes[some], len(view)))
        case NumberAtom("sum", path):
            usable = rows.sums(Usable(path, atom.items))
            return Numbers(rows.sums(Amount(path, atom.items)), usable > 0)
        case NumberAtom("usable", path):
            return whole(rows.sums(Usable(path, atom.items)))
        case NumberAtom("min", path):
            return _extreme(rows, Least(path, atom.items), np.minimum, 2**63 - 1)
        case NumberAtom("max", path):
            return _extreme(rows, Most(path, atom.items), np.maximum, -(2**63))
        case NumberAtom():
            raise AssertionError(atom)
        case _:
            assert_never(atom)


def whole(counts: Ints) -> Numbers:
    """Make counts numbers."""
    return Numbers(counts * MILLION, np.ones(len(counts), bool))


def _different(of: Ints, values: Array, looks: int) -> Ints:
    """Count the different values of each look; values are from 0."""
    most = int(values.max(initial=0)) + 1
    pairs = ordered(of * most + values)
    return np.bincount(pairs // most, minlength=looks)


def _extreme(rows: Counted, column: Column, better: np.ufunc, start: int) -> Numbers:
    every = rows.rows(column)
    values = every.columns[column]
    some = values != NO_NUMBER
    answer = np.full(len(rows.view), start, np.int64)
    better.at(answer, every.looks[some], values[some])
    there = np.zeros(len(rows.view), bool)
    there[every.looks[some]] = True
    return Numbers(answer, there)


def picked(atom: PickedAtom, view: View) -> Found:
    """Find the first or last event in a window."""
    return reading.end(view, view.streams[atom.source], view.window(atom.when), atom.which)


def picked_numbers(atom: PickedAtom, view: View) -> Numbers:
    """Read the number out of picked events."""
    found = picked(atom, view)
    numbers = reading.values(view.streams[atom.source], found, Number(atom.path), NO_NUMBER)
    return Numbers(numbers, numbers != NO_NUMBER)


def picked_passes(atom: PickedAtom, tests: tuple[Test, ...], view: View) -> Flags:
    """Say whether the picked event's value passes; without an event, whether nothing does."""
    stream = view.streams[atom.source]
    return dates.passing(view, stream, picked(atom, view), atom.path, tests)
