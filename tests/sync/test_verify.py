"""Memberships are kept from run to run; verify says whether they are right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dataout.app.commands import deliver
from dataout.app.commands.verify import verify

HOUR = 3_600_000
DAY = 24 * HOUR


def log(shop):
    rows = shop.engine.query(
        "SELECT segment, profile_id, entered, true_from, known_at, cause FROM membership_log "
        "JOIN profiles USING (slot) ORDER BY known_at, true_from, segment"
    )
    return rows.to_pylist()


def test_what_runs_keep_is_what_a_full_evaluation_says(shop):
    for hours, name in enumerate(("ann", "bob", "cid", "dee")):
        shop.person(name)
        shop.event(name, "cart_started", hours * HOUR, cart_value=200)
        shop.run()
        shop.clock.advance(7 * HOUR)
    shop.event("bob", "purchase", HOUR, total=20)
    for full in (True, False):
        result = verify(shop.workspace(), full=full)
        assert (result.ok, result.people, result.differences) == (True, 4, ())


@pytest.mark.parametrize("full", [True, False])
def test_a_membership_that_is_not_kept_right_is_told(shop, full):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.run()
    shop.engine.execute("DELETE FROM memberships WHERE segment = 'cart_abandoners'")
    shop.engine.execute("INSERT INTO memberships SELECT 'purchased_7d', slot, 0 FROM profiles")
    result = verify(shop.workspace(), full=full)
    assert not result.ok
    told = {each.segment: (each.missing, each.extra, each.examples) for each in result.differences}
    assert told == {"cart_abandoners": (1, 0, ("ann",)), "purchased_7d": (0, 1, ("ann",))}


def test_a_change_by_time_is_dated_at_its_edge_however_late_the_run(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", 0, cart_value=200)
    began = shop.clock.ms
    shop.run()
    shop.clock.advance(DAY + 7 * HOUR)
    shop.run()
    left = [row for row in log(shop) if row["segment"] == "cart_abandoners" and not row["entered"]]
    assert left == [
        {
            "segment": "cart_abandoners",
            "profile_id": "ann",
            "entered": False,
            "true_from": began + DAY,
            "known_at": began + DAY + 7 * HOUR,
            "cause": "time",
        }
    ]


def test_late_data_dates_a_change_back(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", 2 * HOUR, cart_value=200)
    shop.run()
    shop.event("ann", "purchase", HOUR, total=20)
    shop.run()
    bought = shop.clock.ms - HOUR
    (left,) = [row for row in log(shop) if not row["entered"]]
    assert (left["segment"], left["true_from"], left["cause"]) == (
        "cart_abandoners",
        bought,
        "data",
    )


def test_a_run_at_an_instant_far_ahead_keeps_nothing(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    deliver.run(shop.workspace(), at=shop.clock.ms + 1_000 * DAY)
    assert log(shop) == []
    shop.run()
    assert {row["known_at"] for row in log(shop)} == {shop.clock.ms}


def test_a_run_at_an_earlier_instant_keeps_nothing(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", HOUR, cart_value=200)
    shop.run()
    kept = log(shop)
    deliver.run(shop.workspace(), at=shop.clock.ms - 2 * HOUR)
    assert shop.at_meta("cart_recovery.high") == set()
    assert log(shop) == kept
    shop.run()
    assert shop.at_meta("cart_recovery.high") == {"ann"}


def test_a_changed_definition_looks_at_its_own_segment_only(shop):
    shop.person("ann")
    shop.event("ann", "cart_started", 3 * HOUR, cart_value=200)
    shop.run()
    segments = dict(shop.definition.segments)
    changed = "cart_abandoners"
    segments[changed] = replace(segments[changed], condition=segments["purchased_7d"].condition)
    shop.definition = replace(shop.definition, segments=segments)
    shop.clock.advance(1)
    before = len(log(shop))
    shop.run()
    assert [(row["segment"], row["entered"], row["cause"]) for row in log(shop)[before:]] == [
        (changed, False, "definition")
    ]
