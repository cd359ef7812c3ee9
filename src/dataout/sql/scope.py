"""What an evaluation sees: the instant it speaks of, and what had been received by then."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from dataout.model.people import Instant


@dataclass(frozen=True, slots=True)
class Scope:
    """Truth at ``at``, as far as it was known at ``known_at`` (None: with all that is known today).

    ``zone`` is the IANA time zone of texts without an offset. ``people`` names a working table
    whose ``slot`` column lists whom to look at (None: everybody).
    """

    at: Instant
    known_at: Instant | None
    zone: str
    people: str | None = None

    def visible(self, table: str, time_column: str) -> exp.Condition:
        """Select a table's rows whose ``time_column`` has come and that had been received."""
        seen: exp.Condition = exp.column(time_column, table=table) <= int(self.at)
        if self.known_at is not None:
            seen = seen.and_(exp.column("received_at", table=table) <= int(self.known_at))
        return seen if self.people is None else seen.and_(self.concerned(table))

    def concerned(self, table: str) -> exp.Condition:
        """Select a table's rows of the people to look at."""
        if self.people is None:
            return exp.true()
        slots = exp.select("slot").from_(self.people)
        return exp.column("slot", table=table).isin(query=slots)
