"""Whatever goes wrong, standard error and the logs speak of nobody.

Every call of every test in this folder is searched for the shop's e-mails and phones
(``conftest.called``); here are the calls that have most reason to quote one.
"""

import json

import pytest

from dataout.testing.emulators import faults

TROUBLES = {
    "a value that is no instant": "profile_id,event,event_time\n{email},purchase,{phone}\n",
    "a row with a cell too many": "profile_id,event,event_time\nann,purchase,now,{email},{phone}\n",
    "a quote that is never closed": 'profile_id,event,event_time\nann,"purchase {email},{phone}\n',
    "bytes of another alphabet": "profile_id,event,event_time\n{email},\udce9,{phone}\n",
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_records_that_cannot_be_taken_in(shop, personal, trouble):
    text = TROUBLES[trouble].format(email=personal[0], phone=personal[5])
    path = shop.write("trouble.csv", text.encode("utf-8", "surrogateescape"))
    load, replay = ["load", path, "--as", "events"], ["rejects", "replay"]
    for words in (load, ["rejects", "list"], ["--json", "rejects", "list"], replay):
        answer = shop(*words)
        assert answer.code in (0, 1, 2)
        assert [each for each in personal if each in answer.out + answer.err] == []


@pytest.mark.parametrize("line", ["{email},bob,{phone}", "{email},{phone},{phone}"])
def test_a_table_without_a_header_line(shop, personal, line):
    rows = f"{line}\n".format(email=personal[0], phone=personal[5]) * 2
    answer = shop("load", shop.write("rows.csv", rows), "--as", "profiles")
    assert answer.code == 2
    assert [each for each in personal if each in answer.out + answer.err] == []


def test_lines_of_json_that_are_broken(shop, personal):
    lines = ['{"profile_id": "' + personal[0], json.dumps([personal[1]]), '{"email": 1e999}']
    answer = shop.load("profiles", "broken.jsonl", "\n".join(lines))
    assert answer.code == 1
    for said in (answer.out, answer.err, shop("rejects", "list").out):
        assert [each for each in personal if each in said] == []


ECHOING = {"html", "odd", "refuse"}
SLOW = {"slow", "time-out", "down", "server-error", "hiccup", "rate-limit"}
"""They repeat nothing, or only after minutes."""


@pytest.mark.parametrize(
    "kind",
    [
        kind if kind in ECHOING else pytest.param(kind, marks=pytest.mark.soak)
        for kind in sorted(faults.KINDS.keys() - SLOW)
    ],
)
def test_a_platform_that_repeats_what_it_was_sent(shop, personal, kind):
    shop.meta.faults.once(faults.KINDS[kind], on="* *users*")
    answer = shop("run", "recent_buyers@meta")
    mended = kind in {"drop-answer", "half-way"}  # by the same call, repeated
    assert answer.code == (0 if mended else 1 if kind == "reject-rows" else 3)
    assert [each for each in personal if each in answer.out + answer.err] == []
    assert "sandbox-token" not in answer.out + answer.err
    if kind != "reject-rows":  # which would wait for its back-off
        assert shop("run", "recent_buyers@meta").code == 0
        assert shop.at_platform()["[dev] recent_buyers"] == {"bob"}


def test_nothing_that_a_command_keeps_names_anybody(shop, personal):
    """The store is for people to look at; raw values stay in the engine's history."""
    assert shop("run").code == 0
    content = (shop.state / "store.sqlite").read_bytes()
    assert [each for each in personal if each.encode() in content] == []
