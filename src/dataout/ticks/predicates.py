"""What definitions ask of values, compiled to Python functions: a tree in, a function out.

``sql/values.py`` compiles the same trees for the engine, and the answers are the same; values are
those of ``read_json``. A filter is compiled once and then asked about many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import assert_never
from zoneinfo import ZoneInfo

from dataout.model.people import Instant
from dataout.segments.filters import looks_at_now as test_looks_at_now
from dataout.segments.values import (
    AnyElement,
    Compare,
    Exists,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OneOf,
    PropertyIs,
    Test,
    TextTest,
    TimeTest,
)
from dataout.ticks.comparisons import (
    Predicate,
    has_pattern_form,
    holds_text,
    is_one_of,
    matches,
    number_compares,
    text_compares,
)
from dataout.ticks.instants import in_window, instant_of
from dataout.ticks.values import Json, is_present, millionths_of, value_at

Numbers = Callable[[Json, Instant], list[int]]
"""The numbers of a row, in millionths; the second argument is now."""


def has_form(condition: Filter) -> bool:
    """Whether ``compiled`` takes a filter; where it does not, only the engine can answer.

    A few patterns have none; see ``has_pattern_form``.
    """
    return all(map(has_pattern_form, _patterns(condition)))


def looks_at_now(condition: Filter) -> bool:
    """Whether the answer of a filter changes while the values stay the same."""
    return test_looks_at_now(AnyElement(condition))


def passes(condition: Filter, properties: Json, at: Instant, zone: str) -> bool:
    """Test a whole filter on one row's properties; whoever has many rows takes ``compiled``."""
    return compiled(condition, zone)(properties, at)


def passes_all(tests: tuple[Test, ...], value: Json, at: Instant, zone: str) -> bool:
    """Test one value, all tests at once; whoever has many values takes ``compiled_tests``."""
    return compiled_tests(tests, zone)(value, at)


def compiled(condition: Filter, zone: str) -> Predicate:
    """Compile a filter over the properties of one event, object or relationship.

    ``zone`` is that of times in texts that have no offset. Raises ``ValueError`` for what has no
    form here.
    """
    match condition:
        case FilterAll(of):
            return _every([compiled(part, zone) for part in of])
        case FilterAny(of):
            return _some([compiled(part, zone) for part in of])
        case FilterNot(part):
            return _not(compiled(part, zone))
        case PropertyIs(path, tests):
            passed = compiled_tests(tests, zone)
            return lambda properties, now: passed(value_at(properties, path), now)
        case _:
            assert_never(condition)


def compiled_tests(tests: tuple[Test, ...], zone: str) -> Predicate:
    """Compile tests of one value, which must all hold."""
    return _every([_test(test, ZoneInfo(zone)) for test in tests])


def numbers_at(path: tuple[str, ...], items: Filter | None, zone: str) -> Numbers:
    """Compile what a row adds to an aggregate: its number at ``path``, or those of a list there.

    Where a step of ``path`` is a list of objects, those that pass ``items`` count; with ``items``,
    a number that stands in no list does not.
    """
    passed = compiled(FilterAll(()) if items is None else items, zone)

    def numbers(value: Json, now: Instant) -> list[int]:
        for step, key in enumerate(path):
            if isinstance(value, list) and step:
                objects = (each for each in value if isinstance(each, dict) and passed(each, now))
                found = [millionths_of(value_at(each, path[step:])) for each in objects]
                return [number for number in found if number is not None]
            value = value_at(value, (key,))
        number = millionths_of(value) if items is None else None
        return [] if number is None else [number]

    return numbers


def _patterns(condition: Filter) -> Iterator[str]:
    match condition:
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from _patterns(part)
        case FilterNot(part):
            yield from _patterns(part)
        case PropertyIs(_, tests):
            for test in tests:
                yield from _patterns_of(test)
        case _:
            assert_never(condition)


def _patterns_of(test: Test) -> Iterator[str]:
    match test:
        case IsNot(positive):
            yield from _patterns_of(positive)
        case AnyElement(where):
            yield from _patterns(where)
        case TextTest("matches", bound):
            yield bound
        case _:
            return


def _every(of: Sequence[Predicate]) -> Predicate:
    if len(of) == 1:
        return of[0]

    def every(value: Json, now: Instant) -> bool:
        for each in of:  # noqa: SIM110 - a generator would cost more than what it asks
            if not each(value, now):
                return False
        return True

    return every


def _some(of: Sequence[Predicate]) -> Predicate:
    return lambda value, now: any(each(value, now) for each in of)


def _not(of: Predicate) -> Predicate:
    return lambda value, now: not of(value, now)


def _test(test: Test, zone: ZoneInfo) -> Predicate:
    match test:
        case Exists():
            return lambda value, _: is_present(value)
        case IsNot(positive):
            return _not(_test(positive, zone))
        case AnyElement(where):
            return _some_object(compiled(where, zone.key))
        case _:
            return _some_element(_scalar(test, zone))


def _some_object(passed: Predicate) -> Predicate:
    return lambda value, now: (
        isinstance(value, list)
        and any(isinstance(each, dict) and passed(each, now) for each in value)
    )


def _some_element(passed: Predicate) -> Predicate:
    """Let a list pass when one of its elements does; a list among these is none of it."""

    def some(value: Json, now: Instant) -> bool:
        if isinstance(value, list):
            return any(passed(each, now) for each in value)
        return passed(value, now)

    return some


def _scalar(test: Compare | OneOf | TextTest | TimeTest, zone: ZoneInfo) -> Predicate:
    """Compile a test of what is no list; objects and lists pass none of them."""
    match test:
        case Compare("is", bound, ignore_case):
            return is_one_of((bound,), ignore_case=ignore_case)
        case OneOf(bounds, ignore_case):
            return is_one_of(bounds, ignore_case=ignore_case)
        case Compare(op, Decimal() as bound):
            return number_compares(op, bound)
        case Compare(op, str() as bound, ignore_case):
            return text_compares(op, bound, ignore_case=ignore_case)
        case Compare():
            return lambda _value, _now: False  # booleans have no order
        case TextTest("matches", pattern, ignore_case):
            return matches(pattern, ignore_case=ignore_case)
        case TextTest(op, bound, ignore_case):
            return holds_text(op, bound, ignore_case=ignore_case)
        case _:
            return _in_window(test, zone)


def _in_window(test: TimeTest, zone: ZoneInfo) -> Predicate:
    lies = in_window(test)

    def lies_there(value: Json, now: Instant) -> bool:
        instant = instant_of(value, zone)
        return instant is not None and lies(instant, now)

    return lies_there
