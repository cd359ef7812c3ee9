"""A plan that was kept is a promise: of its changes those that still hold, and no other."""

import json
import stat

import pytest

SYNCS = 5


def kept(shop, name="plan.json"):
    path = shop.folder.parent / name
    answer = shop("--json", "plan", "--out", path)
    assert answer.code == 0
    assert answer.json["plan_id"] == json.loads(path.read_text(encoding="utf-8"))["plan_id"]
    return path


def starts_a_cart(shop, person, value, at):
    row = {"profile_id": person, "event": "cart_started", "event_time": at, "cart_value": value}
    assert shop.load("events", f"cart-{person}.jsonl", json.dumps(row)).code == 0


def there(shop):
    """Say who is in which audience at the platform; an audience not made yet is empty."""
    names = (
        "recent_buyers",
        "recent_refunds",
        "vip_protected",
        "cart_recovery.high",
        "cart_recovery.rest",
    )
    found = shop.at_platform()
    return {f"[dev] {name}": found.get(f"[dev] {name}", set()) for name in names}


def applied(shop, path):
    answer = shop("--json", "apply", path)
    return answer.code, {sync["sync"]: sync for sync in answer.json["syncs"]}


def test_all_of_a_plan_is_carried_out_while_it_holds(shop, everybody_in_place):
    path = kept(shop)
    assert not shop.meta.log
    code, syncs = applied(shop, path)
    assert code == 0
    assert [sync["accepted"] for sync in syncs.values()] == [1] * SYNCS
    assert [sync["moved_on"] for sync in syncs.values()] == [0] * SYNCS
    assert shop.at_platform() == everybody_in_place


def test_of_a_plan_whose_people_moved_on_the_rest_is_carried_out(shop, everybody_in_place, since):
    """Cem's cart grows after the plan: he leaves the tier he was planned for, and enters none."""
    path = kept(shop)
    starts_a_cart(shop, "cem", 300, since(minutes=5))
    code, syncs = applied(shop, path)
    assert code == 0
    assert syncs["cart_recovery.rest@meta"]["moved_on"] == 1
    assert syncs["cart_recovery.rest@meta"]["sent"] == 0
    assert syncs["cart_recovery.high@meta"]["moved_on"] == 0
    assert there(shop) == {**everybody_in_place, "[dev] cart_recovery.rest": set()}
    assert shop("run").code == 0
    assert there(shop)["[dev] cart_recovery.high"] == {"ann", "cem"}


def test_people_read_how_many_moved_on(shop, since):
    path = kept(shop)
    starts_a_cart(shop, "cem", 300, since(minutes=5))
    said = shop("apply", path).out
    assert "cart_recovery.rest@meta: 1 planned changes no longer hold and were left out." in said


def test_a_plan_whose_exclusions_are_behind_adds_nobody_they_protect(shop, everybody_in_place):
    """Ann buys after the plan, which cannot exclude her: whoever relies on that waits for a run."""
    path = kept(shop)
    shop.buys("ann", "o-20")
    code, syncs = applied(shop, path)
    assert code == 1
    for sync in ("cart_recovery.high@meta", "cart_recovery.rest@meta"):
        assert (syncs[sync]["status"], syncs[sync]["sent"]) == ("waiting", 0)
    assert syncs["cart_recovery.high@meta"]["moved_on"] == 1
    assert there(shop)["[dev] recent_buyers"] == {"bob"}
    assert shop("run").code == 0
    assert there(shop) == {
        **everybody_in_place,
        "[dev] recent_buyers": {"ann", "bob"},
        "[dev] cart_recovery.high": set(),
    }


def test_a_plan_adds_nobody_who_came_later(shop, since, everybody_in_place):
    path = kept(shop)
    starts_a_cart(shop, "gus", 70, since(minutes=5))
    assert shop.json("plan", "cart_recovery.rest@meta")["syncs"][0]["add"] == 2
    code, syncs = applied(shop, path)
    assert code == 0
    assert [sync["moved_on"] for sync in syncs.values()] == [0] * SYNCS
    assert there(shop) == everybody_in_place


def test_a_plan_applied_twice_sends_nothing_the_second_time(shop):
    path = kept(shop)
    applied(shop, path)
    sent = len(shop.changes_sent)
    code, syncs = applied(shop, path)
    assert code == 0
    assert [sync["moved_on"] for sync in syncs.values()] == [1] * SYNCS
    assert len(shop.changes_sent) == sent


def test_a_plan_of_one_sync_touches_no_other(shop):
    path = shop.folder.parent / "plan.json"
    assert shop("plan", "recent_buyers@meta", "--out", path).code == 0
    applied(shop, path)
    assert {name: people for name, people in shop.at_platform().items() if people} == {
        "[dev] recent_buyers": {"bob"}
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("segments.yaml", "{event: purchase, within: 7d}", "{event: purchase, within: 8d}"),
        ("audiences.yaml", "cart_value: {gte: 150}", "cart_value: {gte: 100}"),
        ("audiences.yaml", "refunded_30d, vip_customers]", "refunded_30d]"),
        ("audiences.yaml", "[email, phone, external_id,", "[email, external_id,"),
        ("destinations.yaml", "act_100000000000001", "act_100000000000002"),
    ],
)
def test_a_plan_from_other_definitions_is_refused(shop, file, old, new):
    path = kept(shop)
    shop.edit(file, old, new)
    answer = shop("apply", path)
    assert answer.code == 2
    assert answer.paragraph == (
        "A definition or a destination's settings changed since this plan was made. "
        "Make a new one: dataout plan --out FILE."
    )
    assert not shop.meta.log


def test_a_word_about_a_segment_changes_no_plan(shop):
    path = kept(shop)
    shop.edit("segments.yaml", "Bought in the past 7 days", "Bought this week")
    assert applied(shop, path)[0] == 0


GARBAGE = {
    "not JSON": b"garbage",
    "not text": b"\xff\xfe\x00",
    "empty": b"",
    "another object": b'{"a": 1}',
    "a list": b"[]",
    "a number": b"7",
    "of another version": b'{"dataout_plan": 2, "plan_id": "x", "meaning": "y", "changes": []}',
    "without changes": b'{"dataout_plan": 1, "plan_id": "x", "meaning": "y"}',
    "with broken changes": b'{"dataout_plan": 1, "plan_id": "x", "meaning": "y", "changes": [[1]]}',
    "deeper than any": b"[" * 100_000,
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_a_plan_that_is_none(delivered, kind):
    path = delivered.write("garbage.json", GARBAGE[kind])
    sent = len(delivered.changes_sent)
    answer = delivered("apply", path)
    assert answer.code == 2
    assert "dataout plan --out FILE" in answer.paragraph
    assert len(delivered.changes_sent) == sent


def test_a_plan_that_was_cut_short(shop):
    path = kept(shop)
    path.write_text(path.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    assert shop("apply", path).code == 2
    assert not shop.meta.log


def test_a_plan_names_nobody_and_is_private(shop, personal):
    path = kept(shop)
    text = path.read_text(encoding="utf-8")
    assert [each for each in (*personal, '"ann"') if each in text] == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
