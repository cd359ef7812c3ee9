"""Python values as JSON texts that every JSON reader takes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa

from dataout.errors import UsageError
from dataout.ingest.sources import ROWS, Chunk, Source

NOT_FINITE_PATTERN = r"(?i)[:,\[]\s*-?(nan|inf|[0-9.]+e\+?[0-9]{3}|[0-9]{300})"
"""Numbers in a text that JSON lacks but Python and other writers emit, or that no double holds."""

NOT_FINITE = re.compile(NOT_FINITE_PATTERN)
LONGEST_INTEGER = 300


def of_rows(name: str, rows: Iterable[Mapping[str, object]]) -> Source:
    """Read rows in memory: mappings of JSON values, dates, times and decimals.

    Raises ``UsageError`` for a value that JSON has no word for.
    """
    return Source(
        name,
        None,
        ("VARCHAR",),
        typed=False,
        rows=None,
        chunks=lambda: _chunks(rows),
        is_file=False,
    )


def _chunks(rows: Iterable[Mapping[str, object]]) -> Iterator[Chunk]:
    left = iter(rows)
    done = 0
    while part := list(islice(left, ROWS)):
        texts, absent = encode(part)
        lines = pa.array(range(done + 1, done + len(part) + 1), pa.int64())
        done += len(part)
        yield Chunk(pa.table({"text": pa.array(texts, pa.string())}), lines, absent=absent)


def encode(values: Iterable[object]) -> tuple[list[str | None], int]:
    """Write each value as JSON (None stays None); count the numbers that are absent now."""
    texts: list[str | None] = []
    absent = 0
    for value in values:
        if value is None:
            texts.append(None)
            continue
        text = _dumps(value)
        if NOT_FINITE.search(text):
            text, more = finite(text)
            absent += more
        texts.append(text)
    return texts, absent


def finite(text: str) -> tuple[str, int]:
    """Write NaN and infinite numbers in a JSON text as null, and count them.

    >>> finite('{"a": NaN, "b": [1e999, "NaN"]}')
    ('{"a": null, "b": [null, "NaN"]}', 2)

    Raises ``ValueError`` for what is no JSON.
    """
    absent = 0

    def nothing(_: str) -> float | None:
        nonlocal absent
        absent += 1
        return None

    def number(written: str) -> float | None:
        value = float(written)
        return value if math.isfinite(value) else nothing(written)

    def integer(written: str) -> float | None:
        return int(written) if len(written) < LONGEST_INTEGER else nothing(written)

    value = json.loads(text, parse_constant=nothing, parse_float=number, parse_int=integer)
    return json.dumps(value), absent


def _dumps(value: object) -> str:
    try:
        return json.dumps(value, default=_simple)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"A row cannot be written as JSON: {error}",
            "Rows hold texts, numbers, true and false, None, dates and times, lists and mappings "
            "with texts as keys.",
        ) from error


def _simple(value: Any) -> object:
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            if not value.is_finite():
                return math.nan
            return int(value) if value == value.to_integral_value() else float(value)
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case Mapping():
            return dict(value)
        case set() | frozenset():
            raise TypeError("a set has no order; make it a list.")
        case Iterable():
            return list(value)
        case _:
            raise TypeError(f"a {type(value).__name__} has no form in JSON.")
