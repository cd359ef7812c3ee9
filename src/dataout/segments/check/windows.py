"""How time restrictions lie to each other: whether they meet, whether one lies in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

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


@dataclass(frozen=True, slots=True)
class Span:
    """``low <= x < high``; a missing end is open. ``scale`` says what x counts.

    ``age`` is the time passed since the event, ``instant`` the event's own time.
    """

    scale: str
    low: int | None
    high: int | None


def spans_of(test: TimeTest) -> Span:
    """Give the smallest span that a time test certainly stays in."""
    match test:
        case Within(span):
            return Span("age", 0, span)
        case OlderThan(span):
            return Span("age", span, None)
        case Age(youngest, oldest):
            return Span("age", youngest, oldest)
        case WithinNext(span):
            return Span("age", -span, 0)
        case After(instant):
            return Span("instant", instant + 1, None)
        case Before(instant):
            return Span("instant", None, instant)
        case Between(start, end):
            return Span("instant", start, end)
        case CalendarDays(youngest, oldest):
            # A day begins up to 24 hours before the event, and clock changes move it again.
            return Span("age", max(0, (youngest - 2) * DAY), (oldest + 2) * DAY)
        case _:
            assert_never(test)


def apart(one: TimeTest, other: TimeTest) -> bool:
    """Say whether no instant can pass both at any one time.

    >>> apart(Within(DAY), OlderThan(7 * DAY)), apart(Within(DAY), Age(0, DAY))
    (True, False)
    """
    if isinstance(one, CalendarDays) and isinstance(other, CalendarDays) and one.zone == other.zone:
        return one.oldest < other.youngest or other.oldest < one.youngest
    first, second = spans_of(one), spans_of(other)
    return first.scale == second.scale and (_below(first, second) or _below(second, first))


def earlier_only(first: TimeTest, last: TimeTest) -> bool:
    """Say whether whatever passes ``first`` is later than whatever passes ``last``."""
    one, other = spans_of(first), spans_of(last)
    if one.scale != other.scale:
        return False
    return _below(one, other) if one.scale == "age" else _below(other, one)


def inside(inner: TimeTest | None, outer: TimeTest | None) -> bool:
    """Say whether what passes ``inner`` passes ``outer`` as well; None is no restriction.

    >>> inside(Within(DAY), Within(7 * DAY)), inside(Within(7 * DAY), Within(DAY))
    (True, False)
    """
    if outer is None or inner == outer:
        return True
    if inner is None:
        return False
    if isinstance(outer, CalendarDays):
        same = isinstance(inner, CalendarDays) and inner.zone == outer.zone
        return (
            same
            and isinstance(inner, CalendarDays)
            and (outer.youngest <= inner.youngest and inner.oldest <= outer.oldest)
        )
    one, other = spans_of(inner), spans_of(outer)
    if one.scale != other.scale:
        return False
    starts = other.low is None or (one.low is not None and one.low >= other.low)
    ends = other.high is None or (one.high is not None and one.high <= other.high)
    return starts and ends


def empty(test: TimeTest) -> bool:
    """Say whether nothing passes at any time."""
    span = spans_of(test)
    return span.low is not None and span.high is not None and span.low >= span.high


def _below(one: Span, other: Span) -> bool:
    return one.high is not None and other.low is not None and one.high <= other.low
