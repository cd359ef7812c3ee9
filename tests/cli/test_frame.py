"""What holds for every call: exit codes, quick help, private files, stopping by hand."""

import json
import os
import pty
import re
import resource
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from dataout.cli import troubles
from dataout.testing.emulators.server import serving

DOCS = Path(__file__).parents[2] / "docs"
PATIENCE = 30  # seconds
HELP_SECONDS = 0.4


def test_exit_codes_are_those_that_are_documented():
    table = (DOCS / "errors.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert documented == {
        troubles.DONE,
        troubles.ATTENTION,
        troubles.WRONG,
        troubles.UNDELIVERED,
        troubles.LOCKED,
        troubles.BUG,
        troubles.STOPPED,
    }


def test_help_is_quick():
    """Processor time, not the clock's: others use this machine too."""
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "dataout.cli.app", "--help"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < HELP_SECONDS


def test_help_imports_nothing_heavy():
    heavy = "duckdb pyarrow sqlglot pydantic phonenumbers httpx rich sqlalchemy ruamel"
    program = (
        "import sys; from dataout.cli.app import run; code = run(['--help']); "
        f"print(code, [name for name in {heavy!r}.split() if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert ran.stdout.splitlines()[-1] == "0 []"


def test_state_is_for_its_owner_alone(shop, call, tmp_path):
    """Whatever the user's umask says."""
    folder = tmp_path / "open"
    before = os.umask(0)
    try:
        assert call("init", folder).code == 0
        fresh = type(shop)(folder, shop.meta, shop.sandbox)
        events = shop.write("some.jsonl", json.dumps({"profile_id": "ann"}))
        assert fresh("load", events, "--as", "profiles").code == 0
        assert fresh("run").code == 0
        assert fresh("plan", "--out", folder / "plan.json").code == 0
    finally:
        os.umask(before)
    state = folder / ".dataout"
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [state, *state.rglob("*")]}
    assert {path.name for path in modes} >= {".dataout", "dev", "engine.duckdb", "store.sqlite"}
    for path, mode in modes.items():
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE((folder / "plan.json").stat().st_mode) == 0o600


def test_files_that_a_running_process_needs_are_private_too(shop):
    """The write-ahead log, which is there only while somebody works."""
    seen = {}
    handle = shop.meta.handle

    def look(request: httpx.Request) -> httpx.Response:
        for path in shop.state.iterdir():
            seen[path.name] = stat.S_IMODE(path.stat().st_mode)
        return handle(request)

    before = os.umask(0)
    try:
        with serving({"meta": look}) as sandbox:
            shop.surroundings["DATAOUT_SANDBOX"] = sandbox
            assert shop("run").code == 0
    finally:
        os.umask(before)
    assert "engine.duckdb.wal" in seen
    assert {name: oct(mode) for name, mode in seen.items() if mode & 0o077} == {}


def test_stopped_by_hand_the_next_run_goes_on(shop, everybody_in_place):
    asked, answer_now = threading.Event(), threading.Event()

    def never(request: httpx.Request) -> httpx.Response:
        asked.set()
        answer_now.wait(PATIENCE)
        raise httpx.ConnectError("gone", request=request)

    with serving({"meta": never}) as sandbox:
        shop.surroundings["DATAOUT_SANDBOX"] = sandbox
        process = shop.process("run")
        assert asked.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        answer_now.set()
    assert process.returncode == troubles.STOPPED
    assert out == ""
    assert err == "Stopped. Whatever was under way is settled by the next run.\n"
    shop.surroundings.clear()
    assert shop("run").code == 0
    assert shop.at_platform() == everybody_in_place


@pytest.mark.parametrize(
    ("typed", "code", "sent"), [(b"y\n", 0, 5), (b"n\n", 0, 0), (b"\x03", 130, 0)]
)
def test_apply_asks_where_somebody_is_there(shop, typed, code, sent):
    ours, theirs = pty.openpty()
    with shop.variables():
        process = subprocess.Popen(
            [sys.executable, "-m", "dataout.cli.app", "--project", str(shop.folder), "apply"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    os.close(theirs)
    assert process.stderr is not None
    asked = process.stderr.read(len("Deliver this?"))
    assert asked == b"Deliver this?"
    if typed == b"\x03":
        process.send_signal(signal.SIGINT)
    else:
        os.write(ours, typed)
    out, err = process.communicate(timeout=PATIENCE)
    os.close(ours)
    assert process.returncode == code, err
    assert b"cart_recovery.high@meta" in out
    assert b"Traceback" not in err
    assert len(shop.changes_sent) == sent


def test_a_reader_that_leaves_early_is_no_mistake(shop):
    process = shop.process("schema")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(PATIENCE) == 0
    assert err == ""


def test_the_environment_can_be_said_once_for_a_shell(shop):
    shop.surroundings["DATAOUT_ENV"] = "prod"
    assert shop.json("status")["environment"] == "prod"
    assert shop.json("--env", "dev", "status")["environment"] == "dev"
    assert (shop.folder / ".dataout" / "prod").is_dir()


def test_environments_do_not_see_each_other(shop):
    assert shop.json("--env", "prod", "status")["profiles"] == 0
    assert shop.json("--env", "dev", "status")["profiles"] == 5
