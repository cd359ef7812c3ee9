"""What filters ask of values, rule by rule; at random against the engine in the file beside it."""

from zoneinfo import ZoneInfo

import pytest

from dataout.model.reading import Context
from dataout.segments.filters import read_filter
from dataout.segments.values import Exists, PropertyIs, Within
from dataout.ticks.predicates import (
    compiled,
    has_form,
    looks_at_now,
    numbers_at,
    passes,
    passes_all,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = 1_772_366_400_000  # 2026-03-01T12:00:00Z
HOUR = 3_600_000


def asked(drawn):
    condition = read_filter(drawn, (), Context(zone=BERLIN))
    assert condition is not None, drawn
    return condition


def holds(operators, value, now=NOON):
    """Ask one property ``x``, which is ``value``."""
    return passes(asked({"x": operators}), {"x": value}, now, BERLIN.key)


def passing(operators, values):
    return [value for value in values if holds(operators, value)]


def test_a_number_compares_with_numbers_and_with_what_plainly_spells_one():
    values = [5, 5.0, "5", "5.0", "05", "+5", "5e0", " 5", True, [4, "5"], {"x": 5}, [[5]], None]
    assert passing(5, values) == [5, 5.0, "5", "5.0", [4, "5"]]
    assert passing({"gte": 5}, values) == [5, 5.0, "5", "5.0", [4, "5"]]
    assert passing({"in": [5, "x"]}, values) == [5, 5.0, "5", "5.0", [4, "5"]]
    assert passing({"lt": 5}, [4.9999995, 4.9999994, "4.9999994", -(10**19), -(10**20)]) == [
        4.9999994,
        "4.9999994",
        -(10**19),
    ]


def test_a_text_compares_with_texts_and_with_numbers_that_it_plainly_spells():
    values = ["5", "5.0", 5, 5.0, 6, "05", [5]]
    assert passing("5", values) == ["5", 5, 5.0, [5]]
    assert passing("05", values) == ["05"]
    assert passing({"lte": "5"}, values) == ["5", 5, 5.0, "05", [5]]
    assert passing({"in": ["5", "6"]}, values) == ["5", 5, 5.0, 6, [5]]


def test_texts_compare_by_code_point():
    assert passing({"gt": "Z"}, ["a", "É", "\uffff", "😀", "A", "Z", ""]) == [
        "a",
        "É",
        "\uffff",
        "😀",
    ]
    assert passing({"gt": "\uffff"}, ["😀", "a"]) == ["😀"]


def test_booleans_equal_their_spellings_and_have_no_order():
    values = [True, "true", "True", False, "false", 1, "1", None]
    assert passing({"is": True}, values) == [True, "true"]
    assert passing({"is": True, "ignore_case": True}, values) == [True, "true", "True"]
    assert passing("true", values) == [True, "true"]
    assert passing({"is": "TRUE", "ignore_case": True}, values) == [True, "true", "True"]
    assert passing("TRUE", values) == []
    assert passing({"in": [False, "x"]}, values) == [False, "false"]
    assert passing({"gte": "false"}, [True, False, "true"]) == ["true"]


def test_ignore_case_folds_sign_by_sign():
    assert passing({"is": "straße", "ignore_case": True}, ["STRAßE", "STRASSE"]) == ["STRAßE"]
    assert passing({"is": "ΟΔΟΣ", "ignore_case": True}, ["οδος", "οδοσ", "ΟΔΟσ"]) == [
        "οδος",
        "οδοσ",
        "ΟΔΟσ",
    ]
    assert passing({"contains": "IST", "ignore_case": True}, ["İstanbul", "istanbul"]) == [
        "İstanbul",
        "istanbul",
    ]


def test_parts_of_texts():
    values = ["Deutschland", "", "aDe", ["x", "De"], 5, True, {"De": "De"}]
    assert passing({"contains": "De"}, values) == ["Deutschland", "aDe", ["x", "De"]]
    assert passing({"starts_with": "De"}, values) == ["Deutschland", ["x", "De"]]
    assert passing({"ends_with": "De"}, values) == ["aDe", ["x", "De"]]
    assert passing({"contains": ""}, values) == ["Deutschland", "", "aDe", ["x", "De"]]
    assert passing({"not_contains": "De"}, values) == ["", 5, True, {"De": "De"}]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^D", "aD\nD", False),  # not at the beginning of every line
        ("(?m)^D", "a\nD", True),
        ("a.b", "a\nb", False),
        ("(?s)a.b", "a\nb", True),
        (r"^\w+$", "Zoë", False),  # classes of Perl are of ASCII, unlike Python's
        (r"\d", "٣", False),
        ("(?i)É", "é", True),
        ("^.$", "🛒", True),  # a sign, not a byte
        ("a$", "a\n", False),  # the end is the end, unlike Python's
        (r"\z", "", True),
        ("b", "a\x00b", True),
    ],
)
def test_patterns_are_those_of_re2(pattern, text, found):
    assert holds({"matches": pattern}, text) is found


def test_patterns_that_ask_for_classes_of_unicode_have_no_form():
    plain, classes = asked({"x": {"matches": r"\w"}}), asked({"x": {"matches": r"a\PLb"}})
    assert has_form(plain)
    assert not has_form(classes)
    assert not has_form(asked({"any": [{"y": 1}, {"not": {"x": {"matches": r"[\p{Greek}]"}}}]}))
    assert not has_form(asked({"x": {"none": {"y": {"matches": r"\pN"}}}}))
    assert has_form(asked({"x": {"contains": r"\pN", "in": [r"\pL"], "exists": False}}))
    with pytest.raises(ValueError, match="has no form outside the engine"):
        compiled(classes, "UTC")


def test_what_is_there():
    values = [None, "", [], {}, 0, False, " ", [None], ""]
    assert passing({"exists": True}, values) == [{}, 0, False, " ", [None]]
    assert passing({"exists": False}, values) == [None, "", [], ""]
    assert passes(asked({"y": {"exists": False}}), {}, NOON, "UTC")


def test_a_negative_operator_holds_when_no_element_does_the_opposite():
    assert passing({"is_not": "a"}, [None, [], ["b"], ["a", "b"], "a", 5]) == [None, [], ["b"], 5]
    assert passing({"not_in": ["a", 5]}, ["5", 5, "a", [], [5], "b"]) == [[], "b"]


def test_all_operators_hold_though_not_of_the_same_element():
    assert holds({"gt": 3, "lt": 2}, [1, 4])
    assert not holds({"gt": 3, "lt": 2}, [2.5])


def test_one_object_of_a_list_meets_all_of_a_filter():
    where = {"any": {"category": "shoes", "margin": {"gte": 0.4}}}
    both = [{"category": "shoes", "margin": 0.5}]
    apart = [{"category": "shoes", "margin": 0.3}, {"category": "hats", "margin": 0.5}]
    values = [both, apart, both[0], [both], ["shoes"], [None], None]
    assert passing(where, values) == [both]
    assert passing({"none": where["any"]}, values) == values[1:]
    assert passing({"any": {"gone": {"exists": False}}}, [[{}], [5], [], {}]) == [[{}]]


def test_a_path_leads_through_objects_only():
    lat = asked({"x.at.lat": 5})
    assert passes(lat, {"x": {"at": {"lat": 5}}}, NOON, "UTC")
    for elsewhere in (
        {"x": [{"at": {"lat": 5}}]},
        {"x": {"At": {"lat": 5}}},
        {"x": "at"},
        {},
        None,
    ):
        assert not passes(lat, elsewhere, NOON, "UTC")


def test_trees():
    either = asked({"any": [{"x": 1}, {"all": [{"x": 2}, {"not": {"y": 3}}]}]})
    properties = [{"x": 1, "y": 3}, {"x": 2}, {"x": 2, "y": 3}, {}]
    assert [passes(either, each, NOON, "UTC") for each in properties] == [True, True, False, False]


@pytest.mark.parametrize(
    ("test", "first", "last"),
    [
        ({"within": "4h"}, 1 - 4 * HOUR, 0),
        ({"age": ["1h", "4h"]}, 1 - 4 * HOUR, -HOUR),
        ({"within_next": "4h"}, 1, 4 * HOUR),
        ({"between": ["2026-03-01T11:00:00Z", "2026-03-01T13:00:00Z"]}, -HOUR, HOUR - 1),
        ({"calendar_days": [1, 2]}, -61 * HOUR, -13 * HOUR - 1),
    ],
)
def test_windows_to_the_millisecond(test, first, last):
    for offset, inside in ((first - 1, False), (first, True), (last, True), (last + 1, False)):
        assert holds(test, (NOON + offset) / 1_000) is inside, offset


def test_windows_open_to_one_side():
    assert holds({"older_than": "4h"}, NOON / 1_000 - 14_400)
    assert not holds({"older_than": "4h"}, NOON / 1_000 - 14_399.999)
    assert holds({"after": "2026-03-01T12:00:00Z"}, "2026-03-01T12:00:00.001Z")
    assert not holds({"after": "2026-03-01T12:00:00Z"}, "2026-03-01T12:00:00.000999Z")
    assert holds({"before": "2026-03-01T12:00:00Z"}, "2026-03-01T12:59:59.999+01:00")
    assert not holds({"before": "2026-03-01T12:00:00Z"}, "2026-03-01T13:00:00")  # of Berlin
    assert not holds({"calendar_days": 1}, NOON / 1_000 + 0.001)


def test_calendar_days_of_a_day_with_23_hours():
    end = 1_774_821_599_999  # 2026-03-29T23:59:59.999 in Berlin
    for hours, inside in ((23, True), (22.9, True), (23.1, False)):
        value = (end + 1 - hours * HOUR) / 1_000
        assert holds({"calendar_days": 1}, value, now=end) is inside
    assert not holds({"calendar_days": 1}, end / 1_000, now=end + 1)
    assert holds({"calendar_days": 10_000_000}, "1900-01-02", now=end)


def test_what_is_no_instant_lies_in_no_window():
    assert passing({"older_than": "1ms"}, ["soon", True, None, 1e11, {}, [], "1e9", 1e400]) == []
    assert holds({"older_than": "1ms"}, ["soon", "0"])


def test_tests_without_a_filter():
    (tests,) = {asked({"x": {"gte": 3, "lt": 5}}).tests}
    assert passes_all(tests, 3, NOON, "UTC")
    assert not passes_all(tests, 5, NOON, "UTC")


def test_what_looks_at_now():
    assert looks_at_now(PropertyIs(("x",), (Exists(), Within(HOUR))))
    assert looks_at_now(asked({"not": {"x": {"none": {"y": {"calendar_days": 3}}}}}))
    assert not looks_at_now(asked({"x": {"after": "2026-03-01", "exists": True}}))


def numbers(properties, path, items=None):
    found = numbers_at(path, None if items is None else asked(items), "UTC")
    return found(properties, NOON)


def test_the_number_of_a_row():
    assert numbers({"total": "2.5"}, ("total",)) == [2_500_000]
    assert numbers({"total": [2.5]}, ("total",)) == []
    assert numbers({"a": {"total": 2.5}}, ("a", "total")) == [2_500_000]
    assert numbers({"a": {"total": 2.5}}, ("a", "total"), {"b": 1}) == []
    assert numbers({}, ("total",)) == []


def test_the_numbers_of_a_list_of_objects():
    shoes, hats = {"price": 5, "sku": "shoes"}, {"price": "2.50", "sku": "hats"}
    row = {"items": [shoes, hats, {"price": "much"}, {"price": None}, 7, None, [shoes]]}
    assert numbers(row, ("items", "price")) == [5_000_000, 2_500_000]
    assert numbers(row, ("items", "price"), {"sku": "hats"}) == [2_500_000]
    assert numbers({"a": row}, ("a", "items", "price")) == [5_000_000, 2_500_000]
    assert numbers({"a": [row]}, ("a", "items", "price")) == []
    nested = {"items": [{"price": {"net": 4}}, {"price": [{"net": 4}]}]}
    assert numbers(nested, ("items", "price", "net")) == [4_000_000]
