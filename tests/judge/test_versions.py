"""Copies of an event: rows that the judge refuses to read as corrections."""

import pytest

from dataout.testing.judge import Unjudged, members

SEGMENTS = {"buyers": {"who": {"event": "buy"}}}
BUY = {"profile_id": "ann", "event": "buy", "event_time": 10}


def judged(*events):
    return members(SEGMENTS, profiles=[], events=events, at=100)["buyers"]


@pytest.mark.parametrize(
    "row", [BUY | {"op": "delete"}, BUY | {"op": "upsert", "event_id": "1"}], ids=["no id", "word"]
)
def test_an_operation_on_nothing_is_not_judged(row):
    with pytest.raises(Unjudged, match="operation"):
        judged(row)


def test_a_deletion_that_has_no_time_was_always_known():
    deleted = {"event_id": "1", "op": "delete"}
    assert judged(BUY | {"event_id": "1"}, deleted) == frozenset()
    assert judged(BUY | {"event_id": "2"}, deleted) == {"ann"}
