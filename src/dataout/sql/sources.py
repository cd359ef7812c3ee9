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

from dataout.segments.atoms import Source
from dataout.segments.orders import OrderRule
from dataout.sql.scope import Scope
from dataout.sql.values import parsed_part, passes, property_of, table, union_all

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
    others = others.select("TRUE AS counts", "CAST(NULL AS DECIMAL(38, 6)) AS amount", copy=False)
    parts = [_orders(source, rule, rules.index(rule), values, scope) for rule in source.rules]
    if not source.names or set(source.names) - {rule.event for rule in source.rules}:
        parts.append(others)
    return _union(parts)


def _union(parts: list[exp.Select]) -> exp.Select:
    whole = union_all(parts)
    if whole is None:
        raise AssertionError
    return exp.select("*").from_(whole.subquery("rows", copy=False), copy=False)


def _computed(values: Values) -> list[exp.Expr]:
    return [exp.alias_(value, name, copy=False) for name, value in values.items()]


def _events(source: Source, but: list[str], values: Values, scope: Scope) -> exp.Select:
    seen = scope.visible("events", "event_time")
    columns = [*(exp.column(name) for name in PLAIN), *_computed(values)]
    query = (
        exp.select(*columns, copy=False).from_(table("events"), copy=False).where(seen, copy=False)
    )
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
        selected = (
            _lines(rule, {}, scope).where(passing, copy=False).subquery("selected", copy=False)
        )
        lines = lines.join(selected, on=SAME_LINE.format("selected"), join_type="semi")
    left = _each_line(rule, lines) if values else _each_order(rule, lines)
    left = left.select(exp.alias_(exp.Literal.string(rule.event), "name"))
    query = exp.select(*(f"o.{name}" for name in PLAIN), *(f"line.{name}" for name in values))
    query = query.select("o.counts", "o.amount", copy=False)
    query = query.from_(left.subquery("o", copy=False), copy=False)
    if values:
        line = _lines(rule, values, scope).subquery("line", copy=False)
        query = query.join(line, on=SAME_LINE.format("line"), copy=False)
    return query.where("NOT o.touched OR o.refunded IS NULL OR coalesce(o.amount > 0, FALSE)")


def _each_line(rule: OrderRule, lines: exp.Select) -> exp.Select:
    """Select every line, with what its order amounts to."""
    of_order = "OVER (PARTITION BY slot, order_id)"
    first = f"{of_order[:-1]} ORDER BY line_time, line_received, line_landing)"
    return exp.select(
        "*",
        parsed_part(f"row_number() {first} = 1 AS counts"),
        parsed_part(f"{_left_over(rule, of_order)} - coalesce(refunded, 0) AS amount"),
    ).from_(lines.subquery("lines"))


def _each_order(rule: OrderRule, lines: exp.Select) -> exp.Select:
    """Select every order, where nobody asks for its lines: that takes no sorting."""
    of_order = ("event_time", "received_at", "landing", "touched", "refunded")
    return (
        exp.select("slot", *(f"any_value({column}) AS {column}" for column in of_order))
        .select("TRUE AS counts")
        .select(parsed_part(f"{_left_over(rule)} - coalesce(any_value(refunded), 0) AS amount"))
        .from_(lines.subquery("lines"))
        .group_by("slot", "order_id")
    )


def _left_over(rule: OrderRule, over: str = "") -> str:
    return f"CAST({rule.combine}(line_left) {over} AS DECIMAL(38, 6))"


def _lines(rule: OrderRule, values: Values, scope: Scope) -> exp.Select:
    """Select the events whose lines these are."""
    own = exp.and_(exp.column("name").eq(rule.event), scope.visible("events", "event_time"))
    return exp.select("slot", "landing", *_computed(values)).from_("events").where(own)
