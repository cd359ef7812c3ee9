"""The segment language as a closed tree. A new node makes mypy point at every pass to mend.

What stands at its leaves, the tests of values and the filters of them, is in ``values.py``.

* Condition  Everyone · All · AnyOf · Not · InSegment · InList · AttributeIs · EventIs · Sequence ·
             Related · TraitIs · SeenBefore
* Trait      TraitAggregate · TraitPick · TraitMath
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dataout.segments.values import Comparison, Filter, Milliseconds, Test, TimeTest


@dataclass(frozen=True, slots=True)
class Stream:
    """Events of these names (empty: of any name) that pass ``where``.

    ``orders`` says how events that the catalog declares to be orders are read: ``net`` combines
    their lines and takes off what was cancelled, ``gross`` only combines, ``lines`` does neither.
    """

    names: tuple[str, ...]
    where: Filter | None = None
    orders: Literal["net", "gross", "lines"] = "net"


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
    """An aggregate of a numeric property compares so; false where no event has a usable value.

    Where a step of ``path`` is a list of objects, every object that passes ``items`` counts.
    """

    function: Literal["sum", "avg", "min", "max"]
    path: tuple[str, ...]
    op: Comparison
    bound: Decimal
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class DistinctIs:
    """The number of different values of a property compares so."""

    path: tuple[str, ...]
    op: Comparison
    bound: int


@dataclass(frozen=True, slots=True)
class DistinctDaysIs:
    """The number of different calendar days, in ``zone``, with an event compares so."""

    op: Comparison
    bound: int
    zone: str


@dataclass(frozen=True, slots=True)
class PickIs:
    """The first or the last event passes the time test and ``since``."""

    which: Literal["first", "last"]


Measure = CountIs | AggregateIs | DistinctIs | DistinctDaysIs | PickIs


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
    """The attribute at ``path`` passes every one of ``tests``.

    With ``true_for`` (then no test looks at now) they have held without a break for so long: it
    holds from that long after the instant at which they last became true.
    """

    path: tuple[str, ...]
    tests: tuple[Test, ...]
    true_for: Milliseconds | None = None


@dataclass(frozen=True, slots=True)
class EventIs:
    """The profile's events of ``stream``, in ``when`` and after ``since``, measure as asked."""

    stream: Stream
    measure: Measure
    when: TimeTest | None = None
    since: Anchor | None = None


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """The profile was first seen (its earliest event or attribute) ``span`` ago or earlier.

    ``history: required`` on a negative window becomes this beside it.
    """

    span: Milliseconds


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Where a sequence begins: any event of ``stream`` in ``when``, or the first or last of all."""

    stream: Stream
    when: TimeTest | None = None
    which: Literal["first", "last"] | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """An event strictly later than the step before: at most ``within`` later, and in ``when``."""

    stream: Stream
    within: Milliseconds | None = None
    when: TimeTest | None = None


@dataclass(frozen=True, slots=True)
class NoStep:
    """Nothing of ``stream`` after the last step.

    With ``within`` W it holds from W after that step on, if nothing happened until then; without,
    as long as nothing has happened.
    """

    stream: Stream
    within: Milliseconds | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """Some chain of events satisfies the steps in their order; one event serves one step."""

    first: FirstStep
    then: tuple[NextStep, ...]
    never: NoStep | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """So many objects of a type are related to the profile and pass both filters, each by itself.

    ``where`` looks at the object's attributes, ``via`` at the relationship's.
    """

    type: str
    where: Filter | None
    via: Filter | None
    op: Comparison
    bound: int


@dataclass(frozen=True, slots=True)
class TraitIs:
    """A computed trait passes every one of ``tests``."""

    name: str
    tests: tuple[Test, ...]


Condition = (
    Everyone
    | All
    | AnyOf
    | Not
    | InSegment
    | InList
    | AttributeIs
    | EventIs
    | Sequence
    | Related
    | TraitIs
    | SeenBefore
)


@dataclass(frozen=True, slots=True)
class TraitAggregate:
    """A number over the events of ``stream`` in ``when``; ``count`` and ``distinct`` know zero.

    ``path`` is empty for ``count``; ``items`` as in ``AggregateIs``.
    """

    function: Literal["count", "sum", "avg", "min", "max", "distinct"]
    path: tuple[str, ...]
    stream: Stream
    when: TimeTest | None = None
    since: Anchor | None = None
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class TraitPick:
    """The value at ``path`` of the first or last event of ``stream`` (in ``when``)."""

    which: Literal["first", "last"]
    path: tuple[str, ...]
    stream: Stream
    when: TimeTest | None = None


@dataclass(frozen=True, slots=True)
class TraitMath:
    """Arithmetic over traits: there an empty sum or count is 0, and division by 0 is absent."""

    operation: Literal["plus", "minus", "times", "divided_by"]
    of: tuple[str | Decimal, ...]


Trait = TraitAggregate | TraitPick | TraitMath
"""A computed trait; those of a project are named, and arithmetic refers to them by name."""
