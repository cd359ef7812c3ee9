"""What is read from a stream for each look: counts, sums, the rows at the ends, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dataout.ticks.columns import ORDER, Column, Moment, type_of
from dataout.ticks.keys import END, EPOCH, LONG_AGO, NEVER, Array, Flags, Ints, moments_of
from dataout.ticks.runs import Run, expanded
from dataout.ticks.streams import Stream
from dataout.ticks.views import Bound, View, Window


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One row for each look: its run (-1: there is none) and its place there."""

    run: Ints
    place: Ints

    @property
    def there(self) -> Flags:
        """Say for which looks there is a row."""
        return self.run >= 0


def nothing(size: int) -> Found:
    """Find no row for any of so many looks."""
    return Found(np.full(size, -1, np.int64), np.zeros(size, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Many rows: the positions of their looks, their moments, and the columns asked for."""

    looks: Ints
    moments: Ints
    columns: Mapping[Column, Array]


def spans(view: View, stream: Stream, within: Window) -> Iterator[tuple[Run, Ints, Ints]]:
    """Give of each run the ranks of the rows in each window: from the first, before the second."""
    for run in stream.runs:
        low = view.ranks(run, within.after)
        yield run, low, np.maximum(view.ranks(run, within.until), low)


def count(view: View, stream: Stream, within: Window) -> Ints:
    """Count rows."""
    total = np.zeros(len(view), np.int64)
    for _, low, high in spans(view, stream, within):
        total += high - low
    return total


def sums(view: View, stream: Stream, within: Window, column: Column) -> Ints:
    """Sum a column over rows; right as long as the sum fits in 64 bits."""
    total = np.zeros(len(view), np.int64)
    for run, low, high in spans(view, stream, within):
        total += run.sums(column, low, high)
    return total


def end(view: View, stream: Stream, within: Window, which: Literal["first", "last"]) -> Found:
    """Find the first or last row, in the order of moments and then of the stream's ``ORDER``."""
    best = nothing(len(view))
    for number, (run, low, high) in enumerate(spans(view, stream, within)):
        some = np.flatnonzero(high > low)
        place = run.places(low[some] if which == "first" else high[some] - 1)
        mine = Found(np.full(len(some), number, np.int64), place)
        theirs = Found(best.run[some], best.place[some])
        better = _comes_before(stream, mine, theirs, which)
        best.run[some[better]] = number
        best.place[some[better]] = place[better]
    return best


def _comes_before(
    stream: Stream, mine: Found, theirs: Found, which: Literal["first", "last"]
) -> Flags:
    """Say where a row is a better end than another, which may not be there."""
    better, tied = ~theirs.there, theirs.there
    for name in (None, *(name for name in ORDER if name in stream.columns)):
        if not tied.any():
            break
        own, other = (
            (moments(stream, mine), moments(stream, theirs))
            if name is None
            else (values(stream, mine, name), values(stream, theirs, name))
        )
        better |= tied & ((own < other) if which == "first" else (own > other))
        tied = tied & (own == other)
    return better


def moments(stream: Stream, found: Found, absent: int = LONG_AGO) -> Ints:
    """Give the moments of rows that were found."""
    answer = np.full(len(found.run), absent, np.int64)
    for number, run in enumerate(stream.runs):
        mine = found.run == number
        answer[mine] = _true_moments(run, found.place[mine])
    return answer


def values(stream: Stream, found: Found, column: Column, absent: int = 0) -> Array:
    """Give what a column holds of rows that were found."""
    answer = np.full(len(found.run), absent, type_of(column))
    for number, run in enumerate(stream.runs):
        mine = found.run == number
        answer[mine] = run.values(column, found.place[mine])
    return answer


def gathered(view: View, stream: Stream, within: Window, *columns: Column) -> Gathered:
    """List all rows; those of a look are in order within each run only."""
    looks: list[Ints] = [np.zeros(0, np.int64)]
    times: list[Ints] = [np.zeros(0, np.int64)]
    held: dict[Column, list[Array]] = {name: [np.zeros(0, type_of(name))] for name in columns}
    for run, low, high in spans(view, stream, within):
        look, rank = expanded(low, high)
        place = run.places(rank)
        looks.append(look)
        times.append(moments_of(run.keys[place]))
        for name in columns:
            held[name].append(run.values(name, place))
    joined = {name: np.concatenate(parts) for name, parts in held.items()}
    return Gathered(np.concatenate(looks), np.concatenate(times), joined)


def with_value(view: View, stream: Stream, at: Ints, column: Column, wanted: Array) -> Found:
    """Find the row at a moment that has a value, which no other there has, in a column."""
    answer = nothing(len(view))
    within = Window(view.bound(at - 1), view.bound(at))
    for number, (run, low, high) in enumerate(spans(view, stream, within)):
        look, rank = expanded(low, high)
        place = run.places(rank)
        same = run.values(column, place) == wanted[look]
        answer.run[look[same]] = number
        answer.place[look[same]] = place[same]
    return answer


def next_moments(view: View, stream: Stream, after: Bound) -> Ints:
    """Give the moment of the first row after a bound; ``NEVER`` where there is none."""
    answer = np.full(len(view), NEVER, np.int64)
    for run in stream.runs:
        rank = view.ranks(run, after)
        moment = run.keys.take(run.places(rank), mode="clip") - view.zeros
        own = (rank < len(run)) & (moment < END)
        np.minimum(answer, moment, out=answer, where=own)
    return answer


def last_moments(view: View, stream: Stream, until: Bound) -> Ints:
    """Give the moment of the last row up to a bound; ``LONG_AGO`` where there is none."""
    answer = np.full(len(view), LONG_AGO, np.int64)
    for run in stream.runs:
        rank = view.ranks(run, until)
        place = run.places(rank - 1)
        moment = run.keys.take(place, mode="clip") - view.zeros
        own = (rank > 0) & (moment >= EPOCH)
        if Moment() in run.columns:
            moment = run.columns[Moment()].take(place, mode="clip")
        np.maximum(answer, moment, out=answer, where=own)
    return answer


def last_but(view: View, stream: Stream, within: Window, back: Ints) -> Ints:
    """Give a moment not after that of the row that is ``back`` from the last (1: the last itself).

    ``NEVER`` where there are not so many. Exact where one run has them all.
    """
    total = np.zeros(len(view), np.int64)
    oldest, best = np.full(len(view), NEVER, np.int64), np.full(len(view), LONG_AGO, np.int64)
    for run, low, high in spans(view, stream, within):
        total += high - low
        some = np.flatnonzero(high > low)
        moment = moments_of(run.keys[run.places(low[some])])
        oldest[some] = np.minimum(oldest[some], moment)
        deep = np.flatnonzero(high - back >= low)
        moment = moments_of(run.keys[run.places(high[deep] - back[deep])])
        best[deep] = np.maximum(best[deep], moment)
    return np.where(total >= back, np.maximum(best, oldest), NEVER)


def _true_moments(run: Run, places: Ints) -> Ints:
    if Moment() in run.columns:
        return run.columns[Moment()][places]
    return moments_of(run.keys[places])
