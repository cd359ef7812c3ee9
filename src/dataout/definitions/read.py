"""A project folder to one value, or all of its complaints at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, TypeVar

from dataout.catalog.events import Catalog, SourceDefinition
from dataout.catalog.read import CATALOG, SOURCES
from dataout.definitions.audiences import AUDIENCES, AudienceBody, Known, resolve
from dataout.definitions.cases import TESTS, TestBody, check_subjects, placed
from dataout.definitions.destinations import Written as WrittenDestination
from dataout.definitions.destinations import read_destinations
from dataout.definitions.folder import MAIN, Folder, read_folder
from dataout.definitions.identifiers import IDENTIFIERS, identifiers_of
from dataout.definitions.identity import IDENTITY
from dataout.definitions.names import (
    NAMED,
    check_circles,
    check_unique,
    references,
)
from dataout.definitions.project import (
    ListDefinition,
    ProjectDefinition,
    Segment,
    TraitDefinition,
)
from dataout.definitions.sections import LISTS, SEGMENTS, ListBody, SegmentBody
from dataout.definitions.settings import TIMEZONE, Main, read_main
from dataout.errors import ProjectError
from dataout.identity.merging import MergeRules, sources_of
from dataout.model.definitions import Audience, Complaint, Place
from dataout.model.people import Field, Origin
from dataout.model.reading import Context, Reader
from dataout.segments.mentions import check_mentions
from dataout.segments.traits import TRAITS, Written, number_traits
from dataout.settings.documents import complaints_of, place_of

if TYPE_CHECKING:
    from pydantic import BaseModel

    from dataout.model.complaints import Mistake, Path

T = TypeVar("T")

TOP = Place(MAIN, 1, 1)


def read_project(
    folder: FilePath,
    destination_types: Mapping[str, type[BaseModel]],
    destination_fields: Mapping[str, tuple[Field, ...]],
) -> ProjectDefinition:
    """Read every ``*.yaml`` of a project folder.

    ``destination_types`` holds the settings' model of each type of destination,
    ``destination_fields`` the identifiers that each type takes. Secrets stay unresolved.
    Raises ``ProjectError`` with all complaints about all files.
    """
    joined = read_folder(folder)
    context = _context(joined)
    parts = _read_parts(joined.data, context, destination_types)
    audiences = _check(parts, joined, context, destination_fields)
    if complaints := _complaints(joined, context):
        raise ProjectError(complaints)
    return _project(folder, parts, audiences, joined, context)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The sections, each read by itself."""

    main: Main
    catalog: Catalog
    sources: Mapping[str, SourceDefinition]
    identifiers: Mapping[str, tuple[Origin, ...]]
    identity: MergeRules
    segments: Mapping[str, SegmentBody]
    traits: Mapping[str, Written]
    lists: Mapping[str, ListBody]
    audiences: Mapping[str, AudienceBody]
    destinations: Mapping[str, WrittenDestination]
    tests: Mapping[str, TestBody]


def _context(joined: Folder) -> Context:
    first = Context()
    zone = _section(joined.data, TIMEZONE.name, TIMEZONE.reader, first)
    return first if zone is None else replace(first, zone=zone)


def _section(
    data: Mapping[str, object], name: str, reader: Reader[T], context: Context
) -> T | None:
    return reader.read(data[name], (name,), context) if name in data else None


def _read_parts(
    data: Mapping[str, object], outer: Context, types: Mapping[str, type[BaseModel]]
) -> _Parts:
    catalog = _section(data, "catalog", CATALOG, outer) or Catalog()
    context = replace(outer, events=catalog.events)
    traits = _section(data, "traits", TRAITS, context) or {}
    computed = {name: each.trait for name, each in traits.items() if each.trait is not None}
    context = replace(context, number_traits=number_traits(computed))
    destinations = data.get("destinations")
    return _Parts(
        main=read_main(data, context),
        catalog=catalog,
        sources=_section(data, "sources", SOURCES, context) or {},
        identifiers=_section(data, "identifiers", IDENTIFIERS, context) or {},
        identity=_section(data, "identity", IDENTITY, context) or MergeRules(),
        segments=_section(data, "segments", SEGMENTS, context) or {},
        traits=traits,
        lists=_section(data, "lists", LISTS, context) or {},
        audiences=_section(data, "audiences", AUDIENCES, context) or {},
        destinations=read_destinations(
            {} if destinations is None else destinations, ("destinations",), context, types
        ),
        tests=_section(data, "tests", TESTS, context) or {},
    )


def _names(data: Mapping[str, object], section: str) -> list[str]:
    """All names of a section, those with mistakes inside too: they are defined all the same."""
    inside = data.get(section)
    return list(inside) if isinstance(inside, Mapping) else []


def _tiers(parts: _Parts) -> Iterator[tuple[AudienceBody, str, str]]:
    for body in parts.audiences.values():
        for tier in body.tiers:
            yield body, tier, f"{body.name}.{tier}"


def _check(
    parts: _Parts,
    joined: Folder,
    context: Context,
    fields: Mapping[str, tuple[Field, ...]],
) -> Mapping[str, Audience]:
    names = {section: _names(joined.data, section) for section in NAMED}
    check_unique(names, joined.spots, context)
    segments = [*names["segments"], *(name for _, _, name in _tiers(parts))]
    mentioned = {"segment": segments, "list": names["lists"], "trait": names["traits"]}
    check_mentions(mentioned, parts.catalog, context)
    check_circles("segment", segments, context)
    check_circles("trait", names["traits"], context)
    check_subjects(parts.tests, segments, names["audiences"], context)
    offered = dict.fromkeys(names["destinations"], tuple[Field, ...]()) | {
        written.name: fields.get(written.type, ()) for written in parts.destinations.values()
    }
    known = Known(segments, parts.audiences, names["lists"], offered)
    return {
        name: resolve(body, known, _place(body.path, joined, at_key=True), context)
        for name, body in parts.audiences.items()
    }


def _place(path: Path, joined: Folder, *, at_key: bool = False) -> Place:
    return place_of(path, joined.spots, at_key=at_key, default=TOP)


def _complaints(joined: Folder, context: Context) -> list[Complaint]:
    mistakes = [_perhaps_unread(item, joined.unread) for item in context.mistakes.found]
    found = [*joined.complaints, *complaints_of(mistakes, joined.spots, TOP)]
    order = {name: at for at, name in enumerate(joined.files)}

    def position(complaint: Complaint) -> tuple[int, int, int]:
        place = complaint.place
        return order.get(place.file, -1), place.line, place.column

    return sorted(dict.fromkeys(found), key=position)


def _perhaps_unread(mistake: Mistake, unread: list[str]) -> Mistake:
    if not unread or not mistake.message.startswith("there is no "):
        return mistake
    files = ", ".join(unread)
    return replace(mistake, hint=f"It may stand in {files}, which could not be read.")


def _project(
    folder: FilePath,
    parts: _Parts,
    audiences: Mapping[str, Audience],
    joined: Folder,
    context: Context,
) -> ProjectDefinition:
    identifiers = identifiers_of(parts.identifiers)
    return ProjectDefinition(
        folder=folder,
        name=parts.main.name or folder.resolve().name,
        timezone=context.zone.key,
        region=parts.main.region,
        environments=parts.main.environments,
        ticks=parts.main.ticks,
        catalog=parts.catalog,
        sources=parts.sources,
        identifiers=identifiers,
        identity=_identity(parts, identifiers),
        segments={segment.name: segment for segment in _segments(parts, joined)},
        traits={trait.name: trait for trait in _traits(parts, joined)},
        lists={
            name: ListDefinition(
                name, body.description, body.owner, _place(("lists", name), joined, at_key=True)
            )
            for name, body in parts.lists.items()
        },
        audiences=audiences,
        destinations={
            name: written.definition(_place(written.path, joined, at_key=True))
            for name, written in parts.destinations.items()
        },
        tests={
            name: placed(body, lambda path: _place(path, joined, at_key=True))
            for name, body in parts.tests.items()
        },
        references=references(context, lambda path: _place(path, joined)),
        files=tuple(joined.files),
    )


def _identity(parts: _Parts, identifiers: Mapping[Field, tuple[Origin, ...]]) -> MergeRules:
    return replace(parts.identity, sources=sources_of(identifiers), region=parts.main.region or "")


def _traits(parts: _Parts, joined: Folder) -> Iterator[TraitDefinition]:
    for name, body in parts.traits.items():
        if body.trait is not None:
            place = _place(("traits", name), joined, at_key=True)
            yield TraitDefinition(name, body.trait, body.description, body.owner, place)


def _segments(parts: _Parts, joined: Folder) -> Iterator[Segment]:
    for name, body in parts.segments.items():
        if body.condition is not None:
            place = _place(("segments", name), joined, at_key=True)
            yield Segment(name, body.condition, body.description, body.owner, place)
    for audience, tier, name in _tiers(parts):
        if (condition := audience.conditions.get(tier)) is not None:
            place = _place((*audience.path, "tiers", tier), joined, at_key=True)
            text = f"Tier {tier} of audience {audience.name}"
            yield Segment(name, condition, text, audience.owner, place)
