"""``dataout.evaluate``: segments over rows, in one call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dataout.app.instants import When, read_instant
from dataout.app.memory import Memory, Rows
from dataout.catalog.events import Catalog
from dataout.catalog.read import parse_catalog
from dataout.definitions.identity import parse_identity
from dataout.errors import ProjectError, UsageError
from dataout.identity.merging import PLAIN_SOURCES, MergeRules
from dataout.model.complaints import Mistakes, spell
from dataout.model.definitions import Complaint
from dataout.model.people import Instant
from dataout.model.reading import Context
from dataout.segments.orders import orders_of
from dataout.segments.parse import PLAIN, parse_segments, parse_traits
from dataout.segments.translate import Definitions


def evaluate(  # noqa: PLR0913 - the interface's own: one call says everything
    segments: Mapping[str, Any],
    *,
    profiles: Rows = (),
    events: Rows = (),
    objects: Rows = (),
    lists: Mapping[str, Iterable[Any]] | None = None,
    traits: Mapping[str, Any] | None = None,
    catalog: Mapping[str, Any] | None = None,
    identity: Mapping[str, Any] | None = None,
    at: When,
    as_known_at: When = None,
    timezone: str = "UTC",
) -> dict[str, frozenset[str]]:
    """Say who is in which segment at ``at``.

    ``segments`` is ``{name: {"who": condition}}`` as in YAML. ``profiles`` holds rows
    ``{profile_id, attributes?, deleted?}``; ``events`` rows ``{profile_id, event, event_time,
    properties, event_id?, received_at?}`` (``received_at`` defaults to ``event_time``), with
    ``op: replace`` or ``delete`` where one corrects an earlier copy; ``lists`` per name
    profile ids or rows ``{profile_id, member?}``; ``objects`` rows ``{type, object_id,
    attributes?, profile_id?, via?}``; ``traits`` and ``catalog`` are as in YAML. Rows of profiles,
    objects and lists may repeat with ``set_at`` and ``received_at``; without them they always held
    and were always known. Rows are dicts, or any table that speaks the Arrow PyCapsule interface.
    ``as_known_at`` evaluates with only what had been received by then. ``identity`` says, as in
    YAML, by which identifiers profiles merge: attributes of their names (``email``, ``phone``,
    ``maid``); rows of profiles and events may have an ``anonymous_id`` beside or in the place of
    a ``profile_id``.

    Raises ``ProjectError`` with every mistake in ``segments``, names that a strict catalog lacks
    among them, and ``UsageError`` for other arguments and for rows that are wrong by themselves,
    with their numbers and reasons. (A correction that names another person than its event is not:
    it says nothing.)
    """
    if at is None:
        raise UsageError("An evaluation needs an instant: at=….")
    known = dict(lists or {})
    meaning = definitions_of(segments, traits or {}, catalog or {}, timezone, known)
    instant = read_instant(at, Instant(0), timezone)
    known_at = None if as_known_at is None else read_instant(as_known_at, Instant(0), timezone)
    memory = Memory(timezone, identity_of(identity or {}))
    memory.add_profiles(profiles)
    memory.add_events(events)
    for name, rows in known.items():
        memory.add_list(name, rows)
    memory.add_objects(objects)
    columns = memory.evaluate(meaning, instant, known_at)
    found = memory.members(columns, meaning.segments)
    return {name: frozenset(map(str, who)) for name, who in found.items()}


def definitions_of(
    segments: Mapping[str, Any],
    traits: Mapping[str, Any],
    catalog: Mapping[str, Any],
    zone: str,
    lists: Collection[str] | None,
) -> Definitions:
    """Read definitions from plain data; ``lists`` names those there are (None: any).

    Raises ``ProjectError`` with every mistake.
    """
    rules = _catalog(catalog)
    computed = parse_traits(traits, zone, rules)
    return Definitions(
        parse_segments(segments, zone, lists, computed, rules),
        computed,
        orders_of(rules),
    )


def identity_of(written: Mapping[str, Any]) -> MergeRules:
    """Read from plain data by what profiles merge. Raises ``ProjectError`` with every mistake."""
    context = Context()
    rules = parse_identity(written, context)
    _raise_if(context.mistakes)
    return replace(rules, sources=PLAIN_SOURCES)


def _catalog(written: Mapping[str, Any]) -> Catalog:
    mistakes = Mistakes()
    catalog = parse_catalog(written, ("catalog",), mistakes)
    _raise_if(mistakes)
    return catalog or Catalog()


def _raise_if(mistakes: Mistakes) -> None:
    if mistakes.found:
        raise ProjectError(
            [Complaint(PLAIN, spell(each.path), each.message, each.hint) for each in mistakes.found]
        )
