"""Which looks keyed streams cannot answer for: they are to be evaluated elsewhere, from history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from dataout.segments.atoms import NumberAtom, PickedAtom
from dataout.segments.formulas import (
    And,
    AtomValue,
    Computed,
    Formula,
    HeldFor,
    Negation,
    Or,
    SeenFor,
    ValueIs,
    atoms_of,
)
from dataout.ticks import reading
from dataout.ticks.columns import Amount
from dataout.ticks.keys import EPOCH, LONG_AGO, Flags, Ints, among, fits
from dataout.ticks.needs import KNOWN, Need, Origin, SeenRows, needs_of
from dataout.ticks.streams import Stream
from dataout.ticks.values_asked import reaches
from dataout.ticks.views import View

ROOM = 2**63
"""Sums that may reach it, in either direction, do not fit in 64 bits."""


def doubtful(formula: Formula, view: View) -> Flags:
    """Say for which looks a formula's answer and edges may be wrong.

    People with a row that does not fit; instants that a key cannot hold, or at which forgotten rows
    counted; sums that may need more than 64 bits.
    """
    doubts = ~fits(view.looks.nows)
    for origin, need in _needs(formula).items():
        stream = view.streams[origin]
        if len(stream.elsewhere):
            doubts |= among(view.looks.slots, stream.elsewhere)
        if stream.kept_from > _farthest(need, view):
            doubts |= _forgotten(stream, need, view)
    for span in _spans(formula):
        doubts |= view.looks.nows - span < EPOCH
    for atom in atoms_of(formula):
        if isinstance(atom, NumberAtom) and atom.function == "sum":
            stream = view.streams[atom.source]
            largest = stream.largest.get(Amount(atom.path, atom.items), 0)
            doubts |= _too_much(stream, largest, view)
    return doubts


@lru_cache(KNOWN)
def _needs(formula: Formula) -> Mapping[Origin, Need]:
    """Say what one formula needs; it is asked at every look."""
    return needs_of([formula])


def _farthest(need: Need, view: View) -> int:
    """Say from when on rows count at any of the looks."""
    return LONG_AGO if need.reach is None else view.earliest - need.reach + 1


def _forgotten(stream: Stream, need: Need, view: View) -> Flags:
    if need.reach is None:
        return np.ones(len(view), bool)
    before: Flags = view.looks.nows - need.reach + 1 < stream.kept_from
    return before & (_first_rows(view) < stream.kept_from)


def _first_rows(view: View) -> Ints:
    """Say since when anything is known of people: nothing before that can have been forgotten."""
    seen = view.streams.get(SeenRows())
    if seen is None:
        return np.full(len(view), LONG_AGO, np.int64)
    every = view.fixed(LONG_AGO)
    return view.once("first rows", lambda: reading.next_moments(view, seen, every))


def _too_much(stream: Stream, largest: int, view: View) -> Flags:
    if len(stream) * largest < ROOM:
        return np.zeros(len(view), bool)
    rows = reading.count(view, stream, view.past)
    return rows > (ROOM - 1) // largest


def _spans(formula: Formula) -> Iterator[int]:
    """List how long ago something may have been that is asked for: before 1990 it is not known."""
    match formula:
        case And(of) | Or(of):
            for part in of:
                yield from _spans(part)
        case Negation(part):
            yield from _spans(part)
        case HeldFor(_, span) | SeenFor(_, span):
            yield span
        case ValueIs(_, _, tests) | Computed(AtomValue(PickedAtom()), tests):
            yield from reaches(tests)
        case _:
            return
