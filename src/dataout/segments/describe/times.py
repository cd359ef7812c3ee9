"""Durations and time tests in plain English, exact at their edges."""

from __future__ import annotations

from typing import assert_never

from dataout.model.people import Instant
from dataout.segments.describe.spelling import instant_text
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

DAY = 86_400_000
UNITS = (("day", DAY), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000))


def span_words(span: int) -> str:
    """Spell a duration; a single day is 24 hours, since it does not end at midnight.

    >>> span_words(86_400_000), span_words(604_800_000), span_words(3_600_000)
    ('24 hours', '7 days', '1 hour')
    """
    unit, size = _unit(span)
    number = span // size
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def time_words(test: TimeTest) -> str:
    """Say when, so that it can follow a verb, or ``is``.

    >>> time_words(Age(21 * DAY, 45 * DAY)), time_words(Within(3_600_000))
    ('21 to 45 days ago', 'in the past hour')
    """
    match test:
        case Within(span):
            return f"in the past {_last(span)}"
        case WithinNext(span):
            return f"in the next {_last(span)}"
        case OlderThan(span):
            return f"at least {span_words(span)} ago"
        case Age(youngest, oldest):
            return f"{_range(youngest, oldest)} ago"
        case After(instant):
            return f"after {_moment(instant)}"
        case Before(instant):
            return f"before {_moment(instant)}"
        case Between(start, end):
            return f"from {_moment(start)} up to, but not including, {_moment(end)}"
        case CalendarDays(youngest, oldest, zone):
            return f"{_days(youngest, oldest)} ({zone} time)"
        case _:
            assert_never(test)


def reaches_now(test: TimeTest) -> bool:
    """Say whether the time lasts until now, so that English takes the perfect tense."""
    match test:
        case Within() | After():
            return True
        case CalendarDays(youngest):
            return youngest == 0
        case _:
            return False


def _unit(span: int) -> tuple[str, int]:
    for unit, size in UNITS:
        if span % size == 0 and (unit != "day" or span > DAY):
            return unit, size
    return "millisecond", 1


def _last(span: int) -> str:
    words = span_words(span)
    return words.removeprefix("1 ")


def _range(youngest: int, oldest: int) -> str:
    unit, size = _unit(oldest)
    if youngest % size == 0:
        return f"{youngest // size} to {oldest // size} {unit}s"
    return f"{span_words(youngest)} to {span_words(oldest)}"


def _days(youngest: int, oldest: int) -> str:
    match youngest, oldest:
        case 0, 0:
            return "today"
        case 0, 1:
            return "today or yesterday"
        case 0, _:
            return f"today or on one of the {oldest} calendar days before"
        case 1, 1:
            return "yesterday"
        case _ if youngest == oldest:
            return f"exactly {youngest} calendar days ago"
        case _:
            return f"{youngest} to {oldest} calendar days ago"


def _moment(instant: Instant) -> str:
    text = instant_text(instant).replace("T", " ").removesuffix("Z")
    return f"{text.removesuffix(':00') if text.count(':') > 1 else text} UTC"
