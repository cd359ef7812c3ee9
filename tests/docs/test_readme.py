"""The README does what it says: its files are written down and its commands run, in their order."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")
AT = "2026-03-01T12:00:00Z"
PATIENCE = 30  # seconds

FILES = re.findall(r"^<!-- try: (\S+\.csv) -->\n```csv\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def lines(label):
    block = re.compile(rf"^<!-- {label} -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
        for text in block.findall(TEXT)
    ]


SESSIONS = lines("try")
BACKGROUND = lines("try: in the background")


@pytest.fixture(scope="module")
def surroundings():
    """Serve the sandbox as the page says, on a port of its own, and say where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = Path(sys.executable).parent
    variables = os.environ | {
        "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        "DATAOUT_SANDBOX": f"http://127.0.0.1:{port}",
    }
    command = shlex.split(f"{BACKGROUND[0][0]} --port {port}")
    with subprocess.Popen(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as sandbox:
        try:
            wait_for(port, sandbox)
            yield variables
        finally:
            sandbox.terminate()


def wait_for(port, process):
    pause = threading.Event()
    for _ in range(PATIENCE * 20):
        assert process.poll() is None, f"the sandbox ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            pause.wait(0.05)
        else:
            return
    pytest.fail(f"no sandbox on port {port} within {PATIENCE} s")


def shell(line, folder, variables):
    """Run one line as a reader would."""
    return subprocess.run(
        shlex.split(line),
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def ask(tmp_path_factory, surroundings):
    """Follow the page to its end, and give a way to ask for more in the reader's folder."""
    folder = tmp_path_factory.mktemp("reader")
    for name, content in FILES:
        folder.joinpath(name).write_text(content, encoding="utf-8")
    for line in (line for session in SESSIONS for line in session):
        ran = shell(line, folder, surroundings)
        assert ran.returncode == 0, f"$ {line}\n{ran.stdout}\n{ran.stderr}"
        assert ran.stdout, f"$ {line}: says nothing"

    def answer(line):
        ran = shell(f"dataout --project my-shop --json {line}", folder, surroundings)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return answer


def test_five_commands_bring_a_csv_to_the_sandbox():
    assert len(BACKGROUND) == 1
    assert len(SESSIONS[0]) == 5
    assert all(line.startswith("dataout ") for session in SESSIONS for line in session)
    assert [name for name, _ in FILES] == ["customers.csv", "events.csv"]


@pytest.mark.parametrize(
    ("person", "subject", "there"),
    [
        ("ann", "cart_recovery", True),
        ("bob", "cart_recovery", False),
        ("bob", "recent_buyers", True),
        ("cem", "cart_recovery", True),
    ],
)
def test_who_is_where_is_as_the_page_says(ask, person, subject, there):
    assert ask(f"explain {person} {subject} --at {AT}")["in"] is there


def test_a_mistyped_address_is_refused_with_its_reason(ask):
    assert "no domain" in json.dumps(ask(f"explain cem cart_recovery --at {AT}")["identifiers"])


def test_what_was_loaded_is_loaded_once(ask):
    again = ask("load events.csv --as events")
    assert again["loaded"] == 0


def test_a_second_run_sends_nothing(ask):
    syncs = ask(f"run --at {AT}")["syncs"]
    assert syncs
    assert [sync["sent"] for sync in syncs] == [0] * len(syncs)


def test_a_fresh_clone_has_the_two_commands():
    block = re.search(r"^```\n(make .*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[1]
    targets = [line.split()[1] for line in block.splitlines()]
    makefile = README.with_name("Makefile").read_text(encoding="utf-8")
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
