"""Sums, averages, extremes and traits: exact, and told where they cannot be."""

from dataclasses import replace

import numpy as np
import pytest
from tests.ticks.small import NOBODY, NOON, formula_of, holds, rows, view

from dataout.segments.atoms import Source
from dataout.ticks.columns import (
    NO_NUMBER,
    Amount,
    Landing,
    Least,
    Most,
    Number,
    Received,
    Rows,
    Usable,
)
from dataout.ticks.doubts import doubtful
from dataout.ticks.needs import needs_of
from dataout.ticks.streams import Stream, with_rows

MILLION = 1_000_000


def purchases(formula, *numbers):
    """Feed purchases of one person; None: one without a usable number."""
    streams = dict(NOBODY)
    for origin, need in needs_of([formula]).items():
        if not isinstance(origin, Source):
            continue
        of = numbers if origin.names == ("purchase",) else ()
        columns = {
            name: np.array([held(name, n, each) for n, each in enumerate(of)], object)
            for name in need.columns
        }
        told = rows(*((1, NOON - len(of) + n + 1) for n in range(len(of))))
        given = Rows(told.slots, told.moments, columns)
        streams[origin] = with_rows(Stream(need.columns), given)
    return streams


def held(column, landing, number):
    match column:
        case Received() | Landing():
            return landing
        case Usable():
            return int(number is not None)
        case Amount():
            return 0 if number is None else round(number * MILLION)
        case Least() | Most() | Number():
            return NO_NUMBER if number is None else round(number * MILLION)


def asked(function, **bound):
    return formula_of({"event": "purchase", function: {"property": "total", **bound}})


@pytest.mark.parametrize(
    ("function", "bound", "numbers", "expected"),
    [
        ("sum", {"is": 1}, [0.1] * 10, True),
        ("sum", {"lt": 100}, [], False),
        ("sum", {"lt": 100}, [None], False),
        ("sum", {"gte": 0}, [None, 0], True),
        ("avg", {"gte": 0.1}, [0.1] * 3, True),
        ("avg", {"gt": 0.1}, [0.1] * 3, False),
        ("avg", {"is": 2}, [1, None, 3], True),
        ("avg", {"lt": 5}, [None], False),
        ("min", {"lt": 0}, [5, -0.000001, None], True),
        ("min", {"lt": 0}, [None], False),
        ("max", {"gte": 5}, [5, -1], True),
        ("max", {"lte": 5}, [None], False),
    ],
)
def test_aggregates_are_exact_and_need_a_number(function, bound, numbers, expected):
    formula = asked(function, **bound)
    assert holds(formula, purchases(formula, *numbers), NOON) is expected


def test_a_bound_beyond_64_bits_is_compared_all_the_same():
    huge = 99_999_999_999_999_999_999
    for function in ("sum", "avg", "min"):
        for op, expected in (("lt", True), ("gte", False)):
            formula = asked(function, **{op: huge})
            assert holds(formula, purchases(formula, 1, 2), NOON) is expected
    formula = asked("avg", lt=huge)
    assert not holds(formula, purchases(formula), NOON)


def test_a_sum_that_may_not_fit_is_doubtful_only_where_it_may():
    formula = asked("sum", gte=1)
    streams = purchases(formula, *[2**60 // MILLION] * 7)
    assert doubtful(formula, view(streams, (1, NOON), (2, NOON))).tolist() == [False, False]
    streams = purchases(formula, *[2**60 // MILLION] * 9)
    assert doubtful(formula, view(streams, (1, NOON), (2, NOON))).tolist() == [True, False]


TRAITS = {
    "spent": {"sum": "purchase.total"},
    "refunded": {"sum": "refund.amount"},
    "often": {"count": "purchase"},
    "average": {"avg": "purchase.total"},
    "least": {"min": "purchase.total"},
    "latest": {"last": "purchase.total"},
    "kept": {"minus": ["spent", "refunded"]},
    "each": {"divided_by": ["spent", "often"]},
    "third": {"divided_by": ["spent", 3]},
    "square": {"times": ["spent", "spent"]},
    "squares": {"plus": ["square", "square"]},
    "twice_the_latest": {"times": ["latest", 2]},
    "half_a_millionth": {"times": ["spent", 0.5]},
    "with_least": {"plus": ["spent", "least"]},
}


@pytest.mark.parametrize(
    ("trait", "test", "numbers", "expected"),
    [
        ("kept", {"gte": 0}, [], True),
        ("kept", {"is": 5}, [5], True),
        ("spent", {"exists": False}, [], True),
        ("spent", {"exists": True}, [0], True),
        ("spent", {"is_not": 5}, [], True),
        ("spent", {"in": [4, 5]}, [5], True),
        ("spent", {"not_in": [4, 5]}, [5], False),
        ("often", {"is": 0}, [], True),
        ("each", {"exists": True}, [], False),
        ("each", {"is": 2.5}, [2, 3], True),
        ("third", {"is": 0.333333}, [1], True),
        ("third", {"is": 0.666667}, [2], True),
        ("third", {"is": -0.333333}, [-1], True),
        ("average", {"is": 0.666667}, [0, 1, 1], True),
        ("average", {"exists": True}, [None], False),
        ("square", {"is": 1_000_000_000_000}, [1_000_000], True),
        ("square", {"exists": True}, [10_000_000_000], False),
        ("square", {"is": 99_999_999_980_000_000_001}, [9_999_999_999], True),
        ("squares", {"is": 50}, [5], True),
        ("squares", {"exists": True}, [9_999_999_999], False),
        ("twice_the_latest", {"is": 6}, [1, 3], True),
        ("twice_the_latest", {"exists": True}, [1, None], False),
        ("half_a_millionth", {"is": 0}, [0.000001], True),
        ("half_a_millionth", {"is": 0.000002}, [0.000003], True),
        ("with_least", {"exists": True}, [None], False),
        ("with_least", {"is": 4}, [1, 2], True),
    ],
)
def test_traits_are_exact(trait, test, numbers, expected):
    formula = formula_of({"trait": trait, **test}, TRAITS)
    assert holds(formula, purchases(formula, *numbers), NOON) is expected


def test_people_elsewhere_are_doubtful():
    formula = asked("sum", gte=1)
    streams = purchases(formula, 1)
    (source,) = (origin for origin in streams if isinstance(origin, Source))
    streams[source] = replace(streams[source], elsewhere=np.array([2]))
    assert doubtful(formula, view(streams, (1, NOON), (2, NOON))).tolist() == [False, True]
