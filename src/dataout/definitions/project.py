"""What a project folder says, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dataout.catalog.events import Catalog, SourceDefinition
from dataout.identity.merging import MergeRules
from dataout.model.definitions import (
    Audience,
    DestinationDefinition,
    Environment,
    Place,
    TickSettings,
)
from dataout.model.people import Field, Instant, Origin
from dataout.model.reading import MentionKind
from dataout.segments.tree import Condition, Trait

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Segment:
    """A named rule. A tier's condition is one too, named ``AUDIENCE.TIER``."""

    name: str
    condition: Condition
    description: str
    owner: str
    place: Place


@dataclass(frozen=True, slots=True)
class TraitDefinition:
    """A named number or value, computed for every profile."""

    name: str
    trait: Trait
    description: str
    owner: str
    place: Place


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """A segment by explicit membership, loaded or set through the API."""

    name: str
    description: str
    owner: str
    place: Place


@dataclass(frozen=True, slots=True)
class Reference:
    """A condition of ``segment``, or the trait of that name, names something that exists elsewhere.

    A property is one ``of`` an event (``*``: of any), an object's attribute one of a type of
    object; both by their dotted path.
    """

    kind: MentionKind
    name: str
    segment: str
    path: str
    place: Place
    of: str = ""
    by: Literal["segment", "trait"] = "segment"


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """An event of a test: ``at`` is its event_time."""

    event: str
    at: Instant
    properties: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class GivenPerson:
    """A person of a test."""

    attributes: Mapping[str, object]
    events: tuple[GivenEvent, ...]
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Who has to be in, and who out, at an instant."""

    at: Instant
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class LaterStep:
    """Events that become known at ``at``, and what is expected then."""

    at: Instant
    events: Mapping[str, tuple[GivenEvent, ...]]
    expect: Expectation | None
    place: Place


@dataclass(frozen=True, slots=True)
class TestDefinition:
    """A test of a segment or an audience: given these people, these are in at these instants."""

    name: str
    kind: Literal["segment", "audience"]
    subject: str
    start: Instant
    given: Mapping[str, GivenPerson]
    expect: tuple[Expectation, ...]
    then: tuple[LaterStep, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ProjectDefinition:
    """Everything a project folder says; checked, with every name resolved.

    ``region`` is the country by which phones are read that nothing else places. ``identifiers``
    says where each field's raw value comes from, in order of preference; ``identity`` by which of
    them profiles merge.
    ``references`` says where conditions and traits name what, for the checks that need the data.
    """

    folder: Path
    name: str
    timezone: str
    region: str | None
    environments: Mapping[str, Environment]
    ticks: TickSettings
    catalog: Catalog
    sources: Mapping[str, SourceDefinition]
    identifiers: Mapping[Field, tuple[Origin, ...]]
    identity: MergeRules
    segments: Mapping[str, Segment]
    traits: Mapping[str, TraitDefinition]
    lists: Mapping[str, ListDefinition]
    audiences: Mapping[str, Audience]
    destinations: Mapping[str, DestinationDefinition]
    tests: Mapping[str, TestDefinition]
    references: tuple[Reference, ...]
    files: tuple[str, ...]
