"""Histories: since when a test has held, and when a profile was first seen."""

from __future__ import annotations

from sqlglot import exp

from dataout.segments.atoms import SinceAtom
from dataout.segments.values import absent_passes
from dataout.sql.named import text
from dataout.sql.scope import Scope
from dataout.sql.values import dig, parsed, passes_all


def first_seen(scope: Scope) -> exp.Select:
    """Select the earliest visible event or attribute of each slot, as ``value``."""
    events = scope.visible("events", "event_time").sql("duckdb")
    attributes = scope.visible("attributes", "set_at").sql("duckdb")
    return parsed(
        f"""SELECT slot, min(moment) AS value FROM (
              SELECT slot, min(event_time) AS moment FROM events WHERE {events} GROUP BY slot
              UNION ALL
              SELECT slot, min(set_at) FROM attributes WHERE {attributes} GROUP BY slot
            ) AS seen GROUP BY slot"""
    )


def held_since(atom: SinceAtom, scope: Scope) -> exp.Select:
    """Select since when each slot's attribute has passed every test, as ``value``.

    Of several values set at one instant the newest counts. A test that an absent value passes has
    held since the profile was first seen, unless something broke it.
    """
    visible = scope.visible("attributes", "set_at").sql("duckdb")
    name = text(atom.name)
    holds = passes_all(atom.tests, dig(exp.column("value"), atom.path), scope).sql("duckdb")
    runs = f"""
      SELECT slot, set_at, holds,
        max(CASE WHEN NOT holds THEN set_at END) OVER (PARTITION BY slot) AS broken
      FROM (
        SELECT slot, set_at, {holds} AS holds FROM (
          SELECT slot, set_at, arg_max(
            struct_pack(value := value), struct_pack(received_at := received_at, landing := landing)
          ).value AS value
          FROM attributes WHERE name = {name} AND {visible} GROUP BY slot, set_at
        ) AS latest
      ) AS tested"""
    start = f"""
      SELECT slot, bool_or(broken IS NOT NULL) AS broke,
        min(set_at) FILTER (WHERE holds AND (broken IS NULL OR set_at > broken)) AS start
      FROM ({runs}) AS runs GROUP BY slot"""
    if not absent_passes(atom.tests):
        return parsed(f"SELECT slot, start AS value FROM ({start}) AS started")
    return parsed(
        f"""SELECT f.slot, CASE WHEN s.broke THEN s.start ELSE f.value END AS value
            FROM ({first_seen(scope).sql("duckdb")}) AS f
            LEFT JOIN ({start}) AS s ON s.slot = f.slot"""
    )
