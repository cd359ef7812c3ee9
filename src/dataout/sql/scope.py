"""What an evaluation sees: the instant it speaks of, and what had been received by then."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from dataout.model.people import Instant


@dataclass(frozen=True, slots=True)
class Scope:
    """Truth at ``at``, as far as it was known at ``known_at`` (None: with all that is known today).

    ``zone`` is the IANA time zone of texts without an offset.
    """

    at: Instant
    known_at: Instant | None
    zone: str

    def visible(self, time_column: str) -> exp.Condition:
        """Select the rows whose ``time_column`` has come and that had been received."""
        seen: exp.Condition = exp.column(time_column) <= int(self.at)
        if self.known_at is not None:
            seen = seen.and_(exp.column("received_at") <= int(self.known_at))
        return seen
