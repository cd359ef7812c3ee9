"""People, events and lists in memory, and segments over them: for tests and ``evaluate``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dataout.app import state
from dataout.audiences.evaluate import evaluate, members
from dataout.errors import UsageError
from dataout.ingest.intake import LoadOptions
from dataout.ingest.load import load_rows
from dataout.model.people import Instant, ProfileId
from dataout.ports import Engine
from dataout.segments.atoms import program
from dataout.segments.tree import Condition
from dataout.sql.scope import Scope

EXAMPLES = 3
"""So many rows that cannot be taken in are named."""

Rows = Iterable[Mapping[str, Any]] | Any
"""Dicts, or any table that speaks the Arrow PyCapsule interface."""


@dataclass(frozen=True, slots=True)
class Memory:
    """An engine in memory. What has no time of its own was always so, and was always known.

    Rows are taken in all or not at all: one that ``load`` would keep as a reject is a
    ``UsageError`` here, since nobody would look at rejects in memory.
    """

    zone: str = "UTC"
    engine: Engine = field(default_factory=state.memory_engine)

    def add_profiles(self, rows: Rows) -> None:
        """Take in rows ``{profile_id, attributes, set_at?, received_at?}``."""
        self._load("profiles", rows, "profiles")

    def add_events(self, rows: Rows) -> None:
        """Take in rows ``{profile_id, event, event_time, properties, event_id?, received_at?}``."""
        self._load("events", rows, "events")

    def add_list(self, name: str, rows: Rows) -> None:
        """Take in rows ``{profile_id, member?, set_at?, received_at?}`` of a list."""
        self._load(f"list:{name}", rows, f"lists[{name!r}]")

    def _load(self, kind: str, rows: Rows, title: str) -> None:
        options = LoadOptions(now=Instant(0), zone=self.zone, received="event_time")
        count = load_rows(self.engine, kind, rows, options).rejected
        if not count:
            return
        first = self.engine.query(
            "SELECT line, reason FROM rejects WHERE kind = $kind ORDER BY line LIMIT $most",
            {"kind": kind, "most": EXAMPLES},
        ).to_pylist()
        told = "; ".join(f"{title}[{row['line'] - 1}]: {row['reason']}" for row in first)
        raise UsageError(
            f"{count} row{'s' * (count != 1)} of {title} cannot be taken in: {told}"
            f"{' …' if count > len(first) else '.'}",
            "Mend them or leave them out; positions count from 0.",
        )

    def scope(self, at: Instant, known_at: Instant | None = None) -> Scope:
        """Look at everybody, at an instant."""
        return Scope(at, known_at, self.zone)

    def evaluate(
        self,
        segments: Mapping[str, Condition],
        at: Instant,
        known_at: Instant | None = None,
        names: Iterable[str] | None = None,
    ) -> Mapping[str, str]:
        """Evaluate segments (``names``: only these); gives the column of each."""
        return evaluate(self.engine, program(segments, names), self.scope(at, known_at))

    def members(
        self, columns: Mapping[str, str], names: Iterable[str]
    ) -> Mapping[str, frozenset[ProfileId]]:
        """List the members of evaluated segments."""
        return members(self.engine, columns, names)

    def slot(self, profile_id: str) -> int:
        """Find the number by which the engine knows a profile."""
        rows = self.engine.query(
            "SELECT slot FROM profiles WHERE profile_id = $profile_id", {"profile_id": profile_id}
        )
        return int(rows.to_pylist()[0]["slot"])
