"""``dataout.Simulation``: what changes, since when and why, as data arrives and time passes."""

from datetime import UTC, datetime, timedelta

import pytest

import dataout
from dataout.errors import ProjectError, UsageError

MILLISECOND = timedelta(milliseconds=1)


def simulation(who, **rules):
    return dataout.Simulation({"s": {"who": who}}, **rules)


def bought(person, at, event="purchase", **properties):
    return {"profile_id": person, "event": event, "event_time": at, "properties": properties}


def instant(text):
    return datetime.fromisoformat(text)


def told(changes):
    """Say of each change who, which way, since when (in milliseconds UTC), and why."""
    return [
        f"{each.profile_id} {'in' if each.entered else 'out'} "
        f"{each.at.isoformat(timespec='milliseconds')[:-6]} {each.cause}"
        for each in changes
    ]


def flips_at(sim, edge):
    """Tick a millisecond before an edge and at it: only the second changes something."""
    assert sim.next_edge() == instant(edge)
    assert sim.tick(instant(edge) - MILLISECOND) == []
    return told(sim.tick(edge))


@pytest.mark.parametrize(
    ("who", "edge", "told_then"),
    [
        ({"event": "purchase", "within": "4h"}, "2026-03-01T16:00:00Z", "out"),
        ({"event": "purchase", "older_than": "4h"}, "2026-03-01T16:00:00Z", "in"),
        ({"not": {"event": "purchase", "within": "4h"}}, "2026-03-01T16:00:00Z", "in"),
        ({"event": "purchase", "which": "last", "within": "2s"}, "2026-03-01T12:00:02Z", "out"),
        ({"event": "purchase", "count": 0, "within": "1d"}, "2026-03-02T12:00:00Z", "in"),
        (
            {"sequence": [{"event": "purchase"}, {"not": {"event": "visit", "within": "2h"}}]},
            "2026-03-01T14:00:00Z",
            "in",
        ),
    ],
)
def test_windows_flip_to_the_millisecond(who, edge, told_then):
    sim = simulation(who)
    sim.add(events=[bought("ann", "2026-03-01T12:00:00Z")])
    sim.tick("2026-03-01T12:00:00Z")
    at = instant(edge).isoformat(timespec="milliseconds")[:-6]
    assert flips_at(sim, edge) == [f"ann {told_then} {at} time"]
    assert sim.next_edge() is None


def test_both_ends_of_an_age_are_edges():
    sim = simulation({"event": "purchase", "age": ["1d", "2d"]})
    sim.add(events=[bought("ann", "2026-03-01T12:00:00Z")])
    sim.tick("2026-03-01T12:00:00Z")
    assert flips_at(sim, "2026-03-02T12:00:00Z") == ["ann in 2026-03-02T12:00:00.000 time"]
    assert flips_at(sim, "2026-03-03T12:00:00Z") == ["ann out 2026-03-03T12:00:00.000 time"]


def test_an_event_of_the_future_becomes_visible_by_itself():
    sim = simulation({"event": "purchase"})
    sim.add(events=[bought("ann", "2026-03-05T00:00:00.001Z")])
    assert sim.tick("2026-03-01T00:00:00Z") == []
    edge = "2026-03-05T00:00:00.001Z"
    assert flips_at(sim, edge) == ["ann in 2026-03-05T00:00:00.001 time"]


@pytest.mark.parametrize(
    ("bought_at", "midnight"),
    [
        # Berlin's days of 23 and of 25 hours, and the day before each.
        ("2026-03-29T08:00:00Z", "2026-03-29T22:00:00Z"),
        ("2026-03-28T08:00:00Z", "2026-03-28T23:00:00Z"),
        ("2026-10-25T08:00:00Z", "2026-10-25T23:00:00Z"),
        ("2026-10-24T08:00:00Z", "2026-10-24T22:00:00Z"),
    ],
)
def test_calendar_days_flip_at_local_midnight(bought_at, midnight):
    sim = simulation({"event": "purchase", "calendar_days": 1}, timezone="Europe/Berlin")
    sim.add(events=[bought("ann", bought_at)])
    sim.tick(bought_at)
    at = instant(midnight).isoformat(timespec="milliseconds")[:-6]
    assert flips_at(sim, midnight) == [f"ann out {at} time"]


def test_a_range_of_calendar_days_has_two_midnights():
    who = {"event": "purchase", "calendar_days": [1, 2], "zone": "Asia/Kolkata"}
    sim = simulation(who, timezone="Europe/Berlin")
    sim.add(events=[bought("ann", "2026-03-01T12:00:00Z")])
    sim.tick("2026-03-01T12:00:00Z")
    assert flips_at(sim, "2026-03-01T18:30:00Z") == ["ann in 2026-03-01T18:30:00.000 time"]
    assert flips_at(sim, "2026-03-03T18:30:00Z") == ["ann out 2026-03-03T18:30:00.000 time"]


def test_an_attribute_that_holds_a_date_has_edges():
    sim = simulation({"attribute": "renews", "within_next": "7d"}, timezone="Europe/Berlin")
    sim.add(profiles=[{"profile_id": "ann", "attributes": {"renews": "2026-03-20"}}])
    sim.tick("2026-03-01T00:00:00Z")
    assert flips_at(sim, "2026-03-12T23:00:00Z") == ["ann in 2026-03-12T23:00:00.000 time"]
    assert flips_at(sim, "2026-03-19T23:00:00Z") == ["ann out 2026-03-19T23:00:00.000 time"]


def test_a_date_in_a_list_of_objects_has_edges():
    sim = simulation({"attribute": "cars", "any": {"inspected": {"calendar_days": 2}}})
    cars = [{"inspected": "2026-03-01T10:00:00Z"}, {"inspected": None}, "a bicycle"]
    sim.add(profiles=[{"profile_id": "ann", "attributes": {"cars": cars}}])
    sim.tick("2026-03-02T00:00:00Z")
    assert flips_at(sim, "2026-03-03T00:00:00Z") == ["ann out 2026-03-03T00:00:00.000 time"]


def test_a_date_in_an_event_has_edges():
    sim = simulation({"event": "booking", "where": {"starts": {"within_next": "1d"}}})
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z", "booking", starts="2026-03-10T09:00Z")])
    sim.tick("2026-03-01T00:00:00Z")
    assert flips_at(sim, "2026-03-09T09:00:00Z") == ["ann in 2026-03-09T09:00:00.000 time"]


def test_a_trait_that_is_a_date_has_edges():
    traits = {"departs": {"last": "booking.starts"}}
    sim = simulation({"trait": "departs", "within_next": "1d"}, traits=traits)
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z", "booking", starts="2026-03-10T09:00Z")])
    sim.tick("2026-03-01T00:00:00Z")
    assert flips_at(sim, "2026-03-09T09:00:00Z") == ["ann in 2026-03-09T09:00:00.000 time"]


@pytest.mark.parametrize(
    "trait",
    [
        {"count": "purchase"},
        {"sum": "purchase.total"},
        {"avg": "purchase.total"},
        {"distinct": "purchase.total"},
        {"plus": ["when", 1]},
    ],
)
def test_a_trait_that_is_a_number_is_no_time(trait):
    traits = {"when": {"last": "purchase.when"}, "many": trait}
    with pytest.raises(ProjectError) as caught:
        simulation({"not": {"trait": "many", "gte": 1, "within": "1d"}}, traits=traits)
    (complaint,) = caught.value.complaints
    assert complaint.path == "segments.s.who.not.within"
    assert "the trait 'many' is a number" in complaint.message
    assert "first, last" in complaint.hint or "min, max" in complaint.hint


def test_true_for_holds_from_its_span_after_the_change():
    sim = simulation({"attribute": "plan", "is": "pro", "true_for": "30d"})
    row = {"profile_id": "ann", "attributes": {"plan": "pro"}, "set_at": "2026-03-01T12:00:00Z"}
    sim.add(profiles=[row])
    sim.tick("2026-03-01T12:00:00Z")
    assert flips_at(sim, "2026-03-31T12:00:00Z") == ["ann in 2026-03-31T12:00:00.000 time"]


def test_an_absence_that_is_true_for_a_while_starts_when_first_seen():
    sim = simulation({"attribute": "plan", "exists": False, "true_for": "30d"})
    sim.add(events=[bought("ann", "2026-03-01T12:00:00Z")])
    sim.tick("2026-03-01T12:00:00Z")
    assert flips_at(sim, "2026-03-31T12:00:00Z") == ["ann in 2026-03-31T12:00:00.000 time"]


def test_a_history_that_is_required_has_an_edge():
    sim = simulation({"not": {"event": "purchase", "within": "30d", "history": "required"}})
    sim.add(events=[bought("ann", "2026-03-01T12:00:00Z", "visit")])
    sim.tick("2026-03-01T12:00:00Z")
    assert flips_at(sim, "2026-03-31T12:00:00Z") == ["ann in 2026-03-31T12:00:00.000 time"]


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


def test_a_date_of_an_object_has_edges():
    sim = simulation({"related": "contract", "where": {"ends": {"within_next": "7d"}}})
    ends = {"ends": "2026-03-20T00:00:00Z"}
    row = {"type": "contract", "object_id": "c1", "profile_id": "ann", "attributes": ends}
    sim.add(objects=[row])
    sim.tick("2026-03-01T00:00:00Z")
    assert flips_at(sim, "2026-03-13T00:00:00Z") == ["ann in 2026-03-13T00:00:00.000 time"]


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


def test_what_cancels_an_order_of_the_future_has_an_edge():
    purchase = {"order_key": "order", "amount": "total", "cancelled_by": ["order_cancelled"]}
    sim = simulation({"event": "purchase"}, catalog={"events": {"purchase": purchase}})
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z", order="o1", total=5)])
    sim.add(events=[bought("ann", "2026-03-09T00:00:00Z", "order_cancelled", order="o1")])
    sim.tick("2026-03-01T00:00:00Z")
    assert flips_at(sim, "2026-03-09T00:00:00Z") == ["ann out 2026-03-09T00:00:00.000 time"]


def test_a_withdrawn_event_counts_no_more():
    sim = simulation({"event": "purchase"})
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z") | {"event_id": "1"}])
    sim.tick("2026-03-01T00:00:00Z")
    sim.add(events=[{"event_id": "1", "op": "delete"}], received_at="2026-03-02T00:00:00Z")
    (change,) = sim.tick("2026-03-02T00:00:00Z")
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
