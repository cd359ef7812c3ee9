"""The one place where a server touches memberships: whatever ticks, ticks behind this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dataout.app.workspace import Workspace
from dataout.audiences.keyed import KeyedTicks
from dataout.audiences.ready import Ticking, ticking
from dataout.audiences.standing import (
    Lateness,
    Standing,
    edges_due,
    lateness_of_tick,
    standing,
)
from dataout.audiences.ticks import Ticked, tick
from dataout.model.definitions import TicksBy
from dataout.model.people import Instant
from dataout.ports import Engine


class Ticker(Protocol):
    """The memberships of one version of a project's definitions."""

    def standing(self) -> Standing:
        """Say how memberships stand; calls that tick or load change it too."""

    def edges_due(self, at: Instant) -> int:
        """Count the edges that have come."""

    def tick(self, at: Instant) -> Ticked:
        """Bring memberships up to an instant, not before that of the last tick."""

    def lateness(self, at: Instant, bounds: Sequence[int]) -> Sequence[Lateness]:
        """Sort what the tick at ``at`` changed by how late it was known; bounds in milliseconds."""

    @property
    def nbytes(self) -> int:
        """Say how much memory it holds for ticks."""


@dataclass(frozen=True, slots=True)
class SqlTicker:
    """Ticks through SQL; ``ready`` is compiled once."""

    engine: Engine
    ready: Ticking

    def standing(self) -> Standing:
        """Say how memberships stand."""
        return standing(self.engine)

    def edges_due(self, at: Instant) -> int:
        """Count the edges that have come."""
        return edges_due(self.engine, at)

    def tick(self, at: Instant) -> Ticked:
        """Bring memberships up to an instant."""
        return tick(self.engine, self.ready, at)

    def lateness(self, at: Instant, bounds: Sequence[int]) -> Sequence[Lateness]:
        """Sort what the tick at ``at`` changed by how late it was known."""
        return lateness_of_tick(self.engine, at, bounds)

    @property
    def nbytes(self) -> int:
        """Say that it holds nothing."""
        return 0


@dataclass(frozen=True, slots=True)
class KeyedTicker:
    """Ticks over streams in memory, which outlive definitions."""

    engine: Engine
    keyed: KeyedTicks

    def standing(self) -> Standing:
        """Say how memberships stand."""
        return replace(standing(self.engine), next_edge=self.keyed.next_edge(self.engine))

    def edges_due(self, at: Instant) -> int:
        """Count the edges that have come."""
        return self.keyed.edges_due(at) + edges_due(self.engine, at)

    def tick(self, at: Instant) -> Ticked:
        """Bring memberships up to an instant."""
        return self.keyed.tick(self.engine, at)

    def lateness(self, at: Instant, bounds: Sequence[int]) -> Sequence[Lateness]:
        """Sort what the tick at ``at`` changed by how late it was known."""
        return lateness_of_tick(self.engine, at, bounds)

    @property
    def nbytes(self) -> int:
        """Say how much memory streams take."""
        return self.keyed.nbytes


def ticker_of(work: Workspace, keyed: KeyedTicks) -> Ticker:
    """Make a project's definitions ready to tick; ``keyed`` is what earlier ones left in memory."""
    zone, dialect = work.definition.timezone, work.engine.dialect
    if work.definition.ticks.by is TicksBy.KEYED:
        keyed.take_up(work.program, zone, dialect)
        return KeyedTicker(work.engine, keyed)
    keyed.let_go()
    return sql_ticker_of(work)


def sql_ticker_of(work: Workspace) -> Ticker:
    """Make a project's definitions ready to tick through SQL."""
    zone, dialect = work.definition.timezone, work.engine.dialect
    return SqlTicker(work.engine, ticking(work.program, zone, dialect))
