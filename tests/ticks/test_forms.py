"""What has a keyed form, what it needs, and what is doubtful all the same."""

from datetime import datetime, timedelta

import pytest
from tests.ticks.small import DAY, HOUR, NOBODY, NOON, fed, formula_of, view

from dataout.app.evaluation import definitions_of
from dataout.segments.atoms import Source
from dataout.segments.translate import program
from dataout.ticks.columns import Amount, Landing, Received, Usable
from dataout.ticks.days import is_regular
from dataout.ticks.doubts import doubtful
from dataout.ticks.edges import last_edges
from dataout.ticks.forms import Why, why_not
from dataout.ticks.keys import EPOCH, SPAN
from dataout.ticks.needs import DeletionRows, needs_of
from dataout.ticks.streams import forgetting

VISIT = Source(("visit",))


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ({"event": "visit", "where": {"when": {"within": "1d"}}}, Why.DATES),
        ({"event": "visit", "where": {"not": {"when": {"older_than": "1d"}}}}, Why.DATES),
        ({"event": "visit", "since": {"event": "x", "where": {"y": {"within": "1d"}}}}, Why.DATES),
        ({"attribute": "trips", "any": {"ends": {"within": "1d"}}}, Why.DATES),
        ({"related": "subscription"}, Why.RELATIONS),
        ({"event": "visit", "calendar_days": 1, "zone": "America/St_Johns"}, Why.DAYS),
        ({"attribute": "ends", "calendar_days": 1, "zone": "America/St_Johns"}, Why.DAYS),
        (
            {"event": "visit", "distinct_days": {"gte": 1}, "zone": "America/St_Johns"},
            Why.DAYS,
        ),
        ({"trait": "visits", "contains": "1"}, Why.TRAITS),
        ({"trait": "visits", "is": "1"}, Why.TRAITS),
        ({"trait": "longest", "within": "1d"}, Why.TRAITS),
    ],
    ids=str,
)
def test_what_has_no_keyed_form_is_refused_wherever_it_stands(who, why):
    traits = {"visits": {"count": "visit"}, "longest": {"max": "visit.seconds"}}
    nested = [who, {"not": who}, {"any": [{"everyone": True}, {"all": [who, {"event": "x"}]}]}]
    for each in nested:
        assert why_not(formula_of(each, traits)) == {why}


def test_orders_have_no_keyed_form_but_their_lines_do():
    catalog = {"events": {"buy": {"order_key": "order_id", "amount": "total"}}}
    buy = {"event": "buy"}
    segments = {
        "orders": {"who": buy},
        "gross": {"who": {**buy, "gross": True}},
        "any": {"who": {"event": "*"}},
        "then": {"who": {"sequence": [{"event": "visit"}, buy]}},
        "lines": {"who": {**buy, "lines": True}},
    }
    meaning = program(definitions_of(segments, {}, catalog, "UTC", None))
    refused = {name for name, each in meaning.formulas.items() if why_not(each) == {Why.ORDERS}}
    assert refused == {"orders", "gross", "any", "then"}
    assert not why_not(meaning.formulas["lines"])


def test_places_where_days_came_back_are_known():
    places = ("Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe")
    assert all(map(is_regular, places))
    assert not is_regular("America/St_Johns")


def needs(who):
    return needs_of([formula_of(who)])


def test_a_stream_reaches_as_far_back_as_what_reads_it():
    short, long = {"event": "visit", "within": "4h"}, {"event": "visit", "age": ["1d", "2d"]}
    assert needs(short)[VISIT].reach == 4 * HOUR
    assert needs({"any": [short, long]})[VISIT].reach == 2 * DAY
    assert needs({"any": [short, {"event": "visit"}]})[VISIT].reach is None
    assert needs({**short, "which": "last"})[VISIT].reach == 4 * HOUR
    assert needs({**short, "which": "first"})[VISIT].reach is None
    steps = [{**short, "which": "first"}, {"event": "buy"}]
    assert needs({"sequence": steps})[VISIT].reach is None
    assert needs({"sequence": [short, {"event": "buy"}]})[VISIT].reach == 4 * HOUR
    assert needs({"event": "buy", "within": "4h", "since": {"event": "visit"}})[VISIT].reach is None


def test_days_reach_back_to_their_first_midnight_where_one_had_25_hours():
    calendar = {"event": "visit", "calendar_days": 2, "zone": "Europe/Berlin"}
    first, now = "2026-10-25T00:00:00+02:00", "2026-10-26T23:59:59.999+01:00"
    elapsed = datetime.fromisoformat(now) - datetime.fromisoformat(first)
    assert needs(calendar)[VISIT].reach > elapsed // timedelta(milliseconds=1)


def test_a_stream_has_the_columns_that_are_asked_for():
    assert needs({"event": "visit"})[VISIT].columns == ()
    total = needs({"event": "visit", "sum": {"property": "total", "gte": 1}})[VISIT].columns
    assert set(total) == {Amount(("total",)), Usable(("total",))}
    apart = needs({"event": "visit", "since": {"event": "mail"}})
    assert {each.columns for origin, each in apart.items() if isinstance(origin, Source)} == {()}
    met = needs({"event": "visit", "since": {"event": "*"}})
    assert met[VISIT].columns == (Landing(),)
    assert met[Source(())].columns == (Received(), Landing())
    assert DeletionRows() in apart


def doubts(formula, streams, *nows):
    return doubtful(formula, view(streams, *((1, now) for now in nows))).tolist()


def test_instants_that_keys_cannot_hold_are_doubtful():
    formula = formula_of({"event": "visit", "within": "4h"})
    nows = (EPOCH - 1, EPOCH, EPOCH + SPAN - 1, EPOCH + SPAN)
    assert doubts(formula, fed(formula, ()), *nows) == [True, False, False, True]


def test_what_began_before_1990_is_doubtful():
    formula = formula_of({"attribute": "country", "is": "DE", "true_for": "4h"})
    nows = (EPOCH + 4 * HOUR - 1, EPOCH + 4 * HOUR)
    assert doubts(formula, fed(formula, ()), *nows) == [True, False]


def test_where_forgotten_rows_counted_is_doubtful():
    for written, reach in (({"within": "4h"}, 4 * HOUR), ({"age": ["1h", "2h"]}, 2 * HOUR)):
        formula = formula_of({"event": "visit", **written})
        streams = fed(formula, [(1, "visit", NOON - 1), (1, "visit", NOON)])
        streams[VISIT] = forgetting(streams[VISIT], NOON)
        nows = (NOON + reach - 2, NOON + reach - 1)
        assert doubts(formula, streams, *nows) == [True, False]
    formula = formula_of({"event": "visit"})
    streams = fed(formula, ())
    streams[VISIT] = forgetting(streams[VISIT], NOON)
    assert doubts(formula, streams, NOON + 999 * DAY) == [True]


def test_a_forgotten_row_may_have_been_the_last_to_move():
    formula = formula_of({"event": "visit", "within": "4h"})
    streams = fed(formula, [(1, "visit", NOON - 1)])
    streams[VISIT] = forgetting(streams[VISIT], NOON)
    (last,) = last_edges(formula, view(streams, (1, NOON + 5 * HOUR)))
    assert last == NOON - 1 + 4 * HOUR


def test_people_with_rows_that_do_not_fit_are_doubtful_where_these_are_read():
    formula = formula_of({"event": "visit"})
    streams = fed(formula, [(1, "visit", EPOCH - 1), (2, "visit", NOON)])
    assert doubtful(formula, view(streams, (1, NOON), (2, NOON))).tolist() == [True, False]
    other = formula_of({"event": "buy"})
    assert not doubtful(other, view({**NOBODY, **fed(other, ())}, (1, NOON))).any()
