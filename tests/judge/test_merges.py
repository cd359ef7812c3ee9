"""Who is one person, as the judge finds it."""

import pytest

from dataout.testing.judge import Unjudged, members

ALL = {"all": {"who": {"everyone": True}}}
BOTH = {"merge_on": ["email", "phone"]}


def said(person, set_at=1, **attributes):
    return {"profile_id": person, "attributes": attributes, "set_at": set_at}


def people(*profiles, identity=BOTH, events=(), **more):
    given = {"profiles": profiles, "events": events, "identity": identity, "at": 1_000}
    return members(ALL, **given, **more)["all"]


def test_profiles_merge_by_way_of_others():
    rows = [
        said("a", email="A@b.example"),
        said("b", email="a@b.example ", phone="+49 1"),
        said("c", phone="+491"),
    ]
    assert people(*rows) == {"a"}
    assert people(*rows, identity=None) == {"a", "b", "c"}
    assert people(*rows, identity={"merge_on": ["email"]}) == {"a", "c"}


def test_the_one_seen_first_stays():
    assert people(said("a", 9, email="e"), said("b", 5, email="e")) == {"b"}


def test_a_split_value_joins_nobody():
    rows = said("a", email="e"), said("b", email="e"), said("c", email="e")
    ban = {"profile_id": "b", "kind": "email", "value": "e", "at": 500}
    assert people(*rows, splits=[ban]) == {"a", "b"}
    assert people(*rows, splits=[ban], as_known_at=400) == {"a"}
    assert people(*rows, splits=[ban | {"profile_id": None}]) == {"a", "b", "c"}


def test_shared_values_and_placeholders_join_nobody():
    rows = said("a", email="e"), said("b", email="e"), said("c", email="e")
    assert people(*rows, identity=BOTH | {"shared_by_at_most": 2}) == {"a", "b", "c"}
    same = [said(person, email="test@test.com") for person in "ab"]
    assert people(*same) == {"a", "b"}


def test_of_a_group_with_too_much_the_most_shared_value_goes():
    rows = [said(person, email=person, phone="+1") for person in "abc"]
    rows.append(said("d", email="a"))
    assert people(*rows, identity=BOTH | {"limits": {"email": 2}}) == {"a", "b", "c"}
    assert people(*rows, identity=BOTH | {"limits": {"email": 3}}) == {"a"}


def test_the_first_claim_of_an_anonymous_id_counts():
    def event(at, **who):
        return {"event": "x", "event_time": at, **who}

    alone, late = event(1, anonymous_id="n"), event(9, anonymous_id="n", profile_id="a")
    assert people(events=[alone, late]) == {"a"}
    assert people(events=[alone, late], as_known_at=5) == {"a", "anonymous_id:n"}
    other = event(5, anonymous_id="n", profile_id="b")
    assert people(events=[alone, late, other]) == {"a", "b"}


def test_a_phone_without_a_country_is_not_judged():
    with pytest.raises(Unjudged, match="country"):
        people(said("a", phone="0170 1"))
