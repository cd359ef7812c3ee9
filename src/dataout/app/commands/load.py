"""``load`` and ``rejects``: data comes in; what could not be taken in is kept and tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataout.app.workspace import Workspace
from dataout.ingest import load as loading
from dataout.ingest import rejects as rejecting
from dataout.ingest.mapping import read_mapping

Progress = Callable[[int, int | None], None]
"""Told how many records have been read, and of how many, where that is known."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of the records: each is one of the four."""

    loaded: int
    duplicates: int
    rejected: int
    skipped: int
    reasons: Mapping[str, int]
    notes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RejectGroup:
    """Rejected records of one kind and reason; the example's values are masked."""

    kind: str
    reason: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class RejectsResult:
    """Everything that waits to be mended."""

    rejects: tuple[RejectGroup, ...]
