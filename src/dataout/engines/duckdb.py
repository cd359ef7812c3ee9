"""DuckDB, embedded: the default engine, one file, one process."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from dataout.errors import EngineError, Locked, StateError
from dataout.ports import Params

DAMAGED = (duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
CORRUPT = ("Corrupt database file", "Data Corruption")
FOREIGN = "not a valid DuckDB database"
BACKUP = (
    "Restore it from a backup. Without one, data can be loaded again, but what the "
    "destinations hold is forgotten: empty the audiences there, then move the file away."
)
HINTS = (
    (
        (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
        "There is no room for it: make some, and call again. Nothing is half there.",
    ),
    (
        (errno.EACCES, errno.EPERM, errno.EROFS),
        "The project's folder has to be writable, and the file too.",
    ),
    ((errno.EIO,), f"The disk may be broken. {BACKUP}"),
)
"""What to do about the troubles of a machine."""


class DuckDB:
    """An engine in the file at ``path``; in memory without one.

    Raises ``Locked`` when another process has the file open (DuckDB shares it with nobody), and
    ``StateError`` when it cannot be opened. Every method raises ``StateError`` when the file is
    damaged, or when there is no room on disk or in memory.
    """

    dialect = "duckdb"

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        try:
            self._connection = duckdb.connect(str(path) if path else ":memory:")
        except duckdb.Error as error:
            raise _opening(error, path) from error
        self._connection.execute("SET TimeZone = 'UTC'")

    def execute(self, sql: str, params: Params = ()) -> None:
        """Run one statement."""
        with self._our_errors(sql):
            self._connection.execute(sql, params)

    def query(self, sql: str, params: Params = ()) -> pa.Table:
        """Run one query whose answer is small."""
        with self._our_errors(sql):
            return self._connection.sql(sql, params=params).to_arrow_table()

    def stream(self, sql: str, params: Params = (), rows: int = 10_000) -> Iterator[pa.RecordBatch]:
        """Run one query whose answer may be large; read it to its end before the next call."""
        with self._our_errors(sql):
            yield from self._connection.sql(sql, params=params).to_arrow_reader(rows)

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table by column name."""
        with self._our_errors(table):
            self._connection.register("appended", rows)
            try:
                self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM appended")
            finally:
                self._connection.unregister("appended")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.execute("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            with suppress(EngineError, StateError):  # the engine may have ended it by itself
                self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @contextmanager
    def _our_errors(self, sql: str) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            # What goes wrong while batches are streamed comes through Arrow.
            raise _fault(error, sql, self._path) from error


def _fault(error: Exception, sql: str, path: Path | None) -> EngineError | StateError:
    """Say what an error of DuckDB's means; ``path`` is the engine's file, None in memory.

    Of DuckDB's message nothing is passed on but the machine's own words: it quotes values, and
    values may be personal.
    """
    text = str(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        return StateError(
            "The engine has not enough memory, or not enough room on disk for what does not fit.",
            "Nothing of this step is half there. Give it more of either, and call again.",
        )
    if path is not None and any(sign in text for sign in CORRUPT):
        return StateError(f"The engine's file {path} is damaged.", BACKUP)
    if (found := _machine(error, path)) is not None:
        return found
    if path is not None and isinstance(error, DAMAGED):
        return StateError(
            f"The engine gave up on its file {path}, which may be damaged.",
            f"Call again, and if it says so again: {BACKUP[0].lower()}{BACKUP[1:]}",
        )
    return _ours(error, sql)


def _opening(error: duckdb.Error, path: Path | None) -> EngineError | StateError:
    """Say why a file cannot be opened: ``Locked`` while another process has it."""
    if isinstance(error, duckdb.IOException) and "lock" in str(error).lower():
        return Locked(
            "Another dataout process is working in this environment.",
            "Wait until it ends, or use another environment (--env).",
        )
    found = _fault(error, "(opening)", path)
    if path is None or (isinstance(found, StateError) and FOREIGN not in str(error)):
        return found
    return StateError(f"The engine's file {path} cannot be opened.", BACKUP)


def _ours(error: Exception, sql: str) -> EngineError:
    return EngineError(f"{type(error).__name__} in: {sql[:200]}")


def _machine(error: Exception, path: Path | None) -> StateError | None:
    """Recognize a disk that is full, barred or broken, by the machine's words for it."""
    kinds = (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, OSError)
    if not isinstance(error, kinds):
        return None
    file = "A working file of the engine" if path is None else f"The engine's file {path}"
    for numbers, hint in HINTS:
        for words in map(os.strerror, numbers):
            if words in str(error):
                return StateError(f"{file} cannot be used: {words}.", hint)
    if isinstance(error, duckdb.IOException):
        return StateError(f"{file} cannot be read or written.", BACKUP if path else "")
    return None
