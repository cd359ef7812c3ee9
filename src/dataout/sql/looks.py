"""Many people, each at an instant of their own, in one evaluation.

The tables that an evaluation reads are put behind common tables of the same names, in which every
row stands once per look at its profile, with the look's number in place of the slot.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dataout.sql.values import parsed

OF_PROFILES = ("profiles", "events", "attributes", "list_members", "deletions")


def tables_of_looks(working: str) -> Iterator[tuple[str, exp.Select]]:
    """Give a name and a query per table; ``working`` holds the looks, with their slots."""
    for table in OF_PROFILES:
        yield table, _of_look(table, "looked.look AS slot", working)
    # Objects belong to nobody: each look has a copy of its own, told by its number.
    of_look = "looked.look AS slot, looked.look || ':' || object_id AS object_id"
    yield "relationships", _of_look("relationships", of_look, working)
    yield (
        "object_attributes",
        parsed(
            """SELECT related.slot, related.object_id, o.* EXCLUDE (object_id)
                FROM (SELECT DISTINCT slot, type, object_id FROM relationships) AS related
                JOIN main.object_attributes AS o ON o.type = related.type
                  AND related.object_id = related.slot || ':' || o.object_id"""
        ),
    )


def _of_look(table: str, columns: str, working: str) -> exp.Select:
    kept = "slot, object_id" if "object_id" in columns else "slot"
    return parsed(
        f"""SELECT {columns}, t.* EXCLUDE ({kept})
            FROM main.{table} AS t JOIN {working} AS looked ON looked.slot = t.slot"""
    )
