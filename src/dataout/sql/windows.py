"""Time tests over an instant: milliseconds in, a condition out."""

from __future__ import annotations

from typing import assert_never

from sqlglot import exp

from dataout.model.people import Instant
from dataout.segments.tree import (
    After,
    Age,
    Before,
    Between,
    OlderThan,
    TimeTest,
    Within,
    WithinNext,
)


def in_window(time: exp.Expr, test: TimeTest, at: Instant) -> exp.Condition:
    """Say when ``time`` passes; every window is half-open as its node says."""
    match test:
        case Within(span):
            return _all(_gt(time, at - span), _lte(time, at))
        case OlderThan(span):
            return _lte(time, at - span)
        case Age(youngest, oldest):
            return _all(_gt(time, at - oldest), _lte(time, at - youngest))
        case WithinNext(span):
            return _all(_gt(time, at), _lte(time, at + span))
        case After(instant):
            return _gt(time, instant)
        case Before(instant):
            return exp.LT(this=time.copy(), expression=_literal(instant))
        case Between(start, end):
            return _all(
                exp.GTE(this=time.copy(), expression=_literal(start)),
                exp.LT(this=time.copy(), expression=_literal(end)),
            )
        case _:
            assert_never(test)


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
        case OlderThan() | Before() | None:
            return None
        case _:
            assert_never(test)


def _all(left: exp.Condition, right: exp.Condition) -> exp.Condition:
    return exp.and_(left, right)


def _gt(time: exp.Expr, bound: int) -> exp.Condition:
    return exp.GT(this=time.copy(), expression=_literal(bound))


def _lte(time: exp.Expr, bound: int) -> exp.Condition:
    return exp.LTE(this=time.copy(), expression=_literal(bound))


def _literal(number: int) -> exp.Expr:
    return exp.convert(int(number))
