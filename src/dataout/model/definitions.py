"""What a project folder says, as values. Every condition in it is a segment with a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataout.model.people import Field


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the project's files something stands. Lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake: where, at which key, what is wrong, and the way out."""

    place: Place
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.place}: {self.path}: {self.message}{hint}"


class AudienceKind(StrEnum):
    """What an audience is for at its destinations."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


@dataclass(frozen=True, slots=True)
class Tier:
    """A part of an audience; ``segment`` is the name under which its condition is evaluated."""

    name: str
    segment: str


@dataclass(frozen=True, slots=True)
class Sync:
    """One audience, or one of its tiers, bound to one destination."""

    name: str
    audience: str
    tier: str | None
    destination: str
    identifiers: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """What is activated: a segment minus its suppressions, split in exclusive tiers."""

    name: str
    segment: str
    kind: AudienceKind
    owner: str
    suppress: tuple[str, ...]
    because: str
    tiers: tuple[Tier, ...]
    syncs: tuple[Sync, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class DestinationDefinition:
    """An account on a platform. ``settings`` are the raw values, secrets still unresolved."""

    name: str
    type: str
    settings: Mapping[str, object]
    place: Place


class TicksBy(StrEnum):
    """Through what a server ticks: streams in its memory, or SQL alone."""

    KEYED = "keyed"
    SQL = "sql"


@dataclass(frozen=True, slots=True)
class TickSettings:
    """How a server ticks: ``every`` so many milliseconds at most while there is something to do.

    ``verify`` is the local time of the day (in the project's zone) at which it compares everybody's
    memberships with an evaluation from scratch; None: never. All ways to tick come to
    the same; what needs more than ``memory`` bytes goes through SQL.
    """

    every: int = 1_000
    verify: time | None = time(3)
    by: TicksBy = TicksBy.KEYED
    memory: int = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Environment:
    """A world of its own. A sandboxed one can reach only loopback addresses."""

    name: str
    sandbox: bool
    engine: str
    store: str
