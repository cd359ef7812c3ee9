"""The same formula in cheaper atoms: what becomes of which condition, and of which it does not."""

from decimal import Decimal

import pytest

from dataout.model.people import Instant
from dataout.segments.atoms import CountAtom, KeyAtom, NumberAtom, Source, TimeAtom
from dataout.segments.formulas import (
    Always,
    And,
    Exceeds,
    Negation,
    NotBefore,
    Or,
    PickedIn,
    PickedSince,
)
from dataout.segments.simplify import simplified
from dataout.segments.values import (
    After,
    Age,
    Before,
    Between,
    CalendarDays,
    Compare,
    OlderThan,
    PropertyIs,
    Within,
)

DAY = 86_400_000
BUY, MAIL, ANY = Source(("buy",)), Source(("mail",)), Source(())
DEAR = Source(("buy",), PropertyIs(("total",), (Compare("gte", Decimal(9)),)))
EITHER = Source(("buy", "view"))
LATELY, LONG_AGO = Within(DAY), OlderThan(DAY)
LAST_MAIL = KeyAtom(MAIL, "last")


def some(source, when=None, since=None):
    return counted(source, when, since, "gte", 1)


def counted(source, when, since, op, bound):
    return Exceeds(CountAtom(source, when, since), op, Decimal(bound))


def last(source, when=None):
    return PickedIn(TimeAtom(source, "last"), when)


def first(source, when=None):
    return PickedIn(TimeAtom(source, "first"), when)


def after(source, anchor):
    return NotBefore(TimeAtom(source, "last"), TimeAtom(anchor, "last"))


@pytest.mark.parametrize(
    "when", [None, LATELY, After(Instant(0)), CalendarDays(0, 6, "UTC"), CalendarDays(0, 0, "UTC")]
)
def test_the_last_time_tells_whether_something_happened_lately(when):
    assert simplified(some(BUY, when)) == last(BUY, when)


@pytest.mark.parametrize("when", [LONG_AGO, Before(Instant(0))])
def test_the_first_time_tells_whether_something_happened_long_ago(when):
    assert simplified(some(BUY, when)) == first(BUY, when)


@pytest.mark.parametrize(
    "when", [Age(DAY, 2 * DAY), Between(Instant(0), Instant(1)), CalendarDays(1, 6, "UTC")]
)
def test_no_single_time_tells_whether_something_happened_between(when):
    assert simplified(some(BUY, when)) == some(BUY, when)


@pytest.mark.parametrize(("op", "bound"), [("gte", 1), ("gt", 0)])
def test_at_least_one_is_some(op, bound):
    assert simplified(counted(DEAR, LATELY, None, op, bound)) == last(DEAR, LATELY)


@pytest.mark.parametrize(("op", "bound"), [("is", 0), ("lt", 1), ("lte", 0)])
def test_less_than_one_is_none(op, bound):
    assert simplified(counted(BUY, LATELY, None, op, bound)) == Negation(last(BUY, LATELY))


@pytest.mark.parametrize(
    ("op", "bound"),
    [("is", 1), ("gte", 2), ("gte", 0), ("lte", 1), ("gt", 1), ("lt", 0), ("lt", 2)],
)
def test_any_other_number_has_to_be_counted(op, bound):
    assert simplified(counted(BUY, LATELY, None, op, bound)) == counted(
        BUY, LATELY, None, op, bound
    )


def test_only_counts_know_that_nothing_is_zero():
    total = Exceeds(NumberAtom("sum", ("total",), BUY, LATELY, None), "gte", Decimal(1))
    assert simplified(total) == total


def test_after_another_event_two_times_are_compared():
    assert simplified(some(BUY, None, LAST_MAIL)) == after(BUY, MAIL)
    assert simplified(some(BUY, LATELY, LAST_MAIL)) == And((last(BUY, LATELY), after(BUY, MAIL)))


def test_after_another_event_the_first_of_all_tells_nothing():
    assert simplified(some(BUY, LONG_AGO, LAST_MAIL)) == some(BUY, LONG_AGO, LAST_MAIL)


@pytest.mark.parametrize(
    ("source", "anchor"), [(BUY, BUY), (BUY, DEAR), (BUY, EITHER), (BUY, ANY), (ANY, MAIL)]
)
def test_what_may_be_its_own_anchor_is_left_as_it_is(source, anchor):
    key = KeyAtom(anchor, "last")
    assert simplified(some(source, LATELY, key)) == some(source, LATELY, key)
    picked = PickedSince(KeyAtom(source, "last"), None, key)
    assert simplified(picked) == picked


@pytest.mark.parametrize("which", ["first", "last"])
def test_a_picked_event_after_another_is_two_times(which):
    picked = PickedSince(KeyAtom(BUY, which), LONG_AGO, KeyAtom(MAIL, "first"))
    time = TimeAtom(BUY, which)
    assert simplified(picked) == And(
        (PickedIn(time, LONG_AGO), NotBefore(time, TimeAtom(MAIL, "first")))
    )


def test_an_and_loses_what_other_parts_of_it_imply():
    assert simplified(And((last(MAIL), some(BUY, None, LAST_MAIL)))) == after(BUY, MAIL)
    assert simplified(And((some(MAIL), some(MAIL, LATELY)))) == last(MAIL, LATELY)


def test_an_and_keeps_what_no_other_part_of_it_implies():
    kept = And((last(MAIL), last(BUY, LATELY), first(MAIL, LONG_AGO)))
    assert simplified(kept) == kept
    windows = And((last(MAIL, LATELY), last(MAIL, Within(2 * DAY))))
    assert simplified(windows) == windows
    assert simplified(And((last(MAIL), last(MAIL)))) == last(MAIL)


def test_an_or_keeps_what_an_and_would_lose():
    either = Or((last(MAIL), last(MAIL, LATELY)))
    assert simplified(either) == either


def test_the_same_said_twice_is_said_once():
    assert simplified(Or((some(BUY), last(BUY)))) == Or((last(BUY),))
    assert simplified(And((Always(), And((Always(), some(BUY)))))) == And((Always(), last(BUY)))
    assert simplified(Negation(Negation(some(BUY)))) == last(BUY)
    assert simplified(Negation(some(BUY))) == Negation(last(BUY))
