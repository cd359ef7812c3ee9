"""The event condition: sentence by sentence from the semantics."""

import pytest

from dataout.testing.judge import Unjudged, members

HOUR = 3_600
NOW = 1_000_000
MS = 0.001


def holds(rule, *happenings, at=NOW, **known):
    """Say whether a profile with these events passes; an event is (name, time, properties)."""
    events = [
        {"profile_id": "ann", "event": name, "event_time": time, "properties": properties}
        for name, time, *rest in happenings
        for properties in [rest[0] if rest else {}]
    ]
    answer = members(
        {"s": {"who": rule}}, profiles=[{"profile_id": "ann"}], events=events, at=at, **known
    )
    return answer["s"] == {"ann"}


def test_an_event_condition_holds_with_one_match_or_more():
    assert holds({"event": "buy"}, ("buy", 0))
    assert not holds({"event": "buy"}, ("Buy", 0))
    assert not holds({"event": "buy"})
    assert holds({"event": ["see", "buy"]}, ("buy", 0))
    assert holds({"event": "*"}, ("anything", 0))
    assert not holds({"event": "*"})


@pytest.mark.parametrize(
    ("rule", "first_in", "last_in"),
    [
        ({"within": "4h"}, NOW - 4 * HOUR + MS, NOW),
        ({"age": ["1h", "4h"]}, NOW - 4 * HOUR + MS, NOW - HOUR),
        ({"between": [NOW - 10, NOW - 5]}, NOW - 10, NOW - 5 - MS),
        ({"after": NOW - 10}, NOW - 10 + MS, NOW),
    ],
)
def test_windows_to_the_millisecond(rule, first_in, last_in):
    rule = {"event": "buy", **rule}
    assert not holds(rule, ("buy", first_in - MS))
    assert holds(rule, ("buy", first_in))
    assert holds(rule, ("buy", last_in))
    assert not holds(rule, ("buy", last_in + MS))


@pytest.mark.parametrize("rule", [{"older_than": "4h"}, {"before": NOW - 4 * HOUR + MS}])
def test_windows_without_a_beginning(rule):
    rule = {"event": "buy", **rule}
    assert holds(rule, ("buy", 0))
    assert holds(rule, ("buy", NOW - 4 * HOUR))
    assert not holds(rule, ("buy", NOW - 4 * HOUR + MS))


def test_an_event_leaves_within_4h_at_precisely_t_plus_4h():
    rule = {"event": "buy", "within": "4h"}
    assert holds(rule, ("buy", NOW), at=NOW + 4 * HOUR - MS)
    assert not holds(rule, ("buy", NOW), at=NOW + 4 * HOUR)


def test_an_event_from_the_future_becomes_visible_at_its_instant():
    assert not holds({"event": "buy"}, ("buy", NOW + MS))
    assert holds({"event": "buy"}, ("buy", NOW + MS), at=NOW + MS)
    assert holds({"event": "buy", "count": 0}, ("buy", NOW + MS))


def test_all_of_where_is_tested_on_the_same_event():
    rule = {"event": "buy", "where": {"sku": "A", "total": {"gte": 5}}}
    assert holds(rule, ("buy", 0, {"sku": "A", "total": 5}))
    assert not holds(rule, ("buy", 0, {"sku": "A"}), ("buy", 0, {"sku": "B", "total": 5}))


def test_where_as_a_tree():
    rule = {
        "event": "buy",
        "where": {"any": [{"sku": "A"}, {"all": [{"sku": "B"}, {"not": {"total": {"lt": 5}}}]}]},
    }
    assert holds(rule, ("buy", 0, {"sku": "A", "total": 1}))
    assert holds(rule, ("buy", 0, {"sku": "B"}))
    assert not holds(rule, ("buy", 0, {"sku": "B", "total": 4}))
    assert not holds(rule, ("buy", 0, {"sku": "C"}))


@pytest.mark.parametrize(
    ("count", "numbers"),
    [
        (3, {3}),
        (0, {0}),
        ({"is": 2}, {2}),
        ({"lte": 2}, {0, 1, 2}),
        ({"lt": 2}, {0, 1}),
        ({"gte": 2}, {2, 3, 4}),
        ({"gt": 2}, {3, 4}),
    ],
)
def test_count_knows_zero(count, numbers):
    rule = {"event": "buy", "count": count}
    assert {n for n in range(5) if holds(rule, *[("buy", 0)] * n)} == numbers


def test_an_aggregate_without_a_usable_value_is_false():
    for function in ("sum", "avg", "min", "max"):
        for op, bound in (("lte", 10**9), ("gte", -(10**9)), ("is", 0), ("lt", 1)):
            rule = {"event": "buy", function: {"property": "total", op: bound}}
            assert not holds(rule)
            assert not holds(rule, ("buy", 0, {"total": "a lot"}), ("buy", 0, {"total": [5]}))
            assert not holds(rule, ("buy", 0), ("see", 0, {"total": 5}))


def test_aggregates_are_exact_and_take_usable_values_only():
    bought = [("buy", n, {"total": value}) for n, value in enumerate([0.1, "0.2", None, [9], True])]
    assert holds({"event": "buy", "sum": {"property": "total", "is": 0.3}}, *bought)
    assert holds({"event": "buy", "avg": {"property": "total", "is": 0.15}}, *bought)
    assert holds({"event": "buy", "min": {"property": "total", "is": 0.1}}, *bought)
    assert holds({"event": "buy", "max": {"property": "total", "is": 0.2}}, *bought)
    assert not holds({"event": "buy", "max": {"property": "total", "gt": 0.2}}, *bought)


def test_an_average_is_compared_as_sum_against_bound_times_count():
    thirds = [("buy", 0, {"total": value}) for value in (1, 0, 0)]
    assert holds({"event": "buy", "avg": {"property": "total", "gt": 0.333333}}, *thirds)
    assert holds({"event": "buy", "avg": {"property": "total", "lt": 0.333334}}, *thirds)


def test_sums_do_not_overflow():
    huge = [("buy", 0, {"total": 9e19})] * 5
    assert holds({"event": "buy", "sum": {"property": "total", "gt": 9e19}}, *huge)


def test_distinct_tells_types_apart_and_knows_zero():
    def different(*values):
        rule = {"event": "buy", "distinct": {"property": "v"}}
        events = [("buy", 0, {"v": value}) for value in values]
        return next(
            n
            for n in range(9)
            if holds({**rule, "distinct": {"property": "v", "is": n}}, *events, ("buy", 0, {}))
        )

    assert different() == 0
    assert different(*["5", 5, 5.0, True, "true"]) == 4
    assert different(None, "", [], ["a"], {"a": 1}, 1e20) == 0
    assert different(1, 1.0000001) == 1
    assert different("a", "A", "á", "a\u0301") == 4


def test_which_picks_before_the_time_restriction():
    rule = {"event": "buy", "which": "first", "age": ["1h", "4h"]}
    assert holds(rule, ("buy", NOW - 2 * HOUR), ("buy", NOW))
    assert not holds(rule, ("buy", NOW - 5 * HOUR), ("buy", NOW - 2 * HOUR))
    assert holds({**rule, "which": "last"}, ("buy", NOW - 5 * HOUR), ("buy", NOW - 2 * HOUR))


def test_which_picks_among_what_passes_where_and_over_all_names():
    rule = {"event": ["buy", "see"], "which": "last", "within": "1h", "where": {"sku": "A"}}
    assert holds(rule, ("buy", NOW - 1, {"sku": "A"}), ("see", NOW, {"sku": "B"}))
    old = ("buy", NOW - 2 * HOUR, {"sku": "A"})
    assert not holds(rule, old, ("see", NOW, {"sku": "B"}))
    assert not holds({**rule, "which": "first"}, old, ("see", NOW, {"sku": "A"}))


def test_which_breaks_ties_by_received_at_then_by_row():
    def first_of_a_tie(*received):
        rows = [
            {
                "profile_id": "ann",
                "event": "buy",
                "event_time": 10,
                "received_at": at,
                "properties": {"n": n},
            }
            for n, at in enumerate(received)
        ]
        anchor = {"event": "buy", "which": "first"}
        who = {
            n: {"event": "buy", "where": {"n": n}, "since": anchor} for n in range(len(received))
        }
        answer = members(
            {str(n): {"who": rule} for n, rule in who.items()}, profiles=[], events=rows, at=NOW
        )
        return [int(n) for n, found in answer.items() if not found]

    assert first_of_a_tie(12, 11, 13) == [1]
    assert first_of_a_tie(11, 11, 10, 10) == [2]


def test_since_asks_from_the_anchor_on_that_very_event_excepted():
    rule = {"event": "buy", "since": {"event": "mail", "where": {"step": 1}}}
    mail = ("mail", 100, {"step": 1})
    assert holds(rule, mail, ("buy", 100))
    assert holds(rule, mail, ("buy", 101))
    assert not holds(rule, mail, ("buy", 99))
    assert not holds(rule, mail, ("buy", 101), ("mail", 102, {"step": 1}))
    assert holds(rule, mail, ("buy", 101), ("mail", 102, {"step": 2}))
    first = {"event": "buy", "since": {"event": "mail", "which": "first"}}
    assert holds(first, mail, ("buy", 101), ("mail", 102))


def test_since_the_same_event_counts_the_others():
    again = {"event": "buy", "since": {"event": "buy", "which": "first"}}
    assert not holds(again, ("buy", 100))
    assert holds(again, ("buy", 100), ("buy", 100))
    assert holds({**again, "count": 2}, ("buy", 100), ("buy", 101), ("buy", 102))


def test_without_an_anchor_the_condition_is_false_and_its_negation_true():
    rule = {"event": "buy", "since": {"event": "mail"}}
    assert not holds(rule, ("buy", 100))
    assert holds({"not": rule}, ("buy", 100))
    assert not holds({**rule, "count": 0})
    assert not holds({**rule, "count": {"lte": 2}}, ("mail", NOW + MS))
    assert holds({**rule, "count": 0}, ("mail", 5))


def test_which_and_since_meet_on_the_one_picked():
    rule = {"event": "buy", "which": "first", "since": {"event": "mail"}}
    assert not holds(rule, ("buy", 99), ("mail", 100), ("buy", 101))
    assert holds({**rule, "which": "last"}, ("buy", 99), ("mail", 100), ("buy", 101))


def test_unknown_keys_of_an_event_are_no_matter():
    assert not holds({"event": "buy", "where": {"__proto__.x": {"exists": True}}}, ("buy", 0))
    assert holds({"event": "buy", "where": {"a": {"exists": False}}}, ("buy", 0, {"b": 1}))


@pytest.mark.parametrize(
    "rule",
    [
        {"which": "last", "count": 1},
        {"sum": {"property": "a", "gte": 1}, "min": {"property": "a", "gte": 1}},
        {"within": "1h", "older_than": "1h"},
        {"within_next": "1h"},
        {"which": "middle"},
        {"count": {}},
        {"count": {"is_not": 1}},
        {"sum": {"property": "a"}},
        {"sum": {"property": "a", "gte": "much"}},
        {"since": {"event": "see", "within": "1h"}},
        {"wehre": {}},
    ],
)
def test_what_the_judge_does_not_understand_it_does_not_guess(rule):
    with pytest.raises(Unjudged):
        holds({"event": "buy", **rule}, ("buy", 0, {"a": 1}), ("see", 0))
