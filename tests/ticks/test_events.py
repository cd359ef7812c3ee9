"""Events over keyed streams, at the edges of every window."""

from datetime import datetime

import pytest
from tests.ticks.small import DAY, HOUR, NOON, fed, formula_of, holds

MIDNIGHT = NOON - NOON % DAY

NINE, TEN = "2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z"
WINDOWS = [
    ({"within": "4h"}, NOON - 4 * HOUR + 1, NOON),
    ({"older_than": "4h"}, None, NOON - 4 * HOUR),
    ({"age": ["1h", "4h"]}, NOON - 4 * HOUR + 1, NOON - HOUR),
    ({"after": TEN}, NOON - 2 * HOUR + 1, NOON),
    ({"before": TEN}, None, NOON - 2 * HOUR - 1),
    (
        {"between": ["2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z"]},
        NOON - 3 * HOUR,
        NOON - 2 * HOUR - 1,
    ),
    ({"calendar_days": 1}, MIDNIGHT, NOON),
    ({"calendar_days": [1, 2]}, MIDNIGHT - 2 * DAY, MIDNIGHT - 1),
    ({}, None, NOON),
]


@pytest.mark.parametrize(("window", "first", "last"), WINDOWS, ids=str)
def test_a_window_has_its_first_and_last_moment(window, first, last):
    formula = formula_of({"event": "visit", **window})

    def counts(moment):
        return holds(formula, fed(formula, [(1, "visit", moment)]), NOON)

    assert counts(last)
    assert not counts(last + 1)
    if first is not None:
        assert counts(first)
        assert not counts(first - 1)


@pytest.mark.parametrize(
    ("zone", "now", "first"),
    [
        ("Europe/Berlin", "2026-03-29T21:59:59.999Z", "2026-03-28T23:00:00Z"),
        ("Europe/Berlin", "2026-10-25T22:59:59.999Z", "2026-10-24T22:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z"),
        ("Pacific/Apia", "2011-12-31T09:59:59Z", "2011-12-30T10:00:00Z"),
    ],
)
def test_today_begins_at_local_midnight_whatever_the_clocks_do(zone, now, first):
    at, start = (int(datetime.fromisoformat(each).timestamp() * 1_000) for each in (now, first))
    formula = formula_of({"event": "visit", "calendar_days": 1}, zone=zone)
    assert holds(formula, fed(formula, [(1, "visit", start)]), at)
    assert not holds(formula, fed(formula, [(1, "visit", start - 1)]), at)


@pytest.mark.parametrize(
    ("count", "enough"),
    [
        ({"gte": 2}, {2, 3, 4}),
        ({"gt": 2}, {3, 4}),
        ({"lt": 2}, {0, 1}),
        ({"lte": 2}, {0, 1, 2}),
        (2, {2}),
        (0, {0}),
    ],
)
def test_counts_compare_and_nobody_has_none(count, enough):
    formula = formula_of({"event": "visit", "count": count})
    found = set()
    for number in range(5):
        streams = fed(formula, [(1, "visit", NOON - n) for n in range(number)])
        if holds(formula, streams, NOON):
            found.add(number)
    assert found == enough


def test_the_anchor_is_not_since_itself():
    formula = formula_of({"event": "visit", "since": {"event": "visit", "which": "first"}})
    for events, expected in (
        ([(1, "visit", NOON)], False),
        ([(1, "visit", NOON), (1, "visit", NOON)], True),
        ([(1, "visit", NOON - 1), (1, "visit", NOON)], True),
        ([], False),
    ):
        assert holds(formula, fed(formula, events), NOON) is expected


@pytest.mark.parametrize(
    "of_the_others",
    [
        {"count": 2},
        {"distinct": {"property": "sku", "is": 2}},
        {"sum": {"property": "total", "is": 0.00001}},
        {"max": {"property": "total", "lt": 0.000007}},
        {"distinct_days": 1},
    ],
    ids=str,
)
def test_whatever_is_measured_the_anchor_is_left_out(of_the_others):
    formula = formula_of(
        {"event": "visit", "since": {"event": "visit", "which": "first"}, **of_the_others}
    )
    told = [(1, "visit", NOON - DAY, 7), (1, "visit", NOON, 4), (1, "visit", NOON, 6)]
    assert holds(formula, fed(formula, told), NOON)


def test_since_counts_from_the_anchors_instant_on():
    formula = formula_of({"event": "purchase", "since": {"event": "mail"}})
    for moment, expected in ((NOON - 1, False), (NOON, True), (NOON + 1, True)):
        streams = fed(formula, [(1, "mail", NOON), (1, "purchase", moment)])
        assert holds(formula, streams, NOON + 5) is expected


def test_without_an_anchor_nothing_counts():
    formula = formula_of({"event": "purchase", "since": {"event": "mail"}, "count": 0})
    assert not holds(formula, fed(formula, [(1, "purchase", NOON)]), NOON)
    assert holds(formula, fed(formula, [(1, "purchase", NOON - 1), (1, "mail", NOON)]), NOON)


def test_which_picks_before_the_window_is_looked_at():
    formula = formula_of({"event": "visit", "which": "first", "within": "4h"})
    late, early = (1, "visit", NOON - HOUR), (1, "visit", NOON - 4 * HOUR)
    assert holds(formula, fed(formula, [late]), NOON)
    assert not holds(formula, fed(formula, [late, early]), NOON)


def test_what_lies_ahead_is_not_visible_yet():
    formula = formula_of({"event": "visit", "which": "last", "within": "4h"})
    streams = fed(formula, [(1, "visit", NOON - 4 * HOUR), (1, "visit", NOON + 1)])
    assert not holds(formula, streams, NOON)
    assert holds(formula, streams, NOON + 1)


def test_picks_since_an_anchor_are_others_than_the_anchor():
    formula = formula_of({"event": ["mail", "visit"], "which": "last", "since": {"event": "mail"}})
    assert not holds(formula, fed(formula, [(1, "mail", NOON)]), NOON)
    assert holds(formula, fed(formula, [(1, "mail", NOON), (1, "visit", NOON)]), NOON)
    assert not holds(formula, fed(formula, [(1, "visit", NOON), (1, "mail", NOON)]), NOON)


def test_days_are_those_of_the_zone():
    formula = formula_of({"event": "visit", "distinct_days": {"gte": 2}, "zone": "Europe/Berlin"})
    for first, expected in ((NOON - 13 * HOUR, False), (NOON - 13 * HOUR - 1, True)):
        streams = fed(formula, [(1, "visit", first), (1, "visit", NOON)])
        assert holds(formula, streams, NOON) is expected


def test_different_values_count_once():
    formula = formula_of({"event": "visit", "distinct": {"property": "sku", "gte": 2}})
    for codes, expected in (([5, 5], False), ([5, 6], True), ([5, -1], False), ([-1, -1], False)):
        streams = fed(formula, [(1, "visit", NOON, code) for code in codes])
        assert holds(formula, streams, NOON) is expected


def test_neighbours_do_not_mix():
    formula = formula_of({"event": "visit", "within": "4h", "count": 1})
    streams = fed(formula, [(slot, "visit", NOON) for slot in (0, 2, 2)])
    assert [holds(formula, streams, NOON, slot) for slot in range(4)] == [True, False, False, False]
