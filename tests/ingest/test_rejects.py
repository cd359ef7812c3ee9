"""Rejects: kept whole, shown masked, read again when a mapping was mended."""

import json
from dataclasses import replace

import pytest

from dataout.errors import InputError, UsageError
from dataout.ingest.load import load, load_rows
from dataout.ingest.mapping import read_mapping
from dataout.ingest.rejects import Example, list_rejects, replay, shape_of

SECONDS = "{profile_id: id, event: what, event_time: at}"
MILLISECONDS = "{profile_id: id, event: what, event_time: at, unit: ms}"
ROWS = (
    '{"id": "ann@shop.example", "what": "visit", "at": 1767225600000}\n'
    '{"id": "ann@shop.example", "what": "visit", "at": 1767225600000}\n'
    '{"id": "", "what": "visit", "at": 1767225600000}\n'
    '{"id": "bob", "what": "visit", "at": 1767225600}\n'
    "broken\n"
)


@pytest.fixture
def mended(engine, write, options):
    """A mapping in which the unit was forgotten and then put right."""
    mapping = write("m.yaml", SECONDS)
    path = write("e.jsonl", ROWS)
    first = load(engine, [path], "events", replace(options, mapping=read_mapping(mapping)))
    assert (first.loaded, first.rejected) == (1, 4)
    write("m.yaml", MILLISECONDS)
    return path, mapping


def reasons(engine):
    return {group.reason: group.count for group in list_rejects(engine)}


def test_the_same_reject_is_kept_once(engine, write, options):
    path = write("e.jsonl", ROWS)
    for _ in range(2):
        assert load(engine, [path], "events", options).rejected == 5
    assert len(engine.rejects()) == 5


@pytest.mark.usefixtures("mended")
def test_replay_takes_in_what_it_can(engine, options):
    replayed = replay(engine, options)
    assert (replayed.loaded, replayed.duplicates, replayed.rejected) == (2, 0, 1)
    assert [row[0] for row in engine.events()] == ["bob", "ann@shop.example", "ann@shop.example"]
    assert reasons(engine) == {"profile_id: empty": 1, "record: not JSON": 1}
    again = replay(engine, options)
    assert (again.loaded, again.rejected) == (0, 1)


def test_what_comes_again_in_a_mended_file_is_a_reject_no_more(engine, options, mended):
    path, mapping = mended
    now_right = replace(options, mapping=read_mapping(mapping))
    loaded = load(engine, [path], "events", now_right)
    assert (loaded.loaded, loaded.rejected) == (3, 2)  # bob's seconds are early 1970, and new
    assert reasons(engine) == {"profile_id: empty": 1, "record: not JSON": 1}
    assert replay(engine, options).loaded == 0


def test_replay_and_loading_again_count_the_same_rows_once(engine, write, options):
    nested = '{"profile_id": "ann", "event": "x", "event_time": %s, "n": {"b": 1.50, "a": 2e0}}\n'
    path = write("e.jsonl", nested % 1_767_225_600_000)
    load(engine, [path], "events", options)
    milliseconds = replace(options, mapping=read_mapping(write("m.yaml", "unit: ms")))
    assert replay(engine, milliseconds).loaded == 1
    assert load(engine, [path], "events", milliseconds).duplicates == 1


def test_equal_rejects_of_two_files_are_one_event(engine, write, options):
    line = '{"profile_id": "ann", "event": "x", "event_time": 1767225600000}\n'
    for name in ("a.jsonl", "b.jsonl"):
        load(engine, [write(name, line * 2)], "events", options)
    assert len(engine.rejects()) == 4
    milliseconds = replace(options, mapping=read_mapping(write("m.yaml", "unit: ms")))
    replayed = replay(engine, milliseconds)
    assert (replayed.loaded, replayed.duplicates) == (2, 2)
    assert engine.rejects() == []


def test_rows_of_a_table_can_be_replayed(engine, write, options):
    head = "profile_id,event,event_time,code,total\n"
    path = write("e.csv", head + "ann,x,1767225600000,007,12.50\n")
    load(engine, [path], "events", options)
    milliseconds = replace(options, mapping=read_mapping(write("m.yaml", "unit: ms")))
    assert replay(engine, milliseconds).loaded == 1
    assert engine.events()[0][7] == '{"code":"007","total":12.5}'
    assert load(engine, [path], "events", milliseconds).duplicates == 1


def test_attributes_hold_from_when_they_first_arrived(engine, write, options):
    load_rows(engine, "profiles", [{"id": "ann", "a": 1}], options)
    later = replace(options, now=options.now + 5)
    load_rows(engine, "profiles", [{"profile_id": "ann", "a": 2}], later)
    mapping = read_mapping(write("m.yaml", "profile_id: id"))
    assert replay(engine, replace(options, now=options.now + 9, mapping=mapping)).loaded == 1
    assert [row[2:] for row in engine.attributes()] == [
        ("2", options.now + 5, options.now + 5),
        ("1", options.now, options.now + 9),
    ]


@pytest.fixture
def unlike(engine, write, options):
    """Rejects of two kinds, and events from two files that came with different mappings."""
    mapping = read_mapping(write("m.yaml", SECONDS))
    load(engine, [write("a.jsonl", ROWS)], "events", replace(options, mapping=mapping))
    also = '{"id": "dee", "what": "visit", "at": 1767225600000, "city": "Rome"}\n'
    load(engine, [write("c.jsonl", also)], "events", replace(options, mapping=mapping))
    load(engine, [write("b.jsonl", ROWS.replace("id", "profile_id"))], "events", options)
    load(engine, [write("p.jsonl", '{"id": "ann", "city": "Rome"}\n')], "profiles", options)
    other = read_mapping(
        write("other.yaml", f"{MILLISECONDS[:-1]}, skip: {{city: {{exists: true}}}}}}")
    )
    return replace(options, mapping=other)


def everything(engine):
    return engine.rows("SELECT * FROM rejects ORDER BY reject_id"), engine.events()


def test_another_mapping_is_for_one_kind(engine, unlike):
    before = everything(engine)
    with pytest.raises(UsageError, match="rejects of events and profiles") as caught:
        replay(engine, unlike)
    assert caught.value.hint == "Say which: --as events."
    assert everything(engine) == before


def test_another_mapping_is_for_what_was_read_alike(engine, unlike):
    before = everything(engine)
    with pytest.raises(UsageError, match=r"different mappings \(none and .*m\.yaml\)") as caught:
        replay(engine, unlike, "events")
    assert "Name the file" in caught.value.hint
    assert everything(engine) == before


def test_another_mapping_for_one_file_leaves_the_others_alone(engine, unlike, write):
    others = "SELECT * FROM rejects WHERE file <> 'a.jsonl' ORDER BY reject_id"
    before = engine.rows(others)
    replayed = replay(engine, unlike, file="a.jsonl")
    assert (replayed.loaded, replayed.rejected, replayed.skipped) == (2, 1, 0)
    assert engine.rows(others) == before
    by_id = replace(unlike, mapping=read_mapping(write("by_id.yaml", "profile_id: id")))
    assert replay(engine, by_id, "profiles").loaded == 1


@pytest.mark.parametrize(
    ("kind", "file"), [("list:vip", ""), ("", "d.jsonl"), ("profiles", "a.jsonl")]
)
def test_rejects_that_are_not_there(engine, unlike, kind, file):
    with pytest.raises(UsageError, match="can be read again"):
        replay(engine, unlike, kind, file)


def test_rules_for_events_do_not_hinder_profiles(engine, write, options):
    rules = read_mapping(write("m.yaml", "{profile_id: id, event: {is: purchase}, event_time: at}"))
    row = write("p.jsonl", '{"id": "ann", "city": "Rome"}\n')
    assert load(engine, [row], "profiles", replace(options, mapping=rules)).loaded == 1


def test_a_replay_reads_times_as_the_load_did(engine, write, options):
    path = write("m.yaml", "source: pos\nprofile_id: who\n")
    zoned = replace(options, zones={"pos": "Europe/Berlin"})
    record = {"event": "x", "event_time": "2026-01-01T12:00:00"}
    rows = [json.dumps(record | {"who": "ann"}), json.dumps(record | {"person": "bob"})]
    file = write("e.jsonl", "\n".join(rows))
    first = load(engine, [file], "events", replace(zoned, mapping=read_mapping(path)))
    assert (first.loaded, first.rejected) == (1, 1)
    write("m.yaml", "source: pos\nprofile_id: person\n")
    assert replay(engine, zoned).loaded == 1
    assert [row[2] for row in engine.events()] == [1_767_265_200_000] * 2


def test_a_mapping_that_is_gone(engine, options, mended):
    mended[1].unlink()
    with pytest.raises(InputError, match="mapping file"):
        replay(engine, options)
    assert len(engine.rejects()) == 4


@pytest.mark.usefixtures("mended")
def test_groups_show_shapes_only(engine):
    groups = {group.reason: group for group in list_rejects(engine, examples=1)}
    suspected = groups["event_time: 13-digit number, milliseconds suspected"]
    assert (suspected.kind, suspected.field, suspected.count, suspected.files) == (
        "events",
        "event_time",
        2,
        1,
    )
    shape = '{"id": "xxx@xxxx.xxxxxxx", "what": "xxxxx", "at": "9999999999999"}'
    assert suspected.examples == (Example("e.jsonl", 1, shape),)
    assert groups["record: not JSON"].examples == (Example("e.jsonl", 5, "xxxxxx"),)
    assert "ann" not in repr(groups)


@pytest.mark.parametrize(
    ("record", "shape"),
    [
        ('{"a": null, "b": true, "c": [1], "d": {}, "e": -1.5}', None),
        ("Zoë,1", "xxx,9"),
        ("[" * 100_000, "[" * 60 + "…"),
        ('"text"', '"xxxx"'),
    ],
)
def test_shapes(record, shape):
    whole = '{"a": null, "b": true, "c": "[…]", "d": {}, "e": "-9.9"}'
    assert shape_of(record, "a") == (shape or whole)


def test_a_time_that_is_a_number_is_shown():
    record = json.dumps({"event_time": 1_767_225_600_000, "phone": 491511234567})
    assert "1767225600000" in shape_of(record, "event_time")
    assert "491511234567" not in shape_of(record, "event_time")
