"""``load`` and ``rejects``: data comes in; what could not be taken in is kept and tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataout.app.workspace import Workspace
from dataout.ingest import load as loading
from dataout.ingest.intake import Loaded, LoadOptions
from dataout.ingest.mapping import read_mapping

Progress = Callable[[int, int | None], None]
"""Told how many records have been read, and of how many, where that is known."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of the records: each is one of the four. ``notes`` counts what else is odd."""

    loaded: int
    duplicates: int
    rejected: int
    skipped: int
    reasons: Mapping[str, int]
    notes: Mapping[str, int]


def load(
    work: Workspace,
    files: Sequence[str | Path],
    kind: str,
    mapping: Path | None = None,
    progress: Progress | None = None,
) -> LoadResult:
    """Load files as ``events``, ``profiles`` or ``list:NAME``. Raises ``InputError``."""
    return _result(loading.load(work.engine, files, kind, _options(work, mapping), progress))


def _options(work: Workspace, mapping: Path | None) -> LoadOptions:
    return LoadOptions(
        now=work.clock.now(),
        zone=work.definition.timezone,
        mapping=read_mapping(mapping) if mapping is not None else None,
    )


def _result(loaded: Loaded) -> LoadResult:
    return LoadResult(
        loaded.loaded,
        loaded.duplicates,
        loaded.rejected,
        loaded.skipped,
        dict(loaded.reasons),
        dict(loaded.notes),
    )
