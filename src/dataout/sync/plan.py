"""What would change at each destination, as a value. Explain and apply read the same plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dataout.errors import UsageError
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.sql.named import statement

CHANGES = pa.schema([("sync", pa.string()), ("op", pa.string()), ("row_key", pa.string())])


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """One sync's share of a plan: numbers of entries, each counted once.

    ``update`` counts people whose entry is replaced by another; ``waiting`` additions that the
    destination rejected before and that are not due again; ``open`` operations without an answer;
    ``overdue`` removals that the destination rejected.
    """

    sync: str
    audience: str
    destination: str
    add: int
    remove: int
    update: int
    unchanged: int
    waiting: int
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All syncs' changes at one instant; ``meaning`` digests the definitions it was made from."""

    plan_id: str
    at: Instant
    meaning: str
    syncs: tuple[SyncPlan, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A sync to plan: names only."""

    sync: str
    audience: str
    destination: str


def plan_syncs(engine: Engine, subjects: Sequence[Subject], now: Instant) -> tuple[SyncPlan, ...]:
    """Fill the working table ``changes`` with desired minus ledger, and count it."""
    engine.execute(statement("desired", "changes"))
    return tuple(_plan_sync(engine, subject, now) for subject in subjects)


def _plan_sync(engine: Engine, subject: Subject, now: Instant) -> SyncPlan:
    here = {"sync": subject.sync}
    engine.execute(statement("ledger", "standing"), {**here, "now": int(now)})
    engine.execute(statement("ledger", "changes"), {**here, "audience": subject.audience})
    todo: dict[str, int] = {}
    for row in engine.query(statement("ledger", "counts")).to_pylist():
        todo[row["todo"]] = todo.get(row["todo"], 0) + int(row["entries"])
    updates = int(engine.query(statement("ledger", "updates"), here).to_pylist()[0]["updates"])
    return SyncPlan(
        sync=subject.sync,
        audience=subject.audience,
        destination=subject.destination,
        add=todo.get("add", 0) - updates,
        remove=todo.get("remove", 0) - updates,
        update=updates,
        unchanged=todo.get("unchanged", 0),
        waiting=todo.get("rejected", 0),
        open=todo.get("open", 0),
        overdue=todo.get("overdue", 0),
    )


def write_plan(engine: Engine, plan: Plan) -> str:
    """Spell a plan with every change in it, for a file. Row keys are digests, not people."""
    rows = engine.query("SELECT sync, op, row_key FROM changes ORDER BY sync, op, row_key")
    return json.dumps(
        {
            "dataout_plan": 1,
            "plan_id": plan.plan_id,
            "at": int(plan.at),
            "meaning": plan.meaning,
            "changes": [[row["sync"], row["op"], row["row_key"]] for row in rows.to_pylist()],
        }
    )


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan read back from a file."""

    plan_id: str
    meaning: str
    changes: pa.Table


def read_plan(text: str) -> KeptPlan:
    """Read a plan file; raises ``UsageError`` for anything else."""
    wrong = UsageError("This is not a plan file.", "Make one with `dataout plan --out FILE`.")
    try:
        content = json.loads(text)
        if content["dataout_plan"] != 1:
            raise wrong
        rows = [dict(zip(CHANGES.names, change, strict=True)) for change in content["changes"]]
        changes = pa.Table.from_pylist(rows, schema=CHANGES)
        return KeptPlan(str(content["plan_id"]), str(content["meaning"]), changes)
    except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise wrong from error


def keep_only(engine: Engine, kept: KeptPlan) -> Mapping[str, int]:
    """Leave in ``changes`` only what the kept plan holds too; count per sync what moved on."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE planned (sync VARCHAR, op VARCHAR, row_key VARCHAR)"
    )
    engine.append("planned", kept.changes)
    moved = engine.query(
        "SELECT p.sync, count(*) AS entries FROM planned AS p "
        "ANTI JOIN changes AS c ON c.sync = p.sync AND c.op = p.op AND c.row_key = p.row_key "
        "GROUP BY p.sync"
    )
    engine.execute(
        "DELETE FROM changes "
        "WHERE (sync, op, row_key) NOT IN (SELECT (sync, op, row_key) FROM planned)"
    )
    return {row["sync"]: int(row["entries"]) for row in moved.to_pylist()}
