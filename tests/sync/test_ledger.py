"""The table of belief (docs/semantics.md), row by row, and what silence means."""

from __future__ import annotations

import pytest

from dataout.app.state import memory_engine
from dataout.model.delivery import Accepted, BatchId, Op, Receipt, RemoteId
from dataout.model.people import Field, Instant, RowKey
from dataout.sql.named import statement
from dataout.sync.ledger import Parcel, open_parcels, record, write_ahead

ADDED = [("add", "sent"), ("add", "accepted")]
REMOVED = [*ADDED, ("remove", "sent"), ("remove", "accepted")]
MAYBE = [("add", "sent"), ("add", "unknown")]
NEVER: list[tuple[str, str]] = []

TABLE = [
    # history, what to do when desired, what to do when not
    (NEVER, "add", None),
    (REMOVED, "add", "nothing"),
    (ADDED, "unchanged", "remove"),
    (MAYBE, "add", "remove"),
    ([("add", "sent")], "open", "remove"),
    ([*REMOVED, ("add", "sent")], "open", "remove"),
    ([*ADDED, ("remove", "sent")], "open", "open"),
    ([("add", "sent"), ("add", "deferred")], "open", "remove"),
    ([("add", "sent"), ("add", "rejected")], "rejected", "nothing"),
    ([*ADDED, ("remove", "sent"), ("remove", "rejected")], "unchanged", "overdue"),
    ([("add", "sent"), ("add", "refused")], "add", "nothing"),
    ([*ADDED, ("remove", "sent"), ("remove", "refused")], "unchanged", "remove"),
    ([*ADDED, ("remove", "released")], "add", "nothing"),
    ([*ADDED, ("remove", "sent"), ("remove", "unknown")], "add", "remove"),
]
DAY = 86_400_000


def standing(history, *, desired, now=DAY):
    engine = memory_engine()
    for seq, (op, outcome) in enumerate(history):
        row = [seq, "s", "k", "b", op, outcome, "", DAY]
        engine.execute("INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    if desired:
        engine.execute("INSERT INTO desired VALUES ('s', 'k', 1, '{}')")
    engine.execute(statement("ledger", "standing"), {"sync": "s", "now": now})
    rows = engine.query("SELECT todo FROM standing").to_pylist()
    return rows[0]["todo"] if rows else None


@pytest.mark.parametrize(("history", "wanted", "unwanted"), TABLE)
def test_belief(history, wanted, unwanted):
    assert standing(history, desired=True) == wanted
    assert standing(history, desired=False) == unwanted


@pytest.mark.parametrize(
    ("history", "desired", "todo"),
    [
        ([("add", "sent"), ("add", "rejected")], True, "add"),
        ([*ADDED, ("remove", "sent"), ("remove", "rejected")], False, "remove"),
    ],
)
def test_what_was_rejected_is_tried_again_after_a_while(history, desired, todo):
    assert standing(history, desired=desired, now=3 * DAY) == todo


def test_silence_is_deferred_and_never_success():
    engine = memory_engine()
    spoken, silent = RowKey("spoken"), RowKey("silent")
    values = {Field.EMAIL: "0" * 64}
    content = {spoken: values, silent: values}
    parcel = Parcel(BatchId("b"), "s", "r", Op.ADD, RemoteId("1"), content)
    write_ahead(engine, parcel, Instant(1))
    record(engine, parcel, Receipt({spoken: Accepted()}), Instant(2))
    rows = engine.query("SELECT row_key, held, open_op FROM believed ORDER BY row_key").to_pylist()
    assert rows == [
        {"row_key": "silent", "held": "never", "open_op": "add"},
        {"row_key": "spoken", "held": "added", "open_op": None},
    ]
    assert [again.id for again in open_parcels(engine, "s")] == [parcel.id]
    record(engine, parcel, Receipt({spoken: Accepted(), silent: Accepted()}), Instant(3))
    assert open_parcels(engine, "s") == []
