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
    columns = unique_names(path.name, header)

    def chunks() -> Iterator[Chunk]:
        return _Reader(path, opened, separator, len(columns)).chunks()

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
        raise InputError(
            f"{path} has no header line.", "Its first line has to name the columns."
        )
    return [cell.strip() for cell in header], separator


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

    def __init__(self, path: Path, opened: Open, separator: str, width: int) -> None:
        self._path = path
        self._file = _Counting(opened())
        self._separator = separator
        self._names = column_names(width)
        self._uneven: dict[int, tuple[str, str]] = {}
        self._rows = 1
        self._line = 1

    def chunks(self) -> Iterator[Chunk]:
        with self._file:
            held: pa.Table | None = None
            for batch in self._batches():
                if held is not None:
                    yield self._chunk(held, last=False)
                held = pa.Table.from_batches([batch])
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

    def _nothing(self) -> pa.Table:
        return pa.table({name: pa.array([], pa.binary()) for name in self._names})

    def _chunk(self, table: pa.Table, *, last: bool) -> Chunk:
        lines, bad = self._numbered(table, last=last)
        filled = pa.array([True] * table.num_rows)
        empty = filled
        for column in table.columns:
            empty = pc.and_(empty, pc.is_null(column.combine_chunks()))
        filled = pc.invert(empty)
        if last and self._file.quotes % 2 and table.num_rows and _spans_lines(table):
            at = table.num_rows - 1
            bad.append(BadLine(lines[at].as_py(), UNCLOSED, self._row(table, at)))
            filled = pc.and_(filled, pa.array([row != at for row in range(table.num_rows)]))
        columns = []
        for column in table.columns:
            texts, broken = _decoded(column.combine_chunks())
            columns.append(texts)
            filled = pc.and_(filled, pc.invert(broken)) if broken is not None else filled
        return table, lines, bad, filled, columns
