"""What the command line says of histories, of traits, and of orders that can be cancelled."""

import json

import pytest

MORE = """\
traits:
  spent: {sum: purchase.total, within: 90d}
  per_cart: {divided_by: [spent, carts]}
  carts: {count: cart_started}
segments:
  spenders: {who: {trait: per_cart, gte: 50}}
  lapsed: {who: {not: {event: purchase, within: 30d, history: required}}}
tests:
  spenders_spend:
    segment: spenders
    start: 2026-03-01T12:00:00Z
    given:
      ann: {events: [{event: cart_started, at: -2h}, {event: purchase, at: -1h, total: 49.9}]}
    expect: [{at: 0h, in: [ann]}]
"""


@pytest.fixture
def more(shop):
    """Give the shop some definitions more."""
    (shop.folder / "more.yaml").write_text(MORE, encoding="utf-8")
    return shop


def test_explain_shows_what_traits_come_to(more):
    told = more.json("explain", "bob", "spenders")["tree"]
    assert (told["holds"], told["condition"]) == (True, "trait per_cart ≥ 50")
    assert told["traits"] == [
        {"name": "per_cart", "value": 90},
        {"name": "spent", "value": 90},
        {"name": "carts", "value": 1},
    ]
    assert [seen["what"] for seen in told["evidence"]] == ["purchase", "cart_started"]
    said = more("explain", "ann", "spenders").out
    assert "✗ trait per_cart ≥ 50" in said
    assert "· trait per_cart = 0\n" in said
    before = more.json("explain", "bob", "spenders", "--at", "-150m")["tree"]
    assert [trait["value"] for trait in before["traits"]] == [0, None, 1]


def test_an_absent_trait_is_called_absent(more):
    said = more("explain", "ann", "spenders", "--at", "-20d").out
    assert "· trait per_cart = absent\n" in said
    assert "· trait carts = 0\n" in said


def test_a_test_that_fails_shows_them_too(more):
    failure = more.json("test", "spenders_spend")["failures"][0]
    assert "· trait per_cart = 49.9" in [line.strip() for line in failure["evidence"]]


def test_check_notes_whom_a_history_keeps_out_and_needs_nobody(more):
    # Attributes count: everybody but eve was first seen 60 days ago.
    eve = {"profile_id": "eve", "attributes": {"country": "FR"}}
    assert more.load("profiles", "eve.jsonl", json.dumps(eve)).code == 0
    answer = more("--json", "check")
    assert answer.code == 0
    [finding] = answer.json["findings"]
    assert (finding["level"], finding["code"]) == ("note", "history-required")
    assert finding["message"] == (
        "segment lapsed: history: required leaves out 1 of 5 who would be in without it."
    )
    said = more("check").out
    assert said.startswith("note more.yaml:7:3 [history-required]\n")
    more.edit("segments.yaml", "{event: purchase, within: 7d}", "{event: purchse, within: 7d}")
    assert more("check").code == 1


def test_describe_says_that_cancellations_are_taken_off(more):
    order = "purchase:\n      order_key: order_id\n      amount: total\n"
    order += "      cancelled_by: [{event: refund, amount: amount}]\n"
    more.edit("catalog.yaml", "purchase:\n", order)
    said = more.json("segments", "--describe")
    taken_off = (
        "Cancellations are taken off: what “refund” events took back of their purchases does "
        "not count."
    )
    assert said["purchased_7d"].endswith(f". {taken_off}")
    assert said["spenders"].endswith(f". {taken_off}")
    assert "Cancellations" not in said["vip_customers"]
