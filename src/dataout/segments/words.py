"""The words that test one value, as tables: the parser and the JSON Schema both read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import re2

from dataout.model.complaints import Mistake
from dataout.model.readers import ANY_TEXT as TEXT
from dataout.model.readers import (
    BOOLEAN,
    DURATION,
    INSTANT,
    NUMBER,
    SPAN,
    list_of,
    pair_of,
)
from dataout.model.reading import Context, Reader, Schema, expected, mapping_of, unsupported
from dataout.segments.tree import (
    After,
    Age,
    Before,
    Between,
    Compare,
    Comparison,
    Exists,
    IsNot,
    OlderThan,
    OneOf,
    Scalar,
    Test,
    TextTest,
    TimeTest,
    Within,
    WithinNext,
)

if TYPE_CHECKING:
    from dataout.model.complaints import Path

Make = Callable[[bool], Test]
"""Makes a test, given whether case is ignored."""

COMPARISONS: tuple[Comparison, ...] = ("is", "gt", "gte", "lt", "lte")
IGNORE_CASE = "ignore_case"

_NULL_HINT = "To ask whether there is a value, say exists: true or exists: false."


def _scalar(value: object, path: Path, context: Context) -> Scalar | None:
    match value:
        case bool():
            return value
        case str():
            return TEXT.read(value, path, context)
        case int() | float() | Decimal():
            return NUMBER.read(value, path, context)
        case None:
            expected("a text, a number or true/false", value, path, context, _NULL_HINT)
        case list() | tuple():
            hint = "To allow several values, say in: [ … ]."
            expected("one text, number or true/false", value, path, context, hint)
        case _:
            expected("a text, a number or true/false", value, path, context)
    return None


def _ordered(value: object, path: Path, context: Context) -> str | Decimal | None:
    match value:
        case str():
            return TEXT.read(value, path, context)
        case int() | float() | Decimal() if not isinstance(value, bool):
            return NUMBER.read(value, path, context)
        case _:
            expected("a number or a text", value, path, context)
            return None


_NUMBER_OR_TEXT: tuple[Schema, ...] = (NUMBER.schema, TEXT.schema)
SCALAR: Reader[Scalar] = Reader(_scalar, {"anyOf": [*_NUMBER_OR_TEXT, BOOLEAN.schema]})
ORDERED: Reader[str | Decimal] = Reader(_ordered, {"anyOf": [*_NUMBER_OR_TEXT]})
SCALARS = list_of(SCALAR, "texts, numbers or true/false")


def _pattern_fault(pattern: str) -> str:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options=options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        return f"this is no regular expression of RE2: {reason}."
    return ""


PATTERN: Reader[str] = TEXT.passing(_pattern_fault)


def _compare(op: Comparison) -> Callable[[Scalar], Make]:
    return lambda bound: lambda fold: Compare(op, bound, fold)


def _text(op: str) -> Callable[[str], Make]:
    match op:
        case "contains" | "starts_with" | "ends_with" | "matches":
            return lambda bound: lambda fold: TextTest(op, bound, fold)
        case _:
            raise AssertionError(op)


def _exists(value: bool) -> Make:  # noqa: FBT001 - the operator's own operand
    return lambda _: Exists() if value else IsNot(Exists())


def _steady(test: TimeTest) -> Make:
    return lambda _: test


WITHIN: Reader[TimeTest] = DURATION.to(Within)
TIMES: Mapping[str, Reader[TimeTest]] = {
    "within": WITHIN,
    "older_than": DURATION.to(OlderThan),
    "age": pair_of(
        SPAN,
        DURATION,
        "durations",
        "the bounds are the wrong way round, or equal: the younger comes first, as in [21d, 45d].",
    ).to(lambda bounds: Age(*bounds)),
    "after": INSTANT.to(After),
    "before": INSTANT.to(Before),
    "between": pair_of(
        INSTANT,
        INSTANT,
        "instants",
        "the bounds are the wrong way round, or equal: the earlier comes first.",
    ).to(lambda bounds: Between(*bounds)),
}
"""Restrictions of an event's time; an event takes at most one of them."""

OPERATORS: Mapping[str, Reader[Make]] = {
    "is": SCALAR.to(_compare("is")),
    "is_not": SCALAR.to(lambda bound: lambda fold: IsNot(Compare("is", bound, fold))),
    "in": SCALARS.to(lambda bounds: lambda fold: OneOf(bounds, fold)),
    "not_in": SCALARS.to(lambda bounds: lambda fold: IsNot(OneOf(bounds, fold))),
    "contains": TEXT.to(_text("contains")),
    "not_contains": TEXT.to(lambda bound: lambda fold: IsNot(TextTest("contains", bound, fold))),
    "starts_with": TEXT.to(_text("starts_with")),
    "ends_with": TEXT.to(_text("ends_with")),
    "matches": PATTERN.to(_text("matches")),
    "gt": ORDERED.to(_compare("gt")),
    "gte": ORDERED.to(_compare("gte")),
    "lt": ORDERED.to(_compare("lt")),
    "lte": ORDERED.to(_compare("lte")),
    "exists": BOOLEAN.to(_exists),
    **{name: reader.to(_steady) for name, reader in TIMES.items()},
    "within_next": DURATION.to(WithinNext).to(_steady),
}
"""What can be asked of an attribute's or a property's value; of several, all must hold."""

LATER_OPERATORS = frozenset({"calendar_days", "true_for", "any", "none"})


def read_tests(
    mapping: Mapping[str, object], path: Path, context: Context
) -> tuple[Test, ...] | None:
    """Read the operators among the keys of ``mapping``; at least one has to be there."""
    fold = False
    if IGNORE_CASE in mapping:
        fold = bool(BOOLEAN.read(mapping[IGNORE_CASE], (*path, IGNORE_CASE), context))
    makes: list[Make | None] = []
    for name, operand in mapping.items():
        here = (*path, name)
        if name in OPERATORS:
            makes.append(OPERATORS[name].read(operand, here, context))
        elif name in LATER_OPERATORS:
            context.mistakes.found.append(Mistake(here, unsupported(name), at_key=True))
            makes.append(None)
        elif name != IGNORE_CASE:
            context.mistakes.unknown(here, "operator", [*OPERATORS, IGNORE_CASE])
            makes.append(None)
    if not makes:
        context.mistakes.add(
            path, "expected at least one operator.", "Say exists: true to ask for any value."
        )
    tests = tuple(make(fold) for make in makes if make is not None)
    return tests if tests and len(tests) == len(makes) else None


def read_value_test(value: object, path: Path, context: Context) -> tuple[Test, ...] | None:
    """Read ``x: 3`` or ``x: {gte: 3, lt: 5}``: what is asked of one value."""
    if isinstance(value, Mapping):
        mapping = mapping_of(value, path, "operators", context)
        return None if mapping is None else read_tests(mapping, path, context)
    bound = SCALAR.read(value, path, context)
    return None if bound is None else (Compare("is", bound),)


def operators_schema() -> Schema:
    """Say what a value's operators may be."""
    return {
        "type": "object",
        "properties": {
            **{name: reader.schema for name, reader in OPERATORS.items()},
            IGNORE_CASE: BOOLEAN.schema,
        },
        "additionalProperties": False,
        "minProperties": 1,
    }
