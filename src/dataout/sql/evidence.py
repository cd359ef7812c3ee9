"""What a condition about events or attributes rests on, for one person."""

from __future__ import annotations

from sqlglot import exp

from dataout.segments.tree import Stream
from dataout.sql.scope import Scope
from dataout.sql.values import passes, property_of


def newest_events(stream: Stream, scope: Scope, most: int) -> exp.Select:
    """Select the newest visible events of a stream, for the people of ``scope``."""
    query = (
        exp.select("name", "event_time", "received_at")
        .select(
            exp.alias_(exp.cast(exp.cast(exp.column("properties"), "JSON"), "TEXT"), "properties")
        )
        .from_("events")
        .where(scope.visible("events", "event_time"))
        .order_by("event_time DESC", "received_at DESC", "landing DESC")
        .limit(most)
    )
    if stream.names:
        query = query.where(exp.column("name").isin(*sorted(stream.names)))
    if stream.where is not None:
        query = query.where(passes(stream.where, property_of(exp.column("properties")), scope))
    return query


def newest_value(attribute: str, scope: Scope) -> exp.Select:
    """Select the newest visible value of an attribute as JSON, for the people of ``scope``."""
    return (
        exp.select(exp.alias_(exp.cast(exp.cast(exp.column("value"), "JSON"), "TEXT"), "value"))
        .select("set_at")
        .from_("attributes")
        .where(exp.column("name").eq(attribute))
        .where(scope.visible("attributes", "set_at"))
        .order_by("set_at DESC", "received_at DESC", "landing DESC")
        .limit(1)
    )
