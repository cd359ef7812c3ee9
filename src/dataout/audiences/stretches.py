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

WORK = 10_000_000
"""Rows that all looks in one direction may read: each reads all rows of the profile."""

EXPLAINED = "explained"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From its first instant to the first instant at which it is over.

    ``since`` is None where it has always been so as far as data goes, ``until`` where it stays so;
    both also where it goes further than a few thousand edges, or as many as ``WORK`` allows.
    """

    since: Instant | None
    until: Instant | None


def stretch(engine: Engine, formula: Formula, slot: int, scope: Scope, *, holds: bool) -> Stretch:
    """Find the stretch around ``scope.at`` in which the formula ``holds`` for a profile, or not."""
    program = as_program({EXPLAINED: formula})
    looks = evaluation(program, Scope(None, scope.known_at, scope.zone, "looks"))
    query = looks.query.sql(dialect=engine.dialect)
    look = _Looking(engine, slot, query, looks.columns[EXPLAINED])
    past, ahead = look.moments(program, scope)
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

    def moments(self, program: Program, scope: Scope) -> tuple[list[int], list[int]]:
        """List the nearest edges of the profile: up to now, newest first, and after it."""
        self.engine.execute(_sql("one_person"), {"slot": self.slot})
        rows = edges(program, replace(scope, people="one_person")).rows
        if rows is None:
            return [], []
        now = {"at": scope.at or 0, "most": self._most()}
        self.engine.execute(
            f"CREATE OR REPLACE TEMP VIEW edge_rows AS {rows.sql(dialect=self.engine.dialect)}"
        )
        past, ahead = (
            self.engine.query(_sql(name), now).column("moment").to_pylist()
            for name in ("edges_behind", "edges_ahead")
        )
        return past, ahead

    def _most(self) -> int:
        """Say how many edges can be afforded: a few at least, of however much history."""
        (row,) = self.engine.query(_sql("rows_of_one"), {"slot": self.slot}).to_pylist()
        rows = int(row["n"])
        return max(ROUNDS[0], min(sum(ROUNDS), WORK // max(1, rows)))

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
            self.engine.execute(_sql("looks_at_one"), looks)
            rows = self.engine.query(
                f"SELECT look_at(slot) AS moment FROM ({self.query}) AS evaluation "
                f"WHERE {self.column}"
            )
            held = set(rows.column("moment").to_pylist())
            yield from ((moment, moment in held) for moment in part)
            start += size


def _sql(name: str) -> str:
    return statement("ticks", name)
