"""Objects and relationships: histories of what things are like, and of who is related to them."""

import json
from dataclasses import replace

import pyarrow as pa
import pytest

from dataout.app.memory import Memory
from dataout.errors import InputError, ProjectError
from dataout.ingest.load import load, load_rows
from dataout.ingest.mapping import parse_mapping, read_mapping
from dataout.ingest.rejects import list_rejects, replay
from dataout.sql.records import ALWAYS

CAR = {"type": "car", "object_id": "c1"}

OBJECTS = """
SELECT type, object_id, name, CAST(CAST(value AS JSON) AS VARCHAR) AS value, set_at, received_at
FROM object_attributes ORDER BY landing, name
"""
RELATIONSHIPS = """
SELECT type, object_id, profile_id, related,
  CAST(CAST(attributes AS JSON) AS VARCHAR) AS attributes, set_at, received_at
FROM relationships JOIN profiles USING (slot) ORDER BY landing
"""


@pytest.fixture
def load_lines(engine, write, options):
    def load_lines(kind, *records, **changes):
        path = write("things.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        return load(engine, [path], kind, replace(options, **changes))

    return load_lines


@pytest.fixture
def objects(engine):
    return lambda: engine.rows(OBJECTS)


@pytest.fixture
def relationships(engine):
    return lambda: engine.rows(RELATIONSHIPS)


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


def test_tables_of_objects(engine, write, options, objects, relationships):
    head = "type,object_id,zip,profile_id,via\n"
    csv = head + 'shop,s1,01234,,\nshop,s2,,ann,"{""role"": ""owner""}"\n,s3,1,,\n'
    loaded = load(engine, [write("shops.csv", csv)], "objects", options)
    assert (counts(loaded), loaded.reasons) == ((2, 0, 1), {"type: missing": 1})
    assert [row[1:4] for row in objects()] == [("s1", "zip", '"01234"')]
    assert [row[1:5] for row in relationships()] == [("s2", "ann", True, '{"role":"owner"}')]
    table = pa.table(
        {
            "type": ["shop", "shop"],
            "object_id": [3, 4],
            "profile_id": ["ann", None],
            "via": [{"role": "guest", "until": None}, {"role": None, "until": None}],
            "size": [1.5, None],
        }
    )
    assert counts(load_rows(engine, "objects", table, options)) == (1, 1, 0)
    assert objects()[1][1:4] == ("3", "size", "1.5")
    assert relationships()[1][1:5] == ("3", "ann", True, '{"role":"guest"}')


def test_tables_of_relationships(engine, write, options, relationships):
    csv = "type,object_id,profile_id,related,role\nshop,s1,ann,,owner\nshop,s1,bob,false,\n"
    path = write("staff.csv", csv)
    assert counts(load(engine, [path], "relationships", options)) == (2, 0, 0)
    assert counts(load(engine, [path], "relationships", options)) == (0, 2, 0)
    assert [row[2:5] for row in relationships()] == [
        ("ann", True, '{"role":"owner"}'),
        ("bob", False, "{}"),
    ]


@pytest.mark.parametrize(
    ("kind", "columns", "missing"),
    [
        ("objects", "object_id,profile_id", "type"),
        ("objects", "type,profile_id", "object_id"),
        ("relationships", "type,object_id", "profile_id"),
    ],
)
def test_a_table_that_lacks_a_column(engine, write, options, kind, columns, missing):
    with pytest.raises(InputError, match=f"no column '{missing}'"):
        load(engine, [write("t.csv", f"{columns}\n1,2\n")], kind, options)


def test_a_mapping_of_objects(engine, write, options, objects, relationships):
    mapping = write(
        "m.yaml",
        "{type: What, object_id: Nr, profile_id: Owner, related: Still, set_at: At,"
        " via: {role: Role, share: {divided_by: [Part, 100]}}}",
    )
    head = "What,Nr,Owner,Still,At,Role,Part,Color,type\n"
    path = write(
        "cars.csv", head + "car,1,ann,false,2026-01-01,owner,50,red,suv\ncar,2,,,,,,blue,\n"
    )
    mapped = replace(options, mapping=read_mapping(mapping))
    assert counts(load(engine, [path], "objects", mapped)) == (2, 0, 0)
    assert [row[1:4] for row in objects()] == [
        ("1", "Color", '"red"'),
        ("1", "Part", '"50"'),
        ("1", "type", '"suv"'),
        ("2", "Color", '"blue"'),
    ]
    told = '{"role":"owner","share":0.5}'
    start = 1_767_225_600_000
    assert relationships() == [("car", "1", "ann", False, told, start, options.now)]


def test_a_mapping_of_relationships(engine, options, objects, relationships):
    text = "{type: What, object_id: Nr, profile_id: Who, via: {role: Role}}"
    rows = [{"What": "car", "Nr": 1, "Who": "ann", "Role": "owner", "else": 1}]
    mapped = replace(options, mapping=parse_mapping(text, "m.yaml"))
    assert counts(load_rows(engine, "relationships", rows, mapped)) == (1, 0, 0)
    assert relationships()[0][:5] == ("car", "1", "ann", True, '{"role":"owner"}')
    assert objects() == []
    everything = parse_mapping(text.replace("{role: Role}", "all"), "m.yaml")
    load_rows(engine, "relationships", rows, replace(options, mapping=everything))
    assert relationships()[-1][4] == '{"Role":"owner","else":1}'


def test_rules_name_the_type(engine, options, objects):
    text = (
        "{type: [{is: suv, where: {kg: {gt: 2000}}}, {is: car, where: {wheels: 4}}], object_id: nr}"
    )
    mapped = replace(options, mapping=parse_mapping(text, "m.yaml"))
    rows = [
        {"nr": 1, "kg": 2500, "wheels": 4, "type": "own"},
        {"nr": 2, "kg": 900, "wheels": 4},
        {"nr": 3, "kg": 9, "wheels": 2},
    ]
    loaded = load_rows(engine, "objects", rows, mapped)
    assert (loaded.loaded, loaded.skipped, loaded.rejected) == (2, 1, 0)
    assert [row[:3] for row in objects()] == [
        ("suv", "1", "kg"),
        ("suv", "1", "type"),
        ("suv", "1", "wheels"),
        ("car", "2", "kg"),
        ("car", "2", "wheels"),
    ]


def test_a_file_of_one_type(engine, write, options, objects):
    mapped = replace(options, mapping=parse_mapping("type: {is: car}", "m.yaml"))
    path = write("cars.csv", "object_id,a\nc1,x\n")
    assert counts(load(engine, [path], "objects", mapped)) == (1, 0, 0)
    assert [row[:4] for row in objects()] == [("car", "c1", "a", '"x"')]


def test_mappings_that_cannot_be(engine, options):
    with pytest.raises(ProjectError, match=r"type: action"):
        parse_mapping("type: 5", "m.yaml")
    mapped = replace(options, mapping=parse_mapping("via: all", "m.yaml"))
    with pytest.raises(InputError, match=r"m\.yaml, via: .*its own attributes"):
        load_rows(engine, "objects", [CAR], mapped)


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
