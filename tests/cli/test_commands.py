"""Every command answers: one JSON object if asked for it, else under its environment's name."""

import json
import re

import pytest

RUN_KEYS = {"sync", "sent", "accepted", "rejected", "deferred", "moved_on", "status"}
LOAD_KEYS = {"loaded", "duplicates", "rejected", "skipped", "reasons", "notes"}

ASKING = {
    "check": ("check", {"findings"}),
    "test": ("test", {"passed", "failed", "failures"}),
    "segments": ("segments", {"at", "segments"}),
    "preview": ("preview cart_recovery", {"audience", "at", "funnel", "sample"}),
    "identifiers": ("identifiers cart_recovery", {"meta"}),
    "schema": ("schema", {"$schema", "properties"}),
    "plan": ("plan", {"plan_id", "syncs"}),
    "apply": ("apply --yes", {"run_id", "syncs"}),
    "run": ("run", {"run_id", "syncs"}),
    "status": ("status", {"streams", "syncs", "runs"}),
    "explain": (
        "explain ann cart_recovery",
        {"person", "in", "since", "until", "tree", "funnel", "identifiers", "ledger", "batches"},
    ),
    "verify": ("verify --full", {"ok", "at", "people", "segments", "differences"}),
    "rejects list": ("rejects list", {"rejects"}),
    "rejects replay": ("rejects replay", LOAD_KEYS),
}
ELSEWHERE = {"init", "load", "identity", "serve", "demo", "sandbox"}
"""Commands that need more than a project: they are tested below, and in their own files."""

HEADED = sorted(ASKING.keys() - {"check", "test", "schema"})
"""The others are about files alone, and the same in every environment."""


def test_every_command_is_in_this_file(call):
    text = call("--help").out.split("Build:")[1]
    commands = set(re.findall(r"^  ([a-z]+) {2,}\S", text, re.MULTILINE))
    assert commands == {name.split()[0] for name in ASKING} | ELSEWHERE


@pytest.mark.parametrize("name", ASKING)
def test_json_is_one_object_and_nothing_else(delivered, name):
    words, keys = ASKING[name]
    answer = delivered("--json", *words.split())
    assert answer.code == 0
    assert keys <= answer.json.keys()
    assert answer.err == ""


@pytest.mark.parametrize("name", HEADED)
def test_people_read_first_which_environment_it_is(delivered, name):
    answer = delivered(*ASKING[name][0].split())
    assert answer.code == 0
    assert answer.out.splitlines()[0].startswith("my-shop · dev"), answer.out
    assert answer.err == ""


def test_every_sync_is_told_with_its_numbers(shop):
    plan = shop.json("plan")["syncs"]
    assert {"sync", "add", "remove", "update", "unchanged"} <= plan[0].keys()
    assert {sync["sync"]: sync["add"] for sync in plan} == {
        "recent_buyers@meta": 1,
        "recent_refunds@meta": 1,
        "vip_protected@meta": 1,
        "cart_recovery.high@meta": 1,
        "cart_recovery.rest@meta": 1,
    }
    ran = shop.json("run")["syncs"]
    assert {sync["sync"] for sync in ran} == {sync["sync"] for sync in plan}
    assert all(sync.keys() >= RUN_KEYS for sync in ran)
    assert [sync["accepted"] for sync in ran] == [1, 1, 1, 1, 1]


def test_a_run_of_some_syncs_leaves_the_others_alone(shop):
    ran = shop.json("run", "recent_buyers@meta")["syncs"]
    assert [sync["sync"] for sync in ran] == ["recent_buyers@meta"]
    assert shop.at_platform() == {"[dev] recent_buyers": {"bob"}}


def test_segments_are_counted_and_on_request_listed(delivered):
    counted = delivered.json("segments")["segments"]
    assert {name: found["count"] for name, found in counted.items()} == {
        "cart_abandoners": 4,
        "purchased_7d": 1,
        "refunded_30d": 1,
        "vip_customers": 1,
    }
    listed = delivered.json("segments", "cart_recovery.high", "--ids")["segments"]
    assert listed == {"cart_recovery.high": {"count": 2, "ids": ["ann", "dee"]}}
    assert "purchased_7d: bob" in delivered("segments", "--ids").out


def test_segments_of_the_past(delivered):
    found = delivered.json("segments", "cart_abandoners", "--at", "-4h")["segments"]
    assert found["cart_abandoners"]["count"] == 0
    unknown = delivered.json("segments", "cart_abandoners", "--as-known-at", "-1h")["segments"]
    assert unknown["cart_abandoners"]["count"] == 0


def test_the_query_of_a_segment(delivered):
    assert delivered("segments", "purchased_7d", "--sql").out.rstrip().endswith(";")
    queries = delivered.json("segments", "purchased_7d", "--sql")["sql"]
    assert "'purchase'" in queries["purchased_7d"]


def test_preview_conserves_people(delivered):
    steps = delivered.json("preview", "cart_recovery")["funnel"]
    assert {"step", "count", "minus", "because"} <= steps[0].keys()
    whole = {step["step"]: step for step in steps if step["sync"] == ""}
    assert whole["eligible"]["count"] == 4
    assert whole["suppressed"]["because"] == {"refunded_30d": 1, "vip_customers": 1}
    assert whole["desired"]["count"] == 2
    for sync in ("cart_recovery.high@meta", "cart_recovery.rest@meta"):
        ends = {step["step"]: step["count"] for step in steps if step["sync"] == sync}
        assert ends["identifiable"] == ends["sent"] == ends["accepted"] == 1


def test_preview_writes_and_sends_nothing(shop):
    shop("preview", "cart_recovery")
    shop("plan")
    assert not shop.meta.log
    assert shop.json("status")["runs"] == []


@pytest.mark.parametrize(
    ("person", "subject", "there", "step"),
    [
        ("ann", "cart_recovery", True, "desired"),
        ("email:ann.archer@example.com", "cart_recovery", True, "desired"),
        ("bob", "cart_recovery", False, "not eligible"),
        ("bob", "recent_buyers", True, "desired"),
        ("dee", "cart_recovery", False, "suppressed"),
        ("dee", "refunded_30d", True, None),
    ],
)
def test_explain(delivered, person, subject, there, step):
    why = delivered.json("explain", person, subject)
    assert why["in"] is there
    assert (why["funnel"] or {}).get("step") == step
    assert why["tree"]["holds"] is (there or step == "suppressed")


def test_explain_tells_what_was_sent_and_what_is_unusable(delivered):
    ann = delivered.json("explain", "ann", "cart_recovery")
    assert ann["ledger"][0]["held"] == "added"
    assert {batch["outcome"] for batch in ann["batches"]} == {"sent", "accepted"}
    cem = delivered.json("explain", "cem", "cart_recovery")
    reasons = {each["field"]: each["reason"] for each in cem["identifiers"] if not each["usable"]}
    assert reasons == {"email": "email: no domain"}


def test_init_writes_a_project_that_stands(call, tmp_path):
    answer = call("--json", "init", tmp_path / "new")
    assert answer.code == 0
    created = answer.json["created"]
    assert str(tmp_path / "new" / "dataout.yaml") in created
    assert ".dataout/" in (tmp_path / "new" / ".gitignore").read_text(encoding="utf-8")
    assert call("--project", tmp_path / "new", "check").code == 0
    said = call("init", tmp_path / "another")
    assert "Next:" in said.out


def test_load_counts_every_record_once(shop, since):
    rows = [
        {"profile_id": "eve", "event": "purchase", "event_time": since(hours=1), "event_id": "1"},
        {"profile_id": "eve", "event": "purchase", "event_time": since(hours=1), "event_id": "1"},
        {"profile_id": "eve", "event": "purchase", "event_time": "soon", "event_id": "2"},
    ]
    text = "\n".join(json.dumps(row) for row in rows)
    answer = shop.load("events", "some.jsonl", text)
    assert answer.code == 1  # something was rejected
    assert answer.json.keys() == LOAD_KEYS
    assert answer.json | {"reasons": None} == {
        "loaded": 1,
        "duplicates": 1,
        "rejected": 1,
        "skipped": 0,
        "reasons": None,
        "notes": {},
    }
    assert sum(answer.json["reasons"].values()) == 1
    for_people = shop("load", shop.write("some.jsonl", text), "--as", "events")
    assert for_people.out.startswith("my-shop · dev\n0 loaded, 2 duplicates, 1 rejected")


def test_loading_again_changes_nothing(shop):
    files = shop.folder.parent
    again = shop.write("again.csv", "profile_id,email\nann,new@example.com\n")
    assert shop.json("load", again, "--as", "profiles")["loaded"] == 1
    assert shop.json("load", again, "--as", "profiles")["duplicates"] == 1
    globbed = shop.json("load", files / "aga*.csv", "--as", "profiles")
    assert globbed == {
        "loaded": 0,
        "duplicates": 1,
        "rejected": 0,
        "skipped": 0,
        "reasons": {},
        "notes": {},
    }


def test_a_second_run_sends_nothing(delivered):
    before = len(delivered.changes_sent)
    syncs = delivered.json("run")["syncs"]
    assert [sync["sent"] for sync in syncs] == [0] * 5
    assert len(delivered.changes_sent) == before


def test_a_run_at_another_instant_sends_who_belonged_there_then(shop):
    assert shop("run", "--at", "-150m").code == 0
    assert shop.at_platform() == {
        "[dev] cart_recovery.high": {"ann", "dee"},
        "[dev] cart_recovery.rest": {"bob", "cem", "vic"},
    }


def test_check_has_a_code_for_what_deserves_a_thought(shop):
    shop.edit("segments.yaml", "{event: purchase, within: 7d}", "{event: purchse, within: 7d}")
    answer = shop("--json", "check")
    assert answer.code == 1
    [finding] = answer.json["findings"]
    assert {"level", "code", "message", "file", "line", "hint"} <= finding.keys()
    assert (finding["level"], finding["code"]) == ("warning", "unknown-event")
    assert finding["hint"] == "Did you mean 'purchase'?"
    assert "segments.yaml:17" in shop("check").out


def test_a_test_that_fails_is_told_with_its_evidence(shop):
    shop.edit("segments.yaml", "{event: purchase, within: 7d}", "{event: purchase, within: 6d}")
    answer = shop("--json", "test", "buyers_are_protected_for_seven_days")
    assert answer.code == 1
    assert (answer.json["passed"], answer.json["failed"]) == (0, 1)
    [failure] = answer.json["failures"]
    assert failure["place"].startswith("tests.yaml:")
    assert any("purchase within 6d" in line for line in failure["evidence"])
    said = shop("test", "buyers_are_protected_for_seven_days")
    assert "FAILED buyers_are_protected_for_seven_days" in said.out
    assert "0 passed, 1 failed" in said.out


def test_status_after_a_run(delivered):
    status = delivered.json("status")
    assert status["environment"] == "dev"
    assert status["profiles"] == 5
    assert {sync["sync"]: sync["held"] for sync in status["syncs"]} == {
        "recent_buyers@meta": 1,
        "recent_refunds@meta": 1,
        "vip_protected@meta": 1,
        "cart_recovery.high@meta": 1,
        "cart_recovery.rest@meta": 1,
    }
    assert {stream["event"]: stream["count"] for stream in status["streams"]} == {
        "cart_started": 5,
        "purchase": 1,
        "refund": 1,
    }
    assert status["runs"][-1]["status"] == "done"


@pytest.mark.slow
def test_the_demo_goes_round(call, tmp_path):
    answer = call("--json", "demo", "--keep", tmp_path / "demo")
    assert answer.code == 0
    results = answer.json["demo"]
    first, second = results["run"]["syncs"], results["second run"]["syncs"]
    assert sum(sync["accepted"] for sync in first) > 100
    assert [sync["sent"] for sync in second] == [0] * len(second)
    assert results["explain"]["funnel"]["step"] == "suppressed"
    findings = call("--json", "--project", tmp_path / "demo", "check").json["findings"]
    assert {finding["code"] for finding in findings} == {"records-rejected"}
