"""A comparison of atoms becomes a condition over their columns. Two-valued throughout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import assert_never

from sqlglot import exp

from dataout.segments.atoms import Atom, CountAtom, DaysAtom, DistinctAtom, NumberAtom, PickedAtom
from dataout.segments.formulas import (
    Arithmetic,
    AtomValue,
    AverageExceeds,
    Computed,
    Constant,
    Exceeds,
    Happens,
    HeldFor,
    Leaf,
    Listed,
    NotBefore,
    PickedIn,
    PickedSince,
    Quotient,
    RelatedTo,
    SeenFor,
    Value,
    ValueIs,
)
from dataout.segments.values import Compare, Test, TimeTest, absent_passes
from dataout.sql.moments import shifted, written
from dataout.sql.scope import Scope
from dataout.sql.values import COMPARE, call, holds, passes_all
from dataout.sql.windows import in_window

Columns = Mapping[Atom | ValueIs, exp.Column]
"""Where the value of each atom stands, and whether each test of an attribute is passed."""


def holding(part: Leaf, columns: Columns, scope: Scope) -> exp.Condition:
    """Compile one leaf."""
    match part:
        case Exceeds():
            return _exceeds(part, columns)
        case AverageExceeds():
            return _average(part, columns)
        case NotBefore(atom, since):
            return holds(exp.GTE(this=columns[atom].copy(), expression=columns[since].copy()))
        case PickedIn(atom, when):
            return _picked(columns[atom].copy(), when, scope)
        case PickedSince(atom, when, since):
            time = _field(columns[atom], "event_time")
            landing = _field(columns[atom], "landing")
            later = holds(after_anchor(time, landing, columns[since]))
            return exp.and_(_picked(time, when, scope), later)
        case ValueIs():
            nobody = exp.convert(absent_passes(part.tests))
            return exp.Coalesce(this=columns[part].copy(), expressions=[nobody])
        case HeldFor(atom, span) | SeenFor(atom, span):
            return holds(
                exp.LTE(this=columns[atom].copy(), expression=written(shifted(scope.now, -span)))
            )
        case Computed(value, tests):
            return _computed(value, tests, columns, scope)
        case Listed(atom) | Happens(atom):
            return holds(columns[atom].copy())
        case RelatedTo(atom, op, bound):
            count = exp.Coalesce(this=columns[atom].copy(), expressions=[exp.convert(0)])
            return COMPARE[op](this=count, expression=exp.convert(bound))
        case _:
            assert_never(part)


def after_anchor(time: exp.Expr, landing: exp.Expr, anchor: exp.Expr) -> exp.Condition:
    """Say when an event came at or after the anchor's instant, not being the anchor."""
    return exp.and_(
        exp.GTE(this=time, expression=_field(anchor, "event_time")),
        exp.NEQ(this=landing, expression=_field(anchor, "landing")),
    )


def _field(struct: exp.Expr, name: str) -> exp.Expr:
    return exp.Dot(this=exp.paren(struct.copy()), expression=exp.to_identifier(name))


def _picked(time: exp.Expr, when: TimeTest | None, scope: Scope) -> exp.Condition:
    if when is None:
        return time.is_(exp.null()).not_()
    return holds(in_window(time, when, scope.now))


def _exceeds(part: Exceeds, columns: Columns) -> exp.Condition:
    column, bound = columns[part.atom].copy(), exp.Literal.number(f"{part.bound:f}")
    match part.atom:
        case CountAtom() | DistinctAtom() | DaysAtom():
            count = exp.Coalesce(this=column, expressions=[exp.convert(0)])
            return COMPARE[part.op](this=count, expression=bound)
        case NumberAtom():
            return holds(COMPARE[part.op](this=column, expression=bound))
        case _:
            assert_never(part.atom)


def _average(part: AverageExceeds, columns: Columns) -> exp.Condition:
    """Compare sum with bound × count, exactly; nothing usable compares with nothing."""
    usable = columns[part.usable].copy()
    wide = exp.DataType.build("DECIMAL(38, 6)")
    total = exp.Cast(this=columns[part.total].copy(), to=wide)
    times = exp.Cast(
        this=exp.Literal.number(f"{part.bound:f}"), to=exp.DataType.build("DECIMAL(26, 6)")
    )
    limit = exp.Mul(
        this=times, expression=exp.Cast(this=usable, to=exp.DataType.build("DECIMAL(12, 0)"))
    )
    return exp.and_(
        holds(exp.GT(this=usable.copy(), expression=exp.convert(0))),
        holds(COMPARE[part.op](this=total, expression=limit)),
    )


def _computed(
    value: Value, tests: tuple[Test, ...], columns: Columns, scope: Scope
) -> exp.Condition:
    """Compare numbers as such: made a value first, everybody's would be looked into."""
    bounds = [(test.op, test.bound) for test in tests if isinstance(test, Compare)]
    numbers = [(op, bound) for op, bound in bounds if isinstance(bound, Decimal)]
    if isinstance(value, AtomValue):
        return passes_all(tests, as_value(value, columns), scope)
    if len(numbers) < len(tests):
        return _bound(as_value(value, columns), lambda name: passes_all(tests, name, scope))
    return exp.and_(
        *(
            holds(
                COMPARE[op](
                    this=as_number(value, columns),
                    expression=exp.cast(exp.Literal.number(f"{bound:f}"), "DECIMAL(26, 6)"),
                )
            )
            for op, bound in numbers
        )
    )


def _bound(value: exp.Expr, body: Callable[[exp.Column], exp.Condition]) -> exp.Condition:
    """Give a long value a name in what reads it many times."""
    name = exp.column("computed")
    each = exp.Lambda(this=body(name), expressions=[exp.to_identifier(name.name)])
    values = exp.Array(expressions=[value])
    mapped = exp.Anonymous(this="list_transform", expressions=[values, each])
    return holds(exp.Anonymous(this="list_bool_or", expressions=[mapped]))


OPERATORS = {"plus": exp.Add, "minus": exp.Sub}
FUNCTIONS = {"times": "product", "divided_by": "ratio"}


def as_value(value: Value, columns: Columns) -> exp.Expr:
    """Compile a trait to a value that tests can look at."""
    match value:
        case AtomValue(PickedAtom() as atom):
            return _field(columns[atom], "value")
        case AtomValue(CountAtom() | DistinctAtom() | DaysAtom() as atom):
            count = exp.Coalesce(this=columns[atom].copy(), expressions=[exp.convert(0)])
            return _variant(exp.cast(count, "DECIMAL(26, 6)"))
        case _:
            return _variant(as_number(value, columns))


def as_number(value: Value, columns: Columns) -> exp.Expr:
    """Compile a trait to a number; in arithmetic an empty sum or count is 0."""
    match value:
        case AtomValue(PickedAtom() as atom):
            return call("number_of", _field(columns[atom], "value"))
        case AtomValue(atom):
            return call("fitting", columns[atom])
        case Quotient(total, usable):
            return call("ratio", columns[total], columns[usable])
        case Constant(number):
            return exp.cast(exp.Literal.number(f"{number:f}"), "DECIMAL(26, 6)")
        case Arithmetic(operation, of):
            return arithmetic(operation, [operand(part, columns) for part in of])
        case _:
            assert_never(value)


def operand(part: Value, columns: Columns) -> exp.Expr:
    """Compile a part of arithmetic: an empty sum or count is 0; what does not fit stays absent."""
    match part:
        case AtomValue(CountAtom() | DistinctAtom() | DaysAtom() | NumberAtom("sum") as atom):
            there = exp.Coalesce(this=columns[atom].copy(), expressions=[exp.convert(0)])
            return call("fitting", there)
        case _:
            return as_number(part, columns)


def arithmetic(operation: str, numbers: Sequence[exp.Expr]) -> exp.Expr:
    """Join numbers from left to right."""
    first, *rest = numbers
    for number in rest:
        first = _joined(operation, first, number)
    return first


def _joined(operation: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    if operation in FUNCTIONS:
        return call(FUNCTIONS[operation], left, right)
    return call("fitting", OPERATORS[operation](this=exp.paren(left), expression=exp.paren(right)))


def _variant(number: exp.Expr) -> exp.Expr:
    return exp.Cast(this=number, to=exp.DataType.build("VARIANT", dialect="duckdb"))
