"""Keyed streams fed from an engine: whole from history, and then with what arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import pyarrow as pa

from dataout.model.membership import Cause
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.segments.atoms import Source
from dataout.sql import feeds
from dataout.sql.named import statement
from dataout.ticks.columns import (
    Amount,
    Code,
    Column,
    Landing,
    Least,
    Member,
    Moment,
    Most,
    Number,
    Passes,
    Received,
    Rows,
    Usable,
    When,
)
from dataout.ticks.feeding import Codes, fed
from dataout.ticks.needs import AttributeRows, DeletionRows, ListRows, Origin, SeenRows
from dataout.ticks.news import Arrivals

BATCH = 500_000
"""Rows that come from the engine at once."""


TABLES = (
    "profiles",
    "events",
    "attributes",
    "list_members",
    "relationships",
    "object_attributes",
    "withdrawals",
    "deletions",
    "merges",
)
"""The tables of history, as the last tick counts what arrived in them."""

UNREAD = ("relationships", "object_attributes", "withdrawals", "merges")
"""Those of which no stream is made."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far history went: the last arrival in each table, and what the last tick had seen.

    ``ticked`` is None before the first tick; ``keyed`` are the segments whose edges stand in the
    memory of some server.
    """

    arrived: Mapping[str, int]
    rewritten: int
    ticked: Mapping[str, int] | None
    keyed: frozenset[str]

    @property
    def news(self) -> bool:
        """Say whether anything arrived since the last tick."""
        ticked = self.ticked
        return ticked is None or any(ticked[table] < at for table, at in self.arrived.items())


def position(engine: Engine, before: Position | None) -> Position:
    """Read how far history goes now; ``before`` saves looking through what was there then."""
    known = dict.fromkeys((*TABLES, "rewritten"), 0)
    if before is not None:
        known = {**before.arrived, "rewritten": before.rewritten}
    found = engine.query(_sql("position"), known).to_pylist()
    arrived = known | {row["name"]: row["last"] for row in found if row["last"] is not None}
    rewritten = arrived.pop("rewritten")
    ticked = engine.query(_sql("ticked")).to_pylist()
    kept = engine.query(_sql("kept")).column("segment").to_pylist()
    return Position(arrived, rewritten, ticked[0] if ticked else None, frozenset(kept))


def history(
    engine: Engine,
    origin: Origin,
    columns: Sequence[Column],
    since: Instant | None,
    rules: tuple[str, Codes],
) -> Rows:
    """Read the rows of a stream out of history, events from ``since`` on (None: all of them).

    ``rules`` are the zone (IANA) of times without an offset, and the numbers of coded values.
    """
    zone, codes = rules
    source = _feed(origin, since, zone)
    others = [column for column in columns if column != Moment()]
    asked = [_kept(source, origin, column) for column in others]
    batches = engine.stream(source.query(asked, engine.dialect), rows=BATCH)
    return fed(_table(list(batches), len(asked)), others, codes)


def _table(batches: Sequence[pa.RecordBatch], columns: int) -> pa.Table:
    if batches:
        return pa.Table.from_batches(batches)
    names = ("slot", "moment", *(f"c{number}" for number in range(columns)))
    return pa.table({name: pa.array([], pa.int64()) for name in names})


def _feed(origin: Origin, since: Instant | None, zone: str) -> feeds.Feed:
    match origin:
        case Source():
            return feeds.of_events(origin, since, zone)
        case AttributeRows(name):
            return feeds.of_attribute(name, zone)
        case ListRows(name):
            return feeds.of_list(name, zone)
        case DeletionRows():
            return feeds.of_deletions(zone)
        case SeenRows():
            return feeds.of_first_seen(zone)
        case _:
            assert_never(origin)


def _kept(source: feeds.Feed, origin: Origin, column: Column) -> feeds.Kept:
    match column:
        case Received():
            return source.column("received_at")
        case Landing():
            return source.column("landing")
        case Member():
            return source.column("deleted" if isinstance(origin, DeletionRows) else "member")
        case Passes(path, tests):
            return source.passing(path, tests)
        case Code(path):
            return source.key(path)
        case When(path):
            return source.instant(path)
        case Number(path):
            return source.number(path)
        case Amount(path, items):
            return source.aggregated("sum", path, items)
        case Usable(path, items):
            return source.aggregated("usable", path, items)
        case Least(path, items):
            return source.aggregated("min", path, items)
        case Most(path, items):
            return source.aggregated("max", path, items)
        case Moment():
            raise AssertionError(column)
        case _:
            assert_never(column)


def is_told(before: Position, now: Position) -> bool:
    """Say whether what streams read tells of everybody of whom anything arrived since a tick.

    It does if that was the last tick, and nothing came but what streams are made of.
    """
    ticked = now.ticked
    same = ticked is not None and all(ticked[table] == before.arrived[table] for table in TABLES)
    return same and all(now.arrived[table] == before.arrived[table] for table in UNREAD)


def moved_since(engine: Engine, before: Position, now: Position) -> pa.Table | None:
    """List the profiles that merged with others or parted from them after ``before``."""
    after = before.arrived["merges"]
    if now.arrived["merges"] == after:
        return None
    return engine.query(_sql("moved"), {"after": after})


def arrivals(
    engine: Engine, before: Position, now: Position, moved: pa.Table | None, at: Instant
) -> Arrivals:
    """Read what arrived after ``before``, for a tick at an instant; ``moved`` as ``moved_since``.

    Of whom anything arrived, that itself tells (``is_told``), or else ``touched`` knows.
    """

    def since(table: str, query: str, **params: object) -> pa.Table | None:
        after = before.arrived[table]
        if now.arrived[table] == after:
            return None
        return engine.query(_sql(query), {"after": after, **params})

    def of(table: str) -> pa.Table | None:
        every = [since(table, f"new_{table}"), _of_moved(engine, before, table, moved, at)]
        return _together(every)

    renewed = None
    if now.rewritten > before.rewritten:
        renewed = engine.query(_sql("renewed"), {"after": before.rewritten})
    renewed = _together([renewed, moved])
    whose: dict[str, object] = {"renewed": _slots(renewed)}
    events = [since("events", "new_events", **whose)]
    if renewed is not None:
        events.append(engine.query(_sql("renewed_events"), whose))
    came = Arrivals(
        events=_together(events),
        attributes=of("attributes"),
        list_members=of("list_members"),
        deletions=of("deletions"),
        settings=None if renewed is None else engine.query(_sql("renewed_attributes"), whose),
        renewed=renewed,
        moved=moved,
        profiles=since("profiles", "new_profiles"),
    )
    told = is_told(before, now)
    return replace(came, heard=_heard(came) if told else engine.query(_sql("heard")))


def _of_moved(
    engine: Engine, before: Position, table: str, moved: pa.Table | None, at: Instant
) -> pa.Table | None:
    """Read what is known from before of people who merged or parted."""
    if moved is None:
        return None
    known = {"after": before.arrived[table], "moved": _slots(moved)}
    own = {"at": at} if table == "deletions" else {}
    return engine.query(_sql(f"moved_{table}"), known | own)


def _slots(table: pa.Table | None) -> list[int]:
    return [] if table is None else table.column("slot").to_pylist()


def _together(tables: Iterable[pa.Table | None]) -> pa.Table | None:
    some = [table for table in tables if table is not None]
    return pa.concat_tables(some) if some else None


def _heard(came: Arrivals) -> pa.Table:
    """Say of whom anything came, as ``touched`` does; somebody may be there more than once."""
    data = (came.events, came.attributes, came.list_members, came.renewed, came.profiles)
    slots = [each.column("slot").cast(pa.int64()) for each in data if each is not None]
    moved = [] if came.deletions is None else [came.deletions.column("slot").cast(pa.int64())]
    tables = [
        pa.table({"slot": each, "cause": pa.repeat(cause.value, len(each))})
        for cause, some in ((Cause.DATA, slots), (Cause.IDENTITY, moved))
        for each in some
    ]
    return pa.concat_tables(tables) if tables else _NOBODY


_NOBODY = pa.table({"slot": pa.array([], pa.int64()), "cause": pa.array([], pa.string())})


def _sql(name: str) -> str:
    return statement("feeds", name)
