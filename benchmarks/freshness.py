"""How fresh memberships are: events loaded into a running server, until a tick has taken them in.

Call: python benchmarks/freshness.py [--json] [--quick]. A real ``dataout serve`` over the log of
evaluate.py (20M events, 30 segments); every second a thousand events that happen now are loaded
through its socket, for ten minutes. An event's wait counts from the answer to its loading, which
comes after it is committed, until a tick that began later is done. Exit 1 if a figure misses.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from random import Random

from evaluate import PEOPLE, Figure, _figure, _fill, _print, _written
from ruamel.yaml import YAML

from dataout.app.serving.connect import carried_out, reach
from dataout.app.serving.wire import Request, this_version
from dataout.app.state import open_engine

PER_SECOND = 1_000
MILLION = 1_000_000
PAUSE = 0.02
LONGEST = 120
"""So many seconds a server may take until it ticks, and an event until a tick has it."""

PROJECT = {
    "name": "freshness",
    "timezone": "UTC",
    "environments": {"dev": {"sandbox": True}},
    "sources": {"shop": {"zone": "UTC"}},
}
CHANGES = [rf'dataout_membership_changes_total\{{cause="{cause}"\}}' for cause in ("data", "time")]
EVENTS = {
    "page_viewed": 40,
    "product_viewed": 25,
    "products_searched": 8,
    "app_opened": 8,
    "added_to_cart": 6,
    "cart_started": 5,
    "checkout_started": 3,
    "purchased": 3,
    "email_opened": 2,
}
"""Kinds of events, and how many of a hundred are of each."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that ticks: where it is, and where it shows its figures."""

    state: Path
    project: Path
    metrics: str

    def figure(self, name: str) -> float:
        """Read one figure."""
        with urllib.request.urlopen(self.metrics, timeout=LONGEST) as answer:  # noqa: S310 - loopback
            text = answer.read().decode()
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def load(self, file: Path) -> None:
        """Load a file, as ``dataout load`` does. Raises ``AssertionError`` where that fails."""
        call = ("--project", str(self.project), "load", str(file), "--as", "events")
        request = Request(this_version(), call, str(self.project), (), {})
        out = StringIO()
        connection = reach(self.state)
        if connection is None or carried_out(connection, request, {"out": out, "err": out}) != 0:
            raise AssertionError(out.getvalue())


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--quick", action="store_true", help="5M events, 30 seconds")
    chosen = arguments.parse_args()
    millions, seconds = (5, 30) if chosen.quick else (20, 600)
    with tempfile.TemporaryDirectory() as folder:
        figures = list(_measured(Path(folder), millions, seconds))
    if chosen.json:
        print(json.dumps({"figures": figures}))
    else:
        _print(figures)
    return 0 if all(figure["ok"] for figure in figures) else 1


def _measured(project: Path, millions: int, seconds: int) -> Iterator[Figure]:
    state = _made(project, millions * MILLION)
    with _serving(project, state) as served:
        loads, waits = _fed(served, seconds)
        ticks = served.figure("dataout_ticks_total")
        changes = sum(map(served.figure, CHANGES))
    title = f"{millions}M, {seconds} s"
    yield _figure(f"{title}: loading 1,000 events, median (s)", statistics.median(loads), None)
    yield _figure(f"{title}: commit to membership, median (s)", statistics.median(waits), None)
    yield _figure(f"{title}: commit to membership, p99 (s)", _percentile(waits, 0.99), 1.5)
    yield _figure(f"{title}: commit to membership, longest (s)", max(waits), None)
    yield _figure(f"{title}: events per second", len(waits) * PER_SECOND / seconds, None)
    yield _figure(f"{title}: ticks", ticks, None)
    yield _figure(f"{title}: changes by data and time", changes, None)


def _percentile(values: Sequence[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def _made(project: Path, events: int) -> Path:
    """Make a project with its log; give the folder of its state."""
    written = _written()
    segments = {name: {"who": who} for name, who in written["segments"].items()}
    with (project / "dataout.yaml").open("w") as file:
        YAML().dump({**PROJECT, "traits": dict(written["traits"]), "segments": segments}, file)
    state = project / ".dataout" / "dev"
    engine = open_engine(state)
    try:
        _fill(engine, events)
        for table in ("log", "clustered"):
            engine.execute(f"DROP TABLE {table}")
    finally:
        engine.close()
    return state


@contextmanager
def _serving(project: Path, state: Path) -> Iterator[Served]:
    """Start a server, and wait until it has ticked."""
    program = str(Path(sys.executable).with_name("dataout"))
    call = [program, "--project", str(project), "serve", "--port", "8765"]
    process = subprocess.Popen(call)  # noqa: S603 - our own program
    try:
        served = Served(state, project, "http://127.0.0.1:8765/metrics")
        _until(lambda: _ticked(served))
        yield served
    finally:
        process.terminate()
        process.wait(LONGEST)


def _ticked(served: Served) -> bool:
    try:
        return served.figure("dataout_ticks_total") > 0
    except OSError:
        return False


def _until(holds: Callable[[], bool]) -> None:
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > LONGEST:
            raise AssertionError(holds)
        time.sleep(PAUSE)


@dataclass(slots=True)
class Waits:
    """Commits that no tick has taken in yet, and how long those waited that one has."""

    served: Served
    open: list[float] = field(default_factory=list)
    over: list[float] = field(default_factory=list)

    def look(self) -> bool:
        """See what has been taken in; say whether that is everything."""
        ticked = self.served.figure("dataout_last_tick_timestamp_seconds")
        now = time.time()
        self.over += [now - each for each in self.open if each <= ticked]
        self.open = [each for each in self.open if each > ticked]
        return not self.open


def _fed(served: Served, seconds: int) -> tuple[list[float], list[float]]:
    """Load a thousand events each second; give how long loads took, and waits after them."""
    random, waits, loads = Random(1), Waits(served), []  # noqa: S311 - makes the same each time
    started = time.time()
    for number in range(seconds):
        while time.time() < started + number:
            waits.look()
            time.sleep(PAUSE)
        file = served.project / "now.jsonl"
        file.write_text("".join(_event(random, number, each) for each in range(PER_SECOND)))
        before = time.time()
        served.load(file)
        waits.open.append(time.time())
        loads.append(waits.open[-1] - before)
    _until(waits.look)
    return loads, waits.over


def _event(random: Random, second: int, number: int) -> str:
    (name,) = random.choices([*EVENTS], [*EVENTS.values()])
    event = {
        "profile_id": f"p{1 + int(PEOPLE * random.random() ** 3)}",
        "event": name,
        "event_time": round(time.time(), 3),
        "event_id": f"{second}-{number}",
        "source": "shop",
        "properties": {"category": random.randint(1, 12), "value": random.randint(500, 30_000)},
    }
    return json.dumps(event) + "\n"


if __name__ == "__main__":
    sys.exit(main())
