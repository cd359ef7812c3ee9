"""Commands to try things with: demo, sandbox."""

from __future__ import annotations

from pathlib import Path

import typer

from dataout.cli.session import Session

PANEL = "Try"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for command in (demo, sandbox):
        app.command(rich_help_panel=PANEL)(command)


def demo(
    context: typer.Context,
    keep: Path = typer.Option(None, help="Keep the demo's project in this folder."),
) -> int:
    """Run the whole loop on a simulated shop against the sandbox."""
    from dataout.cli.demo import run

    session: Session = context.obj
    return run(keep, as_json=session.as_json)


def sandbox(
    context: typer.Context,
    port: int = typer.Option(
        None, min=0, max=65_535, help="The loopback port; 8765 if not said, 0 takes a free one."
    ),
    fail: list[str] = typer.Option(None, help="Let calls fail: see docs/sandbox.md."),
) -> None:
    """Serve the emulated platforms on loopback, for the dev environment, until stopped."""
    from dataout.cli.sandbox import serve

    session: Session = context.obj
    serve(session.folder, port, fail or ())
