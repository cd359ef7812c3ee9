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
from dataout.sql import schema
from dataout.store.database import Store

ENGINE_FILE = "engine.duckdb"
STORE_FILE = "store.sqlite"


def state_folder(project: Path, environment: str) -> Path:
    """Say where an environment's state lives."""
    return project / ".dataout" / environment


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

    Raises ``Locked`` while another process has it, ``StateTooNew`` if a newer dataout wrote it.
    """
    path = folder / ENGINE_FILE
    with private_files():
        folder.mkdir(parents=True, exist_ok=True)
        engine = DuckDB(path)
        fresh = schema.version(engine) == 0
        if schema.outdated(engine):
            if not fresh:
                engine.close()
                shutil.copy2(path, path.with_suffix(".backup"))
                engine = DuckDB(path)
            schema.migrate(engine)
    schema.prepare(engine)
    return engine


def memory_engine() -> DuckDB:
    """Open an engine that lives in memory only."""
    engine = DuckDB()
    schema.migrate(engine)
    schema.prepare(engine)
    return engine


def open_store(folder: Path) -> Store:
    """Open the store of an environment."""
    with private_files():
        folder.mkdir(parents=True, exist_ok=True)
        return Store(f"sqlite:///{folder / STORE_FILE}")
