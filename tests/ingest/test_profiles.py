"""Attributes and lists: histories of values, to which only what is new is added."""

import json
from dataclasses import replace

import pytest

from dataout.ingest.load import load, load_rows
from dataout.sql.records import ALWAYS


@pytest.fixture
def load_lines(engine, write, options):
    def load_lines(kind, *records, **changes):
        path = write("people.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        return load(engine, [path], kind, replace(options, **changes))

    return load_lines


def counts(loaded):
    return loaded.loaded, loaded.duplicates, loaded.rejected


def test_every_other_field_is_an_attribute(load_lines, engine, options):
    ann = {"profile_id": "ann", "country": "DE", "address": {"zip": "01234"}}
    assert counts(load_lines("profiles", ann | {"attributes": {"age": 5, "country": "AT"}})) == (
        1,
        0,
        0,
    )
    now = options.now
    assert engine.attributes() == [
        ("ann", "address", '{"zip":"01234"}', now, now),
        ("ann", "age", "5", now, now),
        ("ann", "country", '"AT"', now, now),
    ]


def test_what_is_known_is_not_added_again(load_lines, engine):
    assert counts(load_lines("profiles", {"profile_id": "ann", "a": 1})) == (1, 0, 0)
    assert counts(load_lines("profiles", {"profile_id": "ann", "a": 1})) == (0, 1, 0)
    assert counts(load_lines("profiles", {"profile_id": "ann", "a": 1, "b": [1]})) == (1, 0, 0)
    assert len(engine.attributes()) == 2


def test_null_unsets(load_lines, engine, options):
    load_lines("profiles", {"profile_id": "ann", "a": 1, "never": None})
    later = options.now + 1
    assert counts(load_lines("profiles", {"profile_id": "ann", "a": None}, now=later)) == (1, 0, 0)
    assert counts(load_lines("profiles", {"profile_id": "ann", "a": None}, now=later)) == (0, 1, 0)
    assert [row[2:4] for row in engine.attributes()] == [("1", options.now), (None, later)]


def test_an_empty_cell_says_nothing(engine, write, options):
    load(engine, [write("a.csv", "profile_id,a,b\nann,1,2\n")], "profiles", options)
    later = replace(options, now=options.now + 1)
    loaded = load(engine, [write("b.csv", "profile_id,a,b\nann,,3\n")], "profiles", later)
    assert counts(loaded) == (1, 0, 0)
    assert [row[1:3] for row in engine.attributes()] == [("a", '"1"'), ("b", '"2"'), ("b", '"3"')]


def test_of_several_values_for_one_instant_the_last_counts(load_lines, engine):
    records = [{"profile_id": "ann", "a": value} for value in (1, 2, 1, 3)]
    assert counts(load_lines("profiles", *records)) == (2, 2, 0)
    assert [row[2] for row in engine.attributes()] == ["3"]
    assert counts(load_lines("profiles", *records)) == (0, 4, 0)


def test_a_stated_history_is_kept_whole(load_lines, engine):
    records = [
        {"profile_id": "ann", "a": value, "set_at": f"2026-01-0{day}"}
        for day, value in ((1, "x"), (2, "y"), (3, "x"), (4, "x"))
    ]
    assert counts(load_lines("profiles", *records)) == (4, 0, 0)
    assert counts(load_lines("profiles", *reversed(records))) == (0, 4, 0)
    assert len(engine.attributes()) == 4


def test_set_at_defaults_to_received_at(load_lines, engine):
    load_lines("profiles", {"profile_id": "ann", "a": 1, "received_at": 5})
    assert engine.attributes() == [("ann", "a", "1", 5_000, 5_000)]


def test_a_person_without_attributes_is_a_person(load_lines, engine):
    assert counts(load_lines("profiles", {"profile_id": "ann"})) == (1, 0, 0)
    assert counts(load_lines("profiles", {"profile_id": "ann"})) == (0, 1, 0)
    assert engine.rows("SELECT profile_id FROM profiles") == [("ann",)]


@pytest.mark.parametrize("name", ["", 'quo"te', "a.b", "a/b~c", "é😀", "*", "$", "SELECT"])
def test_attributes_of_any_name(load_lines, engine, name):
    load_lines("profiles", {"profile_id": "ann", name: {"in": 1}})
    assert engine.attributes()[0][1:3] == (name, '{"in":1}')


def test_lists(load_lines, engine, options):
    records = [
        {"profile_id": "ann"},
        {"profile_id": "bob", "member": False},
        {"profile_id": "cem", "member": "true", "set_at": "2026-01-01"},
        {"profile_id": "dan", "member": "perhaps"},
    ]
    loaded = load_lines("list:vip", *records)
    assert counts(loaded) == (3, 0, 1)
    assert loaded.reasons == {"member: not true or false": 1}
    assert [row[:3] for row in engine.members()] == [
        ("vip", "ann", True),
        ("vip", "bob", False),
        ("vip", "cem", True),
    ]
    assert counts(load_lines("list:vip", *records)) == (0, 3, 1)
    gone = load_lines("list:vip", {"profile_id": "ann", "member": 0}, now=options.now + 1)
    assert counts(gone) == (1, 0, 0)
    assert counts(load_lines("list:other", {"profile_id": "ann"})) == (1, 0, 0)


def test_in_memory_what_has_no_time_was_always_so(engine, options):
    always = replace(options, received="event_time")
    load_rows(engine, "profiles", [{"profile_id": "ann", "a": 1}], always)
    load_rows(engine, "profiles", [{"profile_id": "ann", "a": 2, "set_at": 5}], always)
    load_rows(engine, "list:vip", [{"profile_id": "ann"}], always)
    assert [row[2:] for row in engine.attributes()] == [("1", ALWAYS, ALWAYS), ("2", 5000, 5000)]
    assert engine.members() == [("vip", "ann", True, ALWAYS, ALWAYS)]
