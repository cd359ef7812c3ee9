"""Tests over a value of the JSON model (a VARIANT): a tree in, a two-valued condition out.

The SQL functions that look into a value (``number_of``, ``text_of`` …) stand in ``values.sql``:
they are what differs between engines, so they are all that a further engine has to say in its own
words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import reduce
from typing import assert_never

import sqlglot
from sqlglot import exp

from dataout.model.times import EARLIEST, LATEST
from dataout.segments.values import (
    After,
    Age,
    AnyElement,
    Before,
    Between,
    CalendarDays,
    Compare,
    Comparison,
    Exists,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OlderThan,
    OneOf,
    PropertyIs,
    Scalar,
    Test,
    TextTest,
    Within,
    WithinNext,
)
from dataout.sql.instants import number_instant, text_instant
from dataout.sql.scope import Scope
from dataout.sql.windows import in_window

COMPARE: dict[Comparison, type[exp.Binary]] = {
    "is": exp.EQ,
    "gt": exp.GT,
    "gte": exp.GTE,
    "lt": exp.LT,
    "lte": exp.LTE,
}
PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
FALSE = exp.false()
ELEMENT = "element"


def dig(value: exp.Expr, path: tuple[str, ...]) -> exp.Expr:
    """Follow a path into nested objects; what is not there is NULL."""
    return reduce(
        lambda outer, key: exp.Bracket(this=outer, expressions=[exp.Literal.string(key)]),
        path,
        value.copy(),
    )


def call(function: str, *arguments: exp.Expr) -> exp.Expr:
    """Call one of the functions of ``values.sql``."""
    return exp.Anonymous(this=function, expressions=[argument.copy() for argument in arguments])


def table(name: str, alias: str = "") -> exp.Table:
    """Name a table; where a builder takes a text as well, it parses that, which takes longer."""
    named = exp.TableAlias(this=exp.to_identifier(alias)) if alias else None
    return exp.Table(this=exp.to_identifier(name), alias=named)


def union_all(queries: Iterable[exp.Select]) -> exp.Query | None:
    """Put the rows of queries one after the other; None without any."""
    whole: exp.Query | None = None
    for query in queries:
        whole = query if whole is None else exp.union(whole, query, distinct=False, copy=False)
    return whole


def parsed(text: str) -> exp.Select:
    """Read SQL that is easier to write as text."""
    return sqlglot.parse_one(text, dialect="duckdb")  # type: ignore[return-value]


def parsed_part(text: str) -> exp.Expr:
    """Read a part of SQL that is easier to write as text."""
    return sqlglot.parse_one(text, dialect="duckdb")


def holds(condition: exp.Expr) -> exp.Condition:
    """Make a condition two-valued: unknown is false."""
    return exp.Coalesce(this=condition, expressions=[FALSE.copy()])


Properties = Callable[[tuple[str, ...]], exp.Expr]
"""Where the value at a path stands."""


def property_of(value: exp.Expr) -> Properties:
    """Look properties up inside a value."""
    return lambda path: dig(value, path)


def passes(condition: Filter, properties: Properties, scope: Scope) -> exp.Condition:
    """Test a whole filter on the properties of one event, object or relationship."""
    match condition:
        case FilterAll(of):
            return exp.and_(*(passes(part, properties, scope) for part in of))
        case FilterAny(of):
            return exp.or_(*(passes(part, properties, scope) for part in of))
        case FilterNot(part):
            return exp.not_(exp.paren(passes(part, properties, scope)))
        case PropertyIs(path, tests):
            return passes_all(tests, properties(path), scope)
        case _:
            assert_never(condition)


def passes_all(tests: tuple[Test, ...], value: exp.Expr, scope: Scope) -> exp.Condition:
    """Test one value, all tests at once."""
    return exp.and_(*(_test(test, value, scope) for test in tests))


def _test(test: Test, value: exp.Expr, scope: Scope) -> exp.Condition:
    match test:
        case Exists():
            return holds(call("is_present", value))
        case IsNot(positive):
            return exp.not_(exp.paren(_test(positive, value, scope)))
        case _:
            return _any_element(test, value, scope)


def _any_element(test: Test, value: exp.Expr, scope: Scope) -> exp.Condition:
    """Let a list pass when one of its elements does."""
    element = element_of(value)
    if isinstance(test, AnyElement):
        met = holds(_meets(test.where, element, scope))
        over_list = call("list_bool_or", over_elements("list_transform", value, met))
        return holds(exp.and_(call("is_list", value), holds(over_list)))
    passing = exp.Lambda(
        this=holds(_scalar(test, element, scope)), expressions=[exp.to_identifier(element.name)]
    )
    tested = exp.Anonymous(this="list_transform", expressions=[call("elements_of", value), passing])
    any_type = call("list_bool_or", tested)
    quick = _quick(test, value)
    if quick is None:
        return holds(any_type)
    return exp.Coalesce(this=quick, expressions=[any_type, FALSE.copy()])


def _quick(test: Test, value: exp.Expr) -> exp.Condition | None:
    """Test a value of the type that the test is about, at a tenth of the cost; else NULL."""
    match test:
        case Compare(op, Decimal() as bound):
            return COMPARE[op](this=call("whole_of", value), expression=_number(bound))
        case Compare(op, str() as bound, ignore_case=False):
            return COMPARE[op](this=call("text_of", value), expression=exp.Literal.string(bound))
        case Compare("is", bool() as bound):
            return exp.EQ(this=call("own_boolean", value), expression=exp.convert(bound))
        case _:
            return None


def element_of(value: exp.Expr) -> exp.Column:
    """Name an element of a list; inside the elements of another list, the name is another."""
    inside = sum(1 for column in value.find_all(exp.Column) if column.name.startswith(ELEMENT))
    return exp.column(f"{ELEMENT}{inside or ''}")


def over_elements(function: str, value: exp.Expr, body: exp.Expr) -> exp.Expr:
    """Apply ``list_transform`` or ``list_filter`` to a list; ``body`` speaks of ``element_of``."""
    variants = exp.DataType.build("VARIANT[]", dialect="duckdb")
    elements = exp.TryCast(this=call("list_of", value), to=variants)
    inner = exp.Lambda(this=body, expressions=[exp.to_identifier(element_of(value).name)])
    return exp.Anonymous(this=function, expressions=[elements, inner])


def _meets(where: Filter, element: exp.Expr, scope: Scope) -> exp.Condition:
    return exp.and_(call("is_object", element), passes(where, property_of(element), scope))


def _scalar(test: Test, value: exp.Expr, scope: Scope) -> exp.Expr:
    match test:
        case Compare(op, bound, ignore_case):
            return _compare(value, op, bound, ignore_case=ignore_case)
        case OneOf(bounds, ignore_case):
            numbers = [_number(bound) for bound in bounds if isinstance(bound, Decimal)]
            others = [bound for bound in bounds if not isinstance(bound, Decimal)]
            ways: list[exp.Condition] = [
                _compare(value, "is", bound, ignore_case=ignore_case) for bound in others
            ]
            if numbers:
                ways.append(exp.In(this=call("number_of", value), expressions=numbers))
            return exp.or_(*ways)
        case TextTest():
            return _text_test(value, test)
        case (
            Within()
            | OlderThan()
            | Age()
            | WithinNext()
            | After()
            | Before()
            | Between()
            | CalendarDays()
        ):
            return in_window(instant_of(value, scope), test, scope.now)
        case Exists() | IsNot() | AnyElement():
            raise AssertionError(test)
        case _:
            assert_never(test)


def instant_of(value: exp.Expr, scope: Scope) -> exp.Expr:
    """Read a value as an instant: ISO-8601 text, or unix seconds; NULL for anything else.

    What lies outside 1900 to 2199 is no instant.
    """
    written = text_instant(call("text_of", value), scope.zone)
    instant = exp.Coalesce(
        this=written, expressions=[number_instant(call("number_of", value), "s")]
    )
    return call("bounded", instant, exp.convert(int(EARLIEST)), exp.convert(int(LATEST)))


def _compare(value: exp.Expr, op: Comparison, bound: Scalar, *, ignore_case: bool) -> exp.Condition:
    match bound:
        case bool():
            spelled = "boolean_in_any_case" if ignore_case else "boolean_of"
            same = exp.EQ(this=call(spelled, value), expression=exp.convert(bound))
            return same if op == "is" else FALSE.copy()
        case Decimal():
            return COMPARE[op](this=call("number_of", value), expression=_number(bound))
        case str():
            return exp.or_(*_compare_text(value, op, bound, ignore_case=ignore_case))
        case _:
            assert_never(bound)


def _compare_text(
    value: exp.Expr, op: Comparison, bound: str, *, ignore_case: bool
) -> list[exp.Condition]:
    """Compare with a text: another text as text; a number or a boolean if the text spells one."""
    text, literal = _folded(call("text_of", value), bound, ignore_case=ignore_case)
    ways: list[exp.Condition] = [COMPARE[op](this=text, expression=literal)]
    if PLAIN_NUMBER.fullmatch(bound):
        spelled = call("plain_number", exp.Literal.string(bound))
        ways.append(COMPARE[op](this=call("own_number", value), expression=spelled))
    word = bound.lower() if ignore_case else bound
    if op == "is" and word in {"true", "false"}:
        ways.append(exp.EQ(this=call("own_boolean", value), expression=exp.convert(word == "true")))
    return ways


def _text_test(value: exp.Expr, test: TextTest) -> exp.Condition:
    text = call("text_of", value)
    if test.op == "matches":
        options = [exp.Literal.string("i")] if test.ignore_case else []
        return exp.Anonymous(
            this="regexp_matches", expressions=[text, exp.Literal.string(test.bound), *options]
        )
    text, literal = _folded(text, test.bound, ignore_case=test.ignore_case)
    return exp.Anonymous(this=test.op, expressions=[text, literal])


def _folded(text: exp.Expr, bound: str, *, ignore_case: bool) -> tuple[exp.Expr, exp.Expr]:
    if not ignore_case:
        return text, exp.Literal.string(bound)
    return call("folded", text), call("folded", exp.Literal.string(bound))


def _number(bound: Decimal) -> exp.Expr:
    return exp.Cast(this=exp.Literal.number(f"{bound:f}"), to=exp.DataType.build("DECIMAL(26, 6)"))
