"""What the data must look like: the events, attributes and objects that a project declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ValueType = Literal["text", "number", "boolean", "timestamp", "list", "object"]
Unit = Literal["s", "ms"]
"""What a timestamp that comes as a number counts."""


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    """A property of an event. ``also_known_as`` are names it arrived under before, or elsewhere."""

    name: str
    type: ValueType | None = None
    unit: Unit | None = None
    required: bool = False
    also_known_as: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What undoes an order: all of it, part of its amount, or units that match."""

    event: str
    amount: str | None = None
    match: tuple[str, ...] = ()
    quantity: str | None = None


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """An event. ``lateness`` is in milliseconds; None: to be measured (``auto``)."""

    name: str
    description: str = ""
    owner: str = ""
    source: str | None = None
    order_key: str | None = None
    amount: str | None = None
    combine: Literal["sum", "max"] = "sum"
    cancelled_by: tuple[Cancellation, ...] = ()
    arrives: Literal["continuous", "batch"] = "continuous"
    lateness: int | None = None
    properties: Mapping[str, PropertyDefinition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """An attribute of a profile or an object."""

    name: str
    type: ValueType | None = None
    unit: Unit | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class ObjectDefinition:
    """A type of thing that profiles are related to."""

    name: str
    attributes: Mapping[str, AttributeDefinition] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True)
class SourceDefinition:
    """Where data comes from. Durations are in milliseconds; None: the default of semantics.

    ``zone`` reads texts without an offset, ``country`` phones without one; leads of up to
    ``clock_skew`` over our clock are clamped.
    """

    name: str
    description: str = ""
    owner: str = ""
    zone: str | None = None
    country: str | None = None
    clock_skew: int | None = None
    arrives: Literal["continuous", "batch"] = "continuous"
    lateness: int | None = None
    cadence: int | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """The written truth about the data. Strict: what it does not know is not taken in."""

    events: Mapping[str, EventDefinition] = field(default_factory=dict)
    attributes: Mapping[str, AttributeDefinition] = field(default_factory=dict)
    objects: Mapping[str, ObjectDefinition] = field(default_factory=dict)
    strict: bool = False

    def knows_attribute(self, name: str) -> bool:
        """Whether a dotted name is declared, or lies inside one that is."""
        steps = name.split(".")
        return any(".".join(steps[:end]) in self.attributes for end in range(1, len(steps) + 1))
