"""Objects and relationships in tables, and in files that a mapping explains."""

from dataclasses import replace

import pyarrow as pa
import pytest

from dataout.errors import InputError, ProjectError
from dataout.ingest.load import load, load_rows
from dataout.ingest.mapping import parse_mapping, read_mapping

CAR = {"type": "car", "object_id": "c1"}


def counts(loaded):
    return loaded.loaded, loaded.duplicates, loaded.rejected


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
