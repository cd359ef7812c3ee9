"""State that cannot be used: taken, from the future, damaged, or with no room left to write."""

import json
import shutil
import sqlite3
import stat
import threading

import duckdb
import httpx
import pytest

from dataout.cli.troubles import BUG, DONE, LOCKED, WRONG
from dataout.testing.emulators.server import serving

PATIENCE = 30  # seconds


def test_a_second_process_is_told_to_wait(shop):
    """While one run waits for its vendor's answer, every other call ends at once, with 4."""
    asked, answer_now = threading.Event(), threading.Event()

    def slowly(request: httpx.Request) -> httpx.Response:
        asked.set()
        assert answer_now.wait(PATIENCE)
        return shop.meta.handle(request)

    with serving({"meta": slowly}) as sandbox:
        shop.surroundings["DATAOUT_SANDBOX"] = sandbox
        first = shop.process("--json", "run")
        try:
            assert asked.wait(PATIENCE)
            for words in (["run"], ["--json", "status"], ["plan"], ["apply", "--yes"]):
                second = shop(*words)
                assert second.code == LOCKED
                assert second.out == ""
                assert second.paragraph.startswith("Another dataout process is working")
        finally:
            answer_now.set()
            out, err = first.communicate(timeout=PATIENCE)
    assert (first.returncode, err) == (0, "")
    assert [sync["accepted"] for sync in json.loads(out)["syncs"]] == [1] * 5
    assert shop("status").code == 0


def test_another_environment_is_not_locked_out(shop):
    shop.edit("dataout.yaml", "  prod: {}", "  prod: {}\n  test: {sandbox: true}")
    with duckdb.connect(str(shop.state / "engine.duckdb")):
        assert shop("--env", "test", "status").code == 0


def newer_engine(shop):
    with duckdb.connect(str(shop.state / "engine.duckdb")) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99)")


def newer_store(shop):
    connection = sqlite3.connect(shop.state / "store.sqlite")
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("make", [newer_engine, newer_store])
def test_state_from_the_future(shop, make):
    make(shop)
    before = contents(shop)
    for words in ("status", "run", "rejects list"):
        answer = shop(*words.split())
        assert answer.code == WRONG
        assert "schema version 99" in answer.paragraph
        assert "Install the dataout that wrote it" in answer.paragraph
    assert contents(shop) == before
    assert not shop.meta.log


def contents(shop):
    return {path.name: path.read_bytes() for path in shop.state.iterdir() if path.is_file()}


def test_an_engine_file_that_is_no_database(shop):
    file = shop.state / "engine.duckdb"
    file.write_bytes(b"something else entirely" * 1_000)
    answer = shop("run")
    assert answer.code == WRONG
    assert f"The engine's file {file} cannot be opened." in answer.paragraph
    assert "Restore it from a backup." in answer.paragraph
    assert file.read_bytes().startswith(b"something else")
    assert not shop.meta.log


def cut_off(content, at):
    return content[:at]


def flipped(content, at):
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


IN_THE_HEAD = 10
"""The place of a byte that the engine reads before any other."""


@pytest.mark.parametrize("damage", [cut_off, flipped])
def test_an_engine_file_that_is_damaged_somewhere(shop, reports, damage):
    """Wherever the damage lies: a call succeeds without having met it, or says so in words."""
    file = shop.state / "engine.duckdb"
    whole = file.read_bytes()
    told = set()
    for at in (IN_THE_HEAD, *(len(whole) * part // 8 for part in range(1, 8))):
        file.write_bytes(damage(whole, at))
        answer = shop("plan")
        assert answer.code in (DONE, WRONG), answer.err
        if answer.code == WRONG:
            assert f"The engine's file {file} " in answer.paragraph
            assert "Restore it from a backup." in answer.paragraph
            told.add(answer.paragraph.removeprefix(f"The engine's file {file} ").split(".")[0])
    assert told == {"cannot be opened", "is damaged"}
    assert list(reports.iterdir()) == []
    file.write_bytes(whole)  # from a backup, as it says
    assert shop("run").code == DONE


def test_a_store_file_that_is_no_database(shop):
    assert shop("run").code == 0
    file = shop.state / "store.sqlite"
    file.write_bytes(b"something else entirely" * 1_000)
    answer = shop("run")
    assert answer.code == WRONG
    assert f"The store's file {file} cannot be used" in answer.paragraph
    assert "move it away, and a new one is made." in answer.paragraph
    file.unlink()  # as it says
    sent = len(shop.changes_sent)
    assert shop("run").code == 0
    assert len(shop.changes_sent) == sent


@pytest.mark.soak  # it is asked for five seconds long
def test_a_store_that_another_program_writes_to(shop):
    other = sqlite3.connect(shop.state / "store.sqlite")
    other.execute("BEGIN EXCLUSIVE")
    try:
        answer = shop("status")
    finally:
        other.close()
    assert answer.code == LOCKED
    assert "Another program uses the store" in answer.paragraph


def test_a_folder_that_is_a_file(shop):
    shutil.rmtree(shop.folder / ".dataout")
    (shop.folder / ".dataout").touch()
    answer = shop("status")
    assert answer.code == WRONG
    assert f"cannot be kept in {shop.state}" in answer.paragraph
    assert "has to be writable" in answer.paragraph


def test_a_folder_that_cannot_be_written(shop, powerless):
    shutil.rmtree(shop.folder / ".dataout")
    shop.folder.chmod(0o500)
    try:
        answer = shop.ran("status", through=powerless)
    finally:
        shop.folder.chmod(0o700)
    assert answer.code == WRONG
    assert "Permission denied" in answer.paragraph


@pytest.mark.parametrize("name", ["engine.duckdb", "store.sqlite"])
def test_a_state_file_that_cannot_be_written(shop, powerless, name):
    (shop.state / name).chmod(0o400)
    answer = shop.ran("run", through=powerless)
    assert answer.code == WRONG
    assert str(shop.state / name) in answer.paragraph
    (shop.state / name).chmod(0o600)
    sent = len(shop.changes_sent)
    assert shop("run").code == 0
    assert len(shop.changes_sent) == (sent or 5)  # what was sent before is not sent again


def test_a_disk_that_is_full(shop):
    """Whatever cannot be written is not half there; with room again, the same call succeeds."""
    rows = "".join(f"u{n},u{n}@shop.example,Person {n}\n" for n in range(40_000))
    path = shop.write("many.csv", f"profile_id,mail,called\n{rows}")
    size = (shop.state / "engine.duckdb").stat().st_size
    little = ("sh", "-c", f'ulimit -f {size // 512}; exec "$@"', "sh")
    answer = shop.ran("load", path, "--as", "profiles", through=little)
    assert answer.code == WRONG
    assert "there is no room left on the disk. Make room, and call again" in answer.paragraph
    assert shop.json("status")["profiles"] == 5
    assert shop.json("load", path, "--as", "profiles")["loaded"] == 40_000
    assert shop.json("status")["profiles"] == 40_005


def test_our_own_mistake_is_reported_without_anybody_in_it(shop, reports, personal):
    with duckdb.connect(str(shop.state / "engine.duckdb")) as connection:
        connection.execute("DROP TABLE attributes CASCADE")
    answer = shop("explain", f"email:{personal[0]}", "cart_recovery")
    assert answer.code == BUG
    [report] = reports.iterdir()
    assert str(report) in answer.err
    assert "it holds no personal data" in answer.err
    text = report.read_text(encoding="utf-8")
    assert text.startswith("EngineError\n")
    assert [each for each in personal if each in text] == []
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
