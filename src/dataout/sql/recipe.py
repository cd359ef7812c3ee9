"""How records of a source become history: what a mapping file says, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dataout.segments.tree import Filter
from dataout.sql.instants import Unit

Kind = Literal["events", "profiles", "list"]

Operation = Literal["plus", "minus", "times", "divided_by"]


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the record. A dotted name is a field so called, else the way into nested ones."""

    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A number from numbers, exact to six decimals; absent where a part is, or where it divides by 0."""

    operation: Operation
    parts: tuple[Part, ...]


Part = Column | Decimal | Arithmetic
Origin = Column | Arithmetic
"""Where a value comes from."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Records that pass ``where`` (None: all) are events of this name."""

    name: str
    where: Filter | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a record is read. None: the field has its own name (docs/loading.md) in the record.

    ``zone`` (IANA) holds for texts without offset, ``unit`` for numbers in time fields. ``event`` is
    a column or rules of which the first match wins; records that match none are skipped, as are
    those that pass ``skip``. ``fields`` become properties (of events) or attributes (of profiles);
    without them all fields do that nothing else has taken. Cells of the csv columns in ``text`` stay
    text, whatever they look like.
    """

    kind: Kind
    zone: str
    unit: Unit = "s"
    source: str = ""
    list_name: str = ""
    profile_id: Origin | None = None
    event: Column | tuple[Naming, ...] | None = None
    event_time: Origin | None = None
    event_id: Column | None = None
    received_at: Origin | None = None
    set_at: Origin | None = None
    member: Column | None = None
    skip: Filter | None = None
    fields: tuple[tuple[str, Origin], ...] | None = None
    text: frozenset[str] = frozenset()
