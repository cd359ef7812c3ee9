"""Tests of values, those included that ask when a time lies which the value holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dataout.segments.filters import looks_at_now
from dataout.segments.values import (
    Age,
    CalendarDays,
    IsNot,
    OlderThan,
    Test,
    Within,
    WithinNext,
    absent_passes,
)
from dataout.ticks import reading
from dataout.ticks.columns import NO_NUMBER, Path
from dataout.ticks.days import calendar
from dataout.ticks.keys import Flags, Ints
from dataout.ticks.reading import Found
from dataout.ticks.streams import Stream
from dataout.ticks.values_asked import NowTest, Tests, instants, now_test, steady
from dataout.ticks.views import View, Window


def passing(view: View, stream: Stream, found: Found, path: Path, tests: Tests) -> Flags:
    """Say which looks' rows pass all tests; where there is no row, whether nothing does."""
    answer = found.there.copy()
    for passes in steady(path, tests):
        answer &= reading.values(stream, found, passes)
    for when in instants(path, tests):
        times = reading.values(stream, found, when, NO_NUMBER)
        for test in filter(looks_at_now, tests):
            answer &= _in_time(view, times, test)
    return np.where(found.there, answer, absent_passes(tests))


def turns(stream: Stream, found: Found, path: Path, tests: Tests) -> Iterator[Ints]:
    """Give the instants at which the answer for a row can turn, ``NO_NUMBER`` for none."""
    for column in instants(path, tests):
        times = reading.values(stream, found, column, NO_NUMBER)
        there = times != NO_NUMBER
        asked = [test for each in tests if (test := now_test(each)) is not None]
        for turn in (turn for test in asked for turn in _turns(np.where(there, times, 0), test)):
            yield np.where(there, turn, NO_NUMBER)


def _in_time(view: View, times: Ints, test: Test) -> Flags:
    match test:
        case IsNot(positive):
            return ~_in_time(view, times, positive)
        case WithinNext(span):
            return Window(view.ago(0), view.ago(-span)).holds(times)
        case Within() | OlderThan() | Age() | CalendarDays():
            there: Flags = times != NO_NUMBER
            return there & view.window(test).holds(times)
        case _:
            raise AssertionError(test)


def _turns(times: Ints, test: NowTest) -> Iterator[Ints]:
    match test:
        case Within(span):
            yield from (times, times + span)
        case OlderThan(span):
            yield times + span
        case Age(youngest, oldest):
            yield from (times + youngest, times + oldest)
        case WithinNext(span):
            yield from (times - span, times)
        case CalendarDays(youngest, oldest, zone):
            place = calendar(zone)
            days = place.days(times)
            yield from (times, place.starts(days + youngest), place.starts(days + oldest + 1))
