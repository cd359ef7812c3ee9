"""The frame of every call: global options, groups of commands, exit codes, errors in words."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from dataout.cli.reach import Own
from dataout.cli.session import Reach
from dataout.cli.troubles import DONE, explained, stopped


class Grouped(TyperGroup):
    """Lists the commands of ``--help`` by what they are for, without the cost of drawing boxes."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Typer's own
        """Write one section per group, in the order in which groups were added."""
        width = formatter.width - 6 - max(map(len, self.commands))
        panels: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            panel = str(getattr(command, "rich_help_panel", ""))
            panels.setdefault(panel, []).append((name, command.get_short_help_str(width)))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)


def command_line() -> typer.Typer:
    """Put the commands together."""
    from dataout.cli import ask, build, ship, trial

    app = typer.Typer(
        name="dataout",
        cls=Grouped,
        help="Keeps ad platforms, CRMs and warehouses in step with who a customer is right now.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_globals)
    for group in (build, ship, ask, trial):
        group.register(app)
    return app


def _globals(
    context: typer.Context,
    project: Path = typer.Option(Path(), "--project", help="The project's folder."),
    env: str = typer.Option("dev", "--env", envvar="DATAOUT_ENV", help="The environment."),
    json: bool = typer.Option(False, "--json", help="Print one JSON object on standard output."),
) -> None:
    reach: Reach = context.obj
    context.obj = reach.session(project, env, as_json=json)


def main() -> None:
    """Run ``dataout``; the process ends with the exit code that docs/errors.md lists."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one call and give its exit code; nothing escapes but a result or a paragraph."""
    try:
        code = carried_out(arguments, Own(arguments, carried_out))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return stopped()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code


def carried_out(arguments: Sequence[str], reach: Reach) -> int:
    """Carry one call out, as far as it reaches, and give its exit code.

    Nothing escapes but what is no mistake: ``KeyboardInterrupt`` and ``BrokenPipeError``.
    """
    try:
        return int(_invoke(arguments, reach) or DONE)
    except typer.Exit as exit_:
        return exit_.exit_code
    except typer.Abort:
        return stopped()
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last door: no traceback ever reaches a user
        return explained(error)


def _invoke(arguments: Sequence[str], reach: Reach) -> int | None:
    """Read a call and carry it out, without what Typer would do about errors."""
    command = typer.main.get_command(command_line())
    with command.make_context("dataout", list(arguments), obj=reach) as context:
        code: int | None = command.invoke(context)
        return code


if __name__ == "__main__":
    main()
