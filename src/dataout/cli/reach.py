"""A call of its own: it goes to the server of its environment, or opens the environment itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from dataout.cli.session import Reach, Session
from dataout.cli.troubles import STOPPED
from dataout.errors import Locked, UsageError

if TYPE_CHECKING:
    from dataout.app.serving.wire import Request, Stream
    from dataout.app.wiring import Surroundings
    from dataout.app.workspace import Workspace
    from dataout.definitions import ProjectDefinition
    from dataout.model.definitions import Environment

SANDBOX = "DATAOUT_SANDBOX"
"""The environment variable that says where the sandbox listens, if not at its usual address."""

TERMINAL = ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS", "LINES")
"""Environment variables by which a terminal says what it can do."""

UNREACHED = (
    "If it is `dataout serve`, its socket was deleted: it makes another between two ticks, so call "
    "again."
)

ATTEMPTS = 3
"""Servers that may end, one after the other, before they take a call."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a process of its own reaches; ``arguments`` are the whole call's.

    ``carry_out`` carries out any call and gives its exit code: others', if this one is a server's.
    """

    arguments: Sequence[str]
    carry_out: Callable[[Sequence[str], Reach], int]

    def session(self, folder: Path, environment: str, *, as_json: bool) -> Session:
        """Begin the call."""
        return Session(folder, environment, as_json, self)

    def hand_over(self, session: Session) -> None:
        """Let the environment's server carry out the whole call, if one runs."""
        try:
            code = self.served(session, self.arguments, sys.stdout)
        except KeyboardInterrupt:
            print("Not waited for: the server finishes this call if it began.", file=sys.stderr)
            raise typer.Exit(STOPPED) from None
        if code is not None:
            raise typer.Exit(code)

    def served(self, session: Session, arguments: Sequence[str], out: TextIO) -> int | None:
        """Let the environment's server carry out a call, if one runs."""
        from dataout.app.folders import state_folder
        from dataout.app.serving.connect import carried_out, reach

        folder = state_folder(session.folder, session.environment)
        streams: dict[Stream, TextIO] = {"out": out, "err": sys.stderr}
        for _ in range(ATTEMPTS):
            if (connection := reach(folder)) is None:
                return None
            code = carried_out(connection, _request(arguments, streams), streams)
            if code is not None:
                return code
        return None

    def definition(self, session: Session) -> ProjectDefinition:
        """Read the project."""
        from dataout.app.commands.check import read

        return read(session.folder)

    @contextmanager
    def opened(
        self, definition: ProjectDefinition, environment: Environment
    ) -> Iterator[Workspace]:
        """Open an environment."""
        from dataout.app.workspace import opened

        with ExitStack() as last:
            try:
                work = last.enter_context(opened(definition, environment, surroundings()))
            except Locked as error:
                raise Locked(str(error), f"{error.hint} {UNREACHED}") from error
            yield work


def surroundings() -> Surroundings:
    """Say where secrets and the sandbox are found from this process."""
    from dataout.app.wiring import SANDBOX_ADDRESS, Surroundings

    return Surroundings(os.environ, os.environ.get(SANDBOX) or SANDBOX_ADDRESS)


def _request(arguments: Sequence[str], streams: dict[Stream, TextIO]) -> Request:
    from dataout.app.serving.wire import Request, this_version

    shown = tuple(name for name, stream in streams.items() if stream.isatty())
    variables = {name: os.environ[name] for name in TERMINAL if name in os.environ}
    if shown and "COLUMNS" not in variables:
        variables["COLUMNS"] = str(_columns(streams[shown[0]]))
    return Request(this_version(), tuple(arguments), _here(), shown, variables)


def _here() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        raise UsageError(
            "The folder in which you are is gone.", "Go to another one, and call again."
        ) from None


def _columns(terminal: TextIO) -> int:
    try:
        return os.get_terminal_size(terminal.fileno()).columns or 80
    except OSError:
        return 80
