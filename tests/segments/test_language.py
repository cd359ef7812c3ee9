"""Sequences, relations, days, lists of objects, orders and histories as they are written."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from tests.segments.grammar import CONDITIONS
from tests.segments.parsing import ANY, BUY, D, H, parse, wrong

from dataout.catalog.events import Catalog, ObjectDefinition
from dataout.errors import ProjectError
from dataout.model.complaints import Mistakes
from dataout.segments.parse import parse_condition, parse_segments
from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    AttributeIs,
    CountIs,
    DistinctDaysIs,
    EventIs,
    FirstStep,
    NextStep,
    NoStep,
    Not,
    PickIs,
    Related,
    SeenBefore,
    Sequence,
    Stream,
    TraitIs,
)
from dataout.segments.values import (
    Age,
    AnyElement,
    CalendarDays,
    Compare,
    Exists,
    FilterAll,
    IsNot,
    OlderThan,
    PropertyIs,
    TextTest,
    Within,
)

MAIL = Stream(("mail",))
SHOES = PropertyIs(("category",), (Compare("is", "shoes"),))
DEAR = PropertyIs(("margin",), (Compare("gte", Decimal("0.4")),))
UNSEEN = Not(EventIs(BUY, ANY, Within(30 * D)))


def steps(*steps):
    return {"sequence": list(steps)}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (steps({"event": "mail"}, {"event": "buy"}),
         Sequence(FirstStep(MAIL), (NextStep(BUY),))),
        (steps({"event": "mail", "age": ["1d", "9d"]}, {"event": "buy", "within": "2h"},
               {"event": "buy", "older_than": "1h"}),
         Sequence(FirstStep(MAIL, Age(D, 9 * D)),
                  (NextStep(BUY, 2 * H), NextStep(BUY, None, OlderThan(H))))),
        (steps({"event": "mail", "which": "first", "within": "9d"}, {"not": {"event": "buy"}}),
         Sequence(FirstStep(MAIL, Within(9 * D), "first"), (), NoStep(BUY))),
        (steps({"event": "mail"}, {"event": "*", "where": {"category": "shoes"}},
               {"not": {"event": "buy", "within": "4h", "lines": True}}),
         Sequence(FirstStep(MAIL), (NextStep(Stream((), SHOES)),),
                  NoStep(Stream(("buy",), orders="lines"), 4 * H))),
        (steps({"event": "mail", "calendar_days": 2, "zone": "Asia/Tokyo"},
               {"event": "buy", "calendar_days": [1, 1], "gross": True}),
         Sequence(FirstStep(MAIL, CalendarDays(0, 1, "Asia/Tokyo")),
                  (NextStep(Stream(("buy",), orders="gross"), None,
                            CalendarDays(1, 1, "Europe/Berlin")),))),
        ({"related": "plan"}, Related("plan", None, None, "gte", 1)),
        ({"related": "plan", "where": {"category": "shoes"}, "via": {"margin": {"gte": 0.4}},
          "count": 2}, Related("plan", SHOES, DEAR, "is", 2)),
        ({"related": "plan", "count": {"gte": 1, "lt": 3}},
         All((Related("plan", None, None, "gte", 1), Related("plan", None, None, "lt", 3)))),
        ({"trait": "aov", "gte": 3, "exists": True},
         TraitIs("aov", (Compare("gte", Decimal(3)), Exists()))),
        ({"trait": "aov", "none": {"category": "shoes"}},
         TraitIs("aov", (IsNot(AnyElement(SHOES)),))),
        ({"event": "buy", "calendar_days": 1},
         EventIs(BUY, ANY, CalendarDays(0, 0, "Europe/Berlin"))),
        ({"event": "buy", "calendar_days": 7.0, "zone": "UTC"},
         EventIs(BUY, ANY, CalendarDays(0, 6, "UTC"))),
        ({"event": "buy", "calendar_days": [0, 3]},
         EventIs(BUY, ANY, CalendarDays(0, 3, "Europe/Berlin"))),
        ({"attribute": "born", "calendar_days": [2, 2], "zone": "Asia/Tokyo"},
         AttributeIs(("born",), (CalendarDays(2, 2, "Asia/Tokyo"),))),
        ({"event": "buy", "where": {"due": {"calendar_days": 3, "zone": "UTC"}}},
         EventIs(Stream(("buy",), PropertyIs(("due",), (CalendarDays(0, 2, "UTC"),))), ANY)),
        ({"attribute": "tier", "is": "gold", "true_for": "30d"},
         AttributeIs(("tier",), (Compare("is", "gold"),), 30 * D)),
        ({"attribute": "tier", "exists": False, "true_for": "1h"},
         AttributeIs(("tier",), (IsNot(Exists()),), H)),
        ({"not": {"event": "buy", "within": "30d", "history": "required"}},
         All((UNSEEN, SeenBefore(30 * D)))),
        ({"event": "buy", "within": "30d", "count": 0, "history": "required"},
         All((EventIs(BUY, CountIs("is", 0), Within(30 * D)), SeenBefore(30 * D)))),
        ({"event": "buy", "within": "30d", "count": {"lt": 3}, "history": "required"},
         All((EventIs(BUY, CountIs("lt", 3), Within(30 * D)), SeenBefore(30 * D)))),
        ({"not": {"event": "buy", "which": "last", "within": "30d", "history": "required"}},
         All((Not(EventIs(BUY, PickIs("last"), Within(30 * D))), SeenBefore(30 * D)))),
        ({"attribute": "cart", "any": {"category": "shoes", "margin": {"gte": 0.4}}},
         AttributeIs(("cart",), (AnyElement(FilterAll((SHOES, DEAR))),))),
        ({"attribute": "cart", "none": {"category": "shoes"}, "exists": True},
         AttributeIs(("cart",), (IsNot(AnyElement(SHOES)), Exists()))),
        ({"event": "buy", "where": {"items": {"any": {"sizes": {"none": {"category": "shoes"}}}}}},
         EventIs(Stream(("buy",), PropertyIs(("items",), (AnyElement(
             PropertyIs(("sizes",), (IsNot(AnyElement(SHOES)),))),))), ANY)),
        ({"event": "buy", "where": {"items": {"any": {"x": {"is": "A", "ignore_case": True}}}}},
         EventIs(Stream(("buy",), PropertyIs(("items",), (AnyElement(
             PropertyIs(("x",), (Compare("is", "A", ignore_case=True),))),))), ANY)),
        ({"event": "buy", "sum": {"property": "items.price", "where": {"category": "shoes"},
                                  "gte": 9}},
         EventIs(BUY, AggregateIs("sum", ("items", "price"), "gte", Decimal(9), SHOES))),
        ({"event": "buy", "distinct_days": {"gte": 3}},
         EventIs(BUY, DistinctDaysIs("gte", 3, "Europe/Berlin"))),
        ({"event": "buy", "distinct_days": 3, "zone": "UTC", "within": "9d"},
         EventIs(BUY, DistinctDaysIs("is", 3, "UTC"), Within(9 * D))),
        ({"event": "buy", "gross": True}, EventIs(Stream(("buy",), orders="gross"), ANY)),
        ({"event": "buy", "lines": True, "gross": False},
         EventIs(Stream(("buy",), orders="lines"), ANY)),
        ({"event": "buy", "since": {"event": "mail", "gross": True}},
         EventIs(BUY, ANY, since=Anchor(Stream(("mail",), orders="gross")))),
        ({"all": [{"attribute": "a", "contains": "x", "any": {"category": "shoes"}}]},
         All((AttributeIs(("a",), (TextTest("contains", "x"), AnyElement(SHOES))),))),
    ],
)  # fmt: skip
def test_what_is_written_and_what_it_means(written, meant):
    assert parse(written, "Europe/Berlin") == meant


A, B = {"event": "a"}, {"event": "b"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (steps(), "who.sequence: a sequence has at least two steps, this one has 0."),
        (steps(A), "at least two steps, this one has 1. One event alone is a condition"),
        ({"sequence": A}, "who.sequence: expected a list of steps, found a mapping. Write it in"),
        (steps({"not": A}, B), "who.sequence[0].not: only the last step may be a 'not'"),
        (steps({"not": A}), "who.sequence[0].not: only the last step may be a 'not', and never"),
        (steps(A, {"not": B}, A), "who.sequence[1].not: only the last step may be a 'not'"),
        (steps(A, {"not": B, "within": "1d"}), "'within' cannot stand beside 'not'. Put it into"),
        (steps(A, {"not": {**B, "after": "2026-01-01"}}), "a sequence's 'not' takes no 'after'."),
        (steps(A, {"not": {"segment": "b"}}), "a sequence's 'not' takes no 'segment'."),
        (steps(A, {"not": {"not": B}}), "a sequence's 'not' needs 'event'"),
        (steps(A, 3), "who.sequence[1]: expected a later step as a mapping"),
        (steps(A, {"any": [A, B]}), "a later step takes no 'any'. A step is one event."),
        (steps({"segment": "x"}, B), "who.sequence[0].segment: the first step takes no 'segment'."),
        (steps({**A, "count": 2}, B), "the first step takes no 'count'. A step is one event."),
        (steps(A, {**B, "sum": {"property": "x", "gt": 1}}), "a later step takes no 'sum'."),
        (steps(A, {**B, "since": A}), "who.sequence[1].since: a later step takes no 'since'."),
        (steps(A, {**B, "which": "last"}), "a later step takes no 'which'. Only the first step"),
        (steps(A, {**B, "history": "required"}), "a later step takes no 'history'."),
        (steps(A, {**B, "within": "1d", "older_than": "1h"}), "at most one time restriction"),
        (steps({**A, "within": "-1d"}, B), "leave the minus away"),
        (steps(A, {**B, "gross": True, "lines": True}), "who.sequence[1].lines: 'lines' beside"),
        (steps(A, {**B, "zone": "UTC"}), "it belongs beside calendar_days."),
        ({**steps(A, B), "within": "1d"}, "who.within: 'within' cannot stand beside 'sequence'"),
        ({"related": "plan", "within": "1d"}, "who.within: unknown key 'within'."),
        ({"related": ["plan"]}, "who.related: expected a text, found a list"),
        ({"related": "plan", "count": -1}, "who.count: expected a whole number"),
        ({"related": "plan", "where": {}}, "who.where: expected at least one property"),
        ({"trait": "aov"}, "who: expected at least one operator."),
        ({"trait": 3, "is": 1}, "who.trait: expected a text"),
        ({"trait": "aov", "is": 1, "true_for": "1d"}, "'true_for' is asked of an attribute"),
        ({"event": "a", "calendar_days": 0}, "a count of days begins with 1, which is today."),
        ({"event": "a", "calendar_days": 10**9}, "at most 11574074 days can be counted."),
        ({"event": "a", "calendar_days": -1}, "expected a whole number that is not negative"),
        ({"event": "a", "calendar_days": True}, "expected a number of days, or two in brackets"),
        ({"event": "a", "calendar_days": "3d"}, "a number of days, or two in brackets, found the"),
        ({"event": "a", "calendar_days": float("nan")}, "expected a whole number"),
        ({"event": "a", "calendar_days": [7, 1]}, "the wrong way round: the younger comes first"),
        ({"event": "a", "calendar_days": [-1, 1]}, "who.calendar_days[0]: expected a whole number"),
        ({"event": "a", "calendar_days": [1]}, "expected two numbers of days in brackets"),
        ({"event": "a", "calendar_days": 2, "within": "1d"}, "at most one time restriction"),
        ({"event": "a", "calendar_days": 2, "zone": "Europe/Berln"},
         "Did you mean 'Europe/Berlin'"),
        ({"event": "a", "within": "1d", "zone": "UTC"}, "beside calendar_days or distinct_days."),
        ({"attribute": "x", "is": 1, "zone": "UTC"}, "who.zone: 'zone' says whose days"),
        ({"attribute": "x", "zone": "UTC"}, "expected at least one operator."),
        ({"attribute": "x", "calendar_days": 1, "zone": 3}, "who.zone: expected an IANA time zone"),
        ({"event": "a", "where": {"x": {"is": 1, "true_for": "1d"}}}, "asked of an attribute"),
        ({"attribute": "x", "is": 1, "true_for": "0d"}, "longer than zero"),
        ({"attribute": "x", "true_for": "1d"}, "expected at least one operator"),
        ({"attribute": "x", "within": "9d", "true_for": "1d"}, "who.true_for: 'true_for' beside a"),
        ({"attribute": "x", "calendar_days": 1, "true_for": "1d"}, "a test that looks at now"),
        ({"attribute": "x", "none": {"all": [{"due": {"within_next": "1d"}}]}, "true_for": "1d"},
         "a test that looks at now"),
        ({"event": "a", "within": "1d", "history": "required"},
         "who.history: this event is no neg"),
        ({"not": {"event": "a", "history": "required"}},
         "who.not.history: history: required needs"),
        ({"not": {"event": "a", "older_than": "1d", "history": "required"}},
         "needs a window, within"),
        ({"not": {"event": "a", "within": "1d", "count": 0, "history": "required"}},
         "below not, this event asks for presence"),
        ({"event": "a", "within": "1d", "count": {"lte": 3, "gte": 1}, "history": "required"},
         "this event is no negative window"),
        ({"event": "a", "within": "1d", "count": 3, "history": "required"}, "no negative window"),
        ({"not": {"all": [{"event": "a", "within": "1d", "history": "required"}]}},
         "who.not.all[0].history: this event is no negative window"),
        ({"not": {"event": "a", "within": "1d", "history": True}}, "who.not.history: expected req"),
        ({"not": {"list": "vip", "history": "required"}}, "'history' cannot stand beside 'list'"),
        ({"event": "a", "where": {"x": {"any": {}}}},
         "who.where.x.any: expected at least one prop"),
        ({"event": "a", "where": {"x": {"none": [1]}}}, "who.where.x.none: expected filters as a"),
        ({"event": "a", "where": {"x": {"any": {"y": {"gt": None}}}}},
         "who.where.x.any.y.gt: expe"),
        ({"attribute": "x", "any": {"y": 1}, "ignore_case": True},
         "does not reach into the elements"),
        ({"attribute": "x", "any": [{"everyone": True}]}, "several conditions in one mapping"),
        ({"event": "a", "sum": {"property": "x", "gt": 1, "where": {"y": 1}}},
         "who.sum.where: 'x' lies in no list. There, where chooses among the elements"),
        ({"event": "a", "sum": {"property": "x.y", "gt": 1, "where": 1}},
         "who.sum.where: expected"),
        ({"event": "a", "distinct": {"property": "x.y", "gt": 1, "where": {"y": 1}}},
         "who.distinct.where: 'distinct' takes no 'where'. To choose among the events"),
        ({"event": "a", "distinct_days": {}}, "who.distinct_days: expected a number, or one of"),
        ({"event": "a", "distinct_days": {"gte": 1.5}}, "a whole number that is not negative"),
        ({"event": "a", "distinct_days": {"gte": 1, "zone": "UTC"}},
         "It stands beside 'distinct_days'"),
        ({"event": "a", "distinct_days": 1, "which": "last"}, "'distinct_days' beside 'which'"),
        ({"event": "a", "distinct_days": 1, "sum": {"property": "x", "gt": 1}}, "one aggregate"),
        ({"event": "a", "gross": True, "lines": True}, "who.lines: 'lines' beside 'gross'"),
        ({"event": "a", "gross": "yes"}, "who.gross: expected true or false"),
        ({"event": "a", "since": {"event": "b", "gross": True, "lines": True}}, "who.since.lines"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_what_is_said(written, said):
    lines = wrong(written)
    assert any(said in line for line in lines), lines


@settings(max_examples=300)
@given(CONDITIONS)
def test_it_never_raises_and_always_says_why(value):
    mistakes = Mistakes()
    condition = parse_condition(value, (), mistakes, "UTC")
    assert (condition is None) == bool(mistakes.found)


def complaints(segments, **known):
    with pytest.raises(ProjectError) as caught:
        parse_segments(segments, **known)
    return [f"{each.path}: {each.message} {each.hint}" for each in caught.value.complaints]


def lists_object(name):
    return Catalog(objects={name: ObjectDefinition(name)})


def test_traits_and_types_of_objects_have_to_be_there_where_they_are_given():
    segments = {"a": {"who": {"all": [{"trait": "spend", "gt": 1}, {"related": "plann"}]}}}
    parse_segments(segments)
    parse_segments(segments, traits=["spend"], catalog=lists_object("plann"))
    assert complaints(segments, traits=["spent"], catalog=lists_object("plan")) == [
        "segments.a.who.all[0].trait: there is no trait 'spend'. Did you mean 'spent'?",
        "segments.a.who.all[1].related: there is no object 'plann'. Did you mean 'plan'?",
    ]
