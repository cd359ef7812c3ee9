"""Standard output and error of a call that a server carries out: they are the caller's."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Output:
    """Where printed text goes; ``terminal``: a person looks at it.

    ``variables`` are the caller's environment variables that say what the terminal can do.
    """

    send: Callable[[str], object]
    terminal: bool
    variables: Mapping[str, str]


class Screen(io.StringIO):
    """A text stream that sends on whatever is printed, and keeps none of it."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    @property
    def variables(self) -> Mapping[str, str]:
        """The caller's environment variables, as far as they concern a terminal."""
        return self._output.variables

    def write(self, text: str) -> int:
        """Send text on."""
        if text:
            self._output.send(text)
        return len(text)

    def isatty(self) -> bool:
        """Say whether a person looks at it."""
        return self._output.terminal
