"""What an engine says of a disk or a file that fails it; nothing of DuckDB's own message."""

import resource
import subprocess
import sys

import duckdb
import pytest

from dataout.engines.duckdb import DuckDB
from dataout.errors import EngineError, Locked, StateError

PERSON = "ann@shop.example"
BLOCK = 4_096


@pytest.fixture
def path(tmp_path):
    return tmp_path / "engine.duckdb"


@pytest.fixture
def damaged(path):
    """Write a file whose table cannot be read, though it can be opened."""
    with duckdb.connect(path) as connection:
        query = "SELECT i, md5(i::VARCHAR) AS text FROM range(200000) AS r(i)"
        connection.execute(f"CREATE TABLE people AS {query}")
    with path.open("r+b") as file:
        file.seek(300_000)
        file.write(b"x" * BLOCK)
    return path


def said(error):
    return f"{error.value} {error.value.hint}"


@pytest.mark.parametrize(
    "read",
    [
        lambda engine: engine.query("SELECT * FROM people"),
        lambda engine: list(engine.stream("SELECT * FROM people", rows=100)),
        lambda engine: engine.execute("CREATE TABLE others AS SELECT * FROM people"),
    ],
    ids=["query", "stream", "execute"],
)
def test_a_damaged_block(damaged, read):
    engine = DuckDB(damaged)
    try:
        with pytest.raises(StateError, match="is damaged") as error, engine.transaction():
            read(engine)
    finally:
        engine.close()
    assert str(damaged) in said(error)
    assert "Restore it from a backup." in said(error)
    assert "checksum" not in said(error)


@pytest.mark.parametrize("at", [0, BLOCK])
def test_damage_where_a_file_begins(damaged, at):
    content = bytearray(damaged.read_bytes())
    content[at : at + 3 * BLOCK] = b"x" * 3 * BLOCK
    damaged.write_bytes(content)
    with pytest.raises(StateError, match=r"is damaged|cannot be opened") as error:
        DuckDB(damaged)
    assert not isinstance(error.value, Locked)
    assert "Restore it from a backup." in said(error)


FILL = f"""
import sys
from pathlib import Path
from dataout.engines.duckdb import DuckDB
from dataout.errors import StateError

engine = DuckDB(Path(sys.argv[1]))
try:
    with engine.transaction():
        engine.execute("CREATE TABLE people AS SELECT '{PERSON}' || md5(i::VARCHAR) AS mail "
                       "FROM range(200000) AS r(i)")
except StateError as error:
    print(error, error.hint)
"""


def test_no_room_on_the_disk(path):
    limit = 200_000

    def little():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # Python ignores its signal

    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path)],
        preexec_fn=little,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert f"{path} cannot be used: File too large." in done.stdout
    assert "make some, and call again" in done.stdout
    assert PERSON not in done.stdout + done.stderr


@pytest.mark.parametrize("in_file", [True, False])
def test_no_room_in_memory(path, in_file):
    engine = DuckDB(path if in_file else None)
    engine.execute("SET memory_limit = '20MB'")
    engine.execute("SET max_temp_directory_size = '1MB'")
    try:
        with pytest.raises(StateError, match="not enough memory") as error:
            engine.query("SELECT list(md5(i::VARCHAR)) FROM range(5000000) AS r(i)")
    finally:
        engine.close()
    assert "call again" in said(error)
    assert "SET " not in said(error)


def test_our_own_mistakes_stay_ours(path):
    engine = DuckDB(path)
    engine.execute("CREATE TABLE people (mail VARCHAR PRIMARY KEY)")
    engine.execute("INSERT INTO people VALUES ($1)", [PERSON])
    try:
        for statement in ("INSERT INTO people VALUES ($1)", "SELECT CAST($1 AS INTEGER)"):
            with pytest.raises(EngineError) as error:
                engine.execute(statement, [PERSON])
            assert PERSON not in said(error)
        with pytest.raises(EngineError, match="in: SELECT"):
            list(engine.stream("SELECT CAST($1 AS INTEGER)", [PERSON]))
    finally:
        engine.close()


def test_what_went_wrong_is_told_even_if_nothing_can_be_rolled_back():
    engine = DuckDB()

    def fails():
        engine.execute("ROLLBACK")
        raise LookupError

    with pytest.raises(LookupError), engine.transaction():
        fails()
    engine.close()
