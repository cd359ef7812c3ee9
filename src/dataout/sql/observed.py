"""What the data really holds at the places that conditions look at."""

from __future__ import annotations

from typing import Literal

from sqlglot import exp

from dataout.sql.named import statement
from dataout.sql.values import dig, parsed

Source = Literal["events", "attributes"]
Way = tuple[str, ...]
"""The steps from an event's properties, or from an attribute's value, to the value; may be ()."""


def seen_at(source: Source, ways: tuple[Way, ...]) -> exp.Select:
    """Count the kinds of values at several places among the newest rows, in one pass.

    Gives one row: a column ``w0``, ``w1`` … per way, a mapping of counts. Bind ``name`` (of the
    event, or of the attribute) and ``most``, the number of rows to look at.
    """
    rows = parsed(statement("observed", f"newest_{source}")).subquery("newest")
    query = exp.select().from_(rows)
    for number, way in enumerate(ways):
        place = dig(exp.column("value", table="newest"), way)
        query = query.select(exp.alias_(_kinds(place), f"w{number}"))
    return query


def _kinds(place: exp.Expr) -> exp.Expr:
    template = parsed(statement("observed", "seen")).expressions[0]

    def put(node: exp.Expr) -> exp.Expr:
        return place.copy() if isinstance(node, exp.Column) and node.name == "v" else node

    kinds: exp.Expr = template.transform(put)
    return kinds
