"""An environment's state on disk: ``.dataout/ENV/`` with the engine's file and the store's.

Folders are 0700 and files 0600, whatever the user's umask. Each file knows its schema version: a
newer one is refused, an older one is copied aside and then migrated.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dataout.engines.duckdb import DuckDB
from dataout.errors import StateError
from dataout.sql import schema
from dataout.store.database import Store, store_troubles

ENGINE_FILE = "engine.duckdb"
STORE_FILE = "store.sqlite"


@contextmanager
def private_files() -> Iterator[None]:
    """Create files and folders for their owner only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def open_engine(folder: Path) -> DuckDB:
    """Open the engine of an environment, its schema up to date.

    Raises ``Locked`` while another process has it, ``StateTooNew`` if a newer dataout wrote it,
    ``StateError`` where it cannot be opened at all.
    """
    path = folder / ENGINE_FILE
    with private_files():
        _make(folder)
        engine = DuckDB(path)
        try:
            engine = _up_to_date(engine, path)
        except BaseException:
            engine.close()
            raise
    schema.prepare(engine)
    return engine


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(
            f"The environment's state cannot be kept in {folder}: {error.strerror}.",
            "The project's folder has to be writable.",
        ) from error


def _up_to_date(engine: DuckDB, path: Path) -> DuckDB:
    """Migrate an older state, after a copy of it was made."""
    fresh = schema.version(engine) == 0
    if not schema.outdated(engine):
        return engine
    if not fresh:
        engine.close()
        shutil.copy2(path, path.with_suffix(".backup"))
        engine = DuckDB(path)
    schema.migrate(engine)
    return engine


def memory_engine() -> DuckDB:
    """Open an engine that lives in memory only."""
    engine = DuckDB()
    schema.migrate(engine)
    schema.prepare(engine)
    return engine


def open_store(folder: Path) -> Store:
    """Open the store of an environment. Raises ``StateTooNew``, or what ``store_troubles`` does."""
    path = folder / STORE_FILE
    with private_files(), store_troubles(str(path)):
        _make(folder)
        return Store(f"sqlite:///{path}")
