"""Exact numbers: integers of millionths."""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

MILLION: Final = 1_000_000
LIMIT: Final = 10**20
PLAIN: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)


def number(value: object) -> int | None:
    """Read a value as millionths; None: it is no number, or none that fits.

    A number of JSON is one, and so is a text in plain spelling: no leading zero, plus or exponent.
    The decimal meant is the one a float is shortest written as; it is rounded half-even to six
    places. NaN, infinities and whatever reaches 10^20 are absent. A boolean is no number.

    >>> number("2.5"), number(0.1), number("007"), number(True), number(1e20)
    (2500000, 100000, None, None, None)
    """
    exact = _decimal(value)
    if exact is None or not exact.is_finite() or abs(exact) >= LIMIT:
        return None
    rounded = exact.quantize(Decimal("0.000001"), ROUND_HALF_EVEN, Context(prec=50))
    return int(rounded.scaleb(6, Context(prec=50))) if abs(rounded) < LIMIT else None


def quotient(dividend: int, divisor: int) -> int:
    """Divide integers, rounding half-even.

    >>> quotient(5, 2), quotient(7, 2), quotient(-5, 2)
    (2, 4, -2)
    """
    return round(Fraction(dividend, divisor))


def fitting(millionths: int) -> Decimal | None:
    """Give millionths back as the number they are; None: it does not fit."""
    fits = abs(millionths) < LIMIT * MILLION
    return Decimal(millionths).scaleb(-6, Context(prec=50)) if fits else None


def _decimal(value: object) -> Decimal | None:
    match value:
        case bool():
            return None
        case str():
            return Decimal(value) if PLAIN.fullmatch(value) else None
        case int() | Decimal():
            return Decimal(value)
        case float():
            return Decimal(repr(value))
        case _:
            return None
