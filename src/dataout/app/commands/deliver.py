"""``plan``, ``apply``, ``run``: what would change at each destination, and making it so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from dataout.app.workspace import Workspace
from dataout.errors import UsageError
from dataout.model.definitions import AudienceKind, Sync
from dataout.model.people import Instant
from dataout.segments.fingerprint import fingerprint
from dataout.store.database import ReceiptRecord, RunRecord
from dataout.sync.deliver import Patience
from dataout.sync.plan import KeptPlan, Plan, Subject, keep_only, plan_syncs, write_plan
from dataout.sync.reconcile import Channel, Pass, Tally, reconcile, settle_open

PATIENT, IMPATIENT = 2.0, 0.1
"""The first wait before a repeated call, in seconds: a sandbox that is down will stay down."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one run came to for one sync, in entries.

    ``status``: done · waiting (for an exclusion to be settled) · failed (the destination could not
    be served; ``error`` says why and ``hint`` what to do).
    """

    sync: str
    sent: int
    accepted: int
    rejected: int
    deferred: int
    released: int
    held_back: int
    unnamed: int
    moved_on: int
    status: str
    error: str
    hint: str
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RunResult:
    """One pass over some syncs."""

    run_id: str
    at: Instant
    syncs: tuple[SyncResult, ...]

    @property
    def failed(self) -> bool:
        """Say whether a destination could not be served."""
        return any(sync.status == "failed" for sync in self.syncs)

    @property
    def attention(self) -> bool:
        """Say whether a human should look."""
        return any(sync.status != "done" or sync.rejected or sync.unnamed for sync in self.syncs)


def plan(work: Workspace, names: Sequence[str] = (), at: Instant | None = None) -> Plan:
    """Work out what would change; the changes themselves are in the working table ``changes``."""
    chosen = work.chosen_syncs(names)
    instant = _instant(work, at)
    work.desire(work.evaluate(instant), instant)
    return _planned(work, chosen, instant)


def spelled(work: Workspace, made: Plan) -> str:
    """Spell the plan that was just made, for a file that ``apply`` reads."""
    return write_plan(work.engine, made)


def run(work: Workspace, names: Sequence[str] = (), at: Instant | None = None) -> RunResult:
    """Make one pass: evaluate, settle what is open, plan, deliver, record."""
    return _deliver(work, "run", names, at, None)


def apply(work: Workspace, kept: KeptPlan | None = None) -> RunResult:
    """Deliver those changes of a kept plan that still hold (None: of the present plan); add none.

    Raises ``UsageError`` if a definition changed since the plan was made.
    """
    return _deliver(work, "apply", (), None, kept)


def _deliver(
    work: Workspace,
    command: str,
    names: Sequence[str],
    at: Instant | None,
    kept: KeptPlan | None,
) -> RunResult:
    chosen = work.chosen_syncs(names)
    if kept is not None and kept.meaning != _meaning(work, work.syncs):
        raise UsageError(
            "A definition or a destination's settings changed since this plan was made.",
            "Make a new one: dataout plan --out FILE.",
        )
    instant = _instant(work, at)
    started, run_id = work.clock.now(), work.new_id()
    _copy_receipts(work)
    work.desire(work.tick(instant) if at is None else work.evaluate(instant), instant)
    channels = [_channel(work, sync) for sync in chosen]
    unit = IMPATIENT if work.environment.sandbox else PATIENT
    running = Pass(work.engine, Patience(work.clock, work.chance, unit), run_id)
    tallies = settle_open(running, channels)
    _planned(work, chosen, instant)
    if kept is not None:
        for name, moved in keep_only(work.engine, kept).items():
            if name in tallies:
                tallies[name].moved_on = moved
    reconcile(running, channels, tallies)
    results = tuple(_result(work, tally) for tally in tallies.values())
    result = RunResult(run_id, instant, results)
    _remember(work, command, started, result)
    return result


def _instant(work: Workspace, at: Instant | None) -> Instant:
    if at is not None and not work.environment.sandbox:
        raise UsageError(
            "--at is refused outside the sandbox: it would send people by yesterday's truth.",
            "Leave it out, or use a sandboxed environment.",
        )
    return at if at is not None else work.clock.now()


def _planned(work: Workspace, chosen: Sequence[Sync], at: Instant) -> Plan:
    subjects = [Subject(sync.name, sync.audience, sync.destination) for sync in chosen]
    syncs = plan_syncs(work.engine, subjects, at)
    return Plan(work.new_id(), at, _meaning(work, work.syncs), syncs)


def _meaning(work: Workspace, syncs: Sequence[Sync]) -> str:
    """Digest what a plan depends on: segments by meaning, audiences, destinations' settings."""
    formulas = work.program.formulas
    parts = [f"{name}={fingerprint(formulas[name])}" for name in sorted(formulas)]
    for sync in sorted(syncs, key=lambda sync: sync.name):
        audience = work.definition.audiences[sync.audience]
        destination = work.definition.destinations[sync.destination]
        parts.append(
            repr((sync, audience.segment, audience.kind, audience.suppress, audience.tiers))
        )
        parts.append(repr((destination.type, sorted(destination.settings.items()))))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _channel(work: Workspace, sync: Sync) -> Channel:
    audience = work.definition.audiences[sync.audience]
    protects = audience.kind is AudienceKind.EXCLUSION
    return Channel(
        sync=sync.name,
        remote_name=remote_name(work, sync),
        destination=work.connect(sync.destination),
        protects=protects,
        after=() if protects else tuple(_exclusions(work, sync)),
    )


def remote_name(work: Workspace, sync: Sync) -> str:
    """Name the audience at the vendor; outside production the environment's name leads."""
    name = sync.audience if sync.tier is None else f"{sync.audience}.{sync.tier}"
    return f"[{work.environment.name}] {name}" if work.environment.sandbox else name


def _exclusions(work: Workspace, sync: Sync) -> Sequence[str]:
    """List the exclusion syncs at the same destination of the segments that suppress here."""
    suppress = work.definition.audiences[sync.audience].suppress
    return [
        other.name
        for other in work.syncs
        if other.destination == sync.destination
        and work.definition.audiences[other.audience].kind is AudienceKind.EXCLUSION
        and work.definition.audiences[other.audience].segment in suppress
    ]


def _result(work: Workspace, tally: Tally) -> SyncResult:
    """Tell a tally, and the way out of every trouble, also where its error knows none."""
    if tally.status == "failed" and not tally.hint:
        sandbox = " If no sandbox is running, start one: dataout sandbox."
        tally.hint = "Nothing is lost: the next run goes on from here."
        tally.hint += sandbox if work.environment.sandbox else ""
    return SyncResult(**asdict(tally))


def _remember(work: Workspace, command: str, started: Instant, result: RunResult) -> None:
    """Write the store's copy: what the ledger knows stays the truth."""
    status = "failed" if result.failed else "attention" if result.attention else "done"
    work.store.save_run(
        RunRecord(result.run_id, command, started, work.clock.now(), status, asdict(result))
    )
    _copy_receipts(work)


def _copy_receipts(work: Workspace) -> None:
    """Complete the store's copies of closed batches, those of a run that died included."""
    rows = work.engine.query(
        "SELECT batch_id, sync, op, size, created_at, closed_at, receipt FROM batches "
        "WHERE closed_at >= $since",
        {"since": int(work.store.newest_receipt())},
    )
    work.store.copy_receipts([ReceiptRecord(**row) for row in rows.to_pylist()])
