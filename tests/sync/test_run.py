"""One pass after another: the destination follows what is desired."""

from __future__ import annotations

from itertools import pairwise

from dataout.app.commands.preview import preview
from dataout.testing.emulators import faults

HOUR = 3_600_000


def test_the_desired_are_at_the_platform_in_their_tier(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.person("bob")
    shop.event("bob", "cart_started", HOUR, cart_value=60)
    result = shop.run()
    assert {sync.status for sync in result.syncs} == {"done"}
    assert shop.at_meta("cart_recovery.high") == {"ann"}
    assert shop.at_meta("cart_recovery.rest") == {"bob"}


def test_a_second_run_with_nothing_new_sends_nothing(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.run()
    before = shop.changes_sent()
    again = shop.run()
    assert shop.changes_sent() == before
    assert sum(sync.sent for sync in again.syncs) == 0


def test_a_buyer_moves_to_the_exclusion_first(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", 2 * HOUR, cart_value=200)
    shop.run()
    shop.event("ann", "purchase", HOUR, total=200, order_id="1")
    shop.run()
    assert shop.at_meta("cart_recovery.high") == set()
    assert shop.at_meta("recent_buyers") == {"ann"}
    (first, *_, last) = [call for call in shop.meta.log if call.op is not None][1:]
    assert (first.op, last.op) == ("add", "remove")


def test_a_window_that_ends_removes_at_its_edge(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", 0, cart_value=200)
    shop.run()
    shop.clock.advance(24 * HOUR - 1)
    shop.run()
    assert shop.at_meta("cart_recovery.high") == {"ann"}
    shop.clock.advance(1)
    shop.run()
    assert shop.at_meta("cart_recovery.high") == set()


def test_people_with_equal_values_are_one_entry_until_the_last_of_them_leaves(shop):
    for name in ("ann", "bob"):
        shop.person(name, email="family@example.com")
        shop.event(name, "cart_started", HOUR, cart_value=200)
    work = shop.workspace()
    shop.run()
    steps = {(step.sync, step.step): step for step in preview(work, "cart_recovery").funnel}
    high = "cart_recovery.high@meta"
    # The external id tells them apart here, so they are two entries that share an e-mail address.
    assert steps[high, "identifiable"].count == 2
    shop.event("ann", "purchase", 0, total=1, order_id="1")
    shop.run()
    removed = [call for call in shop.meta.log if call.op == "remove"]
    assert removed
    assert all("EMAIL" not in row or not row["EMAIL"] for call in removed for row in call.rows)
    assert shop.at_meta("cart_recovery.high") >= {"bob"}


def test_nobody_is_sent_without_an_identifying_value(shop):
    shop.person("ann", email="not an address", phone="12")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.run()
    sent = [row for call in shop.meta.log if call.op == "add" for row in call.rows]
    assert [set(filter(None, row.values())) for row in sent if row.get("EMAIL")] == []


def test_a_changed_phone_is_removed_before_the_new_one_is_added(shop):
    shop.person("ann", phone="030 23125 100")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.run()
    shop.clock.advance(1000)
    shop.person("ann", phone="030 23125 101")
    shop.run()
    ops = [call.op for call in shop.meta.log if call.op is not None]
    assert ops[-2:] == ["remove", "add"]
    assert shop.at_meta("cart_recovery.high") == {"ann"}


def test_additions_wait_while_the_exclusion_is_not_settled(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.person("bob")
    shop.event("bob", "purchase", HOUR, total=5, order_id="1")
    shop.meta.faults.always(faults.TimeOut(), on="POST */users")
    failed = shop.run()
    status = {sync.sync: sync.status for sync in failed.syncs}
    assert status["recent_buyers@meta"] == "failed"
    assert status["cart_recovery.high@meta"] == "waiting"
    assert not shop.meta.ever_added("ann")
    shop.meta.faults.clear()
    shop.run()
    assert shop.at_meta("cart_recovery.high") == {"ann"}
    assert shop.at_meta("recent_buyers") == {"bob"}


def test_a_lost_answer_is_settled_by_the_same_batch(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.meta.faults.always(faults.DropAnswer(), on="POST */users")
    result = shop.run()
    assert [sync.deferred for sync in result.syncs if sync.status == "failed"] == [1]
    shop.meta.faults.clear()
    shop.run()
    assert shop.at_meta("cart_recovery.high") == {"ann"}
    before = shop.changes_sent()
    shop.run()
    assert shop.changes_sent() == before


def test_somebody_added_without_an_answer_who_bought_meanwhile_is_removed(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.meta.faults.always(faults.DropAnswer(), on="POST */users")
    shop.run()
    assert shop.at_meta("cart_recovery.high") == {"ann"}
    shop.meta.faults.clear()
    shop.event("ann", "purchase", 0, total=1, order_id="1")
    shop.run()
    assert shop.at_meta("cart_recovery.high") == set()
    assert shop.at_meta("recent_buyers") == {"ann"}


def test_an_audience_deleted_at_the_platform_is_made_again(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.run()
    shop.meta.audiences.clear()
    shop.person("bob")
    shop.event("bob", "cart_started", HOUR, cart_value=200)
    failed = shop.run()
    assert failed.failed
    shop.run()
    assert shop.at_meta("cart_recovery.high") == {"ann", "bob"}


def test_a_wrong_token_stops_the_sync_and_loses_nothing(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.meta.faults.always(faults.TokenExpired())
    failed = shop.run()
    assert failed.failed
    assert shop.at_meta("cart_recovery.high") == set()
    shop.meta.faults.clear()
    shop.run()
    assert shop.at_meta("cart_recovery.high") == {"ann"}


def test_the_waterfall_adds_up(shop):
    for number in range(30):
        name = f"p{number}"
        shop.person(name, **({"email": None} if number % 7 == 0 else {}))
        shop.event(name, "cart_started", HOUR, cart_value=50 + number * 5)
        if number % 3 == 0:
            shop.event(name, "purchase", 2 * HOUR, total=1, order_id=name)
    work = shop.workspace()
    shop.run()
    result = preview(work, "cart_recovery")
    by_part: dict[str, list] = {}
    for step in result.funnel:
        by_part.setdefault(step.sync, []).append(step)
    for steps in by_part.values():
        for before, after in pairwise(steps):
            assert before.count - after.minus == after.count
        for step in steps:
            assert not step.because or sum(step.because.values()) == step.minus


def test_a_protected_person_with_a_new_address_stays_protected(shop):
    shop.person("ann")
    shop.event("ann", "purchase", HOUR, total=1, order_id="1")
    shop.run()
    shop.clock.advance(1000)
    shop.person("ann", email="ann.new@example.com")
    shop.run()
    assert shop.at_meta("recent_buyers") == {"ann"}
    before = shop.changes_sent()
    shop.run()
    assert shop.changes_sent() == before
