"""Rules in plain English say exactly what the rules say, and never two of them the same."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from tests.segments import trees
from tests.segments.building import (
    AT,
    BOUGHT,
    CART,
    DAY,
    HOUR,
    MINUTE,
    SEGMENTS,
    TRAITS,
    event,
    number,
    prop,
    stream,
)
from tests.segments.parsing import parse

from dataout.model.people import Instant
from dataout.segments.describe import describe, duration_text, label
from dataout.segments.orders import CancelAmount, CancelOrder, CancelUnits, OrderRule
from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    AnyOf,
    AttributeIs,
    CountIs,
    DistinctDaysIs,
    DistinctIs,
    FirstStep,
    InList,
    InSegment,
    NextStep,
    NoStep,
    Not,
    Related,
    SeenBefore,
    Sequence,
    TraitAggregate,
    TraitIs,
)
from dataout.segments.values import (
    After,
    Age,
    AnyElement,
    Before,
    Between,
    CalendarDays,
    Compare,
    Exists,
    OlderThan,
    OneOf,
    Within,
    WithinNext,
)

KEY, TOTAL = ("order_id",), ("total",)
ORDERS = {
    "purchase": OrderRule(
        "purchase",
        KEY,
        TOTAL,
        cancelled_by=(CancelOrder("cancelled", KEY), CancelAmount("refund", KEY, ("amount",))),
    ),
    "booking": OrderRule("booking", KEY, TOTAL),
    "order": OrderRule("order", KEY, None, cancelled_by=(CancelUnits("refund", (KEY,), None),)),
}


RULES = YAML(typ="safe", pure=True).load(
    (Path(__file__).parents[1] / "fixtures" / "english.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("rule", RULES, ids=range(len(RULES)))
def test_a_rule_is_one_paragraph(rule):
    assert describe(parse(rule["who"]), SEGMENTS, TRAITS, {}) == rule["says"]


BACK = "what “cancelled” events and “refund” events took back of their purchases"
TAKEN_OFF = f"Cancellations are taken off: {BACK} does not count."
HERE_AND_THERE = f"Cancellations are taken off, where nothing else is said: {BACK} does not count."


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (BOUGHT, TAKEN_OFF),
        (Not(BOUGHT), TAKEN_OFF),
        (event("purchase", "visit", when=Within(DAY)), TAKEN_OFF),
        (event("visit", since=Anchor(stream("purchase"))), TAKEN_OFF),
        (Sequence(FirstStep(CART), (NextStep(stream("purchase")),)), TAKEN_OFF),
        (Sequence(FirstStep(CART), (), NoStep(stream("purchase"))), TAKEN_OFF),
        (AnyOf((InList("a"), Not(InSegment("vip")))), TAKEN_OFF),
        (TraitIs("orders_90d", (number("gt", 1),)), TAKEN_OFF),
        (TraitIs("since_buying", (number("gt", 1),)), TAKEN_OFF),
        (All((BOUGHT, event("purchase", orders="gross"))), HERE_AND_THERE),
        (All((BOUGHT, event(orders="lines"))), HERE_AND_THERE),
        (event("purchase", orders="gross"), ""),
        (event("purchase", orders="lines"), ""),
        (event("visit", "booking", "cart_started"), ""),
        (TraitIs("margin", (number("gt", 1),)), ""),
        (InSegment("loop"), ""),
        (
            event(when=Within(DAY)),
            f"Cancellations are taken off: {BACK}, and what “refund” events took back of their "
            "orders does not count.",
        ),
    ],
)
def test_it_says_of_orders_that_cancellations_are_taken_off(condition, said):
    traits = TRAITS | {
        "since_buying": TraitAggregate(
            "count", (), stream("visit"), None, Anchor(stream("purchase"))
        )
    }
    plain = describe(condition, SEGMENTS, traits, {})
    assert describe(condition, SEGMENTS, traits, ORDERS) == f"{plain} {said}".strip()


LABELS = [
    (event("purchase", when=Within(HOUR)), "purchase within 1h"),
    (
        Sequence(
            FirstStep(CART, Within(DAY), "last"),
            (NextStep(stream("visit"), 2 * HOUR, After(AT)),),
            NoStep(stream("purchase"), HOUR),
        ),
        "last cart_started where cart_value ≥ 50 within 1d, then visit within 2h of it after "
        "2026-03-01T00:00:00Z, then no purchase within 1h of it",
    ),
    (
        Related(
            "ticket", prop("open", Compare("is", bound=True)), prop("role", Exists()), "gte", 2
        ),
        "count ≥ 2 of related ticket where open = true via role exists",
    ),
    (Related("ticket", None, None, "gte", 1), "related ticket"),
    (TraitIs("net", (number("gt", 5),)), "trait net > 5"),
    (SeenBefore(30 * DAY), "first seen 30d ago or earlier"),
    (
        event("visit", orders="gross", when=CalendarDays(0, 6, "UTC")),
        "visit (gross) 0 to 6 calendar days ago (UTC)",
    ),
    (
        event("visit", measure=DistinctDaysIs("gte", 3, "UTC")),
        "different days (UTC) ≥ 3 of visit",
    ),
    (
        event(
            "purchase",
            orders="lines",
            measure=AggregateIs("sum", ("items", "price"), "gt", Decimal(5), prop("a", Exists())),
        ),
        "sum of items.price where a exists > 5 over purchase (lines)",
    ),
    (AttributeIs(("plan",), (Compare("is", "free"),), 30 * DAY), "plan = 'free' for 30d"),
    (
        AttributeIs(("items",), (AnyElement(prop("a", Compare("is", "B", ignore_case=True))),)),
        "items has one where a = 'B' in any case",
    ),
]


@pytest.mark.parametrize(("condition", "line"), LABELS, ids=range(len(LABELS)))
def test_a_condition_has_a_label(condition, line):
    assert label(condition) == line


@given(trees.conditions, trees.conditions, st.lists(trees.traits, min_size=4, max_size=4))
def test_every_rule_can_be_described(condition, other, traits):
    named = dict(zip("abcd", traits, strict=True))
    segments = {"a": other, "b": InSegment("a")}
    text = describe(condition, segments, named, ORDERS)
    assert text.endswith(".")
    assert "  " not in text
    assert text == describe(condition, segments, named, ORDERS)
    assert text.count("(") == text.count(")")
    assert label(condition)


def wrapped(holds, beside):
    """Give a way of putting a condition into a rule."""

    def wrap(condition):
        inner = condition if holds else Not(condition)
        return inner if beside is None else AnyOf((All((beside, inner)), InList("x")))

    return wrap


THRESHOLDS = {
    "within": lambda n: event("purchase", when=Within(n)),
    "older_than": lambda n: event("purchase", when=OlderThan(n)),
    "youngest": lambda n: event("purchase", when=Age(n, 10**12)),
    "oldest": lambda n: event("purchase", when=Age(0, n)),
    "within_next": lambda n: AttributeIs(("a",), (WithinNext(n),)),
    "after": lambda n: event("purchase", when=After(Instant(n))),
    "before": lambda n: event("purchase", when=Before(Instant(n))),
    "start": lambda n: event("purchase", when=Between(Instant(n), Instant(10**12))),
    "end": lambda n: event("purchase", when=Between(Instant(0), Instant(n))),
    "days": lambda n: event("purchase", when=CalendarDays(n, n + 5, "UTC")),
    "last day": lambda n: event("purchase", when=CalendarDays(0, n, "UTC")),
    "count": lambda n: event("purchase", measure=CountIs("gte", n)),
    "count below": lambda n: event("purchase", measure=CountIs("lt", n)),
    "count is": lambda n: event("purchase", measure=CountIs("is", n)),
    "distinct": lambda n: event("purchase", measure=DistinctIs(("a",), "lte", n)),
    "distinct days": lambda n: event("purchase", measure=DistinctDaysIs("is", n, "UTC")),
    "sum": lambda n: event("purchase", measure=AggregateIs("sum", ("a",), "gt", Decimal(n))),
    "property": lambda n: event("purchase", where=prop("a", number("gte", n))),
    "text": lambda n: event("purchase", where=prop("a", Compare("is", str(n)))),
    "one of": lambda n: AttributeIs(("a",), (OneOf((Decimal(n), "x")),)),
    "attribute": lambda n: AttributeIs(("a",), (number("lt", n), Exists())),
    "fraction": lambda n: AttributeIs(("a",), (Compare("lt", Decimal(n) / 1000),)),
    "true_for": lambda n: AttributeIs(("a",), (Exists(),), n),
    "element": lambda n: AttributeIs(("a",), (AnyElement(prop("b", number("is", n))),)),
    "trait": lambda n: TraitIs("net", (number("is", n),)),
    "seen": SeenBefore,
    "related": lambda n: Related("ticket", None, None, "gte", n),
    "first step": lambda n: Sequence(FirstStep(CART, Within(n)), ()),
    "next step": lambda n: Sequence(FirstStep(CART), (NextStep(CART, n),)),
    "no step": lambda n: Sequence(FirstStep(CART), (), NoStep(CART, n)),
    "since": lambda n: event(
        "purchase", since=Anchor(stream("a", where=prop("n", number("is", n))))
    ),
}
NUMBERS = st.one_of(
    st.integers(1, 120),
    st.sampled_from([HOUR, DAY, 7 * DAY, 30 * DAY, 24 * DAY, 90 * MINUTE, 1000]),
    st.integers(1, 10**11),
)


@given(
    st.sampled_from(sorted(THRESHOLDS)),
    NUMBERS,
    NUMBERS,
    st.booleans(),
    st.none() | trees.leaves,
)
def test_no_two_thresholds_read_the_same(kind, one, other, holds, beside):
    wrap, make = wrapped(holds, beside), THRESHOLDS[kind]
    same = describe(wrap(make(one)), {}, {}, ORDERS) == describe(wrap(make(other)), {}, {}, ORDERS)
    assert same == (one == other)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_no_two_durations_are_spelled_the_same(one, other):
    assert (duration_text(one) == duration_text(other)) == (one == other)
