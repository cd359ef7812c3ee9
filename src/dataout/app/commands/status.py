"""``status``: what arrived, what is desired, what destinations hold, how the last runs ended."""

from __future__ import annotations

from dataclasses import dataclass

from dataout.app.commands.identity import Quarantined, quarantined
from dataout.app.workspace import Workspace
from dataout.model.people import Instant
from dataout.sql.named import statement
from dataout.sql.people import living


@dataclass(frozen=True, slots=True)
class Stream:
    """An event of a source, as it arrives."""

    event: str
    source: str
    count: int
    newest_event_time: Instant
    newest_received_at: Instant


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the ledger believes about one sync: entries held, operations open, rejections."""

    sync: str
    held: int
    open: int
    rejected: int
    last_acknowledged: Instant | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """How a run ended."""

    run_id: str
    command: str
    at: Instant
    status: str


@dataclass(frozen=True, slots=True)
class StatusResult:
    """One environment at a glance. ``profiles`` are the people who are not deleted.

    ``merged`` counts the profiles that are part of another person.
    """

    environment: str
    profiles: int
    merged: int
    quarantined: tuple[Quarantined, ...]
    rejects: int
    streams: tuple[Stream, ...]
    syncs: tuple[SyncStatus, ...]
    runs: tuple[LastRun, ...]

    @property
    def attention(self) -> bool:
        """Say whether a human should look."""
        failed = bool(self.runs) and self.runs[0].status != "done"
        return failed or any(sync.open or sync.rejected for sync in self.syncs)


def status(work: Workspace) -> StatusResult:
    """Read an environment's state; evaluates nothing and calls nobody."""
    people = living(work.scope(work.clock.now())).sql(dialect=work.engine.dialect)
    (counted,) = work.engine.query(people).to_pylist()
    (waiting,) = work.engine.query(statement("status", "rejects")).to_pylist()
    streams = work.engine.query(statement("status", "streams")).to_pylist()
    held = {row["sync"]: row for row in work.engine.query(statement("status", "syncs")).to_pylist()}
    names = [*dict.fromkeys([*(sync.name for sync in work.syncs), *held])]
    return StatusResult(
        environment=work.environment.name,
        profiles=counted["people"],
        merged=int(work.engine.query(statement("graph", "merged_count")).to_pylist()[0]["n"]),
        quarantined=quarantined(work.engine),
        rejects=waiting["rejects"],
        streams=tuple(Stream(**row) for row in streams),
        syncs=tuple(
            SyncStatus(**held[name]) if name in held else SyncStatus(name, 0, 0, 0, None)
            for name in names
        ),
        runs=tuple(
            LastRun(run.run_id, run.command, run.started_at, run.status)
            for run in work.store.last_runs(5)
        ),
    )
