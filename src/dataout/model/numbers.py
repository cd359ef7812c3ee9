"""Exact numbers: decimals of at most six places, so that every engine and the judge agree."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

PLACES = Decimal("0.000001")
BOUND = 10**20
"""Numbers at or beyond it, in either direction, do not fit."""

_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def exact(value: float | Decimal) -> Decimal | None:
    """Round a number half-even to six places; None for NaN, infinities and what does not fit.

    A float counts as the shortest decimal that reads back as it.

    >>> exact(0.1), exact(50), exact(2.5000005), exact(float("nan"))
    (Decimal('0.1'), Decimal('50'), Decimal('2.5'), None)
    """
    if isinstance(value, int) and not -BOUND < value < BOUND:
        return None  # before Decimal: Python refuses to print an integer of thousands of digits
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite() or abs(number) >= BOUND:
        return None
    rounded = number.quantize(PLACES, context=_WIDE)
    if abs(rounded) >= BOUND:
        return None
    whole = rounded.to_integral_value()
    if rounded == whole:
        return Decimal(int(whole))  # also turns -0 into 0
    return rounded.normalize(_WIDE)
