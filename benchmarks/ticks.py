"""Ticks over keyed streams, beside statements by hand that evaluate the same segments in full.

Call: python benchmarks/ticks.py [--json] [--quick]. The log is that of evaluate.py; what was
received after an instant is held back, and then arrives in ticks. Prints each figure beside what it
must reach; exit 1 if one misses.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from evaluate import AT, Figure, _by_hand, _figure, _fill, _print, _program, _seconds

from dataout.app.state import open_engine
from dataout.audiences.evaluate import evaluate, unpivot
from dataout.audiences.keyed import KeyedTicks
from dataout.engines.duckdb import DuckDB
from dataout.model.people import Instant
from dataout.segments.formulas import Program
from dataout.sql.scope import Scope

MINUTE = 60_000
MILLION = 1_000_000
IDLE = 5
SIZES = {1_000: 5, 10_000: 3, 100_000: 1}
"""So many events in a tick, and how many such ticks."""

MUST = {1_000: 1 / 100, 10_000: 1 / 40, 100_000: 1 / 8}
"""What a tick may take at most, as a part of what the statements by hand take."""

HOLD_BACK = (
    f"CREATE TABLE to_come AS SELECT * FROM events WHERE received_at > {AT} ORDER BY landing",
    f"CREATE TABLE earlier AS SELECT * FROM events WHERE received_at <= {AT} ORDER BY landing",
    "DROP TABLE events",
    "ALTER TABLE earlier RENAME TO events",
    "CHECKPOINT",
)
ARRIVE = """
  INSERT INTO events BY NAME SELECT * FROM to_come
  WHERE landing > (SELECT max(landing) FROM events) ORDER BY landing LIMIT {many}
"""


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--quick", action="store_true", help="5M events only")
    chosen = arguments.parse_args()
    figures = [each for size in ((5,) if chosen.quick else (5, 20)) for each in _measured(size)]
    if chosen.json:
        print(json.dumps({"figures": figures}))
    else:
        _print(figures)
    return 0 if all(figure["ok"] for figure in figures) else 1


def _measured(millions: int) -> Iterator[Figure]:
    segments = _program()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "state")
        try:
            _fill(engine, millions * MILLION)
            for text in HOLD_BACK:
                engine.execute(text)
            yield from _ticked(engine, segments, f"{millions}M")
        finally:
            engine.close()


def _ticked(engine: DuckDB, segments: Program, title: str) -> Iterator[Figure]:
    full = min(_seconds(lambda: _by_hand(engine, "log")) for _ in range(2))
    ticks, at = KeyedTicks(), AT
    ticks.take_up(segments, "UTC", engine.dialect)
    yield _figure(f"{title}: by hand, 30 statements (s)", full, None)
    start = _seconds(lambda: ticks.tick(engine, at))
    yield _figure(f"{title}: streams from history, first tick (s)", start, 15)
    idle = []
    for _ in range(IDLE):
        at = Instant(at + MINUTE)
        idle.append(_tick(ticks, engine, at))
    yield _figure(f"{title}: nothing but a minute (ms)", 1_000 * statistics.median(idle), None)
    yield _figure(f"{title}: the same / by hand", statistics.median(idle) / full, 1 / 200)
    for many, rounds in SIZES.items():
        took = []
        for _ in range(rounds):
            at = _arrived(engine, many, at)
            took.append(_tick(ticks, engine, at))
        middle = statistics.median(took)
        yield _figure(f"{title}: {many:,} events (ms)", 1_000 * middle, None)
        yield _figure(f"{title}: the same / by hand", middle / full, MUST[many])
    yield _figure(f"{title}: in memory (MB)", ticks.nbytes / MILLION, 1_000)
    yield _figure(f"{title}: members wrong", _wrong(engine, segments, at), 0)


def _tick(ticks: KeyedTicks, engine: DuckDB, at: Instant) -> float:
    return _seconds(lambda: ticks.tick(engine, at))


def _arrived(engine: DuckDB, many: int, at: Instant) -> Instant:
    """Let the next events arrive; give when the last of them did."""
    engine.execute(ARRIVE.format(many=many))
    asked = "SELECT max(received_at) AS last FROM events WHERE landing > (SELECT events FROM ticks)"
    (row,) = engine.query(asked).to_pylist()
    return Instant(max(at, row["last"] or at))


def _evaluated(engine: DuckDB, segments: Program, at: Instant) -> None:
    unpivot(engine, evaluate(engine, segments, Scope(at, None, "UTC")), "members")


def _wrong(engine: DuckDB, segments: Program, at: Instant) -> int:
    """Count the memberships that only one of both has."""
    _evaluated(engine, segments, at)
    held = "SELECT segment, slot FROM memberships"
    told = "SELECT segment, slot FROM members"
    (row,) = engine.query(
        f"SELECT count(*) AS n FROM (({held} EXCEPT {told}) UNION ALL ({told} EXCEPT {held}))"
    ).to_pylist()
    return int(row["n"])


if __name__ == "__main__":
    sys.exit(main())
