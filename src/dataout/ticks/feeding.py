"""Rows for streams out of what arrived: filters and values are evaluated here, once per row.

For the few thousand rows between two ticks, that is; a whole history the engine feeds in
(``sql/feeds.py``), and its answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from dataout.model.people import Instant
from dataout.segments.atoms import Source
from dataout.ticks.columns import (
    NO_CODE,
    NO_NUMBER,
    TOO_MANY,
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
    Rows,
    Usable,
    When,
)
from dataout.ticks.instants import instant_of
from dataout.ticks.keys import Array, Ints
from dataout.ticks.needs import AttributeRows, ListRows, Origin
from dataout.ticks.predicates import compiled, compiled_tests, numbers_at
from dataout.ticks.values import Json, distinct_key, millionths_of, read_json, value_at

ANY_TIME = Instant(0)
"""What streams keep does not depend on now."""

T = TypeVar("T")
Codes = dict[Column, dict[str, int]]
"""The numbers that values of a ``Code`` have been given; they only grow."""


@dataclass(frozen=True, eq=False)
class Arrived:
    """Rows of one table of history.

    ``slot, moment``, and as far as that table has them ``name, received_at, landing, member``, and
    in ``said`` what was said, as JSON.
    What a row says is read when it is asked for, and once.
    """

    table: pa.Table
    _read: dict[int, Json] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count them."""
        return int(self.table.num_rows)

    def whole(self, column: str) -> Ints:
        """Give a column of whole numbers."""
        whole: Ints = self.table.column(column).to_numpy().astype(np.int64)
        return whole

    def named(self, names: Sequence[str]) -> Array:
        """Say which rows have one of these names; without names, all do."""
        if not names:
            return np.ones(len(self), bool)
        known, places = self._names
        wanted = np.array([name in names for name in known], bool)
        found: Array = wanted[places]
        return found

    @cached_property
    def _names(self) -> tuple[Sequence[str], Ints]:
        """List the different names, and say which of them each row has."""
        encoded = self.table.column("name").combine_chunks().dictionary_encode()
        places: Ints = encoded.indices.to_numpy().astype(np.int64)
        return encoded.dictionary.to_pylist(), places

    def said(self, row: int) -> Json:
        """Read what a row says."""
        if row not in self._read:
            text = self.table.column("said")[row].as_py()
            self._read[row] = None if text is None else read_json(text)
        return self._read[row]


Feed = Callable[[Arrived], Rows]
"""Makes rows for one stream."""


def feed(origin: Origin, columns: Sequence[Column], zone: str, codes: Codes) -> Feed:
    """Compile how a stream is fed; ``zone`` (IANA) is that of times without an offset."""
    names = _names(origin)
    where = origin.where if isinstance(origin, Source) else None
    passed = None if where is None else compiled(where, zone)
    made = {column: _column(column, zone, codes) for column in columns if column != Moment()}

    def rows(arrived: Arrived) -> Rows:
        some = np.flatnonzero(arrived.named(names))
        if passed is not None:
            wanted = [passed(arrived.said(row), ANY_TIME) for row in some.tolist()]
            some = some[np.array(wanted, bool)]
        held = {column: make(arrived, some) for column, make in made.items()}
        return Rows(arrived.whole("slot")[some], arrived.whole("moment")[some], held)

    return rows


def _names(origin: Origin) -> tuple[str, ...]:
    match origin:
        case Source(names):
            return names
        case AttributeRows(name) | ListRows(name):
            return (name,)
        case _:
            return ()


_Make = Callable[[Arrived, Ints], Array]


def _column(column: Column, zone: str, codes: Codes) -> _Make:
    match column:
        case Received():
            return lambda arrived, some: arrived.whole("received_at")[some]
        case Landing():
            return lambda arrived, some: arrived.whole("landing")[some]
        case Member():
            return lambda arrived, some: arrived.table.column("member").to_numpy()[some]
        case Passes(path, tests):
            passed = compiled_tests(tests, zone)
            return _each(lambda said: passed(value_at(said, path), ANY_TIME), bool)
        case Code(path):
            known = codes.setdefault(column, {})
            return _each(lambda said: code_of(known, distinct_key(value_at(said, path))), np.int64)
        case When(path):
            place = ZoneInfo(zone)
            return _each(lambda said: _instant(value_at(said, path), place), np.int64)
        case _:
            return _each(_number(column, zone), object)


def _number(column: Column, zone: str) -> Callable[[Json], int]:
    match column:
        case Number(path):
            return lambda said: _or_none(millionths_of(value_at(said, path)))
        case Amount(path, items):
            found = numbers_at(path, items, zone)
            return lambda said: sum(found(said, ANY_TIME))
        case Usable(path, items):
            found = numbers_at(path, items, zone)
            return lambda said: len(found(said, ANY_TIME))
        case Least(path, items):
            found = numbers_at(path, items, zone)
            return lambda said: min(found(said, ANY_TIME), default=NO_NUMBER)
        case Most(path, items):
            found = numbers_at(path, items, zone)
            return lambda said: max(found(said, ANY_TIME), default=NO_NUMBER)
        case _:
            raise AssertionError(column)


def _each(value: Callable[[Json], object], kind: type) -> _Make:
    """Compute a column row by row; ``object`` keeps whole numbers of any size."""
    return lambda arrived, some: np.array([value(arrived.said(row)) for row in some.tolist()], kind)


def _or_none(number: int | None) -> int:
    return NO_NUMBER if number is None else number


def code_of(known: dict[str, int], key: str | None) -> int:
    """Give a value its number, the next one if it is new; ``NO_CODE`` where there is none."""
    return NO_CODE if key is None else known.setdefault(key, len(known))


def _instant(value: Json, zone: ZoneInfo) -> int:
    every = value if isinstance(value, list) else [value]
    instants = {instant_of(each, zone) for each in every} - {None}
    if len(instants) > 1:
        return TOO_MANY
    return next((int(each) for each in instants if each is not None), NO_NUMBER)


def fed(table: pa.Table, columns: Sequence[Column], codes: Codes) -> Rows:
    """Take rows as the engine feeds them: ``slot, moment`` and ``c0, c1`` and so on."""
    held = {
        column: _as_fed(column, table.column(f"c{number}"), codes)
        for number, column in enumerate(columns)
    }
    slots, moments = table.column("slot").to_numpy(), table.column("moment").to_numpy()
    return Rows(slots.astype(np.int64), moments.astype(np.int64, copy=False), held)


def _as_fed(column: Column, values: pa.ChunkedArray, codes: Codes) -> Array:
    if not isinstance(column, Code):
        found: Array = values.to_numpy()
        return found
    known = codes.setdefault(column, {})
    texts = values.combine_chunks().dictionary_encode()
    numbers = [code_of(known, each) for each in texts.dictionary.to_pylist()]
    places = texts.indices.fill_null(len(numbers)).to_numpy(zero_copy_only=False)
    every: Array = np.array([*numbers, NO_CODE], np.int64)[places]
    return every
