"""DuckDB, embedded: the default engine, one file, one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from dataout.errors import EngineError, Locked
from dataout.ports import Params


class DuckDB:
    """An engine in the file at ``path``; in memory without one.

    Raises ``Locked`` when another process has the file open: DuckDB shares it with nobody.
    """

    dialect = "duckdb"

    def __init__(self, path: Path | None = None) -> None:
        try:
            self._connection = duckdb.connect(str(path) if path else ":memory:")
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise Locked(
                    "Another dataout process is working in this environment.",
                    "Wait until it ends, or use another environment (--env).",
                ) from error
            raise EngineError(
                f"The engine's file {path} cannot be opened.",
                "Restore it from a backup, or move it away and load the data again.",
            ) from error
        self._connection.execute("SET TimeZone = 'UTC'")

    def execute(self, sql: str, params: Params = ()) -> None:
        """Run one statement."""
        with _our_errors(sql):
            self._connection.execute(sql, params)

    def query(self, sql: str, params: Params = ()) -> pa.Table:
        """Run one query whose answer is small."""
        with _our_errors(sql):
            return self._connection.sql(sql, params=params).to_arrow_table()

    def stream(self, sql: str, params: Params = (), rows: int = 10_000) -> Iterator[pa.RecordBatch]:
        """Run one query whose answer may be large; read it to its end before the next call."""
        with _our_errors(sql):
            yield from self._connection.sql(sql, params=params).to_arrow_reader(rows)

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table by column name."""
        with _our_errors(table):
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
            self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()


@contextmanager
def _our_errors(sql: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        # DuckDB quotes values in its messages, and values may be personal: the kind must do.
        raise EngineError(f"{type(error).__name__} in: {sql[:200]}") from error
