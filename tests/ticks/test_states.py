"""Attributes, lists, deletions: the newest row that is visible decides, and since when."""

import pytest
from tests.ticks.small import DAY, HOUR, NOON, fed, formula_of, holds

from dataout.ticks.columns import NO_NUMBER, TOO_MANY
from dataout.ticks.keys import LONG_AGO
from dataout.ticks.needs import AttributeRows

COUNTRY = {"attribute": "country", "is": "DE"}
SWISS = {"attribute": "country", "is_not": "DE"}


def attribute(*told):
    """Say (moment, whether it passes) of the attribute."""
    return [(1, "country", moment, passes) for moment, passes in told]


def test_the_newest_visible_value_decides():
    formula = formula_of(COUNTRY)
    streams = fed(formula, (), attribute((NOON, True), (NOON + HOUR, False)))
    at = [NOON - 1, NOON, NOON + HOUR - 1, NOON + HOUR]
    assert [holds(formula, streams, now) for now in at] == [False, True, True, False]


def test_of_one_moment_the_last_received_decides():
    formula = formula_of(COUNTRY)
    assert holds(formula, fed(formula, (), attribute((NOON, False), (NOON, True))), NOON)
    assert not holds(formula, fed(formula, (), attribute((NOON, True), (NOON, False))), NOON)


def test_nobody_passes_what_is_asked_of_absence():
    for written, expected in ((COUNTRY, False), (SWISS, True), ({**SWISS, "exists": True}, False)):
        formula = formula_of(written)
        assert holds(formula, fed(formula, (), ()), NOON) is expected


def test_what_always_was_is_visible_and_comes_first():
    formula = formula_of(COUNTRY)
    streams = fed(formula, (), attribute((LONG_AGO, True)))
    assert holds(formula, streams, NOON)
    streams = fed(formula, (), attribute((NOON, False), (LONG_AGO, True)))
    assert not holds(formula, streams, NOON)


def test_lists_are_joined_and_left():
    formula = formula_of({"list": "vips"})
    streams = fed(formula, (), [(1, "vips", NOON, True), (1, "vips", NOON + 5, False)])
    assert [holds(formula, streams, now) for now in (NOON - 1, NOON, NOON + 5)] == [
        False,
        True,
        False,
    ]


def test_the_deleted_are_nowhere_until_they_are_brought_back():
    formula = formula_of({"everyone": True})
    streams = fed(formula, (), [(1, "deleted", NOON, True), (1, "deleted", NOON + 5, False)])
    assert [holds(formula, streams, now) for now in (NOON - 1, NOON, NOON + 5)] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("told", "start"),
    [
        ([(NOON, True)], NOON),
        ([(NOON, True), (NOON + 5, True)], NOON),
        ([(NOON, True), (NOON + 5, False)], None),
        ([(NOON, True), (NOON + 5, False), (NOON + 9, True)], NOON + 9),
        ([(NOON, True), (NOON + 5, False), (NOON + 5, True)], NOON),
        ([(NOON, True), (NOON + 5, True), (NOON + 5, False)], None),
        ([], None),
    ],
)
def test_true_for_counts_from_when_it_last_became_so(told, start):
    formula = formula_of({**COUNTRY, "true_for": "1h"})
    streams = fed(formula, (), attribute(*told))
    for now in (NOON + HOUR, NOON + HOUR + 5, NOON + HOUR + 9, NOON + 2 * HOUR):
        assert holds(formula, streams, now) is (start is not None and now >= start + HOUR)
    if start is not None:
        assert not holds(formula, streams, start + HOUR - 1)


def test_an_absence_that_nothing_broke_began_when_somebody_was_first_seen():
    formula = formula_of({**SWISS, "true_for": "1h"})
    seen = [(1, "visit", NOON)]
    for said, start in (
        ([], NOON),
        (attribute((NOON + 5, True)), NOON),
        (attribute((NOON + 5, False)), None),
        (attribute((NOON + 5, False), (NOON + 9, True)), NOON + 9),
    ):
        streams = fed(formula, seen, said)
        for now in (NOON + HOUR - 1, NOON + HOUR, NOON + HOUR + 8, NOON + HOUR + 9):
            assert holds(formula, streams, now) is (start is not None and now >= start + HOUR)


def test_a_history_begins_with_the_first_event_or_attribute():
    formula = formula_of({"not": {"event": "buy", "within": "1h", "history": "required"}})
    for events, said in (
        ([(1, "visit", NOON), (1, "visit", NOON + 5)], []),
        ([(1, "visit", NOON + 5)], attribute((NOON, True))),
    ):
        streams = fed(formula, events, said)
        assert not holds(formula, streams, NOON + HOUR - 1)
        assert holds(formula, streams, NOON + HOUR)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({"within": "1d"}, NOON - DAY + 1, NOON),
        ({"older_than": "1d"}, NOON - 999 * DAY, NOON - DAY),
        ({"within_next": "1d"}, NOON + 1, NOON + DAY),
        ({"age": ["1d", "2d"]}, NOON - 2 * DAY + 1, NOON - DAY),
        ({"calendar_days": 1}, NOON - NOON % DAY, NOON),
    ],
)
def test_dates_in_values_are_asked_when_they_lie(asked, first, last):
    formula = formula_of({"attribute": "ends", **asked})
    for moment, expected in (
        (first, True),
        (last, True),
        (first - 1, asked == {"older_than": "1d"}),
        (last + 1, False),
        (NO_NUMBER, False),
    ):
        streams = fed(formula, (), [(1, "ends", NOON - HOUR, moment)])
        assert holds(formula, streams, NOON) is expected


def test_a_list_of_dates_puts_its_person_elsewhere():
    formula = formula_of({"attribute": "ends", "within": "1d"})
    streams = fed(formula, (), [(1, "ends", NOON, TOO_MANY), (2, "ends", NOON, NOON)])
    assert streams[AttributeRows("ends")].elsewhere.tolist() == [1]
