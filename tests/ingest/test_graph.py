"""Profiles that share an identifier are one person, in whatever order, until they are split."""

from itertools import permutations

import pyarrow as pa
import pytest

import dataout
from dataout.errors import ProjectError, UsageError

SEGMENTS = {
    "twice": {"who": {"event": "visit", "count": {"gte": 2}}},
    "all": {"who": {"everyone": True}},
    "berlin": {"who": {"attribute": "city", "is": "Berlin"}},
}
BY_EMAIL = {"merge_on": ["email"]}
BY_BOTH = {"merge_on": ["email", "phone"]}


def said(person, at=1, **attributes):
    return {"profile_id": person, "attributes": attributes, "set_at": at}


def visit(person, at, **more):
    return {"profile_id": person, "event": "visit", "event_time": at, **more}


def anonymous(anonymous_id, at):
    return {"anonymous_id": anonymous_id, "event": "visit", "event_time": at}


def evaluated(identity=BY_EMAIL, at=1000, **rows):
    return dataout.evaluate(SEGMENTS, at=at, identity=identity, **rows)


ANN = (said("a", email="Ann@Shop.example "), said("b", email="ann@shop.example", city="Berlin"))
VISITS = (visit("a", 5), visit("b", 6))


def test_nothing_merges_unless_the_project_says_so():
    found = evaluated({}, profiles=ANN, events=VISITS)
    assert found == {"twice": frozenset(), "all": {"a", "b"}, "berlin": {"b"}}


def test_profiles_that_share_an_email_are_one_person():
    found = evaluated(profiles=ANN, events=VISITS)
    assert found == {"twice": {"a"}, "all": {"a"}, "berlin": {"a"}}


def test_the_survivor_was_seen_first():
    later = said("a", 50, email="ann@shop.example")
    assert evaluated(profiles=[later, ANN[1]])["all"] == {"b"}


def test_profiles_merge_by_way_of_others_in_any_order():
    rows = [
        said("a", email="a@shop.example"),
        said("b", email="b@shop.example", phone="+491701234567"),
        said("c", email="a@shop.example", phone="+49 170 1234567"),
        said("d", email="d@shop.example"),
    ]
    for order in permutations(rows):
        simulation = dataout.Simulation(SEGMENTS, identity=BY_BOTH)
        for row in order:
            simulation.add(profiles=[row])
            simulation.tick(900)
        assert simulation.members("all") == {"a", "d"}


def test_an_old_value_goes_on_joining():
    rows = [said("a", email="old@shop.example"), said("a", 9, email="new@shop.example")]
    assert evaluated(profiles=[*rows, said("b", 20, email="old@shop.example")])["all"] == {"a"}


def test_a_phone_is_read_with_the_country_of_its_record():
    rows = [
        said("a", phone="0170 1234567", country="DE"),
        said("b", phone="+491701234567"),
        said("c", phone="0170 1234567"),
    ]
    assert evaluated(BY_BOTH, profiles=rows)["all"] == {"a", "c"}


def test_as_known_the_graph_is_that_of_then():
    rows = [ANN[0] | {"received_at": 10}, ANN[1] | {"received_at": 100}]
    found = {
        known: evaluated(profiles=rows, events=VISITS, as_known_at=known) for known in (50, 100)
    }
    assert found[50] == {"twice": frozenset(), "all": {"a", "b"}, "berlin": frozenset()}
    assert found[100] == evaluated(profiles=rows, events=VISITS)


def test_a_placeholder_merges_nobody():
    rows = [said("a", email="test@test.com"), said("b", email="test@test.com")]
    assert evaluated(profiles=rows)["all"] == {"a", "b"}


@pytest.mark.parametrize(("people", "left"), [(3, 1), (4, 4)])
def test_a_value_of_too_many_profiles_merges_nobody(people, left):
    rows = [said(f"p{n}", email="info@shop.example") for n in range(people)]
    found = evaluated({**BY_EMAIL, "shared_by_at_most": 3}, profiles=rows)
    assert len(found["all"]) == left


@pytest.mark.parametrize(("limit", "left"), [(2, 3), (3, 1)])
def test_nobody_gets_more_values_than_the_limit(limit, left):
    """The phone that all of them have is what goes too far; what two share by e-mail stays."""
    rows = [said(f"p{n}", email=f"{n}@shop.example", phone="+491701234567") for n in range(3)]
    rows.append(said("p4", email="0@shop.example"))
    found = evaluated({**BY_BOTH, "limits": {"email": limit}}, profiles=rows)
    assert len(found["all"]) == left


def test_a_profile_with_too_many_values_of_its_own_merges_nobody():
    rows = [said("guest", n, email=f"{n}@shop.example") for n in range(1, 4)]
    rows += [said(f"p{n}", email=f"{n}@shop.example") for n in range(1, 4)]
    found = evaluated({**BY_EMAIL, "limits": {"email": 2}}, profiles=rows)
    assert found["all"] == {"guest", "p1", "p2", "p3"}


def test_events_of_an_anonymous_id_are_of_who_claims_it():
    before = evaluated({}, events=[anonymous("x", 5), visit("a", 6)])
    assert before == {
        "twice": frozenset(),
        "all": {"a", "anonymous_id:x"},
        "berlin": frozenset(),
    }
    after = evaluated({}, events=[anonymous("x", 5), visit("a", 6, anonymous_id="x")])
    assert (after["twice"], after["all"]) == ({"a"}, {"a"})


def test_the_first_who_claims_an_anonymous_id_has_it():
    events = [visit("b", 9, anonymous_id="x"), visit("a", 6, anonymous_id="x"), anonymous("x", 20)]
    assert evaluated({}, events=events)["twice"] == {"a"}


def test_a_claim_may_come_before_any_record_of_the_anonymous_id():
    simulation = dataout.Simulation(SEGMENTS)
    simulation.add(profiles=[said("a") | {"anonymous_id": "x"}])
    simulation.tick(10)
    simulation.add(events=[anonymous("x", 5), anonymous("x", 6)])
    (change,) = simulation.tick(20)
    assert (change.profile_id, change.segment, change.cause) == ("a", "twice", "identity")


def test_a_record_that_names_nobody_is_refused():
    with pytest.raises(UsageError, match="profile_id: missing"):
        evaluated({}, events=[{"event": "visit", "event_time": 1, "anonymous_id": None}])
    with pytest.raises(UsageError, match="anonymous_id: not a text"):
        evaluated({}, events=[visit("a", 1, anonymous_id=["x"])])


def test_a_table_may_name_nobody_but_anonymous_ids():
    table = pa.Table.from_pylist([anonymous("x", 5), anonymous("x", 6)])
    assert evaluated({}, events=table)["twice"] == {"anonymous_id:x"}


def simulated(profiles=ANN, events=VISITS):
    simulation = dataout.Simulation(SEGMENTS, identity=BY_EMAIL)
    simulation.add(profiles=profiles, events=events)
    simulation.tick(100)
    return simulation


def test_what_a_merge_changes_has_the_cause_identity():
    simulation = simulated(profiles=ANN[:1])
    simulation.add(profiles=ANN[1:])
    told = {(each.segment, each.profile_id, each.entered) for each in simulation.tick(200)}
    assert told == {("twice", "a", True), ("all", "b", False), ("berlin", "a", True)}


@pytest.mark.parametrize("person", ["a", "b", "email:ANN@shop.example"])
def test_a_split_restores_every_membership(person):
    apart = dataout.Simulation(SEGMENTS)
    apart.add(profiles=ANN, events=VISITS)
    apart.tick(100)
    simulation = simulated()
    assert simulation.split(person, 150) == ("a", "b")
    changes = simulation.tick(200)
    assert {each.cause for each in changes} == {"identity"}
    for name in SEGMENTS:
        assert simulation.members(name) == apart.members(name)


def test_what_was_split_does_not_merge_by_the_same_value_again():
    simulation = simulated()
    simulation.split("b", 150)
    simulation.add(profiles=[said("b", 160, email="ann@shop.example", seen="again")])
    simulation.tick(200)
    assert simulation.members("all") == {"a", "b"}
    with pytest.raises(UsageError, match="Nothing was merged"):
        simulation.split("b", 210)


def test_of_three_one_leaves_and_two_stay():
    simulation = simulated(profiles=[*ANN, said("c", 30, email="ann@shop.example")])
    assert simulation.split("a", 150) == ("a", "b")
    simulation.tick(200)
    assert simulation.members("all") == {"a", "b"}


def test_records_that_come_later_go_where_their_profile_is():
    simulation = simulated(events=VISITS[:1])
    simulation.add(events=[visit("b", 90)], profiles=[said("b", 90, city="Paris")])
    simulation.tick(150)
    assert simulation.members("twice") == {"a"}
    assert simulation.members("berlin") == frozenset()
    simulation.split("b", 160)
    simulation.tick(200)
    assert simulation.members("twice") == frozenset()


def test_nobody_unknown_is_split():
    with pytest.raises(UsageError, match="no such person"):
        simulated().split("nobody", 150)


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ({"merge_on": ["name"]}, "identity.merge_on"),
        ({"merge_on": "email"}, "identity.merge_on"),
        ({"limits": {"email": 0}}, "identity.limits.email"),
        ({"shared_by_at_most": 1}, "identity.shared_by_at_most"),
        ({"merge": ["email"]}, "identity"),
    ],
)
def test_mistakes_in_the_rules_are_told(identity, said):
    with pytest.raises(ProjectError) as caught:
        evaluated(identity, profiles=ANN)
    assert caught.value.complaints[0].path.startswith(said)
