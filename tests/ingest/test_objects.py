"""Objects and relationships: histories of what things are like, and of who is related to them."""

import json
from dataclasses import replace

import pytest
from tests.ingest.conftest import OBJECTS, RELATIONSHIPS

from dataout.app.memory import Memory
from dataout.ingest.load import load, load_rows
from dataout.ingest.mapping import read_mapping
from dataout.ingest.rejects import list_rejects, replay
from dataout.sql.records import ALWAYS

CAR = {"type": "car", "object_id": "c1"}


@pytest.fixture
def load_lines(engine, write, options):
    def load_lines(kind, *records, **changes):
        path = write("things.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        return load(engine, [path], kind, replace(options, **changes))

    return load_lines


def counts(loaded):
    return loaded.loaded, loaded.duplicates, loaded.rejected


def test_every_other_field_is_an_attribute_of_the_object(load_lines, objects, options):
    car = CAR | {"color": "red", "engine": {"kw": 80}, "attributes": {"seats": 5, "color": "blue"}}
    assert counts(load_lines("objects", car)) == (1, 0, 0)
    now = options.now
    assert objects() == [
        ("car", "c1", "color", '"blue"', now, now),
        ("car", "c1", "engine", '{"kw":80}', now, now),
        ("car", "c1", "seats", "5", now, now),
    ]
    assert counts(load_lines("objects", car)) == (0, 1, 0)


def test_objects_of_two_types_may_share_an_id(load_lines, objects):
    records = [CAR | {"a": 1}, CAR | {"type": "bike", "a": 1}, CAR | {"object_id": "c2", "a": 1}]
    assert counts(load_lines("objects", *records)) == (3, 0, 0)
    assert [row[:2] for row in objects()] == [("car", "c1"), ("bike", "c1"), ("car", "c2")]


def test_an_attribute_that_is_known_is_not_added_again(load_lines, objects, options):
    load_lines("objects", CAR | {"a": 1})
    later = options.now + 1
    assert counts(load_lines("objects", CAR | {"a": 1, "b": 2}, now=later)) == (1, 0, 0)
    assert counts(load_lines("objects", CAR | {"a": 2}, now=later)) == (1, 0, 0)
    assert counts(load_lines("objects", CAR | {"a": 2}, now=later + 1)) == (0, 1, 0)
    assert [row[2:5] for row in objects()] == [
        ("a", "1", options.now),
        ("b", "2", later),
        ("a", "2", later),
    ]


def test_null_unsets_an_attribute_of_an_object(load_lines, objects, options):
    load_lines("objects", CAR | {"a": 1, "never": None})
    later = options.now + 1
    assert counts(load_lines("objects", CAR | {"a": None}, now=later)) == (1, 0, 0)
    assert counts(load_lines("objects", CAR | {"a": None}, now=later)) == (0, 1, 0)
    assert [row[3:5] for row in objects()] == [("1", options.now), (None, later)]


def test_a_stated_history_of_an_object_is_kept_whole(load_lines, objects):
    records = [
        CAR | {"a": value, "set_at": f"2026-01-0{day}"}
        for day, value in ((1, "x"), (2, "y"), (3, "x"), (4, "x"))
    ]
    assert counts(load_lines("objects", *records)) == (4, 0, 0)
    assert counts(load_lines("objects", *reversed(records))) == (0, 4, 0)
    assert len(objects()) == 4


def test_of_several_values_of_an_object_for_one_instant_the_last_counts(load_lines, objects):
    records = [CAR | {"a": value} for value in (1, 2, 1, 3)]
    assert counts(load_lines("objects", *records)) == (1, 3, 0)
    assert [row[3] for row in objects()] == ["3"]


def test_an_object_of_which_nothing_is_said(load_lines, engine, objects, relationships):
    assert counts(load_lines("objects", CAR)) == (0, 1, 0)
    assert counts(load_lines("objects", CAR | {"profile_id": None, "via": {}})) == (0, 1, 0)
    assert objects() == relationships() == []
    assert engine.rows("SELECT * FROM profiles") == []


def test_numbers_are_ids_in_their_plain_spelling(load_lines, objects, relationships):
    load_lines("objects", {"type": 7, "object_id": 12.0, "profile_id": 5.0, "a": 1})
    load_lines("relationships", {"type": "7", "object_id": "12", "profile_id": 5})
    assert [row[:2] for row in objects()] == [("7", "12")]
    assert [row[:3] for row in relationships()] == [("7", "12", "5")]


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("objects", {"type": None}, "type: missing"),
        ("objects", {"type": ""}, "type: empty"),
        ("objects", {"type": ["car"]}, "type: not a text or a whole number"),
        ("objects", {"object_id": None}, "object_id: missing"),
        ("objects", {"object_id": " "}, "object_id: empty"),
        ("objects", {"object_id": 1.5}, "object_id: not a text or a whole number"),
        ("objects", {"object_id": "x" * 513}, "object_id: longer than 512 bytes"),
        ("objects", {"profile_id": ""}, "profile_id: empty"),
        ("objects", {"profile_id": True}, "profile_id: not a text or a whole number"),
        ("objects", {"via": {"role": "owner"}}, "profile_id: missing"),
        ("objects", {"related": False}, "profile_id: missing"),
        ("objects", {"profile_id": "ann", "via": 5}, "via: not an object"),
        ("objects", {"profile_id": "ann", "related": "no"}, "related: not true or false"),
        ("objects", {"attributes": []}, "attributes: not an object"),
        ("objects", {"set_at": "soon"}, "set_at: not a time"),
        ("relationships", {"type": None}, "type: missing"),
        ("relationships", {"object_id": ""}, "object_id: empty"),
        ("relationships", {}, "profile_id: missing"),
        ("relationships", {"profile_id": ""}, "profile_id: empty"),
        ("relationships", {"profile_id": "ann", "via": "x"}, "via: not an object"),
        ("relationships", {"profile_id": "ann", "related": 2}, "related: not true or false"),
        ("relationships", {"profile_id": "ann", "received_at": {}}, "received_at: not a time"),
    ],
)
def test_records_that_cannot_be_taken_in(load_lines, engine, kind, change, reason):
    fine = CAR | {"object_id": "fine", "profile_id": "ann", "attributes": {"a": 1}}
    loaded = load_lines(kind, CAR | change, fine)
    assert (counts(loaded), loaded.reasons) == ((1, 0, 1), {reason: 1})
    [group] = list_rejects(engine)
    assert (group.kind, group.field, group.reason) == (kind, reason.split(":")[0], reason)
    assert engine.rows("SELECT DISTINCT object_id FROM relationships") == [("fine",)]


def test_one_record_states_object_and_relationship(load_lines, objects, relationships, options):
    record = CAR | {"color": "red", "profile_id": "ann", "via": {"role": "owner", "since": None}}
    assert counts(load_lines("objects", record)) == (1, 0, 0)
    now = options.now
    assert objects() == [("car", "c1", "color", '"red"', now, now)]
    assert relationships() == [("car", "c1", "ann", True, '{"role":"owner"}', now, now)]
    assert counts(load_lines("objects", record)) == (0, 1, 0)
    repainted = record | {"color": "blue"}
    assert counts(load_lines("objects", repainted)) == (1, 0, 0)
    gone = repainted | {"related": False}
    assert counts(load_lines("objects", gone, now=now + 1)) == (1, 0, 0)
    assert (len(objects()), len(relationships())) == (2, 2)


def test_one_object_of_several_profiles(load_lines, objects, relationships):
    records = [CAR | {"color": "red", "profile_id": name} for name in ("ann", "bob", "ann")]
    load_lines("profiles", {"profile_id": "ann"}, {"profile_id": "bob"})
    assert counts(load_lines("objects", *records)) == (2, 1, 0)
    assert (len(objects()), len(relationships())) == (1, 2)


def test_a_relationship_alone(load_lines, engine, objects, relationships):
    assert counts(load_lines("objects", CAR | {"profile_id": "ann", "related": "true"})) == (
        1,
        0,
        0,
    )
    assert objects() == []
    assert [row[2:5] for row in relationships()] == [("ann", True, "{}")]
    same = CAR | {"profile_id": "ann"}
    assert counts(load_lines("relationships", same)) == (0, 1, 0)
    assert counts(load_lines("relationships", same | {"profile_id": "bob"})) == (1, 0, 0)
    assert engine.rows("SELECT profile_id FROM profiles ORDER BY slot") == [("ann",), ("bob",)]


def test_every_other_field_is_an_attribute_of_the_relationship(
    load_lines, objects, relationships, options
):
    record = CAR | {"profile_id": "ann", "role": "owner", "z": None, "via": {"b": 1, "a": [2]}}
    assert counts(load_lines("relationships", record)) == (1, 0, 0)
    assert objects() == []
    now = options.now
    told = '{"a":[2],"b":1,"role":"owner"}'
    assert relationships() == [("car", "c1", "ann", True, told, now, now)]


def test_a_relationship_is_told_whole_each_time(load_lines, relationships, options):
    record = CAR | {"profile_id": "ann"}
    later = options.now + 1
    assert counts(load_lines("relationships", record | {"role": "owner"})) == (1, 0, 0)
    assert counts(load_lines("relationships", record | {"role": "owner"}, now=later)) == (0, 1, 0)
    assert counts(load_lines("relationships", record, now=later)) == (1, 0, 0)
    assert counts(load_lines("relationships", record | {"related": 0}, now=later + 1)) == (1, 0, 0)
    assert [row[3:6] for row in relationships()] == [
        (True, '{"role":"owner"}', options.now),
        (True, "{}", later),
        (False, "{}", later + 1),
    ]


def test_a_stated_history_of_a_relationship_is_kept_whole(load_lines, relationships):
    records = [
        CAR | {"profile_id": "ann", "related": related, "set_at": f"2026-01-0{day}"}
        for day, related in ((1, True), (2, False), (3, True), (4, True))
    ]
    assert counts(load_lines("relationships", *records)) == (4, 0, 0)
    assert counts(load_lines("relationships", *reversed(records))) == (0, 4, 0)
    assert counts(load_lines("relationships", records[0] | {"related": False})) == (1, 0, 0)
    assert len(relationships()) == 5


def test_of_several_relationships_for_one_instant_the_last_counts(load_lines, relationships):
    record = CAR | {"profile_id": "ann"}
    records = [record | {"role": role} for role in ("owner", "driver", "owner")]
    other = record | {"object_id": "c2", "role": "guest"}
    load_lines("profiles", {"profile_id": "ann"})
    assert counts(load_lines("relationships", *records, other)) == (2, 2, 0)
    assert [(row[1], row[4]) for row in relationships()] == [
        ("c1", '{"role":"owner"}'),
        ("c2", '{"role":"guest"}'),
    ]


def test_replay_of_objects_and_relationships(
    engine, load_lines, write, options, objects, relationships
):
    load_lines("objects", {"kind": "car", "object_id": "c1", "profile_id": "ann", "a": 1}, {})
    load_lines("relationships", {"kind": "car", "object_id": "c1", "profile_id": "bob"})
    assert len(engine.rejects()) == 3
    mapping = read_mapping(write("m.yaml", "type: kind"))
    later = replace(options, now=options.now + 9, mapping=mapping)
    replayed = replay(engine, later)
    assert counts(replayed) == (2, 0, 1)
    then, now = options.now, options.now + 9
    assert objects() == [("car", "c1", "a", "1", then, now)]
    assert [row[2:] for row in relationships()] == [
        ("ann", True, "{}", then, now),
        ("bob", True, "{}", then, now),
    ]
    assert [group.reason for group in list_rejects(engine)] == ["type: missing"]


def test_in_memory_what_has_no_time_was_always_so(engine, options, objects, relationships):
    always = replace(options, received="event_time")
    rows = [
        CAR | {"attributes": {"a": 1}},
        CAR | {"attributes": {"a": 2}, "set_at": 5},
        CAR | {"profile_id": "ann", "via": {"role": "owner"}},
        CAR | {"profile_id": "ann", "related": False, "set_at": 5, "received_at": 7},
    ]
    assert counts(load_rows(engine, "objects", rows, always)) == (4, 0, 0)
    assert [row[3:] for row in objects()] == [("1", ALWAYS, ALWAYS), ("2", 5000, 5000)]
    assert [row[3:] for row in relationships()] == [
        (True, '{"role":"owner"}', ALWAYS, ALWAYS),
        (False, "{}", 5000, 7000),
    ]


def test_what_a_file_of_objects_came_to_is_written_down(load_lines, engine, options):
    load_lines("objects", CAR | {"a": 1}, {})
    assert engine.rows("SELECT * FROM loads") == [
        ("things.jsonl", "objects", options.now, 1, 0, 1, 0)
    ]


def test_rows_in_memory_are_taken_in():
    memory = Memory()
    memory.add_objects([CAR | {"profile_id": "ann", "attributes": {"a": 1}}])
    [row] = memory.engine.query(OBJECTS).to_pylist()
    assert (row["object_id"], row["value"]) == ("c1", "1")
    assert memory.engine.query(RELATIONSHIPS).num_rows == 1
