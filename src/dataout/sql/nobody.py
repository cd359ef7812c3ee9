"""What holds for a profile of which a group of atoms has no row."""

from __future__ import annotations

import operator
from decimal import Decimal
from functools import reduce
from typing import assert_never

from dataout.segments.atoms import CountAtom, DaysAtom, DistinctAtom, NumberAtom
from dataout.segments.formulas import (
    Always,
    And,
    Arithmetic,
    AtomValue,
    Computed,
    Constant,
    Exceeds,
    Formula,
    Negation,
    Or,
    Quotient,
    RelatedTo,
    Value,
    ValueIs,
)
from dataout.segments.values import Compare, Test, absent_passes

COMPARED = {
    "is": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}

TOO_LARGE = Decimal(10) ** 20
"""For a number; see ``fitting`` in ``values.sql``."""


def of_nobody(formula: Formula) -> bool:
    """Say whether a profile without any row passes; False for what is computed for everybody."""
    match formula:
        case Always():
            return True
        case And(of):
            return all(of_nobody(part) for part in of)
        case Or(of):
            return any(of_nobody(part) for part in of)
        case Negation(part):
            return not of_nobody(part)
        case Exceeds(atom, op, bound):
            return not isinstance(atom, NumberAtom) and bool(COMPARED[op](0, bound))
        case RelatedTo(_, op, bound):
            return bool(COMPARED[op](0, bound))
        case ValueIs():
            return absent_passes(formula.tests)
        case Computed(value, tests):
            return not of_everybody(formula) and _passes(_nothing(value), tests)
        case _:
            return False


def of_everybody(part: Computed) -> bool:
    """Say whether a trait has to be computed of everybody: more is asked of it than to add up."""
    numeric = (isinstance(test, Compare) and isinstance(test.bound, Decimal) for test in part.tests)
    return not all(numeric) or not _adds_up(part.value)


def _adds_up(value: Value) -> bool:
    match value:
        case Arithmetic("plus" | "minus", of):
            return all(_adds_up(part) for part in of)
        case Arithmetic():
            return False
        case AtomValue() | Quotient() | Constant():
            return True
        case _:
            assert_never(value)


def _nothing(value: Value) -> Decimal | None:
    """Add up a trait of nobody's events."""
    match value:
        case AtomValue(CountAtom() | DistinctAtom() | DaysAtom()):
            return Decimal(0)
        case Constant(number):
            return number
        case Arithmetic(operation, of):
            first, *rest = (_nothing_in_arithmetic(part) for part in of)
            sign = -1 if operation == "minus" else 1
            return reduce(lambda total, number: _added(total, number, sign), rest, first)
        case AtomValue() | Quotient():
            return None
        case _:
            assert_never(value)


def _nothing_in_arithmetic(value: Value) -> Decimal | None:
    match value:
        case AtomValue(NumberAtom("sum")):
            return Decimal(0)
        case _:
            return _nothing(value)


def _added(total: Decimal | None, number: Decimal | None, sign: int) -> Decimal | None:
    if total is None or number is None or abs(total + sign * number) >= TOO_LARGE:
        return None
    return total + sign * number


def _passes(number: Decimal | None, tests: tuple[Test, ...]) -> bool:
    compared = [test for test in tests if isinstance(test, Compare)]
    return number is not None and all(COMPARED[test.op](number, test.bound) for test in compared)
