"""An end that does not wait for a tick: a tick is one transaction, and can be begun again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

AGAIN = 0.02
"""Seconds between two attempts: an interruption that meets no statement is forgotten."""


@contextmanager
def cut_short(at_leisure: Callable[[], bool], interrupt: Callable[[], object]) -> Iterator[Event]:
    """Interrupt what is done ``at_leisure``, from the moment in which the event is set.

    The event may be set by a signal's handler. ``interrupt`` is called on a thread of its own.
    """
    asked, over = Event(), Event()

    def attend() -> None:
        asked.wait()
        while not over.wait(AGAIN):
            if at_leisure():
                interrupt()

    thread = Thread(target=attend, daemon=True)
    thread.start()
    try:
        yield asked
    finally:
        over.set()
        asked.set()
        thread.join()
