"""The way of every record: staged, read, told from what is known, kept or rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

import pyarrow as pa

from dataout.errors import UsageError
from dataout.identity.merging import MergeRules
from dataout.ingest.graph import bring_up
from dataout.ingest.mapping import RecordMapping
from dataout.ingest.sources import BadLine, Chunk, Source, column_names
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.sql.named import statement
from dataout.sql.recipe import Recipe
from dataout.sql.records import SKEW, Reading, read_statement

Progress = Callable[[int, int | None], None]
"""Told how many records of a file have been read, and how many there are, where that is known."""

AHEAD = "event_time: ahead of its arrival"
IDENTIFYING = ("events", "profiles")
"""The kinds of records that may say who is who."""

REASONS = 3
"""How many are told of rows that cannot be taken in."""

NOT_FINITE = "number: NaN or infinite, taken as absent"


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How records are read.

    ``now`` is the instant of loading. ``zone`` (IANA) holds for texts without offset, ``source``
    for events that name none; a mapping may say otherwise, and where it names a source but no zone,
    ``zones`` may have that source's. ``received`` says when a record without ``received_at`` was
    received: ``now``, or when it happened (attributes and lists: always).
    ``skew`` is the lead in milliseconds by which a source's clock may run ahead. ``known`` names
    the events that a strict catalog allows (None: any). ``complete``: there is nobody to mend
    rejects, so a record that is wrong by itself is a ``UsageError``, and none is taken in.
    ``identity`` says by what profiles merge.
    """

    now: Instant
    zone: str = "UTC"
    source: str = ""
    mapping: RecordMapping | None = None
    received: Literal["now", "event_time"] = "now"
    skew: int = SKEW
    known: frozenset[str] | None = None
    complete: bool = False
    zones: Mapping[str, str] = field(default_factory=dict)
    identity: MergeRules = field(default_factory=MergeRules)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the records: each is one of the four.

    ``reasons`` counts the rejected ones by reason, ``notes`` what else is to be said. A profile
    or list record, or one about an object, is a duplicate when it says nothing that was not known.
    """

    loaded: int = 0
    duplicates: int = 0
    rejected: int = 0
    skipped: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Loaded) -> Loaded:
        return Loaded(
            self.loaded + other.loaded,
            self.duplicates + other.duplicates,
            self.rejected + other.rejected,
            self.skipped + other.skipped,
            Counter(self.reasons) + Counter(other.reasons),
            Counter(self.notes) + Counter(other.notes),
        )


@dataclass(frozen=True, slots=True)
class Intake:
    """One load: ``kind`` as the caller wrote it, ``mapping`` the mapping file's path or empty."""

    engine: Engine
    recipe: Recipe
    options: LoadOptions
    kind: str
    mapping: str

    def run(self, source: Source, progress: Progress | None) -> Loaded:
        """Take in a source: all of it, or nothing.

        Reading goes on outside the transaction (what a transaction has not committed is read by
        one thread only); a source that breaks off leaves nothing but working tables behind.
        """
        extent = self._extent(source.name)
        self._do("parsed")
        names = ("text",) if source.columns is None else column_names(len(source.columns))
        self.engine.execute(_chunk_table(names, source.types))
        reading = self._reading(keep=extent["rejects"] > 0)
        reading = replace(reading, columns=source.columns, types=source.types, typed=source.typed)
        done = absent = 0
        for chunk in source.chunks():
            self._stage(source, chunk, done)
            self._read(reading)
            self.engine.execute("TRUNCATE load_chunk")
            done += chunk.table.num_rows + len(chunk.bad)
            absent += chunk.absent
            if progress is not None:
                progress(done, source.rows)
        return self._settle(extent, {NOT_FINITE: absent}, source)

    def again(self, was: str) -> Loaded:
        """Read the rejects of this kind once more; ``was`` is the mapping they were read with.

        Another one than that takes away what it can read, and nothing else.
        """
        extent = self._extent("")
        self._do("parsed")
        self.engine.execute(_chunk_table(("text",), ("VARCHAR",)))
        self._do("staged_rejects", self.kind, was)
        self._read(self._reading(keep=True))
        foreign = self.mapping != was
        if foreign and self.recipe.fields:
            self._do("unlike")
        return self._settle({**extent, "rejects": 1}, {}, None, foreign=foreign)

    def _read(self, reading: Reading) -> None:
        """Read what is staged."""
        parameters = [self.options.now] if reading.arrival else []
        self.engine.execute(read_statement(self.recipe, reading), parameters)

    def _settle(
        self,
        extent: Mapping[str, int],
        notes: Mapping[str, int],
        source: Source | None,
        *,
        foreign: bool = False,
    ) -> Loaded:
        """Add what was read to history, and what cannot be to the rejects."""
        [counts] = self._rows("counts")
        if counts["rejected"] and self.options.complete:
            raise _incomplete(self.kind, counts["rejected"], self._rows("reasons"))
        if counts["corrections"]:
            self._do("strangers", of="versions")
            [counts] = self._rows("counts")
        good, rejected, skipped = counts["good"], counts["rejected"], counts["skipped"]
        reasons = self._rows("reasons") if rejected else []
        with self.engine.transaction():
            loaded = self._history(extent, counts) if good else 0
            if good and self.recipe.kind in IDENTIFYING:
                claims = counts["anonymous"] > 0
                bring_up(self.engine, self.options.identity, self.options.now, claims=claims)
            if rejected or extent["rejects"]:
                self._rejects(foreign=foreign)
            if source is not None and source.is_file:
                came_to = [loaded, good - loaded, rejected, skipped]
                self._do("loaded", source.name, self.kind, self.options.now, *came_to)
        self.engine.execute("TRUNCATE load_parsed")
        noted = {AHEAD: counts["early"], **notes}
        return Loaded(
            loaded,
            good - loaded,
            rejected,
            skipped,
            {str(row["reason"]): row["records"] for row in reasons},
            {note: count for note, count in noted.items() if count},
        )

    def _reading(self, *, keep: bool) -> Reading:
        options = self.options
        return Reading(
            arrival=options.received == "now",
            keep=keep,
            skew=options.skew,
            default_source=options.source,
        )

    def _extent(self, file: str) -> Mapping[str, int]:
        [extent] = self._rows("extent", self.kind, file)
        return extent

    def _stage(self, source: Source, chunk: Chunk, done: int) -> None:
        count = chunk.table.num_rows
        table = chunk.table.append_column("row", pa.array(range(done + 1, done + count + 1)))
        table = table.append_column("line", chunk.lines)
        self.engine.append("load_chunk", self._arrived(table, source.name))
        if chunk.bad:
            bad = _bad_lines(chunk.bad, done + count)
            self.engine.append("load_parsed", self._arrived(bad, source.name))

    def _arrived(self, table: pa.Table, file: str) -> pa.Table:
        count = table.num_rows
        table = table.append_column("file", pa.repeat(pa.scalar(file, pa.string()), count))
        return table.append_column(
            "arrived", pa.repeat(pa.scalar(self.options.now, pa.int64()), count)
        )

    def _history(self, extent: Mapping[str, int], counts: Mapping[str, int]) -> int:
        """Add people and what is said of them; answer how many records said something new."""
        self._do("profiles")
        self._do("news")
        match self.recipe.kind:
            case "events":
                return self._events(extent)
            case "profiles":
                self._do("several")
                self._do("said_of_people")
                self._do("stated_attributes")
                self._add_new("attributes")
                if counts["deletions"]:
                    self._do("stated_deletions")
                    self._add_new("deletions")
            case "list":
                self._do("several")
                self._do("stated_members", self.recipe.list_name)
                self._add_new("list_members")
            case "objects":
                self._do("several_objects")
                self._do("said_of_objects")
                self._do("stated_attributes")
                self._add_new("object_attributes")
                self._relationships()
            case "relationships":
                self._relationships()
        [changed] = self._rows("changed", extent["slots"])
        return changed["records"]

    def _events(self, extent: Mapping[str, int]) -> int:
        """Add events, then settle those of which several copies count; answer how many are new."""
        self._do("repeated")
        self._do("contested", of="versions")
        self._do("events", extent["landing"])
        [after] = self.engine.query("SELECT count(*) AS events FROM events").to_pylist()
        added = int(after["events"]) - extent["events"]
        [contested] = self._rows("are_contested", of="versions")
        if not contested["events"]:
            return added
        self._do("copies", extent["landing"], of="versions")
        for name in ("outdone", "superseded", "versions", "withdrawals", "rewritten"):
            self._do(name, of="versions")
        [versions] = self._rows("versions_added", of="versions")
        return added + versions["records"]

    def _relationships(self) -> None:
        self._do("several")
        self._do("stated_relationships")
        self._add_new("relationships")

    def _add_new(self, table: str) -> None:
        """Add to a history what records state and it does not know yet."""
        self._do(f"known_{table}")
        self._do("fresh")
        self._do(table)
        self._do("noted")

    def _rejects(self, *, foreign: bool) -> None:
        self._do("identified", self.kind)
        if foreign:
            self._do("taken_in")
            return
        self._do("released")
        self._do("renewed", self.mapping)
        self._do("rejected", self.kind, self.mapping)

    def _do(self, name: str, *parameters: object, of: str = "load") -> None:
        self.engine.execute(statement(of, name), parameters)

    def _rows(self, name: str, *parameters: object, of: str = "load") -> list[dict[str, int]]:
        table = self.engine.query(statement(of, name), parameters)
        return cast("list[dict[str, int]]", table.to_pylist())


def _incomplete(kind: str, count: int, reasons: Sequence[Mapping[str, int]]) -> UsageError:
    """Say which rows cannot be taken in: of each reason the first; reasons hold no values."""
    named = [f"row {row['line']} ({row['reason']})" for row in reasons[:REASONS]]
    more = ", …" if count > len(named) else ""
    rows = "1 row" if count == 1 else f"{count:,} rows"
    return UsageError(
        f"{kind}: {rows} cannot be taken in: {', '.join(named)}{more}.",
        "Rows count from 1. Mend them, or leave them out.",
    )


def _chunk_table(names: Sequence[str], types: Sequence[str]) -> str:
    cells = [f"{name} {type_}" for name, type_ in zip(names, types, strict=True)]
    common = ['"row" BIGINT', "line BIGINT", "file VARCHAR", "arrived BIGINT"]
    return f"CREATE OR REPLACE TEMP TABLE load_chunk ({', '.join(common + cells)})"


def _bad_lines(bad: tuple[BadLine, ...], done: int) -> pa.Table:
    return pa.table(
        {
            "row": pa.array(range(done + 1, done + len(bad) + 1), pa.int64()),
            "line": pa.array([line.line for line in bad], pa.int64()),
            "problem": pa.array([line.problem for line in bad], pa.string()),
            "record": pa.array([line.text for line in bad], pa.string()),
            "skipped": pa.array([False] * len(bad)),
        }
    )
