"""A crowd taken down: its arrays, and what JSON can say of them; and a crowd again, made of both.

Streams are known by digests of what they are read from, so that what is taken down under one
program serves another as far as both read the same. Members are packed, eight to a byte; of runs
only what cannot be computed from the rest is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dataout.model.people import Instant
from dataout.ticks.calendar import Calendar
from dataout.ticks.columns import Code, Column, is_summed
from dataout.ticks.crowd import Crowd
from dataout.ticks.feeding import Codes
from dataout.ticks.keys import Array
from dataout.ticks.needs import Need, Origin
from dataout.ticks.runs import Run, put_back
from dataout.ticks.shards import Shard
from dataout.ticks.streams import Stream

Description = Mapping[str, Any]
"""What JSON can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class TakenDown:
    """A crowd, and the numbers of its coded values.

    Each array is named in the description, with its type; here it is its bytes.
    """

    description: Description
    arrays: Mapping[str, memoryview]


def taken_down(crowd: Crowd, codes: Codes) -> TakenDown:
    """Take a crowd down. What belongs to it must not change until the arrays have been used."""
    arrays = dict(_arrays(crowd))
    arrays |= {f"codes/{_spelt(of)}": _texts(known) for of, known in codes.items()}
    description = {
        "numbers": crowd.numbers,
        "given": crowd.given,
        "columns": {_spelt(o): [_spelt(c) for c in each] for o, each in crowd.columns.items()},
        "shards": {number: _described(shard) for number, shard in crowd.shards.items()},
        "arrays": {name: array.dtype.str for name, array in arrays.items()},
    }
    return TakenDown(description, {name: _bytes(array) for name, array in arrays.items()})


def put_up(taken: TakenDown, needs: Mapping[Origin, Need]) -> tuple[Crowd, Codes]:
    """Make the crowd again, with the streams among those needed that it has as they are needed.

    Streams share memory with the arrays, and never change it.
    """
    said = taken.description
    arrays = {name: np.frombuffer(taken.arrays[name], of) for name, of in said["arrays"].items()}
    columns = {origin: _columns(said, origin, need.columns) for origin, need in needs.items()}
    known = {origin: each for origin, each in columns.items() if each is not None}
    shards = {
        int(number): _shard(_Part(f"{number}/", arrays), each, known)
        for number, each in said["shards"].items()
    }
    coded = {column for each in known.values() for column in each if isinstance(column, Code)}
    codes: Codes = {column: _numbers(arrays[f"codes/{_spelt(column)}"]) for column in coded}
    return Crowd(shards, dict(said["numbers"]), said["given"], known), codes


@dataclass(frozen=True, slots=True)
class _Part:
    """The arrays whose names begin in the same way."""

    prefix: str
    arrays: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.arrays[self.prefix + name]

    def of(self, name: str) -> _Part:
        return _Part(f"{self.prefix}{name}/", self.arrays)


def _arrays(crowd: Crowd) -> Iterator[tuple[str, Array]]:
    for number, shard in crowd.shards.items():
        yield f"{number}/people", shard.people
        for place, flags in enumerate(shard.members.values()):
            yield f"{number}/members/{place}", np.packbits(flags)
        hours, sizes, edges = shard.calendar.laid_out()
        yield from ((f"{number}/hours", hours), (f"{number}/sizes", sizes))
        yield f"{number}/edges", edges
        for origin, stream in shard.streams.items():
            yield from _of_stream(f"{number}/{_spelt(origin)}", stream)


def _of_stream(name: str, stream: Stream) -> Iterator[tuple[str, Array]]:
    yield f"{name}/elsewhere", stream.elsewhere
    for number, run in enumerate(stream.runs):
        yield f"{name}/{number}/keys", run.keys
        yield f"{name}/{number}/gone", run.gone
        for column in stream.columns:
            held = run.totals if is_summed(column) else run.columns
            yield f"{name}/{number}/{_spelt(column)}", held[column]


def _described(shard: Shard) -> Description:
    return {
        "members": {name: len(flags) for name, flags in shard.members.items()},
        "streams": {
            _spelt(origin): {
                "runs": len(stream.runs),
                "kept_from": stream.kept_from,
                "largest": {_spelt(column): most for column, most in stream.largest.items()},
            }
            for origin, stream in shard.streams.items()
        },
    }


def _columns(
    said: Description, origin: Origin, needed: Iterable[Column]
) -> tuple[Column, ...] | None:
    """Give the columns of a stream in the order that it has them; None if it has others."""
    columns = {_spelt(column): column for column in needed}
    held = said["columns"].get(_spelt(origin))
    if held is None or set(held) != columns.keys():
        return None
    return tuple(columns[spelt] for spelt in held)


def _shard(part: _Part, said: Description, columns: Mapping[Origin, tuple[Column, ...]]) -> Shard:
    members = {
        name: np.unpackbits(part[f"members/{place}"], count=size).view(bool)
        for place, (name, size) in enumerate(said["members"].items())
    }
    streams = {
        origin: _stream(part.of(_spelt(origin)), said["streams"][_spelt(origin)], each)
        for origin, each in columns.items()
    }
    calendar = Calendar.of(part["hours"], part["sizes"], part["edges"])
    return Shard(streams, part["people"].copy(), members, calendar)


def _stream(part: _Part, said: Description, columns: tuple[Column, ...]) -> Stream:
    largest = {_spelt(column): column for column in columns}
    return Stream(
        columns,
        tuple(_run(part.of(str(number)), columns) for number in range(said["runs"])),
        part["elsewhere"],
        Instant(said["kept_from"]),
        {largest[spelt]: most for spelt, most in said["largest"].items()},
    )


def _run(part: _Part, columns: tuple[Column, ...]) -> Run:
    held = {column: part[_spelt(column)] for column in columns}
    totals = {column: each for column, each in held.items() if is_summed(column)}
    others = {column: each for column, each in held.items() if not is_summed(column)}
    return put_back(part["keys"], others, totals, part["gone"])


def _spelt(of: Origin | Column) -> str:
    """Digest what a stream is read from, or a column: the same in every process."""
    return hashlib.sha256(repr(of).encode()).hexdigest()[:16]


def _texts(known: Mapping[str, int]) -> Array:
    """Write down texts in the order of their numbers, which leave none out."""
    return np.frombuffer(json.dumps(list(known)).encode(), np.uint8)


def _numbers(texts: Array) -> dict[str, int]:
    return {text: number for number, text in enumerate(json.loads(texts.tobytes()))}


def _bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).data.cast("B") if len(array) else memoryview(b"")
