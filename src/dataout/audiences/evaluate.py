"""Who is in which segment: all segments of a project at once, at one instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dataout.model.people import ProfileId
from dataout.ports import Engine
from dataout.segments.formulas import Program
from dataout.sql.evaluate import evaluation
from dataout.sql.named import text
from dataout.sql.scope import Scope


def evaluate(engine: Engine, program: Program, scope: Scope) -> Mapping[str, str]:
    """Fill the working table ``evaluation``: one row per profile, one boolean column per segment.

    Returns the column of each segment.
    """
    compiled = evaluation(program, scope)
    query = compiled.query.sql(dialect=engine.dialect, copy=False)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE evaluation AS {query}")
    return compiled.columns


def recall(engine: Engine, names: Iterable[str]) -> Mapping[str, str]:
    """Fill the working table ``evaluation`` with the memberships that the last tick left.

    Returns the column of each segment.
    """
    columns = {name: f"s{number}" for number, name in enumerate(names)}
    held = ", ".join(
        f"coalesce(bool_or(m.segment = {text(name)}), FALSE) AS {column}"
        for name, column in columns.items()
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE evaluation AS SELECT p.slot{', ' if held else ''}{held} "
        "FROM profiles AS p LEFT JOIN memberships AS m ON m.slot = p.slot GROUP BY p.slot"
    )
    return columns


def unpivot(engine: Engine, columns: Mapping[str, str], table: str) -> None:
    """Fill a working table with segment and slot of everybody who is in, from ``evaluation``."""
    names = ", ".join(
        f"CASE WHEN {column} THEN {text(name)} END" for name, column in columns.items()
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT segment, slot FROM "
        f"(SELECT slot, unnest([{names}]) AS segment FROM evaluation) WHERE segment IS NOT NULL"
    )


def counts(engine: Engine, columns: Mapping[str, str]) -> Mapping[str, int]:
    """Count each segment's members in ``evaluation``."""
    if not columns:
        return {}
    sums = ", ".join(f"count(*) FILTER (WHERE {column}) AS {column}" for column in columns.values())
    row = engine.query(f"SELECT {sums} FROM evaluation").to_pylist()[0]
    return {name: int(row[column]) for name, column in columns.items()}


def members(
    engine: Engine, columns: Mapping[str, str], names: Iterable[str]
) -> Mapping[str, frozenset[ProfileId]]:
    """List the members of some segments in ``evaluation``."""
    found: dict[str, frozenset[ProfileId]] = {}
    for name in names:
        rows = engine.query(
            "SELECT p.profile_id FROM evaluation AS e JOIN everyone AS p ON p.origin = e.slot "
            f"WHERE e.{columns[name]}"
        )
        found[name] = frozenset(ProfileId(each) for each in rows.column("profile_id").to_pylist())
    return found
