"""Calls that cannot be carried out: one paragraph with a way out, exit code 2, nothing done."""

import os
import sys

import pytest

CALLS = {
    "an unknown command": ("statuss", "No such command 'statuss'. Did you mean 'status'?"),
    "an unknown option": ("status --bogus", "No such option: --bogus. See `dataout --help`."),
    "an unknown global option": ("--jsn status", "No such option: --jsn"),
    "a global option too late": ("status --json", "--json stands before the command"),
    "a missing argument": ("load", "Missing argument 'FILE...'."),
    "a missing option": ("load some.csv", "Missing option '--as'."),
    "an unknown environment": ("--env dve status", "Did you mean 'dev'?"),
    "a path for an environment": ("--env ../prod status", "There is no environment '../prod'."),
    "an unknown segment": ("segments purchsed_7d", "Did you mean 'purchased_7d'?"),
    "an unknown segment's query": ("segments x --sql", "There is no segment 'x'."),
    "an unknown audience": ("preview cart_recovry", "Did you mean 'cart_recovery'?"),
    "an unknown subject": ("explain ann cart_recovry", "Did you mean 'cart_recovery'?"),
    "an unknown person": ("explain zoe cart_recovery", "There is no such person"),
    "an unknown address": ("explain email:nobody cart_recovery", "There is no such person"),
    "an unknown sync": ("run recent_buyer@meta", "Did you mean 'recent_buyers@meta'?"),
    "an unknown sync in a plan": ("plan recent_buyers@mta", "Did you mean 'recent_buyers@meta'?"),
    "an unknown test": ("test suppresion_wins", "Did you mean 'suppression_wins'?"),
    "an unknown template": ("init new --template winbak", "There is no template 'winbak'."),
    "no instant": ("segments --at yesterday", "'yesterday' is not an instant."),
    "no instant of a run": ("run --at 13:00", "'13:00' is not an instant."),
    "nobody to ask": ("apply", "Nobody is there to say yes."),
    "a plan that is not there": ("apply nowhere.json", "The plan nowhere.json cannot be read"),
    "no room for a plan": ("plan --out nowhere/plan.json", "No such file or directory."),
    "an unknown failure": ("sandbox --fail drop-answr", "did you mean 'drop-answer'?"),
    "a port that is none": ("sandbox --port 99999", "Invalid value for '--port'"),
}


@pytest.mark.parametrize("mistake", CALLS)
def test_a_call_that_cannot_be(delivered, mistake, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    words, message = CALLS[mistake]
    before = len(delivered.changes_sent)
    with open(os.devnull, encoding="utf-8") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        answer = delivered(*words.split())
    assert answer.code == 2
    assert message in answer.paragraph
    assert len(delivered.changes_sent) == before
    assert not (delivered.folder / ".dataout" / "prod").exists()


def test_a_call_without_a_command_is_answered_by_the_help(call):
    assert call().code == 2
    assert "Usage: dataout [OPTIONS] COMMAND" in call().err
    assert "Commands:\n  list" in call("rejects").err


def test_help_is_no_mistake(call):
    for words in ((), ("load",), ("rejects",), ("rejects", "replay")):
        answer = call(*words, "--help")
        assert answer.code == 0
        assert answer.out.startswith(f"Usage: dataout {' '.join(words)}".rstrip())
        assert answer.err == ""


def test_an_instant_is_refused_outside_the_sandbox(shop):
    shop.surroundings["META_TOKEN"] = "a-token-of-nobody"
    answer = shop("--env", "prod", "run", "--at", "-3h")
    assert answer.code == 2
    assert answer.paragraph.startswith("--at is refused outside the sandbox")
    assert not shop.meta.log


def test_a_secret_that_is_missing(shop):
    before = shop.json("status")
    answer = shop("--env", "prod", "run")
    assert answer.code == 2
    assert "META_TOKEN is not set (destinations.meta.token)." in answer.err
    assert "export META_TOKEN=" in answer.err
    assert answer.err.count("\n") == 1
    assert shop.json("status") == before
    assert shop.json("--env", "prod", "status")["runs"] == []


def test_a_secret_that_is_not_usable_is_not_shown(shop):
    shop.surroundings["META_TOKEN"] = "two words"
    answer = shop("--env", "prod", "run")
    assert answer.code == 2
    assert "The value of destinations.meta.token is not usable." in answer.paragraph
    assert "two words" not in answer.err


@pytest.mark.parametrize("address", ["http://example.com", "nonsense", "http://127.0.0.1:no"])
def test_a_sandbox_that_is_not_on_this_machine(shop, address):
    shop.surroundings["DATAOUT_SANDBOX"] = address
    answer = shop("run")
    assert answer.code == 2
    assert answer.paragraph == (
        "The sandbox's address is none on this machine. Set DATAOUT_SANDBOX to an address such as "
        "http://127.0.0.1:8765, or leave it unset."
    )


def test_json_holds_no_question(shop, monkeypatch):
    """Where nobody is asked, the plan stands in standard error and standard output stays empty."""
    with open(os.devnull, encoding="utf-8") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        answer = shop("--json", "apply")
    assert answer.code == 2
    assert answer.out == ""
    assert "recent_buyers@meta" in answer.err
    assert answer.err.endswith("Say it beforehand: dataout apply --yes.\n")
    assert not shop.changes_sent


def test_init_overwrites_nothing(call, shop, tmp_path):
    before = (shop.folder / "segments.yaml").read_text(encoding="utf-8")
    answer = call("init", shop.folder)
    assert answer.code == 2
    assert "exists already. Choose a folder that has no project yet." in answer.paragraph
    assert (shop.folder / "segments.yaml").read_text(encoding="utf-8") == before
    (tmp_path / "file").touch()
    assert "cannot be written" in call("init", tmp_path / "file").paragraph
