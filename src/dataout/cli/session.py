"""What every command of one call shares: the folder, the environment, how to answer."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from dataout.app.workspace import Workspace
    from dataout.definitions import ProjectDefinition
    from dataout.model.people import Instant

SANDBOX = "DATAOUT_SANDBOX"
"""The environment variable that says where the sandbox listens, if not at its usual address."""

UNWRAPPED = 4_000
"""Columns of an output that nobody looks at directly: wide enough for any message of ours."""


@dataclass(frozen=True, slots=True)
class Session:
    """One call. ``as_json`` asks for exactly one JSON object on standard output."""

    folder: Path
    environment: str
    as_json: bool

    def definition(self) -> ProjectDefinition:
        """Read the project. Raises ``ProjectError``."""
        from dataout.app.commands.check import read

        return read(self.folder)

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """Open the project in the chosen environment."""
        from dataout.app.wiring import SANDBOX_ADDRESS, Surroundings
        from dataout.app.workspace import chosen_environment, opened

        definition = self.definition()
        environment = chosen_environment(definition, self.environment)
        sandbox = os.environ.get(SANDBOX) or SANDBOX_ADDRESS
        with opened(definition, environment, Surroundings(os.environ, sandbox)) as work:
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

    width = None if (sys.stderr if errors else sys.stdout).isatty() else UNWRAPPED
    return Console(width=width, highlight=False, stderr=errors)


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
