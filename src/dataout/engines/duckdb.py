"""DuckDB, embedded: the default engine, one file, one process."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from dataout.errors import EngineError, Interrupted, Locked, StateDamaged, StateError
from dataout.ports import Params

RESTORE = (
    "Restore it from a backup. Without one, data can be loaded again, but what the destinations "
    "hold is forgotten: empty the audiences there, then move the file away."
)
NO_ROOM = ("no space left", "file too large", "quota exceeded", "max_temp_directory_size")
DAMAGED = ("corrupt", "could not read enough bytes", "serialization error")
MACHINE = (duckdb.OperationalError, duckdb.FatalException, OSError)
"""Errors that may be the machine's: those about files and memory, failed commits, whatever Arrow
reports while it reads on. Damage has no class of its own, but is a plain ``duckdb.Error``."""

# A relation would not copy its rows, but it plans its query twice, and answers here are small.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)


class DuckDB:
    """An engine in the file at ``path``; in memory without one.

    Raises ``Locked`` when another process has the file open: DuckDB shares it with nobody; and
    ``StateError``, here and in every method, where the file is damaged or the machine has no room.
    """

    dialect = "duckdb"

    def __init__(self, path: Path | None = None) -> None:
        self._name = f"The engine's file {path}" if path else "The engine's memory"
        try:
            self._connection = duckdb.connect(str(path) if path else ":memory:")
        except duckdb.Error as error:
            if "could not set lock" in str(error).lower():
                raise Locked(
                    "Another dataout process is working in this environment.",
                    "Wait until it ends, or use another environment (--env).",
                ) from error
            raise _no_room(self._name, error) or StateError(
                f"{self._name} cannot be opened.", RESTORE
            ) from error
        self.execute("SET TimeZone = 'UTC'")
        # Traits of traits nest as deep as the language lets them; each level takes a few of these.
        self.execute("SET max_expression_depth TO 10000")

    @contextmanager
    def beside(self) -> Iterator[DuckDB]:
        """Open another connection to the same data; its working tables end with it."""
        other = object.__new__(DuckDB)
        other._name, other._connection = self._name, self._connection.cursor()
        try:
            other.execute("SET TimeZone = 'UTC'")
            yield other
        finally:
            other.close()

    def execute(self, sql: str, params: Params = ()) -> None:
        """Run one statement."""
        with _our_errors(self._name, sql):
            self._connection.execute(sql, params)

    def query(self, sql: str, params: Params = ()) -> pa.Table:
        """Run one query whose answer is small."""
        with _our_errors(self._name, sql):
            return self._connection.execute(sql, params).to_arrow_table()

    def stream(self, sql: str, params: Params = (), rows: int = 10_000) -> Iterator[pa.RecordBatch]:
        """Run one query whose answer may be large; read it to its end before the next call."""
        with _our_errors(self._name, sql):
            yield from self._connection.sql(sql, params=params).to_arrow_reader(rows)

    def append(self, table: str, rows: pa.Table) -> None:  # noqa: ARG002 - the statement reads it
        """Add rows to a table by column name."""
        with _our_errors(self._name, table):
            # DuckDB finds the variable ``rows`` by its name; to register it takes twice the time.
            self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows")

    def interrupt(self) -> None:
        """End the statement under way, if there is one."""
        self._connection.interrupt()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.execute("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            with suppress(EngineError, StateError):  # what went wrong first says more
                self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()


@contextmanager
def _our_errors(name: str, sql: str) -> Iterator[None]:
    # DuckDB quotes values in its messages, and values may be personal: the kind must do.
    try:
        yield
    except duckdb.InterruptException as error:
        raise Interrupted(f"Stopped in the middle: {sql[:200]}") from error
    except (duckdb.Error, OSError, pa.ArrowException) as error:
        raise (
            _no_room(name, error)
            or _damage(name, error)
            or EngineError(f"{type(error).__name__} in: {sql[:200]}")
        ) from error


def _no_room(name: str, error: Exception) -> StateError | None:
    told = str(error).lower()
    if isinstance(error, MACHINE) and any(words in told for words in NO_ROOM):
        return StateError(
            f"{name} cannot be written: there is no room left on the disk.",
            "Make room, and call again: the next call goes on from what was finished.",
        )
    if isinstance(error, duckdb.OutOfMemoryException) or told.startswith("out of memory"):
        return StateError(
            "The engine has not enough memory for this.",
            "Close other programs or use a larger machine, and call again: the next call goes on "
            "from what was finished.",
        )
    return None


def _damage(name: str, error: Exception) -> StateError | None:
    told = str(error).lower()
    damaged = isinstance(error, MACHINE) or type(error) is duckdb.Error
    if damaged and any(words in told for words in DAMAGED):
        return StateDamaged(f"{name} is damaged.", RESTORE)
    if isinstance(error, duckdb.IOException) or told.startswith("io error"):
        return StateError(
            f"{name} cannot be read or written.", "See that the disk works, and call again."
        )
    return None
