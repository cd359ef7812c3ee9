"""csv files as columns of text: every cell as it was written, every broken row kept aside.

A row of the wrong number of cells, or one that is not UTF-8, is a bad line; the others load.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from dataout.errors import InputError
from dataout.ingest.sources import BadLine, Chunk, Source, column_names
from dataout.ingest.tables import unique_names

BLOCK = 32_000_000
"""Bytes that are read at once: no row can be longer."""

HEADER = 1_000_000
"""Bytes in which the header has to end."""

SEPARATORS = ",;\t|"
WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
NOT_TEXT = "record: not UTF-8"
UNCLOSED = "record: a quote is opened and never closed"
NEWLINE = "\n"
QUOTE = b'"'
MARK = "\U0010ffff"
"""Stands before a byte that is not UTF-8; no text holds this sign, it is reserved for programs."""

ESCAPED = re.compile("[\udc80-\udcff]")

Open = Callable[[], BinaryIO]


def of_csv(path: Path, opened: Open, *, typed: bool, tabs: bool) -> Source:
    """Look at a csv file's header; raises ``InputError`` where there is none."""
    header, separator = _header(path, opened, tabs=tabs)
    columns = unique_names(path.name, [cell.strip() for cell in header])
    first = 2 + sum(cell.count("\n") for cell in header)

    def chunks() -> Iterator[Chunk]:
        return _Reader(path, opened, separator, len(columns), first).chunks()

    types = ("VARCHAR",) * len(columns)
    return Source(path.name, columns, types, typed=typed, rows=None, chunks=chunks, header=True)


def _header(path: Path, opened: Open, *, tabs: bool) -> tuple[list[str], str]:
    with opened() as file:
        start = file.read(HEADER)
    if start.startswith(WIDE_BOMS):
        raise InputError(f"{path} is UTF-16.", "Save it as UTF-8, and load it again.")
    first = start.splitlines()[0] if start.strip() else b""
    separator = "\t" if tabs else max(SEPARATORS, key=_outside_quotes(first).count)
    try:
        text = start[: start.rfind(b"\n") + 1 or None].decode("utf-8-sig", "surrogateescape")
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


class _Text(io.RawIOBase):
    """A file's bytes as UTF-8 whatever they are: what is not becomes a mark and two hex digits.

    ``broken`` tells whether there was such a thing, ``quotes`` how many quotes there were, so far.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
        self._ready = b""
        self._ended = False
        self.quotes = 0
        self.broken = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._ready) < size):
            data = self._file.read(size)
            self._ended = not data
            self._ready += self._cleaned(data)
        end = len(self._ready) if size < 0 else size
        part, self._ready = self._ready[:end], self._ready[end:]
        return part

    def _cleaned(self, data: bytes) -> bytes:
        self.quotes += data.count(QUOTE)
        text = self._decoder.decode(data, final=self._ended)
        try:
            return text.encode()
        except UnicodeEncodeError:
            self.broken = True
            return ESCAPED.sub(lambda found: f"{MARK}{ord(found[0]) - 0xDC00:02x}", text).encode()

    def close(self) -> None:
        self._file.close()
        super().close()


class _Reader:
    """Reads a file once, keeping count of rows and lines: a quoted cell may span several."""

    def __init__(self, path: Path, opened: Open, separator: str, width: int, first: int) -> None:
        self._path = path
        self._file = _Text(opened())
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
                    column_types=dict.fromkeys(self._names, pa.string()),
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
        self._uneven[row.number] = (problem, row.text)
        return "skip"

    def _nothing(self) -> pa.RecordBatch:
        return pa.record_batch([pa.array([], pa.string()) for _ in self._names], self._names)

    def _chunk(self, batch: pa.RecordBatch, *, last: bool) -> Chunk:
        cells = batch.columns
        breaks = _breaks(cells)
        lines, bad = self._numbered(breaks.to_pylist(), last=last)
        broken = dict.fromkeys(_marked(cells), NOT_TEXT) if self._file.broken else {}
        if last and self._file.quotes % 2 and batch.num_rows and breaks[-1].as_py():
            broken[batch.num_rows - 1] = UNCLOSED
        for at, problem in broken.items():
            row = self._separator.join(column[at].as_py() or "" for column in cells)
            bad.append(BadLine(lines[at], problem, _spelled(row)))
        kept = pa.array([at not in broken for at in range(batch.num_rows)], pa.bool_())
        kept = pc.and_(kept, _filled(cells))
        table = pa.table(cells, names=self._names)
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
            bad.append(BadLine(self._line, problem, _spelled(text)))
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


def _marked(cells: list[pa.Array]) -> list[int]:
    """List the rows with a cell that is not UTF-8."""
    found = (pc.indices_nonzero(pc.match_substring(column, MARK)) for column in cells)
    return sorted({at for rows in found for at in rows.to_pylist()})


def _spelled(row: str) -> str:
    """Spell bytes that are not UTF-8 as Python does."""
    return row.replace(MARK, "\\x")
