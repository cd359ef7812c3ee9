"""People who are deleted and brought back: a history of its own, beside their attributes."""

import json
from dataclasses import replace

import pytest

from dataout.engines.duckdb import DuckDB
from dataout.errors import InputError
from dataout.ingest.load import load, load_rows
from dataout.ingest.mapping import parse_mapping
from dataout.model.people import Instant
from dataout.sql.named import statement
from dataout.sql.records import ALWAYS
from dataout.sql.schema import MIGRATIONS, migrate, outdated, version
from dataout.sql.scope import Scope


@pytest.fixture
def load_lines(engine, write, options):
    def load_lines(*records, **changes):
        path = write("people.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        return load(engine, [path], "profiles", replace(options, **changes))

    return load_lines


def counts(loaded):
    return loaded.loaded, loaded.duplicates, loaded.rejected


def present(engine, at, known=None):
    """Who is not deleted at some second, as far as known at another."""
    known_at = None if known is None else Instant(known * 1000)
    condition = Scope(Instant(at * 1000), known_at, "UTC").alive("p").sql("duckdb")
    query = f"SELECT profile_id FROM profiles AS p WHERE {condition} ORDER BY ALL"
    return [row[0] for row in engine.rows(query)]


def test_a_deletion_is_no_attribute(load_lines, engine, options):
    gone = {"profile_id": "ann", "deleted": True, "tier": "gold"}
    assert counts(load_lines(gone, {"profile_id": "bob"})) == (2, 0, 0)
    now = options.now
    assert engine.deletions() == [("ann", True, now, now)]
    assert engine.attributes() == [("ann", "tier", '"gold"', now, now)]
    assert present(engine, now // 1000) == ["bob"]
    assert present(engine, now // 1000 - 1) == ["ann", "bob"]


def test_the_same_again_is_nothing_new(load_lines, engine, options):
    rows = [{"profile_id": "ann", "deleted": True}, {"profile_id": "bob", "deleted": False}]
    load_lines(*rows)
    told = engine.deletions()
    assert counts(load_lines(*rows, now=Instant(options.now + 1))) == (0, 2, 0)
    assert engine.deletions() == told
    back = {"profile_id": "ann", "deleted": False}
    assert counts(load_lines(back, now=Instant(options.now + 2))) == (1, 0, 0)
    assert counts(load_lines(back, now=Instant(options.now + 3))) == (0, 1, 0)
    assert present(engine, options.now) == ["ann", "bob"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_stated_history_counts_in_any_order(load_lines, engine, order):
    rows = [
        {"profile_id": "ann", "deleted": True, "set_at": 10, "received_at": 15},
        {"profile_id": "ann", "deleted": False, "set_at": 20, "received_at": 40},
        {"profile_id": "ann", "deleted": True, "set_at": 30, "received_at": 30},
    ]
    for at in order:
        load_lines(rows[at])
    assert counts(load_lines(*rows)) == (0, 3, 0)
    assert [present(engine, at) for at in (9, 10, 19, 20, 29, 30)] == [
        ["ann"], [], [], ["ann"], ["ann"], []
    ]  # fmt: skip
    assert [present(engine, 25, known) for known in (14, 15, 39, 40)] == [["ann"], [], [], ["ann"]]


def test_of_several_for_one_instant_the_last_counts(load_lines, engine, options):
    load_lines({"profile_id": "ann", "deleted": True}, {"profile_id": "ann", "deleted": False})
    assert present(engine, options.now) == ["ann"]


def test_cells_that_say_nothing(engine, write, options):
    csv = "profile_id,deleted\nann,TRUE\nbob,0\ncem,\ndee,1\neve,soon\n"
    loaded = load(engine, [write("people.csv", csv)], "profiles", options)
    assert loaded.reasons == {"deleted: not true or false": 1}
    assert [row[:2] for row in engine.deletions()] == [("ann", True), ("bob", False), ("dee", True)]
    assert engine.attributes() == []


def test_a_mapping_names_the_column(engine, write, options):
    mapped = replace(options, mapping=parse_mapping("deleted: gone", "m.yaml"))
    path = write("people.csv", "profile_id,gone,deleted\nann,true,x\n")
    load(engine, [path], "profiles", mapped)
    assert [row[:2] for row in engine.deletions()] == [("ann", True)]
    assert [row[:3] for row in engine.attributes()] == [("ann", "deleted", '"x"')]
    with pytest.raises(InputError, match="no column 'gone'"):
        load(engine, [write("others.csv", "profile_id\nann\n")], "profiles", mapped)


def test_in_memory_what_has_no_time_was_always_so(engine, options):
    always = replace(options, received="event_time")
    rows = [
        {"profile_id": "ann", "deleted": True},
        {"profile_id": "ann", "deleted": False, "set_at": 5},
    ]
    assert counts(load_rows(engine, "profiles", rows, always)) == (2, 0, 0)
    assert [row[1:] for row in engine.deletions()] == [
        (True, ALWAYS, ALWAYS),
        (False, 5000, 5000),
    ]


def test_a_state_of_the_first_version_takes_corrections(options):
    """What an older version wrote is kept, and can be corrected like anything else."""
    engine = DuckDB()
    assert version(engine) == 0
    for name in MIGRATIONS[0]:
        engine.execute(statement("schema", name))
    engine.execute("INSERT INTO schema_version VALUES (1)")
    engine.execute("INSERT INTO profiles VALUES (1, 'ann')")
    key = "md5_number(concat_ws('|', 'id', strlen('pos'), 'pos', 'e1'))"
    engine.execute(
        "INSERT INTO events BY NAME SELECT 1 AS slot, 'buy' AS name, 5 AS event_time,"
        f" 6 AS received_at, 1 AS landing, 'pos' AS source, 'e1' AS event_id, {key} AS event_key,"
        " FALSE AS backfill"
    )
    assert outdated(engine)
    migrate(engine)
    assert (version(engine), outdated(engine)) == (len(MIGRATIONS), False)
    row = {"event_id": "e1", "source": "pos", "op": "delete", "received_at": 9}
    assert load_rows(engine, "events", [row], options).loaded == 1
    assert load_rows(engine, "profiles", [{"profile_id": "ann"}], options).duplicates == 1
    rows = engine.query("SELECT superseded_at, corrects FROM events").to_pylist()
    assert rows == [{"superseded_at": 9000, "corrects": None}]
    engine.close()
