"""Since when something has been so for one person, and until when it stays so without new data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.segments.formulas import Formula, Program, as_program
from dataout.sql.edges import edges
from dataout.sql.evaluate import evaluation
from dataout.sql.named import statement
from dataout.sql.scope import Scope

ROUNDS = (4, 32, 256, 2_048)
"""How many edges each round looks at: most stretches begin and end near by."""

EXPLAINED = "explained"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From its first instant to the first instant at which it is over.

    ``since`` is None where it has always been so as far as data goes, ``until`` where it stays so;
    both also where it goes further than a few thousand edges.
    """

    since: Instant | None
    until: Instant | None


def stretch(engine: Engine, formula: Formula, slot: int, scope: Scope, *, holds: bool) -> Stretch:
    """Find the stretch around ``scope.at`` in which the formula ``holds`` for a profile, or not."""
    program = as_program({EXPLAINED: formula})
    looks = evaluation(program, Scope(None, scope.known_at, scope.zone, "looks"))
    query = looks.query.sql(dialect=engine.dialect)
    look = _Looking(engine, slot, query, looks.columns[EXPLAINED])
    moments, now = look.moments(program, scope), scope.at or 0
    past = [moment for moment in reversed(moments) if moment <= now]
    ahead = [moment for moment in moments if moment > now]
    before_all = [past[-1] - 1] if past else []
    since = look.last_before_another([*past, *before_all], holds=holds)
    until = look.first_that_is_another(ahead, holds=holds)
    return Stretch(since, until)


@dataclass(frozen=True, slots=True)
class _Looking:
    engine: Engine
    slot: int
    query: str
    column: str

    def moments(self, program: Program, scope: Scope) -> list[int]:
        """List every edge of the profile, in order."""
        self.engine.execute(statement("ticks", "one_person"), {"slot": self.slot})
        rows = edges(program, replace(scope, people="one_person")).rows
        if rows is None:
            return []
        query = f"SELECT DISTINCT moment FROM ({rows.sql(dialect=self.engine.dialect)}) AS rows"
        found = self.engine.query(f"{query} WHERE moment IS NOT NULL ORDER BY moment")
        return [int(moment) for moment in found.column("moment").to_pylist()]

    def last_before_another(self, newest_first: Sequence[int], *, holds: bool) -> Instant | None:
        """Go back to the edge before which it was otherwise."""
        edge: int | None = None
        for moment, held in self._held(newest_first):
            if held is not holds:
                return None if edge is None else Instant(edge)
            edge = moment
        return None

    def first_that_is_another(self, oldest_first: Sequence[int], *, holds: bool) -> Instant | None:
        """Go on to the edge from which it is otherwise."""
        for moment, held in self._held(oldest_first):
            if held is not holds:
                return Instant(moment)
        return None

    def _held(self, moments: Sequence[int]) -> Iterator[tuple[int, bool]]:
        start = 0
        for size in ROUNDS:
            part = list(moments[start : start + size])
            if not part:
                return
            looks = {"slot": self.slot, "moments": part}
            self.engine.execute(statement("ticks", "looks_at_one"), looks)
            rows = self.engine.query(
                f"SELECT look_at(slot) AS moment FROM ({self.query}) AS evaluation "
                f"WHERE {self.column}"
            )
            held = set(rows.column("moment").to_pylist())
            yield from ((moment, moment in held) for moment in part)
            start += size
