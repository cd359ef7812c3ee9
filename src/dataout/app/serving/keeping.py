"""When a server keeps what its ticks hold in memory: beside its work, and at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from dataout.audiences import snapshots
from dataout.audiences.keyed import KeyedTicks
from dataout.audiences.snapshots import Snapshot
from dataout.errors import Error
from dataout.model.people import Instant
from dataout.ports import Engine

EVERY = 3_600_000
"""Milliseconds between two snapshots: what came since the last one is read again at a start."""

NOT_KEPT = "What ticks hold in memory could not be kept"
WHAT_FOLLOWS = "a server that starts reads history again"


@dataclass(slots=True)
class Writing:
    """A snapshot on its way to the disk."""

    folder: Path
    snapshot: Snapshot
    token: str
    trouble: OSError | None = None
    thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._write, name="snapshot", daemon=True)
        self.thread.start()

    def _write(self) -> None:
        try:
            snapshots.write(self.folder, self.snapshot, self.token)
        except OSError as error:
            self.trouble = error

    def finish(self, engine: Engine) -> bool:
        """Wait until it is written, and put it in its place; False: it holds good no more.

        Raises what went wrong.
        """
        self.thread.join()
        if self.trouble is not None:
            raise self.trouble
        return snapshots.finish(engine, self.folder, self.token)


@dataclass(slots=True)
class Keeper:
    """Keeps snapshots in ``folder``; ``new_token`` gives each a name that no other has."""

    folder: Path
    new_token: Callable[[], str]
    say: Callable[[str], object]
    _writing: Writing | None = None
    _kept: object = None
    _looked: Instant | None = None
    _told: bool = False
    _begun: bool = False

    def bring_back(self, engine: Engine, keyed: KeyedTicks) -> None:
        """Give ticks that have just begun the snapshot for their memory, if one holds good."""
        if self._begun or not keyed.begins:
            return
        self._begun = True
        found = snapshots.read(engine, self.folder, keyed.zone, keyed.needs)
        if found is not None:
            self._kept = found.mark
            keyed.restore(found)

    def keep_if_due(self, engine: Engine, keyed: KeyedTicks, now: Instant) -> None:
        """Let a snapshot be written, without waiting for it; put in place what was written."""
        if self._writing is not None:
            if self._writing.thread.is_alive():
                return
            self._finish(engine)
        if self._looked is not None and 0 <= now - self._looked < EVERY:
            return
        if (snapshot := keyed.snapshot()) is not None:
            self._looked = now
            self._begin(engine, snapshot)

    def keep(self, engine: Engine, keyed: KeyedTicks) -> None:
        """Write a last snapshot."""
        self._finish(engine)
        if (snapshot := keyed.snapshot()) is not None:
            self._begin(engine, snapshot)
            self._finish(engine)

    def drop(self, engine: Engine) -> None:
        """Remove all snapshots, what is being written too."""
        self._kept = None
        with self._troubles():
            snapshots.drop(engine, self.folder)

    def _begin(self, engine: Engine, snapshot: Snapshot) -> None:
        if snapshot.mark == self._kept:
            return
        with self._troubles():
            token = self.new_token()
            snapshots.begin(engine, token)
            self._writing = Writing(self.folder, snapshot, token)

    def _finish(self, engine: Engine) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            with self._troubles():
                self._kept = writing.snapshot.mark if writing.finish(engine) else None
                self._told = False

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        """Tell, once, what keeps a snapshot from being kept: nothing else depends on it.

        What is wrong with the engine, the next tick tells.
        """
        try:
            with suppress(Error):
                yield
        except OSError as error:
            if not self._told:
                self.say(f"{NOT_KEPT} ({error.strerror}): {WHAT_FOLLOWS}.")
            self._told = True
