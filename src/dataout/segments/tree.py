"""The segment language as a closed tree. A new node makes mypy point at every pass to mend.

* Condition  Everyone · All · AnyOf · Not · InSegment · InList · AttributeIs · EventIs
* Filter     FilterAll · FilterAny · FilterNot · PropertyIs          (over one event's properties)
* Test       Compare · OneOf · TextTest · Exists · a time test       (over one value)
* TimeTest   Within · OlderThan · Age · WithinNext · After · Before · Between   (over one instant)
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dataout.model.people import Instant

Scalar = str | Decimal | bool
"""A value that a definition writes. Numbers are exact: decimals of at most six places."""

Comparison = Literal["is", "gt", "gte", "lt", "lte"]
Milliseconds = int


@dataclass(frozen=True, slots=True)
class Within:
    """``now - span < t <= now``."""

    span: Milliseconds


@dataclass(frozen=True, slots=True)
class OlderThan:
    """``t <= now - span``."""

    span: Milliseconds


@dataclass(frozen=True, slots=True)
class Age:
    """``now - oldest < t <= now - youngest``."""

    youngest: Milliseconds
    oldest: Milliseconds


@dataclass(frozen=True, slots=True)
class WithinNext:
    """``now < t <= now + span``."""

    span: Milliseconds


@dataclass(frozen=True, slots=True)
class After:
    """``t > instant``."""

    instant: Instant


@dataclass(frozen=True, slots=True)
class Before:
    """``t < instant``."""

    instant: Instant


@dataclass(frozen=True, slots=True)
class Between:
    """``start <= t < end``."""

    start: Instant
    end: Instant


TimeTest = Within | OlderThan | Age | WithinNext | After | Before | Between


@dataclass(frozen=True, slots=True)
class Compare:
    """The value, or an element of it, compares so with ``bound``."""

    op: Comparison
    bound: Scalar
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value, or an element of it, equals one of ``bounds``."""

    bounds: tuple[Scalar, ...]
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class TextTest:
    """The text, or an element that is text, contains, starts with, ends with or matches (RE2)."""

    op: Literal["contains", "starts_with", "ends_with", "matches"]
    bound: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Exists:
    """There is a value that is neither null, nor an empty text, nor an empty list."""


@dataclass(frozen=True, slots=True)
class IsNot:
    """No element of the value satisfies ``test``; holds also where there is no value."""

    test: Compare | OneOf | TextTest | Exists


Test = Compare | OneOf | TextTest | Exists | IsNot | TimeTest


@dataclass(frozen=True, slots=True)
class PropertyIs:
    """The property at ``path`` passes every one of ``tests``."""

    path: tuple[str, ...]
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class FilterAll:
    """All of them hold for the same event."""

    of: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class FilterAny:
    """One of them holds."""

    of: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class FilterNot:
    """It does not hold."""

    of: Filter


Filter = FilterAll | FilterAny | FilterNot | PropertyIs


@dataclass(frozen=True, slots=True)
class Stream:
    """Events of these names (empty: of any name) that pass ``where``."""

    names: tuple[str, ...]
    where: Filter | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The profile's first or last event of ``stream``."""

    stream: Stream
    which: Literal["first", "last"] = "last"


@dataclass(frozen=True, slots=True)
class CountIs:
    """The number of events compares so."""

    op: Comparison
    bound: int


@dataclass(frozen=True, slots=True)
class AggregateIs:
    """An aggregate of a numeric property compares so; false where no event has a usable value."""

    function: Literal["sum", "avg", "min", "max"]
    path: tuple[str, ...]
    op: Comparison
    bound: Decimal


@dataclass(frozen=True, slots=True)
class DistinctIs:
    """The number of different values of a property compares so."""

    path: tuple[str, ...]
    op: Comparison
    bound: int


@dataclass(frozen=True, slots=True)
class PickIs:
    """The first or the last event passes the time test and ``since``."""

    which: Literal["first", "last"]


Measure = CountIs | AggregateIs | DistinctIs | PickIs


@dataclass(frozen=True, slots=True)
class Everyone:
    """Every profile."""


@dataclass(frozen=True, slots=True)
class All:
    """Every one of them holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    of: Condition


@dataclass(frozen=True, slots=True)
class InSegment:
    """The profile qualifies for another segment."""

    name: str


@dataclass(frozen=True, slots=True)
class InList:
    """The profile is on a list."""

    name: str


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """The attribute at ``path`` passes every one of ``tests``."""

    path: tuple[str, ...]
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class EventIs:
    """The profile's events of ``stream``, in ``when`` and after ``since``, measure as asked."""

    stream: Stream
    measure: Measure
    when: TimeTest | None = None
    since: Anchor | None = None


Condition = Everyone | All | AnyOf | Not | InSegment | InList | AttributeIs | EventIs
