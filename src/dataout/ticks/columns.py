"""What a stream keeps of each row beside its key: only what some atom asks for.

* Column   Moment · Received · Landing        the order of rows, and which row it is
           Amount · Usable · Least · Most     what a ``NumberAtom`` aggregates
           Code · Number · When · Passes      a value: told apart, a number, a time; if it passes
           Member                             put on a list or taken off it; deleted or brought back

Numbers are integers of millionths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dataout.segments.values import Filter, Test
from dataout.ticks.keys import Array, Ints

MILLION = 1_000_000
NO_NUMBER = -(2**63)
"""Stands in ``Least``, ``Most``, ``Number`` and ``When`` for a row without one."""

TOO_MANY = 2**62
"""Stands in ``When`` for a list with several instants: that fits in no stream."""

NO_CODE = -1
"""Stands in ``Code`` for a value that does not count."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """The row's true moment. Streams that keep it take moments before 1990 for 1990."""


@dataclass(frozen=True, slots=True)
class Received:
    """When the row was received (milliseconds UTC)."""


@dataclass(frozen=True, slots=True)
class Landing:
    """The number by which history knows the row."""


@dataclass(frozen=True, slots=True)
class Amount:
    """The sum of a row's usable numbers at ``path``; 0 if there are none."""

    path: Path
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class Usable:
    """How many usable numbers a row has at ``path``."""

    path: Path
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class Least:
    """The least of a row's usable numbers at ``path``."""

    path: Path
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class Most:
    """The largest of a row's usable numbers at ``path``."""

    path: Path
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A number that equal values at ``path`` share, as ``distinct`` tells them apart."""

    path: Path


@dataclass(frozen=True, slots=True)
class Number:
    """The number that stands at ``path`` itself, not in a list."""

    path: Path


@dataclass(frozen=True, slots=True)
class When:
    """The instant (milliseconds UTC) that the value at ``path`` is, or that its list holds."""

    path: Path


@dataclass(frozen=True, slots=True)
class Passes:
    """Whether the value at ``path`` passes every test."""

    path: Path
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Whether it is said that it is so."""


Column = (
    Moment
    | Received
    | Landing
    | Amount
    | Usable
    | Least
    | Most
    | Code
    | Number
    | When
    | Passes
    | Member
)

ORDER: tuple[Column, ...] = (Moment(), Received(), Landing())
"""By what rows with equal keys are ordered, as far as a stream keeps it."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows for a stream, in any order: a slot of the shard, a moment, and the stream's columns.

    ``moments`` are milliseconds UTC. Columns of numbers may be arrays of Python's integers, of
    any size. ``Moment`` need not be given.
    """

    slots: Ints
    moments: Ints
    columns: Mapping[Column, Array] = field(default_factory=dict)


def is_summed(column: Column) -> bool:
    """Say whether a column is asked for its sums."""
    return isinstance(column, Amount | Usable)


def type_of(column: Column) -> type[np.generic]:
    """Say how a column is held."""
    match column:
        case Passes() | Member():
            return np.bool_
        case Usable() | Code():
            return np.int32
        case _:
            return np.int64
