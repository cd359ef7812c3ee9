"""A small shop in the sandbox: the template's project, in memory, with clocks that tests own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from dataout.app.commands import deliver
from dataout.app.commands.check import read
from dataout.app.commands.deliver import RunResult
from dataout.app.commands.init import init
from dataout.app.state import memory_engine
from dataout.app.wiring import Surroundings
from dataout.app.workspace import Workspace, chosen_environment
from dataout.definitions import ProjectDefinition
from dataout.ingest.intake import LoadOptions
from dataout.ingest.load import load_rows
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.segments.describe import instant_text
from dataout.store.database import Store
from dataout.testing.emulators.door import ManualClock
from dataout.testing.emulators.meta import MetaEmulator

HOUR = 3_600_000


@dataclass(slots=True)
class OwnClock:
    """The emulator's clock as our port: one time for both sides."""

    clock: ManualClock

    def now(self) -> Instant:
        return Instant(self.clock.ms)

    def sleep(self, seconds: float) -> None:
        self.clock.advance(int(seconds * 1000))


@dataclass(slots=True)
class Shop:
    definition: ProjectDefinition
    engine: Engine = field(default_factory=memory_engine)
    store: Store = field(default_factory=lambda: Store("sqlite://"))
    clock: ManualClock = field(default_factory=ManualClock)
    ids: Iterator[int] = field(default_factory=itertools.count)
    meta: MetaEmulator = field(init=False)

    def __post_init__(self) -> None:
        self.meta = MetaEmulator(self.clock, advance=self.clock.advance)

    def workspace(
        self,
        engine: Engine | None = None,
        handle: Callable[[httpx.Request], httpx.Response] | None = None,
    ) -> Workspace:
        transport = httpx.MockTransport(_below("/meta", handle or self.meta.handle))
        return Workspace(
            definition=self.definition,
            environment=chosen_environment(self.definition, "dev"),
            surroundings=Surroundings({}, "http://127.0.0.1", {"meta": transport}),
            engine=engine or self.engine,
            store=self.store,
            clock=OwnClock(self.clock),
            chance=lambda: 0.5,
            new_id=lambda: f"id{next(self.ids)}",
        )

    def run(self, *syncs: str) -> RunResult:
        return deliver.run(self.workspace(), syncs)

    def person(self, name: str, **attributes: Any) -> None:
        own = {"email": f"{name}@example.com", "country": "DE"}
        self._load("profiles", [{"profile_id": name, "attributes": own | attributes}])

    def event(self, name: str, event: str, ago: int = 0, **properties: Any) -> None:
        at = instant_text(Instant(self.clock.ms - ago))
        row = {"profile_id": name, "event": event, "event_time": at, "properties": properties}
        self._load("events", [row])

    def _load(self, kind: str, rows: Sequence[dict[str, Any]]) -> None:
        load_rows(self.engine, kind, rows, LoadOptions(now=Instant(self.clock.ms)))

    def at_meta(self, name: str) -> set[str]:
        """Say who is in an audience at the platform, by external id."""
        found = [each for each in self.meta.audiences.values() if each.name == f"[dev] {name}"]
        return {
            value
            for audience in found
            for person in self.meta.members(audience.id)
            for kind, value in person
            if kind == "EXTERN_ID"
        }

    def changes_sent(self) -> int:
        return sum(1 for call in self.meta.log if call.op is not None)


Handle = Callable[[httpx.Request], httpx.Response]


def _below(prefix: str, handle: Handle) -> Handle:
    """Mount an emulator below a path, as the sandbox's port does."""

    def answer(request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(path=request.url.path.removeprefix(prefix))
        return handle(
            httpx.Request(request.method, url, headers=request.headers, content=request.read())
        )

    return answer


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> ProjectDefinition:
    folder: Path = tmp_path_factory.mktemp("project") / "shop"
    init(folder, "cart-recovery")
    return read(folder)


@pytest.fixture
def shop(template: ProjectDefinition) -> Shop:
    return Shop(template)


@pytest.fixture
def new_shop(template: ProjectDefinition) -> Callable[[], Shop]:
    return lambda: Shop(replace(template))
