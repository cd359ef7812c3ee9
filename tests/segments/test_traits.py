"""Computed traits: what each form means, and what is said about what is wrong."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from tests.segments.grammar import TRAIT_SECTIONS
from tests.segments.parsing import BUY, D

from dataout.catalog.events import Catalog, EventDefinition
from dataout.errors import ProjectError
from dataout.segments.parse import parse_traits
from dataout.segments.tree import Anchor, Stream, TraitAggregate, TraitMath, TraitPick
from dataout.segments.values import CalendarDays, Compare, PropertyIs, Within

SHOPS = Catalog({name: EventDefinition(name) for name in ("shop", "shop.buy", "buy")})
DOTTED = Catalog({"b.c": EventDefinition("b.c")})
SHOES = PropertyIs(("category",), (Compare("is", "shoes"),))


def complaints(traits, **known):
    with pytest.raises(ProjectError) as caught:
        parse_traits(traits, **known)
    return [f"{each.path}: {each.message} {each.hint}".strip() for each in caught.value.complaints]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"count": "buy"}, TraitAggregate("count", (), BUY)),
        ({"count": ["a", "b"]}, TraitAggregate("count", (), Stream(("a", "b")))),
        ({"count": "*"}, TraitAggregate("count", (), Stream(()))),
        ({"count": "buy", "within": "90d", "owner": "me", "description": "Orders"},
         TraitAggregate("count", (), BUY, Within(90 * D))),
        ({"avg": "buy.total"}, TraitAggregate("avg", ("total",), BUY)),
        ({"sum": "buy.items.price", "where": {"category": "shoes"}},
         TraitAggregate("sum", ("items", "price"), Stream(("buy",), SHOES))),
        ({"sum": {"event": "buy", "property": "items.price", "where": {"category": "shoes"}}},
         TraitAggregate("sum", ("items", "price"), BUY, items=SHOES)),
        ({"sum": "shop.buy.total"}, TraitAggregate("sum", ("total",), Stream(("shop.buy",)))),
        ({"sum": "other.buy.total"}, TraitAggregate("sum", ("buy", "total"), Stream(("other",)))),
        ({"max": "*.total", "gross": True},
         TraitAggregate("max", ("total",), Stream((), orders="gross"))),
        ({"distinct": {"event": ["a", "b"], "property": "sku"}},
         TraitAggregate("distinct", ("sku",), Stream(("a", "b")))),
        ({"min": "buy.total", "since": {"event": "mail"}, "calendar_days": 7, "zone": "UTC"},
         TraitAggregate("min", ("total",), BUY, CalendarDays(0, 6, "UTC"),
                        Anchor(Stream(("mail",))))),
        ({"last": "seen.category"}, TraitPick("last", ("category",), Stream(("seen",)))),
        ({"first": "buy.sku", "within": "1d", "lines": True},
         TraitPick("first", ("sku",), Stream(("buy",), orders="lines"), Within(D))),
        ({"minus": ["one", "two"]}, TraitMath("minus", ("one", "two"))),
        ({"divided_by": ["one", 2.5, 4]},
         TraitMath("divided_by", ("one", Decimal("2.5"), Decimal(4)))),
    ],
)  # fmt: skip
def test_what_is_written_and_what_it_means(written, meant):
    traits = {"one": {"count": "buy"}, "two": {"sum": "buy.total"}, "t": written}
    assert parse_traits(traits, catalog=SHOPS)["t"] == meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (3, "traits.t: expected a trait as a mapping"),
        ({}, "traits.t: expected a trait with one of count, sum"),
        ({"within": "1d"}, "expected a trait with one of count, sum"),
        ({"cuont": "buy"}, "traits.t.cuont: unknown key 'cuont'. Did you mean 'count'?"),
        ({"count": "buy", "sum": "buy.total"}, "a trait computes one thing, this one 'count' and"),
        ({"count": []}, "traits.t.count: expected a list of event names, found an empty one"),
        ({"count": {"event": "buy"}}, "traits.t.count: expected a text"),
        ({"sum": "buy"},
         "an event and one of its properties, found the text 'buy'. Such as buy.total"),
        ({"sum": ".total"}, "an event and one of its properties"),
        ({"sum": "buy..x"}, "an event and one of its properties"),
        ({"sum": ["buy.total"]}, "an event and one of its properties, found a list"),
        ({"sum": {"event": "buy"}}, "traits.t.sum: 'sum' needs 'property'"),
        ({"sum": {"event": "buy", "property": "total", "where": {"x": 1}}}, "lies in no list"),
        ({"first": {"event": "buy", "property": "a.b", "where": {"x": 1}}},
         "'first' takes no 'where'"),
        ({"sum": "buy.total", "within": "1d", "after": "2026-01-01"},
         "at most one time restriction"),
        ({"sum": "buy.total", "zone": "UTC"}, "it belongs beside calendar_days."),
        ({"sum": "buy.total", "gross": True, "lines": True},
         "traits.t.lines: 'lines' beside 'gross'"),
        ({"sum": "buy.total", "which": "last"},
         "a trait takes no 'which'. Say first: EVENT.PROPERTY"),
        ({"count": "buy", "event": "buy"}, "a trait takes no 'event'. The event stands below"),
        ({"last": "buy.sku", "since": {"event": "a"}},
         "'since' cannot stand beside 'last'. A value"),
        ({"plus": ["t2", 1], "within": "1d"}, "'within' cannot stand beside 'plus'. It belongs to"),
        ({"plus": ["t2", 1], "where": {"x": 1}},
         "traits.t.where: 'where' cannot stand beside 'plus'"),
        ({"plus": ["t2"]}, "expected a list of at least 2 traits or numbers, found only 1."),
        ({"plus": "t2"}, "traits.t.plus: expected a list of traits or numbers"),
        ({"plus": [1, 2]}, "there is no trait in it"),
        ({"plus": ["t2", True]}, "traits.t.plus[1]: expected the name of a trait, or a number"),
        ({"plus": ["t2", float("nan")]}, "traits.t.plus[1]: the number nan does not fit"),
        ({"divided_by": ["t2", 0]}, "a division by zero has no result"),
        ({"plus": ["tt2", 1]}, "traits.t.plus[0]: there is no trait 'tt2'. Did you mean 't2'?"),
        ({"minus": [1, "t"]}, "traits.t: traits in a circle: t → t."),
        ({"sum": "\ud83d.total"}, "half a character"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_what_is_said(written, said):
    lines = complaints({"t2": {"count": "buy"}, "t": written})
    assert any(said in line for line in lines), lines


def test_all_mistakes_at_once_and_circles_by_name():
    traits = {
        "a": {"plus": ["b", 1]},
        "b": {"times": ["c", "c"]},
        "c": {"minus": ["a", "d"]},
        "e f": {"count": "buy"},
    }
    assert complaints(traits) == [
        "traits.e f: 'e f' is no name: names have no space, dot, @, slash, colon, quote, comma, "
        "star or bracket, and at most 100 signs.",
        "traits.a: traits in a circle: a → b → c → a.",
        "traits.c.minus[1]: there is no trait 'd'. Known: a, b, c, e f.",
    ]


def test_what_is_no_section_or_no_zone():
    assert complaints([]) == ["traits: expected traits as a mapping (key: value), found a list."]
    (line,) = complaints({"a": {"count": "buy"}}, zone="Mars")
    assert line.startswith("timezone: expected an IANA time zone")


@settings(max_examples=300)
@given(TRAIT_SECTIONS)
def test_it_never_raises_anything_but_complaints(section):
    with suppress(ProjectError):
        assert set(parse_traits(section, catalog=DOTTED)) == set(section)
