"""The JSON Schema says what the readers take: never less."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.properties.strategies import questions
from tests.segments.grammar import CONDITIONS as GRAMMAR
from tests.segments.grammar import TRAITS

from dataout.app.templates import template_files
from dataout.catalog.events import Catalog, EventDefinition
from dataout.definitions import json_schema
from dataout.errors import ProjectError
from dataout.model.complaints import Mistakes
from dataout.segments.events import EVENT_SHAPE
from dataout.segments.parse import KINDS, parse_condition, parse_traits
from dataout.segments.words import OPERATORS
from dataout.settings.documents import read_yaml

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def faults(document):
    return [error.message for error in VALIDATOR.iter_errors(document)]


def segment(condition):
    return {"segments": {"s": {"who": condition}}}


def test_it_is_a_schema_and_json():
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("name", [n for n in template_files("cart-recovery") if n.endswith("yaml")])
def test_the_template_is_valid(name):
    assert not faults(read_yaml(template_files("cart-recovery")[name], name).data)


@settings(max_examples=20)
@given(questions())
def test_what_the_property_tests_ask_is_valid(question):
    for each in question.segments.values():
        assert not faults(segment(each["who"]))


WORDS = [*KINDS, *OPERATORS, *(key.name for key in EVENT_SHAPE.keys), "property", "ignore_case"]
LEAVES = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from(["1d", "2h", "2026-01-01", "*", "a.b", "first", "x"]),
)
OPERANDS = st.fixed_dictionaries(
    {}, optional={name: LEAVES | st.lists(LEAVES, max_size=2) for name in OPERATORS}
)
SMALL = st.dictionaries(st.sampled_from([*OPERATORS, "property"]), LEAVES, min_size=1, max_size=2)
EVENTS = st.fixed_dictionaries(
    {"event": LEAVES | st.lists(LEAVES, max_size=2)},
    optional={
        "where": st.dictionaries(st.sampled_from(["x", "y.z", "any"]), LEAVES | SMALL, max_size=2),
        "within": LEAVES,
        "age": st.lists(LEAVES, min_size=2, max_size=2),
        "count": LEAVES | SMALL,
        "sum": SMALL,
        "distinct": SMALL,
        "which": LEAVES,
        "since": st.fixed_dictionaries({"event": LEAVES}, optional={"which": LEAVES}),
    },
)
ATTRIBUTES = st.builds(lambda name, rest: {"attribute": name} | rest, LEAVES, OPERANDS)
CONDITIONS = st.recursive(
    st.one_of(
        EVENTS,
        ATTRIBUTES,
        st.fixed_dictionaries({"everyone": st.booleans()}),
        st.dictionaries(st.sampled_from(WORDS), LEAVES, min_size=1, max_size=2),
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"all": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries({"any": st.lists(inner, max_size=2)}),
    ),
    max_leaves=4,
)


@given(CONDITIONS)
def test_what_is_read_is_valid(condition):
    mistakes = Mistakes()
    if parse_condition(condition, (), mistakes, "UTC") is not None:
        assert not faults(segment(condition))


@settings(max_examples=200)
@given(GRAMMAR)
def test_what_is_read_of_the_whole_grammar_is_valid(condition):
    mistakes = Mistakes()
    if parse_condition(condition, (), mistakes, "UTC") is not None:
        assert not faults(segment(condition))


@settings(max_examples=200)
@given(TRAITS)
def test_what_is_read_of_traits_is_valid(trait):
    section = {"t": trait, "u": {"count": "a"}, "zz": {"count": "a"}}
    with suppress(ProjectError):
        parse_traits(section, catalog=Catalog({"b.c": EventDefinition("b.c")}))
        assert not faults({"traits": section})


@pytest.mark.parametrize(
    "document",
    [
        {"segmnts": {}},
        segment({}),
        segment({"evnt": "a"}),
        segment({"all": []}),
        segment({"everyone": False}),
        segment({"event": "a", "within": 4}),
        segment({"event": "a", "where": {}}),
        segment({"event": "a", "since": {}}),
        segment({"attribute": "a"}),
        segment({"attribute": "a", "is": None}),
        segment({"attribute": "a", "in": []}),
        segment({"list": "a", "segment": "b"}),
        segment({"sequence": [{"event": "a"}]}),
        segment({"sequence": [{"event": "a"}, {"event": "b", "which": "last"}]}),
        segment({"sequence": [{"event": "a"}, {"not": {"event": "b", "after": "2026-01-01"}}]}),
        segment({"related": "a", "with": {}}),
        segment({"trait": "a"}),
        segment({"trait": "a", "is": 1, "true_for": "1d"}),
        segment({"attribute": "a", "any": []}),
        segment({"event": "a", "calendar_days": 0}),
        segment({"event": "a", "history": True}),
        {"traits": {"t": {"within": "1d"}}},
        {"traits": {"t": {"count": "a", "sum": "a.b"}}},
        {"traits": {"t": {"sum": "a"}}},
        {"traits": {"t": {"plus": ["a"]}}},
        {"traits": {"t": {"plus": ["a", 1], "within": "1d"}}},
        {"audiences": {"a": {"segment": "s", "kind": "exclusin"}}},
        {"audiences": {"a b": {"segment": "s"}}},
        {"destinations": {"m": {}}},
        {"identifiers": {"emial": "profile_id"}},
        {"catalog": {"mode": "closed"}},
        {"tests": {"t": {"start": "yesterday", "given": {}}}},
    ],
)
def test_it_catches_what_editors_should_mark(document):
    assert faults(document)
