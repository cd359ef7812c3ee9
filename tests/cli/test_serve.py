"""``dataout serve`` as a process: commands talk to it, and it ends as it should."""

import json
import os
import pty
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from dataout.cli.troubles import DONE, LOCKED, STOPPED, WRONG
from dataout.testing.emulators.server import serving as emulating

PATIENCE = 60  # seconds
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@contextmanager
def serving(shop, *options):
    """Serve a shop while the block runs; gives the process, which knows its address."""
    process = shop.process(*options, "serve", "--port", "0")
    try:
        line = process.stderr.readline()
        assert "serving" in line, line + process.stderr.read()
        process.address = ADDRESS.search(line)[0]
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process, by=signal.SIGTERM):
    process.send_signal(by)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def figures(process):
    return httpx.get(f"{process.address}/metrics").text


def figure(process, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", figures(process), re.MULTILINE)[1])


def until(process, name, value):
    """Wait until a figure is reached, looking again and again; time passes in the process."""
    deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE)
    while datetime.now(UTC) < deadline:
        if figure(process, name) >= value:
            return
    pytest.fail(f"{name} never reached {value}:\n{figures(process)}")


CALLS = (
    ("--json", "segments", "--ids", "--at", "2026-01-01T00:00:00Z"),
    ("segments", "--at", "2026-01-01T00:00:00Z"),
    ("--json", "explain", "ann", "cart_abandoners", "--at", "2026-01-01T00:00:00Z"),
    ("explain", "bob", "cart_recovery", "--at", "2026-01-01T00:00:00Z"),
    ("preview", "cart_recovery", "--at", "2026-01-01T00:00:00Z"),
    ("--json", "status"),
    ("status",),
    ("rejects", "list"),
    ("--json", "check"),
    ("check",),
    ("segments", "nobody_knows"),
    ("explain", "nobody", "cart_recovery"),
    ("load", "no such file", "--as", "events"),
    ("rejects", "drop", "no-file"),
    ("plan", "nothing@nowhere"),
    ("apply", "no such plan"),
)


def test_commands_answer_the_same_as_without_it(shop):
    alone = [shop(*call) for call in CALLS]
    with serving(shop) as process:
        served = [shop(*call) for call in CALLS]
        assert figure(process, "dataout_calls_total") == len(CALLS)
    assert served == alone


def test_what_is_loaded_through_it_changes_memberships_at_once(shop, since):
    with serving(shop) as process:
        until(process, "dataout_ticks_total", 1)
        row = {"profile_id": "bob", "event": "purchase", "event_time": since(seconds=1)}
        answer = shop.load("events", "more.jsonl", json.dumps(row | {"total": 1}))
        assert answer.json["loaded"] == 1
        until(process, "dataout_ticks_total", 2)
        assert figure(process, 'dataout_change_lateness_seconds_count{cause="data"}') >= 0
        assert shop.json("verify", "--full")["ok"]
        code, out, err = ended(process)
    assert (code, err) == (DONE, "")
    assert "stopped after" in out
    assert not (shop.state / "serve.sock").exists()
    assert shop.json("verify", "--full")["ok"]


def test_everything_goes_through_it(shop, everybody_in_place):
    with serving(shop) as process:
        assert shop("run").code == DONE
        assert shop.at_platform() == everybody_in_place
        assert shop.json("segments", "--ids")["segments"]["vip_customers"]["ids"] == ["vic"]
        assert [each["sync"] for each in shop.json("plan")["syncs"] if each["add"]] == []
        shop.buys("ann", "o-99")
        assert shop("run").code == DONE
        assert ended(process)[0] == DONE
    assert shop.at_platform()["[dev] recent_buyers"] == {"ann", "bob"}
    assert shop("run").code == DONE


def test_a_relative_path_is_that_of_the_caller(shop, monkeypatch):
    events = shop.write("here.csv", "profile_id,event,event_time\nann,visit,2026-01-01\n")
    with serving(shop):
        monkeypatch.chdir(events.parent)
        assert shop.json("load", "here.csv", "--as", "events")["loaded"] == 1
        assert shop("plan", "--out", "kept.json").code == DONE
        assert stat.S_IMODE((events.parent / "kept.json").stat().st_mode) == 0o600
        assert shop("apply", "kept.json").code == DONE


def test_files_that_change_are_taken_up(shop):
    with serving(shop) as process:
        until(process, "dataout_ticks_total", 1)
        shop.edit("segments.yaml", "segments:", "segments:\n  all_of_them: {who: {everyone: true}}")
        assert "in force" in process.stderr.readline()
        until(process, 'dataout_membership_changes_total{cause="definition"}', 5)
        shop.edit("segments.yaml", "all_of_them", "everybody")
        assert shop("verify").err == ""  # which reads the files, and ticks by them
        assert "in force" in process.stderr.readline()
        shop.edit("segments.yaml", "everyone: true", "everyone: maybe")
        assert "stays in force" in process.stderr.readline()
        assert re.match(
            r"\S+Z segments.yaml:\d+:\d+: segments\.everybody", process.stderr.readline()
        )
        assert "1 mistake" in process.stderr.readline()
        assert shop("segments").code == WRONG
        assert figure(process, "dataout_definitions_mistaken") == 1
        code, _, err = ended(process)
        assert (code, err) == (DONE, "")


def test_a_socket_that_was_deleted_is_back_soon_and_lines_tell_the_time(shop):
    with serving(shop) as process:
        until(process, "dataout_ticks_total", 1)
        (shop.state / "serve.sock").unlink()
        answer = shop("status")
        assert answer.code == DONE or "makes another" in answer.err
        deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE)
        while shop("status").code != DONE:
            assert datetime.now(UTC) < deadline
        assert (shop.state / "serve.sock").exists()
        shop.edit("segments.yaml", "segments:", "segments:\n  all_of_them: {who: {everyone: true}}")
        assert re.match(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ The project", process.stderr.readline())


def test_a_second_server_is_refused(shop):
    with serving(shop):
        answer = shop.ran("serve", "--port", "0")
        assert answer.code == LOCKED
        assert "Another dataout process" in answer.paragraph
        assert shop("status").code == DONE


def test_a_port_that_is_taken(shop):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        answer = shop.ran("serve", "--port", other.getsockname()[1])
    assert answer.code == WRONG
    assert "is taken. Choose another: dataout serve --port P." in answer.paragraph
    assert not (shop.state / "serve.sock").exists()


def test_killed_it_leaves_a_socket_that_disturbs_nobody(shop):
    with serving(shop) as process:
        process.kill()
        process.wait(PATIENCE)
        assert (shop.state / "serve.sock").is_socket()
        assert shop("run").code == DONE
        assert shop.json("verify", "--full")["ok"]
    with serving(shop) as process:
        assert shop.json("status")["profiles"] == 5
        assert figure(process, "dataout_calls_total") == 1
        assert ended(process)[0] == DONE


@contextmanager
def in_the_middle(shop, *call):
    """Serve a shop with a call under way: the platform has heard it and does not answer yet.

    Gives the server, the caller, and what lets the platform answer. Where the server has gone
    until then, nobody hears the answer.
    """
    heard, answer = threading.Event(), threading.Event()

    def handle(request):
        heard.set()
        answer.wait(PATIENCE)
        if process.poll() is not None:
            raise httpx.ConnectError("gone", request=request)
        return shop.meta.handle(request)

    with emulating({"meta": handle}) as sandbox:
        shop.surroundings["DATAOUT_SANDBOX"] = sandbox
        with serving(shop) as process:
            caller = shop.process(*call)
            assert heard.wait(PATIENCE)
            yield process, caller, answer
    shop.surroundings.clear()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_what_is_under_way(shop, by, everybody_in_place):
    with in_the_middle(shop, "--json", "run") as (process, caller, answer):
        late = shop.process("status")
        process.send_signal(by)
        answer.set()
        out, _ = caller.communicate(timeout=PATIENCE)
        assert (caller.returncode, process.wait(PATIENCE)) == (DONE, DONE)
        assert len(json.loads(out)["syncs"]) == 5
        late.communicate(timeout=PATIENCE)  # by whomever: the server, or its own process
        assert late.returncode == DONE
    assert shop.at_platform() == everybody_in_place


def test_who_cannot_wait_presses_twice(shop, everybody_in_place):
    with in_the_middle(shop, "run") as (process, caller, answer):
        process.send_signal(signal.SIGINT)
        assert "Ctrl-C again" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == STOPPED
        answer.set()
        _, err = caller.communicate(timeout=PATIENCE)
        assert caller.returncode == WRONG
        assert "ended while it carried this call out" in err
    assert shop("run").code == DONE
    assert shop.at_platform() == everybody_in_place


def test_it_tells_json_what_it_did(shop):
    with serving(shop, "--json") as process:
        until(process, "dataout_ticks_total", 1)
        shop("status")
        code, out, err = ended(process)
    assert (code, err) == (DONE, "")
    told = json.loads(out)
    assert (told["ticks"], told["calls"]) == (1, 1)
    assert set(told["changes"]) == {"identity", "definition", "data", "time"}


def test_a_question_is_asked_where_the_caller_is(shop):
    """It is answered at the caller's terminal, and the server does not wait for that."""
    with serving(shop) as process:
        refused = shop.ran("apply")
        assert refused.code == WRONG
        assert "Nobody is there to say yes" in refused.err
        assert "cart_recovery.high@meta" in refused.out
        assert shop.changes_sent == []
        code, shown = at_terminal(shop, "y\n", "apply")
        assert "Deliver this?" in shown
        assert code == DONE, shown
        assert shop.changes_sent != []
        assert ended(process)[0] == DONE


def test_a_terminal_is_as_wide_as_that_of_the_caller(shop):
    with serving(shop):
        _, shown = at_terminal(shop, "", "plan", through=("env", "COLUMNS=60", "TERM=xterm"))
        _, piped = at_terminal(shop, "", "--json", "plan")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert max(map(len, lines)) == 60
    assert "\x1b[" in shown
    assert json.loads(piped)["syncs"]


def at_terminal(shop, keys, *arguments, through=()):
    """Make a call at a terminal, and press keys; gives its exit code and what it showed."""
    main, terminal = pty.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal)
    caller = shop.process(*arguments, through=through, **streams)
    os.close(terminal)
    os.write(main, keys.encode())
    shown = b""
    with suppress(OSError):  # so a terminal says that nobody is there any more
        while part := os.read(main, 10_000):
            shown += part
    os.close(main)
    return caller.wait(PATIENCE), shown.decode()


def test_nobody_asks_the_servers_own_terminal(shop):
    """A call that is not made by our own command line is no reason to wait for anybody."""
    from dataout.app.serving.connect import carried_out, reach
    from dataout.app.serving.wire import Request, this_version

    with serving(shop):
        for words in (("apply",), ("serve",)):
            request = Request(this_version(), words, "/", (), {})
            err = Collected()
            code = carried_out(reach(shop.state), request, {"out": Collected(), "err": err})
            assert code == WRONG, err.text
        assert shop("status").code == DONE


class Collected:
    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_a_caller_who_stops_waiting_leaves_the_server_unharmed(shop, everybody_in_place):
    with in_the_middle(shop, "run") as (process, caller, answer):
        caller.send_signal(signal.SIGINT)
        _, err = caller.communicate(timeout=PATIENCE)
        assert caller.returncode == STOPPED
        assert "the server finishes this call" in err
        answer.set()
        assert shop("status").code == DONE
        assert ended(process)[0] == DONE
    assert shop.at_platform() == everybody_in_place


VANISHING = 'cd "$1" && rmdir "$1" && shift && exec "$@"'


def test_the_command_line_without_a_folder_to_stand_in(shop, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    with serving(shop):
        ran = subprocess.run(
            ["/bin/sh", "-c", VANISHING, "sh", gone, *words(shop)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == WRONG
    assert "folder in which you are is gone" in ran.stderr


def words(shop):
    return [sys.executable, "-m", "dataout.cli.app", "--project", str(shop.folder), "status"]


def test_what_ticks_hold_in_memory_outlives_the_server(shop, since):
    kept = shop.state / "snapshots" / "ticks.snapshot"
    with serving(shop) as process:
        until(process, "dataout_ticks_total", 1)
        everybody = figure(process, "dataout_people_looked_at_total")
        assert ended(process)[0] == DONE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with serving(shop) as process:
        until(process, "dataout_ticks_total", 1)
        assert figure(process, "dataout_people_looked_at_total") < everybody
        row = {"profile_id": "bob", "event": "purchase", "event_time": since(seconds=1)}
        assert shop.load("events", "more.jsonl", json.dumps(row | {"total": 1})).code == DONE
        until(process, "dataout_ticks_total", 2)
        process.kill()
    assert shop("run").code == DONE
    with serving(shop) as process:
        until(process, "dataout_ticks_total", 1)
        assert figure(process, "dataout_people_looked_at_total") < everybody
        assert shop.json("verify", "--full")["ok"]
        assert ended(process)[0] == DONE
    kept.write_bytes(kept.read_bytes()[:-1])
    with serving(shop) as process:
        until(process, "dataout_ticks_total", 1)
        assert figure(process, "dataout_people_looked_at_total") == everybody
        assert shop.json("verify", "--full")["ok"]
        code, _, err = ended(process)
    assert (code, err) == (DONE, "")
