"""``check`` counts whom ``history: required`` keeps out."""

import json

import pytest
from tests.app.checking import DAY, NOW

from dataout.app.commands.check import check
from dataout.app.commands.check_history import history_findings

LAPSED = {"not": {"event": "purchase", "within": "30d", "history": "required"}}


def told(shop):
    return [f"{finding.message} {finding.hint}".strip() for finding in history_findings(shop.work)]


@pytest.fixture
def visited(shop):
    """Give a shop of five: two came of late, one of them bought; dee was deleted since."""
    shop.did("visit", ann=90, bob=30, cid=29, dee=2, eva=5)
    shop.did("purchase", ann=40, eva=3)
    shop.load("profiles", [{"profile_id": "dee", "deleted": True}])
    return shop


def test_who_would_be_in_without_it_is_counted(visited):
    visited.segment(LAPSED)
    (finding,) = history_findings(visited.work)
    assert (finding.level, finding.code) == ("note", "history-required")
    assert (finding.file, finding.line) == ("dataout.yaml", 3)
    assert finding.message == (
        "segment it: history: required leaves out 1 of 3 who would be in without it."
    )
    assert finding.hint == "They were first seen after the window began, if at all."


def test_a_history_that_changes_nothing_is_told_too(visited):
    visited.segment({"all": [LAPSED, {"event": "purchase"}]})
    assert told(visited) == [
        "segment it: history: required leaves out 0 of 1 who would be in without it."
    ]


@pytest.mark.parametrize("first_seen", [NOW - 30 * DAY, NOW - 30 * DAY + 1])
def test_the_window_is_told_to_the_millisecond(shop, first_seen):
    shop.segment(LAPSED)
    row = {"profile_id": "ann", "event": "visit", "event_time": first_seen / 1_000}
    shop.load("events", [row])
    out = 0 if first_seen == NOW - 30 * DAY else 1
    assert f"leaves out {out} of 1 " in told(shop)[0]


def test_beside_a_count_and_inside_other_conditions(visited):
    seldom = {"event": "purchase", "within": "30d", "count": {"lte": 1}, "history": "required"}
    visited.segment({"any": [seldom, {"event": "purchase", "within": "7d"}]})
    assert "leaves out 1 of 4 who would be in without it." in told(visited)[0]


def test_below_another_not_it_lets_people_in(visited):
    visited.segment({"not": {"all": [LAPSED]}})
    assert told(visited) == [
        "segment it: history: required leaves out 0 of 1 who would be in without it, "
        "and lets in 1 who would be out."
    ]


def test_each_segment_is_told_by_itself_and_what_nests_it_not_at_all(visited):
    rules = {
        "lapsed": {"who": LAPSED},
        "lapsed_visitors": {"who": {"all": [{"segment": "lapsed"}, {"event": "visit"}]}},
        "new": {"who": {"all": [{"not": {"segment": "lapsed"}}, LAPSED]}},
        "other": {"who": {"not": {"event": "purchase", "within": "30d"}}},
    }
    visited.write(f"segments: {json.dumps(rules)}\n")
    assert [line.split(" who ")[0] for line in told(visited)] == [
        "segment lapsed: history: required leaves out 1 of 3",
        "segment new: history: required leaves out 1 of 1",
    ]


def test_of_nobody_nothing_is_told(shop):
    shop.segment(LAPSED)
    assert told(shop) == []
    shop.load("profiles", [{"profile_id": "ann", "deleted": True}])
    assert told(shop) == []


def test_check_shows_it_where_there_is_data_and_nobody_has_to_look(kept):
    kept.segment({"all": [LAPSED, {"event": "visit", "within": "90d"}]})
    kept.did("visit", ann=1)
    kept.did("purchase", bob=1)
    kept.engine.close()
    result = check(kept.folder, "dev")
    assert [finding.code for finding in result.findings] == ["history-required"]
    assert not result.attention
    assert check(kept.folder).findings == ()
