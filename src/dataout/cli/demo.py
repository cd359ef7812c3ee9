"""The demo: a simulated shop, from files to an audience at an emulated platform."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from dataout.app.clock import SystemClock
from dataout.app.commands import deliver, load
from dataout.app.commands.check import read
from dataout.app.commands.explain import explain
from dataout.app.commands.init import init
from dataout.app.commands.preview import PreviewResult, preview
from dataout.app.wiring import Surroundings
from dataout.app.workspace import Workspace, chosen_environment, opened
from dataout.cli.explanation import explanation
from dataout.cli.render import loaded, plan_table, run_table, waterfall
from dataout.cli.session import as_plain, head
from dataout.testing.emulators.meta import MetaEmulator
from dataout.testing.emulators.server import serving, wait, wall_clock
from dataout.testing.worlds import Files, shop

SEED = 7
PEOPLE = 2_000
AUDIENCE = "cart_recovery"


def run(keep: Path | None, *, as_json: bool) -> int:
    """Run the whole loop and print each of its results; gives the exit code."""
    out = Console(width=None if os.isatty(1) else 120, highlight=False, quiet=as_json)
    emulator = MetaEmulator(wall_clock, advance=wait)
    with _folder(keep) as folder, serving({"meta": emulator.handle}) as address:
        init(folder, "cart-recovery")
        world = shop(SEED, PEOPLE, SystemClock().now())
        files = world.write(folder / "data")
        out.print(escape(f"{world.label}"), style="bold")
        definition = read(folder)
        environment = chosen_environment(definition, "dev")
        surroundings = Surroundings(os.environ, sandbox=address)
        with opened(definition, environment, surroundings) as work:
            results = _loop(work, files, out)
        if as_json:
            print(json.dumps({"demo": as_plain(results)}, ensure_ascii=False))
        if keep is not None:
            out.print(escape(f"The project is in {keep}: cd {keep} && dataout sandbox"))
    return 0


def _loop(work: Workspace, files: Files, out: Console) -> dict[str, object]:
    results: dict[str, object] = {}
    loads = [("profiles", files.profiles), *(("events", path) for path in files.events)]
    for kind, path in (*loads, ("list:vip", files.vip)):
        got = load.load(work, [path], kind)
        results[f"load {path.name}"] = got
        loaded(out, f"\nload {path.name} --as {kind}", got)
    results["plan"] = plan = deliver.plan(work)
    out.print()
    plan_table(out, head(work, plan.at), plan)
    results["run"] = first = deliver.run(work)
    run_table(out, head(work, first.at), first)
    results["preview"] = counts = preview(work, AUDIENCE)
    waterfall(out, head(work, counts.at), counts)
    results["explain"] = why = explain(work, _somebody(work, counts), AUDIENCE)
    explanation(out, head(work, why.at), why)
    results["second run"] = second = deliver.run(work)
    out.print("\nThe same again, with nothing new:")
    run_table(out, head(work, second.at), second)
    return results


def _somebody(work: Workspace, counts: PreviewResult) -> str:
    """Pick a person worth explaining: one who started a cart and bought; else anybody desired."""
    rows = work.engine.query(
        "SELECT p.profile_id FROM funnel AS f JOIN profiles AS p ON p.slot = f.slot "
        "WHERE f.audience = $audience AND f.step = 'suppressed' ORDER BY p.profile_id LIMIT 1",
        {"audience": AUDIENCE},
    ).to_pylist()
    return str(rows[0]["profile_id"]) if rows else counts.sample[0].profile_id


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="dataout-demo-") as name:
        yield Path(name) / "shop"
