"""The README does what it says: its files are written down and its commands run, in their order."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")
FILE = re.compile(r"^<!-- try: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^<!-- try -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SESSIONS = [
    [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    for block in CONSOLE.findall(TEXT)
]
AT = "2026-03-01T12:00:00Z"


def shell(line, folder):
    """Run one line as a reader would, with this environment's commands first on the path."""
    here = Path(sys.executable).parent
    return subprocess.run(  # noqa: S603 - lines of our own README
        shlex.split(line),
        cwd=folder,
        env=os.environ | {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """The folder of a reader who followed the page to its end."""
    folder = tmp_path_factory.mktemp("reader")
    for name, content in FILE.findall(TEXT):
        folder.joinpath(name).write_text(content, encoding="utf-8")
    for line in (line for session in SESSIONS for line in session):
        ran = shell(line, folder)
        assert ran.returncode == 0, f"$ {line}\n{ran.stdout}\n{ran.stderr}"
    return folder


def answer(line, folder):
    ran = shell(f"dataout --project my-shop --json {line}", folder)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_five_commands_bring_a_csv_to_the_sandbox():
    assert len(SESSIONS[0]) == 5
    assert [line.split()[0] for session in SESSIONS for line in session] == ["dataout"] * 8


def test_the_page_can_be_followed_to_its_end(tried):
    assert tried.joinpath("my-shop", "dataout.yaml").is_file()


@pytest.mark.parametrize(("person", "there"), [("ann", True), ("bob", False), ("cem", True)])
def test_who_qualifies_is_as_the_page_says(tried, person, there):
    assert answer(f"explain {person} cart_abandoners --at {AT}", tried)["in"] is there


def test_what_was_loaded_is_loaded_once(tried):
    again = answer("load events.csv --as events", tried)
    assert again["loaded"] == 0


def test_a_second_run_sends_nothing(tried):
    syncs = answer(f"run --at {AT}", tried)["syncs"]
    assert syncs
    assert [sync["sent"] for sync in syncs] == [0] * len(syncs)


def test_a_fresh_clone_has_the_two_commands():
    block = re.search(r"^```\n(make .*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[1]
    targets = [line.split()[1] for line in block.splitlines()]
    makefile = README.with_name("Makefile").read_text(encoding="utf-8")
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
