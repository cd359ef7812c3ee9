"""``dataout.Simulation``: what changes, since when and why, as data arrives and time passes."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.app.simulating import bought, flips_at, instant, simulation, told

import dataout
from dataout.errors import UsageError


def test_an_object_touches_all_who_are_related_to_it():
    sim = simulation({"related": "account", "where": {"state": "open"}})
    related = [
        {"type": "account", "object_id": "a1", "profile_id": "ann"},
        {"type": "account", "object_id": "a1", "profile_id": "bob"},
        {"type": "account", "object_id": "a2", "profile_id": "cid"},
    ]
    sim.add(objects=related, received_at="2026-03-01T00:00:00Z")
    assert sim.tick("2026-03-01T00:00:00Z") == []
    opened = {"type": "account", "object_id": "a1", "attributes": {"state": "open"}}
    sim.add(objects=[opened], received_at="2026-03-02T00:00:00Z")
    assert told(sim.tick("2026-03-02T06:00:00Z")) == [
        "ann in 2026-03-02T00:00:00.000 data",
        "bob in 2026-03-02T00:00:00.000 data",
    ]
    ended = {"type": "account", "object_id": "a1", "profile_id": "bob", "related": False}
    sim.add(objects=[ended], received_at="2026-03-03T00:00:00Z")
    # Of whoever else is looked at now, the object is another one.
    sim.add(events=[bought("cid", "2026-03-03T00:00:00Z")])
    assert told(sim.tick("2026-03-03T06:00:00Z")) == ["bob out 2026-03-03T00:00:00.000 data"]


def test_lists_change_with_what_is_said_of_them():
    sim = simulation({"list": "vip"})
    sim.add(lists={"vip": ["ann", "bob"]}, received_at="2026-03-01T00:00:00Z")
    assert told(sim.tick("2026-03-01T00:00:00Z")) == [
        "ann in 2026-03-01T00:00:00.000 definition",
        "bob in 2026-03-01T00:00:00.000 definition",
    ]
    gone = {"profile_id": "bob", "member": False, "set_at": "2026-03-04T00:00:00Z"}
    sim.add(lists={"vip": [gone, "cid"]}, received_at="2026-03-02T00:00:00Z")
    assert told(sim.tick("2026-03-03T00:00:00Z")) == ["cid in 2026-03-02T00:00:00.000 data"]
    assert flips_at(sim, "2026-03-04T00:00:00Z") == ["bob out 2026-03-04T00:00:00.000 time"]
    assert sim.members("s") == {"ann", "cid"}


def test_a_late_event_is_true_from_when_it_happened():
    sim = simulation({"event": "purchase", "within": "7d"})
    assert sim.tick("2026-03-05T00:00:00Z") == []
    late = bought("ann", "2026-03-01T08:00:00Z")
    sim.add(events=[late], received_at="2026-03-05T00:00:00Z")
    assert told(sim.tick("2026-03-06T00:00:00Z")) == ["ann in 2026-03-01T08:00:00.000 data"]
    sim.add(events=[late | {"event_time": "2026-03-07T00:00:00Z"}])
    assert sim.tick("2026-03-07T00:00:00Z") == []
    assert flips_at(sim, "2026-03-08T08:00:00Z") == []
    assert flips_at(sim, "2026-03-14T00:00:00Z") == ["ann out 2026-03-14T00:00:00.000 time"]


def test_who_was_in_and_out_between_two_ticks_has_not_changed():
    sim = simulation({"event": "purchase", "within": "1h"})
    sim.add(events=[bought("ann", "2026-03-01T08:00:00Z"), bought("ann", "2026-03-01T10:00:00Z")])
    sim.tick("2026-03-01T08:00:00Z")
    assert sim.tick("2026-03-01T10:59:59.999Z") == []
    assert told(sim.tick("2026-03-01T20:00:00Z")) == ["ann out 2026-03-01T11:00:00.000 time"]


def test_who_was_in_again_and_again_is_in_since_the_last_time():
    sim = simulation({"event": "purchase", "within": "1h"})
    sim.tick("2026-03-01T00:00:00Z")
    sim.add(events=[bought("ann", f"2026-03-01T0{hour}:00:00Z") for hour in (2, 4, 6)])
    assert told(sim.tick("2026-03-01T06:30:00Z")) == ["ann in 2026-03-01T06:00:00.000 data"]


def test_the_beginning_of_a_long_stretch_is_found():
    """A hundred edges lie between the flip and the tick that finds it."""
    sim = simulation({"event": "purchase", "within": "1d"})
    sim.tick("2026-03-01T00:00:00Z")
    start = datetime(2026, 3, 2, tzinfo=UTC)
    events = [bought("ann", start + timedelta(hours=12 * n)) for n in range(100)]
    sim.add(events=[*events, bought("ann", "2026-02-01T00:00:00Z")])
    assert told(sim.tick(start + timedelta(hours=12 * 99))) == [
        "ann in 2026-03-02T00:00:00.000 data"
    ]


def test_what_always_was_so_is_so_from_when_the_person_was_first_seen():
    sim = simulation({"not": {"event": "refund"}})
    sim.tick("2026-03-01T00:00:00Z")
    sim.add(events=[bought("ann", "2026-02-01T00:00:00Z", "visit")])
    sim.add(profiles=[{"profile_id": "bob", "attributes": {"plan": "pro"}}])
    assert told(sim.tick("2026-03-02T00:00:00Z")) == [
        "bob in 1900-01-01T00:00:00.000 data",
        "ann in 2026-02-01T00:00:00.000 data",
    ]


def test_a_deleted_person_leaves_by_identity():
    sim = simulation({"event": "purchase"})
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z"), bought("bob", "2026-03-01T00:00:00Z")])
    sim.tick("2026-03-01T00:00:00Z")
    sim.add(profiles=[{"profile_id": "ann", "deleted": True}], received_at="2026-03-02T00:00:00Z")
    sim.add(events=[bought("ann", "2026-03-02T00:00:00Z")])
    assert told(sim.tick("2026-03-03T00:00:00Z")) == ["ann out 2026-03-02T00:00:00.000 identity"]
    assert sim.members("s") == {"bob"}


def test_identity_comes_before_definition():
    sim = simulation({"event": "purchase"})
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z"), bought("bob", "2026-03-01T00:00:00Z")])
    sim.tick("2026-03-01T00:00:00Z")
    sim.add(profiles=[{"profile_id": "ann", "deleted": True}], received_at="2026-03-02T00:00:00Z")
    sim.define({"s": {"who": {"event": "visit"}}})
    changes = sim.tick("2026-03-03T00:00:00Z")
    assert {each.profile_id: each.cause for each in changes} == {
        "ann": "identity",
        "bob": "definition",
    }


def test_a_correction_takes_back_what_an_event_made_true():
    sim = simulation({"event": "purchase", "where": {"total": {"gte": 50}}})
    first = bought("ann", "2026-03-01T00:00:00Z", total=80) | {"event_id": "1"}
    sim.add(events=[first])
    sim.tick("2026-03-01T00:00:00Z")
    less = bought("ann", "2026-03-01T00:00:00Z", total=20) | {"event_id": "1", "op": "replace"}
    sim.add(events=[less], received_at="2026-03-02T00:00:00Z")
    assert [each[:7] for each in told(sim.tick("2026-03-02T00:00:00Z"))] == ["ann out"]
    assert sim.members("s") == frozenset()


def test_a_withdrawn_event_counts_no_more():
    sim = simulation({"event": "purchase"})
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z") | {"event_id": "1"}])
    sim.tick("2026-03-01T00:00:00Z")
    sim.add(events=[{"event_id": "1", "op": "delete"}], received_at="2026-03-02T00:00:00Z")
    (change,) = sim.tick("2026-03-02T00:00:00Z")
    assert (change.profile_id, change.entered, change.cause) == ("ann", False, "data")


def test_an_event_withdrawn_before_it_was_received_counts_no_more():
    sim = simulation({"event": "purchase"})
    late = bought("ann", "2026-03-01T00:00:00Z") | {"event_id": "1"}
    sim.add(events=[late], received_at="2026-03-02T00:00:00Z")
    sim.tick("2026-03-02T00:00:00Z")
    sim.add(events=[{"event_id": "1", "op": "delete"}], received_at="2026-03-01T12:00:00Z")
    (change,) = sim.tick("2026-03-03T00:00:00Z")
    assert (change.profile_id, change.entered, change.cause) == ("ann", False, "data")


def test_an_event_that_comes_again_changes_nothing():
    sim = simulation({"event": "purchase", "count": 1})
    row = bought("ann", "2026-03-01T00:00:00Z") | {"event_id": "1"}
    sim.add(events=[row])
    sim.tick("2026-03-01T00:00:00Z")
    sim.add(events=[row, row], received_at="2026-03-02T00:00:00Z")
    assert sim.tick("2026-03-02T00:00:00Z") == []
    assert sim.members("s") == {"ann"}


def test_a_changed_definition_is_evaluated_for_everybody():
    buyers, visitors = {"who": {"event": "purchase"}}, {"who": {"event": "visit"}}
    sim = dataout.Simulation({"a": buyers, "b": buyers, "c": {"who": {"segment": "b"}}})
    sim.add(events=[bought("ann", 0), bought("bob", 0, "visit")])
    sim.tick("2026-03-01T00:00:00Z")
    sim.define({"a": buyers, "b": visitors, "c": {"who": {"segment": "b"}}})
    changes = sim.tick("2026-03-02T00:00:00Z")
    at = instant("2026-03-02T00:00:00Z")
    assert {(each.segment, each.profile_id, each.entered) for each in changes} == {
        ("b", "ann", False),
        ("b", "bob", True),
        ("c", "ann", False),
        ("c", "bob", True),
    }
    assert {(each.at, each.cause) for each in changes} == {(at, "definition")}


def test_another_spelling_is_no_other_definition():
    sim = simulation({"event": "purchase", "where": {"total": 5}})
    sim.add(events=[bought("ann", 0, total=5)])
    sim.tick("2026-03-01T00:00:00Z")
    sim.define({"s": {"who": {"all": [{"event": "purchase", "where": {"total": {"is": 5}}}]}}})
    assert sim.tick("2026-03-02T00:00:00Z") == []


def test_a_segment_that_is_gone_ends_its_memberships():
    sim = dataout.Simulation({"a": {"who": {"event": "purchase"}}, "b": {"who": {"list": "vip"}}})
    sim.add(events=[bought("ann", 0)], lists={"vip": ["bob"]})
    sim.tick("2026-03-01T00:00:00Z")
    sim.define({"b": {"who": {"list": "vip"}}})
    assert told(sim.tick("2026-03-02T00:00:00Z")) == ["ann out 2026-03-02T00:00:00.000 definition"]
    with pytest.raises(UsageError, match="no segment 'a'"):
        sim.members("a")
    assert sim.members("b") == {"bob"}


def test_ticks_never_go_back():
    sim = simulation({"everyone": True})
    sim.tick("2026-03-01T00:00:00Z")
    with pytest.raises(UsageError, match="never go back"):
        sim.tick("2026-02-28T23:59:59.999Z")
    with pytest.raises(UsageError, match="needs an instant"):
        sim.tick(None)


def test_a_second_tick_at_the_same_instant_changes_nothing():
    sim = simulation({"event": "purchase", "within": "1h"})
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z")])
    assert len(sim.tick("2026-03-01T00:30:00Z")) == 1
    edge = sim.next_edge()
    assert sim.tick("2026-03-01T00:30:00Z") == []
    assert sim.members("s") == {"ann"}
    assert sim.next_edge() == edge


def test_what_arrives_between_two_ticks_at_one_instant_counts():
    sim = simulation({"event": "purchase"})
    sim.tick("2026-03-01T00:00:00Z")
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z")])
    assert told(sim.tick("2026-03-01T00:00:00Z")) == ["ann in 2026-03-01T00:00:00.000 data"]


def test_before_the_first_tick_nobody_is_in_and_nothing_lies_ahead():
    sim = simulation({"everyone": True})
    sim.add(lists={"vip": ["ann"]})
    assert sim.members("s") == frozenset()
    assert sim.next_edge() is None
    with pytest.raises(UsageError, match="no segment 'S'"):
        sim.members("S")
