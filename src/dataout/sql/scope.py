"""What an evaluation sees: the instant it speaks of, and what had been received by then."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from dataout.model.people import Instant
from dataout.sql.moments import Moment, own_instant, written


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

    def visible(self, table: str, time_column: str) -> exp.Condition:
        """Select a table's rows whose ``time_column`` has come and that had been received."""
        happened = exp.column(time_column, table=table)
        seen: exp.Condition = exp.LTE(this=happened, expression=written(self.of(table).now))
        if self.known_at is not None:
            seen = seen.and_(exp.column("received_at", table=table) <= int(self.known_at))
        return seen.and_(self.concerned(table))

    def concerned(self, table: str) -> exp.Condition:
        """Select a table's rows of the people to look at."""
        if self.people is None or self.at is None:
            return exp.true()
        slots = exp.select("slot").from_(self.people)
        return exp.column("slot", table=table).isin(query=slots)
