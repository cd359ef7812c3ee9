"""The rest of the language: what fixtures do not say, and what the judge will not guess."""

from fractions import Fraction

import pytest

from dataout.testing.judge import Unjudged, members
from dataout.testing.judge.numbers import fitting, quotient

DAY = 86_400
LEAP = "2024-03-01T00:00:00Z"


def who(rule, *happenings, at=10 * DAY, **known):
    """Say whether ann passes; an event is (name, time, properties)."""
    events = [
        {"profile_id": "ann", "event": name, "event_time": time, "properties": dict(*properties)}
        for name, time, *properties in happenings
    ]
    profiles = known.pop("profiles", [{"profile_id": "ann"}])
    answer = members({"s": {"who": rule}}, profiles=profiles, events=events, at=at, **known)
    return answer["s"] == {"ann"}


@pytest.mark.parametrize(
    ("day", "ago"), [("2024-02-29", 1), ("2024-02-28", 2), ("2023-03-01", 366)]
)
def test_a_leap_day_is_a_day(day, ago):
    assert who({"event": "buy", "calendar_days": [ago, ago]}, ("buy", day), at=LEAP)
    assert not who({"event": "buy", "calendar_days": ago}, ("buy", day), at=LEAP)
    assert who({"event": "buy", "calendar_days": ago + 1}, ("buy", day), at=LEAP)


def test_membership_by_calendar_days_flips_at_local_midnight_to_the_millisecond():
    rule = {"event": "buy", "calendar_days": 1, "zone": "Europe/Berlin"}
    bought = ("buy", "2026-03-29T00:00:00+01:00")
    assert who(rule, bought, at="2026-03-29T23:59:59.999+02:00")
    assert not who(rule, bought, at="2026-03-30T00:00:00+02:00")


def test_true_for_holds_from_start_plus_the_window_on():
    rule = {"attribute": "plan", "is": "pro", "true_for": "2d"}
    rows = [{"profile_id": "ann", "attributes": {"plan": "pro"}, "set_at": 100}]
    assert not who(rule, profiles=rows, at=100 + 2 * DAY - 0.001)
    assert who(rule, profiles=rows, at=100 + 2 * DAY)
    broken = [*rows, {"profile_id": "ann", "attributes": {"plan": None}, "set_at": 100 + DAY}]
    assert not who(rule, profiles=broken, at=100 + 2 * DAY)


def test_true_for_knows_only_what_had_been_received():
    rule = {"attribute": "plan", "is": "pro", "true_for": "2d"}
    rows = [
        {"profile_id": "ann", "attributes": {"plan": "pro"}, "set_at": 0, "received_at": 0},
        {
            "profile_id": "ann",
            "attributes": {"plan": "free"},
            "set_at": DAY,
            "received_at": 3 * DAY,
        },
        {"profile_id": "ann", "attributes": {"plan": "pro"}, "set_at": DAY + 1, "received_at": DAY},
    ]
    assert who(rule, profiles=rows, at=2 * DAY, as_known_at=3 * DAY - 0.001)
    assert not who(rule, profiles=rows, at=2 * DAY, as_known_at=3 * DAY)


def test_the_window_of_a_last_not_is_over_at_precisely_its_end():
    rule = {"sequence": [{"event": "cart"}, {"not": {"event": "buy", "within": "4h"}}]}
    assert not who(rule, ("cart", 0), at=4 * 3_600 - 0.001)
    assert who(rule, ("cart", 0), at=4 * 3_600)
    assert not who(rule, ("cart", 0), ("buy", 4 * 3_600), at=4 * 3_600)
    assert who(rule, ("cart", 0), ("buy", 4 * 3_600 + 0.001), at=5 * 3_600)


def test_a_chain_may_skip_events_and_share_none():
    chain = {"sequence": [{"event": "a"}, {"event": "a", "within": "10s"}, {"event": "b"}]}
    assert who(chain, ("a", 0), ("c", 1), ("a", 10), ("b", 11))
    assert not who(chain, ("a", 0), ("b", 5), ("a", 10))
    assert not who(chain, ("a", 0), ("a", 10.001), ("b", 11))
    assert who(chain, ("a", 0), ("a", 10.001), ("a", 12), ("b", 13))


def test_division_is_half_even_for_either_sign():
    for dividend in range(-12, 13):
        for divisor in (1, 2, 3, 4, -2, -3):
            assert quotient(dividend, divisor) == round(Fraction(dividend, divisor))
    assert fitting(10**26 - 1) is not None
    assert fitting(10**26) is None
    assert fitting(-(10**26)) is None


RETURNS = {
    "order_key": "id",
    "amount": "total",
    "cancelled_by": [{"event": "return", "match": ["s"]}],
}


def test_units_are_conserved_whatever_the_order_of_rows():
    """Each of three lines can lose its unit once; the newest are lost first."""
    for returned, left in ((0, {0, 1, 2}), (1, {0, 1}), (2, {0}), (3, set()), (4, set())):
        lines = [("buy", n, {"id": n, "s": 1, "total": 1, "n": n}) for n in range(3)]
        returns = [("return", 5 + n, {"s": 1}) for n in range(returned)]
        for rows in ([*lines, *returns], [*returns, *reversed(lines)]):
            found = {
                n
                for n in range(3)
                if who(
                    {"event": "buy", "where": {"n": n}},
                    *rows,
                    catalog={"events": {"buy": RETURNS}},
                )
            }
            assert found == left


def test_what_is_not_yet_known_cancels_nothing():
    orders = {"order_key": "id", "amount": "total", "cancelled_by": [{"event": "cancel"}]}
    rows = [("buy", 1, {"id": 1}), ("cancel", 2, {"id": 1})]
    given = {"catalog": {"events": {"buy": orders}}}
    assert who({"event": "buy"}, *rows, at=1.999, **given)
    assert not who({"event": "buy"}, *rows, at=2, **given)


@pytest.mark.parametrize(
    "rule",
    [
        {"event": "buy", "calendar_days": 0},
        {"event": "buy", "calendar_days": 1.5},
        {"event": "buy", "calendar_days": [3, 1]},
        {"event": "buy", "calendar_days": 1, "zone": "Mars/Olympus"},
        {"event": "buy", "within": "1d", "zone": "UTC"},
        {"event": "buy", "calendar_days": 1, "within": "1d"},
        {"event": "buy", "distinct_days": {"gte": 1}, "which": "last"},
        {"event": "buy", "gross": True, "lines": True},
        {"event": "buy", "within": "1d", "history": "required"},
        {"event": "buy", "within": "1d", "count": 1, "history": "required"},
        {"event": "buy", "count": 0, "history": "required"},
        {"not": {"event": "buy", "history": "required"}},
        {"not": {"event": "buy", "within": "1d", "count": 0, "history": "required"}},
        {"attribute": "a", "within": "1d", "true_for": "1d"},
        {"attribute": "a", "any": {"b": {"older_than": "1d"}}, "true_for": "1d"},
        {"attribute": "a", "any": [{"b": 1}]},
        {"sequence": []},
        {"sequence": [{"not": {"event": "buy"}}]},
        {"sequence": [{"event": "buy"}, {"not": {"event": "a"}}, {"event": "b"}]},
        {"sequence": [{"event": "buy"}, {"event": "buy", "which": "last"}]},
        {"sequence": [{"event": "buy", "count": 2}, {"event": "buy"}]},
        {"sequence": [{"event": "buy"}, {"not": {"event": "buy", "older_than": "1d"}}]},
        {"trait": "unheard_of", "gte": 1},
        {"trait": "orders"},
        {"trait": "no_path", "gte": 1},
        {"trait": "two", "gte": 1},
        {"trait": "since_picked", "gte": 1},
        {"related": "account", "having": {"plan": "pro"}},
    ],
)
def test_what_the_judge_does_not_understand_it_does_not_guess(rule):
    traits = {
        "orders": {"count": "buy"},
        "no_path": {"sum": "buy"},
        "two": {"count": "buy", "sum": "buy.total"},
        "since_picked": {"last": "buy.total", "since": {"event": "buy"}},
    }
    with pytest.raises(Unjudged):
        who(
            rule,
            ("buy", 10 * DAY, {"total": 1}),
            profiles=[{"profile_id": "ann", "attributes": {"a": [{"b": 1}]}}],
            traits=traits,
        )


def test_whose_return_goes_first_is_not_guessed():
    several = [{"event": name, "match": ["s"]} for name in ("return", "exchange")]
    rules = {"buy": RETURNS | {"cancelled_by": several}}
    with pytest.raises(Unjudged):
        who({"event": "buy"}, ("buy", 1, {"id": 1}), catalog={"events": rules})
