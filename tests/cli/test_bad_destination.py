"""A platform that refuses, is down, or answers badly: exit 3, nothing lost, then it converges."""

import contextlib
import socket

import pytest

from dataout.cli.troubles import ATTENTION, DONE, UNDELIVERED
from dataout.testing.emulators import faults
from dataout.testing.emulators.meta_state import Rules
from dataout.testing.emulators.server import serving

TOKEN = "EAAB-the-token-that-is-right"


def syncs(answer):
    return {sync["sync"]: sync for sync in answer.json["syncs"]}


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_wrong_token(new_shop, everybody_in_place):
    shop = new_shop(Rules(token=TOKEN))
    shop.surroundings["META_TOKEN"] = "EAAB-a-token-that-is-wrong"
    answer = shop("--json", "run")
    assert answer.code == UNDELIVERED
    buyers = syncs(answer)["recent_buyers@meta"]
    assert buyers["status"] == "failed"
    assert "The token is not valid (code 190" in buyers["error"]
    assert "Make a new token" in buyers["hint"]
    said = shop("run")
    assert said.code == UNDELIVERED
    [line] = [line for line in said.out.splitlines() if line.startswith("recent_buyers@meta:")]
    assert "Make a new token for the system user, and put it where" in line
    for text in (answer.out, answer.err, said.out, said.err):
        assert "that-is-wrong" not in text
    assert shop.at_platform() == {}

    shop.surroundings["META_TOKEN"] = TOKEN
    assert shop("run").code == DONE
    assert shop.at_platform() == everybody_in_place


def test_additions_wait_for_the_exclusions_that_failed(new_shop):
    """Nobody is targeted while those who protect them could not be delivered."""
    shop = new_shop(Rules(token=TOKEN))
    answer = shop("--json", "run")
    recovery = syncs(answer)["cart_recovery.high@meta"]
    assert (recovery["status"], recovery["sent"]) == ("waiting", 0)
    assert "recent_buyers@meta" in recovery["hint"]


@pytest.mark.slow
def test_a_platform_that_is_down_and_up_again(shop, everybody_in_place):
    port = free_port()
    shop.surroundings["DATAOUT_SANDBOX"] = f"http://127.0.0.1:{port}"
    answer = shop("run", "recent_buyers@meta")
    assert answer.code == UNDELIVERED
    assert "127.0.0.1 cannot be reached" in answer.out
    assert "Nothing is lost: the next run goes on from here." in answer.out
    assert "If no sandbox is running, start one: dataout sandbox." in answer.out
    assert shop("status").code == ATTENTION
    with serving({"meta": shop.meta.handle}, port):
        assert shop("run").code == DONE
        assert shop.at_platform() == everybody_in_place
        sent = len(shop.changes_sent)
        assert shop("run").code == DONE
        assert len(shop.changes_sent) == sent
    assert shop("status").code == DONE


def test_a_lost_answer_is_asked_for_again(shop, everybody_in_place):
    shop.meta.faults.once(faults.DropAnswer(), on="POST */users")
    assert shop("run").code == DONE
    assert shop.at_platform() == everybody_in_place


def test_rows_that_the_platform_does_not_take(shop):
    shop.meta.faults.once(faults.RejectRows(1), on="POST */users")
    answer = shop("--json", "run")
    assert answer.code == ATTENTION
    [hit] = [sync for sync in syncs(answer).values() if sync["rejected"] or sync["unnamed"]]
    assert hit["sync"] == "recent_buyers@meta"


def test_a_call_that_is_refused_names_nobody(shop, personal, everybody_in_place):
    """The vendor repeats all that was sent; the message does not."""
    shop.meta.faults.once(faults.Refuse(), on="POST */users")
    answer = shop("--json", "run")
    assert answer.code == UNDELIVERED
    assert syncs(answer)["recent_buyers@meta"]["status"] == "failed"
    assert [each for each in personal if each in answer.out] == []
    assert "sandbox-token" not in answer.out
    assert shop("run").code == DONE
    assert shop.at_platform() == everybody_in_place


def test_an_audience_that_was_deleted_at_the_platform(shop, everybody_in_place):
    assert shop("run").code == DONE
    [gone] = [each for each in shop.meta.audiences.values() if each.name == "[dev] recent_buyers"]
    del shop.meta.audiences[gone.id]
    shop.buys("cem", "o-18")
    assert shop("run").code == UNDELIVERED
    for _ in range(3):
        if shop("run").code == DONE:
            break
    expected = {name: set(people) for name, people in everybody_in_place.items()}
    expected["[dev] recent_buyers"] = {"bob", "cem"}
    expected["[dev] cart_recovery.rest"] = set()
    assert shop.at_platform() == expected


def test_an_update_and_a_purchase_arrive(delivered):
    """Who bought leaves at once and is protected; a new address replaces the old one."""
    delivered.buys("ann", "o-19")
    delivered.load("profiles", "cem.csv", "profile_id,email\ncem,cem.cook@example.org\n")
    while delivered("run").code == ATTENTION:  # an update adds once its removal is settled
        pass
    there = delivered.at_platform()
    assert there["[dev] recent_buyers"] == {"ann", "bob"}
    assert there["[dev] cart_recovery.high"] == set()
    assert there["[dev] cart_recovery.rest"] == {"cem"}
