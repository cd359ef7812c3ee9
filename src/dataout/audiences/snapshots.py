"""Snapshots of what keyed ticks hold in memory: a server that starts need not read history.

A snapshot is never the only copy of anything, and whatever is not certain about one ends its use.
The engine *vouches* for snapshots, by tokens in a table of its own: one that was taken of another
history, or of one that was put back to an earlier state since, is not among them. Streams and codes
are made of personal data, so snapshots lie with the engine's file, for their owner only.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dataout.audiences import bundles
from dataout.audiences.bundles import Bundle
from dataout.audiences.feeding import Position
from dataout.ports import Engine
from dataout.sql.named import statement
from dataout.sql.schema import MIGRATIONS
from dataout.ticks.crowd import Crowd
from dataout.ticks.feeding import Codes
from dataout.ticks.needs import Need, Origin
from dataout.ticks.snapshots import TakenDown, put_up, taken_down

FORMAT = 1
"""Another one whenever what is in memory is arranged differently, or means something else."""

NAME, UNFINISHED = "ticks.snapshot", "ticks.snapshot.new"


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What keyed ticks held after a tick; nothing changes it.

    ``sure`` are the segments whose edges it has, with their meanings; ``position`` is how far
    history went. Times without an offset were taken for those of ``zone`` (IANA).
    """

    crowd: Crowd
    codes: Codes
    sure: Mapping[str, str]
    position: Position
    zone: str

    @property
    def mark(self) -> object:
        """Give what another snapshot has to differ in to be worth the writing."""
        return self.position.arrived, self.position.rewritten, self.sure


def begin(engine: Engine, token: str) -> None:
    """Let the engine vouch for a snapshot that is about to be written, under a new name.

    It is to be of what this engine holds now.
    """
    engine.execute(_sql("vouch"), {"token": token})


def write(folder: Path, snapshot: Snapshot, token: str) -> None:
    """Write a snapshot beside the one before. Raises ``OSError``.

    It touches nothing else, so it may take its time in another thread.
    """
    taken = taken_down(snapshot.crowd, snapshot.codes)
    position = snapshot.position
    said = {
        "of": _form(),
        "token": token,
        "zone": snapshot.zone,
        "sure": snapshot.sure,
        "arrived": position.arrived,
        "rewritten": position.rewritten,
        "ticked": position.ticked,
        "crowd": taken.description,
    }
    bundles.write(folder / UNFINISHED, Bundle(said, taken.arrays))


def finish(engine: Engine, folder: Path, token: str) -> bool:
    """Put a snapshot that was written in the place of the one before. Raises ``OSError``.

    False: snapshots were dropped meanwhile, and so is this one.
    """
    if token not in _vouched(engine):
        bundles.remove(folder / UNFINISHED)
        return False
    bundles.publish(folder / UNFINISHED, NAME)
    engine.execute(_sql("vouch_for_nothing_but"), {"token": token})
    return True


def read(engine: Engine, folder: Path, zone: str, needs: Mapping[Origin, Need]) -> Snapshot | None:
    """Read the snapshot, with the streams that are needed; None: there is none that holds good."""
    bundle = bundles.read(folder / NAME)
    if bundle is None or not _holds_good(engine, bundle.said, zone):
        return None
    said = bundle.said
    crowd, codes = put_up(TakenDown(said["crowd"], bundle.blobs), needs)
    position = Position(said["arrived"], said["rewritten"], said["ticked"], frozenset())
    return Snapshot(crowd, codes, said["sure"], position, zone)


def drop(engine: Engine, folder: Path) -> None:
    """Remove all snapshots, those that are being written too. Raises ``OSError``.

    In a transaction, none holds good from its commit on, whatever happens to the files.
    """
    engine.execute(_sql("vouch_for_nothing"))
    for name in (NAME, UNFINISHED):
        bundles.remove(folder / name)


def _holds_good(engine: Engine, said: Mapping[str, Any], zone: str) -> bool:
    if said.get("of") != _form():
        return False
    if said["zone"] != zone or said["token"] not in _vouched(engine):
        return False
    ticked = engine.query(statement("feeds", "ticked")).to_pylist()
    return bool(ticked) and all(ticked[0][of] >= last for of, last in said["ticked"].items())


def _form() -> list[object]:
    """Say who can read it: the same version, on a machine that orders bytes in the same way."""
    return [FORMAT, len(MIGRATIONS), version("dataout"), sys.byteorder]


def _vouched(engine: Engine) -> frozenset[str]:
    return frozenset(engine.query(_sql("vouched")).column("token").to_pylist())


def _sql(name: str) -> str:
    return statement("snapshots", name)
