"""What every command of one call shares: the folder, the environment, how to answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from dataout.cli.screen import Screen

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from dataout.app.workspace import Workspace
    from dataout.definitions import ProjectDefinition
    from dataout.model.definitions import Environment
    from dataout.model.people import Instant

UNWRAPPED = 4_000
"""Columns of an output that nobody looks at directly: wide enough for any message of ours."""


class Reach(Protocol):
    """How far a call reaches: to files and an engine that it opens, or to those of a server."""

    def session(self, folder: Path, environment: str, *, as_json: bool) -> Session:
        """Begin a call with these global options."""

    def hand_over(self, session: Session) -> None:
        """Let whoever has the environment's data carry out the whole call, if somebody has.

        Raises ``typer.Exit`` with the call's exit code then, and ``StateError`` or ``UsageError``.
        """

    def served(self, session: Session, arguments: Sequence[str], out: TextIO) -> int | None:
        """Let them carry out another call, its output on ``out``; gives its exit code.

        None: nobody has the data, and nothing was done.
        """

    def definition(self, session: Session) -> ProjectDefinition:
        """Read the project. Raises ``ProjectError``."""

    def opened(
        self, definition: ProjectDefinition, environment: Environment
    ) -> AbstractContextManager[Workspace]:
        """Open an environment. Raises ``StateError``."""


@dataclass(frozen=True, slots=True)
class Session:
    """One call. ``as_json`` asks for exactly one JSON object on standard output."""

    folder: Path
    environment: str
    as_json: bool
    reach: Reach

    def definition(self) -> ProjectDefinition:
        """Read the project. Raises ``ProjectError``."""
        return self.reach.definition(self)

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """Open the project in the chosen environment; while a server has it, the call is its.

        A command imports what it needs inside of this: where a server has the environment, that is
        nothing, and the call is quick.
        """
        self.reach.hand_over(self)
        from dataout.app.workspace import chosen_environment

        definition = self.definition()
        environment = chosen_environment(definition, self.environment)
        with self.reach.opened(definition, environment) as work:
            yield work

    def answer(self, result: object, render: Callable[[Console], None]) -> None:
        """Print a result: as JSON, or as ``render`` draws it for people."""
        if self.as_json:
            print(json.dumps(as_plain(result), ensure_ascii=False))
            return
        render(console())


def as_plain(result: object) -> Any:
    """Turn a result into what JSON can hold."""
    from dataout.app.present import plain

    return plain(result)


def console(*, errors: bool = False) -> Console:
    """Open standard output (or error) for people; where it is no terminal, no line is wrapped."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() else UNWRAPPED
    variables = stream.variables if isinstance(stream, Screen) else None
    return Console(width=width, highlight=False, stderr=errors, _environ=variables)


def head(work: Workspace, at: Instant | None = None) -> str:
    """Say in which environment, and of which instant, an answer speaks."""
    from dataout.segments.describe import instant_text

    when = f" at {instant_text(at)}" if at is not None else ""
    return f"{work.definition.name} · {work.environment.name}{when}"


def instant(work: Workspace, text: str | None) -> Instant | None:
    """Read an instant option."""
    from dataout.app.instants import read_instant

    if text is None:
        return None
    return read_instant(text, work.clock.now(), work.definition.timezone)


def sentence(text: str) -> str:
    """End a text as a sentence ends, so that another can follow."""
    return text if text.endswith((".", "?", "!", "…", ")")) else f"{text}."


def counts_text(counts: Mapping[str, int]) -> str:
    """Spell reasons with their numbers, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered)
