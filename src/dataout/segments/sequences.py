"""Events in an order: a first step, steps after it, and perhaps something that must not follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dataout.model.complaints import Mistake
from dataout.model.reading import Context, Reader, Schema, Shape, expected
from dataout.segments.events import (
    EVENT,
    HISTORY,
    SINCE,
    STREAM_KEYS,
    TIME_KEYS,
    WHEN_KEYS,
    WHICH,
    orders_fit,
    read_stream,
    stream_of,
    when_fits,
    when_of,
)
from dataout.segments.measures import AGGREGATES, COUNT_KEY
from dataout.segments.tree import FirstStep, NextStep, NoStep, Sequence
from dataout.segments.values import Within

if TYPE_CHECKING:
    from dataout.model.complaints import Path

NOT = "not"
LEAST_STEPS, MOST_STEPS = 2, 20

_MEASURED = dict.fromkeys(
    (key.name for key in (COUNT_KEY, *AGGREGATES, SINCE, HISTORY)),
    "A step is one event. What is measured stands beside the sequence, below all: [ … ].",
)
_OTHER = dict.fromkeys(
    ("all", "any", "everyone", "segment", "list", "attribute", "trait", "related", "sequence"),
    "A step is one event. Put other conditions beside the sequence, below all: [ … ].",
)
_REFUSED = _MEASURED | _OTHER
_LATER = {WHICH.name: "Only the first step picks the first or last of all events."}
_AFTER = dict.fromkeys(
    [key.name for key in WHEN_KEYS if key.name != "within"],
    "It looks at what comes after the step before, and takes within at most.",
)
_WITHIN = tuple(key for key in TIME_KEYS if key.name == "within")

FIRST_SHAPE = Shape("the first step", (*STREAM_KEYS, *WHEN_KEYS, WHICH), refused=_REFUSED)
NEXT_SHAPE = Shape("a later step", (*STREAM_KEYS, *WHEN_KEYS), refused=_REFUSED | _LATER)
NO_SHAPE = Shape("a sequence's 'not'", (*STREAM_KEYS, *_WITHIN), refused=_REFUSED | _LATER | _AFTER)

Step = FirstStep | NextStep | NoStep


def _sequence(value: object, path: Path, context: Context) -> Sequence | None:
    if not isinstance(value, list | tuple):
        expected("a list of steps", value, path, context, "Write it in brackets: [ … ].")
        return None
    if len(value) < LEAST_STEPS:
        message = f"a sequence has at least two steps, this one has {len(value)}."
        context.mistakes.add(path, message, "One event alone is a condition: event: NAME.")
    if len(value) > MOST_STEPS:
        message = f"a sequence has at most {MOST_STEPS} steps, this one has {len(value)}."
        context.mistakes.add(path, message, "Leave out those that decide nothing.")
        return None
    last = len(value) - 1
    steps = [_step(item, (*path, at), context, last=last) for at, item in enumerate(value)]
    first = steps[0] if steps else None
    if len(steps) < LEAST_STEPS or not isinstance(first, FirstStep) or None in steps:
        return None
    never = steps[-1] if isinstance(steps[-1], NoStep) else None
    return Sequence(first, tuple(step for step in steps if isinstance(step, NextStep)), never)


def _step(value: object, path: Path, context: Context, *, last: int) -> Step | None:
    at = path[-1]
    if isinstance(value, Mapping) and NOT in value:
        if at == last and at:
            return _never(value, path, context)
        hint = "Say what must not happen between two events with a sequence of its own below not."
        message = "only the last step may be a 'not', and never the only one."
        context.mistakes.found.append(Mistake((*path, NOT), message, hint, at_key=True))
        return None
    return _next(value, path, context) if at else _first(value, path, context)


def _first(value: object, path: Path, context: Context) -> FirstStep | None:
    body = read_stream(FIRST_SHAPE, value, path, context)
    if body is None:
        return None
    fits = when_fits(body, context)
    fits = orders_fit(body, context) and fits
    names = body[EVENT]
    if not fits or names is None or not body.sound():
        return None
    return FirstStep(stream_of(body, names), when_of(body), body[WHICH])


def _next(value: object, path: Path, context: Context) -> NextStep | None:
    body = read_stream(NEXT_SHAPE, value, path, context)
    if body is None:
        return None
    fits = when_fits(body, context)
    fits = orders_fit(body, context) and fits
    names = body[EVENT]
    if not fits or names is None or not body.sound():
        return None
    stream, when = stream_of(body, names), when_of(body)
    return NextStep(stream, when.span) if isinstance(when, Within) else NextStep(stream, None, when)


def _never(mapping: Mapping[object, object], path: Path, context: Context) -> NoStep | None:
    others = [str(word) for word in mapping if word != NOT]
    for word in others:
        message = f"'{word}' cannot stand beside 'not'."
        hint = "Put it into the mapping below not."
        context.mistakes.found.append(Mistake((*path, word), message, hint, at_key=True))
    body = read_stream(NO_SHAPE, mapping[NOT], (*path, NOT), context)
    if body is None or not orders_fit(body, context) or others:
        return None
    names, when = body[EVENT], when_of(body)
    if names is None or not body.sound():
        return None
    return NoStep(stream_of(body, names), when.span if isinstance(when, Within) else None)


_NEVER: Schema = {
    "type": "object",
    "properties": {NOT: NO_SHAPE.schema},
    "required": [NOT],
    "additionalProperties": False,
}
SEQUENCE: Reader[Sequence] = Reader(
    _sequence,
    {
        "type": "array",
        "prefixItems": [FIRST_SHAPE.schema],
        "items": {"anyOf": [NEXT_SHAPE.schema, _NEVER]},
        "minItems": LEAST_STEPS,
    },
)
