"""The readers of plain values: texts, names, numbers, durations, instants, lists and mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from dataout.model.complaints import Mistakes, nearest
from dataout.model.numbers import BOUND, exact
from dataout.model.people import Instant
from dataout.model.reading import Context, Reader, Schema, expected, found, mapping_of
from dataout.model.times import (
    DURATION_PATTERN,
    INSTANT_PATTERN,
    instant_of,
    parse_duration,
    parse_instant,
    zone_of,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dataout.model.complaints import Path

T = TypeVar("T")
S = TypeVar("S", bound=str)

FEW = 4
"""Up to so many words are all named where one of them is expected."""

LARGEST_COUNT = 2**53 - 1
"""Whole numbers up to here are the same in every reader of JSON."""

NAME_PATTERN = r"^[^\s.@:/\\\"'*,\[\]{}\u0000-\u001f\u007f]{1,100}$"
"""Names of definitions. They are joined as AUDIENCE.TIER@DESTINATION, so neither sign is in one."""

_NAME = re.compile(NAME_PATTERN)


def is_text(value: str) -> bool:
    """Whether a text can be written as UTF-8 at all; half a surrogate pair cannot.

    >>> is_text("Zoë"), is_text(chr(0xD83D))
    (True, False)
    """
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _text(value: object, path: Path, context: Context) -> str | None:
    match value:
        case str() if not is_text(value):
            context.mistakes.add(path, "the text holds half a character (a lone surrogate).")
        case str():
            return value
        case bool() | int() | float() | Decimal():
            expected("a text", value, path, context, "Put it in quotes if it is meant as text.")
        case _:
            expected("a text", value, path, context)
    return None


ANY_TEXT: Reader[str] = Reader(_text, {"type": "string"})
"""A text; it may be empty."""

TEXT: Reader[str] = Reader(
    ANY_TEXT.passing(lambda text: "" if text else "expected a text that is not empty.").read,
    {"type": "string", "minLength": 1},
)

NAME: Reader[str] = Reader(
    TEXT.passing(
        lambda text: (
            ""
            if _NAME.fullmatch(text)
            else f"{text!r} is no name: names have no space, dot, @, slash, colon, quote, comma, "
            "star or bracket, and at most 100 signs."
        )
    ).read,
    {"type": "string", "pattern": NAME_PATTERN},
)


def _dotted(text: str) -> str:
    steps = text.split(".")
    return "" if all(steps) else f"{text!r} is no path: between its dots something is missing."


DOTTED: Reader[tuple[str, ...]] = TEXT.passing(_dotted).to(lambda text: tuple(text.split(".")))
"""The way to a value inside nested ones: ``address.city``."""


def word(*words: S) -> Reader[S]:
    """One of a few words."""

    def read(value: object, path: Path, context: Context) -> S | None:
        for known in words:
            if value == known:
                return known
        few = len(words) <= FEW
        what = " or ".join(words) if few else f"one of {', '.join(words)}"
        hint = nearest(value, words) if isinstance(value, str) else ""
        if few or not hint.startswith("Did"):
            expected(what, value, path, context, hint if hint.startswith("Did") else "")
        else:
            context.mistakes.add(path, f"{value!r} is not known here.", hint)
        return None

    return Reader(read, {"enum": [str(known) for known in words]})


def _boolean(value: object, path: Path, context: Context) -> bool | None:
    if isinstance(value, bool):
        return value
    hint = "YAML 1.2 knows only true and false." if isinstance(value, str) else ""
    expected("true or false", value, path, context, hint)
    return None


BOOLEAN: Reader[bool] = Reader(_boolean, {"type": "boolean"})


def _number(value: object, path: Path, context: Context) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        hint = "Leave the quotes away for a number." if isinstance(value, str) else ""
        expected("a number", value, path, context, hint)
        return None
    if (number := exact(value)) is None:
        _misfit(value, path, context)
    return number


def _misfit(value: object, path: Path, context: Context) -> None:
    context.mistakes.add(
        path, f"{found(value)} does not fit: numbers lie between -10^20 and 10^20."
    )


NUMBER: Reader[Decimal] = Reader(
    _number,
    {"type": "number", "exclusiveMinimum": -BOUND, "exclusiveMaximum": BOUND},
)
"""An exact number of at most six decimal places."""


def _count(value: object, path: Path, context: Context) -> int | None:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = exact(value)
        if number is not None and number == value == int(number) and 0 <= number <= LARGEST_COUNT:
            return int(number)
    expected("a whole number that is not negative", value, path, context)
    return None


COUNT: Reader[int] = Reader(_count, {"type": "integer", "minimum": 0, "maximum": LARGEST_COUNT})


def _duration(value: object, path: Path, context: Context) -> int | None:
    if isinstance(value, str) and (span := parse_duration(value)) is not None:
        return span
    hint = "Units are ms, s, m, h, d and w: for instance 90m, 24h or 7d."
    if isinstance(value, str) and value.startswith("-"):
        hint = "Durations look back by themselves: leave the minus away."
    expected("a duration", value, path, context, hint)
    return None


SPAN: Reader[int] = Reader(_duration, {"type": "string", "pattern": DURATION_PATTERN})
"""A duration in milliseconds; it may be zero."""

DURATION: Reader[int] = SPAN.passing(
    lambda span: "" if span else "a duration has to be longer than zero."
)
"""A duration in milliseconds, longer than zero."""


def _instant(value: object, path: Path, context: Context) -> Instant | None:
    if isinstance(value, date):
        return instant_of(value, context.zone)
    if isinstance(value, str) and (instant := parse_instant(value, context.zone)) is not None:
        return instant
    hint = "For instance 2026-03-01 or 2026-03-01T12:00:00Z."
    expected("an instant (ISO-8601)", value, path, context, hint)
    return None


INSTANT: Reader[Instant] = Reader(_instant, {"type": "string", "pattern": INSTANT_PATTERN})


def _zone(value: object, path: Path, context: Context) -> ZoneInfo | None:
    if isinstance(value, str) and (zone := zone_of(value)) is not None:
        return zone
    hint = "For instance Europe/Berlin or UTC."
    if isinstance(value, str):
        from zoneinfo import available_timezones

        close = nearest(value, available_timezones())
        hint = close if close.startswith("Did") else hint
    expected("an IANA time zone", value, path, context, hint)
    return None


ZONE: Reader[ZoneInfo] = Reader(_zone, {"type": "string", "minLength": 1})


def list_of(reader: Reader[T], what: str, least: int = 1) -> Reader[tuple[T, ...]]:
    """Several values of one kind; ``what`` names them in the plural."""

    def read(value: object, path: Path, context: Context) -> tuple[T, ...] | None:
        if not isinstance(value, list | tuple):
            single = " Write it in brackets: [ … ]." if value is not None else ""
            expected(f"a list of {what}", value, path, context, single.strip())
            return None
        if len(value) < least:
            many = f"at least {least} " if least > 1 else ""
            few = f"only {len(value)}" if value else "an empty one"
            context.mistakes.add(path, f"expected a list of {many}{what}, found {few}.")
            return None
        items = [reader.read(item, (*path, at), context) for at, item in enumerate(value)]
        kept = tuple(item for item in items if item is not None)
        return kept if len(kept) == len(items) else None

    schema: Schema = {"type": "array", "items": reader.schema, "minItems": least}
    return Reader(read, schema)


def one_or_more(reader: Reader[T], what: str) -> Reader[tuple[T, ...]]:
    """One value, or a list of them."""
    several = list_of(reader, what)

    def read(value: object, path: Path, context: Context) -> tuple[T, ...] | None:
        if isinstance(value, list | tuple):
            return several.read(value, path, context)
        one = reader.read(value, path, context)
        return None if one is None else (one,)

    return Reader(read, {"anyOf": [reader.schema, several.schema]})


N = TypeVar("N", bound=int)


def pair_of(
    first: Reader[N], second: Reader[N], what: str, wrong: str, gap: int = 1
) -> Reader[tuple[N, N]]:
    """Two values, the second at least ``gap`` above the first; else ``wrong`` is said."""

    def read(value: object, path: Path, context: Context) -> tuple[N, N] | None:
        if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a pair
            expected(f"two {what} in brackets", value, path, context)
            return None
        low = first.read(value[0], (*path, 0), context)
        high = second.read(value[1], (*path, 1), context)
        if low is None or high is None:
            return None
        if high - low < gap:
            context.mistakes.add(path, wrong)
            return None
        return low, high

    items = [first.schema, second.schema]
    schema: Schema = {"type": "array", "prefixItems": items, "minItems": 2, "maxItems": 2}
    return Reader(read, schema)


def read_key(reader: Reader[T], key: str, path: Path, context: Context) -> T | None:
    """Read a key itself: what is wrong with it is reported at the key, not at its value."""
    aside = replace(context, mistakes=Mistakes())
    got = reader.read(key, path, aside)
    context.mistakes.found.extend(replace(item, at_key=True) for item in aside.mistakes.found)
    return got


def map_of(keys: Reader[str], values: Reader[T], what: str) -> Reader[Mapping[str, T]]:
    """Read a mapping from names to values of one kind."""

    def read(value: object, path: Path, context: Context) -> Mapping[str, T] | None:
        mapping = mapping_of(value, path, what, context)
        if mapping is None:
            return None
        kept: dict[str, T] = {}
        for key, item in mapping.items():
            name = read_key(keys, key, (*path, key), context)
            got = values.read(item, (*path, key), context)
            if name is not None and got is not None:
                kept[name] = got
        return kept

    schema: Schema = {
        "type": "object",
        "propertyNames": keys.schema,
        "additionalProperties": values.schema,
    }
    return Reader(read, schema)


def _json(value: object, path: Path, context: Context) -> object | None:
    match value:
        case None | bool():
            return value
        case str():
            return _text(value, path, context)
        case int() | float() | Decimal():
            if exact(value) is not None:
                return value
            _misfit(value, path, context)
        case list() | tuple():
            return [_json(item, (*path, at), context) for at, item in enumerate(value)]
        case Mapping():
            mapping = mapping_of(value, path, "a value", context) or {}
            return {key: _json(item, (*path, key), context) for key, item in mapping.items()}
        case _:
            expected("a value that JSON has", value, path, context)
    return None


JSON: Reader[object] = Reader(_json, {})
"""Any value that JSON has, as it is; null reads as None."""
