"""What the command line says of profiles that are one person."""

import pytest

IDENTITY = "identity: {merge_on: [email], shared_by_at_most: 2}\n"
MORE = (
    '{"profile_id": "zoe", "email": "Ann.Archer@example.com", "set_at": "2026-01-05"}\n'
    '{"profile_id": "p1", "email": "test@test.com"}\n'
    + "".join(f'{{"profile_id": "q{n}", "email": "office@shop.example"}}\n' for n in range(3))
)
VISIT = (
    '{"anonymous_id": "browser", "event": "cart_started", "event_time": "2026-01-06"}\n'
    '{"anonymous_id": "browser", "profile_id": "zoe", "event": "cart_started", '
    '"event_time": "2026-01-07"}\n'
)


@pytest.fixture
def merging(shop):
    """Let ann be zoe, who came with a browser of hers."""
    (shop.folder / "identity.yaml").write_text(IDENTITY, encoding="utf-8")
    shop.json("load", shop.write("more.jsonl", MORE), "--as", "profiles")
    shop.json("load", shop.write("visit.jsonl", VISIT), "--as", "events")
    return shop


def merged(shop, person):
    return {
        each["profile_id"]: [f"{by['kind']} {by['value']}" for by in each["because"]]
        for each in shop.json("explain", person, "cart_abandoners")["merged"]
    }


@pytest.mark.parametrize("person", ["ann", "zoe", "anonymous_id:browser"])
def test_explain_names_who_is_one_person_and_why(merging, person):
    found = merged(merging, person)
    assert found.keys() == {"ann", "zoe", "anonymous_id:browser"}
    assert found["ann"] == ["email an…r@example.com"]
    assert found["anonymous_id:browser"] == ["anonymous_id br…er"]
    said = merging("explain", person, "cart_abandoners").out
    assert "one person: ann by email an…r@example.com" in said
    assert "ann.archer" not in said


def test_a_split_is_for_good(merging):
    told = merging.json("identity", "split", "ann")
    assert told == {"person": "ann", "people": ["ann", "zoe"]}
    assert merged(merging, "ann") == {}
    assert merged(merging, "zoe").keys() == {"zoe", "anonymous_id:browser"}
    again = merging("identity", "split", "ann")
    assert (again.code, "Nothing was merged" in again.err) == (2, True)
    merging.json("load", merging.write("more.jsonl", MORE), "--as", "profiles")
    assert merged(merging, "ann") == {}


def test_an_anonymous_id_goes_along_until_it_is_split_itself(merging):
    assert merging.json("identity", "split", "zoe")["people"] == ["ann", "zoe"]
    assert merged(merging, "zoe").keys() == {"zoe", "anonymous_id:browser"}
    assert merging.json("identity", "split", "zoe")["people"] == ["anonymous_id:browser", "zoe"]
    assert merged(merging, "zoe") == {}


def test_status_and_check_show_what_is_quarantined(merging):
    told = merging.json("status")
    assert told["merged"] == 2
    assert [(each["reason"], each["values"]) for each in told["quarantined"]] == [
        ("a placeholder", 1),
        ("of more profiles than one person has", 1),
    ]
    said = merging("status").out
    assert "2 more profiles are part of one of these people" in said
    assert "of…e@shop.example" in said
    codes = [each["code"] for each in merging.json("check")["findings"]]
    assert "identifier-quarantined" in codes


def test_other_rules_take_effect_with_the_next_run(merging):
    (merging.folder / "identity.yaml").write_text("identity: {merge_on: []}\n", encoding="utf-8")
    merging.json("verify", "--full")
    assert merged(merging, "ann") == {}
    (merging.folder / "identity.yaml").write_text(IDENTITY, encoding="utf-8")
    assert merging.json("verify", "--full")["ok"]
    assert merged(merging, "ann").keys() == {"ann", "zoe", "anonymous_id:browser"}


def test_what_was_sent_for_a_profile_is_taken_back_once_it_is_another_person(shop):
    (shop.folder / "identity.yaml").write_text(IDENTITY, encoding="utf-8")
    shop.json("run")
    older = '{"profile_id": "abe", "email": "ann.archer@example.com", "set_at": "2020-01-05"}\n'
    shop.json("load", shop.write("older.jsonl", older), "--as", "profiles")
    assert {each["status"] for each in shop.json("run")["syncs"]} == {"done"}
    told = shop.json("explain", "ann", "cart_recovery")
    assert told["person"] == "abe"
    assert {(each["desired"], each["held"]) for each in told["ledger"]} == {
        (True, "added"),
        (False, "removed"),
    }
    assert shop.json("verify", "--full")["ok"]
    shop.json("identity", "split", "abe")
    assert {each["status"] for each in shop.json("run")["syncs"]} == {"done"}
    (own,) = {
        (e["desired"], e["held"]) for e in shop.json("explain", "ann", "cart_recovery")["ledger"]
    }
    assert own == (True, "added")
