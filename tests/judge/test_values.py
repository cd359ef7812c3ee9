"""Values and the operators that test one: sentence by sentence from the semantics."""

from datetime import UTC, datetime

import pytest

from dataout.testing.judge import Unjudged, members
from dataout.testing.judge.numbers import number
from dataout.testing.judge.times import instant

MILLION = 1_000_000
NOWHERE = object()


def passes(value, tests):
    """Say whether a profile with this attribute value (NOWHERE: without it) passes the tests."""
    attributes = {} if value is NOWHERE else {"x": value}
    answer = members(
        {"s": {"who": {"attribute": "x", **tests}}},
        profiles=[{"profile_id": "ann", "attributes": attributes}],
        events=[],
        at=0,
    )
    return answer["s"] == {"ann"}


@pytest.mark.parametrize(
    ("value", "millionths"),
    [
        (5, 5 * MILLION),
        (5.0, 5 * MILLION),
        (0.1, 100_000),
        ("5.0", 5 * MILLION),
        ("-0", 0),
        ("-1.25", -1_250_000),
        (0.0000005, 0),
        (0.0000015, 2),
        ("0.0000025", 2),
        ("0.00000250001", 3),
        (-0.0000015, -2),
        (1e-30, 0),
        (2**53 + 1, (2**53 + 1) * MILLION),
        (1e19, 10**19 * MILLION),
        ("99999999999999999999", 99999999999999999999 * MILLION),
    ],
)
def test_a_number_is_exact_to_six_places_half_even(value, millionths):
    assert number(value) == millionths


OTHER_SPELLINGS = ["05", "+5", "5e0", "5.", ".5", " 5", "5 ", "", "1_000", "٥", "NaN"]
OTHER_TYPES = [True, None, [5], {}]
TOO_MUCH = [1e20, -1e20, 10**20, "1" * 5000, "99999999999999999999.9999999"]
NOT_FINITE = [float("nan"), float("inf")]


@pytest.mark.parametrize("value", [*OTHER_SPELLINGS, *OTHER_TYPES, *TOO_MUCH, *NOT_FINITE])
def test_what_is_no_number_or_does_not_fit_is_absent(value):
    assert number(value) is None


@pytest.mark.parametrize(
    ("value", "tests"),
    [
        ("DE", {"is": "DE"}),
        ("5", {"is": "5"}),
        ("5", {"is": 5}),
        (5, {"is": "5"}),
        (5, {"is": "5.0"}),
        (5, {"is": 5.0}),
        (0.30000000000000004, {"is": 0.3}),
        (True, {"is": True}),
        (True, {"is": "true"}),
        ("false", {"is": False}),
        ("TRUE", {"is": True, "ignore_case": True}),
        ("Straße", {"is": "STRAßE", "ignore_case": True}),
        ("DE", {"in": ["FR", "DE"]}),
        (5, {"in": ["a", "5"]}),
        ("10", {"lt": "9"}),
        ("10", {"gt": 9}),
        (10, {"gt": "9"}),
        ("Z", {"lt": "a"}),
        ("\U0001f6d2", {"gt": "\uffee"}),
        (5, {"gte": 5, "lte": 5}),
    ],
)
def test_values_that_compare(value, tests):
    assert passes(value, tests)


@pytest.mark.parametrize(
    ("value", "tests"),
    [
        ("DE", {"is": "de"}),
        ("5.0", {"is": "5"}),
        ("05", {"is": 5}),
        (5, {"is": "05"}),
        (5, {"is": "5e0"}),
        (1, {"is": True}),
        (True, {"is": 1}),
        (True, {"is": "1"}),
        ("True", {"is": True}),
        (True, {"gte": True}),
        (True, {"gte": "true"}),
        ("abc", {"gt": 1}),
        (1e20, {"gt": 1}),
        (1e20, {"is": 1e20}),
        ({"a": 1}, {"is": "a"}),
        (None, {"lt": 1}),
        (5, {"in": []}),
    ],
)
def test_any_other_comparison_is_false(value, tests):
    assert not passes(value, tests)


@pytest.mark.parametrize("value", ["DE", "", 5, True, None, ["DE", 5], [], {"a": 1}, NOWHERE])
@pytest.mark.parametrize("bound", ["DE", 5, True])
def test_a_negative_operator_is_exactly_the_negation(value, bound):
    assert passes(value, {"is_not": bound}) is not passes(value, {"is": bound})
    assert passes(value, {"not_in": [bound]}) is not passes(value, {"in": [bound]})
    assert passes(value, {"not_contains": "D"}) is not passes(value, {"contains": "D"})


def test_a_profile_that_lacks_the_attribute_satisfies_only_negations():
    held = [{"exists": False}, {"is_not": 1}, {"not_in": [1]}, {"not_contains": "a"}]
    failed = [
        {"exists": True},
        {"is": ""},
        {"in": [""]},
        {"contains": ""},
        {"starts_with": ""},
        {"ends_with": ""},
        {"matches": ""},
        {"gt": -1},
        {"lte": 1},
        {"within": "9w"},
        {"older_than": "1ms"},
        {"age": ["1ms", "9w"]},
        {"within_next": "9w"},
        {"before": "2100-01-01"},
        {"after": "1950-01-01"},
        {"between": ["1950-01-01", "2100-01-01"]},
    ]
    for missing in (NOWHERE, None, []):
        assert all(passes(missing, tests) for tests in held)
        assert not any(passes(missing, tests) for tests in failed)


@pytest.mark.parametrize("value", [0, False, " ", [None], [""], {}, "null", 1e20])
def test_any_other_value_exists(value):
    assert passes(value, {"exists": True})
    assert not passes(value, {"exists": False})


@pytest.mark.parametrize("value", [None, "", [], *NOT_FINITE, NOWHERE])
def test_absent_is_null_an_empty_text_an_empty_list(value):
    assert passes(value, {"exists": False})
    assert not passes(value, {"exists": True})


@pytest.mark.parametrize(
    ("value", "tests", "held"),
    [
        ("O'Brien", {"contains": "'"}, True),
        ("O'Brien", {"contains": "o'"}, False),
        ("O'Brien", {"contains": "o'", "ignore_case": True}, True),
        ("50%", {"contains": "%"}, True),
        ("abc", {"contains": "%"}, False),
        ("abc", {"contains": ""}, True),
        ("abc", {"starts_with": "ab"}, True),
        ("abc", {"starts_with": "bc"}, False),
        ("abc", {"ends_with": "bc"}, True),
        ("abc", {"matches": "b"}, True),
        ("abc", {"matches": "^b"}, False),
        ("ABC", {"matches": "b", "ignore_case": True}, True),
        ("5", {"matches": r"\D", "ignore_case": True}, False),
        (5, {"contains": "5"}, False),
        (True, {"starts_with": "t"}, False),
        (["x", "abc"], {"contains": "b"}, True),
        ([5, True], {"contains": "5"}, False),
    ],
)
def test_text_operators_look_at_texts_only(value, tests, held):
    assert passes(value, tests) is held


def test_a_list_holds_when_any_element_does_and_its_negation_when_none_does():
    assert passes(["DE", 5], {"is": "5"})
    assert passes(["DE", 5], {"gt": 4})
    assert not passes(["DE", 5], {"is_not": "DE"})
    assert passes(["DE", 5], {"is_not": "FR"})
    assert not passes([["DE"]], {"is": "DE"})
    assert passes([3, 30], {"gt": 20, "lt": 10})


def test_nested_attributes_by_dotted_path():
    who = {"who": {"attribute": "address.city.name", "is": "Köln"}}
    rows = [
        {"profile_id": "ann", "attributes": {"address": {"city": {"name": "Köln"}}}},
        {"profile_id": "bob", "attributes": {"address": {"city": "Köln"}}},
        {"profile_id": "cyd", "attributes": {"address": [{"city": {"name": "Köln"}}]}},
        {"profile_id": "dee", "attributes": {"address.city.name": "Köln"}},
    ]
    assert members({"s": who}, profiles=rows, events=[], at=0) == {"s": {"ann"}}


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        ("1970-01-02", 86_400_000),
        ("1970-01-01T00:00:01.5Z", 1_500),
        ("1970-01-01 00:00:01.0019999Z", 1_001),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("1970-01-01T01:00+01:00", 0),
        ("1970-01-01T01:00+01", 0),
        ("1970-01-01t00:00:00,25z", 250),
        ("1969-12-31T18:30-0530", 0),
        ("1970-01-01T00:00", 0),
        (1.001999, 1_001),
        (1.0019999, 1_002),
        (1.9999999, 2_000),
        (-0.0001, -1),
        ("1.5", 1_500),
        (datetime(1970, 1, 1, 0, 0, 0, 1_999, tzinfo=UTC), 1),
        ("1900-01-01", -2_208_988_800_000),
        ("2199-12-31T23:59:59.999Z", 7_258_118_399_999),
    ],
)
def test_an_instant_is_cut_off_to_the_millisecond(value, milliseconds):
    assert instant(value, "UTC") == milliseconds  # a number has six places before it is cut


NO_SUCH_TIME = ["2026-02-30", "2026-01-01T24:00", "2026-01-01T00:00:60", "2026-01-01T00:00+25:00"]
NOT_ISO = ["2026-1-1", "2026-01-01T00", "2026-01-01Z", "2026-01-01\n", "01.02.2026", "today"]
OUT_OF_BOUNDS = ["1899-12-31", "2200-01-01", "0000-01-01", 7_258_118_400, 100_000_000_000]


@pytest.mark.parametrize("value", [*NO_SUCH_TIME, *NOT_ISO, *OUT_OF_BOUNDS, True, None, {}])
def test_what_is_no_instant_fails_every_time_test(value):
    assert instant(value, "UTC") is None


def test_thirteen_digits_are_milliseconds_suspected_and_match_nothing():
    assert not passes(1_772_366_400_000, {"after": "1950-01-01"})
    assert not passes([1_772_366_400_000], {"before": "2100-01-01"})


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-29", "2026-03-28T23:00:00Z"),
        ("2026-03-30", "2026-03-29T22:00:00Z"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"),
    ],
)
def test_a_time_without_offset_is_local(text, utc):
    assert instant(text, "Europe/Berlin") == instant(utc, "UTC")


NOT_TESTS = [{}, {"ignore_case": True}, {"equals": 5}]
NOT_BOUNDS = [{"within": "1.5d"}, {"within": "4 h"}, {"within": 4}, {"after": "soon"}]


@pytest.mark.parametrize("tests", [*NOT_TESTS, *NOT_BOUNDS])
def test_what_the_judge_does_not_understand_it_does_not_guess(tests):
    with pytest.raises(Unjudged):
        passes(0, tests)
