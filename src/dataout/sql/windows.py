"""Time tests over an instant: milliseconds in, a condition out."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import assert_never
from zoneinfo import ZoneInfo

from sqlglot import exp

from dataout.model.people import Instant
from dataout.model.times import datetime_of, instant_of
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
from dataout.sql.instants import local_day
from dataout.sql.moments import Moment, shifted, written

BEFORE_ALL = date(1899, 1, 1)
"""A year before the first instant that anything can be of."""


def in_window(moment: exp.Expr, test: TimeTest, at: Moment) -> exp.Condition:
    """Say when ``moment`` passes at ``at``; every window is half-open as its node says."""
    match test:
        case Within(span):
            return _all(_gt(moment, shifted(at, -span)), _lte(moment, at))
        case OlderThan(span):
            return _lte(moment, shifted(at, -span))
        case Age(youngest, oldest):
            return _all(_gt(moment, shifted(at, -oldest)), _lte(moment, shifted(at, -youngest)))
        case WithinNext(span):
            return _all(_gt(moment, at), _lte(moment, shifted(at, span)))
        case After(instant):
            return _gt(moment, instant)
        case Before(instant):
            return exp.LT(this=moment.copy(), expression=written(instant))
        case Between(start, end):
            return _from(moment, start, end)
        case CalendarDays():
            return _all(_in_days(moment, test, at), _lte(moment, at))
        case _:
            assert_never(test)


def _in_days(moment: exp.Expr, test: CalendarDays, at: Moment) -> exp.Condition:
    """Look at the local dates; for one instant that is a span, which a scan can be bounded by."""
    if not isinstance(at, exp.Expr):
        return _from(moment, *calendar_bounds(test, at))
    ago = exp.Sub(this=local_day(written(at), test.zone), expression=local_day(moment, test.zone))
    return exp.Between(
        this=exp.paren(ago), low=exp.convert(test.youngest), high=exp.convert(test.oldest)
    )


def calendar_bounds(test: CalendarDays, at: Instant) -> tuple[Instant, Instant]:
    """Give the first instant of the oldest day, and that after the youngest day's end."""
    zone = ZoneInfo(test.zone)
    today = datetime_of(at).astimezone(zone).date()
    first, last = (_days_before(today, days) for days in (test.oldest, test.youngest - 1))
    start, end = (datetime.combine(day, time(), zone) for day in (first, last))
    return instant_of(start, zone), instant_of(end, zone)


def _days_before(day: date, days: int) -> date:
    """Go back, but not beyond what there can be instants of."""
    return date.fromordinal(max(day.toordinal() - days, BEFORE_ALL.toordinal()))


def earliest(test: TimeTest | None, at: Instant) -> int | None:
    """Give an instant before which nothing can pass, where the test has one."""
    match test:
        case Within(span):
            return at - span
        case Age(oldest=oldest):
            return at - oldest
        case WithinNext():
            return int(at)
        case After(instant):
            return int(instant)
        case Between(start):
            return start - 1
        case CalendarDays():
            return calendar_bounds(test, at)[0] - 1
        case OlderThan() | Before() | None:
            return None
        case _:
            assert_never(test)


def _all(left: exp.Condition, right: exp.Condition) -> exp.Condition:
    return exp.and_(left, right, copy=False)


def _from(moment: exp.Expr, start: int, end: int) -> exp.Condition:
    return _all(
        exp.GTE(this=moment.copy(), expression=written(Instant(start))),
        exp.LT(this=moment.copy(), expression=written(Instant(end))),
    )


def _gt(moment: exp.Expr, bound: Moment) -> exp.Condition:
    return exp.GT(this=moment.copy(), expression=written(bound))


def _lte(moment: exp.Expr, bound: Moment) -> exp.Condition:
    return exp.LTE(this=moment.copy(), expression=written(bound))
