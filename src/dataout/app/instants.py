"""Instants as callers write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dataout.errors import UsageError
from dataout.model.people import Instant
from dataout.model.times import EARLIEST, LATEST, instant_of, parse_instant, parse_offset

When = datetime | str | int | float | None
"""A datetime, ISO-8601, a duration from now such as ``-3h``, unix seconds; None: now."""

SPELLINGS = "Write ISO-8601 (2026-03-01T12:00:00Z) or a time from now (-3h)."
MILLISECONDS = "It looks like milliseconds; write ISO-8601 (2026-03-01T12:00:00Z)."
LONG = re.compile(r"[0-9]{12,14}")

SUSPICIOUS = 10**11
"""Seconds from which on a number is more likely to be milliseconds."""


def read_instant(when: When, now: Instant, zone: str = "UTC") -> Instant:
    """Read an instant; raises ``UsageError`` for anything else.

    >>> read_instant("-1h", Instant(3_600_000)), read_instant("1970-01-01T00:00:01Z", Instant(0))
    (0, 1000)
    """
    instant = now if when is None else _instant(when, now, zone)
    if instant is None:
        raise UsageError(f"'{when}' is not an instant.", MILLISECONDS if _long(when) else SPELLINGS)
    if not EARLIEST <= instant < LATEST:
        raise UsageError(f"'{when}' is out of range.", "Instants lie in the years 1900 to 2199.")
    return instant


def _long(when: object) -> bool:
    """Whether it is a number that counts milliseconds, by its length."""
    return LONG.fullmatch(str(when)) is not None


def _instant(when: object, now: Instant, zone: str) -> Instant | None:
    match when:
        case datetime():
            return instant_of(when, ZoneInfo(zone) if when.tzinfo is None else UTC)
        case str():
            if (offset := parse_offset(when)) is not None:
                return Instant(now + offset)
            return parse_instant(when, ZoneInfo(zone))
        case bool():
            return None
        case int() | float() if abs(when) < SUSPICIOUS:
            return Instant(int(Decimal(str(when)) * 1000 // 1))
        case _:
            return None
