"""Computed traits: exact numbers, their arithmetic, and tests of their size."""

from __future__ import annotations

import operator
from decimal import Decimal
from functools import reduce
from typing import assert_never

import numpy as np

from dataout.segments.atoms import CountAtom, DaysAtom, DistinctAtom, NumberAtom, PickedAtom
from dataout.segments.formulas import Arithmetic, AtomValue, Constant, Quotient, Value
from dataout.segments.values import Compare, Exists, IsNot, OneOf, Test
from dataout.ticks.columns import MILLION
from dataout.ticks.events import Numbers, amounts, picked_numbers
from dataout.ticks.keys import Array, Flags
from dataout.ticks.views import View

COMPARED = {
    "is": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
BOUND = 10**26
"""Numbers of so many millionths, in either direction, do not fit: 10^20."""

ROOM = 2**63
"""What does not reach it fits in 64 bits."""


def millionths(number: Decimal) -> int:
    """Spell a number of at most six places as an integer."""
    return int(number * MILLION)


def compared(numbers: Numbers, op: str, bound: Decimal) -> Flags:
    """Compare numbers with a bound; no number never does."""
    holds: Array = COMPARED[op](numbers.millionths, millionths(bound))
    return numbers.there & _flags(holds)


def average_compared(total: Numbers, usable: Numbers, op: str, bound: Decimal) -> Flags:
    """Compare sums with a bound times how many numbers they are of: exact, nothing is divided."""
    counts, limit = usable.millionths // MILLION, millionths(bound)
    if abs(limit) * int(counts.max(initial=1)) >= ROOM:
        counts = counts.astype(object)
    holds: Array = COMPARED[op](total.millionths, counts * limit)
    return _flags(usable.millionths > 0) & _flags(holds)


def passes_all(numbers: Numbers, tests: tuple[Test, ...]) -> Flags:
    """Test numbers' sizes, all tests at once."""
    return reduce(np.logical_and, [_passes(numbers, test) for test in tests])


def _passes(numbers: Numbers, test: Test) -> Flags:
    match test:
        case Exists():
            return numbers.there
        case Compare(op, Decimal() as bound):
            return compared(numbers, op, bound)
        case OneOf(bounds):
            found = [compared(numbers, "is", each) for each in bounds if isinstance(each, Decimal)]
            return reduce(np.logical_or, found)
        case IsNot(positive):
            return ~_passes(numbers, positive)
        case _:
            raise AssertionError(test)


def numbers_of(value: Value, view: View) -> Numbers:
    """Compute a trait that is a number."""
    match value:
        case AtomValue(atom):
            if isinstance(atom, PickedAtom):
                return picked_numbers(atom, view)
            return amounts(atom, view)
        case Quotient(total, usable):
            return _ratio(amounts(total, view), amounts(usable, view))
        case Constant(number):
            each = np.full(len(view), millionths(number), object)
            return Numbers(each, np.ones(len(view), bool))
        case Arithmetic(operation, of):
            parts = [_in_arithmetic(part, view) for part in of]
            return reduce(_OPERATIONS[operation], parts)
        case _:
            assert_never(value)


def _in_arithmetic(part: Value, view: View) -> Numbers:
    """Let an empty sum or count be 0."""
    numbers = numbers_of(part, view)
    match part:
        case AtomValue(CountAtom() | DistinctAtom() | DaysAtom() | NumberAtom("sum")):
            return Numbers(numbers.millionths, np.ones(len(view), bool))
        case _:
            return numbers


def _plus(left: Numbers, right: Numbers) -> Numbers:
    return _fitting(_wide(left) + _wide(right), left.there & right.there)


def _minus(left: Numbers, right: Numbers) -> Numbers:
    return _fitting(_wide(left) - _wide(right), left.there & right.there)


def _times(left: Numbers, right: Numbers) -> Numbers:
    a, b = _wide(left), _wide(right)
    near = _flags(np.abs(_double(a) * _double(b)) < BOUND / MILLION)
    return _fitting(_half_even(a * b, _whole(MILLION, len(a))), left.there & right.there & near)


def _ratio(left: Numbers, right: Numbers) -> Numbers:
    a, b = _wide(left), _wide(right)
    divides = _flags(b != 0)
    b = np.where(divides, b, 1)
    near = _flags(np.abs(_double(a) / _double(b)) < BOUND / MILLION)
    there = left.there & right.there & divides & near
    return _fitting(_half_even(a * MILLION, b), there)


_OPERATIONS = {"plus": _plus, "minus": _minus, "times": _times, "divided_by": _ratio}


def _wide(numbers: Numbers) -> Array:
    """Take Python's integers, which have room for everything; 0 where there is no number."""
    return np.where(numbers.there, numbers.millionths, 0).astype(object)


def _double(wide: Array) -> Array:
    return wide.astype(np.float64) / MILLION


def _whole(number: int, size: int) -> Array:
    return np.full(size, number, object)


def _half_even(dividend: Array, divisor: Array) -> Array:
    sign = np.where(divisor < 0, -1, 1).astype(object)
    dividend, divisor = dividend * sign, divisor * sign
    quotient: Array = dividend // divisor
    rest = 2 * (dividend - quotient * divisor)
    up = (rest > divisor) | ((rest == divisor) & (quotient % 2 == 1))
    rounded: Array = quotient + _flags(up)
    return rounded


def _fitting(wide: Array, there: Flags) -> Numbers:
    return Numbers(wide, there & _flags(np.abs(wide) < BOUND))


def _flags(truths: Array) -> Flags:
    return truths.astype(np.bool_)
