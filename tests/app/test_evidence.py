"""What a condition rests on is told, whatever kind it is."""

import pytest

from dataout.app.evaluation import definitions_of
from dataout.app.evidence import explain_condition
from dataout.app.memory import Memory
from dataout.model.people import Instant

AT = Instant(1_772_366_400_000)
WORLD = {
    "events": [
        {
            "profile_id": "ann",
            "event": event,
            "event_time": f"2026-02-{day}T12:00:00Z",
            "properties": {"total": total},
        }
        for event, day, total in (("buy", 20, 50), ("buy", 25, 20), ("refund", 26, 5))
    ],
    "objects": [
        {
            "type": "car",
            "object_id": "c1",
            "attributes": {"color": "blue"},
            "profile_id": "ann",
            "via": {"role": "owner"},
            "set_at": "2026-02-01T00:00:00Z",
        },
        {
            "type": "car",
            "object_id": "c1",
            "attributes": {"color": "red"},
            "set_at": "2026-02-10T00:00:00Z",
        },
        {
            "type": "car",
            "object_id": "c2",
            "attributes": {"color": "red"},
            "profile_id": "bob",
            "set_at": "2026-02-01T00:00:00Z",
        },
    ],
}
TRAITS = {
    "net": {"minus": ["spent", "refunded", 1]},
    "spent": {"sum": "buy.total"},
    "refunded": {"sum": "refund.total"},
    "last_total": {"last": "buy.total"},
}


@pytest.fixture(scope="module")
def seen():
    """Give what is told of a condition for ann, as (what, value) pairs."""
    memory = Memory()
    memory.add_events(WORLD["events"])
    memory.add_objects(WORLD["objects"])

    def of(condition):
        meaning = definitions_of({"s": {"who": condition}}, TRAITS, {}, "UTC", None)
        slot = memory.slot("ann")
        return explain_condition(memory.engine, "s", meaning, slot, memory.scope(AT))

    return of


def told(branch):
    return [(each.what, each.value) for each in branch.evidence]


def test_of_a_trait_the_events_that_it_is_computed_of(seen):
    branch = seen({"trait": "net", "gte": 64})
    assert branch.holds
    assert told(branch) == [
        ("buy", {"total": 20}),
        ("buy", {"total": 50}),
        ("refund", {"total": 5}),
    ]
    assert told(seen({"trait": "last_total", "is": 20}))[0] == ("buy", {"total": 20})


def test_of_a_relation_the_objects_as_they_are_now(seen):
    branch = seen({"related": "car", "where": {"color": "red"}})
    assert branch.holds
    assert told(branch) == [("car c1", {"attributes": {"color": "red"}, "via": {"role": "owner"}})]


def test_of_nothing_related_nothing(seen):
    branch = seen({"related": "boat"})
    assert (branch.holds, branch.evidence) == (False, ())
