"""Loading and evaluating a real year of a shop.

Call: python benchmarks/online_retail.py [--json] [--quick]. Needs ``DATAOUT_TESTDATA``
(docs/data.md). Prints each figure beside what it must reach; exit 1 if one misses.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dataout.app.state import open_engine
from dataout.audiences.evaluate import counts, evaluate
from dataout.ingest.intake import LoadOptions
from dataout.ingest.load import load
from dataout.ingest.mapping import read_mapping
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.segments.orders import CancelUnits, OrderRule
from dataout.segments.parse import parse_segments
from dataout.segments.translate import Definitions, program
from dataout.segments.tree import Condition
from dataout.sql.scope import Scope

ROOT = Path(__file__).parents[1]
MAPPING = ROOT / "examples" / "online-retail" / "invoices.mapping.yaml"
AT = Instant(1_306_886_400_000)  # 2011-06-01T00:00:00Z

SEGMENTS = {
    "buyers": {"event": "purchase"},
    "bought_30d": {"event": "purchase", "within": "30d"},
    "one_invoice": {"event": "purchase", "distinct": {"property": "invoice", "is": 1}},
    "first_time_21_45": {"event": "purchase", "which": "first", "age": ["21d", "46d"]},
    "big_spenders": {
        "event": "purchase",
        "within": "90d",
        "sum": {"property": "amount", "gt": 1000},
    },
    "net_90d": {
        "event": ["purchase", "cancellation"],
        "within": "90d",
        "sum": {"property": "amount", "gt": 1000},
    },
    "cancelled_30d": {"event": "cancellation", "within": "30d"},
    "lapsed": {"all": [{"event": "purchase"}, {"not": {"event": "purchase", "within": "90d"}}]},
    "dear_items": {"event": "purchase", "where": {"unit_price": {"gte": 50}}, "within": "180d"},
    "bought_since_cancelling": {"event": "purchase", "since": {"event": "cancellation"}},
}

OF_ORDERS = {
    "all_cancelled": {
        "all": [{"event": "purchase", "gross": True}, {"event": "purchase", "count": 0}]
    },
    "first_time_21_45": {
        "all": [
            {"event": "purchase", "count": 1},
            {"event": "purchase", "which": "first", "age": ["21d", "46d"]},
        ]
    },
    "lapsed": {"event": "purchase", "which": "last", "older_than": "90d"},
    "dear_orders": {"event": "purchase", "avg": {"property": "amount", "gte": 600}},
    "dear_items": {"event": "purchase", "where": {"unit_price": {"gte": 50}}, "within": "180d"},
}
RETURN = CancelUnits("cancellation", (("sku",), ("unit_price",)), ("quantity",))
INVOICES = {"purchase": OrderRule("purchase", ("invoice",), ("amount",), "sum", (RETURN,))}


MUST = {
    "load 541,909 rows (s)": 5.0,
    "evaluate 10 segments (s)": 1.0,
    "5 segments of net orders (s)": 2.0,
}


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--quick", action="store_true")
    chosen = arguments.parse_args()
    file = Path(os.environ["DATAOUT_TESTDATA"]) / "events" / "online_retail.parquet"
    rounds = [_round(file) for _ in range(1 if chosen.quick else 3)]
    figures = [
        _figure(name, [figures[at] for figures in rounds], must)
        for at, (name, must) in enumerate(MUST.items())
    ]
    if chosen.json:
        print(json.dumps({"figures": figures}))
    else:
        for figure in figures:
            mark = "ok" if figure["ok"] else "MISSED"
            print(f"{figure['name']:<28} {figure['value']:>8} must {figure['must']:>6} {mark}")
    return 0 if all(figure["ok"] for figure in figures) else 1


def _round(file: Path) -> tuple[float, ...]:
    """Load into a fresh engine, then evaluate; the median of three evaluations counts."""
    options = LoadOptions(now=AT, mapping=read_mapping(MAPPING))
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder))
        loading = _seconds(lambda: load(engine, [file], "events", options))
        plain = _evaluating(engine, Definitions(_parsed(SEGMENTS)))
        netted = _evaluating(engine, Definitions(_parsed(OF_ORDERS), orders=INVOICES))
        engine.close()
    return loading, plain, netted


def _parsed(segments: Mapping[str, object]) -> Mapping[str, Condition]:
    return parse_segments({name: {"who": who} for name, who in segments.items()})


def _evaluating(engine: Engine, definitions: Definitions) -> float:
    scope = Scope(AT, None, "UTC")

    def evaluation() -> object:
        return counts(engine, evaluate(engine, program(definitions), scope))

    return statistics.median(_seconds(evaluation) for _ in range(3))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _figure(name: str, measured: list[float], must: float) -> dict[str, object]:
    value = statistics.median(measured)
    return {"name": name, "value": round(value, 3), "must": must, "ok": value <= must}


if __name__ == "__main__":
    sys.exit(main())
