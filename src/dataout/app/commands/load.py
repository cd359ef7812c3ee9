"""``load`` and ``rejects``: data comes in; what could not be taken in is kept and tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataout.app.workspace import Workspace
from dataout.errors import UsageError
from dataout.ingest import load as loading
from dataout.ingest import rejects as rejecting
from dataout.ingest.intake import Loaded, LoadOptions
from dataout.ingest.mapping import read_mapping
from dataout.ingest.rejects import RejectGroup, list_rejects
from dataout.model.complaints import nearest

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
    """Load files as ``events``, ``profiles``, ``objects``, ``relationships`` or ``list:NAME``.

    Raises ``InputError``, and ``UsageError`` for a list that the project does not name.
    """
    what, _, name = kind.partition(":")
    known = work.definition.lists
    if what == "list" and name and name not in known:
        raise UsageError(
            f"The project has no list '{name}'.",
            nearest(name, known) if known else f"Name it under lists: {{{name}: }}.",
        )
    return _result(loading.load(work.engine, files, kind, _options(work, mapping), progress))


def _options(work: Workspace, mapping: Path | None) -> LoadOptions:
    catalog = work.definition.catalog
    sources = work.definition.sources
    return LoadOptions(
        now=work.clock.now(),
        zone=work.definition.timezone,
        mapping=read_mapping(mapping) if mapping is not None else None,
        known=frozenset(catalog.events) if catalog.strict else None,
        zones={name: source.zone for name, source in sources.items() if source.zone},
        identity=work.definition.identity,
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


@dataclass(frozen=True, slots=True)
class RejectsResult:
    """Everything that waits to be mended, the most frequent reason first."""

    rejects: tuple[RejectGroup, ...]


def rejects(work: Workspace) -> RejectsResult:
    """List the records that could not be taken in, by reason; examples are masked."""
    return RejectsResult(list_rejects(work.engine))


@dataclass(frozen=True, slots=True)
class DropResult:
    """How many rejects are gone."""

    file: str
    dropped: int


def drop(work: Workspace, file: str) -> DropResult:
    """Let go of the rejects of a file that was mended and loaded. Raises ``UsageError``."""
    dropped = rejecting.drop(work.engine, file)
    if not dropped:
        raise UsageError(f"There are no rejects of {file}.", "See dataout rejects list.")
    return DropResult(file, dropped)


def replay(work: Workspace, mapping: Path | None = None) -> LoadResult:
    """Read the rejects again, with another mapping or with what theirs says today."""
    return _result(rejecting.replay(work.engine, _options(work, mapping)))
