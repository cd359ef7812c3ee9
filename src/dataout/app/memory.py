"""People, events and lists in memory, and segments over them: for tests and ``evaluate``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dataout.app import state
from dataout.audiences.evaluate import evaluate, members
from dataout.audiences.ready import Ticking, ticking
from dataout.audiences.ticks import tick
from dataout.errors import UsageError
from dataout.identity.merging import PLAIN_SOURCES, MergeRules
from dataout.ingest.as_known import as_known
from dataout.ingest.intake import LoadOptions
from dataout.ingest.load import load_rows
from dataout.ingest.splits import split
from dataout.model.people import Instant, ProfileId
from dataout.ports import Engine
from dataout.segments.formulas import Program
from dataout.segments.translate import Definitions, program
from dataout.sql.scope import Scope

PLAIN_RULES = MergeRules(sources=PLAIN_SOURCES)
"""Only what has one ``profile_id`` is one person, and anonymous ids are who claims them."""

Rows = Iterable[Mapping[str, Any]] | Any
"""Dicts, or any table that speaks the Arrow PyCapsule interface."""


@dataclass(frozen=True, slots=True)
class Memory:
    """An engine in memory. What has no time of its own was always so, and was always known.

    Of rows among which one cannot be taken in, none is: a ``UsageError`` names the first ones.
    """

    zone: str = "UTC"
    identity: MergeRules = PLAIN_RULES
    engine: Engine = field(default_factory=state.memory_engine)

    def add_profiles(self, rows: Rows, received_at: Instant | None = None) -> None:
        """Take in rows ``{profile_id, attributes?, deleted?, set_at?, received_at?}``."""
        self._load("profiles", rows, received_at)

    def add_events(self, rows: Rows, received_at: Instant | None = None) -> None:
        """Take in rows ``{profile_id, event, event_time, properties, event_id?, op?, …}``."""
        self._load("events", rows, received_at)

    def add_objects(self, rows: Rows, received_at: Instant | None = None) -> None:
        """Take in rows ``{type, object_id, attributes?, profile_id?, via?, set_at?, …}``."""
        self._load("objects", rows, received_at)

    def add_list(self, name: str, rows: Rows, received_at: Instant | None = None) -> None:
        """Take in profile ids, or rows ``{profile_id, member?, set_at?, received_at?}``."""
        members = [_list_row(row) for row in _table(f"list {name}", rows)]
        self._load(f"list:{name}", members, received_at)

    def _load(self, kind: str, rows: Rows, received_at: Instant | None) -> None:
        if received_at is None:
            options = LoadOptions(now=Instant(0), zone=self.zone, received="event_time")
        else:
            options = LoadOptions(now=received_at, zone=self.zone)
        options = replace(options, identity=self.identity)
        load_rows(self.engine, kind, _table(kind, rows), replace(options, complete=True))

    def scope(self, at: Instant, known_at: Instant | None = None) -> Scope:
        """Look at everybody, at an instant."""
        return Scope(at, known_at, self.zone)

    def evaluate(
        self,
        definitions: Definitions,
        at: Instant,
        known_at: Instant | None = None,
        names: Iterable[str] | None = None,
    ) -> Mapping[str, str]:
        """Evaluate segments (``names``: only these); gives the column of each."""
        with as_known(self.engine, known_at):
            return evaluate(self.engine, program(definitions, names), self.scope(at, known_at))

    def members(
        self, columns: Mapping[str, str], names: Iterable[str]
    ) -> Mapping[str, frozenset[ProfileId]]:
        """List the members of evaluated segments."""
        return members(self.engine, columns, names)

    def ready(self, asked: Program) -> Ticking:
        """Compile a program, to tick with."""
        return ticking(asked, self.zone, self.engine.dialect)

    def tick(self, ready: Ticking, at: Instant) -> None:
        """Bring memberships up to an instant; see ``audiences.ticks``."""
        tick(self.engine, ready, at)

    def split(self, person: str, at: Instant) -> tuple[str, ...]:
        """Undo a merge; see ``ingest.splits``."""
        return tuple(split(self.engine, person, self.identity, at))

    def slot(self, profile_id: str) -> int:
        """Find the number by which the engine knows a profile."""
        rows = self.engine.query(
            "SELECT slot FROM everyone WHERE profile_id = $profile_id", {"profile_id": profile_id}
        )
        return int(rows.to_pylist()[0]["slot"])


def _table(kind: str, rows: Rows) -> Rows:
    """Refuse what is no table: the letters of a text are no people."""
    plain = isinstance(rows, Iterable) and not isinstance(rows, str | bytes | Mapping)
    if plain or hasattr(rows, "__arrow_c_stream__"):
        return rows
    raise UsageError(
        f"{kind}: these are no rows but a {type(rows).__name__}.",
        "Give a list of dictionaries, or a table that speaks Arrow.",
    )


def _list_row(row: Any) -> Any:
    return row if isinstance(row, Mapping) else {"profile_id": row}
