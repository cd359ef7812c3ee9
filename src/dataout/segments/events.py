"""The condition on a profile's events: which events, in which time, measured how, since what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from dataout.model.complaints import Mistake
from dataout.model.readers import BOOLEAN, TEXT, list_of, word
from dataout.model.reading import Body, Context, Key, Mention, Reader, Schema, Shape
from dataout.segments.filters import FILTER, zone_belongs
from dataout.segments.measures import AGGREGATES, COUNT_KEY, DISTINCT_DAYS, ZONE_KEY
from dataout.segments.tree import (
    All,
    Anchor,
    Condition,
    CountIs,
    EventIs,
    Measure,
    Not,
    PickIs,
    SeenBefore,
    Stream,
)
from dataout.segments.values import Filter, TimeTest, Within
from dataout.segments.words import CALENDAR_DAYS, TIMES, in_zone

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

EVENT: Key[tuple[str, ...]] = Key("event", EVENTS, required=True)
WHERE: Key[Filter] = Key("where", FILTER)
GROSS = Key("gross", BOOLEAN)
LINES = Key("lines", BOOLEAN)
STREAM_KEYS: tuple[Key[object], ...] = (EVENT, WHERE, GROSS, LINES)
"""Which events are looked at, and how those that are orders are read."""

TIME_KEYS: tuple[Key[TimeTest], ...] = tuple(Key(name, reader) for name, reader in TIMES.items())
WHEN_KEYS: tuple[Key[object], ...] = (*TIME_KEYS, ZONE_KEY)

WHICH: Key[Literal["first", "last"]] = Key("which", word("first", "last"))
HISTORY: Key[Literal["required"]] = Key("history", word("required"))

_ANCHOR_TIME = "It is the first or last event of all; the restriction stands beside 'since'."
SINCE_SHAPE = Shape(
    "'since'", (*STREAM_KEYS, WHICH), refused=dict.fromkeys([*TIMES, "zone"], _ANCHOR_TIME)
)


def read_stream(shape: Shape, value: object, path: Path, context: Context) -> Body | None:
    """Read a mapping about events, and say of the properties in it whose they are."""
    aside = replace(context, mentions=[])
    body = shape.read(value, path, aside)
    claim(aside.mentions, None if body is None else body[EVENT], context)
    return body


def claim(mentions: Iterable[Mention], names: tuple[str, ...] | None, context: Context) -> None:
    """Pass mentions on; properties that are nobody's yet are those of the events ``names``."""
    for mention in mentions:
        if mention.kind == "property" and not mention.of:
            owners = names or (ANY_EVENT,)
            context.mentions.extend(replace(mention, of=name) for name in owners)
        else:
            context.mentions.append(mention)


def orders_fit(body: Body, context: Context) -> bool:
    """Report ``gross`` beside ``lines``."""
    if not (body[GROSS] and body[LINES]):
        return True
    message = "'lines' beside 'gross': lines reads the single events, gross combines them."
    context.mistakes.found.append(Mistake((*body.path, LINES.name), message, at_key=True))
    return False


def orders_of(body: Body) -> Literal["net", "gross", "lines"]:
    """Say how orders are read."""
    return "gross" if body[GROSS] else "lines" if body[LINES] else "net"


def stream_of(body: Body, names: tuple[str, ...]) -> Stream:
    """Make the stream of the events ``names``."""
    return Stream(names, body[WHERE], orders_of(body))


def when_fits(body: Body, context: Context, *counting: str) -> bool:
    """Report a second restriction of time, and a zone in which nothing counts days."""
    fits = at_most_one(body, TIME_KEYS, "time restriction", context)
    return zone_belongs(body.written, (CALENDAR_DAYS, *counting), body.path, context) and fits


def when_of(body: Body) -> TimeTest | None:
    """Answer the restriction of time."""
    tests = (test for key in TIME_KEYS if (test := body[key]) is not None)
    return in_zone(next(tests, None), body[ZONE_KEY])


def at_most_one(body: Body, keys: tuple[Key[object], ...], what: str, context: Context) -> bool:
    """Report what stands beside another of its kind."""
    written = [key.name for key in keys if key.name in body.written]
    if len(written) > 1:
        message = f"'{written[1]}' beside '{written[0]}': an event takes at most one {what}."
        hint = "Put two event conditions below all: [ … ] if both shall hold."
        context.mistakes.found.append(Mistake((*body.path, written[1]), message, hint, at_key=True))
    return len(written) <= 1


def _since(value: object, path: Path, context: Context) -> Anchor | None:
    body = read_stream(SINCE_SHAPE, value, path, context)
    if body is None or not orders_fit(body, context):
        return None
    if (names := body[EVENT]) is None or not body.sound():
        return None
    return Anchor(stream_of(body, names), body[WHICH] or "last")


SINCE: Key[Anchor] = Key("since", Reader(_since, SINCE_SHAPE.schema))

EVENT_SHAPE = Shape(
    "an event condition",
    (*STREAM_KEYS, *WHEN_KEYS, COUNT_KEY, *AGGREGATES, WHICH, SINCE, HISTORY),
)


def read_event(
    value: object, path: Path, context: Context, *, negated: bool = False
) -> Condition | None:
    """Read ``{event: NAME, …}``; ``negated``: answer what it means directly below ``not``."""
    body = read_stream(EVENT_SHAPE, value, path, context)
    if body is None:
        return None
    fits = when_fits(body, context, DISTINCT_DAYS.name)
    fits = at_most_one(body, AGGREGATES, "aggregate", context) and fits
    fits = orders_fit(body, context) and fits
    fits = _which_fits(body, context) and fits
    fits = _history_fits(body, context, negated=negated) and fits
    if not fits or not body.sound() or (names := body[EVENT]) is None:
        return None
    stream, when = stream_of(body, names), when_of(body)
    conditions = tuple(EventIs(stream, measure, when, body[SINCE]) for measure in _measures(body))
    condition: Condition = conditions[0] if len(conditions) == 1 else All(conditions)
    condition = Not(condition) if negated else condition
    if body[HISTORY] is not None and isinstance(when, Within):
        return All((condition, SeenBefore(when.span)))
    return condition


def _measures(body: Body) -> tuple[Measure, ...]:
    if (which := body[WHICH]) is not None:
        return (PickIs(which),)
    written = tuple(measure for key in (COUNT_KEY, *AGGREGATES) for measure in body[key] or ())
    return tuple(in_zone(measure, body[ZONE_KEY]) for measure in written) or (CountIs("gte", 1),)


def _which_fits(body: Body, context: Context) -> bool:
    if WHICH.name not in body.written:
        return True
    others = [key.name for key in (COUNT_KEY, *AGGREGATES) if key.name in body.written]
    for name in others:
        message = f"'{name}' beside 'which': which picks one event, there is nothing to measure."
        context.mistakes.found.append(Mistake((*body.path, name), message, at_key=True))
    return not others


def _history_fits(body: Body, context: Context, *, negated: bool) -> bool:
    if HISTORY.name not in body.written:
        return True
    wrong = ""
    if negated and _bounded_above(body):
        wrong = "below not, this event asks for presence: there is no negative window."
    elif not negated and not _bounded_above(body):
        wrong = "this event is no negative window, for which a history could be required."
    elif "within" not in body.written:
        wrong = "history: required needs a window, within: W."
    if wrong:
        hint = (
            "It stands in not: {event: NAME, within: W, history: required}, or beside within: W "
            "and an upper bound, as count: 0 or count: {lte: 2}."
        )
        context.mistakes.found.append(Mistake((*body.path, HISTORY.name), wrong, hint, at_key=True))
    return not wrong


def _bounded_above(body: Body) -> bool:
    """Whether nothing but a largest count is asked: people without any event satisfy it."""
    if any(key.name in body.written for key in (WHICH, *AGGREGATES)):
        return False
    return bool(body[COUNT_KEY]) and all(
        isinstance(measure, CountIs)
        and (measure.op in {"lt", "lte"} or measure == CountIs("is", 0))
        for measure in body[COUNT_KEY] or ()
    )


def event_schema() -> Schema:
    """Say what an event condition may hold."""
    return EVENT_SHAPE.schema
