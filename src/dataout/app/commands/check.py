"""``check``: everything that is wrong with a project, and everything that deserves a thought."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from dataout.app.commands.check_data import DATA_CODES, data_findings
from dataout.app.commands.check_history import HISTORY_CODES, history_findings
from dataout.app.commands.check_segments import (
    AUDIENCE_CODES,
    SOURCE_CODES,
    TICK_CODES,
    audience_findings,
    segment_findings,
    tick_findings,
)
from dataout.app.commands.findings import Finding, finding
from dataout.app.folders import state_folder
from dataout.app.state import ENGINE_FILE
from dataout.app.wiring import Surroundings, destination_types
from dataout.app.workspace import Workspace, chosen_environment, opened
from dataout.definitions import ProjectDefinition, read_project
from dataout.definitions.folder import MAIN
from dataout.errors import ProjectError, StateError
from dataout.model.complaints import nearest
from dataout.model.definitions import AudienceKind, Complaint, Environment, Place
from dataout.model.people import IDENTIFYING
from dataout.segments.check import CODES as CONDITION_CODES

CODES = (
    "project",
    "unpaired-suppression",
    "unknown-event",
    "unknown-attribute",
    "no-identifying-field",
    *CONDITION_CODES,
    *SOURCE_CODES,
    *AUDIENCE_CODES,
    *TICK_CODES,
    *DATA_CODES,
    *HISTORY_CODES,
)
"""Every code that a finding can have; docs/checks.md explains each."""


Opening = Callable[[ProjectDefinition, Environment], AbstractContextManager[Workspace]]
"""How an environment's data is opened, where there is any."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All findings, errors first."""

    findings: tuple[Finding, ...]

    @property
    def broken(self) -> bool:
        """Say whether the project cannot be used as it is."""
        return any(finding.level == "error" for finding in self.findings)

    @property
    def attention(self) -> bool:
        """Say whether a human should look; notes need nobody."""
        return any(finding.level != "note" for finding in self.findings)


def read(folder: Path) -> ProjectDefinition:
    """Read a project with the destinations that are installed. Raises ``ProjectError``."""
    types = destination_types()
    models = {name: each.settings for name, each in types.items()}
    fields = {name: each.capabilities.fields for name, each in types.items()}
    return read_project(folder, models, fields)


def _alone(
    definition: ProjectDefinition, environment: Environment
) -> AbstractContextManager[Workspace]:
    """Open an environment to look at, and to send nothing from."""
    return opened(definition, environment, Surroundings({}))


def check(folder: Path, environment: str | None = None, opening: Opening = _alone) -> CheckResult:
    """Read a project folder and judge it; mistakes are findings, not exceptions.

    With an environment, whose state exists already, the data is looked at as well. An unknown one
    raises ``UsageError``.
    """
    try:
        definition = read(folder)
    except ProjectError as error:
        return CheckResult(tuple(_error(complaint) for complaint in error.complaints))
    return CheckResult(
        (
            *_unpaired_suppressions(definition),
            *_names_unknown_to_the_catalog(definition),
            *_nameless_rows(definition),
            *segment_findings(definition),
            *audience_findings(definition),
            *tick_findings(definition),
            *_of_data(definition, environment, opening),
        )
    )


def _of_data(
    definition: ProjectDefinition, name: str | None, opening: Opening
) -> Iterator[Finding]:
    """Look at the data where there is any; a state that is in use is looked at another time."""
    if name is None:
        return
    environment = chosen_environment(definition, name)
    if not (state_folder(definition.folder, name) / ENGINE_FILE).is_file():
        return
    try:
        with opening(definition, environment) as work:
            yield from data_findings(work)
            yield from history_findings(work)
    except StateError as error:
        message = f"the data of {name} was not looked at. {error}"
        yield finding("warning", "data-not-checked", message, Place(MAIN, 1, 1), error.hint)


def _error(complaint: Complaint) -> Finding:
    message = f"{complaint.path}: {complaint.message}"
    return finding("error", "project", message, complaint.place, complaint.hint)


def _unpaired_suppressions(definition: ProjectDefinition) -> Iterator[Finding]:
    """Warn where a suppression protects nobody at the platform itself."""
    excluded = {
        (audience.segment, sync.destination)
        for audience in definition.audiences.values()
        if audience.kind is AudienceKind.EXCLUSION
        for sync in audience.syncs
    }
    for audience in definition.audiences.values():
        for destination in dict.fromkeys(sync.destination for sync in audience.syncs):
            for segment in audience.suppress:
                if (segment, destination) not in excluded:
                    yield finding(
                        "warning",
                        "unpaired-suppression",
                        f"audience {audience.name} suppresses by {segment}, which is not synced to "
                        f"{destination} as an exclusion.",
                        audience.place,
                        f"Campaigns at {destination} cannot exclude these people before the next "
                        f"sync. Add an audience with segment: {segment} and kind: exclusion.",
                    )


def _names_unknown_to_the_catalog(definition: ProjectDefinition) -> Iterator[Finding]:
    """Warn about events and attributes that the catalog does not know, where it knows any."""
    known = {
        "event": definition.catalog.events,
        "attribute": definition.catalog.attributes,
    }
    for reference in definition.references:
        names = known.get(reference.kind)
        name = reference.name.split(".")[0] if reference.kind == "attribute" else reference.name
        if names and name not in names:
            yield finding(
                "warning",
                f"unknown-{reference.kind}",
                f"{reference.by} {reference.segment} uses the {reference.kind} "
                f"'{reference.name}', which the catalog does not list.",
                reference.place,
                nearest(name, names),
            )


def _nameless_rows(definition: ProjectDefinition) -> Iterator[Finding]:
    """Warn about syncs that send nothing by which a person could be found."""
    for audience in definition.audiences.values():
        for sync in audience.syncs:
            if not set(sync.identifiers) & set(IDENTIFYING):
                yield finding(
                    "warning",
                    "no-identifying-field",
                    f"sync {sync.name} sends no identifying field: nobody will be identifiable.",
                    audience.place,
                    "Add one of email, phone, external_id, maid to its identifiers.",
                )
