"""The ledger's writing side: intents before a call, outcomes after it, each in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from dataout.model.delivery import (
    Accepted,
    BatchId,
    Deferred,
    JobId,
    Op,
    Outcome,
    Receipt,
    Rejected,
    RemoteId,
)
from dataout.model.people import Field, Instant, RowKey
from dataout.ports import Engine
from dataout.sql.named import statement

Values = Mapping[Field, str]
"""What is sent of one entry."""

OPERATIONS = pa.schema(
    [
        ("seq", pa.int64()),
        ("sync", pa.string()),
        ("row_key", pa.string()),
        ("batch_id", pa.string()),
        ("op", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("recorded_at", pa.int64()),
    ]
)
BATCHES = pa.schema(
    [
        ("batch_id", pa.string()),
        ("sync", pa.string()),
        ("run_id", pa.string()),
        ("op", pa.string()),
        ("remote", pa.string()),
        ("content", pa.string()),
        ("size", pa.int64()),
        ("created_at", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A batch as the ledger keeps it: whose it is, and the values of each entry in it."""

    id: BatchId
    sync: str
    run_id: str
    op: Op
    remote: RemoteId
    content: Mapping[RowKey, Values]
    job: JobId | None = None


def write_ahead(engine: Engine, parcel: Parcel, now: Instant) -> None:
    """Make the intent durable, before the call: the batch and one ``sent`` row per entry."""
    keys = list(parcel.content)
    row = {
        "batch_id": parcel.id,
        "sync": parcel.sync,
        "run_id": parcel.run_id,
        "op": parcel.op.value,
        "remote": parcel.remote,
        "content": json.dumps(parcel.content),
        "size": len(keys),
        "created_at": int(now),
    }
    with engine.transaction():
        engine.append("batches", pa.Table.from_pylist([row], schema=BATCHES))
        _operations(engine, parcel, dict.fromkeys(keys, ("sent", "")), now)


def remember(engine: Engine, sync: str) -> None:
    """Keep values and owners of all desired entries, so that each can be removed whatever comes."""
    with engine.transaction():
        for name in ("remember_entries", "remember_owners"):
            engine.execute(statement("ledger", name), {"sync": sync})


def forget_remote(engine: Engine, sync: str, reason: str, now: Instant) -> None:
    """Believe nothing any more of an audience that is gone: its entries may be there, or not."""
    with engine.transaction():
        engine.execute("DELETE FROM remotes WHERE sync = $sync", {"sync": sync})
        engine.execute(
            statement("ledger", "doubt"), {"sync": sync, "reason": reason, "now": int(now)}
        )


def record(engine: Engine, parcel: Parcel, receipt: Receipt, now: Instant) -> None:
    """Write what became of each entry.

    The batch stays open, to be settled by the next run, while a job is running or the vendor has
    not spoken about every member.
    """
    if receipt.job is not None:
        engine.execute(statement("ledger", "note_job"), {"job": receipt.job, "batch_id": parcel.id})
        return
    silent = Deferred("the destination said nothing about it")
    outcomes = {key: spell(receipt.outcomes.get(key, silent)) for key in parcel.content}
    summary = {"unnamed": receipt.unnamed, "matched": receipt.matched, "request": receipt.request}
    with engine.transaction():
        _operations(engine, parcel, outcomes, now)
        if parcel.op is Op.REMOVE:
            _doubt_sharers(engine, parcel, now)
        if all(outcome != "deferred" for outcome, _ in outcomes.values()):
            _close(engine, parcel, json.dumps(summary), now)


def _doubt_sharers(engine: Engine, parcel: Parcel, now: Instant) -> None:
    """Add those once more whom a removal may have taken along: they share a value with it."""
    here = {"sync": parcel.sync}
    engine.execute(statement("ledger", "sharers"), {**here, "keys": list(parcel.content)})
    engine.execute(statement("ledger", "doubt_sharers"), {**here, "now": int(now)})
    engine.execute(statement("ledger", "add_sharers"), here)


def close_as(engine: Engine, parcel: Parcel, outcome: str, reason: str, now: Instant) -> None:
    """Close a batch whose members nobody spoke about: ``refused`` (not done) or ``unknown``."""
    with engine.transaction():
        _operations(engine, parcel, dict.fromkeys(parcel.content, (outcome, reason)), now)
        _close(engine, parcel, json.dumps({"error": reason}), now)


def settle(
    engine: Engine, parcel: Parcel, outcomes: Mapping[RowKey, tuple[str, str]], now: Instant
) -> None:
    """Write outcomes that needed no call: entries released, or refused before the network."""
    if not outcomes:
        return
    with engine.transaction():
        _operations(engine, parcel, outcomes, now)


def open_parcels(engine: Engine, sync: str) -> list[Parcel]:
    """Read the batches of a sync that have no final answer, oldest first."""
    rows = engine.query(statement("ledger", "open_batches"), {"sync": sync}).to_pylist()
    return [
        Parcel(
            id=BatchId(row["batch_id"]),
            sync=sync,
            run_id="",
            op=Op(row["op"]),
            remote=RemoteId(row["remote"]),
            content=read_content(row["content"]),
            job=JobId(row["job"]) if row["job"] else None,
        )
        for row in rows
    ]


def read_content(text: str) -> Mapping[RowKey, Values]:
    """Read a batch's content as it was written."""
    return {
        RowKey(key): {Field(field): value for field, value in values.items()}
        for key, values in json.loads(text).items()
    }


def spell(outcome: Outcome) -> tuple[str, str]:
    """Give an outcome its word in the ledger, and the reason."""
    match outcome:
        case Accepted():
            return "accepted", ""
        case Rejected(reason):
            return "rejected", reason
        case Deferred(reason):
            return "deferred", reason


def _close(engine: Engine, parcel: Parcel, receipt: str, now: Instant) -> None:
    engine.execute(
        statement("ledger", "close_batch"),
        {"batch_id": parcel.id, "receipt": receipt, "now": int(now)},
    )


def _operations(
    engine: Engine, parcel: Parcel, outcomes: Mapping[RowKey, tuple[str, str]], now: Instant
) -> None:
    first = int(engine.query(statement("ledger", "position")).to_pylist()[0]["seq"]) + 1
    count = len(outcomes)
    columns: list[Iterable[object]] = [
        range(first, first + count),
        [parcel.sync] * count,
        list(outcomes),
        [parcel.id] * count,
        [parcel.op.value] * count,
        [outcome for outcome, _ in outcomes.values()],
        [reason for _, reason in outcomes.values()],
        [int(now)] * count,
    ]
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, OPERATIONS, strict=True)
    ]
    engine.append("operations", pa.Table.from_arrays(arrays, schema=OPERATIONS))
