"""The rows of a source: events as they are, or orders net of what cancels them.

Whatever the source, its rows have ``slot, name, event_time, received_at, landing, properties``.
Where a source knows orders there are three more: ``is_order``; ``counts``, true for one row of each
order and for every other event; ``amount``, what is left of the order.
"""

from __future__ import annotations

from sqlglot import exp

from dataout.segments.atoms import (
    Source,
)
from dataout.segments.orders import OrderRule
from dataout.sql.scope import Scope
from dataout.sql.values import parsed, passes, property_of

PLAIN = ("slot", "name", "event_time", "received_at", "landing", "properties")


def rows_of(source: Source, rules: tuple[OrderRule, ...], scope: Scope) -> exp.Select:
    """Select a source's visible rows; ``rules`` are numbered as their common tables are."""
    others = _events(source, [rule.event for rule in source.rules], scope)
    if not source.rules:
        return others
    others = others.select(
        "FALSE AS is_order", "TRUE AS counts", "CAST(NULL AS DECIMAL(38, 6)) AS amount"
    )
    parts = [_orders(source, rule, rules.index(rule), scope) for rule in source.rules]
    if not source.names or set(source.names) - {rule.event for rule in source.rules}:
        parts.append(others)
    return _union(parts)


def _union(parts: list[exp.Select]) -> exp.Select:
    whole: exp.Query = parts[0]
    for part in parts[1:]:
        whole = exp.union(whole, part, distinct=False)
    return exp.select("*").from_(whole.subquery("rows"))


def _events(source: Source, but: list[str], scope: Scope) -> exp.Select:
    seen = scope.visible("events", "event_time")
    columns = [exp.column(name) for name in PLAIN]
    query = exp.select(*columns, copy=False).from_("events", copy=False).where(seen, copy=False)
    names = sorted(set(source.names) - set(but))
    if names:
        query = query.where(exp.column("name").isin(*names), copy=False)
    elif but:
        query = query.where(exp.not_(exp.column("name").isin(*but)), copy=False)
    if source.where is not None:
        passing = passes(source.where, property_of(exp.column("properties")), scope)
        query = query.where(passing, copy=False)
    return query


def _orders(source: Source, rule: OrderRule, number: int, scope: Scope) -> exp.Select:
    """Select the lines that are left of orders, one of each order counting for it."""
    lines = exp.select("*").from_(f"orders_{number}").where("is_left")
    if source.where is not None:
        lines = lines.where(passes(source.where, property_of(exp.column("properties")), scope))
    of_order = "OVER (PARTITION BY slot, order_id)"
    worth = f"{'sum' if rule.combine == 'sum' else 'max'}(line_left) {of_order}"
    left = exp.select(
        "*",
        parsed(f"row_number() {of_order[:-1]} ORDER BY line_time, line_landing) = 1 AS counts"),
        parsed(f"CAST({worth} AS DECIMAL(38, 6)) - coalesce(refunded, 0) AS amount"),
    ).from_(lines.subquery("lines"))
    return (
        exp.select(*PLAIN, "TRUE AS is_order", "counts", "amount")
        .from_(left.subquery("left_of_orders"))
        .where("NOT touched OR refunded IS NULL OR coalesce(amount > 0, FALSE)")
    )
