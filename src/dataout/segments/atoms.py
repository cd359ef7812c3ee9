"""Atoms: the values per profile that need a look at the data.

An aggregate of a stream of events in a window, the newest value of an attribute, the state on a
list. What remains of a definition is a formula over them; equal atoms of different segments are
one atom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dataout.segments.orders import OrderRule
from dataout.segments.values import Filter, Test, TimeTest


@dataclass(frozen=True, slots=True)
class Source:
    """The events that an atom reads: of these names (empty: any), passing ``where``.

    Events that ``rules`` declare to be orders are read as orders, net of what their rule cancels.
    """

    names: tuple[str, ...]
    where: Filter | None = None
    rules: tuple[OrderRule, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyAtom:
    """The (event_time, received_at, landing) of a source's first or last event."""

    source: Source
    which: Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class TimeAtom:
    """The event_time of a source's first or last event."""

    source: Source
    which: Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class CountAtom:
    """How many events of a source lie in a window, after an anchor."""

    source: Source
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class NumberAtom:
    """An aggregate of the usable numbers at ``path``; ``usable`` counts them.

    Where a step of ``path`` is a list of objects, those that pass ``items`` count.
    """

    function: Literal["sum", "usable", "min", "max"]
    path: tuple[str, ...]
    source: Source
    when: TimeTest | None
    since: KeyAtom | None
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class DistinctAtom:
    """How many different values stand at ``path``."""

    path: tuple[str, ...]
    source: Source
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class DaysAtom:
    """On how many calendar days of ``zone`` there are events."""

    zone: str
    source: Source
    when: TimeTest | None
    since: KeyAtom | None


@dataclass(frozen=True, slots=True)
class PickedAtom:
    """The value at ``path`` of a source's first or last event in a window."""

    path: tuple[str, ...]
    which: Literal["first", "last"]
    source: Source
    when: TimeTest | None


@dataclass(frozen=True, slots=True)
class AttributeAtom:
    """The newest value of an attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class SinceAtom:
    """The instant since which the value below an attribute has passed every test unbroken."""

    name: str
    path: tuple[str, ...]
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class FirstSeenAtom:
    """The profile's earliest event or attribute."""


@dataclass(frozen=True, slots=True)
class ListAtom:
    """Whether the profile is on a list."""

    name: str


@dataclass(frozen=True, slots=True)
class RelatedAtom:
    """How many objects of a type are related to the profile and pass both filters."""

    type: str
    where: Filter | None
    via: Filter | None


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps of a sequence over sources; see ``tree.Sequence``."""

    first: Source
    when: TimeTest | None
    which: Literal["first", "last"] | None
    then: tuple[Link, ...]
    never: Link | None


@dataclass(frozen=True, slots=True)
class Link:
    """A later step: at most ``within`` milliseconds after the step before, and in ``when``."""

    source: Source
    within: int | None
    when: TimeTest | None = None


@dataclass(frozen=True, slots=True)
class SequenceAtom:
    """Whether some chain of events satisfies the steps."""

    chain: Chain


WindowAtom = CountAtom | NumberAtom | DistinctAtom | DaysAtom
EventAtom = KeyAtom | TimeAtom | PickedAtom | WindowAtom
Atom = EventAtom | AttributeAtom | SinceAtom | FirstSeenAtom | ListAtom | RelatedAtom | SequenceAtom
