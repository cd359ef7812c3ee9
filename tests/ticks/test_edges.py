"""Edges: when time alone can change an answer, and when it last did."""

import pytest
from tests.ticks.small import DAY, HOUR, NOON, edges, fed, formula_of

MIDNIGHT = NOON + DAY // 2


def visits(formula, *moments):
    return fed(formula, [(1, "visit", moment) for moment in moments])


@pytest.mark.parametrize(
    ("asked", "following"),
    [
        ({"within": "4h"}, NOON + 4 * HOUR),
        ({"within": "4h", "count": 0}, NOON + 4 * HOUR),
        ({"within": "4h", "count": {"gte": 2}}, NOON + 3 * HOUR),
        ({"within": "4h", "count": {"lt": 3}}, NOON + 2 * HOUR),
        ({"within": "4h", "count": 3}, NOON + 2 * HOUR),
        ({"within": "4h", "count": 2}, NOON + 2 * HOUR),
        ({"within": "4h", "count": 1}, NOON + 3 * HOUR),
        ({"within": "4h", "count": {"gte": 4}}, None),
        ({"within": "4h", "count": {"gt": 3}}, None),
        ({"within": "4h", "count": {"gt": 1}}, NOON + 3 * HOUR),
        ({"within": "4h", "count": {"lte": 1}}, NOON + 3 * HOUR),
        ({"within": "4h", "sum": {"property": "total", "gte": 1}}, NOON + 2 * HOUR),
        ({"within": "4h", "since": {"event": "mail"}}, NOON + 4 * HOUR),
        ({"within": "4h", "count": {"gte": 2}, "since": {"event": "mail"}}, NOON + 2 * HOUR),
        ({"older_than": "1d"}, NOON - 2 * HOUR + DAY),
        ({"age": ["1d", "2d"]}, NOON - 2 * HOUR + DAY),
        ({"calendar_days": 1}, MIDNIGHT),
        ({"calendar_days": [2, 3]}, MIDNIGHT + DAY),
        ({"after": "2026-01-01T00:00:00Z"}, None),
        ({"which": "last", "within": "4h"}, NOON + 4 * HOUR),
        ({"which": "first", "age": ["3h", "4h"]}, NOON + HOUR),
        ({"which": "last", "calendar_days": [1, 1]}, MIDNIGHT),
        ({}, None),
    ],
    ids=str,
)
def test_the_next_edge_is_when_rows_enough_have_moved(asked, following):
    formula = formula_of({"event": "visit", **asked})
    told = [(1, "visit", NOON - n * HOUR, 5) for n in range(3)]
    assert edges(formula, fed(formula, told), NOON)[1] == following


def test_what_lies_ahead_has_its_edge_when_it_becomes_visible():
    for asked in ({}, {"within": "4h"}, {"which": "last"}, {"count": {"gte": 3}}):
        formula = formula_of({"event": "visit", **asked})
        assert edges(formula, visits(formula, NOON + 7), NOON) == (None, NOON + 7)
    formula = formula_of({"event": "visit", "older_than": "1h", "count": {"gte": 2}})
    assert edges(formula, visits(formula, NOON + 7), NOON) == (None, NOON + 7 + HOUR)


def test_the_last_edge_is_the_latest_move_of_any_row():
    formula = formula_of({"event": "visit", "within": "4h"})
    streams = visits(formula, NOON - 5 * HOUR, NOON - 2 * HOUR)
    at = [
        (NOON - 5 * HOUR - 1, None),
        (NOON - 5 * HOUR, NOON - 5 * HOUR),
        (NOON - HOUR - 1, NOON - 2 * HOUR),
        (NOON - HOUR, NOON - HOUR),
        (NOON + 2 * HOUR, NOON + 2 * HOUR),
    ]
    assert [(now, edges(formula, streams, now)[0]) for now, _ in at] == at


def test_days_move_at_local_midnights():
    formula = formula_of({"event": "visit", "calendar_days": [1, 2]}, zone="Europe/Berlin")
    streams = visits(formula, NOON)
    berlin = MIDNIGHT - HOUR
    assert edges(formula, streams, NOON)[1] == berlin
    assert edges(formula, streams, berlin) == (berlin, berlin + 2 * DAY)
    assert edges(formula, streams, berlin + 2 * DAY) == (berlin + 2 * DAY, None)


def test_values_attributes_lists_and_deletions_have_theirs():
    formula = formula_of({"attribute": "country", "is": "DE"})
    streams = fed(formula, (), [(1, "country", NOON, True), (1, "country", NOON + 5, True)])
    assert edges(formula, streams, NOON) == (NOON, NOON + 5)
    formula = formula_of({"list": "vips"})
    streams = fed(formula, (), [(1, "vips", NOON, True), (1, "deleted", NOON + 5, True)])
    assert edges(formula, streams, NOON) == (NOON, NOON + 5)


def test_dates_in_values_have_theirs_beside_that_of_the_value():
    formula = formula_of({"attribute": "ends", "within_next": "1d"})
    streams = fed(formula, (), [(1, "ends", NOON, NOON + 3 * DAY)])
    assert edges(formula, streams, NOON) == (NOON, NOON + 2 * DAY)
    assert edges(formula, streams, NOON + 2 * DAY) == (NOON + 2 * DAY, NOON + 3 * DAY)
    assert edges(formula, streams, NOON + 3 * DAY) == (NOON + 3 * DAY, None)


def test_states_have_an_edge_when_they_have_lasted():
    formula = formula_of({"attribute": "country", "is": "DE", "true_for": "1h"})
    streams = fed(formula, (), [(1, "country", NOON, True)])
    assert edges(formula, streams, NOON)[1] == NOON + HOUR
    formula = formula_of({"not": {"event": "buy", "within": "1h", "history": "required"}})
    assert edges(formula, visits(formula, NOON), NOON) == (None, NOON + HOUR)


def test_sequences_have_those_of_every_open_step():
    steps = [{"event": "visit", "within": "1d"}, {"not": {"event": "buy", "within": "1h"}}]
    formula = formula_of({"sequence": steps})
    streams = visits(formula, NOON)
    assert edges(formula, streams, NOON) == (NOON, NOON + HOUR)
    assert edges(formula, streams, NOON + HOUR) == (NOON + HOUR, NOON + DAY)


def test_an_anchor_moves_what_counts_since_it():
    formula = formula_of({"event": "visit", "since": {"event": "mail"}})
    streams = fed(formula, [(1, "mail", NOON), (1, "mail", NOON + 9)])
    assert edges(formula, streams, NOON) == (NOON, NOON + 9)
