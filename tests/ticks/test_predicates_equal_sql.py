"""Random filters over random values: Python says what the engine says, row by row.

All rows and all filters of an example are one statement, compiled by ``sql/values.py``.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Context as Places
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.properties import strategies as base
from tests.properties import whole_language
from tests.properties.comparing import A_BIG_DRAW, WITHOUT_SHRINKING
from tests.properties.scene import EPOCH, Dice, Scene
from tests.properties.vocabulary import ANCHORS, PROPERTIES, PROPERTY_PATHS, WINDOWS, ZONES
from tests.ticks import nasty

from dataout.app.state import memory_engine
from dataout.model.people import Instant
from dataout.model.reading import Context
from dataout.segments.filters import read_filter
from dataout.sql.numbers import numbers_at as sql_numbers
from dataout.sql.scope import Scope
from dataout.sql.values import call, dig, passes, property_of
from dataout.sql.values import instant_of as sql_instant
from dataout.ticks import predicates
from dataout.ticks.instants import instant_of
from dataout.ticks.values import distinct_key, number_of, order_key, read_json, value_at

ROWS, FILTERS = 200, 6
FEW, MANY = 8, 40
PROPERTIES_COLUMN = exp.column("properties")


@pytest.fixture(scope="module")
def engine():
    return memory_engine()


def a_scene(dice):
    anchor = datetime.fromisoformat(dice.pick(ANCHORS))
    now = (anchor - EPOCH) // timedelta(milliseconds=1) + dice.pick((0, 0, 0, -1, 1))
    return Scene(now, dice.pick(ZONES), tuple(dice.several(tuple(WINDOWS), 2, 3)))


def a_filter(dice, scene):
    match dice.upto(0, 7):
        case 0:
            return {"items": {dice.pick(("any", "none")): element(dice, scene)}}
        case 1:
            return {dice.pick(("when", "total", "tags")): whole_language.calendar(dice)}
        case 2:
            return {"any": [a_filter(dice, scene), {"not": a_filter(dice, scene)}]}
        case 3:
            path = dice.pick(PROPERTY_PATHS[:5])
            return {path: base.tests_of(dice, scene, path), "items": {"none": element(dice, scene)}}
        case _:
            return base.where(dice, scene)


def element(dice, scene):
    path = dice.pick(("price", "sku", "city", "at"))
    return (
        {path: base.tests_of(dice, scene, path)} if dice.chance(2) else whole_language.element(dice)
    )


def read(drawn, zone):
    context = Context(zone=ZoneInfo(zone))
    condition = read_filter(drawn, (), context)
    assert condition is not None, (drawn, context.mistakes.found)
    return condition


def told(rows):
    """Gather what the rows say, for bounds that hit; also what is no finite number is read."""
    plain = [{"p": read_json(row)} for row in rows]
    return {
        path: [each for each in there if not isinstance(each, float) or abs(each) < 1e20]
        for path, there in base.said(plain, "p").items()
    }


def an_example(seed):
    dice = Dice(Random(seed).randrange)
    scene = a_scene(dice)
    drawn = (nasty.properties(dice, scene, PROPERTIES) for _ in range(ROWS))
    rows = [nasty.written(each) for each in drawn]
    scene = replace(scene, said=told(rows))
    filters = [a_filter(dice, scene) for _ in range(FILTERS)]
    return scene, rows, filters


def ask(engine, rows, columns):
    """Select some expressions over the rows, each a VARIANT called properties."""
    table = pa.table({"number": range(len(rows)), "text": rows})
    engine.execute("CREATE OR REPLACE TEMP TABLE told(number BIGINT, text VARCHAR)")
    engine.append("told", table)
    asked = [each.as_(f"c{number}") for number, each in enumerate(columns)]
    values = "(SELECT number, CAST(CAST(text AS JSON) AS VARIANT) AS properties FROM told) AS told"
    query = exp.select(*asked).from_("told").order_by("number").sql("duckdb")
    answers = engine.query(query.replace("FROM told", f"FROM {values}", 1))
    return [tuple(row.values()) for row in answers.to_pylist()]


seeds = st.integers(0, 2**64 - 1)


def compare_filters(engine, seed):
    scene, rows, drawn = an_example(seed)
    filters = [read(each, scene.zone) for each in drawn]
    scope = Scope(scene.now, None, scene.zone)
    expected = ask(
        engine, rows, [passes(each, property_of(PROPERTIES_COLUMN), scope) for each in filters]
    )
    compiled = [predicates.compiled(each, scene.zone) for each in filters]
    values = [read_json(row) for row in rows]
    differ = [
        (drawn[place], rows[number], scene.now, scene.zone, f"SQL says {holds}")
        for number, answers in enumerate(expected)
        for place, holds in enumerate(answers)
        if compiled[place](values[number], scene.now) is not holds
    ]
    assert not differ, differ[:3]
    return expected


@given(seeds)
@settings(max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_filters_pass_the_same_rows(engine, seed):
    compare_filters(engine, seed)


@pytest.mark.soak
@given(seeds)
@settings(max_examples=MANY, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_filters_pass_the_same_rows_at_length(engine, seed):
    compare_filters(engine, seed)


def test_the_rows_tell_a_filter_from_a_guess(engine):
    answers = [holds for seed in (1, 2) for row in compare_filters(engine, seed) for holds in row]
    assert 0.15 < sum(answers) / len(answers) < 0.85


PATHS = (*((name,) for name in PROPERTIES[:5]), ("items", "price"), ("item", "at", "lat"))


def a_reading(dice, scene):
    """Draw where numbers are looked for, and among which elements."""
    path = dice.pick(PATHS)
    items = read(element(dice, scene), scene.zone) if dice.chance(2) else None
    return path, items


def compare_readings(engine, seed):
    """Compare what is read of a value: its number, keys, instant; an aggregate's numbers."""
    scene, rows, _ = an_example(seed)
    dice = Dice(Random(seed + 1).randrange)
    scope = Scope(scene.now, None, scene.zone)
    path, (inner, items) = dice.pick(PATHS), a_reading(dice, scene)
    value = dig(PROPERTIES_COLUMN, path)
    functions = ("number_of", "distinct_key", "order_key")
    aggregated = [
        sql_numbers(PROPERTIES_COLUMN, inner, items, function, scope)
        for function in ("usable", "sum", "min", "max")
    ]
    columns = [*(call(name, value) for name in functions), sql_instant(value, scope), *aggregated]
    expected = ask(engine, rows, columns)
    numbers = predicates.numbers_at(inner, items, scene.zone)
    for row, answer in zip(rows, expected, strict=True):
        properties = read_json(row)
        held = value_at(properties, path)
        found = numbers(properties, scene.now)
        told = (
            number_of(held),
            distinct_key(held),
            order_key(held),
            instant_of(held, ZoneInfo(scene.zone)),
            len(found),
            *((in_decimals(f(found)) for f in (sum, min, max)) if found else (None, None, None)),
        )
        assert told == answer, (row, path, inner, items, scene.zone)
    return expected


def in_decimals(millionths):
    return Decimal(millionths).scaleb(-6, Places(prec=40))


@given(seeds)
@settings(max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_values_are_read_the_same(engine, seed):
    compare_readings(engine, seed)


@pytest.mark.soak
@given(seeds)
@settings(max_examples=MANY, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_values_are_read_the_same_at_length(engine, seed):
    compare_readings(engine, seed)


PATTERNS = (
    ".",
    "[^a]",
    r"\w",
    r"\W",
    r"\s",
    r"\bk",
    "[[:upper:]]",
    "(?i)[^k]",
    "(?i)ß",
    "É",
    "^s$",
)


def test_patterns_find_the_same_signs(engine):
    """Every sign of the first planes that has another case, and a good part of the others."""
    signs = [chr(n) for n in range(0x20000) if not 0xD800 <= n < 0xE000]
    cased = [sign for sign in signs if sign.lower() != sign or sign.upper() != sign]
    rows = [nasty.written({"x": sign}) for sign in (*cased, *signs[:0x3000:5], *signs[0x3000::61])]
    drawn = [
        {"x": {"matches": pattern, "ignore_case": fold}}
        for pattern in PATTERNS
        for fold in (False, True)
    ]
    filters = [read(each, "UTC") for each in drawn]
    scope = Scope(Instant(0), None, "UTC")
    properties = property_of(PROPERTIES_COLUMN)
    expected = ask(engine, rows, [passes(each, properties, scope) for each in filters])
    compiled = [predicates.compiled(each, "UTC") for each in filters]
    held = [read_json(row) for row in rows]
    assert [tuple(each(value, 0) for each in compiled) for value in held] == expected
