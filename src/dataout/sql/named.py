"""Named statements, one file per subject, each under a comment that says its name and its point."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

HEADER = re.compile(r"^-- (\w+): .*\n", re.MULTILINE)


@cache
def statements(subject: str) -> Mapping[str, str]:
    """Read ``subject.sql``: statement by name, in the order of the file."""
    text = (resources.files("dataout.sql") / f"{subject}.sql").read_text(encoding="utf-8")
    parts = HEADER.split(text)[1:]
    return {
        name: body.strip().removesuffix(";")
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def statement(subject: str, name: str) -> str:
    """Read one statement."""
    return statements(subject)[name]


def text(value: str) -> str:
    """Spell a text as SQL does.

    >>> print(text("O'Brien"))
    'O''Brien'
    """
    return "'" + value.replace("'", "''") + "'"
