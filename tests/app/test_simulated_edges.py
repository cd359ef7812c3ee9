"""Edges: each kind of condition that looks at the clock flips at its instant, not before."""

import pytest
from tests.app.simulating import bought, flips_at, instant, simulation

from dataout.errors import ProjectError


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


def test_a_date_of_an_object_has_edges():
    sim = simulation({"related": "contract", "where": {"ends": {"within_next": "7d"}}})
    ends = {"ends": "2026-03-20T00:00:00Z"}
    row = {"type": "contract", "object_id": "c1", "profile_id": "ann", "attributes": ends}
    sim.add(objects=[row])
    sim.tick("2026-03-01T00:00:00Z")
    assert flips_at(sim, "2026-03-13T00:00:00Z") == ["ann in 2026-03-13T00:00:00.000 time"]


def test_what_cancels_an_order_of_the_future_has_an_edge():
    purchase = {"order_key": "order", "amount": "total", "cancelled_by": ["order_cancelled"]}
    sim = simulation({"event": "purchase"}, catalog={"events": {"purchase": purchase}})
    sim.add(events=[bought("ann", "2026-03-01T00:00:00Z", order="o1", total=5)])
    sim.add(events=[bought("ann", "2026-03-09T00:00:00Z", "order_cancelled", order="o1")])
    sim.tick("2026-03-01T00:00:00Z")
    assert flips_at(sim, "2026-03-09T00:00:00Z") == ["ann out 2026-03-09T00:00:00.000 time"]
