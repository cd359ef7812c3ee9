"""The frame of every call: global options, groups of commands, exit codes, errors in words."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from dataout.cli.session import Session
from dataout.errors import (
    DestinationError,
    EngineError,
    Error,
    Locked,
    ProjectError,
)

DONE, ATTENTION, WRONG, UNDELIVERED, LOCKED, BUG = 0, 1, 2, 3, 4, 70


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
    context.obj = Session(project, env, json)


def main() -> None:
    """Run ``dataout``; the process ends with the exit code that docs/errors.md lists."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one call and give its exit code; nothing escapes but a result or a paragraph."""
    try:
        code = command_line()(args=list(arguments), standalone_mode=False)
    except typer.Exit as exit_:
        return exit_.exit_code
    except Error as error:
        return _explain(error)
    except KeyboardInterrupt:
        _say("Stopped. Whatever was under way is settled by the next run.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the last door: no traceback ever reaches a user
        return _misuse(error) if _is_misuse(error) else _report(error)
    return int(code or DONE)


def _is_misuse(error: Exception) -> bool:
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def _misuse(error: Exception) -> int:
    """Say what the command line's parser did not understand."""
    message = getattr(error, "format_message", lambda: str(error))()
    _say(f"{message} See `dataout --help`.")
    return WRONG


def _explain(error: Error) -> int:
    match error:
        case ProjectError():
            count = len(error.complaints)
            for complaint in error.complaints:
                _say(str(complaint))
            _say(f"{count} mistake{'s' * (count != 1)} in the project's files.")
            return WRONG
        case EngineError():
            return _report(error)
        case _:
            _say(f"{error} {error.hint}".strip())
    match error:
        case Locked():
            return LOCKED
        case DestinationError():
            return UNDELIVERED
        case _:
            return WRONG


def _report(error: Exception) -> int:
    """Keep what we need to mend our own mistake. Frames only: values may be personal."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    with tempfile.NamedTemporaryFile(
        "w", prefix="dataout-report-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"{type(error).__name__}\n{''.join(frames)}")
    _say(
        f"{error} {error.hint}".strip()
        if isinstance(error, EngineError) and error.hint
        else "This is a mistake of dataout's own, not of yours. Nothing was sent that is not in "
        f"the ledger. Please send us {file.name}: it holds no personal data."
    )
    return BUG


def _say(text: str) -> None:
    print(text, file=sys.stderr)
