"""Conditions in words, one line each, for trees and messages."""

from __future__ import annotations

from typing import assert_never

from dataout.segments.describe.spelling import duration_text, instant_text, scalar_text
from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    AnyOf,
    AttributeIs,
    Condition,
    CountIs,
    DistinctDaysIs,
    DistinctIs,
    EventIs,
    Everyone,
    FirstStep,
    InList,
    InSegment,
    Measure,
    NextStep,
    NoStep,
    Not,
    PickIs,
    Related,
    SeenBefore,
    Sequence,
    Stream,
    TraitIs,
)
from dataout.segments.values import (
    After,
    Age,
    AnyElement,
    Before,
    Between,
    CalendarDays,
    Compare,
    Comparison,
    Exists,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OlderThan,
    OneOf,
    PropertyIs,
    Test,
    TextTest,
    TimeTest,
    Within,
    WithinNext,
)

SIGNS: dict[Comparison, str] = {"is": "=", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}


def label(condition: Condition) -> str:
    """Spell one condition; parts joined by all, any and not are left to their own lines.

    >>> label(EventIs(Stream(("purchase",)), CountIs("gte", 1), Within(3_600_000)))
    'purchase within 1h'
    """
    match condition:
        case Everyone():
            return "everyone"
        case All():
            return "all of"
        case AnyOf():
            return "any of"
        case Not():
            return "not"
        case InSegment(name):
            return f"in segment {name}"
        case InList(name):
            return f"on list {name}"
        case AttributeIs(path, tests, true_for):
            lasting = "" if true_for is None else f" for {duration_text(true_for)}"
            return f"{_value('.'.join(path), tests)}{lasting}"
        case TraitIs(name, tests):
            return _value(f"trait {name}", tests)
        case SeenBefore(span):
            return f"first seen {duration_text(span)} ago or earlier"
        case EventIs() | Sequence() | Related():
            return _history(condition)
        case _:
            assert_never(condition)


def _history(condition: EventIs | Sequence | Related) -> str:
    match condition:
        case EventIs(stream, measure, when, since):
            anchor = "" if since is None else f" since {_anchor(since)}"
            return f"{_measured(stream, measure)}{_time(when)}{anchor}"
        case Sequence(first, then, never):
            last = () if never is None else (never,)
            return ", then ".join(_step(step) for step in (first, *then, *last))
        case Related(kind, where, via, op, bound):
            number = "" if (op, bound) == ("gte", 1) else f"count {SIGNS[op]} {bound} of "
            filters = (_where("where", where), _where("via", via))
            return f"{number}related {kind}{''.join(filters)}"


def _step(step: FirstStep | NextStep | NoStep) -> str:
    match step:
        case FirstStep(stream, when, which):
            return f"{'' if which is None else f'{which} '}{_stream(stream)}{_time(when)}"
        case NextStep(stream, within, when):
            return f"{_stream(stream)}{_after(within)}{_time(when)}"
        case NoStep(stream, within):
            return f"no {_stream(stream)}{_after(within)}"


def _after(within: int | None) -> str:
    return "" if within is None else f" within {duration_text(within)} of it"


def _measured(stream: Stream, measure: Measure) -> str:
    events = _stream(stream)
    match measure:
        case CountIs("gte", 1):
            return events
        case CountIs(op, bound):
            return f"count {SIGNS[op]} {bound} of {events}"
        case AggregateIs(function, path, op, limit, items):
            what = f"{'.'.join(path)}{_where('where', items)}"
            return f"{function} of {what} {SIGNS[op]} {scalar_text(limit)} over {events}"
        case DistinctIs(path, op, bound):
            return f"different {'.'.join(path)} {SIGNS[op]} {bound} over {events}"
        case DistinctDaysIs(op, bound, zone):
            return f"different days ({zone}) {SIGNS[op]} {bound} of {events}"
        case PickIs(which):
            return f"{which} {events}"
        case _:
            assert_never(measure)


def _stream(stream: Stream) -> str:
    names = " or ".join(stream.names) or "any event"
    orders = "" if stream.orders == "net" else f" ({stream.orders})"
    return f"{names}{orders}{_where('where', stream.where)}"


def _where(word: str, condition: Filter | None) -> str:
    return "" if condition is None else f" {word} {_filter(condition)}"


def _anchor(anchor: Anchor) -> str:
    return f"{anchor.which} {_stream(anchor.stream)}"


def _filter(condition: Filter) -> str:
    match condition:
        case FilterAll(of):
            return " and ".join(_filter(part) for part in of)
        case FilterAny(of):
            return f"({' or '.join(_filter(part) for part in of)})"
        case FilterNot(part):
            return f"not ({_filter(part)})"
        case PropertyIs(path, tests):
            return _value(".".join(path), tests)
        case _:
            assert_never(condition)


def _value(name: str, tests: tuple[Test, ...]) -> str:
    return " and ".join(f"{name} {_test(test)}" for test in tests)


def _test(test: Test) -> str:
    match test:
        case Compare(op, bound, fold):
            return f"{SIGNS[op]} {scalar_text(bound)}{_case(fold)}"
        case OneOf(bounds, fold):
            return f"in [{', '.join(scalar_text(bound) for bound in bounds)}]{_case(fold)}"
        case TextTest(op, text, fold):
            return f"{op.replace('_', ' ')} '{text}'{_case(fold)}"
        case Exists():
            return "exists"
        case AnyElement(where):
            return f"has one where {_filter(where)}"
        case IsNot(Exists()):
            return "does not exist"
        case IsNot(AnyElement(where)):
            return f"has none where {_filter(where)}"
        case IsNot(positive):
            return f"not {_test(positive)}"
        case _:
            return _window(test)


def _case(fold: bool) -> str:  # noqa: FBT001 - the test's own field
    return " in any case" if fold else ""


def _time(when: TimeTest | None) -> str:
    return "" if when is None else f" {_window(when)}"


def _window(test: TimeTest) -> str:
    match test:
        case Within(span):
            return f"within {duration_text(span)}"
        case OlderThan(span):
            return f"older than {duration_text(span)}"
        case Age(youngest, oldest):
            return f"aged {duration_text(youngest)} to {duration_text(oldest)}"
        case WithinNext(span):
            return f"within the next {duration_text(span)}"
        case After(instant):
            return f"after {instant_text(instant)}"
        case Before(instant):
            return f"before {instant_text(instant)}"
        case Between(start, end):
            return f"between {instant_text(start)} and {instant_text(end)}"
        case CalendarDays(youngest, oldest, zone):
            days = f"{youngest}" if youngest == oldest else f"{youngest} to {oldest}"
            return f"{days} calendar days ago ({zone})"
        case _:
            assert_never(test)
