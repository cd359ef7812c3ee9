"""Instants in values, and windows over instants. Pure: now is an argument.

``sql/instants.py`` and ``sql/windows.py`` say the same to the engine (docs/semantics.md, "Time").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import assert_never
from zoneinfo import ZoneInfo

from dataout.model.people import Instant
from dataout.model.times import EARLIEST, INSTANT_PATTERN, LATEST, datetime_of, parse_instant
from dataout.segments.values import (
    After,
    Age,
    Before,
    Between,
    CalendarDays,
    OlderThan,
    TimeTest,
    Within,
    WithinNext,
)
from dataout.ticks.values import Json, millionths_of

InWindow = Callable[[Instant, Instant], bool]
"""Whether an instant lies in a window at another, which is now."""

_WRITTEN = re.compile(INSTANT_PATTERN)


def instant_of(value: Json, zone: ZoneInfo) -> Instant | None:
    """Read ISO-8601 text, or unix seconds, also plainly spelled; None for anything else.

    ``zone`` is that of texts without an offset. Of what is finer than a millisecond the rest is
    cut off. A number of milliseconds lies beyond the latest instant, and is none.
    """
    instant = None
    if isinstance(value, str) and _WRITTEN.fullmatch(value):
        instant = parse_instant(value, zone)
    elif (millionths := millionths_of(value)) is not None:
        instant = Instant(millionths // 1_000)
    return instant if instant is not None and EARLIEST <= instant < LATEST else None


def in_window(test: TimeTest) -> InWindow:
    """Say when an instant passes; every window is half-open as its node says."""
    match test:
        case Within(span):
            return lambda t, now: now - span < t <= now
        case OlderThan(span):
            return lambda t, now: t <= now - span
        case Age(youngest, oldest):
            return lambda t, now: now - oldest < t <= now - youngest
        case WithinNext(span):
            return lambda t, now: now < t <= now + span
        case After(instant):
            return lambda t, _: t > instant
        case Before(instant):
            return lambda t, _: t < instant
        case Between(start, end):
            return lambda t, _: start <= t < end
        case CalendarDays(youngest, oldest, name):
            zone = ZoneInfo(name)
            return lambda t, now: (
                t <= now and youngest <= (_day(now, zone) - _day(t, zone)).days <= oldest
            )
        case _:
            assert_never(test)


def _day(instant: Instant, zone: ZoneInfo) -> date:
    return datetime_of(instant).astimezone(zone).date()
