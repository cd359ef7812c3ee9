"""People and events that are deleted or corrected after they were delivered."""

import json


def deletes(shop, person, *, deleted=True):
    row = {"profile_id": person, "deleted": deleted}
    assert shop.load("profiles", f"{person}-{deleted}.jsonl", json.dumps(row)).code == 0


def corrects(shop, **row):
    assert shop.load("events", "correction.jsonl", json.dumps(row)).json["loaded"] == 1


def test_who_is_deleted_leaves_every_destination_with_the_next_run(shop, everybody_in_place):
    assert shop("run").code == 0
    assert shop.at_platform() == everybody_in_place
    deletes(shop, "ann")
    deletes(shop, "bob")
    assert shop("run").code == 0
    gone = {name: people - {"ann", "bob"} for name, people in everybody_in_place.items()}
    assert shop.at_platform() == gone
    answer = shop("explain", "ann", "cart_recovery")
    assert answer.code == 0
    deletes(shop, "ann", deleted=False)
    assert shop("run").code == 0
    assert shop.at_platform() == gone | {"[dev] cart_recovery.high": {"ann"}}


def test_who_is_deleted_is_no_longer_counted(shop):
    assert shop.json("status")["profiles"] == 5
    deletes(shop, "ann")
    deletes(shop, "somebody unheard of")
    assert shop.json("status")["profiles"] == 4
    deletes(shop, "ann", deleted=False)
    assert shop.json("status")["profiles"] == 5
    later = {"profile_id": "bob", "deleted": True, "set_at": "2190-01-01T00:00:00Z"}
    assert shop.load("profiles", "later.jsonl", json.dumps(later)).code == 0
    assert shop.json("status")["profiles"] == 5


def test_a_deleted_purchase_brings_somebody_back(shop, everybody_in_place):
    assert shop("run").code == 0
    corrects(shop, event_id="e-3", op="delete")
    assert shop("run").code == 0
    assert shop.at_platform() == everybody_in_place | {
        "[dev] recent_buyers": set(),
        "[dev] cart_recovery.rest": {"bob", "cem"},
    }


def test_a_replaced_event_moves_somebody(shop, everybody_in_place, since):
    assert shop("run").code == 0
    cart = {"profile_id": "ann", "event": "cart_started", "event_time": since(hours=3)}
    corrects(shop, **cart, event_id="e-1", op="replace", cart_value=60)
    assert shop("run").code == 0
    assert shop.at_platform() == everybody_in_place | {
        "[dev] cart_recovery.high": set(),
        "[dev] cart_recovery.rest": {"ann", "cem"},
    }
