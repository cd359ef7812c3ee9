"""A simulated world as one value, and the files it is loaded from."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypedDict

import pyarrow as pa
import pyarrow.parquet as pq

from dataout.testing.worlds.history import history
from dataout.testing.worlds.population import population
from dataout.testing.worlds.records import Row, iso, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from dataout.model.people import Instant, ProfileId
    from dataout.testing.worlds.population import Person

_ATTRIBUTES = (
    "email",
    "phone",
    "first_name",
    "last_name",
    "city",
    "state",
    "zip",
    "country",
    "newsletter",
)
_VIP_SHARE = 40  # one in so many


class Profile(TypedDict):
    """A row of profiles."""

    profile_id: ProfileId
    attributes: dict[str, object]


@dataclass(frozen=True, slots=True)
class Files:
    """Where a world was written: profiles.csv, events.jsonl and emails.parquet, vip.csv."""

    profiles: Path
    events: tuple[Path, ...]
    vip: Path


@dataclass(frozen=True, slots=True)
class World:
    """Everything about a simulated shop. Nobody in it is real, and ``label`` says so.

    ``profiles`` are rows {profile_id, attributes}, ``events`` rows {profile_id, event, event_time,
    received_at, event_id, properties} in the order received, ``vip`` the members of the list of
    that name. ``flaws`` counts the people and the events that carry each flaw.
    """

    label: str
    until: Instant
    profiles: tuple[Profile, ...]
    events: tuple[Row, ...]
    vip: tuple[ProfileId, ...]
    flaws: Mapping[str, int]

    def write(self, folder: Path) -> Files:
        """Write the world as files to load: e-mails as parquet, all other events as jsonl."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "README.txt").write_text(f"{self.label}\n", encoding="utf-8")
        files = Files(
            folder / "profiles.csv",
            (folder / "events.jsonl", folder / "emails.parquet"),
            folder / "vip.csv",
        )
        _write_csv(files.profiles, ("profile_id", *_ATTRIBUTES), map(_flat, self.profiles))
        _write_csv(files.vip, ("profile_id",), ({"profile_id": person} for person in self.vip))
        emails = [row for row in self.events if _is_email(row)]
        _write_jsonl(files.events[0], (row for row in self.events if not _is_email(row)))
        _write_parquet(files.events[1], emails, self.label)
        return files


def shop(seed: int, people: int, until: Instant) -> World:
    """Simulate a shop with so many ``people`` over the 30 days up to ``until``.

    The same arguments make the same world; another ``until`` shifts all of its times. About 20
    events per person: visits, carts, purchases, refunds, e-mails. A sale in the last 24 hours
    fills carts, most of them still abandoned.

    >>> from dataout.model.people import Instant
    >>> shop(seed=1, people=10, until=Instant(1_767_225_600_000)).label
    'Simulated shop: 10 people, nobody of them real; seed 1, up to 2026-01-01T00:00:00.000Z.'
    """
    rng = Random(seed)  # noqa: S311  # a simulation has to be repeatable, not unguessable
    persons = population(rng, people)
    happenings = [step for person in persons for step in history(rng, person, until)]
    events, event_flaws = records(rng, happenings, until)
    return World(
        label=f"Simulated shop: {people:,} people, nobody of them real; "
        f"seed {seed}, up to {iso(until)}.",
        until=until,
        profiles=tuple(
            Profile(profile_id=person.profile_id, attributes=dict(person.attributes))
            for person in persons
        ),
        events=tuple(events),
        vip=_vip(rng, persons),
        flaws=Counter(flaw for person in persons for flaw in sorted(person.flaws)) + event_flaws,
    )


def _vip(rng: Random, persons: Sequence[Person]) -> tuple[ProfileId, ...]:
    chosen = rng.sample(persons, len(persons) // _VIP_SHARE)
    return tuple(sorted(person.profile_id for person in chosen))


def _is_email(row: Row) -> bool:
    return str(row["event"]).startswith("email_")


def _flat(profile: Profile) -> Row:
    attributes = profile["attributes"]
    newsletter = "true" if attributes["newsletter"] else "false"
    return {"profile_id": profile["profile_id"], **attributes, "newsletter": newsletter}


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_jsonl(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def _write_parquet(path: Path, rows: Sequence[Row], label: str) -> None:
    instant = pa.timestamp("ms", tz="UTC")
    table = pa.Table.from_pylist(
        list(rows),
        pa.schema(
            [
                ("profile_id", pa.string()),
                ("event", pa.string()),
                ("event_time", pa.string()),
                ("received_at", pa.string()),
                ("event_id", pa.string()),
                ("properties", pa.struct([("campaign", pa.string())])),
            ]
        ),
    )
    for name in ("event_time", "received_at"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(instant))
    pq.write_table(table.replace_schema_metadata({"label": label}), path)
