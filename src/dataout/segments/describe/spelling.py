"""Instants, durations and values as short texts; each can be told from every other."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from dataout.model.people import Instant
from dataout.model.times import datetime_of
from dataout.segments.values import Scalar

UNITS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))


def instant_text(instant: Instant) -> str:
    """Spell an instant as ISO-8601 UTC, with milliseconds only where there are any.

    >>> instant_text(Instant(0)), instant_text(Instant(1500))
    ('1970-01-01T00:00:00Z', '1970-01-01T00:00:01.500Z')
    """
    moment = datetime_of(instant)
    precision = "milliseconds" if instant % 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def duration_text(span: int) -> str:
    """Spell a duration in the largest unit that divides it.

    >>> duration_text(86_400_000), duration_text(5_400_000)
    ('1d', '90m')
    """
    for unit, size in UNITS:
        if span % size == 0:
            return f"{span // size}{unit}"
    return f"{span}ms"


def number_text(number: Decimal) -> str:
    """Spell a number plainly: no exponent, no zeros that say nothing.

    >>> number_text(Decimal("1E+3")), number_text(Decimal("0.50"))
    ('1000', '0.5')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def scalar_text(value: Scalar) -> str:
    """Spell a value as a definition does, texts in quotes."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number_text(value)
        case str():
            return f"'{value}'"
        case _:
            assert_never(value)
