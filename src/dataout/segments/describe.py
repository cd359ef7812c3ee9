"""Conditions in words, one line each, for trees and messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import assert_never

from dataout.model.people import Instant
from dataout.segments.tree import (
    After,
    Age,
    AggregateIs,
    All,
    Anchor,
    AnyOf,
    AttributeIs,
    Before,
    Between,
    Compare,
    Comparison,
    Condition,
    CountIs,
    DistinctIs,
    EventIs,
    Everyone,
    Exists,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    InList,
    InSegment,
    IsNot,
    Not,
    OlderThan,
    OneOf,
    PickIs,
    PropertyIs,
    Scalar,
    Stream,
    Test,
    TextTest,
    TimeTest,
    Within,
    WithinNext,
)

SIGNS: dict[Comparison, str] = {"is": "=", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}
UNITS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))


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
        case AttributeIs(path, tests):
            return " and ".join(f"{'.'.join(path)} {_test(test)}" for test in tests)
        case EventIs(stream, measure, when, since):
            parts = [_measured(stream, measure)]
            if when is not None:
                parts.append(_window(when))
            if since is not None:
                parts.append(f"since {_anchor(since)}")
            return " ".join(parts)
        case _:
            assert_never(condition)


def instant_text(instant: Instant) -> str:
    """Spell an instant as ISO-8601 UTC, with milliseconds only where there are any.

    >>> instant_text(Instant(0)), instant_text(Instant(1500))
    ('1970-01-01T00:00:00Z', '1970-01-01T00:00:01.500Z')
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)
    precision = "milliseconds" if instant % 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def duration_text(span: int) -> str:
    """Spell a duration in the largest unit that divides it.

    >>> duration_text(86_400_000), duration_text(5_400_000)
    ('1d', '90m')
    """
    for unit, size in UNITS:
        if span % size == 0:
            return f"{span // size}{unit}"
    return f"{span}ms"


def _measured(stream: Stream, measure: CountIs | AggregateIs | DistinctIs | PickIs) -> str:
    events = _stream(stream)
    match measure:
        case CountIs("gte", 1):
            return events
        case CountIs(op, bound):
            return f"count {SIGNS[op]} {bound} of {events}"
        case AggregateIs(function, path, op, limit):
            return f"{function} of {'.'.join(path)} {SIGNS[op]} {_scalar(limit)} over {events}"
        case DistinctIs(path, op, bound):
            return f"different {'.'.join(path)} {SIGNS[op]} {bound} over {events}"
        case PickIs(which):
            return f"{which} {events}"
        case _:
            assert_never(measure)


def _stream(stream: Stream) -> str:
    names = " or ".join(stream.names) or "any event"
    return names if stream.where is None else f"{names} where {_filter(stream.where)}"


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
            return " and ".join(f"{'.'.join(path)} {_test(test)}" for test in tests)
        case _:
            assert_never(condition)


def _test(test: Test) -> str:
    match test:
        case Compare(op, bound):
            return f"{SIGNS[op]} {_scalar(bound)}"
        case OneOf(bounds):
            return f"in [{', '.join(_scalar(bound) for bound in bounds)}]"
        case TextTest(op, text):
            return f"{op.replace('_', ' ')} '{text}'"
        case Exists():
            return "exists"
        case IsNot(Exists()):
            return "does not exist"
        case IsNot(positive):
            return f"not {_test(positive)}"
        case _:
            return _window(test)


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
        case _:
            assert_never(test)


def _scalar(value: Scalar) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case str():
            return f"'{value}'"
        case _:
            assert_never(value)
