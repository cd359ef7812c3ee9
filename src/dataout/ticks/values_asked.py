"""Tests of values that streams can answer, those included that ask when a time lies.

Of what does not look at now, a stream keeps whether it passes; of the rest the instant.
"""

from __future__ import annotations

from collections.abc import Iterator

from dataout.segments.filters import looks_at_now
from dataout.segments.values import (
    Age,
    CalendarDays,
    IsNot,
    OlderThan,
    Test,
    Within,
    WithinNext,
)
from dataout.ticks.columns import Column, Passes, Path, When

Tests = tuple[Test, ...]
NowTest = Within | OlderThan | Age | WithinNext | CalendarDays

DAY = 86_400_000


def now_test(test: Test) -> NowTest | None:
    """Give what a test asks of one instant and now; None where it asks something else."""
    match test:
        case Within() | OlderThan() | Age() | WithinNext() | CalendarDays():
            return test
        case IsNot(positive):
            return now_test(positive)
        case _:
            return None


def have_form(tests: Tests) -> bool:
    """Say whether those of the tests that look at now ask for one instant."""
    return all(now_test(test) is not None for test in tests if looks_at_now(test))


def columns_of_tests(path: Path, tests: Tests) -> tuple[Column, ...]:
    """List the columns that tests of the value at ``path`` need."""
    return (*steady(path, tests), *instants(path, tests))


def steady(path: Path, tests: Tests) -> tuple[Passes, ...]:
    """Give the column that answers the tests which do not look at now, if there are any."""
    others = tuple(test for test in tests if not looks_at_now(test))
    return (Passes(path, others),) if others else ()


def instants(path: Path, tests: Tests) -> tuple[When, ...]:
    """Give the column that the other tests ask, if there are any."""
    return (When(path),) if any(map(looks_at_now, tests)) else ()


def reaches(tests: Tests) -> Iterator[int]:
    """List how many milliseconds back local dates are asked for: they are known since 1988."""
    for test in tests:
        if isinstance(asked := now_test(test), CalendarDays):
            yield (asked.oldest + 2) * DAY
