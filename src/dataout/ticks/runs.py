"""Sorted runs of keys with their columns: the parts of which a stream consists.

A run never changes. Rows that are taken away are only marked, by their places in it, until it is
merged. So a row has two numbers: its *place*, and its *rank*, which counts the rows that are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from dataout.ticks.columns import ORDER, Column, is_summed, type_of
from dataout.ticks.keys import MOMENT_BITS, Array, Ints

Columns = Mapping[Column, Array]
NONE: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Keys in order, those that are equal by the columns of ``ORDER``.

    ``totals`` are running totals of summed columns: before the first row, after it, and so on
    (they may pass 64 bits and start over: differences are right all the same). ``gone`` are the
    places of marked rows, ``gone_ranks`` how many rows are left before each, ``lost`` their totals.
    """

    keys: Ints
    columns: Columns
    totals: Columns
    gone: Ints
    gone_ranks: Ints
    lost: Columns

    def __len__(self) -> int:
        """Count the rows that are left."""
        return len(self.keys) - len(self.gone)

    def ranks(self, keys: Ints) -> Ints:
        """Count the rows that are left at or before each key."""
        places = np.searchsorted(self.keys, keys, "right")
        if len(self.gone):
            places = places - np.searchsorted(self.gone, places)
        return places

    def places(self, ranks: Ints) -> Ints:
        """Find rows by their ranks."""
        if len(self.gone) == 0:
            return ranks
        return ranks + np.searchsorted(self.gone_ranks, ranks, "right")

    def sums(self, column: Column, low: Ints, high: Ints) -> Ints:
        """Sum a column over the rows of ranks ``low`` to ``high``, the latter excluded."""
        return (self._total(column, high) - self._total(column, low)).astype(np.int64)

    def _total(self, column: Column, ranks: Ints) -> Array:
        places = self.places(ranks)
        total = self.totals[column][places]
        return total - self.lost[column][places - ranks] if len(self.gone) else total

    def values(self, column: Column, places: Ints) -> Array:
        """Look a column up."""
        if column in self.totals:
            totals = self.totals[column]
            return totals[places + 1] - totals[places]
        return self.columns[column][places]


def run_of(keys: Ints, columns: Columns) -> Run:
    """Sort rows into a run."""
    if not columns:
        return _run(np.sort(keys), columns)
    order = np.argsort(keys) if np.any(keys[1:] < keys[:-1]) else None
    if order is not None:
        keys, columns = keys[order], {name: held[order] for name, held in columns.items()}
    return _run(keys, _in_order(keys, columns))


def _run(keys: Ints, columns: Columns) -> Run:
    return Run(
        keys,
        {name: held for name, held in columns.items() if not is_summed(name)},
        {name: _totals(held, name) for name, held in columns.items() if is_summed(name)},
        NONE,
        NONE,
        {},
    )


def put_back(keys: Ints, columns: Columns, totals: Columns, gone: Ints) -> Run:
    """Make a run again of what is kept of it."""
    return _marked(Run(keys, columns, totals, NONE, NONE, {}), gone)


def _totals(values: Array, column: Column) -> Array:
    totals = np.zeros(len(values) + 1, type_of(column))
    np.cumsum(values, out=totals[1:])
    return totals


def _in_order(keys: Ints, columns: Columns) -> Columns:
    """Order the rows that share a key; most do not."""
    order = [columns[name] for name in ORDER if name in columns]
    same = keys[1:] == keys[:-1]
    if not order or not same.any():
        return columns
    places = np.flatnonzero(np.append(same, False) | np.append(False, same))
    by = np.lexsort((*(held[places] for held in reversed(order)), keys[places]))
    sorted_ = {}
    for name, held in columns.items():
        sorted_[name] = held.copy()
        sorted_[name][places] = held[places[by]]
    return sorted_


def merged(big: Run, small: Run) -> Run:
    """Put two runs together; marked rows are left out."""
    (keys, columns), (more, others) = _left(big), _left(small)
    places = np.searchsorted(keys, more, "right")
    keys = np.insert(keys, places, more)
    columns = {name: np.insert(held, places, others[name]) for name, held in columns.items()}
    return _run(keys, _in_order(keys, columns))


def _left(run: Run) -> tuple[Ints, Columns]:
    raw = {**run.columns, **{name: np.diff(totals) for name, totals in run.totals.items()}}
    if len(run.gone) == 0:
        return run.keys, raw
    return np.delete(run.keys, run.gone), {n: np.delete(held, run.gone) for n, held in raw.items()}


def only(run: Run, wanted: Array) -> Run:
    """Keep the rows at some places."""
    keys, columns = _left(replace(run, gone=NONE))
    return _run(keys[wanted], {name: held[wanted] for name, held in columns.items()})


def without(run: Run, keys: Ints, columns: Columns) -> tuple[Run, Array]:
    """Mark rows as gone; say which of those given were there.

    A row is one with its key and its columns; of several that are alike each counts once.
    """
    if len(keys) == 0:
        return run, np.zeros(0, bool)
    row, place = _alike(run, keys, columns)
    wanted = _nth(keys, columns)
    first = np.append(True, row[1:] != row[:-1]) if len(row) else np.zeros(0, bool)
    starts = np.maximum.accumulate(np.where(first, np.arange(len(row)), 0))
    mine = np.arange(len(row)) - starts == wanted[row]
    found = np.zeros(len(keys), bool)
    found[row[mine]] = True
    return _marked(run, place[mine]), found


def without_slots(run: Run, slots: Ints) -> Run:
    """Mark all rows of some slots, which are in order, as gone."""
    low, high = run.ranks((slots << MOMENT_BITS) - 1), run.ranks(((slots + 1) << MOMENT_BITS) - 1)
    return _marked(run, run.places(expanded(low, high)[1]))


def _alike(run: Run, keys: Ints, columns: Columns) -> tuple[Ints, Ints]:
    """Pair rows with the places of those that are equal to them."""
    low, high = run.ranks(keys - 1), run.ranks(keys)
    row, rank = expanded(low, high)
    place = run.places(rank)
    for name, held in columns.items():
        same = run.values(name, place) == held[row]
        row, place = row[same], place[same]
    return row, place


def _nth(keys: Ints, columns: Columns) -> Ints:
    """Count up the rows that are alike: 0, 1 and so on."""
    parts: list[Array] = [keys, *columns.values()]
    by = np.lexsort(parts)
    differs = np.zeros(len(keys), bool)
    differs[:1] = True
    for part in parts:
        differs[1:] |= part[by][1:] != part[by][:-1]
    counted = np.arange(len(keys))
    ordinals = np.empty(len(keys), np.int64)
    ordinals[by] = counted - np.maximum.accumulate(np.where(differs, counted, 0))
    return ordinals


def _marked(run: Run, places: Ints) -> Run:
    if len(places) == 0:
        return run
    gone = np.sort(np.concatenate([run.gone, places]))
    lost = {name: _totals(run.values(name, gone), name) for name in run.totals}
    return replace(run, gone=gone, gone_ranks=gone - np.arange(len(gone)), lost=lost)


def expanded(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """List every number from ``low`` to ``high`` (excluded), with the position of its range."""
    lengths = np.maximum(high - low, 0)
    of = np.repeat(np.arange(len(low)), lengths)
    starts = np.cumsum(lengths) - lengths
    return of, np.arange(len(of)) - starts[of] + low[of]


def arrays_of(run: Run) -> Iterator[Array]:
    """List the arrays that a run holds."""
    yield from (run.keys, run.gone, run.gone_ranks)
    for held in (run.columns, run.totals, run.lost):
        yield from held.values()
