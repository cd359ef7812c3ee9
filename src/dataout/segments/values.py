"""What a definition asks of a value: tests of a scalar, a list or an instant, and filters of them.

* Filter     FilterAll · FilterAny · FilterNot · PropertyIs          (over one event's properties)
* Test       Compare · OneOf · TextTest · Exists · AnyElement · IsNot · a time test (over a value)
* TimeTest   Within · OlderThan · Age · WithinNext · After · Before · Between · CalendarDays

Durations are milliseconds; windows are half-open towards the past, as their nodes say.
"""

from __future__ import annotations

from collections.abc import Iterable
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


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """``t <= now`` and ``youngest <= date(now) - date(t) <= oldest``, dates those of ``zone``."""

    youngest: int
    oldest: int
    zone: str


TimeTest = Within | OlderThan | Age | WithinNext | After | Before | Between | CalendarDays


@dataclass(frozen=True, slots=True)
class Compare:
    """The value, or an element of it, compares so with ``bound``."""

    op: Comparison
    bound: Scalar
    ignore_case: bool = False

    def __eq__(self, other: object) -> bool:
        """Tell true from 1: Python takes them for equal, people and their data do not."""
        return isinstance(other, Compare) and _plain(self) == _plain(other)

    def __hash__(self) -> int:
        return hash(_plain(self))


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value, or an element of it, equals one of ``bounds``."""

    bounds: tuple[Scalar, ...]
    ignore_case: bool = False

    def __eq__(self, other: object) -> bool:
        """Tell true from 1; see ``Compare``."""
        return isinstance(other, OneOf) and _plain(self) == _plain(other)

    def __hash__(self) -> int:
        return hash(_plain(self))


def _plain(test: Compare | OneOf) -> tuple[object, ...]:
    """Give what makes two tests equal, with the type of each bound."""
    match test:
        case Compare(op, bound, ignore_case):
            return op, type(bound), bound, ignore_case
        case OneOf(bounds, ignore_case):
            return tuple(map(type, bounds)), bounds, ignore_case


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

    test: Compare | OneOf | TextTest | Exists | AnyElement


@dataclass(frozen=True, slots=True)
class AnyElement:
    """The value is a list, and one of its objects meets all of ``where``."""

    where: Filter


Test = Compare | OneOf | TextTest | Exists | AnyElement | IsNot | TimeTest


def absent_passes(tests: Iterable[Test]) -> bool:
    """Say whether all tests are passed where there is no value: every one of them is negated."""
    return all(isinstance(test, IsNot) for test in tests)


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
