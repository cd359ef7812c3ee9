"""csv files as columns of text: every cell as it was written, every broken row kept aside.

A row of the wrong number of cells, or one that is not UTF-8, is a bad line; the others load.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from dataout.errors import InputError
from dataout.ingest.sources import BadLine, Chunk, Source, column_names
from dataout.ingest.tables import unique_names

BLOCK = 16_000_000
"""Bytes that are read at once: no row can be longer."""

HEADER = 1_000_000
"""Bytes in which the header has to end."""

SEPARATORS = ",;\t|"
WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
NOT_TEXT = "record: not UTF-8"
UNCLOSED = "record: a quote is opened and never closed"
NEWLINE = b"\n"
QUOTE = b'"'

Open = Callable[[], BinaryIO]


def of_csv(path: Path, opened: Open, *, typed: bool, tabs: bool) -> Source:
    """Look at a csv file's header; raises ``InputError`` where there is none."""
    header, separator = _header(path, opened, tabs=tabs)
    columns = unique_names(path.name, [cell.strip() for cell in header])
    first = 2 + sum(cell.count("\n") for cell in header)

    def chunks() -> Iterator[Chunk]:
        return _Reader(path, opened, separator, len(columns), first).chunks()

    types = ("VARCHAR",) * len(columns)
    return Source(path.name, columns, types, typed=typed, rows=None, chunks=chunks)


def _header(path: Path, opened: Open, *, tabs: bool) -> tuple[list[str], str]:
    with opened() as file:
        start = file.read(HEADER)
    if start.startswith(WIDE_BOMS):
        raise InputError(f"{path} is UTF-16.", "Save it as UTF-8, and load it again.")
    first = start.splitlines()[0] if start.strip() else b""
    separator = "\t" if tabs else max(SEPARATORS, key=_outside_quotes(first).count)
    try:
        text = start[: start.rfind(NEWLINE) + 1 or None].decode("utf-8-sig", "surrogateescape")
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        "".join(header).encode()
    except (UnicodeError, csv.Error) as error:
        raise InputError(
            f"The header of {path} is not readable UTF-8 text.",
            "Save the file as UTF-8, and load it again.",
        ) from error
    if not any(cell.strip() for cell in header):
        raise InputError(f"{path} has no header line.", "Its first line has to name the columns.")
    return header, separator


def _outside_quotes(line: bytes) -> str:
    return "".join(line.decode(errors="replace").split('"')[::2])


class _Counting(io.RawIOBase):
    """A file that counts the quotes in what was read of it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self.quotes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.quotes += data.count(QUOTE)
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


class _Reader:
    """Reads a file once, keeping count of rows and lines: a quoted cell may span several."""

    def __init__(self, path: Path, opened: Open, separator: str, width: int, first: int) -> None:
        self._path = path
        self._file = _Counting(opened())
        self._separator = separator
        self._names = column_names(width)
        self._uneven: dict[int, tuple[str, str]] = {}
        self._row = 2
        self._line = first

    def chunks(self) -> Iterator[Chunk]:
        with self._file:
            held: pa.RecordBatch | None = None
            for batch in self._batches():
                if held is not None:
                    yield self._chunk(held, last=False)
                held = batch
            # A file without rows still may have had rows that were all uneven.
            yield self._chunk(self._nothing() if held is None else held, last=True)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from arrow_csv.open_csv(
                pa.PythonFile(self._file, mode="r"),
                read_options=arrow_csv.ReadOptions(
                    use_threads=False,  # only so are uneven rows numbered
                    block_size=BLOCK,
                    column_names=self._names,
                    skip_rows_after_names=1,
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self._separator,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=self._keep_uneven,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    check_utf8=False,
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                    column_types=dict.fromkeys(self._names, pa.binary()),
                ),
            )
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error):
                raise
            raise InputError(
                f"{self._path}, line {self._line} or later: a row is longer than "
                f"{BLOCK // 1_000_000} MB.",
                "Most likely a quote is opened there and never closed.",
            ) from error

    def _keep_uneven(self, row: arrow_csv.InvalidRow) -> str:
        problem = f"record: {row.actual_columns} cells instead of {row.expected_columns}"
        try:
            text = row.text
        except UnicodeDecodeError as error:
            text = error.object.decode(errors="backslashreplace")
        self._uneven[row.number] = (problem, text)
        return "skip"

    def _nothing(self) -> pa.RecordBatch:
        return pa.record_batch([pa.array([], pa.binary()) for _ in self._names], self._names)

    def _chunk(self, batch: pa.RecordBatch, *, last: bool) -> Chunk:
        cells = batch.columns
        breaks = _breaks(cells)
        lines, bad = self._numbered(breaks.to_pylist(), last=last)
        texts, broken = _decoded(cells)
        if last and self._file.quotes % 2 and batch.num_rows and breaks[-1].as_py():
            broken[batch.num_rows - 1] = UNCLOSED
        for at, problem in broken.items():
            row = self._separator.join(_spelled(column[at].as_py()) for column in cells)
            bad.append(BadLine(lines[at], problem, row))
        kept = pa.array([at not in broken for at in range(batch.num_rows)], pa.bool_())
        kept = pc.and_(kept, _filled(cells))
        table = pa.table(texts, names=self._names)
        numbers = pa.array(lines, pa.int64())
        return Chunk(table.filter(kept), numbers.filter(kept), tuple(bad))

    def _numbered(self, breaks: list[int], *, last: bool) -> tuple[list[int], list[BadLine]]:
        """Say in which line each row starts; uneven rows lie between those of the batch."""
        lines: list[int] = []
        bad: list[BadLine] = []
        for inner in breaks:
            self._pass_uneven(bad)
            lines.append(self._line)
            self._row += 1
            self._line += 1 + inner
        while last and self._uneven:
            self._row = min(self._uneven)
            self._pass_uneven(bad)
        return lines, bad

    def _pass_uneven(self, bad: list[BadLine]) -> None:
        while (found := self._uneven.pop(self._row, None)) is not None:
            problem, text = found
            bad.append(BadLine(self._line, problem, text))
            self._row += 1
            self._line += 1 + text.count("\n")


def _breaks(cells: list[pa.Array]) -> pa.Array:
    """Count the line breaks inside each row's cells."""
    total = pa.array([0] * len(cells[0]), pa.int32())
    for column in cells:
        total = pc.add(total, pc.fill_null(pc.count_substring(column, NEWLINE), 0))
    return total


def _filled(cells: list[pa.Array]) -> pa.Array:
    """Say which rows hold anything at all: blank lines do not."""
    filled = pc.is_valid(cells[0])
    for column in cells[1:]:
        filled = pc.or_(filled, pc.is_valid(column))
    return filled


def _decoded(cells: list[pa.Array]) -> tuple[list[pa.Array], dict[int, str]]:
    """Read the cells as UTF-8; say which rows have one that is not."""
    texts: list[pa.Array] = []
    broken: dict[int, str] = {}
    for column in cells:
        try:
            texts.append(pc.cast(column, pa.string()))
        except pa.ArrowInvalid:
            values = column.to_pylist()
            for at, value in enumerate(values):
                if value is not None and _spelled(value).encode() != value:
                    broken[at] = NOT_TEXT
                    values[at] = None
            texts.append(pa.array(values, pa.binary()).cast(pa.string()))
    return texts, broken


def _spelled(cell: bytes | None) -> str:
    return (cell or b"").decode(errors="backslashreplace")
