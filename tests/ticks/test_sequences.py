"""Sequences: each step strictly later than the one before, to the millisecond."""

import pytest
from tests.ticks.small import HOUR, NOON, fed, formula_of, holds

CART, BUY = {"event": "cart"}, {"event": "buy"}


def asked(formula, now, *events):
    return holds(formula, fed(formula, [(1, *event) for event in events]), now)


@pytest.mark.parametrize(
    ("gap", "expected"), [(-1, False), (0, False), (1, True), (HOUR, True), (HOUR + 1, False)]
)
def test_a_later_step_is_strictly_later_and_near_enough(gap, expected):
    formula = formula_of({"sequence": [CART, {**BUY, "within": "1h"}]})
    now = NOON + 2 * HOUR
    assert asked(formula, now, ("cart", NOON), ("buy", NOON + gap)) is expected


def test_one_event_serves_one_step():
    formula = formula_of({"sequence": [CART, CART, CART]})
    twice = [("cart", NOON), ("cart", NOON + 1)]
    assert not asked(formula, NOON + 9, *twice)
    assert asked(formula, NOON + 9, *twice, ("cart", NOON + 2))
    assert not asked(formula, NOON + 9, *twice, ("cart", NOON + 1))


def test_a_step_follows_the_latest_end_that_is_earlier():
    formula = formula_of({"sequence": [CART, {"event": "pay"}, {**BUY, "within": "1h"}]})
    told = [("cart", NOON), ("pay", NOON + 1), ("pay", NOON + 2 * HOUR), ("buy", NOON + 3 * HOUR)]
    assert asked(formula, NOON + 9 * HOUR, *told)
    assert not asked(formula, NOON + 9 * HOUR, *told[:2], told[3])


def test_the_first_step_has_its_window_and_its_pick():
    formula = formula_of({"sequence": [{**CART, "within": "4h"}, BUY]})
    assert asked(formula, NOON, ("cart", NOON - 4 * HOUR + 1), ("buy", NOON))
    assert not asked(formula, NOON, ("cart", NOON - 4 * HOUR), ("buy", NOON))
    formula = formula_of({"sequence": [{**CART, "which": "first", "within": "4h"}, BUY]})
    told = [("cart", NOON - HOUR), ("buy", NOON)]
    assert asked(formula, NOON, *told)
    assert not asked(formula, NOON, ("cart", NOON - 4 * HOUR), *told)


@pytest.mark.parametrize(
    ("now", "expected"), [(NOON + HOUR - 1, False), (NOON + HOUR, True), (NOON + 9 * HOUR, True)]
)
def test_a_not_with_a_window_holds_from_its_end_on(now, expected):
    formula = formula_of({"sequence": [CART, {"not": {**BUY, "within": "1h"}}]})
    assert asked(formula, now, ("cart", NOON)) is expected


@pytest.mark.parametrize(
    ("bought", "quiet"), [(0, True), (1, False), (HOUR, False), (HOUR + 1, True)]
)
def test_a_not_looks_at_what_comes_after_until_the_window_ends(bought, quiet):
    formula = formula_of({"sequence": [CART, {"not": {**BUY, "within": "1h"}}]})
    now = NOON + 9 * HOUR
    assert asked(formula, now, ("cart", NOON), ("buy", NOON + bought)) is quiet


def test_a_not_without_a_window_holds_as_long_as_nothing_happens():
    formula = formula_of({"sequence": [CART, {"not": BUY}]})
    told = [("cart", NOON), ("buy", NOON + HOUR)]
    assert asked(formula, NOON + HOUR - 1, *told)
    assert not asked(formula, NOON + HOUR, *told)
    assert asked(formula, NOON + HOUR, *told, ("cart", NOON + HOUR))


def test_steps_are_of_one_person():
    formula = formula_of({"sequence": [CART, BUY]})
    streams = fed(formula, [(1, "cart", NOON), (2, "buy", NOON + 1), (3, "cart", NOON)])
    assert [holds(formula, streams, NOON + 9, slot) for slot in (1, 2, 3)] == [False] * 3
