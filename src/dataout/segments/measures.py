"""How a profile's events are measured: counted, summed, told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from dataout.model.readers import COUNT, DOTTED, NUMBER, ZONE
from dataout.model.reading import Body, Context, Key, Mention, Reader, Shape, expected
from dataout.segments.filters import FILTER, inside
from dataout.segments.tree import AggregateIs, CountIs, DistinctDaysIs, DistinctIs, Measure
from dataout.segments.values import Comparison, Filter
from dataout.segments.words import COMPARISONS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dataout.model.complaints import Path

NUMERIC = ("sum", "avg", "min", "max")
"""Aggregates of numbers; where these stand in a list of objects, they may choose among those."""


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


def _counted(
    shape: Shape, make: Callable[[Comparison, int, Context], Measure]
) -> Reader[tuple[Measure, ...]]:
    """Read a whole number, or operators with whole numbers."""

    def read(value: object, path: Path, context: Context) -> tuple[Measure, ...] | None:
        if isinstance(value, int | float | Decimal | str):
            number = COUNT.read(value, path, context)
            return None if number is None else (make("is", number, context),)
        if (body := shape.read(value, path, context)) is None:
            return None
        if not body.written:
            expected("a number, or one of " + ", ".join(COMPARISONS), value, path, context)
            return None
        if not body.sound():
            return None
        bounds = _bounds(body, _COUNTS)
        return tuple(make(bound.op, int(bound.number), context) for bound in bounds)

    return Reader(read, {"anyOf": [COUNT.schema, {**shape.schema, "minProperties": 1}]})


COUNT_KEY: Key[tuple[Measure, ...]] = Key(
    "count", _counted(Shape("a count", _COUNTS), lambda op, number, _: CountIs(op, number))
)

ZONE_KEY: Key[ZoneInfo] = Key("zone", ZONE)
"""Stands beside what counts days; without it, those of the project's zone are counted."""

DISTINCT_DAYS: Key[tuple[Measure, ...]] = Key(
    "distinct_days",
    _counted(
        Shape("'distinct_days'", _COUNTS, refused={"zone": "It stands beside 'distinct_days'."}),
        lambda op, number, context: DistinctDaysIs(op, number, context.zone.key),
    ),
)

PROPERTY: Key[tuple[str, ...]] = Key("property", DOTTED, required=True)
ITEMS: Key[Filter] = Key("where", FILTER)
NO_ITEMS = {
    "where": "To choose among the events, put where beside it; among the elements of a list, "
    "only sum, avg, min and max choose."
}


def note_property(body: Body, aside: Context, context: Context) -> bool:
    """Mention what an aggregate reads, and report a filter of elements where there is no list.

    ``aside`` is what ``body`` was read with: it mentions the properties of the elements.
    """
    steps = body[PROPERTY]
    if steps is None:
        return False
    here = (*body.path, PROPERTY.name)
    context.mentions.append(Mention("property", ".".join(steps), here))
    context.mentions.extend(inside(".".join(steps[:-1]), aside.mentions))
    if ITEMS.name in body.written and len(steps) == 1:
        hint = (
            "There, where chooses among the elements of a list, as in property: items.price. "
            "To choose among the events, put it beside the aggregate."
        )
        message = f"'{steps[0]}' lies in no list."
        context.mistakes.add((*body.path, ITEMS.name), message, hint)
        return False
    return True


def _aggregate(name: str) -> Key[tuple[Measure, ...]]:
    numeric = name in NUMERIC
    keys = _BOUNDS if numeric else _COUNTS
    items = (ITEMS,) if numeric else ()
    shape = Shape(f"'{name}'", (PROPERTY, *keys, *items), refused={} if numeric else NO_ITEMS)

    def read(value: object, path: Path, context: Context) -> tuple[Measure, ...] | None:
        aside = replace(context, mentions=[])
        if (body := shape.read(value, path, aside)) is None:
            return None
        fits = note_property(body, aside, context)
        if not any(op in body.written for op in COMPARISONS):
            context.mistakes.add(path, f"'{name}' needs one of {', '.join(COMPARISONS)}.")
            return None
        if not fits or (steps := body[PROPERTY]) is None or not body.sound():
            return None
        where = body[ITEMS] if numeric else None
        return tuple(_measure(name, steps, bound, where) for bound in _bounds(body, keys))

    return Key(name, Reader(read, {**shape.schema, "minProperties": 2}))


def _measure(name: str, path: tuple[str, ...], bound: Bound, items: Filter | None) -> Measure:
    match name:
        case "sum" | "avg" | "min" | "max":
            return AggregateIs(name, path, bound.op, bound.number, items)
        case _:
            return DistinctIs(path, bound.op, int(bound.number))


AGGREGATES = (*map(_aggregate, (*NUMERIC, "distinct")), DISTINCT_DAYS)
"""What can be measured of events; an event condition takes at most one of them."""
