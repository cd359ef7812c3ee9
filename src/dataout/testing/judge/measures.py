"""What is measured of the events that match: how many, how much, how many different."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from dataout.testing.judge.numbers import MILLION, number
from dataout.testing.judge.streams import Happening, numbers_at, values_at
from dataout.testing.judge.times import Moment, Unjudged
from dataout.testing.judge.values import COMPARE, identity

Rule = Mapping[str, Any]


def measures(value: int, scale: int, tests: object) -> bool:
    """Compare value / scale with each bound, which is in millionths; nothing is divided."""
    if not isinstance(tests, Mapping) or not tests or not tests.keys() <= COMPARE.keys():
        raise Unjudged(f"not a comparison: {tests!r}")
    return all(COMPARE[op](value * MILLION, _bound(bound) * scale) for op, bound in tests.items())


def _bound(value: object) -> int:
    exact = number(value)
    if exact is None:
        raise Unjudged(f"not a number: {value!r}")
    return exact


def counted(value: int, bound: object, *besides: str) -> bool:
    """Compare a number of things; ``3`` alone means ``{is: 3}``."""
    tests = bound if isinstance(bound, Mapping) else {"is": bound}
    return measures(value, 1, _without(tests, *besides))


def _without(tests: Rule, *keys: str) -> Rule:
    return {key: value for key, value in tests.items() if key not in keys}


def _count(found: Sequence[Happening], bound: Any, _: Moment) -> bool:
    return counted(len(found), bound)


def _numbers(found: Sequence[Happening], bound: Rule, moment: Moment) -> list[int]:
    return numbers_at(bound["property"], found, bound.get("where"), moment)


def _sum(found: Sequence[Happening], bound: Rule, moment: Moment) -> bool:
    values = _numbers(found, bound, moment)
    return len(values) > 0 and measures(sum(values), MILLION, _tests(bound))


def _avg(found: Sequence[Happening], bound: Rule, moment: Moment) -> bool:
    """Compare the sum with bound × count: nothing is divided, so nothing is rounded."""
    values = _numbers(found, bound, moment)
    return len(values) > 0 and measures(sum(values), MILLION * len(values), _tests(bound))


def _min(found: Sequence[Happening], bound: Rule, moment: Moment) -> bool:
    values = _numbers(found, bound, moment)
    return len(values) > 0 and measures(min(values), MILLION, _tests(bound))


def _max(found: Sequence[Happening], bound: Rule, moment: Moment) -> bool:
    values = _numbers(found, bound, moment)
    return len(values) > 0 and measures(max(values), MILLION, _tests(bound))


def _tests(bound: Rule) -> Rule:
    return _without(bound, "property", "where")


def different(path: str, found: Sequence[Happening]) -> int:
    """Count the different single values at a path."""
    return len({identity(value) for value in values_at(path, found)} - {None})


def _distinct(found: Sequence[Happening], bound: Rule, _: Moment) -> bool:
    return counted(different(bound["property"], found), bound, "property")


def _distinct_days(found: Sequence[Happening], bound: Any, moment: Moment) -> bool:
    return counted(len({moment.date(each.time) for each in found}), bound)


MEASURES: Final[Mapping[str, Callable[[Sequence[Happening], Any, Moment], bool]]] = {
    "count": _count,
    "sum": _sum,
    "avg": _avg,
    "min": _min,
    "max": _max,
    "distinct": _distinct,
    "distinct_days": _distinct_days,
}
