"""YAML 1.2 as this project reads it, and what is said about files that are not YAML."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataout.model.complaints import Mistake
from dataout.model.definitions import Place
from dataout.settings.documents import complaints_of, place_of, read_yaml

TOP = Place("f.yaml", 1, 1)


def data(text):
    document = read_yaml(text, "f.yaml")
    assert not document.complaints
    return document.data


def wrong(text):
    (complaint,) = read_yaml(text, "f.yaml").complaints
    return str(complaint)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("22:30", "22:30"),
        ("2026-03-01", "2026-03-01"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("007", "007"),
        ("+491511234567", "+491511234567"),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("act_12", "act_12"),
        (".inf", math.inf),
        ("99999999999999999999999", 99999999999999999999999),
    ],
)
def test_words(written, meant):
    (value,) = data(f"a: {written}").values()
    assert (value, type(value)) == (meant, type(meant))


def test_keys_are_texts_as_written():
    assert list(data("NO: 1\n12: 2\ntrue: 3\n2026-01-01: 4")) == ["NO", "12", "true", "2026-01-01"]


def test_anchors_and_merge_keys():
    text = "base: &b {x: 1, y: 2}\none: *b\ntwo: {<<: *b, y: 3}\nthree: {<<: [*b, {z: 4}]}"
    assert data(text) == {
        "base": {"x": 1, "y": 2},
        "one": {"x": 1, "y": 2},
        "two": {"x": 1, "y": 3},
        "three": {"x": 1, "y": 2, "z": 4},
    }


def test_places_count_from_one_and_know_keys_from_values():
    spots = read_yaml("a:\n  - b: c\n    d: [1, 22]\n", "f.yaml").spots
    assert spots["a", 0, "b"].key == Place("f.yaml", 2, 5)
    assert spots["a", 0, "b"].value == Place("f.yaml", 2, 8)
    assert spots["a", 0, "d", 1].value == Place("f.yaml", 3, 12)


def test_a_path_without_a_place_has_the_nearest_one_above():
    spots = read_yaml("a:\n  b: {c: 1}\n", "f.yaml").spots
    mistakes = [Mistake(("a", "b", "x"), "m", at_key=True), Mistake(("a", "b"), "m", at_key=True)]
    assert [each.place for each in complaints_of(mistakes, spots, TOP)] == [
        Place("f.yaml", 2, 6),
        Place("f.yaml", 2, 3),
    ]
    assert place_of(("z",), spots, at_key=True, default=TOP) == TOP


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a: [1", "f.yaml:1:6", "not valid YAML"),
        ("a: b: c", "f.yaml:1:5", "mapping values are not allowed here"),
        ("a:\n\t- 1", "f.yaml:2:1", "'\\t'"),
        ("a: 'x", "f.yaml:1:6", "end of stream"),
        ("a: 1\nb: 2\na: 3", "f.yaml:3:1", "the key 'a' stands twice; first in line 1"),
        ("a: {b: 1, b: 2}", "f.yaml:1:11", "the key 'b' stands twice"),
        ("a: *x", "f.yaml:1:4", "there is no anchor &x above"),
        ("a: &x {b: *x}", "f.yaml:1:11", "the anchor &x stands inside itself"),
        ("a: !secret x", "f.yaml:1:4", "the tag !secret is not supported"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1", "a second document"),
        ("- a", "f.yaml:1:1", "expected a mapping of sections"),
        ("just text", "f.yaml:1:1", "expected a mapping of sections"),
        ("? [a]\n: 1", "f.yaml:1:3", "cannot be a key"),
        ("a: 1\nb: \x07", "f.yaml:2:4", "a control character"),
        ('a: "\\ud83d"', "f.yaml:1:4", "half a character"),
        ("a: {<<: 3}", "f.yaml:1:9", "'<<' merges mappings"),
        ("a: " + "[" * 200 + "]" * 200, "f.yaml:1:104", "nested more than 100 levels"),
    ],
)
def test_bad_yaml_has_a_place(text, place, said):
    line = wrong(text)
    assert line.startswith(place + ":")
    assert said in line


def test_a_bomb_of_aliases_is_a_mistake():
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "more than 200,000 values" in wrong("\n".join(["a0: &a0 [x]", *lines]))


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "\n\n", "null"])
def test_an_empty_file_says_nothing(text):
    assert data(text) == {}


@given(st.text(alphabet="abc:{}[]-,&*!|>'\"%@`#?~ \n\t<=0.1\x85\ufeff\x00é", max_size=40))
def test_it_never_raises(text):
    document = read_yaml(text, "f.yaml")
    assert all((key,) in document.spots for key in document.data)
    assert all(complaint.place.line >= 1 for complaint in document.complaints)


# In YAML this key merges mappings.
KEYS = st.text(max_size=4).filter(lambda key: key != "<<")


@given(
    st.dictionaries(
        KEYS,
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=6),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
            max_leaves=8,
        ),
        max_size=3,
    )
)
def test_json_is_yaml(mapping):
    assert data(json.dumps(mapping)) == mapping
