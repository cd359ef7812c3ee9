"""What the loading tests share: an engine in memory, files on disk, history as plain rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dataout.engines.duckdb import DuckDB
from dataout.ingest.intake import LoadOptions
from dataout.model.people import Instant
from dataout.sql.schema import migrate, prepare

NOW = Instant(1_800_000_000_000)

EVENTS = """
SELECT profile_id, name, event_time, received_at, source, event_id, backfill,
  CAST(CAST(properties AS JSON) AS VARCHAR) AS properties
FROM events JOIN profiles USING (slot) ORDER BY landing
"""
ATTRIBUTES = """
SELECT profile_id, name, CAST(CAST(value AS JSON) AS VARCHAR) AS value, set_at, received_at
FROM attributes JOIN profiles USING (slot) ORDER BY landing, name
"""
MEMBERS = """
SELECT list, profile_id, member, set_at, received_at
FROM list_members JOIN profiles USING (slot) ORDER BY landing
"""

OBJECTS = """
SELECT type, object_id, name, CAST(CAST(value AS JSON) AS VARCHAR) AS value, set_at, received_at
FROM object_attributes ORDER BY landing, name
"""
RELATIONSHIPS = """
SELECT type, object_id, profile_id, related,
  CAST(CAST(attributes AS JSON) AS VARCHAR) AS attributes, set_at, received_at
FROM relationships JOIN profiles USING (slot) ORDER BY landing
"""
DELETIONS = """
SELECT profile_id, deleted, set_at, received_at
FROM deletions JOIN profiles USING (slot) ORDER BY landing
"""


class History(DuckDB):
    """An engine that shows what it holds."""

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(row.values()) for row in self.query(sql).to_pylist()]

    def events(self) -> list[tuple[object, ...]]:
        return self.rows(EVENTS)

    def attributes(self) -> list[tuple[object, ...]]:
        return self.rows(ATTRIBUTES)

    def members(self) -> list[tuple[object, ...]]:
        return self.rows(MEMBERS)

    def deletions(self) -> list[tuple[object, ...]]:
        return self.rows(DELETIONS)

    def rejects(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT file, line, reason, record FROM rejects ORDER BY file, line")


def make_history() -> History:
    engine = History()
    migrate(engine)
    prepare(engine)
    return engine


@pytest.fixture
def engine() -> Iterator[History]:
    engine = make_history()
    yield engine
    engine.close()


@pytest.fixture
def objects(engine: History) -> Callable[[], list[tuple[object, ...]]]:
    return lambda: engine.rows(OBJECTS)


@pytest.fixture
def relationships(engine: History) -> Callable[[], list[tuple[object, ...]]]:
    return lambda: engine.rows(RELATIONSHIPS)


@pytest.fixture
def options() -> LoadOptions:
    return LoadOptions(now=NOW)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
