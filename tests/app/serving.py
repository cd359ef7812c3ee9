"""A server in a test's hands: its clock, its waiting, its callers, a shop in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dataout.app.commands.check import read
from dataout.app.folders import state_folder
from dataout.app.serving.definitions import Definitions
from dataout.app.serving.mailbox import Stop
from dataout.app.serving.server import Company, Server, ServeResult
from dataout.app.serving.wire import Request
from dataout.app.state import memory_engine
from dataout.app.wiring import Surroundings
from dataout.app.workspace import Workspace, chosen_environment
from dataout.ingest.intake import LoadOptions
from dataout.ingest.load import load_rows
from dataout.model.people import Instant
from dataout.model.times import datetime_of, parse_instant
from dataout.ports import Engine
from dataout.store.database import Store

Doing = Callable[[Workspace], object]


def instant(text: str) -> Instant:
    at = parse_instant(text, datetime_of(Instant(0)).tzinfo)
    assert at is not None
    return at


START = instant("2026-03-01T12:00:00Z")


@dataclass(slots=True)
class Clock:
    """Stands still but for those who wait."""

    at: Instant = START

    def now(self) -> Instant:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at = Instant(self.at + round(seconds * 1_000))


@dataclass(frozen=True, slots=True)
class Asked:
    """A caller who wants something done; ``gone``: and does not wait for it."""

    does: Doing
    gone: bool = False
    codes: list[int] = field(default_factory=list)
    request: Request = field(default_factory=lambda: Request("", (), "/", (), {}))

    def take(self) -> bool:
        return not self.gone

    def say(self, stream: str, text: str) -> None:
        raise AssertionError((stream, text))

    def end(self, code: int) -> None:
        self.codes.append(code)


@dataclass(slots=True)
class Future:
    """What comes when: waiting lets the clock go on, up to the next of it.

    ``happens`` holds what goes on outside of the server, so that nobody calls it.
    """

    clock: Clock
    calls: list[tuple[Instant, Asked]] = field(default_factory=list)
    happens: list[tuple[Instant, Callable[[], object]]] = field(default_factory=list)
    end: Instant = START
    waits: list[tuple[Instant, float]] = field(default_factory=list)
    looks: int = 0

    def look(self) -> None:
        self.looks += 1

    def take(self, seconds: float) -> Asked | Stop | None:
        self.waits.append((self.clock.at, seconds))
        until = Instant(self.clock.at + round(seconds * 1_000))
        if self.happens and self.happens[0][0] <= until:
            at, it = self.happens.pop(0)
            self.clock.at = max(at, self.clock.at)
            it()
            return None
        if self.calls and self.calls[0][0] <= until:
            at, call = self.calls.pop(0)
            self.clock.at = max(at, self.clock.at)
            return call
        if self.end <= until:
            self.clock.at = self.end
            return Stop()
        self.clock.at = max(until, self.clock.at)
        return None


@dataclass(slots=True)
class Shop:
    """A project in a folder, its data in memory, a server that can be let run."""

    folder: Path
    engine: Engine = field(default_factory=memory_engine)
    clock: Clock = field(default_factory=Clock)
    said: list[str] = field(default_factory=list)
    told: list[Exception] = field(default_factory=list)
    future: Future = field(init=False)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.future = Future(self.clock)
        state_folder(self.folder, "dev").mkdir(parents=True, exist_ok=True)

    def write(self, text: str, name: str = "dataout.yaml") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def add(self, kind: str, *rows: dict[str, object]) -> None:
        load_rows(self.engine, kind, rows, LoadOptions(now=self.clock.at))

    def asked(self, seconds: float, does: Doing, *, gone: bool = False) -> Asked:
        """Let somebody call, so many seconds after the start."""
        call = Asked(does, gone)
        self.future.calls.append((after(seconds), call))
        return call

    def happens(self, seconds: float, it: Callable[[], object]) -> None:
        """Let something go on outside, so many seconds after the start."""
        self.future.happens.append((after(seconds), it))

    def begin(self) -> Server:
        definitions = Definitions(self.folder, "dev", read)
        work = Workspace(
            definition=definitions.current,
            environment=chosen_environment(definitions.current, "dev"),
            surroundings=Surroundings({}),
            engine=self.engine,
            store=Store("sqlite://"),
            clock=self.clock,
            chance=lambda: 0.5,
            new_id=lambda: "id",
        )
        company = Company(self.future, _perform, self.told.append, self.said.append)
        self.server = Server(work, definitions, company)
        return self.server

    def run(self, seconds: float) -> ServeResult:
        """Serve from the start for so many seconds."""
        self.future.end = after(seconds)
        return self.begin().serve()

    @property
    def log(self) -> list[tuple[str, str, bool, str, float, float]]:
        """List changes: segment, person, whether they entered, why, and (in seconds after the
        start) since when it is true and when it was known."""
        rows = self.engine.query(
            "SELECT l.segment, p.profile_id, l.entered, l.cause, l.true_from, l.known_at "
            "FROM membership_log AS l JOIN profiles AS p ON p.slot = l.slot "
            "ORDER BY l.known_at, l.segment, p.profile_id"
        ).to_pylist()
        return [
            (
                row["segment"],
                row["profile_id"],
                row["entered"],
                row["cause"],
                (row["true_from"] - START) / 1_000,
                (row["known_at"] - START) / 1_000,
            )
            for row in rows
        ]


def _perform(call: Asked, work: Workspace) -> int:
    call.does(work)
    return 0


def after(seconds: float) -> Instant:
    return Instant(START + round(seconds * 1_000))


def event(name: str, person: str, seconds: float) -> dict[str, object]:
    return {"profile_id": person, "event": name, "event_time": after(seconds) / 1_000}
