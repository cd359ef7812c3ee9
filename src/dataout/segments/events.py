"""The condition on a profile's events: which events, in which time, measured how, since what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from dataout.model.complaints import Mistake
from dataout.model.readers import COUNT, DOTTED, NUMBER, TEXT, list_of, word
from dataout.model.reading import (
    Body,
    Context,
    Key,
    Mention,
    Reader,
    Schema,
    Shape,
    expected,
    mapping_of,
)
from dataout.segments.filters import FILTER
from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    Comparison,
    Condition,
    CountIs,
    DistinctIs,
    EventIs,
    Measure,
    PickIs,
    Stream,
    TimeTest,
)
from dataout.segments.words import COMPARISONS, TIMES

if TYPE_CHECKING:
    from dataout.model.complaints import Path

ANY_EVENT = "*"
_NAMES = list_of(TEXT, "event names")


def _names(value: object, path: Path, context: Context) -> tuple[str, ...] | None:
    if isinstance(value, list | tuple):
        names = _NAMES.read(value, path, context)
        paths: list[Path] = [(*path, at) for at in range(len(value))]
    else:
        name = TEXT.read(value, path, context)
        names, paths = (None if name is None else (name,)), [path]
    if names is None or names == (ANY_EVENT,):
        return None if names is None else ()
    if ANY_EVENT in names:
        context.mistakes.add(path, "'*' is any event: it stands alone.")
        return None
    for name, here in zip(names, paths, strict=True):
        context.mentions.append(Mention("event", name, here))
    return tuple(dict.fromkeys(names))


EVENTS: Reader[tuple[str, ...]] = Reader(_names, {"anyOf": [TEXT.schema, _NAMES.schema]})
"""The name of an event, a list of names (any of them), or "*" (any event: no names)."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How something compares with a number."""

    op: Comparison
    number: Decimal


_BOUNDS: tuple[Key[Decimal], ...] = tuple(Key(op, NUMBER) for op in COMPARISONS)
_COUNTS: tuple[Key[Decimal], ...] = tuple(Key(op, COUNT.to(Decimal)) for op in COMPARISONS)


def _bounds(body: Body, keys: tuple[Key[Decimal], ...]) -> tuple[Bound, ...]:
    ops = dict(zip(COMPARISONS, keys, strict=True))
    return tuple(Bound(op, number) for op, key in ops.items() if (number := body[key]) is not None)


COUNT_SHAPE = Shape("a count", _COUNTS)


def _count(value: object, path: Path, context: Context) -> tuple[Measure, ...] | None:
    if isinstance(value, int | float | Decimal | str):
        number = COUNT.read(value, path, context)
        return None if number is None else (CountIs("is", number),)
    if (body := COUNT_SHAPE.read(value, path, context)) is None:
        return None
    if not body.written:
        expected("a number, or one of " + ", ".join(COMPARISONS), value, path, context)
        return None
    bounds = _bounds(body, _COUNTS)
    return tuple(CountIs(bound.op, int(bound.number)) for bound in bounds)


COUNT_KEY: Key[tuple[Measure, ...]] = Key(
    "count",
    Reader(_count, {"anyOf": [COUNT.schema, {**COUNT_SHAPE.schema, "minProperties": 1}]}),
)

PROPERTY: Key[tuple[str, ...]] = Key("property", DOTTED, required=True)


def _aggregate(name: str) -> Key[tuple[Measure, ...]]:
    keys = _COUNTS if name == "distinct" else _BOUNDS
    shape = Shape(f"'{name}'", (PROPERTY, *keys), frozenset({"where"}))

    def read(value: object, path: Path, context: Context) -> tuple[Measure, ...] | None:
        if (body := shape.read(value, path, context)) is None:
            return None
        if not any(op in body.written for op in COMPARISONS):
            context.mistakes.add(path, f"'{name}' needs one of {', '.join(COMPARISONS)}.")
            return None
        if (property_path := body[PROPERTY]) is None or not body.sound():
            return None
        return tuple(_measure(name, property_path, bound) for bound in _bounds(body, keys))

    return Key(name, Reader(read, {**shape.schema, "minProperties": 2}))


def _measure(name: str, path: tuple[str, ...], bound: Bound) -> Measure:
    match name:
        case "sum" | "avg" | "min" | "max":
            return AggregateIs(name, path, bound.op, bound.number)
        case _:
            return DistinctIs(path, bound.op, int(bound.number))


AGGREGATES = tuple(_aggregate(name) for name in ("sum", "avg", "min", "max", "distinct"))

EVENT: Key[tuple[str, ...]] = Key("event", EVENTS, required=True)
WHERE = Key("where", FILTER)
WHICH: Key[Literal["first", "last"]] = Key("which", word("first", "last"))
SINCE_SHAPE = Shape("'since'", (EVENT, WHERE, WHICH), frozenset({"gross", "lines"}))


def _since(value: object, path: Path, context: Context) -> Anchor | None:
    body = SINCE_SHAPE.read(value, path, context)
    if body is None or (names := body[EVENT]) is None or not body.sound():
        return None
    return Anchor(Stream(names, body[WHERE]), body[WHICH] or "last")


SINCE: Key[Anchor] = Key("since", Reader(_since, SINCE_SHAPE.schema))
TIME_KEYS: tuple[Key[TimeTest], ...] = tuple(Key(name, reader) for name, reader in TIMES.items())

EVENT_SHAPE = Shape(
    "an event condition",
    (EVENT, WHERE, *TIME_KEYS, COUNT_KEY, *AGGREGATES, WHICH, SINCE),
    frozenset({"calendar_days", "distinct_days", "history", "gross", "lines"}),
)


def read_event(value: object, path: Path, context: Context) -> Condition | None:
    """Read ``{event: NAME, …}``."""
    mapping = mapping_of(value, path, "an event condition", context)
    if mapping is None or (body := EVENT_SHAPE.read(mapping, path, context)) is None:
        return None
    fits = _at_most_one(body, TIME_KEYS, "time restriction", context)
    fits = _at_most_one(body, AGGREGATES, "aggregate", context) and fits
    fits = _which_fits(body, context) and fits
    if not fits or not body.sound() or (names := body[EVENT]) is None:
        return None
    when = next((test for key in TIME_KEYS if (test := body[key]) is not None), None)
    stream = Stream(names, body[WHERE])
    conditions = tuple(EventIs(stream, measure, when, body[SINCE]) for measure in _measures(body))
    return conditions[0] if len(conditions) == 1 else All(conditions)


def _measures(body: Body) -> tuple[Measure, ...]:
    if (which := body[WHICH]) is not None:
        return (PickIs(which),)
    written = tuple(measure for key in (COUNT_KEY, *AGGREGATES) for measure in body[key] or ())
    return written or (CountIs("gte", 1),)


def _at_most_one(body: Body, keys: tuple[Key[object], ...], what: str, context: Context) -> bool:
    written = [key.name for key in keys if key.name in body.written]
    if len(written) > 1:
        message = f"'{written[1]}' beside '{written[0]}': an event takes at most one {what}."
        hint = "Put two event conditions below all: [ … ] if both shall hold."
        context.mistakes.found.append(Mistake((*body.path, written[1]), message, hint, at_key=True))
    return len(written) <= 1


def _which_fits(body: Body, context: Context) -> bool:
    if WHICH.name not in body.written:
        return True
    others = [key.name for key in (COUNT_KEY, *AGGREGATES) if key.name in body.written]
    for name in others:
        message = f"'{name}' beside 'which': which picks one event, there is nothing to measure."
        context.mistakes.found.append(Mistake((*body.path, name), message, at_key=True))
    return not others


def event_schema() -> Schema:
    """Say what an event condition may hold."""
    return EVENT_SHAPE.schema
