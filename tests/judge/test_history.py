"""What was held and known at an instant, and the tree of conditions over it."""

import pytest

from dataout.testing.judge import Unjudged, members

ROW = {"profile_id": "ann"}


def held(rows, at, known=None, value="new"):
    answer = members(
        {"s": {"who": {"attribute": "x", "is": value}}},
        profiles=[{**ROW, "attributes": {"x": "new"}, **row} for row in rows],
        events=[],
        at=at,
        as_known_at=known,
    )
    return answer["s"] == {"ann"}


def known(rows, at, as_known_at=None, rule=None):
    answer = members(
        {"s": {"who": rule or {"event": "buy"}}},
        profiles=[],
        events=[{**ROW, "event": "buy", **row} for row in rows],
        at=at,
        as_known_at=as_known_at,
    )
    return answer["s"] == {"ann"}


def test_event_time_decides_truth_and_received_at_knowledge():
    late = [{"event_time": 100, "received_at": 200}]
    assert known(late, at=100)
    assert not known(late, at=99.999)
    assert not known(late, at=150, as_known_at=199.999)
    assert known(late, at=150, as_known_at=200)
    assert not known([{"event_time": 100}], at=100, as_known_at=99.999)
    assert known([{"event_time": 100}], at=100, as_known_at=100)


def test_a_clock_ahead_by_five_minutes_at_most_is_clamped_to_the_receipt():
    rule = {"event": "buy", "between": [100, 100.001]}
    assert known([{"event_time": 400, "received_at": 100}], at=100, rule=rule)
    assert not known([{"event_time": 400.001, "received_at": 100}], at=100, rule=rule)
    assert not known([{"event_time": 400.001, "received_at": 100}], at=400)
    assert known([{"event_time": 400.001, "received_at": 100}], at=400.001)


def test_an_event_id_is_unique_per_source_and_the_first_received_counts():
    twice = {"event": "buy", "count": 2}
    same = {"event_id": "1", "source": "pos"}
    assert not known([{"event_time": 1, **same}, {"event_time": 2, **same}], at=9, rule=twice)
    assert known([{"event_time": 1, **same}, {"event_time": 2, "event_id": "1"}], 9, rule=twice)
    assert known([{"event_time": 1}, {"event_time": 1}], at=9, rule=twice)
    assert known([{"event_time": 1, "event_id": None}] * 2, at=9, rule=twice)
    assert known([{"event_time": 1, "event_id": ""}] * 2, at=9, rule=twice)
    old = {"event_time": 1, "received_at": 9, **same}
    new = {"event_time": 5, "received_at": 8, **same}
    assert known([old, new], at=9, rule={"event": "buy", "after": 4})
    assert not known([old, {**new, "received_at": 9}], at=9, rule={"event": "buy", "after": 4})


def test_the_first_received_counts_even_if_it_is_still_to_come():
    same = {"event_id": "1"}
    rows = [{"event_time": 500, "received_at": 1, **same}, {"event_time": 1, **same}]
    assert not known([{**rows[0]}, {**rows[1], "received_at": 2}], at=10)


def test_a_row_without_times_was_always_held_and_always_known():
    assert held([{}], at=0, known=0)
    assert held([{"set_at": 100}, {}], at=100)
    assert not held([{"attributes": {"x": "old"}}, {"set_at": 100}], at=99.999)
    assert held([{"attributes": {"x": "old"}}, {"set_at": 100}], at=100)


def test_what_was_set_was_received_when_it_was_set():
    assert not held([{"set_at": 100}], at=100, known=99.999)
    assert held([{"set_at": 100}], at=100, known=100)


def test_set_at_defaults_to_received_at():
    row = {"received_at": 100}
    assert not held([row], at=99.999)
    assert held([row], at=100)
    assert not held([row], at=100, known=99.999)


def test_the_newest_by_set_at_then_received_at_then_row():
    old = {"attributes": {"x": "old"}}
    assert held([{"set_at": 5, "received_at": 6}, {**old, "set_at": 4, "received_at": 9}], at=9)
    assert held([{"set_at": 5, "received_at": 9}, {**old, "set_at": 5, "received_at": 8}], at=9)
    assert held([{**old, "set_at": 5, "received_at": 8}, {"set_at": 5, "received_at": 8}], at=9)
    assert held([old, {}], at=9)
    assert not held([{}, old], at=9)


def test_attributes_are_set_per_name_and_null_takes_one_away():
    other = {"attributes": {"y": 1}, "set_at": 5}
    assert held([{}, other], at=9)
    assert not held([{}, {"attributes": {"x": None}, "set_at": 5}], at=9)
    assert held([{}, {"attributes": {"x": None}, "set_at": 5}], at=4)


def test_who_is_somebody():
    everybody = {"s": {"who": {"everyone": True}}}
    event = {"event": "buy", "event_time": 50, "received_at": 60}
    answer = members(
        everybody,
        profiles=[{"profile_id": "ann"}, {"profile_id": "bob", "set_at": 99}],
        events=[{"profile_id": "cyd", **event}],
        lists={"vips": ["dee"]},
        at=10,
        as_known_at=10,
    )
    assert answer == {"s": {"ann", "bob", "cyd", "dee"}}


def test_absence_means_absence():
    rule = {"s": {"who": {"not": {"event": "buy"}}}}
    assert members(rule, profiles=[ROW], events=[], at=0) == {"s": {"ann"}}


def test_lists_are_histories():
    def listed(rows, at, known=None):
        rule = {"s": {"who": {"list": "vips"}}}
        lists = {"vips": [row if isinstance(row, str) else {**ROW, **row} for row in rows]}
        answer = members(rule, profiles=[ROW], events=[], lists=lists, at=at, as_known_at=known)
        return answer["s"] == {"ann"}

    assert listed(["ann"], at=0, known=0)
    assert not listed([], at=0)
    assert not listed(["bob"], at=0)
    assert listed([{}], at=0)
    assert not listed([{"set_at": 5}], at=4.999)
    assert listed([{"set_at": 5}], at=5)
    assert not listed([{"set_at": 5}, {"set_at": 6, "member": False}], at=6)
    assert listed([{"set_at": 5}, {"set_at": 6, "member": False, "received_at": 8}], 6, known=7)


def test_the_tree_joins_conditions():
    def who(rule):
        segments = {
            "s": {"who": rule, "owner": "x"},
            "a": {"who": {"attribute": "a", "is": 1}},
            "b": {"who": {"attribute": "b", "is": 1}},
        }
        rows = [
            {"profile_id": "ab", "attributes": {"a": 1, "b": 1}},
            {"profile_id": "a", "attributes": {"a": 1}},
            {"profile_id": "none"},
        ]
        return members(segments, profiles=rows, events=[], at=0)["s"]

    a, b = {"segment": "a"}, {"segment": "b"}
    assert who({"all": [a, b]}) == {"ab"}
    assert who({"any": [a, b]}) == {"ab", "a"}
    assert who({"not": {"any": [a, b]}}) == {"none"}
    assert who({"all": [a, {"not": b}]}) == {"a"}
    assert who({"everyone": True}) == {"ab", "a", "none"}
    assert who({"attribute": "a", "is": 1, "is_not": 2}) == {"ab", "a"}


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"all": []},
        {"any": []},
        {"everyone": False},
        {"segment": "nobody"},
        {"list": "nowhere"},
        {"everyone": True, "not": {"everyone": True}},
        {"all": [{"everyone": True}], "within": "1h"},
        {"attribute": "a", "event": "b"},
        {"trait": "orders_90d", "gte": 1},
    ],
)
def test_what_the_judge_does_not_understand_it_does_not_guess(rule):
    with pytest.raises(Unjudged):
        members({"s": {"who": rule}}, profiles=[ROW], events=[], at=0)


@pytest.mark.parametrize("times", [{"at": "soon"}, {"at": 0, "as_known_at": 1_772_366_400_000}])
def test_a_question_without_an_instant_is_none(times):
    with pytest.raises(Unjudged):
        members({}, profiles=[], events=[], **times)


def test_a_row_without_an_instant_is_not_guessed():
    with pytest.raises(Unjudged):
        known([{"event_time": 1_772_366_400_000}], at=0)
