"""A small project that tests of ``check`` write, fill and look at."""

import json
from dataclasses import dataclass
from pathlib import Path

from dataout.app.wiring import Surroundings
from dataout.app.workspace import Workspace, chosen_environment
from dataout.definitions import read_project
from dataout.ingest.intake import LoadOptions
from dataout.ingest.load import load_rows
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.store.database import Store

NOW = Instant(1_772_323_200_000)
DAY = 86_400_000


class Stopped:
    """A clock that always shows ``NOW``."""

    def now(self):
        return NOW

    def sleep(self, seconds):
        raise AssertionError(seconds)


@dataclass(frozen=True, slots=True)
class Shop:
    """A project folder, and the engine that holds its data."""

    folder: Path
    engine: Engine

    def write(self, text):
        (self.folder / "dataout.yaml").write_text(f"name: shop\n{text}", encoding="utf-8")

    def segment(self, condition, more=""):
        self.write(f"segments:\n  it:\n    who: {json.dumps(condition)}\n{more}")

    @property
    def work(self):
        definition = read_project(self.folder, {}, {})
        return Workspace(
            definition=definition,
            environment=chosen_environment(definition, "dev"),
            surroundings=Surroundings({}),
            engine=self.engine,
            store=Store("sqlite://"),
            clock=Stopped(),
            chance=lambda: 0.5,
            new_id=lambda: "id",
        )

    def load(self, kind, rows):
        load_rows(self.engine, kind, rows, LoadOptions(now=NOW))

    def events(self, name, *held):
        """Let ann have done something, with these properties, just now."""
        rows = [
            {
                "profile_id": "ann",
                "event": name,
                "event_time": (NOW - number) / 1_000,
                "properties": properties,
            }
            for number, properties in enumerate(held)
        ]
        self.load("events", rows)

    def did(self, name, **days_ago):
        """Let people have done something so many days ago."""
        rows = [
            {"profile_id": who, "event": name, "event_time": (NOW - days * DAY) / 1_000}
            for who, days in days_ago.items()
        ]
        self.load("events", rows)

    def people(self, *held):
        """Let there be people with these attributes, since just now."""
        rows = [
            {"profile_id": f"p{number}", "attributes": attributes}
            for number, attributes in enumerate(held)
        ]
        self.load("profiles", rows)
