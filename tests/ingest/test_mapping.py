"""Mapping files: what they turn foreign columns into, and how their mistakes are shown."""

from dataclasses import replace

import pytest

from dataout.errors import InputError, ProjectError
from dataout.ingest.load import load, load_rows
from dataout.ingest.mapping import parse_mapping, read_mapping

RETAIL = """
source: till
zone: Europe/London
profile_id: Customer
event_time: Date
skip: {Customer: {exists: false}}
event:
  - {is: cancellation, where: {Invoice: {starts_with: C}}}
  - {is: purchase, where: {Quantity: {gt: 0}}}
properties:
  sku: Code
  total: {times: [Quantity, Price]}
"""
INVOICES = (
    "Invoice,Code,Quantity,Date,Price,Customer\n"
    "536365,85123A,6,2011-07-01 08:26,2.55,17850.0\n"
    "C36366,85123A,-1,2011-07-01 08:27,2.55,17850.0\n"
    "536367,22633,2,2011-07-01 08:28,1.85,\n"
    "536368,22633,0,2011-07-01 08:29,1.85,13047\n"
)


def mapped(options, text):
    return replace(options, mapping=parse_mapping(text, "shop.mapping.yaml"))


def test_foreign_columns(engine, write, options):
    loaded = load(engine, [write("i.csv", INVOICES)], "events", mapped(options, RETAIL))
    assert (loaded.loaded, loaded.skipped, loaded.rejected) == (2, 2, 0)
    at = 1_309_505_160_000
    assert [row[:3] + row[4:5] + row[7:] for row in engine.events()] == [
        ("17850", "purchase", at, "till", '{"sku":"85123A","total":15.3}'),
        ("17850", "cancellation", at + 60_000, "till", '{"sku":"85123A","total":-2.55}'),
    ]


@pytest.mark.parametrize(
    ("computation", "result"),
    [
        ("{plus: [a, b]}", "2.25"),
        ("{minus: [a, b]}", "0.75"),
        ("{times: [a, b, 2]}", "2.25"),
        ("{divided_by: [a, b]}", "2.0"),
        ("{divided_by: [1, 3]}", "0.333333"),
        ("{divided_by: [2, -3]}", "-0.666667"),
        ("{divided_by: [0.000001, 2]}", "0.0"),
        ("{divided_by: [0.000003, 2]}", "0.000002"),
        ("{times: [0.000001, 0.5]}", "0.0"),
        ("{times: [0.000003, 0.5]}", "0.000002"),
        ("{divided_by: [a, 0]}", None),
        ("{plus: [a, none]}", None),
        ("{plus: [a, word]}", None),
        ("{times: [large, large]}", None),
        ("{minus: [{times: [a, 1000]}, b]}", "1499.25"),
        ("{plus: [text, 0]}", "12.5"),
        ("{plus: [nested.a, 0]}", "7.0"),
        ("{plus: [long, 0]}", "0.123456"),
    ],
)
def test_computations_are_exact(engine, options, computation, result):
    row = {"a": 1.5, "b": 0.75, "none": None, "word": "x", "large": 9e12, "text": "12.5"}
    row |= {"profile_id": "ann", "event": "x", "event_time": 0, "nested": {"a": 7}}
    text = f"properties: {{r: {computation}}}"
    load_rows(engine, "events", [row | {"long": 0.1234565}], mapped(options, text))
    properties = "{}" if result is None else f'{{"r":{result}}}'
    assert engine.events()[0][7] == properties


def test_computed_times_in_milliseconds(engine, options):
    text = "{unit: ms, event_time: {plus: [{times: [start, 1000]}, offset]}}"
    row = {"profile_id": "0005", "event": "x", "start": 1_501_583_974, "offset": 12}
    load_rows(engine, "events", [row], mapped(options, text))
    assert engine.events()[0][0] == "0005"
    assert engine.events()[0][2] == 1_501_583_974_012


def test_milliseconds_where_the_mapping_says_so(engine, options):
    row = {"profile_id": "ann", "event": "x", "event_time": 1_767_225_600_123.9}
    assert load_rows(engine, "events", [row], options).rejected == 1
    assert load_rows(engine, "events", [row], mapped(options, "unit: ms")).loaded == 1
    assert engine.events()[0][2] == 1_767_225_600_123


def test_the_rest_of_the_columns(engine, options):
    text = "{source: web, profile_id: who, event: what, event_time: when, properties: all}"
    row = {"who": "ann", "what": "x", "when": 0, "source": "ads", "name": "n", "person": "p"}
    load_rows(engine, "events", [row], mapped(options, text))
    read = '{"name":"n","person":"p","source":"ads"}'
    assert engine.events()[0][4:] == ("web", None, True, read)


def test_attributes_of_named_columns_and_null(engine, options):
    text = "{profile_id: id, attributes: {country: land, city: address.city}}"
    row = {"id": "ann", "land": None, "other": 1}
    load_rows(engine, "profiles", [row], mapped(options, text))
    load_rows(engine, "profiles", [row | {"address": {"city": "Ulm"}}], mapped(options, text))
    assert [row[1:3] for row in engine.attributes()] == [("city", '"Ulm"')]
    unset = replace(mapped(options, text), now=options.now + 1)
    load_rows(engine, "profiles", [row | {"address": {"city": None}}], unset)
    assert [row[1:3] for row in engine.attributes()] == [("city", '"Ulm"'), ("city", None)]


def test_columns_with_dots_cases_and_quotes(engine, options):
    text = """
profile_id: "it's.the id"
event_time: t
event: [{is: x, where: {all: [{A: 1}, {a: 2}, {deep.er: {contains: q}}]}}]
properties: {'new "name"': 'quo"te', b: a/b~c, tags: deep.er}
"""
    row = {"it's.the id": 1, "t": 0, "A": 1, "a": 2, 'quo"te': 3, "a/b~c": 4}
    row |= {"deep": {"er": ["p", "q"]}}
    load_rows(engine, "events", [row, row | {"a": 1}], mapped(options, text))
    read = '{"b":4,"new \\"name\\"":3,"tags":["p","q"]}'
    assert [row[7] for row in engine.events()] == [read]


def test_cells_that_stay_text(engine, write, options):
    text = "{text: [zip], properties: all}"
    content = "profile_id,event,event_time,zip,n\nann,x,0,12345,12345\n"
    load(engine, [write("e.csv", content)], "events", mapped(options, text))
    assert engine.events()[0][7] == '{"n":12345,"zip":"12345"}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profile_id: Custmer", "no column 'Custmer', which the mapping names"),
        ("{profile_id: Customer, event_time: Date}", "no column 'event'"),
        (RETAIL.replace("Price]", "Prise]"), "no column 'Prise'"),
        (RETAIL.replace("{Invoice:", "{Invoce:"), "no column 'Invoce'"),
        (RETAIL + "text: [Sku]", "no column 'Sku'"),
    ],
)
def test_a_column_that_is_not_there(engine, write, options, text, message):
    with pytest.raises(InputError, match=message):
        load(engine, [write("i.csv", INVOICES)], "events", mapped(options, text))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "sourse: x",
            "shop.mapping.yaml:1:1: sourse: unknown key 'sourse'. Did you mean 'source'?",
        ),
        ("zone: Europe/Berln", "1:7: zone: expected an IANA time zone"),
        ("unit: us", "1:7: unit: expected s or ms"),
        ("event_time: {time: [a, b]}", "unknown computation 'time'. Did you mean 'times'?"),
        ("event_time: {times: [a]}", "event_time.times: expected"),
        ("event_time: {minus: [a, b, c]}", "'minus' takes two parts, found 3"),
        ("event_time: {times: [a, true]}", "expected a column or a computation"),
        ("event: []", "expected a list of rules, found an empty one"),
        ("event: [{where: {a: 1}}]", "a rule needs 'is'"),
        ("event: 5", "expected a column or a list of rules"),
        ("event: [{is: x, when: {a: 1}}]", "unknown key 'when'"),
        ("skip: {a: {within: 5d}}", "a mapping cannot look at the clock"),
        ("skip: {a: {foo: 1}}", "skip.a.foo: unknown"),
        ("properties: some", "expected fields and their columns"),
        ("profile_id: ''", "expected a text that is not empty"),
        ("a: [", "(yaml): not valid YAML"),
        ("- a", "expected a mapping"),
    ],
)
def test_mistakes_have_places(text, complaint):
    with pytest.raises(ProjectError) as raised:
        parse_mapping(text, "shop.mapping.yaml")
    assert complaint in str(raised.value)


def test_all_mistakes_at_once():
    with pytest.raises(ProjectError) as raised:
        parse_mapping("{sourse: x, unit: us, event: []}", "m.yaml")
    assert len(raised.value.complaints) == 3


def test_a_mapping_that_is_not_there(tmp_path, write):
    with pytest.raises(InputError, match="cannot be read"):
        read_mapping(tmp_path / "m.yaml")
    with pytest.raises(InputError, match="not UTF-8"):
        read_mapping(write("m.yaml", b"source: Zo\xeb"))
    assert read_mapping(write("m.yaml", "\ufeffzone: UTC")).zone == "UTC"
