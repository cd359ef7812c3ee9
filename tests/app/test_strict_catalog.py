"""``evaluate`` and ``Simulation`` hold a strict catalog against definitions, as commands do."""

import pytest

import dataout
from dataout.errors import ProjectError

STRICT = {
    "mode": "strict",
    "events": {"purchase": {"properties": {"total": {"type": "number"}}}, "visit": None},
    "attributes": {"country": {"type": "text"}, "address": {"type": "object"}},
    "objects": {"ticket": {"attributes": {"open": {"type": "boolean"}}}},
}
OPEN = STRICT | {"mode": "open"}
AT = "2026-03-01T00:00:00Z"


def evaluated(who, catalog, traits):
    dataout.evaluate({"s": {"who": who}}, catalog=catalog, traits=traits, at=AT)


def simulated(who, catalog, traits):
    dataout.Simulation({"s": {"who": who}}, catalog=catalog, traits=traits)


def redefined(who, catalog, traits):
    sim = dataout.Simulation({"s": {"who": {"everyone": True}}}, catalog=catalog, traits=traits)
    sim.define({"s": {"who": who}})


def complaints(way, who, catalog=STRICT, traits=None):
    try:
        way(who, catalog, traits or {})
    except ProjectError as error:
        return [f"{each.path}: {each.message} {each.hint}" for each in error.complaints]
    return []


WAYS = pytest.mark.parametrize("way", [evaluated, simulated, redefined])
BOUGHT = {"event": "purchase"}


@WAYS
@pytest.mark.parametrize(
    ("who", "said"),
    [
        (
            {"not": {"event": "purchse", "within": "7d"}},
            "segments.s.who.not.event: there is no event 'purchse'. Did you mean 'purchase'?",
        ),
        (
            {**BOUGHT, "since": {"event": "vist"}},
            "segments.s.who.since.event: there is no event 'vist'. Did you mean 'visit'?",
        ),
        (
            {"sequence": [BOUGHT, {"event": "vist"}]},
            "segments.s.who.sequence[1].event: there is no event 'vist'. Did you mean 'visit'?",
        ),
        (
            {"all": [BOUGHT, {"attribute": "contry", "is": "DE"}]},
            "segments.s.who.all[1].attribute: the catalog is strict and has no attribute 'contry'. "
            "Did you mean 'country'?",
        ),
        (
            {"related": "tiket"},
            "segments.s.who.related: there is no object 'tiket'. Did you mean 'ticket'?",
        ),
    ],
)
def test_what_a_strict_catalog_lacks_is_a_mistake_with_the_nearest_name(way, who, said):
    assert complaints(way, who) == [said]


@WAYS
def test_every_mistake_is_told_at_once(way):
    found = complaints(way, {"any": [{"event": "a"}, {"event": "b"}, {"attribute": "c", "is": 1}]})
    assert len(found) == 3


@pytest.mark.parametrize("way", [evaluated, simulated])
def test_traits_are_held_against_it_too(way):
    traits = {"spent": {"sum": "purchse.total"}, "seen": {"count": ["visit", "vist"]}}
    assert complaints(way, {"trait": "spent", "gt": 1}, traits=traits) == [
        "traits.spent.sum: there is no event 'purchse'. Did you mean 'purchase'?",
        "traits.seen.count[1]: there is no event 'vist'. Did you mean 'visit'?",
    ]


@WAYS
def test_what_it_knows_can_be_used(way):
    known = [
        BOUGHT,
        {"event": "*", "within": "1d"},
        {"attribute": "address.city", "is": "Bern"},
        {"related": "ticket", "where": {"open": True}},
        {"trait": "spent", "gt": 1},
    ]
    assert complaints(way, {"all": known}, traits={"spent": {"sum": "purchase.total"}}) == []


@WAYS
def test_an_open_catalog_forbids_no_event_and_no_attribute(way):
    others = [{"event": "vist"}, {"attribute": "contry", "is": "DE"}]
    assert complaints(way, {"all": others}, OPEN, {"x": {"sum": "purchse.total"}}) == []


@WAYS
def test_a_strict_catalog_that_lists_nothing_knows_nothing(way):
    found = complaints(way, {"any": [BOUGHT, {"related": "ticket"}]}, {"mode": "strict"})
    assert len(found) == 2
