"""The part of ``check`` that looks at the data: whether it holds what the segments ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from dataout.app.commands.findings import Finding, Subject, finding, place_in
from dataout.app.commands.identity import quarantined
from dataout.app.workspace import Workspace
from dataout.catalog.events import Catalog
from dataout.definitions import ProjectDefinition
from dataout.definitions.folder import MAIN
from dataout.ingest.rejects import list_rejects
from dataout.model.complaints import nearest
from dataout.model.definitions import Place
from dataout.ports import Engine
from dataout.segments.check import Look, asked_types, lists_property, looks, looks_of_trait
from dataout.segments.values import IsNot, TimeTest
from dataout.sql.named import statement
from dataout.sql.observed import Source, Way, seen_at

MOST = 1_000_000
"""Rows of an event, the newest ones, that are looked at."""
NAMED = 1_000
"""Rows, the newest ones, whose property names are suggested."""
SHARE = 0.01
"""Fewer values of a strange type than this are not worth a word."""
TIMES = get_args(TimeTest)

DATA_CODES = (
    "event-never-arrived",
    "property-never-seen",
    "attribute-never-seen",
    "type-seen-differs",
    "milliseconds-seen",
    "records-rejected",
    "identifier-quarantined",
    "data-not-checked",
)


@dataclass(frozen=True, slots=True)
class Use:
    """A segment or a trait looks at a value in rows of one event, or of one attribute."""

    source: Source
    name: str
    way: Way
    subject: Subject
    look: Look

    @property
    def title(self) -> str:
        """Name the value as people know it."""
        if self.source == "events":
            return f"property {'.'.join(self.way)} of {self.name}"
        return f"attribute {'.'.join((self.name, *self.way))}"


def data_findings(work: Workspace) -> tuple[Finding, ...]:
    """Compare what segments ask for with what arrived; writes nothing.

    Of a name that the catalog does not list nothing is said: that was found without the data.
    """
    rows = work.engine.query(statement("observed", "arrived")).to_pylist()
    arrived = {row["name"]: row["events"] for row in rows}
    found = [*_rejects(work.engine), *_quarantined(work.engine)]
    if arrived:
        found += _never_arrived(work, arrived)
    rows = work.engine.query(statement("observed", "attribute_names")).to_pylist()
    attributes = [row["name"] for row in rows]
    for (source, name), uses in _uses(work).items():
        if name in arrived if source == "events" else attributes:
            found += _observed(work, source, name, uses)
    return tuple(dict.fromkeys(found))


def _quarantined(engine: Engine) -> Iterator[Finding]:
    """Tell of values that would make one person of many."""
    for each in quarantined(engine):
        yield finding(
            "note",
            "identifier-quarantined",
            f"{each.told}.",
            Place(MAIN, 1, 1),
            "Mend them at their source; what is left is kept apart, and merges nobody.",
        )


def _rejects(engine: Engine) -> Iterator[Finding]:
    for group in list_rejects(engine, 1):
        yield finding(
            "warning",
            "records-rejected",
            f"{group.count:,} records of {group.kind} could not be taken in: {group.reason}.",
            Place(MAIN, 1, 1),
            "See them with dataout rejects list; mend the mapping, then dataout rejects replay.",
        )


def _never_arrived(work: Workspace, arrived: Mapping[str, int]) -> Iterator[Finding]:
    for reference in work.definition.references:
        known = work.definition.catalog.events
        listed = not known or reference.name in known
        if reference.kind == "event" and listed and reference.name not in arrived:
            yield finding(
                "warning",
                "event-never-arrived",
                f"{reference.by} {reference.segment} uses the event '{reference.name}', "
                f"which never arrived in {work.environment.name}.",
                reference.place,
                nearest(reference.name, arrived),
            )


def _uses(work: Workspace) -> Mapping[tuple[Source, str], list[Use]]:
    """Gather what is looked at, by the rows it stands in; of any event nothing can be said."""
    uses: dict[tuple[Source, str], list[Use]] = defaultdict(list)
    for subject, look in _looks(work.definition):
        match look.owner.kind:
            case "event":
                for name in look.owner.names:
                    uses["events", name].append(Use("events", name, look.name, subject, look))
            case "profile":
                name, *way = look.name
                use = Use("attributes", name, tuple(way), subject, look)
                uses["attributes", name].append(use)
            case _:
                pass
    return uses


def _looks(definition: ProjectDefinition) -> Iterator[tuple[Subject, Look]]:
    for segment in definition.segments.values():
        for look in looks(segment.condition):
            yield Subject("segment", segment.name), look
    for trait in definition.traits.values():
        for look in looks_of_trait(trait.trait):
            yield Subject("trait", trait.name), look


def _observed(work: Workspace, source: Source, name: str, uses: list[Use]) -> Iterator[Finding]:
    # What a value lies in is looked at as well: below a list nothing can be followed.
    ways = tuple(dict.fromkeys(way for use in uses for way in _steps_to(use.way)))
    query = seen_at(source, ways).sql(dialect=work.engine.dialect)
    (row,) = work.engine.query(query, {"name": name, "most": MOST}).to_pylist()
    seen: dict[Way, Mapping[str, int]] = {way: row[f"w{at}"] for at, way in enumerate(ways)}
    for use in uses:
        kinds = seen[use.way]
        inside_list = any(seen[way]["lists"] for way in _steps_to(use.way)[:-1])
        if kinds["seen"]:
            yield from _strange(work, use, kinds)
        elif not inside_list and _listed(use, work.definition.catalog):
            yield _never_seen(work, use)


def _steps_to(way: Way) -> tuple[Way, ...]:
    return (*(way[:end] for end in range(1, len(way))), way)


def _listed(use: Use, catalog: Catalog) -> bool:
    if use.source == "attributes":
        return not catalog.attributes or catalog.knows_attribute(".".join(use.look.name))
    event = catalog.events.get(use.name)
    return event is None or lists_property(event, use.way)


def _never_seen(work: Workspace, use: Use) -> Finding:
    place = place_in(work.definition, use.subject, use.look.path)
    looked = f"{use.subject} looks at {use.title}"
    if use.source == "attributes":
        rows = work.engine.query(statement("observed", "attribute_names")).to_pylist()
        hint = nearest(use.name, [row["name"] for row in rows])
        message = f"{looked}, which nobody has."
        return finding("warning", "attribute-never-seen", message, place, hint)
    newest = {"name": use.name, "most": NAMED}
    rows = work.engine.query(statement("observed", "keys"), newest).to_pylist()
    hint = nearest(use.way[0], {row["key"] for row in rows} - {use.way[0]})
    message = f"{looked}, which none of its newest {MOST:,} events has."
    return finding("warning", "property-never-seen", message, place, hint)


def _strange(work: Workspace, use: Use, kinds: Mapping[str, int]) -> Iterator[Finding]:
    place = place_in(work.definition, use.subject, use.look.path)
    total = kinds["seen"]
    timed = any(isinstance(_positive(test), TIMES) for test in use.look.tests)
    if timed and kinds["milliseconds"]:
        yield finding(
            "warning",
            "milliseconds-seen",
            f"{use.subject} tests {use.title} as a time, and {kinds['milliseconds']:,} of "
            f"{total:,} values are numbers of 13 digits: milliseconds are suspected, and such a "
            "value passes no test.",
            place,
            "Load it with a mapping that says unit: ms, or send seconds.",
        )
    for wanted in asked_types(use.look):
        strange = total - _usable(wanted, kinds)
        if strange > total * SHARE:
            yield finding(
                "warning",
                "type-seen-differs",
                f"{use.subject} uses {use.title} as a {wanted}, and {strange / total:.0%} "
                f"of the values seen ({strange:,} of {total:,}) are none.",
                place,
                "Such values pass no positive test: compare with what they are, or mend the data.",
            )


def _usable(wanted: str, kinds: Mapping[str, int]) -> int:
    """Count the values that a test of a type can read; of a list its elements are tested."""
    match wanted:
        case "number":
            return kinds["numbers"] + kinds["lists"]
        case "boolean":
            return kinds["booleans"] + kinds["lists"]
        case "text":
            return kinds["texts"] + kinds["lists"]
        case "list":
            return kinds["lists"]
        case _:
            return kinds["seen"]


def _positive(test: object) -> object:
    return test.test if isinstance(test, IsNot) else test
