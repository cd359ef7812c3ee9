"""The words that test one value, as tables: the parser and the JSON Schema both read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import re2

from dataout.model.readers import ANY_TEXT as TEXT
from dataout.model.readers import (
    BOOLEAN,
    COUNT,
    DURATION,
    INSTANT,
    NUMBER,
    SPAN,
    list_of,
    pair_of,
)
from dataout.model.reading import Context, Reader, Schema, expected
from dataout.model.times import LONGEST, UNITS
from dataout.segments.tree import DistinctDaysIs
from dataout.segments.values import (
    After,
    Age,
    Before,
    Between,
    CalendarDays,
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
    from zoneinfo import ZoneInfo

    from dataout.model.complaints import Path

T = TypeVar("T")

Make = Callable[[bool], Test]
"""Makes a test, given whether case is ignored."""

COMPARISONS: tuple[Comparison, ...] = ("is", "gt", "gte", "lt", "lte")
IGNORE_CASE = "ignore_case"
ZONE = "zone"
CALENDAR_DAYS = "calendar_days"

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


NO_GROUPS = re.compile(r"\\.|\[\^?\]?[^\]]*\]", re.DOTALL)
"""What is escaped, or stands in a class of signs: a bracket there opens no group."""


def _pattern_fault(pattern: str) -> str:
    if "(?<" in NO_GROUPS.sub("", pattern):
        return "this is no regular expression of RE2: a group is named by (?P<name>...)."
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


MOST_DAYS = LONGEST // UNITS["d"]
"""No count of days is above it, as no duration is."""

_DAYS: Reader[int] = Reader(
    COUNT.passing(
        lambda days: "" if days <= MOST_DAYS else f"at most {MOST_DAYS} days can be counted."
    ).read,
    {**COUNT.schema, "maximum": MOST_DAYS},
)
_DAY_COUNT: Reader[int] = Reader(
    _DAYS.passing(
        lambda days: "" if days else "a count of days begins with 1, which is today."
    ).read,
    {**_DAYS.schema, "minimum": 1},
)
_DAY_PAIR = pair_of(
    _DAYS,
    _DAYS,
    "numbers of days",
    "the bounds are the wrong way round: the younger comes first, as in [1, 7] (0 is today).",
    gap=0,
)


def _calendar_days(value: object, path: Path, context: Context) -> TimeTest | None:
    match value:
        case list() | tuple():
            pair = _DAY_PAIR.read(value, path, context)
            return None if pair is None else CalendarDays(*pair, context.zone.key)
        case int() | float() | Decimal() if not isinstance(value, bool):
            days = _DAY_COUNT.read(value, path, context)
            return None if days is None else CalendarDays(0, days - 1, context.zone.key)
        case _:
            hint = "For instance 7 (today and six days before it) or [1, 7] (without today)."
            expected("a number of days, or two in brackets", value, path, context, hint)
            return None


WITHIN_NEXT = "within_next"
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
    CALENDAR_DAYS: Reader(_calendar_days, {"anyOf": [_DAY_COUNT.schema, _DAY_PAIR.schema]}),
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
    WITHIN_NEXT: DURATION.to(WithinNext).to(_steady),
}
"""What can be asked of one value, an attribute's or a property's; of several, all must hold."""


def in_zone(test: T, zone: ZoneInfo | None) -> T:
    """Let what counts days count those of ``zone``, where one was named."""
    if zone is not None and isinstance(test, CalendarDays | DistinctDaysIs):
        return replace(test, zone=zone.key)
    return test
