"""The static checker finds what can never be meant, and keeps quiet about what can."""

from decimal import Decimal

import pytest
from hypothesis import given
from tests.segments import trees
from tests.segments.building import AT, DAY, HOUR, event, number, prop, stream
from tests.segments.shop import CATALOG

from dataout.model.people import Instant
from dataout.segments.check import CODES, check_condition, selects, shortest_window
from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    AnyOf,
    AttributeIs,
    CountIs,
    DistinctDaysIs,
    DistinctIs,
    Everyone,
    FirstStep,
    InList,
    InSegment,
    NextStep,
    NoStep,
    Not,
    PickIs,
    Related,
    SeenBefore,
    Sequence,
    TraitIs,
)
from dataout.segments.values import (
    After,
    Age,
    Before,
    Between,
    CalendarDays,
    Compare,
    Exists,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OlderThan,
    OneOf,
    TextTest,
    Within,
    WithinNext,
)

SEGMENTS = {
    "buyers": event("purchase", when=Within(7 * DAY)),
    "quiet": Not(event("purchase", when=Within(7 * DAY))),
    "loop": InSegment("loop"),
    "never": All((event("visit", measure=CountIs("lt", 0)), InList("a"))),
}
STAFF = InList("staff")


def found(condition):
    return [(advice.code, advice.path) for advice in check_condition(condition, CATALOG, SEGMENTS)]


def codes(condition):
    return [code for code, _ in found(condition)]


def both(*parts):
    """Join conditions, beside one that chooses people."""
    return All((STAFF, *parts))


def has(name, *tests, true_for=None):
    return AttributeIs(tuple(name.split(".")), tests, true_for)


def count(op, bound, when=None, **more):
    return event("purchase", measure=CountIs(op, bound), when=when, **more)


def which(pick, when, **more):
    return event("purchase", measure=PickIs(pick), when=when, **more)


EUR, USD = Compare("is", "EUR"), Compare("is", "USD")
WEEK, DAILY = Within(7 * DAY), Within(DAY)
CARTS = Anchor(stream("cart_started"))

IMPOSSIBLE = [
    both(has("x", EUR), has("x", USD)),
    both(has("x", EUR, USD)),
    both(has("x", EUR), has("x", OneOf(("USD", "GBP")))),
    both(has("x", EUR), has("x", IsNot(EUR))),
    both(has("x", EUR), Not(has("x", EUR))),
    both(has("x", OneOf(("EUR", "USD"))), has("x", IsNot(OneOf(("EUR", "USD", "GBP"))))),
    both(has("x", number("gt", 5)), has("x", number("lt", 3))),
    both(has("x", number("gt", 5), number("lte", 5))),
    both(has("x", number("is", 4)), has("x", number("gte", 5))),
    both(has("x", Compare("is", "EUR", ignore_case=True)), has("x", USD)),
    both(has("x", EUR), has("x", TextTest("starts_with", "U"))),
    both(has("x", Exists()), has("x", IsNot(Exists()))),
    both(has("x", number("gt", 5)), Not(has("x", Exists()))),
    both(has("x", EUR, true_for=DAY), has("x", USD)),
    both(TraitIs("t", (number("gt", 5),)), TraitIs("t", (number("lt", 2),))),
    both(count("gte", 3, WEEK), count("lt", 2, WEEK)),
    both(count("gte", 1, DAILY), Not(count("gte", 1, WEEK))),
    both(count("gte", 1, Age(DAY, 2 * DAY)), count("is", 0, WEEK)),
    both(count("gte", 1, DAILY), count("is", 0)),
    both(count("lt", 0)),
    both(count("is", 2), count("is", 3)),
    both(which("first", Age(21 * DAY, 45 * DAY)), Not(event("purchase"))),
    both(Sequence(FirstStep(stream("purchase"), DAILY), ()), Not(event("purchase", when=DAILY))),
    both(
        event("purchase", measure=DistinctIs(("sku",), "gte", 2), when=DAILY),
        Not(event("purchase", when=DAILY)),
    ),
    both(
        event("purchase", measure=DistinctDaysIs("gt", 3, "UTC"), when=WEEK),
        event("purchase", measure=DistinctDaysIs("lte", 3, "UTC"), when=WEEK),
    ),
    both(
        event("purchase", measure=AggregateIs("sum", ("total",), "gt", Decimal(5)), when=WEEK),
        event("purchase", measure=AggregateIs("sum", ("total",), "lt", Decimal(4)), when=WEEK),
    ),
    both(
        event("purchase", measure=AggregateIs("sum", ("total",), "gt", Decimal(5)), when=DAILY),
        Not(event("purchase")),
    ),
    both(InSegment("buyers"), InSegment("quiet")),
    both(InSegment("buyers"), Not(InSegment("buyers"))),
    both(event("purchase", when=DAILY), InSegment("quiet")),
    both(Not(AnyOf((InList("a"), InList("b")))), InList("b")),
    both(event("purchase", when=Between(Instant(5), Instant(5)))),
    both(STAFF, Not(Everyone())),
    AnyOf((InList("a"), All((InList("b"), Not(InList("b")))))),
    Not(AnyOf((InList("a"), Not(InList("a"))))),
    event("visit", where=FilterAll((prop("x", EUR), prop("x", USD))), when=WEEK),
    event("visit", where=FilterNot(FilterAny((prop("x", EUR), prop("x", IsNot(EUR))))), when=WEEK),
    Related("ticket", FilterAll((prop("a", EUR), prop("a", USD))), None, "gte", 1),
]


@pytest.mark.parametrize("condition", IMPOSSIBLE, ids=range(len(IMPOSSIBLE)))
def test_what_can_never_hold_is_found(condition):
    assert codes(condition) == ["impossible-condition"]


POSSIBLE = [
    both(has("tags", EUR), has("tags", USD)),
    both(has("x", number("gte", 5)), has("x", number("lte", 5))),
    both(has("x", number("is", 50)), has("x", Compare("is", "50"))),
    both(has("x", Compare("is", bound=True)), has("x", Compare("is", "true"))),
    both(has("x", Compare("is", "eur", ignore_case=True)), has("x", EUR)),
    both(has("x", EUR), has("x", IsNot(USD))),
    both(has("x", IsNot(EUR)), has("x", IsNot(USD))),
    both(has("x", OneOf(("EUR", "USD"))), has("x", IsNot(EUR))),
    both(has("x", IsNot(EUR)), has("x", IsNot(Exists()))),
    both(has("x", EUR), has("x", TextTest("matches", "E.*"))),
    both(count("gte", 1, WEEK), Not(count("gte", 1, DAILY))),
    both(count("gte", 1, WEEK), count("lte", 1, WEEK)),
    both(count("gte", 3, WEEK), count("lt", 2, DAILY)),
    both(count("gte", 1, DAILY), count("is", 0, WEEK, where=prop("total", number("gt", 5)))),
    both(count("gte", 1, DAILY), count("is", 0, WEEK, orders="lines")),
    both(count("gte", 1), Not(count("gte", 1, since=CARTS))),
    both(count("gte", 1, since=CARTS), Not(count("gte", 1, since=CARTS, when=DAILY))),
    both(
        event("purchase", measure=AggregateIs("sum", ("total",), "gt", Decimal(5)), when=WEEK),
        event("purchase", measure=AggregateIs("sum", ("total",), "lt", Decimal(4)), when=DAILY),
    ),
    both(event("visit", "purchase", when=DAILY), Not(event("visit", when=DAILY))),
    both(event("purchase", when=DAILY), event("purchase", when=OlderThan(7 * DAY))),
    both(which("first", OlderThan(7 * DAY)), which("last", DAILY)),
    both(which("first", DAILY), which("last", DAILY)),
    both(has("x", WithinNext(DAY)), has("x", After(AT))),
    both(has("x", CalendarDays(0, 0, "UTC")), has("x", Within(HOUR))),
    both(has("x", CalendarDays(1, 1, "UTC")), has("x", CalendarDays(0, 0, "Asia/Kolkata"))),
    AnyOf((InList("a"), Not(InList("b")))),
    both(InSegment("never")),
    event("visit", where=FilterAny((prop("x", EUR), prop("x", USD))), when=WEEK),
    event("visit", where=FilterNot(FilterAll((prop("x", EUR), prop("x", USD)))), when=WEEK),
    Everyone(),
    Not(Everyone()),
    InSegment("loop"),
]


@pytest.mark.parametrize("condition", POSSIBLE, ids=range(len(POSSIBLE)))
def test_what_can_hold_is_left_alone(condition):
    assert codes(condition) == []


ALWAYS = [
    AnyOf((InList("a"), Not(InList("a")))),
    AnyOf((InList("a"), Everyone())),
    AnyOf((count("gte", 1, WEEK), Not(count("gte", 1, WEEK)))),
    AnyOf((count("gte", 2, WEEK), count("lt", 3, WEEK))),
    AnyOf((has("x", Exists()), has("x", IsNot(Exists())))),
    AnyOf((has("x", EUR), has("x", IsNot(EUR)))),
    AnyOf((AnyOf((InList("b"), InList("a"))), Not(InList("a")))),
    both(count("gte", 0, WEEK)),
    Not(both(count("gte", 1), Not(count("gte", 1)))),
]


@pytest.mark.parametrize("condition", ALWAYS, ids=range(len(ALWAYS)))
def test_what_always_holds_is_found(condition):
    assert "always-true" in codes(condition)
    assert "impossible-condition" not in codes(condition)


NEVER_MEET = [
    both(which("first", DAILY), which("first", OlderThan(7 * DAY))),
    both(which("last", Age(DAY, 2 * DAY)), which("last", Age(2 * DAY, 3 * DAY))),
    both(which("first", DAILY), which("last", OlderThan(7 * DAY))),
    both(which("last", Before(AT)), which("last", After(AT))),
    both(has("x", DAILY), has("x", OlderThan(DAY))),
    both(has("x", DAILY, OlderThan(DAY))),
    both(has("x", WithinNext(DAY)), has("x", DAILY)),
    both(has("x", CalendarDays(1, 1, "UTC")), has("x", CalendarDays(0, 0, "UTC"))),
    both(has("x", CalendarDays(9, 12, "UTC")), has("x", WEEK)),
    event("visit", where=prop("due", DAILY, OlderThan(7 * DAY)), when=WEEK),
]


@pytest.mark.parametrize("condition", NEVER_MEET, ids=range(len(NEVER_MEET)))
def test_windows_that_never_overlap_are_found(condition):
    assert codes(condition) == ["windows-never-overlap"]


def test_the_path_leads_to_the_second_of_two():
    condition = All((STAFF, Not(AnyOf((InList("a"), InList("b")))), InList("b")))
    assert found(condition) == [("impossible-condition", ("all", 2))]
    where = FilterAll((prop("x", EUR), prop("x", USD)))
    condition = both(Not(event("visit", where=where)))
    assert found(condition) == [("impossible-condition", ("all", 1, "not", "where", "x"))]


BOUGHT = event("purchase")


@pytest.mark.parametrize(
    ("condition", "paths"),
    [
        (Not(BOUGHT), [("not",)]),
        (count("is", 0), [()]),
        (All((Not(BOUGHT), Not(InList("a")))), [("all", 0, "not")]),
        (All((Not(BOUGHT), SeenBefore(DAY))), [("all", 0, "not")]),
        (All((Not(BOUGHT), has("x", IsNot(EUR)))), [("all", 0, "not")]),
        (AnyOf((STAFF, Not(BOUGHT))), [("any", 1, "not")]),
        (Not(AnyOf((BOUGHT, InList("a")))), [("not", "any", 0)]),
        (both(Not(BOUGHT)), []),
        (Not(event("purchase", when=WEEK)), []),
        (Not(event("purchase", since=CARTS)), []),
        (All((AnyOf((STAFF, InList("b"))), Not(BOUGHT))), []),
        (All((InSegment("buyers"), AnyOf((Not(BOUGHT), Not(InList("b")))))), []),
        (Not(Not(BOUGHT)), []),
    ],
)
def test_absence_without_bound(condition, paths):
    absent = [path for code, path in found(condition) if code == "unbounded-absence"]
    assert absent == paths


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (BOUGHT, True),
        (Not(BOUGHT), False),
        (count("lte", 2), False),
        (Not(count("lte", 2)), True),
        (Everyone(), False),
        (Not(Everyone()), True),
        (has("x", EUR), True),
        (has("x", IsNot(EUR)), False),
        (Not(has("x", IsNot(EUR))), True),
        (All((Not(BOUGHT), STAFF)), True),
        (AnyOf((Not(BOUGHT), STAFF)), False),
        (Not(AnyOf((BOUGHT, STAFF))), False),
        (InSegment("quiet"), False),
        (Not(InSegment("quiet")), True),
        (InSegment("loop"), True),
        (Related("ticket", None, None, "is", 0), False),
        (event("purchase", measure=AggregateIs("sum", ("total",), "lt", Decimal(0))), True),
        (SeenBefore(DAY), False),
        (count("is", 0, since=CARTS), True),
    ],
)
def test_what_chooses_people(condition, expected):
    assert selects(condition, SEGMENTS) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (event("purchase", when=DAILY), DAY),
        (Not(event("purchase", when=DAILY)), None),
        (which("first", Age(21 * DAY, 45 * DAY)), 24 * DAY),
        (both(event("purchase", when=WEEK), has("x", WithinNext(HOUR))), HOUR),
        (event("visit", when=CalendarDays(0, 2, "UTC")), 3 * DAY),
        (InSegment("buyers"), 7 * DAY),
        (InSegment("loop"), None),
        (Not(InSegment("quiet")), 7 * DAY),
        (Sequence(FirstStep(stream("visit"), DAILY), ()), DAY),
        (event("purchase", when=OlderThan(DAY)), None),
    ],
)
def test_the_shortest_window(condition, expected):
    assert shortest_window(condition, SEGMENTS) == expected


def test_a_sequence_that_may_have_begun_at_any_time():
    visit, cart = stream("visit"), stream("cart_started")
    unbounded = Sequence(FirstStep(visit, None, "first"), (NextStep(cart, HOUR),), NoStep(visit))
    assert found(both(unbounded)) == [("sequence-unbounded", ("all", 1, "sequence", 0))]
    assert codes(Sequence(FirstStep(visit, WEEK), (NextStep(cart, HOUR),))) == []


@given(trees.conditions, trees.conditions)
def test_every_condition_can_be_judged(condition, other):
    segments = {"a": other, "b": InSegment("a")}
    for advice in check_condition(condition, CATALOG, segments):
        assert advice.code in CODES
        assert advice.message
    selects(condition, segments)
    shortest_window(condition, segments)


@given(trees.conditions)
def test_a_condition_and_its_opposite_are_impossible_and_always(condition):
    impossible = {"impossible-condition", "windows-never-overlap"}
    assert impossible & set(codes(All((condition, Not(condition)))))
    assert "always-true" in codes(AnyOf((condition, Not(condition))))
