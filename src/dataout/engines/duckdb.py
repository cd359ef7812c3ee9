"""DuckDB, embedded: the default engine, one file, one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from dataout.engines.faults import fault, opening
from dataout.errors import EngineError, StateError
from dataout.ports import Params


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
            raise opening(error, path) from error
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
            raise fault(error, sql, self._path) from error
