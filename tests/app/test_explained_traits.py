"""``explain`` shows what traits come to, in all their digits, as of the instant explained."""

from decimal import Decimal

import pytest

import dataout
from dataout.app.evaluation import definitions_of
from dataout.app.evidence import explain_condition
from dataout.app.memory import Memory
from dataout.app.present import plain, value_text
from dataout.model.people import Instant

DAY = 86_400_000
AT = Instant(1_772_366_400_000)
"""2026-03-01T12:00:00Z."""


def row(event, day, **properties):
    return {
        "profile_id": "ann",
        "event": event,
        "event_time": f"2026-02-{day:02}T12:00:00Z",
        "properties": properties,
    }


EVENTS = [
    row("buy", 2, order=1, total="12345678901234567890.123456"),
    row("purchase", 10, order=1, total=70, sku="a", size=[38, 39]),
    row("purchase", 20, order=2, total=0.1, sku="b", gift=True),
    row("purchase", 24, order=3, total=0.2, sku="b", size=None),
    row("cancelled", 26, order=1),
    row("refund", 27, order=2, amount=0.03) | {"received_at": "2026-02-28T12:00:00Z"},
]
CATALOG = {
    "events": {
        "purchase": {
            "order_key": "order",
            "amount": "total",
            "cancelled_by": ["cancelled", {"event": "refund", "amount": "amount"}],
        }
    }
}
TRAITS = {
    "huge": {"sum": "buy.total"},
    "spent": {"sum": "purchase.total"},
    "spent_gross": {"sum": "purchase.total", "gross": True},
    "orders": {"count": "purchase", "within": "7d"},
    "average": {"avg": "purchase.total", "gross": True},
    "kinds": {"distinct": "purchase.sku", "lines": True},
    "dearest": {"max": "purchase.total", "lines": True},
    "since_cancelled": {"count": "*", "since": {"event": "cancelled"}},
    "last_sku": {"last": "purchase.sku"},
    "first_size": {"first": "purchase.size", "lines": True},
    "last_size": {"last": "purchase.size"},
    "last_gift": {"last": "purchase.gift", "before": "2026-02-22"},
    "visits": {"count": "visit"},
    "weight": {"avg": "visit.weight"},
    "back": {"minus": ["spent_gross", "spent"]},
    "share": {"divided_by": ["back", "spent_gross"]},
    "third": {"divided_by": ["visits", "orders", 3]},
    "nothing": {"divided_by": ["spent", "visits"]},
    "Spent": {"plus": ["spent", 1]},
    "event_time": {"times": ["Spent", 10]},
}


@pytest.fixture(scope="module")
def traits():
    """Give the traits that are told of a condition on one of them, for ann."""
    memory = Memory()
    memory.add_events(EVENTS)
    slot = memory.slot("ann")

    def of(name, at=AT, known_at=None):
        rule = {"who": {"trait": name, "exists": True}}
        meaning = definitions_of({"s": rule}, TRAITS, CATALOG, "UTC", None)
        scope = memory.scope(at, known_at)
        branch = explain_condition(memory.engine, "s", meaning, slot, scope)
        return {each.name: each.value for each in branch.traits}

    return of


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("huge", Decimal("12345678901234567890.123456")),
        ("spent", Decimal("0.27")),
        ("spent_gross", Decimal("70.3")),
        ("orders", 1),
        ("average", Decimal("23.433333")),
        ("kinds", 2),
        ("dearest", 70),
        ("since_cancelled", 1),
        ("last_sku", "b"),
        ("first_size", [38, 39]),
        ("last_size", None),
        ("last_gift", True),
        ("visits", 0),
        ("weight", None),
    ],
)
def test_a_trait_is_told_exactly(traits, name, value):
    assert traits(name) == {name: value}


def test_arithmetic_is_told_with_what_it_is_computed_of(traits):
    assert list(traits("share").items()) == [
        ("share", Decimal("0.996159")),
        ("back", Decimal("70.03")),
        ("spent_gross", Decimal("70.3")),
        ("spent", Decimal("0.27")),
    ]
    assert traits("nothing") == {"nothing": None, "spent": Decimal("0.27"), "visits": 0}


def test_names_that_differ_in_capitals_or_look_like_columns_are_kept_apart(traits):
    spent = Decimal("0.27")
    assert traits("event_time") == {
        "event_time": Decimal("12.7"),
        "Spent": 1 + spent,
        "spent": spent,
    }


def test_it_is_what_it_was_at_the_instant_explained(traits):
    assert traits("spent", Instant(AT - 4 * DAY)) == {"spent": Decimal("70.3")}
    assert traits("orders", Instant(AT - 2 * DAY - 1)) == {"orders": 2}
    assert traits("orders", Instant(AT - 2 * DAY)) == {"orders": 1}


def test_it_is_what_was_known_of_it(traits):
    assert traits("spent", known_at=Instant(AT - DAY - 1)) == {"spent": Decimal("0.3")}


@pytest.mark.parametrize("name", sorted(TRAITS))
def test_the_value_told_is_the_one_that_segments_test(traits, name):
    """A rule that asks for this very value holds, and one for another does not."""
    value = traits(name)[name]
    same = (
        {"exists": False}
        if value is None
        else {"in": value if isinstance(value, list) else [value]}
    )
    other = {"exists": True} if value is None else {"is": "another"}
    rules = {"same": {"who": {"trait": name, **same}}, "other": {"who": {"trait": name, **other}}}
    found = dataout.evaluate(
        rules, events=EVENTS, traits=TRAITS, catalog=CATALOG, at="2026-03-01T12:00:00Z"
    )
    assert found == {"same": {"ann"}, "other": frozenset()}


@pytest.mark.parametrize(
    ("value", "in_json", "said"),
    [
        (Decimal("64.000000"), 64, "64"),
        (Decimal("0.270000"), 0.27, "0.27"),
        (Decimal(99999999999999999999), 99999999999999999999, "99999999999999999999"),
        (
            Decimal("12345678901234567890.123456"),
            "12345678901234567890.123456",
            '"12345678901234567890.123456"',
        ),
        (Decimal("1e300"), 1e300, "1e+300"),
        ({"a": [Decimal("1.50")]}, {"a": [1.5]}, '{"a": [1.5]}'),
        ("Zoë", "Zoë", '"Zoë"'),
        (None, None, "absent"),
    ],
)
def test_no_digit_is_lost_on_the_way_out(value, in_json, said):
    assert plain(value) == in_json
    assert type(plain(value)) is type(in_json)
    assert value_text(value) == said
