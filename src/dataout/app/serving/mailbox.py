"""What wakes a server: a port, so that tests own the waiting as they own the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dataout.app.serving.wire import Request, Stream


@dataclass(frozen=True, slots=True)
class Stop:
    """Finish what is under way, and end."""


class Call(Protocol):
    """A command that somebody waits for."""

    @property
    def request(self) -> Request:
        """The call as it was made."""

    def take(self) -> bool:
        """Begin; False: whoever called has gone, and nothing should be done."""

    def say(self, stream: Stream, text: str) -> None:
        """Print, as the caller will see it."""

    def end(self, code: int) -> None:
        """Tell the exit code."""


class Mailbox(Protocol):
    """Where calls and signals wait."""

    @property
    def look(self) -> Callable[[], None]:
        """See that calls can come: a server does so once in a while."""

    def take(self, seconds: float) -> Call | Stop | None:
        """Wait for the next one, so many seconds at most (None: nothing came)."""
