"""Whether a csv file's first line names columns, or is a record already, with people in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

NUMBER = re.compile(r"[-+]?[\d.,]*\d%?")
LONG_NUMBER = re.compile(r"\d{5}|(?:\d\D{0,2}){7}")
MOMENT = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}:\d{2}")

LONGEST_NAME = 100

MEND = "Let its first line name the columns, and load it again."


def data_column(cells: Sequence[str]) -> int | None:
    """Find the first column, from 1, whose header cell looks like data. None: all may be names.

    Cells without a name at the edges are common in tables that were exported with row numbers.

    >>> data_column(["profile_id", "email", "2024_q1"]), data_column(["17", "ann@shop.example"])
    (None, 1)
    """
    last = len(cells)
    for at, cell in enumerate(cells, 1):
        if looks_like_data(cell) if cell.strip() else 1 < at < last:
            return at
    return None


def looks_like_data(cell: str) -> bool:
    """Whether a cell is, or holds, an address, a number, a date or a time, or is no mere name."""
    text = cell.strip()
    return (
        len(text) > LONGEST_NAME
        or "@" in text
        or NUMBER.fullmatch(text) is not None
        or LONG_NUMBER.search(text) is not None
        or MOMENT.search(text) is not None
    )


def headless(suspect: int) -> str:
    """Say what is odd about a first line, without showing any of it."""
    return f"there seems to be no header line: column {suspect} of it looks like data."
