"""Conditions on what people did: events counted, measured and picked, and chains of events."""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

from dataout.segments.describe.spelling import number_text
from dataout.segments.describe.streams import (
    did,
    do,
    done,
    many,
    only_words,
    since_words,
    when_words,
)
from dataout.segments.describe.times import reaches_now, span_words, time_words
from dataout.segments.describe.values import COMPARED, path_words
from dataout.segments.tree import (
    AggregateIs,
    CountIs,
    DistinctDaysIs,
    DistinctIs,
    EventIs,
    FirstStep,
    NextStep,
    NoStep,
    PickIs,
    Sequence,
    Stream,
)
from dataout.segments.values import Comparison

OPPOSITE: dict[Comparison, Comparison] = {"gt": "lte", "gte": "lt", "lt": "gte", "lte": "gt"}

TIMES: dict[Comparison, str] = COMPARED | {"is": "exactly ", "lt": "fewer than "}

NAMES = {
    "sum": "the sum of {} over their {}",
    "avg": "the average {} of their {}",
    "min": "the smallest {} of their {}",
    "max": "the largest {} of their {}",
}


def event_clause(condition: EventIs, known: Collection[Stream], *, holds: bool = True) -> str:
    """Say an event condition, or its opposite, of people: ``who made a purchase …``.

    ``known`` are streams of which they have an event, as conditions beside this one say.
    """
    words = _measured(condition, holds=holds)
    anchor = condition.since
    if holds or anchor is None or anchor.stream in known:
        return words
    return f"{words} (or have never {done(anchor.stream)})"


def _measured(condition: EventIs, *, holds: bool) -> str:
    stream = condition.stream
    time = f"{when_words(condition.when)}{since_words(condition.since)}"
    match condition.measure:
        case CountIs(op, bound):
            flipped, plain = (op, True) if holds else _flip(op)
            return _counted(condition, flipped, bound, plain=plain)
        case PickIs(which):
            return _picked(condition, which, holds=holds)
        case AggregateIs(function, path, op, limit, items):
            what = NAMES[function].format(path_words(path), f"{many(stream)}{time}")
            fits = "is" if holds else "is missing or not"
            number = f"{COMPARED[op]}{number_text(limit)}"
            return f"for whom {what}{only_words(items)} {fits} {number}"
        case DistinctIs(path, op, bound):
            what = f"the number of different values of {path_words(path)} in their {many(stream)}"
            return f"for whom {what}{time} is {_number(op, bound, holds=holds)}"
        case DistinctDaysIs(op, bound, zone):
            what = f"the number of different days ({zone} time) on which they {did(stream)}"
            return f"for whom {what}{time} is {_number(op, bound, holds=holds)}"
        case _:
            assert_never(condition.measure)


def _flip(op: Comparison) -> tuple[Comparison, bool]:
    """Give the comparison that holds of a number where ``op`` does not; "is" keeps its sign."""
    return (op, False) if op == "is" else (OPPOSITE[op], True)


def _number(op: Comparison, bound: int, *, holds: bool) -> str:
    op, plain = (op, True) if holds else _flip(op)
    return f"{COMPARED[op]}{bound}" if plain else f"any number but {bound}"


def _counted(condition: EventIs, op: Comparison, bound: int, *, plain: bool) -> str:
    stream = condition.stream
    time = f"{when_words(condition.when)}{since_words(condition.since)}"
    if plain and (op, bound) in {("is", 0), ("lte", 0), ("lt", 1)}:
        return f"who {_never(condition)}"
    if (plain and (op, bound) in {("gte", 1), ("gt", 0)}) or (not plain and bound == 0):
        return f"who {did(stream) if time else f'have {done(stream)}'}{time}"
    often = _times(op, bound) if plain else f"any number of times but {_often(bound)}"
    return f"who {did(stream)} {often}{time}"


def _times(op: Comparison, bound: int) -> str:
    words = f"{TIMES[op]}{_often(bound)}"
    zero = op in {"lt", "lte"} or (op, bound) == ("gte", 0)
    return f"{words} (or never)" if zero else words


def _often(bound: int) -> str:
    return "once" if bound == 1 else f"{bound} times"


def _never(condition: EventIs) -> str:
    stream, when = condition.stream, condition.when
    since = since_words(condition.since)
    if when is None:
        return f"have not {done(stream)}{since}" if since else f"have never {done(stream)}"
    if reaches_now(when):
        return f"have not {done(stream)}{when_words(when)}{since}"
    return f"did not {do(stream)} at any time {time_words(when)}{since}"


def _picked(condition: EventIs, which: str, *, holds: bool) -> str:
    stream = condition.stream
    time = f"{when_words(condition.when)}{since_words(condition.since)}"
    if not time:
        return f"who have {'' if holds else 'never '}{done(stream)} (a {which} time)"
    if holds:
        return f"who {did(stream)} for the {which} time{time}"
    return f"who did not {do(stream)} for the {which} time{time} (but at another time, or never)"


def sequence_clause(condition: Sequence, *, holds: bool = True) -> str:
    """Say a chain of events: ``who, in this order, started a cart, after that …``."""
    steps = [_first(condition.first), *(f"after that {_next(step)}" for step in condition.then)]
    if (last := condition.never) is not None:
        steps.append(_nothing(last))
    who = "who" if holds else "for whom it is not true that they"
    if len(steps) == 1:
        return f"{who} {steps[0]}"
    return f"{who}, in this order, {', '.join(steps[:-1])}, and {steps[-1]}"


def _first(step: FirstStep) -> str:
    which = "" if step.which is None else f" for the {step.which} time"
    return f"{did(step.stream)}{which}{when_words(step.when)}"


def _next(step: NextStep) -> str:
    within = "" if step.within is None else f" within {span_words(step.within)} of it"
    also = "" if step.when is None else f", {time_words(step.when)}"
    return f"{did(step.stream)}{within}{also}"


def _nothing(step: NoStep) -> str:
    if step.within is None:
        return f"have not {done(step.stream)} since"
    return f"let {span_words(step.within)} pass after it in which they did not {do(step.stream)}"
