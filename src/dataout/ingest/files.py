"""Files by their suffix: parquet and jsonl here, csv in ``csvs.py``; plain or gzipped."""

from __future__ import annotations

import glob
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dataout.errors import InputError
from dataout.ingest import csvs, tables
from dataout.ingest.records import NOT_FINITE_PATTERN, finite
from dataout.ingest.sources import ROWS, BadLine, Chunk, Source

BLOCK = 32_000_000
"""Bytes of a file that are read at once; a longer line is read whole all the same."""

DEEPEST = 500
"""Levels of nesting in a record; engines recurse."""

NOT_JSON = "record: not JSON"
NOT_TEXT = "record: not UTF-8"
BOM = b"\xef\xbb\xbf"
WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
SUFFIXES = (".parquet", ".csv", ".tsv", ".jsonl", ".ndjson")
BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def find(patterns: Iterable[str | Path]) -> tuple[Path, ...]:
    """Find the files that names and globs mean, each once; raises ``InputError`` for none."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            raise InputError(f"{path} is a folder.", f"Name the files, for instance {path}/*.csv.")
        if path.exists():
            found[path] = None
            continue
        matches = sorted(Path(match) for match in glob.iglob(str(pattern), recursive=True))  # noqa: PTH207 - as shells do
        files = [match for match in matches if match.is_file()]
        if not files:
            what = "No file matches" if glob.has_magic(str(pattern)) else "There is no file"
            raise InputError(f"{what} {pattern}.", "Check the path; it counts from where you are.")
        found.update(dict.fromkeys(files))
    if not found:
        raise InputError("No file was named.", "Name one or more files, or a glob such as *.csv.")
    return tuple(found)


def open_file(path: Path, *, typed: bool) -> Source:
    """Look into a file: its columns, if it has any; ``typed`` reads numbers in csv cells.

    Raises ``InputError`` when it cannot be read at all, now or while its chunks are read.
    """
    zipped = path.suffix == ".gz"
    suffix = (path.with_suffix("") if zipped else path).suffix.lower()
    with _readable(path):
        match suffix:
            case ".parquet" if not zipped:
                return _parquet(path)
            case ".csv" | ".tsv":
                return csvs.of_csv(path, lambda: _open(path), typed=typed, tabs=suffix == ".tsv")
            case ".jsonl" | ".ndjson":
                return Source(
                    path.name,
                    None,
                    ("VARCHAR",),
                    typed=False,
                    rows=None,
                    chunks=lambda: guarded(path, _lines(path)),
                )
            case _:
                raise InputError(
                    f"{path}: dataout does not read files called *{path.suffix}.",
                    f"It reads {', '.join(SUFFIXES)}; csv and jsonl also with .gz.",
                )


def _open(path: Path) -> BinaryIO:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except (pa.ArrowException, OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path} cannot be read: it is damaged, cut off, or not what its name says "
            f"({type(error).__name__}).",
            "Nothing of it was loaded. Fetch it again, and load it again.",
        ) from error


def guarded(path: Path, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Pass chunks on; what goes wrong while reading becomes an ``InputError``."""
    with _readable(path):
        yield from chunks


def _parquet(path: Path) -> Source:
    file = pq.ParquetFile(path)
    rows = file.metadata.num_rows
    groups = (file.metadata.row_group(at) for at in range(file.metadata.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    at_once = max(1_000, min(ROWS, BLOCK * rows // max(size, 1)))
    source = tables.of_batches(
        path.name, file.schema_arrow, rows, lambda: file.iter_batches(at_once)
    )
    return Source(
        source.name,
        source.columns,
        source.types,
        typed=False,
        rows=source.rows,
        chunks=lambda: guarded(path, source.chunks()),
    )


def _lines(path: Path) -> Iterator[Chunk]:
    with _open(path) as file:
        done, rest, first = 0, b"", True
        while block := file.read(BLOCK):
            if first:
                _must_be_lines(path, block)
                block = block.removeprefix(BOM)
                first = False
            *lines, rest = (rest + block).split(b"\n")
            if lines:
                yield _chunk(lines, done)
                done += len(lines)
        if rest:
            yield _chunk([rest], done)


def _must_be_lines(path: Path, block: bytes) -> None:
    if block.startswith(WIDE_BOMS):
        raise InputError(f"{path} is UTF-16.", "Save it as UTF-8, and load it again.")
    if block.removeprefix(BOM).lstrip().startswith(b"["):
        raise InputError(
            f"{path} is one JSON list; jsonl has one object per line.",
            f"Turn it into lines, for instance: jq -c '.[]' {path.name}",
        )


def _chunk(lines: list[bytes], done: int) -> Chunk:
    numbered = [(number, line) for number, line in enumerate(lines, done + 1) if line.strip()]
    raw = pa.array([line for _, line in numbered], pa.binary())
    numbers = pa.array([number for number, _ in numbered], pa.int64())
    try:
        texts = pc.cast(raw, pa.string())
    except pa.ArrowInvalid:
        decoded = [_decode(line) for _, line in numbered]
        bad = tuple(
            BadLine(number, NOT_TEXT, line.decode(errors="backslashreplace").strip())
            for (number, line), text in zip(numbered, decoded, strict=True)
            if text is None
        )
        texts = pa.array(decoded, pa.string())
        numbers, texts = numbers.filter(texts.is_valid()), texts.drop_null()
        return _checked(texts, numbers, bad)
    return _checked(texts, numbers, ())


def _decode(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _checked(texts: pa.Array, numbers: pa.Array, bad: tuple[BadLine, ...]) -> Chunk:
    """Take NaN out of the few texts that may hold it, and set aside what is nested too deeply."""
    openings = pc.add(pc.count_substring(texts, "["), pc.count_substring(texts, "{"))
    unusual = pc.or_(
        pc.match_substring_regex(texts, NOT_FINITE_PATTERN), pc.greater(openings, DEEPEST)
    )
    if not pc.any(unusual).as_py():
        return Chunk(pa.table({"text": texts}), numbers, bad)
    mended: list[str | None] = texts.to_pylist()
    absent = 0
    more: list[BadLine] = []
    for at in pc.indices_nonzero(unusual).to_pylist():
        text = mended[at] or ""
        try:
            if _depth(text) > DEEPEST:
                raise ValueError(text)  # noqa: TRY301 - both faults are handled alike
            mended[at], found = finite(text)
            absent += found
        except ValueError:
            more.append(BadLine(numbers[at].as_py(), NOT_JSON, text.strip()))
            mended[at] = None
    texts = pa.array(mended, pa.string())
    numbers, texts = numbers.filter(texts.is_valid()), texts.drop_null()
    return Chunk(pa.table({"text": texts}), numbers, (*bad, *more), absent)


def _depth(text: str) -> int:
    deepest = depth = 0
    for match in BRACKETS.finditer(text):
        if match[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif match[0] in "]}":
            depth -= 1
    return deepest
