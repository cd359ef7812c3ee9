"""The part of ``check`` that judges segments, traits and audiences without a look at the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataout.app.commands.findings import Finding, Subject, finding, place_in
from dataout.app.wiring import destination_types
from dataout.app.workspace import meaning_of
from dataout.definitions import ProjectDefinition
from dataout.model.definitions import Audience, AudienceKind, TicksBy
from dataout.segments.check import (
    Advice,
    check_condition,
    check_trait,
    event_windows,
    selects,
    shortest_window,
)
from dataout.segments.describe import duration_text
from dataout.segments.translate import program
from dataout.segments.tree import Condition
from dataout.ticks.forms import why_not

HOUR = 3_600_000
SOURCE_CODES = ("window-shorter-than-cadence",)
TICK_CODES = ("ticks-through-sql",)
AUDIENCE_CODES = ("only-exclusions", "window-shorter-than-processing")


def segment_findings(definition: ProjectDefinition) -> Iterator[Finding]:
    """Judge every segment by itself, those of tiers included, and every trait."""
    conditions = _conditions(definition)
    for name, condition in conditions.items():
        for advice in check_condition(condition, definition.catalog, conditions):
            yield _advised(definition, Subject("segment", name), advice)
        yield from _too_rare(definition, name, condition)
    for name, trait in definition.traits.items():
        for advice in check_trait(trait.trait, definition.catalog):
            yield _advised(definition, Subject("trait", name), advice)


def tick_findings(definition: ProjectDefinition) -> Iterator[Finding]:
    """Note which segments a server cannot keep in memory."""
    if definition.ticks.by is TicksBy.SQL:
        return
    for name, formula in program(meaning_of(definition)).formulas.items():
        if reasons := why_not(formula):
            yield finding(
                "note",
                "ticks-through-sql",
                f"segment {name} ticks through SQL: {'; '.join(sorted(reasons))}.",
                definition.segments[name].place,
                "Its members are the same; each tick of a server takes longer.",
            )


def _too_rare(definition: ProjectDefinition, name: str, condition: Condition) -> Iterator[Finding]:
    """Warn where events have left a window before their source tells of them."""
    for event, window in dict.fromkeys(event_windows(condition)):
        known = definition.catalog.events.get(event)
        source = definition.sources.get((known.source if known is not None else None) or "")
        if source is not None and source.cadence is not None and source.cadence > window:
            yield finding(
                "warning",
                "window-shorter-than-cadence",
                f"segment {name} looks for {event} in a window of {duration_text(window)}, and its "
                f"source {source.name} arrives every {duration_text(source.cadence)}: it may be "
                "over before anybody knows of it.",
                definition.segments[name].place,
                "Widen the window, or let the source arrive more often.",
            )


def _advised(definition: ProjectDefinition, subject: Subject, advice: Advice) -> Finding:
    place = place_in(definition, subject, advice.path)
    return finding("warning", advice.code, f"{subject}: {advice.message}", place, advice.hint)


def audience_findings(definition: ProjectDefinition) -> Iterator[Finding]:
    """Judge what audiences make of their segments."""
    conditions = _conditions(definition)
    for audience in definition.audiences.values():
        yield from _only_exclusions(audience, conditions)
        yield from _too_slow(audience, conditions, definition)


def _conditions(definition: ProjectDefinition) -> Mapping[str, Condition]:
    return {name: segment.condition for name, segment in definition.segments.items()}


def _only_exclusions(audience: Audience, conditions: Mapping[str, Condition]) -> Iterator[Finding]:
    """Warn where an audience says only who is out: nearly everybody is in."""
    if audience.kind is AudienceKind.EXCLUSION or selects(conditions[audience.segment], conditions):
        return
    yield finding(
        "warning",
        "only-exclusions",
        f"audience {audience.name} is only exclusions: its segment {audience.segment} says who is "
        "out, and nothing that anybody did or is.",
        audience.place,
        "Add what people must have done or be; everybody else is in, unknown people too.",
    )


def _too_slow(
    audience: Audience, conditions: Mapping[str, Condition], definition: ProjectDefinition
) -> Iterator[Finding]:
    """Warn where people leave a window before the platform has put them in."""
    names = (audience.segment, *(tier.segment for tier in audience.tiers))
    windows = [
        window
        for name in names
        if (window := shortest_window(conditions[name], conditions)) is not None
    ]
    shortest = min(windows, default=None)
    types = destination_types()
    for name in dict.fromkeys(sync.destination for sync in audience.syncs):
        hours = types[definition.destinations[name].type].capabilities.processing_hours
        if shortest is not None and shortest < hours * HOUR:
            yield finding(
                "warning",
                "window-shorter-than-processing",
                f"audience {audience.name} has a window of {duration_text(shortest)}, and {name} "
                f"takes up to {hours}h of its own to put people in: they may be gone before.",
                audience.place,
                f"Widen the window to more than {hours}h, or send to a faster destination.",
            )
