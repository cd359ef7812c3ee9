"""All segments of a shop in one query, beside one statement per segment written by hand.

Call: python benchmarks/evaluate.py [--json] [--quick]. Makes its own log (reference_log.sql), the
same each time. Prints each figure beside what it must reach; exit 1 if one misses. Where chdb is
installed (it is no dependency: half a gigabyte), its scans with countIf are measured as well.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dataout.app.state import open_engine
from dataout.audiences.evaluate import evaluate
from dataout.engines.duckdb import DuckDB
from dataout.model.people import Instant
from dataout.segments.formulas import Program, program_of
from dataout.segments.parse import parse_segments, parse_traits
from dataout.segments.translate import Definitions, program
from dataout.sql.evaluate import evaluation
from dataout.sql.scope import Scope

HERE = Path(__file__).parent
DAY = 86_400_000
HOUR = 3_600_000
START = 1_779_753_600_000  # 2026-05-26T00:00:00Z
DAYS = 182
AT = Instant(START + 180 * DAY)
PEOPLE = 1_000_000
PER_SESSION = 5.68
"""Events that a session of the log comes to, messages included."""

COUNTED = {
    "cart_4h_no_purchase": "countIf(name = 'cart_started' AND event_time > {at} - 4 * {hour}) >= 1"
    " AND countIf(name = 'purchased' AND event_time > {at} - 4 * {hour}) = 0",
    "checkout_abandoned_2h": "countIf(name = 'checkout_started' AND event_time > {at} - 2 * {hour})"
    " >= 1 AND countIf(name = 'purchased' AND event_time > {at} - 2 * {hour}) = 0",
    "purchased_30d": "countIf(name = 'purchased' AND event_time > {at} - 30 * {day}) >= 1",
    "purchased_category_7d": "countIf(name = 'purchased' AND category = 3"
    " AND event_time > {at} - 7 * {day}) >= 1",
    "three_purchases_90d": "countIf(name = 'purchased' AND event_time > {at} - 90 * {day}) >= 3",
    "opens_no_purchase": "countIf(name = 'email_opened' AND event_time > {at} - 30 * {day}) >= 3"
    " AND countIf(name = 'purchased' AND event_time > {at} - 60 * {day}) = 0",
    "unsubscribed": "countIf(name = 'unsubscribed') >= 1",
    "app_dormant_14d_60d": "countIf(name = 'app_opened' AND event_time > {at} - 60 * {day}) >= 1"
    " AND countIf(name = 'app_opened' AND event_time > {at} - 14 * {day}) = 0",
    "searched_no_cart_24h": "countIf(name = 'products_searched' AND event_time > {at} - {day}) >= 2"
    " AND countIf(name = 'added_to_cart' AND event_time > {at} - {day}) = 0",
    "refunded_30d": "countIf(name = 'refunded' AND event_time > {at} - 30 * {day}) >= 1",
    "advocates": "countIf(name = 'review_submitted') >= 1 AND countIf(name = 'purchased') >= 2",
    "bought_less_often": "countIf(name = 'purchased' AND event_time > {at} - 120 * {day}"
    " AND event_time <= {at} - 60 * {day}) >= 2"
    " AND countIf(name = 'purchased' AND event_time > {at} - 60 * {day}) = 0",
}
"""What counts of events in windows can say, one scan of the log each."""

Figure = dict[str, Any]


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--quick", action="store_true", help="5M events only")
    chosen = arguments.parse_args()
    sizes = (5,) if chosen.quick else (5, 20)
    measured = {size: _measured(size, 5) for size in sizes}
    figures = [figure for size in sizes for figure in _figures(size, measured[size])]
    if len(sizes) > 1:
        growth = measured[20]["ours"] / measured[5]["ours"]
        figures.append(_figure("ours, growth from 5M to 20M events (×)", growth, 4.4))
    if chosen.json:
        print(json.dumps({"figures": figures}))
    else:
        _print(figures)
    return 0 if all(figure["ok"] for figure in figures) else 1


def _measured(millions: int, rounds: int) -> Mapping[str, float]:
    """Make a log and evaluate it each way; medians in seconds, members that differ, all told."""
    segments = _program()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "state")
        try:
            _fill(engine, millions * 1_000_000)
            found: dict[str, list[float]] = {"ours": [], "by hand": [], "by hand, clustered": []}
            for _ in range(rounds):
                # In turn, so that whatever else the machine does falls on all of them.
                found["ours"].append(_seconds(lambda: evaluate(engine, segments, _scope())))
                found["by hand, clustered"].append(_seconds(lambda: _by_hand(engine, "clustered")))
                found["by hand"].append(_seconds(lambda: _by_hand(engine, "log")))
            result = {name: statistics.median(times) for name, times in found.items()}
            columns = evaluate(engine, segments, _scope())
            result["wrong"] = sum(_differences(engine, *pair) for pair in columns.items())
            result["compile"] = min(_seconds(lambda: _compiled(segments)) for _ in range(3))
            result |= _chdb(engine, Path(folder))
        finally:
            engine.close()
    return result


def _written() -> Mapping[str, Any]:
    found: Mapping[str, Any] = YAML(typ="safe").load(
        (HERE / "reference_segments.yaml").read_text("utf-8")
    )
    return found


def _program() -> Program:
    written = _written()
    segments = {name: {"who": who} for name, who in written["segments"].items()}
    return _translated(segments, written["traits"])


def _translated(segments: Mapping[str, object], traits: Mapping[str, object]) -> Program:
    known = parse_traits(traits)
    return program(Definitions(parse_segments(segments, traits=known), known))


def _scope() -> Scope:
    return Scope(AT, None, "UTC")


def _compiled(segments: Program) -> str:
    return evaluation(segments, _scope()).query.sql(dialect="duckdb")


def _statements(file: str) -> Mapping[str, str]:
    """Read the statements of a file by the names in the comments above them."""
    found: dict[str, str] = {}
    for part in ("\n" + (HERE / file).read_text("utf-8")).split("\n-- ")[1:]:
        head, body = part.split("\n", 1)
        found[head.split(":", 1)[0]] = body.strip().removesuffix(";")
    return found


def _fill(engine: DuckDB, events: int) -> None:
    """Make the log, and load it: the rows are those that ``dataout load`` makes of it."""
    values = {
        "people": PEOPLE,
        "days": DAYS,
        "start": START,
        "sessions": int(events / PER_SESSION),
    }
    for file in ("reference_log.sql", "reference_engine.sql"):
        for text in _statements(file).values():
            engine.execute(text, {name: v for name, v in values.items() if f"${name}" in text})
    engine.execute("CREATE TABLE clustered AS SELECT * FROM log ORDER BY name, event_time")
    engine.execute("CHECKPOINT")


def _at(text: str, table: str = "log") -> str:
    big = {"hour": f"CAST({HOUR} AS BIGINT)", "day": f"CAST({DAY} AS BIGINT)"}
    return text.format(at=int(AT), log=table, **big)


def _by_hand(engine: DuckDB, table: str) -> None:
    for name, text in _statements("reference_segments.sql").items():
        engine.execute(f"CREATE OR REPLACE TEMP TABLE hand_{name} AS {_at(text, table)}")


def _differences(engine: DuckDB, name: str, column: str) -> int:
    """Count who is in a segment by one way only."""
    rows = engine.query(
        f"SELECT count(*) AS n FROM evaluation AS e FULL JOIN hand_{name} AS h ON h.person = e.slot"
        f" WHERE coalesce(e.{column}, FALSE) <> (h.person IS NOT NULL)"
    )
    return int(rows.to_pylist()[0]["n"])


def _chdb(engine: DuckDB, folder: Path) -> Mapping[str, float]:
    """Measure scans with countIf, and ours over the same segments; nothing without chdb."""
    if importlib.util.find_spec("chdb") is None:
        print("chdb is NOT installed: its scans are left out (pip install chdb).", file=sys.stderr)
        return {}
    from chdb.session import Session  # type: ignore[import-not-found,unused-ignore]

    file = folder / "log.parquet"
    engine.execute(f"COPY (SELECT * REPLACE (CAST(name AS VARCHAR) AS name) FROM log) TO '{file}'")
    session = Session(str(folder / "chdb"))
    session.query(
        "CREATE TABLE log (person Int32, name LowCardinality(String), event_time Int64,"
        " category Nullable(UInt8)) ENGINE = MergeTree ORDER BY (name, event_time)"
    )
    session.query(
        f"INSERT INTO log SELECT person, name, event_time, category FROM file('{file}', Parquet)"
    )
    scanning = _seconds(lambda: [session.query(_counting(each)) for each in COUNTED.values()])
    session.close()
    counted = program_of(_program(), COUNTED)
    ours = _seconds(lambda: evaluate(engine, counted, _scope()))
    return {"chdb": scanning, "ours, as chdb": ours}


def _counting(condition: str) -> str:
    plain = condition.format(at=int(AT), hour=HOUR, day=DAY)
    return (
        f"SELECT count() FROM (SELECT person FROM log WHERE event_time <= {int(AT)}"
        f" GROUP BY person HAVING {plain})"
    )


def _figures(size: int, measured: Mapping[str, float]) -> list[Figure]:
    ratio = measured["ours"] / measured["by hand"]
    figures = [
        _figure(f"{size}M: ours / by hand, received order (aim 0.7)", ratio, 1.0),
        _figure(f"{size}M: members wrong", measured["wrong"], 0),
        _figure(f"{size}M: compile 30 segments (s)", measured["compile"], 0.3),
        _figure(f"{size}M: ours, one query (s)", measured["ours"], None),
        _figure(f"{size}M: by hand, 30 statements (s)", measured["by hand"], None),
        _figure(f"{size}M: by hand, clustered (s)", measured["by hand, clustered"], None),
    ]
    if "chdb" in measured:
        count = len(COUNTED)
        figures += [
            _figure(f"{size}M: chdb, {count} scans with countIf (s)", measured["chdb"], None),
            _figure(f"{size}M: ours, the same {count} (s)", measured["ours, as chdb"], None),
        ]
    return figures


def _figure(name: str, value: float, must: float | None) -> Figure:
    """Make a figure; one without a bound is for scale."""
    return {
        "name": name,
        "value": round(value, 3),
        "must": must,
        "ok": must is None or value <= must,
    }


def _print(figures: list[Figure]) -> None:
    for figure in figures:
        bound = "" if figure["must"] is None else f"must {figure['must']:>5}"
        mark = "" if figure["must"] is None else "ok" if figure["ok"] else "MISSED"
        print(f"{figure['name']:<48} {figure['value']:>9} {bound:<11} {mark}".rstrip())


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
