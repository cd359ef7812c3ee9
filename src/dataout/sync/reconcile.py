"""Bring destinations to what is desired: settle what is open, then deliver the changes in order.

The order over all syncs: exclusions add (they protect), removals by suppression, other removals,
audiences add, exclusions remove (that exposes). A crash at any point is safe: every intent is in
the ledger before its call, and the next run settles what has no answer before anything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dataout.errors import (
    AuthFailed,
    ContractBroken,
    DestinationError,
    Refused,
    RemoteMissing,
    Transient,
)
from dataout.model.delivery import (
    Accepted,
    Batch,
    BatchId,
    Deferred,
    Op,
    Receipt,
    Rejected,
    RemoteId,
    Row,
)
from dataout.model.people import IDENTIFYING, Field, Member, RowKey
from dataout.ports import Destination, Engine
from dataout.sql.named import statement
from dataout.sync.deliver import Patience, patiently
from dataout.sync.ledger import (
    Parcel,
    Values,
    close_as,
    forget_remote,
    open_parcels,
    record,
    remember,
    settle,
    write_ahead,
)


@dataclass(frozen=True, slots=True)
class Channel:
    """A sync, wired: what it is called, where it goes, and what it waits for.

    ``remote_name`` is the audience's name at the vendor; ``protects`` says it is an exclusion;
    ``after`` names the exclusion syncs at the same destination that have to be settled before this
    one adds anybody.
    """

    sync: str
    remote_name: str
    destination: Destination
    protects: bool
    after: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What one run did for one sync, in entries; grows while the run goes on."""

    sync: str
    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    deferred: int = 0
    released: int = 0
    held_back: int = 0
    unnamed: int = 0
    moved_on: int = 0
    status: str = "done"
    error: str = ""
    hint: str = ""
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phase:
    """A step of the order over all syncs."""

    op: Op
    protects: bool
    urgency: int


PHASES = (
    Phase(Op.ADD, protects=True, urgency=1),
    Phase(Op.REMOVE, protects=False, urgency=0),
    Phase(Op.REMOVE, protects=False, urgency=1),
    Phase(Op.ADD, protects=False, urgency=1),
    Phase(Op.REMOVE, protects=True, urgency=0),
    Phase(Op.REMOVE, protects=True, urgency=1),
    Phase(Op.ADD, protects=True, urgency=1),  # whom a removal may have taken along
)


@dataclass(frozen=True, slots=True)
class Pass:
    """One run's surroundings."""

    engine: Engine
    patience: Patience
    run_id: str


def settle_open(run: Pass, channels: Sequence[Channel]) -> Mapping[str, Tally]:
    """Get an answer for every batch that a former run left without one, or close it as unknown.

    Needs the present desired set; changes are planned afterwards.
    """
    tallies = {channel.sync: Tally(channel.sync) for channel in channels}
    for channel in channels:
        for parcel in open_parcels(run.engine, channel.sync):
            if tallies[channel.sync].status == "done":
                _settle_one(run, channel, parcel, tallies[channel.sync])
    return tallies


def reconcile(run: Pass, channels: Sequence[Channel], tallies: Mapping[str, Tally]) -> None:
    """Deliver the planned changes of all syncs, phase by phase. One's trouble stays its own."""
    remotes: dict[str, RemoteId] = {}
    for channel in channels:
        remember(run.engine, channel.sync)
    for phase in PHASES:
        for channel in channels:
            if channel.protects is phase.protects and tallies[channel.sync].status == "done":
                _phase(run, channel, phase, tallies[channel.sync], remotes)


def _settle_one(run: Pass, channel: Channel, parcel: Parcel, tally: Tally) -> None:
    """Look at an unanswered batch again: the same once more if all of it still holds."""
    if parcel.job is not None:
        job = parcel.job
        _conclude(
            run, parcel, tally, patiently(lambda: channel.destination.status(job), run.patience)
        )
    elif _still_holds(run.engine, parcel):
        _push(run, channel, parcel, tally)
    else:
        reason = "no answer, and it no longer holds as a whole"
        close_as(run.engine, parcel, "unknown", reason, run.patience.clock.now())


def _still_holds(engine: Engine, parcel: Parcel) -> bool:
    keys = list(parcel.content)
    if parcel.op is Op.ADD:
        return _entries(engine, "still_desired", sync=parcel.sync, keys=keys) == len(keys)
    named = {value for values in parcel.content.values() for value in values.values()}
    return not _shown(engine, parcel.sync, named)


def _entries(engine: Engine, name: str, **params: object) -> int:
    """Run one of the ledger's counting statements."""
    return int(engine.query(statement("ledger", name), params).to_pylist()[0]["entries"])


def _phase(
    run: Pass, channel: Channel, phase: Phase, tally: Tally, remotes: dict[str, RemoteId]
) -> None:
    if phase.op not in channel.destination.capabilities.operations:
        return
    if phase.op is Op.ADD and not _may_add(run, channel, tally):
        return
    for page in _pages(run.engine, channel, phase):
        if channel.sync not in remotes:
            remote = _remote(run, channel, tally)
            if remote is None:
                return
            remotes[channel.sync] = remote
        for parcel in _parcels(run, channel, phase, page, remotes[channel.sync], tally):
            _push(run, channel, parcel, tally, fresh=True)
            if tally.status != "done":
                return
    if phase.op is Op.ADD:
        run.engine.execute(statement("ledger", "delivered"), {"sync": channel.sync})


def _may_add(run: Pass, channel: Channel, tally: Tally) -> bool:
    """Additions wait for exclusions to be settled, and an update's for its removal."""
    unsettled = sum(_entries(run.engine, "unsettled", sync=sync) for sync in channel.after)
    if unsettled:
        tally.status = "waiting"
        tally.error = f"{unsettled} entries of the exclusions it relies on are not settled yet"
        tally.hint = f"See {', '.join(channel.after)}."
        return False
    if channel.protects:
        return True
    held = run.engine.query(statement("ledger", "held_back"), {"sync": channel.sync})
    keys = held.column("row_key").to_pylist()
    if keys:
        tally.held_back += len(keys)
        run.engine.execute(
            "DELETE FROM changes WHERE sync = $sync AND op = 'add' "
            "AND row_key IN (SELECT unnest($keys))",
            {"sync": channel.sync, "keys": keys},
        )
    return True


def _remote(run: Pass, channel: Channel, tally: Tally) -> RemoteId | None:
    """Find the audience at the vendor, or create it there."""
    known = run.engine.query(statement("ledger", "remote"), {"sync": channel.sync}).to_pylist()
    if known:
        return RemoteId(known[0]["remote"])
    opened = patiently(lambda: channel.destination.open(channel.remote_name), run.patience)
    if isinstance(opened, DestinationError):
        _stop(tally, opened)
        return None
    run.engine.execute(
        "INSERT INTO remotes VALUES ($sync, $remote, $now)",
        {"sync": channel.sync, "remote": opened, "now": int(run.patience.clock.now())},
    )
    return opened


def _pages(engine: Engine, channel: Channel, phase: Phase) -> Iterator[Mapping[RowKey, Values]]:
    """Read the due changes page by page, so that memory does not follow the audience's size."""
    after = ""
    rows = channel.destination.capabilities.batch_rows
    here = {"sync": channel.sync, "op": phase.op.value, "urgency": phase.urgency, "rows": rows}
    while True:
        page = engine.query(statement("ledger", "due"), {**here, "after": after}).to_pylist()
        if not page:
            return
        after = page[-1]["row_key"]
        yield {
            RowKey(row["row_key"]): {
                Field(name): value for name, value in json.loads(row["row_values"]).items()
            }
            for row in page
        }


def _parcels(
    run: Pass,
    channel: Channel,
    phase: Phase,
    page: Mapping[RowKey, Values],
    remote: RemoteId,
    tally: Tally,
) -> Iterator[Parcel]:
    """Cut a page into batches by bytes; settle what needs no call."""
    nameable = _nameable(run.engine, channel.sync, page) if phase.op is Op.REMOVE else page
    settled = {
        key: ("released", "every identifier of it belongs to somebody who stays")
        for key in page
        if not nameable[key]
    }
    rows: dict[RowKey, Row] = {}
    for key in page.keys() - settled.keys():
        match channel.destination.prepare(Member(key, nameable[key])):
            case Rejected(reason):
                settled[key] = ("rejected", reason)
                tally.rejected += 1
                tally.reasons[reason] = tally.reasons.get(reason, 0) + 1
            case row:
                rows[key] = row
    tally.released += sum(1 for outcome, _ in settled.values() if outcome == "released")
    now = run.patience.clock.now()
    for keys in _by_bytes(rows, channel.destination.capabilities.batch_bytes):
        name = BatchId(f"{run.run_id}-{channel.sync}-{phase.op}-{keys[0][:12]}-{tally.sent}")
        content = {key: nameable[key] for key in keys}
        yield Parcel(name, channel.sync, run.run_id, phase.op, remote, content)
    blank = Parcel(BatchId(""), channel.sync, run.run_id, phase.op, remote, {})
    settle(run.engine, blank, settled, now)


def _nameable(engine: Engine, sync: str, page: Mapping[RowKey, Values]) -> Mapping[RowKey, Values]:
    """Keep of each entry the identifying values that no desired entry of the sync shows."""
    named = {
        value for values in page.values() for name, value in values.items() if name in IDENTIFYING
    }
    shown = _shown(engine, sync, named)
    return {
        key: {
            name: value
            for name, value in values.items()
            if name in IDENTIFYING and (name.value, value) not in shown
        }
        for key, values in page.items()
    }


def _shown(engine: Engine, sync: str, values: set[str]) -> set[tuple[str, str]]:
    rows = engine.query(statement("ledger", "shown"), {"sync": sync, "values": sorted(values)})
    return {(row["field"], row["sent"]) for row in rows.to_pylist()}


def _by_bytes(rows: Mapping[RowKey, Row], most: int) -> Iterator[list[RowKey]]:
    group: list[RowKey] = []
    size = 0
    for key in sorted(rows):
        length = len(json.dumps(rows[key])) + 1
        if group and size + length > most:
            yield group
            group, size = [], 0
        group.append(key)
        size += length
    if group:
        yield group


def _push(
    run: Pass, channel: Channel, parcel: Parcel, tally: Tally, *, fresh: bool = False
) -> None:
    """Send one batch, its intent written first, and record what became of it."""
    if fresh:
        write_ahead(run.engine, parcel, run.patience.clock.now())
    rows: dict[RowKey, Row] = {}
    for key, values in parcel.content.items():
        match channel.destination.prepare(Member(key, values)):
            case Rejected(reason):
                # Only after an upgrade: what was sent then could not be sent today.
                close_as(run.engine, parcel, "unknown", reason, run.patience.clock.now())
                return
            case row:
                rows[key] = row
    tally.sent += len(rows)
    batch = Batch(parcel.id, parcel.op, rows)
    answer = patiently(lambda: channel.destination.push(parcel.remote, batch), run.patience)
    _conclude(run, parcel, tally, answer)


def _conclude(run: Pass, parcel: Parcel, tally: Tally, answer: Receipt | DestinationError) -> None:
    """Record an answer. Trouble with a call never settles a single member."""
    now = run.patience.clock.now()
    match answer:
        case Receipt():
            record(run.engine, parcel, answer, now)
            _count(tally, parcel, answer)
        case ContractBroken():
            close_as(run.engine, parcel, "unknown", str(answer), now)
            _stop(tally, answer)
        case Refused():
            close_as(run.engine, parcel, "refused", str(answer), now)
            if isinstance(answer, RemoteMissing):
                forget_remote(run.engine, parcel.sync, str(answer), now)
            _stop(tally, answer)
        case Transient() | DestinationError():
            tally.deferred += len(parcel.content)
            _stop(tally, answer)


def _count(tally: Tally, parcel: Parcel, receipt: Receipt) -> None:
    for key in parcel.content:
        match receipt.outcomes.get(key):
            case Accepted():
                tally.accepted += 1
            case Rejected(reason):
                tally.rejected += 1
                tally.reasons[reason] = tally.reasons.get(reason, 0) + 1
            case Deferred() | None:
                tally.deferred += 1
    tally.unnamed += receipt.unnamed


def _stop(tally: Tally, error: DestinationError) -> None:
    tally.status = "failed"
    tally.error = str(error)
    tally.hint = error.hint
    if isinstance(error, RemoteMissing) and not error.hint:
        tally.hint = "The audience is gone at the destination: the next run makes it anew."
    if isinstance(error, AuthFailed) and not error.hint:
        tally.hint = "Nothing more is sent to this destination until its credentials are mended."
