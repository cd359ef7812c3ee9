"""The segment language: what each form means, and what is said about what is wrong."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.segments.parsing import ANY, BUY, D, H, parse, wrong

from dataout.errors import ProjectError
from dataout.model.complaints import Mistakes
from dataout.segments.events import EVENT_SHAPE
from dataout.segments.filters import TESTS
from dataout.segments.parse import KINDS, parse_condition, parse_segments
from dataout.segments.relations import RELATED_SHAPE
from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    AnyOf,
    AttributeIs,
    CountIs,
    DistinctIs,
    EventIs,
    Everyone,
    InList,
    InSegment,
    Not,
    PickIs,
    Stream,
)
from dataout.segments.values import (
    After,
    Age,
    Before,
    Between,
    Compare,
    Exists,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OlderThan,
    OneOf,
    PropertyIs,
    TextTest,
    Within,
    WithinNext,
)


def attribute(*tests):
    return AttributeIs(("x",), tests)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"everyone": True}, Everyone()),
        ({"segment": "vip"}, InSegment("vip")),
        ({"list": "vip"}, InList("vip")),
        ({"not": {"list": "vip"}}, Not(InList("vip"))),
        ({"all": [{"everyone": True}]}, All((Everyone(),))),
        ({"any": ({"list": "a"}, {"list": "b"})}, AnyOf((InList("a"), InList("b")))),
        ({"attribute": "x", "is": 3}, attribute(Compare("is", Decimal(3)))),
        ({"attribute": "x", "is": True}, attribute(Compare("is", bound=True))),
        ({"attribute": "x", "is_not": "a"}, attribute(IsNot(Compare("is", "a")))),
        ({"attribute": "x", "in": ["a", 1]}, attribute(OneOf(("a", Decimal(1))))),
        ({"attribute": "x", "not_in": ["a"]}, attribute(IsNot(OneOf(("a",))))),
        ({"attribute": "x", "contains": "a"}, attribute(TextTest("contains", "a"))),
        ({"attribute": "x", "not_contains": "a"}, attribute(IsNot(TextTest("contains", "a")))),
        ({"attribute": "x", "starts_with": "a"}, attribute(TextTest("starts_with", "a"))),
        ({"attribute": "x", "ends_with": "a"}, attribute(TextTest("ends_with", "a"))),
        ({"attribute": "x", "matches": "(?i)^a+$"}, attribute(TextTest("matches", "(?i)^a+$"))),
        ({"attribute": "x", "exists": True}, attribute(Exists())),
        ({"attribute": "x", "exists": False}, attribute(IsNot(Exists()))),
        ({"attribute": "x", "gt": 1.5}, attribute(Compare("gt", Decimal("1.5")))),
        ({"attribute": "x", "gte": "b"}, attribute(Compare("gte", "b"))),
        ({"attribute": "x", "lt": 0, "gt": -1},
         attribute(Compare("lt", Decimal(0)), Compare("gt", Decimal(-1)))),
        ({"attribute": "x", "within_next": "7d"}, attribute(WithinNext(7 * D))),
        ({"attribute": "x", "older_than": "1w", "within": "14d"},
         attribute(OlderThan(7 * D), Within(14 * D))),
        ({"attribute": "x", "ignore_case": True, "in": ["A"]},
         attribute(OneOf(("A",), ignore_case=True))),
        ({"attribute": "x", "is_not": "A", "ignore_case": True},
         attribute(IsNot(Compare("is", "A", ignore_case=True)))),
        ({"attribute": "a.b.c", "is": ""}, AttributeIs(("a", "b", "c"), (Compare("is", ""),))),
        ({"event": "buy"}, EventIs(BUY, ANY)),
        ({"event": ["a", "b", "a"]}, EventIs(Stream(("a", "b")), ANY)),
        ({"event": "*"}, EventIs(Stream(()), ANY)),
        ({"event": "buy", "within": "24h"}, EventIs(BUY, ANY, Within(D))),
        ({"event": "buy", "age": ["21d", "45d"]}, EventIs(BUY, ANY, Age(21 * D, 45 * D))),
        ({"event": "buy", "age": ["0h", "2h"]}, EventIs(BUY, ANY, Age(0, 2 * H))),
        ({"event": "buy", "count": 0}, EventIs(BUY, CountIs("is", 0))),
        ({"event": "buy", "count": {"lte": 2}}, EventIs(BUY, CountIs("lte", 2))),
        ({"event": "buy", "count": {"gte": 2.0, "lt": 5}},
         All((EventIs(BUY, CountIs("gte", 2)), EventIs(BUY, CountIs("lt", 5))))),
        ({"event": "buy", "sum": {"property": "items.price", "gte": 0.1}},
         EventIs(BUY, AggregateIs("sum", ("items", "price"), "gte", Decimal("0.1")))),
        ({"event": "buy", "distinct": {"property": "sku", "gt": 3}},
         EventIs(BUY, DistinctIs(("sku",), "gt", 3))),
        ({"event": "buy", "count": 3, "avg": {"property": "t", "lt": 9}},
         All((EventIs(BUY, CountIs("is", 3)),
              EventIs(BUY, AggregateIs("avg", ("t",), "lt", Decimal(9)))))),
        ({"event": "buy", "which": "first", "older_than": "3d"},
         EventIs(BUY, PickIs("first"), OlderThan(3 * D))),
        ({"event": "buy", "since": {"event": "mail", "which": "first", "where": {"step": 1}}},
         EventIs(BUY, ANY, since=Anchor(
             Stream(("mail",), PropertyIs(("step",), (Compare("is", Decimal(1)),))), "first"))),
        ({"event": "buy", "since": {"event": ["a", "b"]}},
         EventIs(BUY, ANY, since=Anchor(Stream(("a", "b")), "last"))),
    ],
)  # fmt: skip
def test_what_is_written_and_what_it_means(written, meant):
    assert parse(written) == meant


def test_several_properties_in_one_mapping_are_asked_of_the_same_event():
    where = {"value": {"gte": 50, "lt": 99}, "currency": "EUR"}
    both = FilterAll(
        (
            PropertyIs(("value",), (Compare("gte", Decimal(50)), Compare("lt", Decimal(99)))),
            PropertyIs(("currency",), (Compare("is", "EUR"),)),
        )
    )
    assert parse({"event": "buy", "where": where}) == EventIs(Stream(("buy",), both), ANY)


def test_filters_nest_as_a_tree():
    where = {"any": [{"a": 1}, {"not": {"b.c": {"exists": True}}}, {"all": [{"d": "x"}]}]}
    tree = FilterAny(
        (
            PropertyIs(("a",), (Compare("is", Decimal(1)),)),
            FilterNot(PropertyIs(("b", "c"), (Exists(),))),
            FilterAll((PropertyIs(("d",), (Compare("is", "x"),)),)),
        )
    )
    assert parse({"event": "buy", "where": where}) == EventIs(Stream(("buy",), tree), ANY)


NOON = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("written", "zone", "meant"),
    [
        ("2026-03-01T12:00:00Z", "Europe/Berlin", NOON),
        ("2026-03-01T12:00", "Europe/Berlin", NOON - H),
        ("2026-03-01 13:00:00.0019+01:00", "UTC", NOON + 1),
        ("2026-03-01T06:30:00-0530", "UTC", NOON),
        ("2026-03-01", "Europe/Berlin", NOON - 13 * H),
        ("2026-03-29T02:30", "Europe/Berlin", 1774747800000),  # skipped: the offset before
        ("2026-10-25T02:30", "Europe/Berlin", 1792888200000),  # twice: the earlier one
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "Europe/Berlin", NOON),
        (datetime(2026, 3, 1, 13), "Europe/Berlin", NOON),  # noqa: DTZ001
        (date(2026, 3, 1), "Europe/Berlin", NOON - 13 * H),
    ],
)
def test_instants(written, zone, meant):
    assert parse({"event": "buy", "after": written}, zone) == EventIs(BUY, ANY, After(meant))
    assert parse({"event": "buy", "before": written}, zone) == EventIs(BUY, ANY, Before(meant))
    window = {"event": "buy", "between": [written, "2027-01-01"]}
    assert parse(window, zone).when == Between(meant, parse(window, zone).when.end)


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (0.1, "0.1"),
        (50.0, "50"),
        (1e3, "1000"),
        (2.5000005, "2.5"),
        (2.5000015, "2.500002"),
        (-0.0, "0"),
        (1e-9, "0"),
        (99999999999999999999, "99999999999999999999"),
        (Decimal("1.23456789"), "1.234568"),
    ],
)
def test_numbers_are_exact_to_six_places(written, exact):
    ((test,), bound) = parse({"attribute": "x", "is": written}).tests, Decimal(exact)
    assert test.bound == bound
    assert str(test.bound) == exact


@pytest.mark.parametrize(
    "number",
    [
        float("nan"),
        float("inf"),
        1e20,
        10**20,
        -(10**20),
        pytest.param(10**5000, id="huge"),
        Decimal("sNaN"),
    ],
)
def test_numbers_that_do_not_fit(number):
    (line,) = wrong({"attribute": "x", "gte": number})
    assert "does not fit" in line or "10^20" in line


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"all": []}, "who.all: expected a list of conditions, found an empty one"),
        ({"any": {"everyone": True}}, "who.any: expected a list of conditions, found a mapping"),
        ({"everyone": False}, "who.everyone: expected true, found false. For nobody, say not:"),
        ({}, "who: expected a condition with one of all, any, not"),
        ([], "who: expected one condition as a mapping, found a list"),
        (None, "who: expected a condition as a mapping (key: value), found nothing (null)"),
        ({"evnt": "buy"}, "who.evnt: unknown condition 'evnt'. Did you mean 'event'?"),
        ({"colour": "red"}, "expected a condition with one of all, any, not, sequence"),
        ({"all": [], "any": []}, "several conditions in one mapping: 'all' and 'any'"),
        ({"segment": "a", "within": "1d"}, "who.within: 'within' cannot stand beside 'segment'"),
        ({5: "x"}, "who: expected a text as a key, found the number 5"),
        ({"attribute": "x"}, "who: expected at least one operator. Say exists: true"),
        ({"attribute": "x", "is": None}, "who.is: expected a text, a number or true/false, found"),
        ({"attribute": "x", "is": [1]}, "To allow several values, say in: [ … ]."),
        ({"attribute": "x", "in": []}, "who.in: expected a list of texts"),
        ({"attribute": "x", "in": "a"}, "Write it in brackets"),
        ({"attribute": "x", "in": [1, None]}, "who.in[1]: expected a text, a number"),
        ({"attribute": "x", "gt": True}, "who.gt: expected a number or a text, found true"),
        ({"attribute": "x", "contains": 3}, "who.contains: expected a text, found the number 3"),
        ({"attribute": "x", "exists": "yes"}, "YAML 1.2 knows only true and false"),
        ({"attribute": "x", "matches": "a(b"}, "no regular expression of RE2: missing )"),
        ({"attribute": "x", "matches": r"(a)\1"}, "no regular expression of RE2"),
        ({"attribute": "x", "starts": "a"}, "Did you mean 'starts_with'"),
        ({"attribute": "a..b", "is": 1}, "who.attribute: 'a..b' is no path"),
        ({"attribute": 7, "is": 1}, "Put it in quotes if it is meant as text."),
        ({"attribute": "x", "is": "\ud83d"}, "half a character"),
        ({"event": []}, "who.event: expected a list of event names, found an empty one"),
        ({"event": ["*", "a"]}, "'*' is any event: it stands alone"),
        ({"event": "a", "where": {}}, "who.where: expected at least one property"),
        ({"event": "a", "where": {"any": [{"x": 1}], "y": 2}}, "'any' cannot stand beside other"),
        ({"event": "a", "where": {"x": {}}}, "who.where.x: expected at least one operator"),
        ({"event": "a", "where": {"x": None}}, "say exists: true or exists: false"),
        ({"event": "a", "where": {"all": []}}, "who.where.all: expected a list of filters"),
        ({"event": "a", "within": "1d", "after": "2026-01-01"}, "at most one time restriction"),
        ({"event": "a", "within": "-3h"}, "leave the minus away"),
        ({"event": "a", "within": "0d"}, "a duration has to be longer than zero"),
        ({"event": "a", "within": 4}, "Units are ms, s, m, h, d and w"),
        ({"event": "a", "within": "1y"}, "Units are ms, s, m, h, d and w"),
        ({"event": "a", "within": "99999999999999999999w"}, "Units are"),
        ({"event": "a", "age": ["45d", "21d"]}, "the wrong way round"),
        ({"event": "a", "age": ["21d", "21d"]}, "the wrong way round, or equal"),
        ({"event": "a", "age": "21d"}, "expected two durations in brackets"),
        ({"event": "a", "after": 1700000000}, "expected an instant (ISO-8601)"),
        ({"event": "a", "after": "2026-02-30"}, "expected an instant (ISO-8601)"),
        ({"event": "a", "between": ["2026-03-02", "2026-03-01"]}, "the earlier comes first"),
        ({"event": "a", "which": "last", "count": 1}, "who.count: 'count' beside 'which'"),
        ({"event": "a", "which": "first", "sum": {"property": "x", "gt": 1}}, "beside 'which'"),
        ({"event": "a", "which": "frist"}, "Did you mean 'first'?"),
        ({"event": "a", "count": -1}, "a whole number that is not negative"),
        ({"event": "a", "count": 1.5}, "a whole number that is not negative"),
        ({"event": "a", "count": "3"}, "a whole number that is not negative"),
        ({"event": "a", "count": True}, "a whole number that is not negative"),
        ({"event": "a", "count": {}}, "expected a number, or one of is, gt"),
        ({"event": "a", "sum": {"gte": 1}}, "who.sum: 'sum' needs 'property'"),
        ({"event": "a", "sum": {"property": "x"}}, "'sum' needs one of is, gt"),
        ({"event": "a", "sum": {"property": "x", "gte": "1"}}, "Leave the quotes away"),
        ({"event": "a", "avg": {"property": "x", "gt": 1}, "max": {"property": "x", "lt": 1}},
         "an event takes at most one aggregate"),
        ({"event": "a", "since": {"event": "b", "within": "1d"}}, "'since' takes no 'within'. It"),
        ({"event": "a", "since": {"event": "b", "since": {}}}, "who.since.since: unknown key"),
        ({"event": "a", "since": {}}, "who.since: 'since' needs 'event'"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_what_is_said(written, said):
    lines = wrong(written)
    assert any(said in line for line in lines), lines


def test_all_mistakes_of_a_condition_are_reported_at_once():
    lines = wrong(
        {"all": [{"evnt": "a"}, {"attribute": "x", "gt": None, "lt": []}, {"event": "b", "age": 3}]}
    )
    assert [line.split(":")[0] for line in lines] == [
        "who.all[0].evnt",
        "who.all[1].gt",
        "who.all[1].lt",
        "who.all[2].age",
    ]


def test_what_is_nested_without_end_is_a_mistake():
    endless = {}
    endless["not"] = endless
    (line,) = wrong(endless)
    assert line.endswith("nested too deeply. Give the inner part a name of its own.")


def test_an_unknown_zone_is_a_mistake():
    (line,) = wrong({"everyone": True}, "Europe/Berlinn")
    assert "Did you mean 'Europe/Berlin'?" in line


WORDS = [
    *KINDS,
    *TESTS,
    *(key.name for key in RELATED_SHAPE.keys),
    "true_for",
    "required",
    *(key.name for key in EVENT_SHAPE.keys),
    "property",
    "x",
    "ignore_case",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=5),
    st.sampled_from(["1d", "2h", "2026-01-01", "*", "a.b", "first", *WORDS]),
    st.binary(max_size=2),
    st.dates(),
)
SOUP = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.integers()), inner, max_size=4),
    ),
    max_leaves=12,
)


@given(SOUP)
def test_it_never_raises_and_always_says_why(value):
    mistakes = Mistakes()
    condition = parse_condition(value, (), mistakes, "UTC")
    assert (condition is None) == bool(mistakes.found)


def test_segments_by_name():
    segments = {"a": {"who": {"segment": "b"}, "owner": "me"}, "b": {"who": {"list": "vip"}}}
    assert parse_segments(segments) == {"a": InSegment("b"), "b": InList("vip")}
    assert parse_segments(segments, lists=["vip"]) == parse_segments(segments)


def test_all_complaints_about_segments_at_once():
    segments = {
        "a": {"who": {"segment": "b"}},
        "b": {"who": {"any": [{"segment": "a"}, {"segment": "zz"}, {"list": "vap"}]}},
        "c": {"whi": {}},
        "d": 3,
    }
    with pytest.raises(ProjectError) as caught:
        parse_segments(segments, "UTC", ["vip"])
    lines = [str(complaint) for complaint in caught.value.complaints]
    assert all(line.startswith("<segments>:0:0: segments.") for line in lines)
    for said in (
        "unknown key 'whi'. Did you mean 'who'?",
        "expected a segment as a mapping",
        "there is no segment 'zz'. Known: a, b, c, d.",
        "there is no list 'vap'. Did you mean 'vip'?",
        "in a circle: a → b → a.",
    ):
        assert sum(said in line for line in lines) == 1, (said, lines)
    assert len(lines) == 5
