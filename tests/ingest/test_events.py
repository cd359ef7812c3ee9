"""Events from jsonl: what is read, what is rejected with which reason, what counts twice."""

import json
from dataclasses import replace

import pytest

from dataout.errors import UsageError
from dataout.ingest.load import load, load_rows

NEW_YEAR = 1_767_225_600_000
GOOD = {"profile_id": "ann", "event": "purchase", "event_time": "2026-01-01T00:00:00Z"}


def lines(*records):
    return "".join(
        (record if isinstance(record, str) else json.dumps(record)) + "\n" for record in records
    )


@pytest.fixture
def load_lines(engine, write, options):
    def load_lines(*records, **changes):
        path = write("events.jsonl", lines(*records))
        return load(engine, [path], "events", replace(options, **changes))

    return load_lines


def test_a_record_becomes_an_event(load_lines, engine, options):
    loaded = load_lines(GOOD | {"total": 12.5, "items": [{"sku": "a", "n": None}], "note": None})
    assert (loaded.loaded, loaded.duplicates, loaded.rejected, loaded.skipped) == (1, 0, 0, 0)
    properties = '{"items":[{"sku":"a"}],"total":12.5}'
    assert engine.events() == [
        ("ann", "purchase", NEW_YEAR, options.now, "", None, True, properties)
    ]


def test_aliases_and_properties_as_an_object(load_lines, engine):
    load_lines(
        {
            "person": "ann",
            "name": "purchase",
            "timestamp": NEW_YEAR // 1000,
            "properties": {"a": 1},
            "b": 2,
        },
        {"profile_id": "bob", "event": "visit", "event_time": 0, "name": "a property"},
        GOOD | {"properties": '{"from": "a text"}'},
    )
    assert [(row[0], row[1], row[2], row[7]) for row in engine.events()] == [
        ("ann", "purchase", NEW_YEAR, '{"a":1,"b":2}'),
        ("bob", "visit", 0, '{"name":"a property"}'),
        ("ann", "purchase", NEW_YEAR, '{"from":"a text"}'),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"12345.0"', "12345"),
        ("12345.0", "12345"),
        ("12345", "12345"),
        ("-7", "-7"),
        ("1e3", "1000"),
        ("12345678901234567890123", "12345678901234567890123"),
        ('"007"', "007"),
        ('"1.50"', "1.50"),
        ('"emoji 😀 and \\"quotes\\" and \'more\'; --"', "emoji 😀 and \"quotes\" and 'more'; --"),
    ],
)
def test_ids_are_text(load_lines, engine, written, read):
    record = json.dumps(GOOD).replace('"ann"', written)
    assert load_lines(record).loaded == 1
    assert engine.events()[0][0] == read


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"profile_id": None}, "profile_id: missing"),
        ({"profile_id": ""}, "profile_id: empty"),
        ({"profile_id": "  "}, "profile_id: empty"),
        ({"profile_id": "x" * 513}, "profile_id: longer than 512 bytes"),
        ({"profile_id": "é" * 257}, "profile_id: longer than 512 bytes"),
        ({"profile_id": True}, "profile_id: not a text or a whole number"),
        ({"profile_id": 1.5}, "profile_id: not a text or a whole number"),
        ({"profile_id": ["a"]}, "profile_id: not a text or a whole number"),
        ({"event": None}, "event: missing"),
        ({"event": ""}, "event: missing"),
        ({"event": {"a": 1}}, "event: not a text"),
        ({"event_time": None}, "event_time: missing"),
        ({"event_time": ""}, "event_time: missing"),
        ({"event_time": "yesterday"}, "event_time: not a time"),
        ({"event_time": "2026-02-30"}, "event_time: not a time"),
        ({"event_time": True}, "event_time: not a time"),
        ({"event_time": {"at": 1}}, "event_time: not a time"),
        ({"event_time": NEW_YEAR}, "event_time: 13-digit number, milliseconds suspected"),
        ({"event_time": str(NEW_YEAR)}, "event_time: 13-digit number, milliseconds suspected"),
        ({"event_time": "1899-12-31T23:59:59Z"}, "event_time: out of range"),
        ({"event_time": "2200-01-01"}, "event_time: out of range"),
        ({"event_time": 8e9}, "event_time: out of range"),
        ({"received_at": "soon"}, "received_at: not a time"),
        ({"received_at": NEW_YEAR}, "received_at: 13-digit number, milliseconds suspected"),
        ({"event_id": [1]}, "event_id: not a text or a number"),
        ({"source": {}}, "source: not a text"),
        ({"properties": 5}, "properties: not an object"),
        ({"properties": "no JSON"}, "properties: not an object"),
        ({"properties": "[" * 600 + "]" * 600}, "properties: not an object"),
    ],
)
def test_a_wrong_field_rejects_its_record_alone(load_lines, engine, changes, reason):
    loaded = load_lines(GOOD | changes, GOOD)
    assert (loaded.loaded, loaded.rejected) == (1, 1)
    assert loaded.reasons == {reason: 1}
    [(file, line, why, record)] = engine.rejects()
    assert (file, line, why) == ("events.jsonl", 1, reason)
    assert json.loads(record) == GOOD | changes


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "record: not JSON"),
        ('{"a": "\\ud83d"}', "record: not JSON"),
        ('{"a": nan}', "record: not JSON"),
        ("[1, 2]", "record: not an object"),
        ('"text"', "record: not an object"),
        ("null", "record: not an object"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "record: not JSON"),
    ],
)
def test_a_broken_line_is_kept_with_its_number(load_lines, engine, line, reason):
    loaded = load_lines(GOOD, "", line, GOOD)
    assert (loaded.loaded, loaded.reasons) == (2, {reason: 1})
    assert engine.rejects() == [("events.jsonl", 3, reason, line)]


def test_bytes_that_are_no_text_are_kept_escaped(engine, write, options):
    broken = json.dumps(GOOD).replace("ann", "Zo\xeb").encode("latin-1")
    path = write("events.jsonl", broken.replace(b"\\u00eb", b"\xeb") + b"\n" + lines(GOOD).encode())
    loaded = load(engine, [path], "events", options)
    assert (loaded.loaded, loaded.reasons) == (1, {"record: not UTF-8": 1})
    assert "Zo\\xeb" in engine.rejects()[0][3]


def test_bom_crlf_and_no_last_newline(engine, write, options):
    text = "\ufeff" + lines(GOOD, GOOD | {"profile_id": "bob"}).replace("\n", "\r\n").rstrip()
    assert load(engine, [write("e.jsonl", text)], "events", options).loaded == 2
    assert [row[0] for row in engine.events()] == ["ann", "bob"]


def test_a_huge_line_is_a_record_like_any_other(load_lines, engine):
    loaded = load_lines(GOOD, GOOD | {"note": "x" * 9_000_000}, GOOD)
    assert loaded.loaded == 3
    assert engine.rows("SELECT length(CAST(properties.note AS VARCHAR)) FROM events")[1] == (
        9_000_000,
    )


def test_numbers_that_are_none_are_absent_and_counted(load_lines, engine):
    record = json.dumps(GOOD)[:-1] + ', "a": NaN, "b": [-Infinity, 1e999], "c": "NaN", "d": 1}'
    loaded = load_lines(record)
    assert loaded.notes == {"number: NaN or infinite, taken as absent": 3}
    assert engine.events()[0][7] == '{"b":[null,null],"c":"NaN","d":1}'


def test_a_field_that_stands_twice_counts_as_it_stands_last(load_lines, engine):
    load_lines(json.dumps(GOOD)[:-1] + ', "event": "visit", "a": 1, "a": 2}')
    assert [(row[1], row[7]) for row in engine.events()] == [("visit", '{"a":2}')]


def test_small_leads_are_clamped_larger_ones_counted(load_lines, engine):
    def led(minutes):
        return GOOD | {"event_time": f"2026-01-01T00:{minutes:02}:00Z", "received_at": "2026-01-01"}

    loaded = load_lines(led(0), led(5), led(6))
    assert [row[2] - NEW_YEAR for row in engine.events()] == [0, 0, 360_000]
    assert [row[6] for row in engine.events()] == [False, False, False]
    assert loaded.notes == {"event_time: ahead of its arrival": 1}


def test_a_text_without_offset_takes_the_zone(load_lines, engine):
    load_lines(GOOD | {"event_time": "2026-01-01 01:00:00"}, zone="Europe/Berlin")
    assert engine.events()[0][2] == NEW_YEAR


@pytest.mark.parametrize(
    "written", ["2026-01-01 00:00:00 UTC", "2026-01-01 01:00:00 +0100", " 2026-01-01T00:00:00Z "]
)
def test_times_as_shops_and_warehouses_export_them(load_lines, engine, written):
    assert load_lines(GOOD | {"event_time": written}).loaded == 1
    assert engine.events()[0][2] == NEW_YEAR


def test_equal_rows_of_a_file_all_count_and_loading_again_changes_nothing(load_lines, engine):
    reordered = dict(reversed(GOOD.items()))
    records = [GOOD, GOOD, reordered, GOOD | {"a": 1}]
    assert load_lines(*records).loaded == 4
    before = engine.events()
    again = load_lines(*records)
    assert (again.loaded, again.duplicates) == (0, 4)
    assert engine.events() == before
    assert load_lines(*records, GOOD).loaded == 1
    assert engine.rows(
        "SELECT count(*), count(DISTINCT event_key), count(DISTINCT landing) FROM events"
    ) == [(5, 5, 5)]


def test_an_event_id_is_unique_per_source_and_the_first_received_counts(load_lines, engine):
    loaded = load_lines(
        GOOD | {"event_id": 1, "received_at": "2026-01-03"},
        GOOD | {"event_id": "1", "received_at": "2026-01-02", "profile_id": "bob"},
        GOOD | {"event_id": "1", "source": "till"},
        GOOD | {"event_id": ""},
        GOOD | {"event_id": None},
    )
    assert (loaded.loaded, loaded.duplicates) == (4, 1)
    assert [(row[0], row[4], row[5]) for row in engine.events()] == [
        ("bob", "", "1"),
        ("ann", "till", "1"),
        ("ann", "", None),
        ("ann", "", None),
    ]
    assert load_lines(GOOD | {"event_id": "1", "total": 5}).duplicates == 1


def test_landing_numbers_go_on(load_lines, engine):
    load_lines(GOOD, GOOD)
    load_lines(GOOD | {"a": 1})
    assert engine.rows("SELECT landing FROM events ORDER BY landing") == [(1,), (2,), (3,)]


def test_people_are_interned_once(load_lines, engine):
    load_lines(GOOD, GOOD | {"profile_id": "bob"})
    load_lines(GOOD | {"profile_id": "cem"}, GOOD | {"a": 1})
    assert engine.rows("SELECT slot, profile_id FROM profiles ORDER BY slot") == [
        (1, "ann"),
        (2, "bob"),
        (3, "cem"),
    ]


def test_what_a_file_came_to_is_written_down(load_lines, engine, options):
    load_lines(GOOD, {})
    assert engine.rows("SELECT * FROM loads") == [
        ("events.jsonl", "events", options.now, 1, 0, 1, 0)
    ]


@pytest.mark.parametrize("kind", ["consents"])
def test_kinds_of_later_versions(engine, options, kind):
    with pytest.raises(UsageError, match="not supported in this version"):
        load(engine, [], kind, options)


@pytest.mark.parametrize("kind", ["event", "list", "list:", "events:x", ""])
def test_an_unknown_kind(engine, options, kind):
    with pytest.raises(UsageError, match="nothing to load"):
        load_rows(engine, kind, [], options)
