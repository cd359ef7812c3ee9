"""Streams: the rows that some atoms read, as a few sorted runs. Values: what changes is a new one.

New rows make a small run of their own; runs are merged before one is smaller than a twentieth of
the next, so a stream of millions of rows has about three, and a row is copied a few dozen times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from dataout.model.people import Instant
from dataout.ticks.columns import (
    NO_NUMBER,
    Amount,
    Code,
    Column,
    Least,
    Moment,
    Most,
    Number,
    Rows,
    Usable,
    When,
    type_of,
)
from dataout.ticks.keys import (
    EPOCH,
    LONG_AGO,
    Array,
    Flags,
    Ints,
    fits,
    keys_of,
    moments_of,
)
from dataout.ticks.runs import NONE, Run, arrays_of, merged, only, run_of, without, without_slots

FACTOR = 20
"""How much smaller than the next a run may be before the two are merged: 5 %."""

LARGEST, MANY = 2**62, 2**31
"""Numbers from the one on, in either direction, do not fit; nor do counts and codes from the other.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Runs, the largest first.

    ``elsewhere`` are slots, in order, of people with a row that does not fit: nothing is said of
    them here. Rows before ``kept_from`` have been forgotten. ``largest`` is what no
    amount of a column exceeds, in either direction.
    """

    columns: tuple[Column, ...] = ()
    runs: tuple[Run, ...] = ()
    elsewhere: Ints = field(default_factory=lambda: NONE)
    kept_from: Instant = LONG_AGO
    largest: Mapping[Column, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the rows."""
        return sum(len(run) for run in self.runs)


def with_rows(stream: Stream, rows: Rows) -> Stream:
    """Add rows. Rows that do not fit put their people ``elsewhere``; nothing is lost silently."""
    keys, columns, fit = _keyed(stream, rows)
    elsewhere = np.union1d(stream.elsewhere, rows.slots[~fit])
    largest = dict(stream.largest)
    for name, most in _largest(columns).items():
        largest[name] = max(most, largest.get(name, 0))
    runs = (*stream.runs, run_of(keys, columns)) if len(keys) else stream.runs
    return replace(stream, runs=_compact(runs), elsewhere=elsewhere, largest=largest)


def without_rows(stream: Stream, rows: Rows) -> Stream:
    """Take rows away, each with the columns it came with; what is not there changes nothing."""
    keys, columns, _ = _keyed(stream, rows)
    runs = []
    for run in reversed(stream.runs):
        left, found = without(run, keys, columns)
        keys, columns = keys[~found], {name: held[~found] for name, held in columns.items()}
        runs.append(left)
    return replace(stream, runs=_compact(tuple(reversed(runs))))


def without_people(stream: Stream, slots: Ints) -> Stream:
    """Take away all rows of some people, whose slots are in order; who is ``elsewhere`` stays."""
    return replace(stream, runs=_compact(tuple(without_slots(run, slots) for run in stream.runs)))


def forgetting(stream: Stream, before: Instant) -> Stream:
    """Drop rows with moments before an instant. It goes through all of them."""
    runs = tuple(kept for run in stream.runs if len(kept := only(run, _live_since(run, before))))
    return replace(stream, runs=runs, kept_from=max(stream.kept_from, before))


def bytes_of(stream: Stream) -> int:
    """Say how much memory a stream's arrays take."""
    return sum(held.nbytes for run in stream.runs for held in arrays_of(run))


def _live_since(run: Run, before: Instant) -> Flags:
    wanted: Flags = moments_of(run.keys) >= before
    wanted[run.gone] = False
    return wanted


def _compact(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Merge from the end while a run is not much larger than what follows it, gone rows counted.

    No run stays that has nothing in it.
    """
    kept = list(runs)
    while len(kept) > 1 and len(kept[-2].keys) < FACTOR * len(kept[-1].keys):
        small = kept.pop()
        kept[-1] = merged(kept[-1], small)
    return tuple(run for run in map(_tidy, kept) if len(run.keys))


def _tidy(run: Run) -> Run:
    """Rebuild a run of which much is gone."""
    if len(run.gone) * FACTOR <= len(run.keys):
        return run
    return only(run, _live_since(run, LONG_AGO))


def _keyed(stream: Stream, rows: Rows) -> tuple[Ints, Mapping[Column, Array], Flags]:
    """Give the keys and columns of the rows that fit, and say which those are."""
    moments, given = rows.moments, dict(rows.columns)
    if Moment() in stream.columns:
        given[Moment()] = moments
        moments = np.maximum(moments, EPOCH)
    fit = fits(moments)
    for name in stream.columns:
        fit &= _fit(given[name], name)
    slots, kept = rows.slots, {name: given[name] for name in stream.columns}
    if not fit.all():
        slots, moments = slots[fit], moments[fit]
        kept = {name: held[fit] for name, held in kept.items()}
    columns = {name: held.astype(type_of(name), copy=False) for name, held in kept.items()}
    return keys_of(slots, moments), columns, fit


def _fit(held: Array, column: Column) -> Flags:
    match column:
        case Amount() | Least() | Most() | Number() | When():
            inside: Array = (held > -LARGEST) & (held < LARGEST) | (held == NO_NUMBER)
        case Usable() | Code():
            inside = held < MANY
        case _:
            inside = np.ones(len(held), bool)
    return inside.astype(np.bool_)


def _largest(columns: Mapping[Column, Array]) -> Mapping[Column, int]:
    return {
        name: max(int(held.max()), -int(held.min()))
        for name, held in columns.items()
        if isinstance(name, Amount) and len(held)
    }
