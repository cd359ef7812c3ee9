"""Raw values for people's eyes: their shape, and nothing of what they say."""

from __future__ import annotations

LONGEST = 24
"""Characters that are shown of a value."""


def masked(raw: str) -> str:
    """Show a value's shape: letters as ``x``, digits as ``#``, the signs between them as they are.

    >>> masked("ann.archer@"), masked("07911 123456"), masked("李")
    ('xxx.xxxxxx@', '##### ######', 'x')
    """
    shown = "".join(_mask(letter) for letter in raw[:LONGEST])
    return f"{shown}…" if len(raw) > LONGEST else shown


def _mask(letter: str) -> str:
    if letter.isdecimal():
        return "#"
    return letter if letter.isascii() and letter.isprintable() and not letter.isalpha() else "x"
