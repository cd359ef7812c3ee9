"""The frame of every call: global options, groups of commands, exit codes, errors in words."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from dataout.cli.session import Session, sentence
from dataout.errors import (
    DestinationError,
    EngineError,
    Error,
    Locked,
    ProjectError,
)

DONE, ATTENTION, WRONG, UNDELIVERED, LOCKED, BUG, STOPPED = 0, 1, 2, 3, 4, 70, 130

GLOBAL = frozenset({"--project", "--env", "--json"})
"""Options of the whole call, which stand before the command."""

SURROUNDINGS = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
)
"""Troubles with a file that are the machine's and not ours: no right, no room, a broken disk."""


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
        code = _invoke(arguments)
        sys.stdout.flush()
    except typer.Exit as exit_:
        return exit_.exit_code
    except Error as error:
        return _explain(error)
    except (KeyboardInterrupt, typer.Abort):
        _say("Stopped. Whatever was under way is settled by the next run.")
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the last door: no traceback ever reaches a user
        return _unexpected(error)
    return int(code or DONE)


def _invoke(arguments: Sequence[str]) -> int | None:
    """Read a call and carry it out, without what Typer would do about errors."""
    command = typer.main.get_command(command_line())
    with command.make_context("dataout", list(arguments)) as context:
        code: int | None = command.invoke(context)
        return code


def _unexpected(error: Exception) -> int:
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        return _misuse(error)
    if isinstance(error, OSError) and error.errno in SURROUNDINGS:
        where = f"{error.filename} cannot be used" if error.filename else "A file cannot be used"
        _say(f"{where}: {error.strerror}. Mend that, and call again.")
        return WRONG
    return _report(error)


def _misuse(error: Exception) -> int:
    """Say what the command line's parser did not understand."""
    message = getattr(error, "format_message", lambda: str(error))()
    option = getattr(error, "option_name", "")
    if "\n" in message:  # a group without its command: the message is the help
        _say(message)
    elif option in GLOBAL:
        _say(f"{option} stands before the command: dataout {option} … COMMAND.")
    else:
        _say(f"{sentence(message)} See `dataout --help`.")
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
            _say(f"{sentence(str(error))} {error.hint}".strip())
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


if __name__ == "__main__":
    main()
