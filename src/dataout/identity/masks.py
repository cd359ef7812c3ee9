"""Raw values for people's eyes: their shape alone, or their ends, by which one knows them."""

from __future__ import annotations

LONGEST = 24
"""Characters that are shown of a value's shape."""

ENDS = 2
"""Characters that stay at each end of a value."""


def masked(raw: str) -> str:
    """Show a value's shape: letters as ``x``, digits as ``#``, the signs between them as they are.

    >>> masked("ann.archer@"), masked("07911 123456"), masked("李")
    ('xxx.xxxxxx@', '##### ######', 'x')
    """
    shown = "".join(_mask(letter) for letter in raw[:LONGEST])
    return f"{shown}…" if len(raw) > LONGEST else shown


def ends_of(raw: str) -> str:
    """Leave the ends of a value, and the domain of an address.

    >>> ends_of("jane.doe@shop.example"), ends_of("+491701234567"), ends_of("abc")
    ('ja…e@shop.example', '+4…67', '…')
    """
    name, at, domain = raw.partition("@")
    if at:
        return f"{name[:ENDS]}…{name[-1:]}@{domain}" if len(name) > 2 * ENDS else f"…@{domain}"
    return f"{raw[:ENDS]}…{raw[-ENDS:]}" if len(raw) > 2 * ENDS else "…"


def _mask(letter: str) -> str:
    if letter.isdecimal():
        return "#"
    return letter if letter.isascii() and letter.isprintable() and not letter.isalpha() else "x"
