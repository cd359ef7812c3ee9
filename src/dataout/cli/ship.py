"""Commands that ship: load, plan, apply, run, serve."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from dataout.cli.session import Session, head, instant

if TYPE_CHECKING:
    from dataout.sync.plan import KeptPlan

PANEL = "Ship"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for command in (load, plan, apply, run, serve):
        app.command(rich_help_panel=PANEL)(command)


def load(
    context: typer.Context,
    files: list[str] = typer.Argument(metavar="FILE..."),
    kind: str = typer.Option(
        ..., "--as", help="events, profiles, objects, relationships or list:NAME."
    ),
    mapping: Path = typer.Option(None, help="Which column is what."),
) -> int:
    """Bring in csv, jsonl or parquet files. Loading a file again changes nothing."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import load as command
        from dataout.cli.render import loaded, progress

        with progress("Loading", shown=not session.as_json) as report:
            result = command.load(work, files, kind, mapping, report)
        title = head(work)
        session.answer(result, lambda out: loaded(out, title, result))
    return 1 if result.rejected else 0


def plan(
    context: typer.Context,
    syncs: list[str] = typer.Argument(None, metavar="[SYNC]..."),
    out: Path = typer.Option(None, help="Keep the plan in a file, for apply."),
) -> None:
    """Show what would change at each destination. Sends nothing."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import deliver as command
        from dataout.cli.render import plan_table

        result = command.plan(work, syncs or ())
        if out is not None:
            _keep(out, command.spelled(work, result))
        title = head(work, result.at)
        session.answer(result, lambda to: plan_table(to, title, result))


def _keep(file: Path, text: str) -> None:
    from dataout.app.state import private_files
    from dataout.errors import UsageError

    try:
        with private_files():
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"The plan cannot be written to {file}: {error.strerror}.", "Name another file."
        ) from error


def apply(
    context: typer.Context,
    kept: Path = typer.Argument(None, metavar="[PLAN]"),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> int:
    """Deliver what still holds of a kept plan; without one: plan, show, ask, deliver."""
    session: Session = context.obj
    if kept is None and not yes:
        _ask_for_a_server(session)
    with session.workspace() as work:
        from dataout.app.commands import deliver as command
        from dataout.cli.render import plan_table, run_table
        from dataout.cli.session import console
        from dataout.sync.plan import read_plan

        if kept is not None:
            result = command.apply(work, _kept(kept))
        else:
            made = command.plan(work)
            if not yes:
                plan_table(console(errors=session.as_json), head(work, made.at), made)
                _confirm()
            result = command.apply(work, read_plan(command.spelled(work, made)))
        title = head(work, result.at)
        session.answer(result, lambda out: run_table(out, title, result))
    return 3 if result.failed else 1 if result.attention else 0


def _ask_for_a_server(session: Session) -> None:
    """Where a server has the environment: let it plan, ask here, let it apply that plan.

    It would wait for the answer otherwise, and nothing would tick meanwhile.
    """
    with TemporaryDirectory(prefix="dataout-plan-") as folder:
        plan = str(Path(folder) / "plan.json")
        shown = sys.stderr if session.as_json else sys.stdout
        code = session.reach.served(session, ["plan", "--out", plan], shown)
        if code is None:
            return
        if code == 0:
            _confirm()
            again = ["--json"] if session.as_json else []
            code = session.reach.served(session, [*again, "apply", plan], sys.stdout)
        if code is not None:
            raise typer.Exit(code)


def _kept(file: Path) -> KeptPlan:
    from dataout.errors import UsageError
    from dataout.sync.plan import read_plan

    try:
        return read_plan(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"The plan {file} cannot be read ({type(error).__name__}).",
            "Make one with `dataout plan --out FILE`.",
        ) from error


def _confirm() -> None:
    from dataout.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to say yes.", "Say it beforehand: dataout apply --yes.")
    if not typer.confirm("Deliver this?", err=True):
        raise typer.Exit(0)


def run(
    context: typer.Context,
    syncs: list[str] = typer.Argument(None, metavar="[SYNC]..."),
    at: str = typer.Option(None, help="Another instant; only in a sandboxed environment."),
) -> int:
    """Make one pass: evaluate, plan, deliver, record. For cron and orchestrators."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import deliver as command
        from dataout.cli.render import run_table

        result = command.run(work, syncs or (), instant(work, at))
        title = head(work, result.at)
        session.answer(result, lambda out: run_table(out, title, result))
    return 3 if result.failed else 1 if result.attention else 0


def serve(
    context: typer.Context,
    host: str = typer.Option("127.0.0.1", help="Where figures are shown at /metrics."),
    port: int = typer.Option(8764, min=0, max=65_535, help="Its port; 0 takes a free one."),
) -> None:
    """Keep memberships up to now, continuously, and answer other commands meanwhile."""
    from dataout.cli.serve import serve as keep_on

    session: Session = context.obj
    keep_on(session, host, port)
