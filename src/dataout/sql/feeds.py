"""Queries that feed keyed streams from history: all rows of one origin, with what is kept of them.

Each gives ``slot, moment`` and ``c0, c1`` and so on: what was asked for, as whole numbers and
booleans that need no more than 64 bits. What is kept does not depend on now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from dataout.model.people import Instant
from dataout.segments.atoms import Source
from dataout.segments.values import Filter, Test
from dataout.sql.numbers import Function, numbers_at
from dataout.sql.scope import Scope
from dataout.sql.values import (
    call,
    dig,
    element_of,
    instant_of,
    over_elements,
    parsed,
    passes,
    passes_all,
    property_of,
)

Path = tuple[str, ...]

TOO_MUCH = 2**62
"""Stands for what does not fit: a number of so many millionths, or a list with several instants."""

NOTHING = -(2**63)
"""Stands where there is no number, and no instant."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something to keep of every row: an expression over the row, and over what that came to."""

    raw: exp.Expr
    finished: str = "{raw}"


@dataclass(frozen=True, slots=True)
class Feed:
    """Rows of one origin; ``said`` is the column that holds what they say."""

    rows: exp.Select
    said: str
    zone: str

    @property
    def _scope(self) -> Scope:
        return Scope(Instant(0), None, self.zone)

    def _at(self, path: Path) -> exp.Expr:
        return dig(exp.column(self.said), path)

    def column(self, name: str) -> Kept:
        """Keep a column as it is."""
        return Kept(exp.column(name))

    def passing(self, path: Path, tests: tuple[Test, ...]) -> Kept:
        """Keep whether the value at a path passes all tests."""
        return Kept(passes_all(tests, self._at(path), self._scope))

    def key(self, path: Path) -> Kept:
        """Keep a text that values share which count as one (None: it does not count)."""
        return Kept(call("distinct_key", self._at(path)))

    def number(self, path: Path) -> Kept:
        """Keep the number at a path, in millionths."""
        return _millionths(call("number_of", self._at(path)), NOTHING)

    def aggregated(self, function: Function, path: Path, items: Filter | None) -> Kept:
        """Keep a row's share of an aggregate, in millionths; a count of numbers as it is."""
        share = numbers_at(exp.column(self.said), path, items, function, self._scope)
        if function == "usable":
            return Kept(share, "CAST(coalesce({raw}, 0) AS BIGINT)")
        return _millionths(share, 0 if function == "sum" else NOTHING)

    def instant(self, path: Path) -> Kept:
        """Keep the instant at a path, or the one that all elements of a list there agree on."""
        value = self._at(path)
        element = instant_of(element_of(value), self._scope)
        elements = over_elements("list_transform", value, element)
        one = exp.array(instant_of(value, self._scope))
        every = exp.Case().when(call("is_list", value), elements).else_(one)
        return Kept(
            every,
            f"CASE WHEN list_min({{raw}}) < list_max({{raw}}) THEN {TOO_MUCH}"
            f" ELSE coalesce(list_min({{raw}}), {NOTHING}) END",
        )

    def query(self, kept: Sequence[Kept], dialect: str) -> str:
        """Spell it."""
        inner, outer = self.rows, exp.select("slot", "moment")
        for number, each in enumerate(kept):
            inner = inner.select(exp.alias_(each.raw, f"r{number}"), copy=False)
            finished = each.finished.format(raw=f"r{number}")
            outer = outer.select(f"{finished} AS c{number}", dialect="duckdb", copy=False)
        return outer.from_(inner.subquery("fed", copy=False)).sql(dialect=dialect)


def of_events(source: Source, since: Instant | None, zone: str) -> Feed:
    """Feed the events of a source, those from ``since`` on (None: all of them)."""
    rows = parsed("SELECT slot, event_time AS moment FROM events WHERE superseded_at IS NULL")
    if source.names:
        rows = rows.where(exp.column("name").isin(*source.names))
    if since is not None:
        rows = rows.where(exp.column("event_time") >= int(since))
    if source.where is not None:
        scope = Scope(Instant(0), None, zone)
        rows = rows.where(passes(source.where, property_of(exp.column("properties")), scope))
    return Feed(rows, "properties", zone)


def of_attribute(name: str, zone: str) -> Feed:
    """Feed what was said of an attribute."""
    rows = parsed("SELECT slot, set_at AS moment FROM attributes")
    return Feed(rows.where(exp.column("name").eq(name)), "value", zone)


def of_list(name: str, zone: str) -> Feed:
    """Feed who was put on a list or taken off it."""
    rows = parsed("SELECT slot, set_at AS moment FROM list_members")
    return Feed(rows.where(exp.column("list").eq(name)), "", zone)


def of_deletions(zone: str) -> Feed:
    """Feed who was deleted or brought back; profiles that are part of other people are not there.

    Those are as good as deleted since 1990, the first that streams know of.
    """
    rows = parsed(
        """SELECT slot, moment FROM (
             SELECT slot, set_at AS moment, received_at, landing, deleted FROM deletions
             UNION ALL
             SELECT slot, 631152000000, 631152000000, 0, TRUE FROM merged
           ) AS known"""
    )
    return Feed(rows, "", zone)


def of_first_seen(zone: str) -> Feed:
    """Feed when each profile was first seen: its earliest event or attribute."""
    rows = parsed(
        """SELECT slot, min(moment) AS moment FROM (
             SELECT slot, min(event_time) AS moment FROM events
             WHERE superseded_at IS NULL GROUP BY slot
             UNION ALL
             SELECT slot, min(set_at) FROM attributes GROUP BY slot
           ) AS said GROUP BY slot"""
    )
    return Feed(rows, "", zone)


def _millionths(number: exp.Expr, absent: int) -> Kept:
    return Kept(
        number,
        f"CASE WHEN {{raw}} IS NULL THEN {absent}"
        f" WHEN abs(CAST({{raw}} AS DOUBLE)) >= 4e12 THEN {TOO_MUCH}"
        " ELSE TRY_CAST({raw} * 1000000 AS BIGINT) END",
    )
