"""Ticks over keyed streams, beside statements by hand that evaluate the same segments in full.

Call: python benchmarks/ticks.py [--json] [--quick] [--millions 5 20 100] [--segments 30 100 300].
The log is that of evaluate.py; what was received after an instant is held back, and then arrives in
ticks. More than 30 segments are the same ones with other durations. Prints each figure beside what
it must reach; exit 1 if one misses.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evaluate import (
    AT,
    Figure,
    _by_hand,
    _figure,
    _fill,
    _print,
    _seconds,
    _translated,
    _written,
)

from dataout.app.state import open_engine
from dataout.audiences import snapshots
from dataout.audiences.evaluate import evaluate, unpivot
from dataout.audiences.keyed import KeyedTicks
from dataout.engines.duckdb import DuckDB
from dataout.model.people import Instant
from dataout.model.times import parse_duration
from dataout.segments.formulas import Program, as_program
from dataout.sql.scope import Scope

MINUTE = 60_000
MILLION = 1_000_000
IDLE = 5
SIZES = {1_000: 5, 10_000: 3, 100_000: 1}
"""So many events in a tick, and how many such ticks."""

FEW = 30
"""The segments that statements by hand say, too."""

MUST_OF_MANY = {1_000: 150}
"""What a tick of 300 segments may take at most (ms)."""

ANOTHER = {"event": "product_viewed", "where": {"category": 1}, "count": {"gte": 5}}

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
    arguments.add_argument("--quick", action="store_true", help="5M events, 30 segments only")
    arguments.add_argument("--millions", type=int, nargs="+", default=[5, 20], help="events")
    arguments.add_argument("--segments", type=int, nargs="+", default=[30, 300])
    chosen = arguments.parse_args()
    sizes, counts = ([5], [30]) if chosen.quick else (chosen.millions, chosen.segments)
    figures = [each for size in sizes for each in _measured(size, counts)]
    if chosen.json:
        print(json.dumps({"figures": figures}))
    else:
        _print(figures)
    return 0 if all(figure["ok"] for figure in figures) else 1


def _measured(millions: int, counts: Sequence[int]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _made(folder / "state", millions * MILLION)
        for count in counts:
            state = folder / str(count)
            shutil.copytree(folder / "state", state)
            engine = open_engine(state)
            try:
                title = f"{millions}M, {count} segments"
                yield from _ticked(engine, _varied(count), title, state / "snapshots")
            finally:
                engine.close()
                shutil.rmtree(state)


def _made(state: Path, events: int) -> None:
    """Make the log, and hold back what comes later."""
    engine = open_engine(state)
    try:
        _fill(engine, events)
        for text in HOLD_BACK:
            engine.execute(text)
    finally:
        engine.close()


def _varied(count: int) -> Program:
    """Give so many segments: those of the reference, then the same with other durations."""
    written = _written()
    segments: dict[str, object] = {}
    for turn in itertools.count():
        for name, who in written["segments"].items():
            if len(segments) == count:
                return _translated(segments, written["traits"])
            segments[f"{name}_{turn}"] = {"who": _longer(who, turn)}
    raise AssertionError(count)


def _longer(said: Any, turn: int) -> Any:
    """Make all durations in a definition longer, by a twentieth each turn."""
    match said:
        case str() if (span := parse_duration(said)) is not None:
            return f"{span * (20 + turn) // 20}ms"
        case list():
            return [_longer(each, turn) for each in said]
        case dict():
            return {key: _longer(each, turn) for key, each in said.items()}
        case _:
            return said


def _ticked(engine: DuckDB, segments: Program, title: str, kept: Path) -> Iterator[Figure]:
    few = len(segments.formulas) == FEW
    full = min(_seconds(lambda: _by_hand(engine, "log")) for _ in range(2))
    ticks, at = KeyedTicks(), AT
    ticks.take_up(segments, "UTC", engine.dialect)
    if few:
        yield _figure(f"{title}: by hand, 30 statements (s)", full, None)
    start = _seconds(lambda: ticks.tick(engine, at))
    yield _figure(f"{title}: streams from history, first tick (s)", start, 15 if few else None)
    idle = []
    for _ in range(IDLE):
        at = Instant(at + MINUTE)
        idle.append(_tick(ticks, engine, at))
    yield _figure(f"{title}: nothing but a minute (ms)", 1_000 * statistics.median(idle), None)
    if few:
        yield _figure(f"{title}: the same / by hand", statistics.median(idle) / full, 1 / 200)
    for many, rounds in SIZES.items():
        took = []
        for _ in range(rounds):
            at = _arrived(engine, many, at)
            took.append(_tick(ticks, engine, at))
        middle = statistics.median(took)
        must = None if few else MUST_OF_MANY.get(many)
        yield _figure(f"{title}: {many:,} events (ms)", 1_000 * middle, must)
        if few:
            yield _figure(f"{title}: the same / by hand", middle / full, MUST[many])
    at = Instant(at + MINUTE)
    ticks.take_up(_with_another(segments), "UTC", engine.dialect)
    yield _figure(f"{title}: a new segment, live (s)", _tick(ticks, engine, at), 1)
    ticks.take_up(segments, "UTC", engine.dialect)
    ticks.tick(engine, at)
    yield _figure(f"{title}: in memory (MB)", ticks.nbytes / MILLION, 1_000)
    yield _figure(f"{title}: a snapshot written (s)", _kept(ticks, engine, kept), None)
    ticks = KeyedTicks()
    at = _arrived(engine, 1_000, at)
    start = _seconds(lambda: _restored(ticks, engine, segments, kept, at))
    yield _figure(f"{title}: restart from snapshot, 1,000 events since (s)", start, 2)
    yield _figure(f"{title}: members wrong", _wrong(engine, segments, at), 0)


def _with_another(segments: Program) -> Program:
    """Add a segment that needs all of a stream that nobody had."""
    formulas = _translated({"another": {"who": ANOTHER}}, {}).formulas
    return as_program({**segments.formulas, **formulas})


def _tick(ticks: KeyedTicks, engine: DuckDB, at: Instant) -> float:
    return _seconds(lambda: ticks.tick(engine, at))


def _kept(ticks: KeyedTicks, engine: DuckDB, folder: Path) -> float:
    """Write a snapshot of what is in memory."""
    taken = ticks.snapshot()
    if taken is None:
        raise AssertionError(ticks)
    snapshots.begin(engine, "benchmark")
    took = _seconds(lambda: snapshots.write(folder, taken, "benchmark"))
    snapshots.finish(engine, folder, "benchmark")
    return took


def _restored(
    ticks: KeyedTicks, engine: DuckDB, segments: Program, folder: Path, at: Instant
) -> None:
    """Begin as another server does, and tick."""
    ticks.take_up(segments, "UTC", engine.dialect)
    found = snapshots.read(engine, folder, ticks.zone, ticks.needs)
    if found is None:
        raise AssertionError(folder)
    ticks.restore(found)
    ticks.tick(engine, at)


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
