"""Values of the JSON model in plain Python: numbers, folded texts, keys. Pure.

``sql/values.sql`` reads the same values where the engine holds them, and the answers are the same
(docs/semantics.md, "Numbers" and "Comparing values"). This is for the few rows that arrive between
two ticks: a statement would cost more than all the rest of the tick.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from dataout.model.numbers import BOUND, exact

Json = None | bool | int | float | Decimal | str | Sequence["Json"] | Mapping[str, "Json"]
"""What ``read_json`` gives: lists and dicts, no other sequences and mappings.

A decimal stands for a number that was computed, a trait's. Texts are such as UTF-8 can hold: no
others were taken in.
"""

SMALLEST, LARGEST = -(2**63), 2**64 - 1
"""Whole numbers between them are exact; beyond, the engine holds a double."""

FITTING_SIGNS = 20
"""No whole number between them has more."""

NEARLY_EXACT = 1e8
"""The millionths of a double below it are off by less than a fortieth, its own error included."""

CLEAR = 0.45
"""Nearer than that to a whole number of millionths, and so little off, it rounds to that."""

_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def read_json(text: str) -> Json:
    """Read JSON as the engine does: what no 64 bits hold becomes a double, which may be infinite.

    Raises ``ValueError`` for what is no JSON.

    >>> read_json("[18446744073709551615, 123456789012345678901234567890, 1e400]")
    [18446744073709551615, 1.2345678901234568e+29, inf]
    """
    value: Json = _READER.decode(text)
    return value


def value_at(value: Json, path: Sequence[str]) -> Json:
    """Follow a path into nested objects; None where it leads nowhere."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def is_present(value: Json) -> bool:
    """Whether a value is neither null, nor an empty text, nor an empty list."""
    return value not in (None, "", [])


def number_of(value: Json) -> Decimal | None:
    """Read a number, or the one that a text plainly spells; None for anything else.

    >>> number_of(0.1), number_of("2.50"), number_of("+2.5"), number_of(True), number_of(1e20)
    (Decimal('0.100000'), Decimal('2.500000'), None, None, None)
    """
    millionths = millionths_of(value)
    return None if millionths is None else Decimal(millionths).scaleb(-6)


def millionths_of(value: Json) -> int | None:
    """Read what ``number_of`` does, in millionths."""
    return spelled_millionths(value) if isinstance(value, str) else own_millionths(value)


def own_millionths(value: Json) -> int | None:
    """Read a number in millionths; None for anything else, texts that spell one included."""
    match value:
        case bool():
            return None
        case int() if SMALLEST <= value <= LARGEST:
            return value * 1_000_000
        case int():
            return in_millionths(exact(float(value))) if -BOUND < value < BOUND else None
        case float() if -NEARLY_EXACT < value < NEARLY_EXACT:
            near = round(product := value * 1e6)
            clear = -CLEAR < product - near < CLEAR
            return near if clear else in_millionths(exact(value))
        case float() | Decimal():
            return in_millionths(exact(value))
        case _:
            return None


def spelled_millionths(text: str) -> int | None:
    """Read a text in the plain spelling of a number: no leading zero, no plus, no exponent."""
    return in_millionths(exact(Decimal(text))) if _PLAIN_NUMBER.fullmatch(text) else None


def in_millionths(number: Decimal | None) -> int | None:
    """Count the millionths of a number of at most six places."""
    return None if number is None else int(number.scaleb(6))


def folded(text: str) -> str:
    """Write a text in lower case, sign by sign, the two small sigmas being one letter.

    >>> folded("ΟΔΟΣ") == folded("οδος"), folded("İ")
    (True, 'i')
    """
    return text.lower() if text.isascii() else "".join(map(_small, text))


def distinct_key(value: Json) -> str | None:
    """Give a text that is equal for equal scalars of one type; None for what cannot be counted.

    >>> distinct_key(5), distinct_key(5.0), distinct_key("5"), distinct_key([5])
    ('n5.000000', 'n5.000000', 't5', None)
    """
    match value:
        case str():
            return f"t{value}" if value else None
        case bool():
            return _boolean_key(value)
        case _:
            written = _written(value)
            return None if written is None else f"n{written}"


def order_key(value: Json) -> str | None:
    """Give a text that is equal for equal scalars, a number being equal to its plain spelling.

    >>> order_key(17), order_key("17"), order_key(17.50), order_key({})
    ('v17', 'v17', 'v17.5', None)
    """
    match value:
        case str():
            return f"v{value}" if value else None
        case bool():
            return _boolean_key(value)
        case _:
            written = _written(value)
            return None if written is None else f"v{written.rstrip('0').rstrip('.')}"


def _whole(digits: str) -> int | float:
    # Of more digits than fit, Python would read thousands slowly, and then refuse.
    return int(digits) if len(digits) <= FITTING_SIGNS else float(digits)


_READER = json.JSONDecoder(parse_int=_whole)


@cache
def _small(sign: str) -> str:
    match sign:
        case "ς":
            return "σ"
        case "İ":
            return "i"  # a text in Python would get a second sign, a dot to put above it
        case _:
            return sign.lower()


def _boolean_key(value: bool) -> str:  # noqa: FBT001 - the value itself
    return "btrue" if value else "bfalse"


def _written(value: Json) -> str | None:
    millionths = own_millionths(value)
    return None if millionths is None else f"{Decimal(millionths).scaleb(-6):f}"
