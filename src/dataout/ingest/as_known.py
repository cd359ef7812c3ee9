"""Whose each record was, as far as was known at an instant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dataout.ingest.graph import count, group, joining, rules_known
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.sql.named import statement

SHADOWED = ("events", "attributes", "list_members", "relationships", "deletions")


@contextmanager
def as_known(engine: Engine, known_at: Instant | None) -> Iterator[None]:
    """Let history belong to whom it belonged by what had been received by ``known_at``.

    Meanwhile temporary views stand before the tables of history: an engine looks for a name among
    them first. They are made only if anything was otherwise. None: today's is meant.
    """
    rules = None if known_at is None else rules_known(engine)
    if known_at is None or rules is None:
        yield
        return
    for name in ("barred_placeholders", "everybody"):
        engine.execute(_sql(name))
    group(engine, joining(rules, known_at))
    engine.execute(_sql("moves"))
    if not count(engine, "moved"):
        yield
        return
    made: list[str] = []
    try:
        _stand_before(engine, made)
        yield
    finally:
        for name in made:
            engine.execute(f"DROP VIEW temp.{name}")


def _stand_before(engine: Engine, made: list[str]) -> None:
    engine.execute(_sql("whose"))
    engine.execute(_sql("known_everyone"))
    database = str(engine.query(_sql("database")).to_pylist()[0]["name"]).replace('"', '""')
    for table in SHADOWED:
        engine.execute(
            f"CREATE OR REPLACE TEMP VIEW {table} AS "
            "SELECT coalesce(k.became, t.origin, t.slot) AS slot, t.* EXCLUDE (slot) "
            f'FROM "{database}".main.{table} AS t '
            "LEFT JOIN known_slots AS k ON k.origin = coalesce(t.origin, t.slot)"
        )
        made.append(table)
    for table in ("everyone", "profiles"):
        engine.execute(_sql(f"shadow_{table}"))
        made.append(table)


def _sql(name: str) -> str:
    return statement("graph", name)
