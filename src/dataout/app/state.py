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

from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from dataout.engines.duckdb import DuckDB
from dataout.errors import EngineError, Locked, StateError
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

    Raises ``Locked`` while another process has it, ``StateTooNew`` if a newer dataout wrote it,
    ``StateError`` where it cannot be opened at all.
    """
    path = folder / ENGINE_FILE
    with private_files():
        _make(folder)
        engine = _opened(path)
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


def _opened(path: Path) -> DuckDB:
    try:
        return DuckDB(path)
    except EngineError as error:
        raise StateError(str(error), error.hint) from error


def _up_to_date(engine: DuckDB, path: Path) -> DuckDB:
    """Migrate an older state, after a copy of it was made."""
    fresh = schema.version(engine) == 0
    if not schema.outdated(engine):
        return engine
    if not fresh:
        engine.close()
        shutil.copy2(path, path.with_suffix(".backup"))
        engine = _opened(path)
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
    with private_files(), store_troubles(folder):
        _make(folder)
        return Store(f"sqlite:///{folder / STORE_FILE}")


@contextmanager
def store_troubles(folder: Path) -> Iterator[None]:
    """Say what is wrong with a store's file: ``Locked`` while it is in use, else ``StateError``."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, (IntegrityError, ProgrammingError)):
            raise
        if "locked" in str(error.orig):
            raise Locked(
                "Another program uses the store of this environment.", "Wait until it ends."
            ) from error
        raise StateError(
            f"The store's file {folder / STORE_FILE} cannot be used: {error.orig}.",
            "It holds how runs ended, and nothing that the next one needs: move it away, and a new "
            "one is made.",
        ) from error
