"""The same records give the same history, whatever file they come in and however often."""

import csv
import json
from collections import Counter
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataout.ingest.load import load, load_rows

TABLES = ("events", "attributes", "list_members", "profiles", "rejects", "loads")

# A csv can neither tell '' from nothing, nor 5 from '5', nor hold a NUL.
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=9)
texts = words.filter(lambda text: text.strip("-.0123456789") != "" and text == text.strip())
texts = texts.map(lambda text: text.replace("\r", "\n"))
numbers = st.integers(-(10**15), 10**15) | st.integers(-(10**9), 10**9).map(lambda n: n / 1000)
seconds = st.integers(0, 2_000_000_000)

events = st.fixed_dictionaries(
    {
        "profile_id": st.sampled_from(["ann", "bob", "007", "é😀", 'quo"te;,']),
        "event": st.sampled_from(["purchase", "visit"]),
        "event_time": seconds,
        "amount": st.none() | numbers,
        "note": st.none() | texts,
        "received_at": st.none() | seconds,
        "event_id": st.none() | st.sampled_from(["e1", "e2"]),
    }
)


@pytest.fixture(scope="module")
def shared():
    from tests.ingest.conftest import make_history

    engine = make_history()
    yield engine
    engine.close()


@contextmanager
def emptied(engine):
    for table in TABLES:
        engine.execute(f"TRUNCATE {table}")
    yield engine


def as_jsonl(path, records):
    given_ = ({key: value for key, value in row.items() if value is not None} for row in records)
    path.write_text("".join(json.dumps(row) + "\n" for row in given_), encoding="utf-8")


def as_csv(path, records):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def as_parquet(path, records):
    schema = pa.schema(
        [(name, pa.string()) for name in ("profile_id", "event", "note", "event_id")]
        + [("event_time", pa.int64()), ("received_at", pa.int64()), ("amount", pa.float64())]
    )
    pq.write_table(pa.Table.from_pylist(records, schema), path)


WRITERS = {"jsonl": as_jsonl, "csv": as_csv, "parquet": as_parquet}


def history(engine):
    """What was loaded, with numbers as numbers: a column of doubles writes 5 as 5.0."""
    return [(*row[:-1], json.loads(row[-1])) for row in engine.events()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(records=st.lists(events, min_size=1, max_size=12))
def test_three_formats_and_rows_in_memory(shared, tmp_path, options, records):
    histories = {}
    for suffix, write in WRITERS.items():
        with emptied(shared) as engine:
            path = tmp_path / f"events.{suffix}"
            write(path, records)
            first = load(engine, [path], "events", options)
            assert first.loaded + first.duplicates == len(records)
            histories[suffix] = history(engine)
            assert load(engine, [path], "events", options).loaded == 0
            assert history(engine) == histories[suffix]
    with emptied(shared) as engine:
        load_rows(engine, "events", records, options)
        assert history(engine) == histories["jsonl"] == histories["parquet"] == histories["csv"]
        nameless = [row for row in records if row["event_id"] is None]
        named = {row["event_id"] for row in records} - {None}
        assert len(engine.events()) == len(nameless) + len(named)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(records=st.lists(events, max_size=12), cut=st.integers(0, 12))
def test_files_that_overlap(shared, options, records, cut):
    """A part, then all: rows that are equal in one file count as often as that file has them."""
    with emptied(shared) as engine:
        load_rows(engine, "events", records[:cut], options)
        load_rows(engine, "events", records, options)
        load_rows(engine, "events", records[cut:], options)
        rows = [(r[0], r[1], r[5]) for r in engine.events()]
    expected = Counter(
        (r["profile_id"], r["event"], None) for r in records if r["event_id"] is None
    )
    assert Counter(row for row in rows if row[2] is None) == expected
    ids = [row[2] for row in rows if row[2] is not None]
    assert sorted(ids) == sorted({r["event_id"] for r in records} - {None})


values = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["x", "y"])
statements = st.fixed_dictionaries(
    {"profile_id": st.sampled_from(["ann", "bob"])},
    optional={"a": values, "b": values, "set_at": st.integers(0, 3)},
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(records=st.lists(statements, max_size=10))
def test_attributes_end_as_a_plain_reading_says(shared, options, records):
    """The value at each instant is what somebody who reads the records in order would say."""
    with emptied(shared) as engine:
        load_rows(engine, "profiles", records, options)
        stored = engine.attributes()
        assert load_rows(engine, "profiles", records, options).loaded == 0
        assert engine.attributes() == stored
    said = {}
    for row in records:
        at = row.get("set_at", options.now // 1000) * 1000
        for name in ("a", "b"):
            if name in row:
                said[row["profile_id"], name, at] = row[name]
    kept = {
        (person, name, at): None if value is None else json.loads(value)
        for person, name, value, at, _ in stored
    }
    for (person, name, at), value in said.items():
        assert newest(kept, person, name, at) == value
    assert kept.keys() <= said.keys()


def newest(kept, person, name, at):
    known = [key for key in kept if key[:2] == (person, name) and key[2] <= at]
    return kept[max(known, key=lambda key: key[2])] if known else None
