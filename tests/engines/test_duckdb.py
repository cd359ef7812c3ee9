"""What the machine does to an engine is told in words; what a statement does is our own mistake."""

import duckdb
import pyarrow as pa
import pytest

from dataout.engines.duckdb import DuckDB
from dataout.errors import EngineError, Locked, StateDamaged, StateError

LARGE = "SELECT md5(CAST(i AS VARCHAR)) AS text FROM range(3000000) AS numbers(i) ORDER BY text"
PERSONAL = "ann@shop.example"


@pytest.fixture
def narrow():
    engine = DuckDB()
    engine.execute("SET memory_limit = '20MB'")
    yield engine
    engine.close()


@pytest.fixture
def damaged(tmp_path):
    """A file with a damaged block towards its end: reading the table meets it late."""
    path = tmp_path / "engine.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET threads = 1")  # the same blocks every time
        connection.execute(f"CREATE TABLE many AS {LARGE.removesuffix(' ORDER BY text')}")
    content = bytearray(path.read_bytes())
    content[len(content) * 3 // 4] ^= 0xFF
    path.write_bytes(bytes(content))
    engine = DuckDB(path)
    yield engine
    engine.close()


def ways(engine, query):
    """Run a query in every way there is."""
    yield lambda: engine.execute(f"CREATE TEMP TABLE copy AS {query}")
    yield lambda: engine.query(query)
    yield lambda: list(engine.stream(query))


def test_a_disk_without_room_for_what_is_set_aside(narrow):
    narrow.execute("SET max_temp_directory_size = '1MB'")
    for way in ways(narrow, LARGE):
        with pytest.raises(StateError, match="no room left on the disk"):
            way()
    assert narrow.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_too_little_memory(narrow):
    narrow.execute("SET temp_directory = ''")
    for way in ways(narrow, LARGE):
        with pytest.raises(StateError, match="not enough memory"):
            way()


def test_damage_met_while_reading(damaged):
    for way in ways(damaged, "SELECT * FROM many"):
        with pytest.raises(StateDamaged, match="is damaged") as caught:
            way()
        assert "Restore it from a backup" in caught.value.hint


def test_damage_met_after_the_first_rows(damaged):
    """From then on Arrow reports it, not DuckDB."""
    batches = damaged.stream("SELECT * FROM many")
    assert next(batches).num_rows > 0
    with pytest.raises(StateDamaged, match="is damaged"):
        list(batches)


def test_a_folder_whose_name_speaks_of_locks(tmp_path):
    """The file's path stands in DuckDB's message, and must not be taken for a part of it."""
    path = tmp_path / "locksmith" / "engine.duckdb"
    path.parent.mkdir()
    DuckDB(path).close()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StateError) as caught:
        DuckDB(path)
    assert not isinstance(caught.value, Locked)


@pytest.mark.parametrize("text", [PERSONAL, f"corrupt no space left {PERSONAL}"])
def test_a_statement_that_fails_is_our_own_mistake_and_tells_no_value(text):
    engine = DuckDB()
    engine.execute("CREATE TABLE texts (text VARCHAR)")
    engine.append("texts", pa.table({"text": [text]}))
    for way in ways(engine, "SELECT CAST(text AS INTEGER) AS number FROM texts"):
        with pytest.raises(EngineError) as caught:
            way()
        assert PERSONAL not in str(caught.value)


def ending(engine):
    with engine.transaction():
        engine.execute("ROLLBACK")
        raise ZeroDivisionError


def test_what_went_wrong_first_is_told():
    """A transaction that cannot even be rolled back still says why it failed."""
    with pytest.raises(ZeroDivisionError):
        ending(DuckDB())


def test_a_connection_beside_shares_data_and_no_working_tables():
    engine = DuckDB()
    engine.execute("CREATE TABLE kept (n INTEGER)")
    engine.execute("CREATE TEMP TABLE work AS SELECT 1 AS n")
    with engine.beside() as other:
        other.execute("CREATE TEMP TABLE work AS SELECT 2 AS n")
        with other.transaction():
            other.execute("INSERT INTO kept SELECT n FROM work")
        zone = other.query("SELECT current_setting('TimeZone') AS zone").to_pylist()
    assert zone == [{"zone": "UTC"}]
    assert engine.query("SELECT n FROM work").to_pylist() == [{"n": 1}]
    assert engine.query("SELECT n FROM kept").to_pylist() == [{"n": 2}]
    engine.close()
