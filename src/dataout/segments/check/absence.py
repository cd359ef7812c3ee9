"""What a condition chooses people by: by something they did or are, or only by what is absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataout.model.complaints import Path
from dataout.segments.check.advice import Advice
from dataout.segments.check.literals import Literal
from dataout.segments.check.numbers import numbers
from dataout.segments.describe import label
from dataout.segments.tree import (
    AggregateIs,
    All,
    AnyOf,
    AttributeIs,
    Condition,
    CountIs,
    DistinctDaysIs,
    DistinctIs,
    EventIs,
    Everyone,
    InList,
    InSegment,
    Not,
    PickIs,
    Related,
    SeenBefore,
    Sequence,
    TraitIs,
)
from dataout.segments.values import Age, CalendarDays, Test, Within, WithinNext, absent_passes

DAY = 86_400_000
Segments = Mapping[str, Condition]


def selects(condition: Condition, segments: Segments, *, holds: bool = True) -> bool:
    """Say whether somebody of whom nothing is known is out, so that something chooses people.

    Circles among segments are an error elsewhere; here what leads nowhere counts as chosen by.
    """
    return _selects(condition, segments, frozenset(), holds=holds)


def _selects(
    condition: Condition, segments: Segments, within: frozenset[str], *, holds: bool
) -> bool:
    match condition:
        case Not(of):
            return _selects(of, segments, within, holds=not holds)
        case All(of) | AnyOf(of):
            parts = [_selects(part, segments, within, holds=holds) for part in of]
            return any(parts) if isinstance(condition, All) is holds else all(parts)
        case InSegment(name) if name in segments and name not in within:
            return _selects(segments[name], segments, within | {name}, holds=holds)
        case Everyone() | SeenBefore():
            return not holds and isinstance(condition, Everyone)
        case AttributeIs(_, tests) | TraitIs(_, tests):
            return holds is not absent_passes(tests)
        case Related(_, _, _, op, bound):
            return holds is not _zero_passes(op, bound)
        case EventIs():
            return _event_selects(condition, holds=holds)
        case InSegment() | InList() | Sequence():
            return holds


def _event_selects(condition: EventIs, *, holds: bool) -> bool:
    if condition.since is not None:
        return holds
    match condition.measure:
        case CountIs(op, bound) | DistinctIs(_, op, bound) | DistinctDaysIs(op, bound):
            return holds is not _zero_passes(op, bound)
        case AggregateIs() | PickIs():
            return holds


def _zero_passes(op: str, bound: int) -> bool:
    match op:
        case "is" | "gte":
            return bound == 0
        case "gt":
            return False
        case "lt":
            return bound > 0
        case _:
            return True


def absences(condition: Condition, segments: Segments) -> Iterator[Advice]:
    """Find what must never have happened, with nothing beside it that chooses people."""
    yield from _absences(Literal(condition, holds=True, path=()), segments, chosen=False)


def _absences(here: Literal, segments: Segments, *, chosen: bool) -> Iterator[Advice]:
    condition, holds, path = here.condition, here.holds, here.path
    match condition:
        case Not(of):
            inner = Literal(of, not holds, (*path, "not"))
            yield from _absences(inner, segments, chosen=chosen)
        case All(of) | AnyOf(of):
            word = "all" if isinstance(condition, All) else "any"
            if isinstance(condition, All) is holds:
                chosen = chosen or selects(condition, segments, holds=holds)
            for at, part in enumerate(of):
                inner = Literal(part, holds, (*path, word, at))
                yield from _absences(inner, segments, chosen=chosen)
        case EventIs(when=None, since=None) if not chosen and _is_absence(here):
            yield _endless(here)
        case _:
            return


def _is_absence(here: Literal) -> bool:
    most = [
        number.high
        for number in numbers(here)
        if number.kind == ("count",) and number.high is not None
        if number.high <= 0 or (number.open_high and number.high <= 1)
    ]
    return most != []


def _endless(here: Literal) -> Advice:
    condition = here.condition
    names = label(condition)
    return Advice(
        "unbounded-absence",
        f"'not {names}' has no time bound and nothing beside it: nearly everybody is in, for ever.",
        "Say since when (within: 30d), or put what chooses people beside it in all: [ … ].",
        here.path,
    )


def unbounded_sequences(condition: Condition, path: Path = ()) -> Iterator[Advice]:
    """Find chains that may have begun at any time."""
    match condition:
        case Not(of):
            yield from unbounded_sequences(of, (*path, "not"))
        case All(of) | AnyOf(of):
            word = "all" if isinstance(condition, All) else "any"
            for at, part in enumerate(of):
                yield from unbounded_sequences(part, (*path, word, at))
        case Sequence(first) if first.when is None:
            yield Advice(
                "sequence-unbounded",
                "the first step of the sequence has no time bound: a chain of years ago counts.",
                "Bound the first step, for instance with within: 30d.",
                (*path, "sequence", 0),
            )
        case _:
            return


def shortest_window(condition: Condition, segments: Segments) -> int | None:
    """Find the shortest time, in milliseconds, that a condition lets somebody stay in by itself."""
    return min(_windows(condition, segments, frozenset(), holds=True), default=None)


def _windows(
    condition: Condition, segments: Segments, within: frozenset[str], *, holds: bool
) -> Iterator[int]:
    match condition:
        case Not(of):
            yield from _windows(of, segments, within, holds=not holds)
        case All(of) | AnyOf(of):
            for part in of:
                yield from _windows(part, segments, within, holds=holds)
        case InSegment(name) if name in segments and name not in within:
            yield from _windows(segments[name], segments, within | {name}, holds=holds)
        case EventIs(when=when) if when is not None and _event_selects(condition, holds=holds):
            yield from _length(when)
        case Sequence(first) if holds and first.when is not None:
            yield from _length(first.when)
        case AttributeIs(_, tests) | TraitIs(_, tests) if holds:
            for test in tests:
                yield from _length(test)
        case _:
            return


def event_windows(condition: Condition) -> Iterator[tuple[str, int]]:
    """List events with the length, in milliseconds, of each window they are looked for in.

    Segments nested inside are left to themselves.
    """
    match condition:
        case Not(of):
            yield from event_windows(of)
        case All(of) | AnyOf(of):
            for part in of:
                yield from event_windows(part)
        case EventIs(stream, when=when) if when is not None:
            yield from ((name, length) for name in stream.names for length in _length(when))
        case Sequence(first) if first.when is not None:
            names = first.stream.names
            yield from ((name, length) for name in names for length in _length(first.when))
        case _:
            return


def _length(test: Test) -> Iterator[int]:
    match test:
        case Within(span) | WithinNext(span):
            yield span
        case Age(youngest, oldest):
            yield oldest - youngest
        case CalendarDays(youngest, oldest):
            yield (oldest - youngest + 1) * DAY
        case _:
            return
