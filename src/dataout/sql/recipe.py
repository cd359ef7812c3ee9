"""How records of a source become history: what a mapping file says, as a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from dataout.segments.values import Filter, FilterAll, FilterAny, FilterNot, PropertyIs
from dataout.sql.instants import Unit

Kind = Literal["events", "profiles", "list", "objects", "relationships"]

Operation = Literal["plus", "minus", "times", "divided_by"]


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the record. A dotted name is a field so called, else the way into nested ones."""

    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A number from numbers, exact to six decimals; absent where a part is, or dividing by 0."""

    operation: Operation
    parts: tuple[Part, ...]


Part = Column | Decimal | Arithmetic
Origin = Column | Arithmetic
"""Where a value comes from."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Records that pass ``where`` (None: all) are events, or objects, of this name."""

    name: str
    where: Filter | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a record is read. None: the field has its own name (docs/loading.md) in the record.

    ``zone`` (IANA) holds for texts without offset, ``unit`` for numbers in time fields. ``event``
    and ``type`` are a column or rules of which the first match wins; records that match none are
    skipped, as are those that pass ``skip``. ``fields`` become properties (of events) or attributes
    (of profiles, objects and relationships); without them all fields do that nothing else has
    taken. ``via`` become attributes of the relationship that a record about an object may state.
    Cells of the csv columns in ``text`` stay text, whatever they look like. ``known`` names the
    events that a strict catalog allows (None: any).
    """

    kind: Kind
    zone: str
    unit: Unit = "s"
    source: str = ""
    list_name: str = ""
    profile_id: Column | None = None
    anonymous_id: Column | None = None
    event: Column | tuple[Naming, ...] | None = None
    event_time: Origin | None = None
    event_id: Column | None = None
    op: Column | None = None
    received_at: Origin | None = None
    set_at: Origin | None = None
    deleted: Column | None = None
    member: Column | None = None
    type: Column | tuple[Naming, ...] | None = None
    object_id: Column | None = None
    related: Column | None = None
    via: tuple[tuple[str, Origin], ...] | None = None
    skip: Filter | None = None
    fields: tuple[tuple[str, Origin], ...] | None = None
    text: frozenset[str] = frozenset()
    known: frozenset[str] | None = None


ALIASES = {"profile_id": "person", "event": "name", "event_time": "timestamp"}
TAKEN: Mapping[Kind, tuple[str, ...]] = {
    "events": (
        "profile_id",
        "anonymous_id",
        "event",
        "event_time",
        "event_id",
        "op",
        "received_at",
        "source",
    ),
    "profiles": ("profile_id", "anonymous_id", "deleted", "set_at", "received_at"),
    "list": ("profile_id", "set_at", "received_at", "member"),
    "objects": ("type", "object_id", "profile_id", "related", "via", "set_at", "received_at"),
    "relationships": ("type", "object_id", "profile_id", "related", "set_at", "received_at"),
}
"""The fields of a record that have a meaning of their own."""

REST: Mapping[Kind, str] = {
    "events": "properties",
    "profiles": "attributes",
    "list": "",
    "objects": "attributes",
    "relationships": "via",
}
"""The field that holds the others."""


def rules(recipe: Recipe) -> tuple[Naming, ...]:
    """List the rules that name what a record is about; none: a field does."""
    match recipe.kind:
        case "events":
            named = recipe.event
        case "objects" | "relationships":
            named = recipe.type
        case "profiles" | "list":
            return ()
    return named if isinstance(named, tuple) else ()


def origins(recipe: Recipe) -> Mapping[str, Origin]:
    """List the fields that a recipe takes from a column or computes, names included."""
    named = {name: getattr(recipe, name) for name in TAKEN[recipe.kind] if name != "source"}
    return {name: o for name, o in named.items() if isinstance(o, Column | Arithmetic)}


def named_columns(recipe: Recipe) -> Iterator[str]:
    """List every column that a recipe names."""
    parts = (*(recipe.fields or ()), *(recipe.via or ()))
    for origin in (*origins(recipe).values(), *(origin for _, origin in parts)):
        yield from _columns(origin)
    yield from looked_at(recipe)
    yield from sorted(recipe.text)


def _columns(part: Part) -> Iterator[str]:
    match part:
        case Column(name):
            yield name
        case Arithmetic(parts=parts):
            for inner in parts:
                yield from _columns(inner)
        case _:
            return


def _filters(recipe: Recipe) -> Iterator[Filter]:
    if recipe.skip is not None:
        yield recipe.skip
    for rule in rules(recipe):
        if rule.where is not None:
            yield rule.where


def looked_at(recipe: Recipe) -> Iterator[str]:
    """List the fields of the record that filters look into, repeats included."""
    for condition in _filters(recipe):
        yield from _first_steps(condition)


def _first_steps(condition: Filter) -> Iterator[str]:
    match condition:
        case PropertyIs(path):
            yield path[0]
        case FilterNot(part):
            yield from _first_steps(part)
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from _first_steps(part)


def times(recipe: Recipe) -> tuple[str, str]:
    """Name the two fields that hold when it happened, or held, and when it was received."""
    return ("event_time" if recipe.kind == "events" else "set_at", "received_at")
