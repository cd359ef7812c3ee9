"""Whether several tests can hold for one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import cast, get_args

from dataout.segments.check.windows import apart, empty
from dataout.segments.values import (
    AnyElement,
    Compare,
    Exists,
    IsNot,
    OneOf,
    Scalar,
    Test,
    TextTest,
    TimeTest,
)

TIMES = get_args(TimeTest)


@dataclass(frozen=True, slots=True)
class Asked:
    """A positive test, and whether it has to hold or must not."""

    test: Test
    holds: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """Why tests cannot hold together: by their values, or because their times never meet."""

    times: bool


def asked(test: Test, *, holds: bool) -> Asked:
    """Take ``is_not`` and its like for what they are: a positive test that must not hold."""
    return Asked(test.test, not holds) if isinstance(test, IsNot) else Asked(test, holds)


def clash(tests: Sequence[Asked], *, may_be_list: bool) -> Clash | None:
    """Say whether no value passes all tests; of a list, each element may pass another one."""
    wanted = [each.test for each in tests if each.holds]
    refused = [each.test for each in tests if not each.holds]
    if Exists() in refused and any(_needs_value(test) for test in wanted):
        return Clash(times=False)
    if any(test in refused for test in wanted):
        return Clash(times=False)
    if may_be_list:
        return None
    times = [cast("TimeTest", test) for test in wanted if isinstance(test, TIMES)]
    if any(apart(one, other) for one, other in combinations(times, 2)):
        return Clash(times=True)
    if any(empty(test) for test in times) or _no_number(wanted) or _no_candidate(wanted, refused):
        return Clash(times=False)
    return None


def _needs_value(test: Test) -> bool:
    match test:
        case Compare(_, bound) | TextTest(_, bound):
            return bound != ""
        case OneOf(bounds):
            return "" not in bounds
        case _:
            return True


def _no_number(wanted: Sequence[Test]) -> bool:
    """Say whether the bounds of numbers leave nothing between them."""
    bounds = [
        (test.op, test.bound)
        for test in wanted
        if isinstance(test, Compare) and isinstance(test.bound, Decimal)
    ]
    lows = [(bound, op == "gt") for op, bound in bounds if op in {"gt", "gte"}]
    highs = [(bound, op == "lt") for op, bound in bounds if op in {"lt", "lte"}]
    return any(
        low > high or (low == high and (open_low or open_high))
        for low, open_low in lows
        for high, open_high in highs
    )


def _no_candidate(wanted: Sequence[Test], refused: Sequence[Test]) -> bool:
    """Say whether none of the values that are named passes everything else."""
    named = [
        (test.bounds, test.ignore_case)
        if isinstance(test, OneOf)
        else ((test.bound,), test.ignore_case)
        for test in wanted
        if isinstance(test, OneOf) or (isinstance(test, Compare) and test.op == "is")
    ]
    if not named:
        return False
    first, fold = named[0]
    return not any(
        all(_may_pass(value, test, fold=fold) for test in wanted)
        and not any(_surely_passes(value, test) for test in refused if not fold)
        for value in first
    )


def _may_pass(value: Scalar, test: Test, *, fold: bool) -> bool:
    match test:
        case Compare("is", bound, ignore_case):
            return _same(value, bound, fold=fold or ignore_case)
        case OneOf(bounds, ignore_case):
            return any(_same(value, bound, fold=fold or ignore_case) for bound in bounds)
        case Compare(op, Decimal() as bound) if isinstance(value, Decimal):
            return _compares(op, value, bound)
        case TextTest(op, text, ignore_case) if isinstance(value, str) and op != "matches":
            return _text_passes(op, value, text, fold=fold or ignore_case)
        case AnyElement():
            return False
        case _:
            return True


def _surely_passes(value: Scalar, test: Test) -> bool:
    match test:
        case Compare("is") | OneOf():
            return _may_pass(value, test, fold=False)
        case Compare(op, Decimal() as bound) if isinstance(value, Decimal):
            return _compares(op, value, bound)
        case TextTest(op, text, ignore_case) if isinstance(value, str) and op != "matches":
            return _text_passes(op, value, text, fold=ignore_case)
        case _:
            return False


def _compares(op: str, value: Decimal, bound: Decimal) -> bool:
    match op:
        case "gt":
            return value > bound
        case "gte":
            return value >= bound
        case "lt":
            return value < bound
        case _:
            return value <= bound


def _text_passes(op: str, value: str, text: str, *, fold: bool) -> bool:
    if fold:
        value, text = value.casefold(), text.casefold()
    match op:
        case "contains":
            return text in value
        case "starts_with":
            return value.startswith(text)
        case _:
            return value.endswith(text)


def _same(one: Scalar, other: Scalar, *, fold: bool) -> bool:
    """Compare as values are compared: 50 and "50" are equal, and so are true and "true"."""
    first, second = _plain(one), _plain(other)
    return first.casefold() == second.casefold() if fold else first == second


def _plain(value: Scalar) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case str():
            return value
