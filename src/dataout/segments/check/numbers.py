"""What conditions say about numbers of events: how many there are at least, and at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from dataout.segments.check.literals import Literal
from dataout.segments.check.windows import inside
from dataout.segments.describe.deeds import OPPOSITE
from dataout.segments.tree import (
    AggregateIs,
    Anchor,
    CountIs,
    DistinctDaysIs,
    DistinctIs,
    EventIs,
    PickIs,
    Sequence,
    Stream,
)
from dataout.segments.values import Comparison, TimeTest


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a stream in a window lies between ``low`` and ``high`` (None: not said).

    ``kind`` tells what is counted; only of counts does a larger window hold as many or more.
    ``open_low`` and ``open_high`` exclude the bound itself.
    """

    kind: tuple[object, ...]
    counts: bool
    stream: Stream
    when: TimeTest | None
    since: Anchor | None
    low: Decimal | None = None
    high: Decimal | None = None
    open_low: bool = False
    open_high: bool = False


def numbers(literal: Literal) -> Iterator[Number]:
    """List what a condition says about numbers for certain."""
    condition, holds = literal.condition, literal.holds
    match condition:
        case Sequence(first) if holds:
            yield _some(first.stream, first.when, None)
        case EventIs(_, PickIs()) if holds:
            yield _some(condition.stream, condition.when, condition.since)
        case EventIs(_, CountIs(op, bound)):
            yield from _bounded(condition, ("count",), op, bound, holds=holds)
        case EventIs(_, DistinctIs(path, op, bound)):
            yield from _bounded(condition, ("distinct", path), op, bound, holds=holds)
        case EventIs(_, DistinctDaysIs(op, bound, zone)):
            yield from _bounded(condition, ("days", zone), op, bound, holds=holds)
        case EventIs(stream, AggregateIs(function, path, op, limit, items), when, since) if holds:
            kind = (function, path, items)
            number = Number(kind, counts=False, stream=stream, when=when, since=since)
            yield _between(number, op, limit)
            yield _some(stream, when, since)
        case _:
            return


def excluded(lower: Number, upper: Number) -> bool:
    """Say whether the least of one is more than the most of the other, in what holds the one."""
    if lower.low is None or upper.high is None or lower.kind != upper.kind:
        return False
    if not _covers(upper, lower):
        return False
    equal = lower.low == upper.high and (lower.open_low or upper.open_high)
    return lower.low > upper.high or equal


def _covers(outer: Number, inner: Number) -> bool:
    same = (outer.stream, outer.when, outer.since) == (inner.stream, inner.when, inner.since)
    if same or not outer.counts:
        return same
    names = not outer.stream.names or (
        bool(inner.stream.names) and set(inner.stream.names) <= set(outer.stream.names)
    )
    where = outer.stream.where in {None, inner.stream.where}
    orders = outer.stream.orders == inner.stream.orders
    since = outer.since in {None, inner.since}
    return names and where and orders and since and inside(inner.when, outer.when)


def _some(stream: Stream, when: TimeTest | None, since: Anchor | None) -> Number:
    return Number(("count",), counts=True, stream=stream, when=when, since=since, low=Decimal(1))


def _bounded(
    condition: EventIs, kind: tuple[object, ...], op: Comparison, bound: int, *, holds: bool
) -> Iterator[Number]:
    """Bound a number that knows zero; where there may be no anchor, the opposite says nothing."""
    stream, when, since = condition.stream, condition.when, condition.since
    number = Number(kind, counts=True, stream=stream, when=when, since=since, low=Decimal(0))
    if holds:
        said = _between(number, op, Decimal(bound))
    elif since is not None:
        return
    elif op == "is":
        said = replace(number, low=Decimal(1)) if bound == 0 else number
    else:
        said = _between(number, OPPOSITE[op], Decimal(bound))
    yield said
    least = said.low is not None and (said.low > 0 or said.open_low)
    if kind != ("count",) and least:
        yield _some(stream, when, since)


def _between(number: Number, op: Comparison, bound: Decimal) -> Number:
    match op:
        case "is":
            return replace(number, low=bound, high=bound)
        case "gt" | "gte":
            return replace(number, low=bound, open_low=op == "gt")
        case "lt" | "lte":
            return replace(number, high=bound, open_high=op == "lt")
