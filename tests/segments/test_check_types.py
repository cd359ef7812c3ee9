"""The static checker compares values with the types that the catalog declares."""

from decimal import Decimal

import pytest
from tests.segments.building import DAY, event, number, prop, stream
from tests.segments.shop import CATALOG

from dataout.segments.check import check_condition, check_trait
from dataout.segments.tree import (
    AggregateIs,
    Anchor,
    AttributeIs,
    FirstStep,
    Related,
    Sequence,
    TraitAggregate,
    TraitPick,
)
from dataout.segments.values import AnyElement, Compare, Exists, IsNot, OneOf, TextTest, Within

EUR = Compare("is", "EUR")
WEEK, DAILY = Within(7 * DAY), Within(DAY)


def has(name, *tests):
    return AttributeIs(tuple(name.split(".")), tests)


def codes(condition):
    return [advice.code for advice in check_condition(condition, CATALOG, {})]


def bought(*tests, name="total"):
    return event("purchase", where=prop(name, *tests), when=WEEK)


TEXTUAL = TextTest("contains", "a")
MISMATCHES = [
    (bought(Compare("is", "much")), "compared with 'much'"),
    (bought(TEXTUAL), "tested as a text"),
    (bought(IsNot(TEXTUAL)), "tested as a text"),
    (bought(Compare("is", bound=True)), "compared with true"),
    (bought(DAILY), "tested as a time"),
    (bought(AnyElement(prop("a", Exists()))), "tested as a list"),
    (bought(number("is", 5), name="coupon"), "compared with 5"),
    (bought(OneOf(("A", True)), name="coupon"), "compared with true"),
    (bought(Compare("gt", "a"), name="gift"), "compared by size"),
    (bought(TEXTUAL, name="gift"), "tested as a text"),
    (bought(number("is", 1), name="gift"), "compared with 1"),
    (bought(Compare("gt", "2026-03-01"), name="shipped"), "compared as a plain value"),
    (bought(EUR, name="address"), "compared as a whole"),
    (bought(EUR, name="coupon.code"), "lies inside a value"),
    (has("orders", TEXTUAL), "tested as a text"),
    (has("home.city", number("gt", 5)), "compared with 5"),
    (Related("ticket", prop("open", EUR), None, "gte", 1), "compared with 'EUR'"),
    (
        event("purchase", measure=AggregateIs("sum", ("coupon",), "gt", Decimal(1)), when=WEEK),
        "used as a number",
    ),
    (
        Sequence(FirstStep(stream("purchase", where=prop("total", TEXTUAL)), WEEK), ()),
        "tested as a text",
    ),
    (event("visit", since=Anchor(stream("purchase", where=prop("gift", EUR)))), "with 'EUR'"),
]


@pytest.mark.parametrize(("condition", "words"), MISMATCHES, ids=range(len(MISMATCHES)))
def test_types_that_do_not_fit_are_found(condition, words):
    (advice,) = check_condition(condition, CATALOG, {})
    assert advice.code == "property-type-mismatch"
    assert words in advice.message
    assert advice.hint


FITTING = [
    bought(number("gte", 5)),
    bought(Compare("gte", "5.5")),
    bought(Exists()),
    bought(EUR, name="coupon"),
    bought(TEXTUAL, name="currency"),
    bought(TEXTUAL, name="curr"),
    bought(Compare("is", "true"), name="gift"),
    bought(DAILY, name="shipped"),
    bought(Exists(), name="address"),
    bought(EUR, name="address.city"),
    bought(EUR, name="items"),
    bought(AnyElement(prop("anything", EUR)), name="items"),
    bought(number("is", 1), TEXTUAL, name="anything"),
    bought(EUR, name="order_id"),
    bought(EUR, name="sku"),
    has("undeclared", TEXTUAL),
    event("visit", where=prop("undeclared", EUR), when=WEEK),
    event("purchase", measure=AggregateIs("sum", ("items", "price"), "gt", Decimal(1)), when=WEEK),
    Related("ticket", prop("open", Compare("is", bound=True)), prop("role", EUR), "gte", 1),
]


@pytest.mark.parametrize("condition", FITTING, ids=range(len(FITTING)))
def test_types_that_fit_are_left_alone(condition):
    assert codes(condition) == []


def test_a_property_that_the_catalog_does_not_list():
    (advice,) = check_condition(bought(EUR, name="cupon"), CATALOG, {})
    assert (advice.code, advice.path) == ("unknown-property", ("where", "cupon"))
    assert "Did you mean 'coupon'?" in advice.hint
    aggregate = event(
        "purchase", measure=AggregateIs("sum", ("totl",), "gt", Decimal(1)), when=WEEK
    )
    assert codes(aggregate) == ["unknown-property"]


@pytest.mark.parametrize("bound", ["1767225600000", "-1767225600000", "9999999999999"])
def test_a_time_that_is_compared_with_milliseconds(bound):
    assert codes(has("birthday", number("gt", bound))) == ["millisecond-number"]
    assert codes(bought(OneOf((Decimal(bound),)), name="shipped")) == ["millisecond-number"]


def test_twelve_digits_are_no_milliseconds():
    assert codes(has("birthday", number("gt", "176722560000"))) == ["property-type-mismatch"]


def test_traits_are_judged_as_conditions_are():
    sound = TraitAggregate("sum", ("total",), stream("purchase"))
    assert check_trait(sound, CATALOG) == ()
    (advice,) = check_trait(TraitAggregate("sum", ("coupon",), stream("purchase")), CATALOG)
    assert advice.code == "property-type-mismatch"
    (advice,) = check_trait(TraitPick("last", ("cupon",), stream("purchase")), CATALOG)
    assert advice.code == "unknown-property"
    assert check_trait(TraitAggregate("count", (), stream("purchase")), CATALOG) == ()
