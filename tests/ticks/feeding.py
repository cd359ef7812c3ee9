"""Streams fed from an engine's tables: by SQL, so that only what reads the streams is ours."""

from dataclasses import replace

import numpy as np
from sqlglot import exp

from dataout.model.people import Instant
from dataout.segments.atoms import Source
from dataout.sql.numbers import numbers_at
from dataout.sql.scope import Scope
from dataout.sql.values import (
    call,
    dig,
    element_of,
    instant_of,
    over_elements,
    passes,
    passes_all,
    property_of,
)
from dataout.ticks.columns import (
    NO_CODE,
    NO_NUMBER,
    TOO_MANY,
    Amount,
    Code,
    Landing,
    Least,
    Member,
    Moment,
    Most,
    Number,
    Passes,
    Received,
    Rows,
    Usable,
    When,
)
from dataout.ticks.needs import AttributeRows, DeletionRows, ListRows, SeenRows, needs_of
from dataout.ticks.runs import without
from dataout.ticks.streams import Stream, with_rows

SOME_TIME = Instant(0)
"""No filter in these streams looks at now."""


def streams_of(engine, zone, formulas, dice):
    """Feed what formulas need, in runs as they might have come to be."""
    return {
        origin: stream_of(rows_of(engine, zone, origin, need.columns), need.columns, dice)
        for origin, need in needs_of(formulas.values()).items()
    }


def stream_of(rows, columns, dice):
    """Deal rows into a few runs, some rows of each having been taken away again."""
    place = np.array([dice.randrange(dice.choice((1, 3))) for _ in rows.slots], np.int64)
    stream = Stream(columns)
    for number in range(3):
        one = with_rows(Stream(columns), part(rows, place == number))
        others = part(rows, np.array([dice.random() < 0.2 for _ in rows.slots], bool))
        both = with_rows(one, others)
        extra = with_rows(Stream(columns), others)
        runs = both.runs
        if extra.runs:
            run = extra.runs[0]
            raw = {name: run.values(name, np.arange(len(run))) for name in columns}
            left, found = without(runs[0], run.keys, raw)
            assert found.all()
            runs = (left,)
        largest = {
            name: max(most, stream.largest.get(name, 0)) for name, most in both.largest.items()
        }
        stream = replace(
            stream,
            runs=(*stream.runs, *runs),
            elsewhere=np.union1d(stream.elsewhere, both.elsewhere),
            largest=stream.largest | largest,
        )
    return stream


def part(rows, wanted):
    columns = {name: held[wanted] for name, held in rows.columns.items()}
    return Rows(rows.slots[wanted], rows.moments[wanted], columns)


def rows_of(engine, zone, origin, columns):
    scope = Scope(SOME_TIME, None, zone)
    time = "event_time" if isinstance(origin, Source) else "set_at"
    query = (
        seen()
        if isinstance(origin, SeenRows)
        else exp.select("slot", f"{time} AS moment").from_(table_of(origin))
    )
    value = exp.column("value") if isinstance(origin, AttributeRows) else exp.column("properties")
    match origin:
        case Source(names, where):
            query = query.where("superseded_at IS NULL")
            if names:
                query = query.where(exp.column("name").isin(*names))
            if where is not None:
                query = query.where(passes(where, property_of(value), scope))
        case AttributeRows(name):
            query = query.where(exp.column("name").eq(name))
        case ListRows(name):
            query = query.where(exp.column("list").eq(name))
        case _:
            pass
    for number, column in enumerate(columns):
        query = query.select(exp.alias_(expression_of(column, value, scope, origin), f"c{number}"))
    found = engine.query(query.sql("duckdb")).to_pydict()
    codes = {}
    held = {
        column: array_of(column, found[f"c{number}"], codes)
        for number, column in enumerate(columns)
    }
    return Rows(np.array(found["slot"], np.int64), np.array(found["moment"], np.int64), held)


def seen():
    return (
        exp.select("slot", "min(moment) AS moment")
        .from_(
            exp.maybe_parse(
                "SELECT slot, event_time AS moment FROM events WHERE superseded_at IS NULL"
                " UNION ALL SELECT slot, set_at FROM attributes",
                dialect="duckdb",
            ).subquery("said")
        )
        .group_by("slot")
    )


def table_of(origin):
    match origin:
        case Source():
            return "events"
        case AttributeRows():
            return "attributes"
        case ListRows():
            return "list_members"
        case DeletionRows():
            return "deletions"


def expression_of(column, value, scope, origin):
    match column:
        case Moment():
            return exp.convert(0)
        case Received():
            return exp.column("received_at")
        case Landing():
            return exp.column("landing")
        case Member():
            return exp.column("deleted" if isinstance(origin, DeletionRows) else "member")
        case Passes(path, tests):
            return passes_all(tests, dig(value, path), scope)
        case Code(path):
            return call("distinct_key", dig(value, path))
        case When(path):
            return instants(dig(value, path), scope)
        case Number(path):
            return millionths(call("number_of", dig(value, path)))
        case Usable(path, items):
            return numbers_at(value, path, items, "usable", scope)
        case Amount(path, items):
            return millionths(numbers_at(value, path, items, "sum", scope))
        case Least(path, items):
            return millionths(numbers_at(value, path, items, "min", scope))
        case Most(path, items):
            return millionths(numbers_at(value, path, items, "max", scope))


def instants(value, scope):
    """List the instants that a value is or holds."""
    of_elements = over_elements("list_transform", value, instant_of(element_of(value), scope))
    one = exp.array(instant_of(value, scope))
    return exp.Case().when(call("is_list", value), of_elements).else_(one)


def millionths(number):
    return exp.cast(number, "VARCHAR")


def array_of(column, values, codes):
    match column:
        case Code():
            numbers = [codes.setdefault(each, len(codes)) for each in values if each is not None]
            known = iter(numbers)
            return np.array([NO_CODE if each is None else next(known) for each in values], np.int64)
        case Amount():
            return numbers_of(values, 0)
        case Least() | Most() | Number():
            return numbers_of(values, NO_NUMBER)
        case Passes() | Member():
            return np.array(values, bool)
        case When():
            return np.array([one_of(each) for each in values], np.int64)
        case Usable():
            return np.array([each or 0 for each in values], np.int64)
        case _:
            return np.array(values, np.int64)


def one_of(instants):
    different = set(instants or ()) - {None}
    return TOO_MANY if len(different) > 1 else next(iter(different), NO_NUMBER)


def numbers_of(values, absent):
    """Read decimals of six places as integers of millionths, of any size."""
    held = np.empty(len(values), object)
    for place, each in enumerate(values):
        held[place] = absent if each is None else in_millionths(each)
    return held


def in_millionths(text):
    whole, _, places = text.partition(".")
    return int(whole + places.ljust(6, "0"))
