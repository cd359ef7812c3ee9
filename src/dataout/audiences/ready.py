"""A program made ready to tick: its statements, and how looks are evaluated with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dataout.audiences.evaluate import unpivot
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.segments.formulas import Program, program_of
from dataout.sql.edges import edges
from dataout.sql.evaluate import evaluation
from dataout.sql.scope import Scope


@dataclass(frozen=True, slots=True)
class Looking:
    """What evaluates every look in ``looks``; ``columns`` says where each segment's answer is."""

    columns: Mapping[str, str]
    query: str


@dataclass(frozen=True, slots=True)
class Ticking:
    """A program made ready to tick: compiled once, for whatever people and instants there will be.

    ``numbers`` says which rows of ``edges_query`` (None: there are none) are a segment's edges.
    """

    program: Program
    zone: str
    dialect: str
    looking: Looking
    edges_query: str | None
    numbers: Mapping[str, tuple[int, ...]]


def ticking(program: Program, zone: str, dialect: str) -> Ticking:
    """Compile a program; ``zone`` (IANA) holds for texts without offset."""
    found = edges(program, Scope(Instant(0), None, zone, "edged"))
    return Ticking(
        program,
        zone,
        dialect,
        _looking(program, zone, dialect),
        None if found.rows is None else found.rows.sql(dialect=dialect),
        found.numbers,
    )


def _looking(program: Program, zone: str, dialect: str) -> Looking:
    compiled = evaluation(program, Scope(None, None, zone, "looks"))
    return Looking(compiled.columns, compiled.query.sql(dialect=dialect))


def looking_for(ready: Ticking, names: Iterable[str]) -> Looking:
    """Compile the looks of some segments alone: worth it where a look reads very much."""
    return _looking(program_of(ready.program, names), ready.zone, ready.dialect)


def look(engine: Engine, looking: Looking) -> None:
    """Evaluate every look in ``looks``; fill ``found`` with who (a look) is in what (segment)."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE evaluation AS {looking.query}")
    unpivot(engine, looking.columns, "found")


def show_edges(engine: Engine, ready: Ticking, names: Iterable[str]) -> None:
    """Show the edges of segments, of the people in ``edged``, as ``edge_rows``.

    A view: whoever reads it says which moments matter, and no others are ever written down.
    """
    numbers = sorted({number for name in names for number in ready.numbers[name]})
    rows = "SELECT 0 AS slot, 0 AS number, 0 AS moment WHERE FALSE"
    if ready.edges_query is not None and numbers:
        wanted = ", ".join(map(str, numbers))
        rows = f"SELECT * FROM ({ready.edges_query}) AS every WHERE number IN ({wanted})"
    engine.execute(f"CREATE OR REPLACE TEMP VIEW edge_rows AS {rows}")
