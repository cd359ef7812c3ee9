"""The control plane: what exists once per run. SQLite by default; any SQLAlchemy URL works.

Batches and receipts live with the data; here are copies for people to look at, written afterwards
and idempotent by batch id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from dataout.errors import Locked, StateError, StateTooNew
from dataout.model.people import Instant

VERSION = 1
METADATA = sa.MetaData()
SCHEMA_VERSION = sa.Table(
    "schema_version", METADATA, sa.Column("version", sa.Integer, nullable=False)
)
RUNS = sa.Table(
    "runs",
    METADATA,
    sa.Column("run_id", sa.String(64), primary_key=True),
    sa.Column("command", sa.String(32), nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger, nullable=False),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
)
RECEIPTS = sa.Table(
    "receipts",
    METADATA,
    sa.Column("batch_id", sa.String(255), primary_key=True),
    sa.Column("sync", sa.String(255), nullable=False),
    sa.Column("op", sa.String(16), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("closed_at", sa.BigInteger, nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One pass, as it ended; ``summary`` is the command's own result."""

    run_id: str
    command: str
    started_at: Instant
    finished_at: Instant
    status: str
    summary: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """The copy of a closed batch."""

    batch_id: str
    sync: str
    op: str
    size: int
    created_at: Instant
    closed_at: Instant
    receipt: str


@contextmanager
def store_troubles(name: str) -> Iterator[None]:
    """Say what is wrong with a store's file: ``Locked`` while it is in use, else ``StateError``."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, IntegrityError | ProgrammingError):
            raise
        if "locked" in str(error.orig):
            raise Locked(
                "Another program uses the store of this environment.", "Wait until it ends."
            ) from error
        raise StateError(
            f"The store's file {name} cannot be used: {error.orig}.",
            "It holds how runs ended, and nothing that the next one needs: move it away, and a new "
            "one is made.",
        ) from error


class Store:
    """Runs and receipts behind a database URL; creates its tables, refuses those of the future."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url)
        with self._engine.begin() as connection:
            METADATA.create_all(connection)
            found = connection.execute(sa.select(sa.func.max(SCHEMA_VERSION.c.version))).scalar()
            if found is None:
                connection.execute(SCHEMA_VERSION.insert().values(version=VERSION))
            elif found > VERSION:
                raise StateTooNew(
                    f"The store has schema version {found}; this dataout knows up to {VERSION}.",
                    "Install the dataout that wrote it, or a newer one.",
                )

    def save_run(self, run: RunRecord) -> None:
        """Keep how a run ended."""
        with self._engine.begin() as connection:
            connection.execute(
                RUNS.insert().values(
                    run_id=run.run_id,
                    command=run.command,
                    started_at=int(run.started_at),
                    finished_at=int(run.finished_at),
                    status=run.status,
                    summary=json.dumps(run.summary),
                )
            )

    def last_runs(self, most: int) -> Sequence[RunRecord]:
        """Read the newest runs, newest first."""
        query = sa.select(RUNS).order_by(RUNS.c.started_at.desc()).limit(most)
        with self._engine.connect() as connection:
            return [
                RunRecord(
                    row.run_id,
                    row.command,
                    Instant(row.started_at),
                    Instant(row.finished_at),
                    row.status,
                    json.loads(row.summary),
                )
                for row in connection.execute(query)
            ]

    def newest_receipt(self) -> Instant:
        """Say up to when receipts were copied."""
        with self._engine.connect() as connection:
            newest = connection.execute(sa.select(sa.func.max(RECEIPTS.c.closed_at))).scalar()
        return Instant(newest or 0)

    def copy_receipts(self, receipts: Sequence[ReceiptRecord]) -> None:
        """Add copies of closed batches; one that is known already is left alone."""
        with self._engine.begin() as connection:
            known = set(
                connection.execute(
                    sa.select(RECEIPTS.c.batch_id).where(
                        RECEIPTS.c.batch_id.in_([receipt.batch_id for receipt in receipts])
                    )
                ).scalars()
            )
            for receipt in receipts:
                if receipt.batch_id not in known:
                    connection.execute(
                        RECEIPTS.insert().values(
                            batch_id=receipt.batch_id,
                            sync=receipt.sync,
                            op=receipt.op,
                            size=receipt.size,
                            created_at=int(receipt.created_at),
                            closed_at=int(receipt.closed_at),
                            receipt=receipt.receipt,
                        )
                    )

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()
