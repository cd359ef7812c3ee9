"""What a condition about events or attributes rests on, for one person."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from dataout.segments.tree import Stream
from dataout.sql.named import text
from dataout.sql.relations import NEWEST
from dataout.sql.scope import Scope
from dataout.sql.values import parsed, passes, property_of


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


def newest_relations(kind: str, scope: Scope, most: int) -> exp.Select:
    """Select related objects of a type, with what is known of them and how, as JSON texts."""
    everybody = replace(scope, people=None)
    of_kind = f"type = {text(kind)}"
    related = scope.visible("relationships", "set_at").sql("duckdb")
    known = everybody.visible("object_attributes", "set_at").sql("duckdb")
    return parsed(
        f"""SELECT object_id, newest.set_at AS set_at, newest.received_at AS received_at,
              CAST(CAST(newest.via AS JSON) AS VARCHAR) AS via, attributes
            FROM (
              SELECT object_id, arg_max(struct_pack(related := related, via := attributes,
                set_at := set_at, received_at := received_at), {NEWEST}) AS newest
              FROM relationships WHERE {of_kind} AND {related} GROUP BY object_id
            ) AS r
            LEFT JOIN (
              SELECT object_id, CAST(json_group_object(name, value) AS VARCHAR) AS attributes
              FROM (
                SELECT object_id, name,
                  CAST(arg_max(struct_pack(value := value), {NEWEST}).value AS JSON) AS value
                FROM object_attributes WHERE {of_kind} AND {known} GROUP BY object_id, name
              ) AS newest_of_each GROUP BY object_id
            ) AS o USING (object_id)
            WHERE newest.related ORDER BY set_at DESC, object_id LIMIT {most}"""
    )
