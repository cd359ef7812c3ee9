"""Whom a tick looks at: those touched, and of the segments those whose meaning is another."""

import pytest

from dataout.app.evaluation import definitions_of
from dataout.app.memory import Memory
from dataout.audiences.ticks import last_tick, members_of, next_edge, tick
from dataout.model.people import Instant
from dataout.segments.translate import program

HOUR = 3_600_000
BUYERS = {"who": {"event": "purchase", "within": "4h"}}
VIPS = {"who": {"list": "vip"}}


@pytest.fixture
def memory():
    memory = Memory()
    events = [
        {"profile_id": "ann", "event": "purchase", "event_time": 0},
        {"profile_id": "bob", "event": "purchase", "event_time": 3_600},
        {"profile_id": "cid", "event": "visit", "event_time": 0},
    ]
    memory.add_events(events)
    return memory


def ready(memory, **segments):
    return memory.ready(program(definitions_of(segments, {}, {}, "UTC", None)))


def ticked(memory, asked, at):
    return tick(memory.engine, asked, Instant(at))


def test_only_those_whose_edge_has_come_are_looked_at(memory):
    asked = ready(memory, buyers=BUYERS)
    ticked(memory, asked, HOUR)
    assert next_edge(memory.engine) == 4 * HOUR
    assert ticked(memory, asked, 4 * HOUR - 1).touched == 0
    assert ticked(memory, asked, 4 * HOUR).touched == 1
    assert ticked(memory, asked, 9 * HOUR).touched == 1
    assert next_edge(memory.engine) is None
    assert last_tick(memory.engine) == 9 * HOUR


def test_data_touches_the_person_it_is_about(memory):
    asked = ready(memory, buyers=BUYERS, vips=VIPS)
    ticked(memory, asked, HOUR)
    memory.add_list("vip", ["cid"], Instant(HOUR))
    looked = ticked(memory, asked, HOUR)
    assert (looked.touched, looked.changes) == (1, {"data": 1})
    assert members_of(memory.engine, "vips") == {"cid"}


def test_nothing_arrived_and_nothing_passed_is_nothing_to_look_at(memory):
    asked = ready(memory, buyers=BUYERS)
    ticked(memory, asked, HOUR)
    looked = ticked(memory, asked, HOUR + 1)
    assert (looked.touched, looked.changes) == (0, {})


def test_a_segment_that_means_the_same_is_not_evaluated_anew(memory):
    """What somebody put into the state by force stays there: nobody looks."""
    ticked(memory, ready(memory, buyers=BUYERS, vips=VIPS), HOUR)
    memory.engine.execute("INSERT INTO memberships SELECT 'buyers', slot, 0 FROM profiles")
    other = {"who": {"not": {"list": "vip"}}}
    looked = ticked(memory, ready(memory, buyers=BUYERS, vips=other), HOUR)
    assert (looked.touched, looked.changes) == (0, {"definition": 3})
    assert members_of(memory.engine, "buyers") == {"ann", "bob", "cid"}
    assert members_of(memory.engine, "vips") == {"ann", "bob", "cid"}


def test_a_tick_that_fails_leaves_everything_as_it_was(memory):
    asked = ready(memory, buyers=BUYERS)
    ticked(memory, asked, HOUR)
    memory.add_events([{"profile_id": "cid", "event": "purchase", "event_time": 0}])
    memory.engine.execute("ALTER TABLE membership_log RENAME TO hidden")
    with pytest.raises(Exception, match="membership_log"):
        ticked(memory, asked, 2 * HOUR)
    memory.engine.execute("ALTER TABLE hidden RENAME TO membership_log")
    assert last_tick(memory.engine) == HOUR
    assert ticked(memory, asked, 2 * HOUR).changes == {"data": 1}
    assert members_of(memory.engine, "buyers") == {"ann", "bob", "cid"}


def test_every_change_is_on_record(memory):
    asked = ready(memory, buyers=BUYERS)
    ticked(memory, asked, HOUR)
    ticked(memory, asked, 9 * HOUR)
    rows = memory.engine.query("SELECT entered, true_from, known_at, cause FROM membership_log")
    assert sorted(tuple(row.values()) for row in rows.to_pylist()) == [
        (False, 4 * HOUR, 9 * HOUR, "time"),
        (False, 5 * HOUR, 9 * HOUR, "time"),
        (True, HOUR, HOUR, "definition"),
        (True, HOUR, HOUR, "definition"),
    ]
