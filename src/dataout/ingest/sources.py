"""What a file, a table or a list of rows looks like to the loader: chunks of Arrow data.

A chunk carries the columns of a columnar source (named c0, c1 …), or one column ``text`` of JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

ROWS = 245_760
"""Rows of a chunk: what is held in memory at a time, and enough for two threads of the engine."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A part of a file that is no record: where it stands, what is wrong, and all of it."""

    line: int
    problem: str
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records of a source, and the line each stands in.

    ``absent`` counts numbers that were NaN or infinite and are null now.
    """

    table: pa.Table
    lines: pa.Array
    bad: tuple[BadLine, ...] = ()
    absent: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Where records come from.

    ``name`` is the file's name without its folder. ``columns`` are the names of a columnar source
    (None: JSON texts) and ``types`` what the engine calls their types. ``typed``: numbers are cells
    that spell one. ``rows``: how many there are, where that is known before reading them.
    ``header``: the names are the cells of a first line, which may be a record by mistake.
    """

    name: str
    columns: tuple[str, ...] | None
    types: tuple[str, ...]
    typed: bool
    rows: int | None
    chunks: Callable[[], Iterator[Chunk]]
    is_file: bool = True
    header: bool = False


def column_names(count: int) -> list[str]:
    """Name the columns of chunks."""
    return [f"c{at}" for at in range(count)]
