"""What an evaluation sees: the instant it speaks of, and what had been received by then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sqlglot import exp

from dataout.model.people import Instant
from dataout.sql.moments import Moment, own_instant, written

History = Literal[
    "events", "attributes", "list_members", "object_attributes", "relationships", "deletions"
]
"""The tables that hold when something was so, and when we learned of it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Truth at ``at``, as far as it was known at ``known_at`` (None: with all that is known today).

    ``at`` is None where ``people`` lists looks, each with an instant of its own (``looks.py``).
    ``zone`` is the IANA time zone of texts without an offset. ``people`` names a working table
    whose ``slot`` column lists whom to look at (None: everybody). ``table`` is whose slot is meant
    where several tables have one.
    """

    at: Instant | None
    known_at: Instant | None
    zone: str
    people: str | None = None
    table: str | None = None

    def of(self, table: str) -> Scope:
        """Mean this table's slots."""
        return replace(self, table=table)

    @property
    def now(self) -> Moment:
        """The instant to look at, for rows of a table that has slots."""
        if self.at is not None:
            return self.at
        return own_instant(exp.column("slot", table=self.table))

    def visible(self, table: History, time_column: str) -> exp.Condition:
        """Select a table's rows that are known and whose ``time_column`` has come."""
        happened = exp.column(time_column, table=table)
        come = exp.LTE(this=happened, expression=written(self.of(table).now))
        return exp.and_(come, self.known(table), copy=False)

    def known(self, table: History, alias: str = "") -> exp.Condition:
        """Select a table's rows that had been received, whenever what they say is so.

        Of an event only the version that was current then (docs/semantics.md, "The same event
        twice"). ``alias`` is what the query calls the table, if not by its name.
        """
        called = alias or table
        known = self.concerned(called)
        if table == "events":
            superseded = exp.column("superseded_at", table=called)
            current: exp.Condition = superseded.is_(exp.null())
            if self.known_at is not None:
                current = exp.or_(current, superseded.copy() > int(self.known_at), copy=False)
            known = exp.and_(current, known, copy=False)
        if self.known_at is not None:
            received = exp.column("received_at", table=called) <= int(self.known_at)
            known = exp.and_(received, known, copy=False)
        return known

    def alive(self, table: str) -> exp.Condition:
        """Select a table's rows of the people who are not deleted."""
        newest = "struct_pack(set_at := set_at, received_at := received_at, landing := landing)"
        gone = (
            exp.select("slot")
            .from_("deletions")
            .where(self.visible("deletions", "set_at"))
            .group_by("slot")
            .having(f"arg_max(deleted, {newest})", dialect="duckdb")
        )
        return exp.not_(exp.column("slot", table=table).isin(query=gone))

    def concerned(self, table: str) -> exp.Condition:
        """Select a table's rows of the people to look at."""
        if self.people is None or self.at is None:
            return exp.true()
        slots = exp.select(exp.column("slot")).from_(
            exp.Table(this=exp.to_identifier(self.people)), copy=False
        )
        return exp.column("slot", table=table).isin(query=slots)
