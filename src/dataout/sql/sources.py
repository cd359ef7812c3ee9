"""The rows of a source: events as they are, or orders net of what cancels them.

Whatever the source, its rows have ``slot, name, event_time, received_at, landing`` and the values
that are asked for: expressions over ``properties``, which are worth a column here because only next
to the scan does the engine read one property without the others. Where a source knows orders there
are two more: ``counts``, true for one row of each order and for every other event; ``amount``, what
is left of the order.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from dataout.segments.atoms import (
    Source,
)
from dataout.segments.orders import OrderRule
from dataout.sql.scope import Scope
from dataout.sql.values import parsed_part, passes, property_of

PLAIN = ("slot", "name", "event_time", "received_at", "landing")
SAME_LINE = "{0}.slot = o.slot AND {0}.landing = o.line_landing"

Values = Mapping[str, exp.Expr]
"""What to compute of each row's ``properties``, by the name of its column."""


def rows_of(
    source: Source, rules: tuple[OrderRule, ...], values: Values, scope: Scope
) -> exp.Select:
    """Select a source's visible rows; ``rules`` are numbered as their common tables are."""
    others = _events(source, [rule.event for rule in source.rules], values, scope)
    if not source.rules:
        return others
    others = others.select("TRUE AS counts", "CAST(NULL AS DECIMAL(38, 6)) AS amount")
    parts = [_orders(source, rule, rules.index(rule), values, scope) for rule in source.rules]
    if not source.names or set(source.names) - {rule.event for rule in source.rules}:
        parts.append(others)
    return _union(parts)


def _union(parts: list[exp.Select]) -> exp.Select:
    whole: exp.Query = parts[0]
    for part in parts[1:]:
        whole = exp.union(whole, part, distinct=False)
    return exp.select("*").from_(whole.subquery("rows"))


def _computed(values: Values) -> list[exp.Expr]:
    return [exp.alias_(value, name) for name, value in values.items()]


def _events(source: Source, but: list[str], values: Values, scope: Scope) -> exp.Select:
    seen = scope.visible("events", "event_time")
    columns = [*(exp.column(name) for name in PLAIN), *_computed(values)]
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


def _orders(
    source: Source, rule: OrderRule, number: int, values: Values, scope: Scope
) -> exp.Select:
    """Select the lines that are left of orders, one of each order counting for it."""
    lines = exp.select("o.*").from_(f"orders_{number} AS o").where("o.is_left")
    if source.where is not None:
        passing = passes(source.where, property_of(exp.column("properties")), scope)
        selected = _lines(rule, {}).where(passing).subquery("selected")
        lines = lines.join(selected, on=SAME_LINE.format("selected"), join_type="semi")
    of_order = "OVER (PARTITION BY slot, order_id)"
    first = f"{of_order[:-1]} ORDER BY line_time, line_received, line_landing)"
    worth = f"{'sum' if rule.combine == 'sum' else 'max'}(line_left) {of_order}"
    left = exp.select(
        "*",
        exp.alias_(exp.Literal.string(rule.event), "name"),
        parsed_part(f"row_number() {first} = 1 AS counts"),
        parsed_part(f"CAST({worth} AS DECIMAL(38, 6)) - coalesce(refunded, 0) AS amount"),
    ).from_(lines.subquery("lines"))
    query = exp.select(*(f"o.{name}" for name in PLAIN), *(f"line.{name}" for name in values))
    query = query.select("o.counts", "o.amount").from_(left.subquery("o"))
    if values:
        line = _lines(rule, values).subquery("line")
        query = query.join(line, on=SAME_LINE.format("line"))
    return query.where("NOT o.touched OR o.refunded IS NULL OR coalesce(o.amount > 0, FALSE)")


def _lines(rule: OrderRule, values: Values) -> exp.Select:
    """Select the events whose lines these are."""
    own = exp.column("name").eq(rule.event)
    return exp.select("slot", "landing", *_computed(values)).from_("events").where(own)
