"""Copies of an event that replace or delete it: when each takes effect, whatever comes when."""

import csv
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ingest.conftest import make_history

from dataout.errors import InputError
from dataout.ingest.load import load, load_rows
from dataout.ingest.mapping import parse_mapping
from dataout.ingest.rejects import list_rejects
from dataout.model.people import Instant
from dataout.sql.scope import Scope

FIRST = {"profile_id": "ann", "event": "buy", "event_time": 10, "event_id": "1", "n": 1}
SECOND = FIRST | {"op": "replace", "n": 2}
DELETE = {"event_id": "1", "op": "delete"}
ROWS = [
    FIRST | {"received_at": 20},
    SECOND | {"received_at": 30},
    DELETE | {"received_at": 40},
]
TABLES = ("events", "withdrawals", "profiles", "rejects", "loads")


def seen(engine, known=None):
    """What is visible in the end, as far as known at some second."""
    known_at = None if known is None else Instant(known * 1000)
    condition = Scope(Instant(10**12), known_at, "UTC").visible("events", "event_time")
    rows = engine.query(
        "SELECT profile_id, name, event_time // 1000 AS t,"
        " CAST(CAST(properties AS JSON) AS VARCHAR) AS p FROM events JOIN profiles USING (slot)"
        f" WHERE {condition.sql('duckdb')} ORDER BY ALL"
    ).to_pylist()
    return [(r["profile_id"], r["name"], r["t"], json.loads(r["p"]).get("n")) for r in rows]


def stored(engine):
    return [engine.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES[:-1]]


@pytest.fixture
def load_file(engine, write, options):
    def load_file(*records, name="events.jsonl", **changes):
        path = write(name, "".join(json.dumps(record) + "\n" for record in records))
        return load(engine, [path], "events", replace(options, **changes))

    return load_file


def as_csv(path, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def as_jsonl(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def as_parquet(path, rows):
    names = dict.fromkeys(name for row in rows for name in row)
    pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), path)


@pytest.mark.parametrize(
    "write_as", [as_csv, as_jsonl, as_parquet], ids=["csv", "jsonl", "parquet"]
)
def test_a_correction_takes_effect_from_its_arrival(engine, options, tmp_path, write_as):
    path = tmp_path / f"events.{write_as.__name__.removeprefix('as_')}"
    write_as(path, ROWS)
    loaded = load(engine, [path], "events", options)
    assert (loaded.loaded, loaded.duplicates, loaded.rejected) == (3, 0, 0)
    assert [seen(engine, known) for known in (19, 20, 29, 30, 39, 40)] == [
        [],
        [("ann", "buy", 10, 1)],
        [("ann", "buy", 10, 1)],
        [("ann", "buy", 10, 2)],
        [("ann", "buy", 10, 2)],
        [],
    ]
    assert seen(engine) == []
    before = stored(engine)
    assert load(engine, [path], "events", options).duplicates == 3
    assert stored(engine) == before


@pytest.mark.parametrize(
    "rows",
    [
        [FIRST, SECOND],
        [FIRST, SECOND, SECOND | {"n": 3}],
        [FIRST, DELETE],
        [FIRST, SECOND, DELETE, SECOND],
        [DELETE, FIRST],
        [SECOND, FIRST],
        [SECOND, DELETE, FIRST],
    ],
)
def test_the_same_file_again_changes_nothing(engine, options, load_file, rows):
    """Without a time of receipt, a correction counts from the load on that brought it first."""
    load_file(*rows)
    before, there = stored(engine), seen(engine)
    again = load_file(*rows, now=Instant(options.now + 5000))
    assert (again.loaded, again.duplicates) == (0, len(rows))
    assert (stored(engine), seen(engine)) == (before, there)


def test_what_a_file_says_last_of_an_instant_counts(engine, load_file):
    assert load_file(FIRST, SECOND, SECOND | {"n": 3}).duplicates == 1
    assert seen(engine) == [("ann", "buy", 10, 3)]


def test_a_second_thought_is_news(engine, options, load_file):
    for n, second in enumerate((FIRST, SECOND, DELETE, SECOND)):
        assert load_file(second, now=Instant(options.now + n)).loaded == 1
        assert load_file(second, now=Instant(options.now + n)).duplicates == 1
    assert seen(engine) == [("ann", "buy", 10, 2)]
    assert engine.rows("SELECT count(*) FROM events") == [(3,)]


def test_time_name_and_properties_may_change(engine, load_file):
    load_file(FIRST)
    load_file(FIRST | {"op": "replace", "event": "refund", "event_time": 5, "n": 4})
    assert seen(engine) == [("ann", "refund", 5, 4)]


def test_a_copy_without_op_is_a_duplicate(engine, load_file):
    load_file(*ROWS)
    for row in (FIRST | {"received_at": 50}, FIRST | {"received_at": 25}, FIRST | {"op": "add"}):
        assert load_file(row, name="more.jsonl").duplicates == 1
    assert seen(engine) == []


def test_the_first_received_counts_whichever_file_came_first(engine, load_file):
    load_file(FIRST | {"received_at": 30, "n": 3})
    assert load_file(FIRST | {"received_at": 20}, name="older.jsonl").loaded == 1
    assert seen(engine, 20) == seen(engine) == [("ann", "buy", 10, 1)]


def test_another_source_has_ids_of_its_own(engine, load_file):
    load_file(FIRST | {"source": "pos"}, DELETE, DELETE | {"source": "web"})
    assert seen(engine) == [("ann", "buy", 10, 1)]
    load_file(DELETE, source="pos", name="more.jsonl")
    assert seen(engine) == []


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(
    "strange", [SECOND | {"profile_id": "bob"}, DELETE | {"profile_id": "bob"}]
)
def test_a_correction_for_somebody_else_is_rejected(engine, load_file, strange, apart):
    if apart:
        load_file(FIRST)
        loaded = load_file(strange, name="more.jsonl")
    else:
        loaded = load_file(FIRST, strange)
    assert loaded.reasons == {"profile_id: the event is another person's": 1}
    assert seen(engine) == [("ann", "buy", 10, 1)]
    assert engine.rows("SELECT profile_id FROM profiles") == [("ann",)]
    [group] = list_rejects(engine)
    assert (group.field, group.count) == ("profile_id", 1)
    assert '"xxx"' in group.examples[0].shape
    assert load_file(DELETE | {"profile_id": "ann"}, name="right.jsonl").loaded == 1


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (SECOND | {"op": "upsert"}, "op: not add, replace or delete"),
        (SECOND | {"op": 1}, "op: not add, replace or delete"),
        (SECOND | {"event_id": ""}, "op: needs an event_id"),
        ({"op": "delete", "profile_id": "ann"}, "op: needs an event_id"),
        (DELETE | {"event_time": "soon"}, "event_time: not a time"),
        (DELETE | {"profile_id": True}, "profile_id: not a text or a whole number"),
        ({"op": "replace", "event_id": "1"}, "profile_id: missing"),
        (SECOND | {"event_time": None}, "event_time: missing"),
        (SECOND | {"event": None}, "event: missing"),
    ],
)
def test_what_cannot_be_a_correction(load_file, record, reason):
    loaded = load_file(record)
    assert (loaded.loaded, loaded.reasons) == (0, {reason: 1})


def test_a_delete_needs_no_event_of_the_catalog(engine, load_file):
    load_file(FIRST)
    assert load_file(DELETE, name="more.jsonl", known=frozenset({"buy"})).loaded == 1
    assert seen(engine) == []


def test_a_csv_of_deletes_needs_the_ids_only(engine, write, options, load_file):
    load_file(FIRST)
    path = write("gone.csv", "event_id,op\n1,delete\n2,delete\n3,\n")
    loaded = load(engine, [path], "events", options)
    assert (loaded.loaded, loaded.reasons) == (2, {"profile_id: missing": 1})
    assert seen(engine) == []
    path = write("nothing.csv", "op,profile_id,event,event_time\n,ann,buy,1\n")
    with pytest.raises(InputError, match="event_id"):
        load(engine, [path], "events", options)


def test_a_mapping_says_where_the_operation_stands(engine, write, options, load_file):
    load_file(FIRST, source="shop")
    text = "source: shop\nevent: [{is: buy, where: {kind: b}}]\nevent_id: id\nop: what\n"
    mapped = replace(options, mapping=parse_mapping(text, "m.mapping.yaml"))
    path = write("changes.csv", "id,what,kind,op\n1,delete,,x\n2,,c,y\n")
    loaded = load(engine, [path], "events", mapped)
    assert (loaded.loaded, loaded.skipped) == (1, 1)
    assert seen(engine) == []


@pytest.fixture(scope="module")
def shared():
    engine = make_history()
    yield engine
    engine.close()


copies = st.lists(
    st.tuples(
        st.sampled_from(["1", "2"]), st.sampled_from([None, "replace", "delete"]), st.integers(1, 3)
    ),
    min_size=1,
    max_size=7,
).flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(range(len(drawn)))))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(copies=copies, cut=st.integers(0, 7))
def test_loads_in_any_order_give_the_same_history(shared, options, copies, cut):
    """Received one after the other: told at once, in two parts, or in any order one by one."""
    drawn, order = copies
    rows = [
        FIRST | {"event_id": id_, "op": op, "n": n, "received_at": 20 + at}
        for at, (id_, op, n) in enumerate(drawn)
    ]
    histories = []
    for parts in ([rows], [rows[cut:], rows[:cut]], [[rows[at]] for at in order]):
        for table in TABLES:
            shared.execute(f"TRUNCATE {table}")
        for part in parts:
            load_rows(shared, "events", part, options)
        for part in parts:
            assert load_rows(shared, "events", part, options).loaded == 0
        histories.append([seen(shared, known) for known in (*range(19, 28), None)])
    assert histories[0] == histories[1] == histories[2]
