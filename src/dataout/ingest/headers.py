"""What may be said of a csv file's first line: without a header it is somebody's record.

Its cells are shown only where the line certainly is a header: some cell of it is a name that was
looked for, and none looks like a value. Otherwise columns are spoken of by position.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence

from dataout.model.complaints import nearest

VALUE = re.compile(r"@|://|^[\s(+-]*\d|\d{5}|.{61}", re.DOTALL)
"""An address, something that starts as a number, a date or a phone does, a long number, prose."""

NO_HEADER = (
    "It looks like a record: put a line before it that names the columns, and load it again."
)
ENOUGH = 0.6
"""How alike two names have to be: as ``nearest`` has it."""


def looks_like_a_record(cells: Collection[str]) -> bool:
    """Whether a first line holds a value.

    >>> looks_like_a_record(["profile_id", "e-mail"]), looks_like_a_record(["1", "2026-03-01"])
    (False, True)
    """
    return any(VALUE.search(cell) for cell in cells)


def suggestion(wanted: str, cells: Sequence[str], words: Collection[str]) -> str:
    """Say which column may be meant; ``words`` are all the names that are looked for.

    >>> suggestion("profile_id", ["profile", "event", "at"], ["profile_id", "event"])
    "Did you mean 'profile'?"
    >>> suggestion("profile_id", ["profile", "Ann"], ["profile_id", "event"])
    'Did you mean its column 1?'
    >>> suggestion("profile_id", ["Ann", "Smith"], ["profile_id", "event"])
    'Its first line has 2 cells.'
    """
    if not looks_like_a_record(cells):
        if set(words) & set(cells):
            return nearest(wanted, cells)
        if close := difflib.get_close_matches(wanted, cells, n=1, cutoff=ENOUGH):
            return f"Did you mean its column {cells.index(close[0]) + 1}?"
    return f"Its first line has {len(cells)} cell{'s' * (len(cells) != 1)}."
