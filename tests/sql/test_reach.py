"""How far back the last event of a source is looked for: as far as any formula can tell."""

import pytest
from tests.segments.building import AT, DAY

from dataout.model.people import Instant
from dataout.segments.atoms import CountAtom, KeyAtom, Source, TimeAtom
from dataout.segments.formulas import And, Negation, NotBefore, Or, PickedIn, as_program
from dataout.segments.values import (
    After,
    Age,
    Before,
    Between,
    CalendarDays,
    OlderThan,
    Within,
    WithinNext,
)
from dataout.sql.reach import furthest, narrowed, reach_of
from dataout.sql.windows import earliest

CART, BUY, MAIL = (TimeAtom(Source((name,)), "last") for name in ("cart", "buy", "mail"))
FIRST_CART = TimeAtom(Source(("cart",)), "first")
TODAY, YESTERDAY = PickedIn(CART, Within(DAY)), AT - DAY
ONCE = PickedIn(CART, None)


def reach(*formulas, at=AT):
    return reach_of(as_program(dict(enumerate(formulas))), at)


def test_a_window_bounds_its_own_event():
    assert reach(TODAY) == {CART: YESTERDAY}
    assert reach(Negation(TODAY)) == {CART: YESTERDAY}


def test_without_one_instant_for_everybody_nothing_is_bounded():
    assert reach(TODAY, at=None) == {}


def test_a_first_event_is_never_bounded():
    assert reach(PickedIn(FIRST_CART, Within(DAY))) == {}


def test_of_several_formulas_the_one_that_looks_furthest_decides():
    week = PickedIn(CART, Within(7 * DAY))
    assert reach(TODAY, week) == reach(week, TODAY) == {CART: AT - 7 * DAY}


@pytest.mark.parametrize("unbounded", [ONCE, PickedIn(CART, OlderThan(DAY)), NotBefore(BUY, CART)])
def test_a_formula_that_needs_all_of_history_has_it(unbounded):
    assert CART not in reach(TODAY, unbounded, TODAY)


def test_what_an_and_asks_bounds_its_other_parts():
    assert reach(And((TODAY, Negation(PickedIn(CART, OlderThan(60_000)))))) == {CART: YESTERDAY}


def test_what_comes_after_is_at_least_as_recent():
    bounded = {CART: YESTERDAY, BUY: YESTERDAY}
    assert reach(And((TODAY, NotBefore(BUY, CART)))) == bounded
    assert reach(And((TODAY, Negation(NotBefore(BUY, CART))))) == bounded


def test_and_so_is_what_comes_after_that():
    chain = And((NotBefore(MAIL, BUY), NotBefore(BUY, CART), TODAY))
    assert reach(chain) == dict.fromkeys((CART, BUY, MAIL), YESTERDAY)


def test_what_comes_before_is_not():
    assert reach(And((TODAY, Negation(NotBefore(CART, MAIL))))) == {CART: YESTERDAY}


def test_an_or_asks_for_nothing():
    assert reach(Or((TODAY, ONCE))) == {}
    assert reach(Or((TODAY, NotBefore(BUY, CART)))) == {}


def test_a_negation_asks_for_nothing():
    assert reach(And((Negation(TODAY), ONCE))) == {}
    assert reach(Negation(And((Negation(TODAY), NotBefore(BUY, CART))))) == {}


def test_a_window_bounds_what_is_counted_in_it_but_no_anchor():
    source, since = Source(("buy",)), KeyAtom(Source(("cart",)), "last")
    counts = [CountAtom(source, when, since) for when in (Within(DAY), OlderThan(DAY), None)]
    program = as_program({"one": PickedIn(FIRST_CART, None)})
    asked = type(program)(program.formulas, (since, *counts))
    assert reach_of(asked, AT) == {counts[0]: YESTERDAY}


@pytest.mark.parametrize(
    ("test", "bound"),
    [
        (Within(DAY), YESTERDAY),
        (Age(DAY, 2 * DAY), AT - 2 * DAY),
        (WithinNext(DAY), AT),
        (After(Instant(7)), 7),
        (Between(Instant(7), Instant(9)), 6),
        (CalendarDays(0, 1, "UTC"), AT // DAY * DAY - DAY - 1),
        (CalendarDays(1, 2, "Europe/Berlin"), AT // DAY * DAY - 2 * DAY - 3_600_000 - 1),
        (OlderThan(DAY), None),
        (Before(Instant(7)), None),
        (None, None),
    ],
)
def test_nothing_passes_at_the_bound_of_a_window_or_before(test, bound):
    assert earliest(test, AT) == bound


def test_a_pass_looks_as_far_back_as_the_furthest_of_its_atoms():
    assert furthest([CART, BUY], {CART: 1, BUY: 2}) == 1
    assert furthest([CART, BUY], {CART: 1}) is None


def test_a_first_event_that_is_recent_has_a_recent_one_beside_it():
    asked = PickedIn(FIRST_CART, Age(DAY, 2 * DAY))
    recent = PickedIn(CART, After(Instant(AT - 2 * DAY)))
    both = And((recent, asked))
    assert narrowed(asked, AT) == both
    nested = Or((Negation(asked), And((asked, ONCE))))
    assert narrowed(nested, AT) == Or((Negation(both), And((both, ONCE))))
    for other in (PickedIn(FIRST_CART, OlderThan(DAY)), PickedIn(FIRST_CART, None), TODAY):
        assert narrowed(other, AT) == other
