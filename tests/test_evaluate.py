"""``dataout.evaluate``: what it does not take, it names."""

import math

import pyarrow as pa
import pytest

import dataout
from dataout.errors import UsageError

BUYERS = {"buyers": {"who": {"event": "purchase"}}}
ANN = {"profile_id": "zoe", "event": "purchase", "event_time": "2026-03-01T12:00:00Z"}
AT = "2026-03-02T00:00:00Z"
MILLISECONDS = 1_767_225_600_000


def without(name):
    return {key: value for key, value in ANN.items() if key != name}


def refused(**given):
    with pytest.raises(UsageError) as caught:
        dataout.evaluate(BUYERS, at=AT, **given)
    assert "positions count from 0" in caught.value.hint
    assert "zoe" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (without("profile_id"), "profile_id: "),
        (without("event"), "event: "),
        (without("event_time"), "event_time: "),
        (ANN | {"event_time": "soon"}, "event_time: not a time"),
        (ANN | {"event_time": MILLISECONDS}, "13-digit number, milliseconds suspected"),
        (ANN | {"profile_id": math.nan}, "profile_id: "),
    ],
)
def test_an_event_that_cannot_be_taken_in(row, reason):
    told = refused(events=[ANN, row])
    assert told.startswith("1 row of events cannot be taken in: events[1]: ")
    assert reason in told


def test_of_many_the_first_are_named():
    told = refused(events=[ANN, *[without("event_time")] * 5])
    assert told.startswith("5 rows of events cannot be taken in: events[1]: ")
    assert [f"events[{at}]" in told for at in range(6)] == [False, True, True, True, False, False]
    assert told.endswith(" …")


def test_rows_of_every_kind_and_form():
    assert refused(profiles=[{"attributes": {"a": 1}}]).startswith("1 row of profiles")
    assert "lists['vip'][1]: profile_id" in refused(lists={"vip": ["zoe", None]})
    table = pa.table({key: [value, value] for key, value in ANN.items() if key != "event_time"})
    table = table.append_column("event_time", pa.array([MILLISECONDS // 1000, MILLISECONDS]))
    assert "events[1]: event_time" in refused(events=table)


def test_numbers_that_are_none_are_absent_and_nothing_to_refuse():
    row = ANN | {"properties": {"total": math.nan}}
    segments = {"paid": {"who": {"event": "purchase", "where": {"total": {"exists": True}}}}}
    found = dataout.evaluate(BUYERS | segments, events=[row, row], at=AT)
    assert found == {"buyers": {"zoe"}, "paid": frozenset()}
