"""``dataout serve``: the server's loop with real signals, a real socket, and real commands."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import (
    ExitStack,
    chdir,
    contextmanager,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from dataout.app.commands.check import read
from dataout.app.folders import state_folder
from dataout.app.serving.cutting import cut_short
from dataout.app.serving.definitions import Definitions
from dataout.app.serving.listen import listening
from dataout.app.serving.mailbox import Call
from dataout.app.serving.metrics import exposed
from dataout.app.serving.server import Company, Server, ServeResult
from dataout.app.serving.wire import Stream
from dataout.app.workspace import Workspace, beside, chosen_environment, opened
from dataout.cli.reach import Own, surroundings
from dataout.cli.screen import Output, Screen
from dataout.cli.session import Reach, Session, head
from dataout.cli.troubles import explained
from dataout.definitions import ProjectDefinition
from dataout.errors import UsageError
from dataout.model.definitions import Environment
from dataout.model.times import datetime_of
from dataout.ports import Clock

if TYPE_CHECKING:
    from rich.console import Console

CarryOut = Callable[[Sequence[str], Reach], int]
"""Carries out a call as far as it reaches, and gives its exit code."""


IMPATIENT = b"Finishing what is under way. Ctrl-C again does not wait for it.\n"


@dataclass(frozen=True, slots=True)
class Shared:
    """What a call reaches that a server carries out: the server's files, the server's engine."""

    definitions: Definitions
    work: Workspace

    def session(self, folder: Path, environment: str, *, as_json: bool) -> Session:  # noqa: ARG002
        """Begin the call, in the server's own project and environment, however it names them."""
        return Session(self.definitions.folder, self.definitions.environment, as_json, self)

    def hand_over(self, session: Session) -> None:
        """Keep the call: it has arrived."""

    def served(self, *_: object) -> None:
        """Know no other server."""

    def definition(self, session: Session) -> ProjectDefinition:  # noqa: ARG002
        """Read the project as its files are now."""
        return self.definitions.now()

    @contextmanager
    def opened(
        self, definition: ProjectDefinition, environment: Environment
    ) -> Iterator[Workspace]:
        """Open the server's environment once more; what the call leaves behind ends with it."""
        with beside(replace(self.work, definition=definition, environment=environment)) as work:
            yield work


def serve(session: Session, host: str, port: int) -> None:
    """Serve an environment until somebody says stop.

    Raises ``Locked`` while another process has it, and ``UsageError`` for a port that is taken.
    """
    if not isinstance(session.reach, Own):
        raise UsageError("This is a server's own socket.", "Ask it for something else.")
    folder = session.folder.absolute()
    definitions = Definitions(folder, session.environment, read)
    perform = partial(performed, session.reach.carry_out, definitions)
    definition = definitions.current
    environment = chosen_environment(definition, session.environment)
    # Calls that were not taken are sent away last: by then the environment is theirs to open.
    with ExitStack() as last, opened(definition, environment, surroundings()) as work:
        calls = last.enter_context(listening(state_folder(folder, environment.name)))
        mouth = Mouth(sys.stderr, work.clock)  # this one: a call has its caller's in its place
        server = Server(work, definitions, Company(calls, perform, mouth.tell, mouth.say))
        figures = lambda: server.figures  # noqa: E731 - of whichever moment
        address = last.enter_context(exposed(host, port, figures, work.clock.now))
        hurry = last.enter_context(cut_short(lambda: server.at_leisure, work.engine.interrupt))
        title = head(work)
        with stopped_by_signals(calls.stop, hurry.set):
            mouth.say(f"{title}: serving; figures at {address}/metrics. Stop it with Ctrl-C.")
            result = server.serve()
    session.answer(result, lambda out: _ended(out, title, result))


def performed(carry_out: CarryOut, definitions: Definitions, call: Call, work: Workspace) -> int:
    """Carry a call out as if it were made alone, its output on its caller's screen."""
    request = call.request

    def screen(stream: Stream) -> Screen:
        shown = stream in request.terminals
        return Screen(Output(partial(call.say, stream), shown, request.variables))

    with redirect_stdout(screen("out")), redirect_stderr(screen("err")), _nobody_answers():
        try:
            with chdir(request.folder):
                return carry_out(request.arguments, Shared(definitions, work))
        except OSError as error:  # the caller's folder cannot be entered from here
            return explained(error)


@contextmanager
def _nobody_answers() -> Iterator[None]:
    """Ask nobody at the server's terminal."""
    before, sys.stdin = sys.stdin, io.StringIO()
    try:
        yield
    finally:
        sys.stdin = before


@contextmanager
def stopped_by_signals(*stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM and the first Ctrl-C ask for an end; a second Ctrl-C does not wait for it."""

    def asked(number: int, _: object) -> None:
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.write(2, IMPATIENT)  # not print: it may be what the signal interrupted
        for each in stop:
            each()

    before = {each: signal.signal(each, asked) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _ended(out: Console, title: str, result: ServeResult) -> None:
    changes = sum(result.changes.values())
    out.print(
        f"{title}: stopped after {result.ticks:,} ticks, {changes:,} changes of membership, "
        f"{result.calls:,} calls.",
        markup=False,
    )


@dataclass(frozen=True, slots=True)
class Mouth:
    """Says what a server has to say, each time with the time (UTC)."""

    to: TextIO
    clock: Clock

    def say(self, text: str) -> None:
        """Say a sentence of the server's own."""
        with suppress(BrokenPipeError):  # nobody listens any more: no reason to end
            print(f"{self._time()} {text}", file=self.to, flush=True)

    def tell(self, error: Exception) -> None:
        """Say what an exception means."""
        with suppress(BrokenPipeError):
            print(self._time(), end=" ", file=self.to, flush=True)
            explained(error)

    def _time(self) -> str:
        return f"{datetime_of(self.clock.now()):%Y-%m-%dT%H:%M:%SZ}"
