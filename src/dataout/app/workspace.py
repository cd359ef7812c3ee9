"""A project in one of its environments, open for work."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from dataout.app import state
from dataout.app.clock import SystemClock
from dataout.app.folders import state_folder
from dataout.app.wiring import Surroundings, connect, destination_types
from dataout.audiences.desired import Target, desire
from dataout.audiences.evaluate import evaluate, recall
from dataout.audiences.identify import Identification
from dataout.audiences.ready import ticking
from dataout.audiences.ticks import last_tick, tick
from dataout.definitions import ProjectDefinition
from dataout.errors import UsageError
from dataout.ingest.as_known import as_known
from dataout.ingest.graph import bring_up
from dataout.model.complaints import nearest
from dataout.model.definitions import Audience, AudienceKind, Environment, Sync
from dataout.model.people import Instant
from dataout.ports import Clock, Destination, Engine
from dataout.segments.formulas import Program
from dataout.segments.orders import orders_of
from dataout.segments.translate import Definitions, program
from dataout.sql import schema
from dataout.sql.scope import Scope
from dataout.store.database import Store, store_troubles


def tick_alone(work: Workspace, at: Instant) -> None:
    """Tick in a process that does nothing else: through SQL, compiled for this once."""
    tick(work.engine, ticking(work.program, work.definition.timezone, work.engine.dialect), at)


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a command works with. ``chance`` gives numbers in [0, 1), ``new_id`` fresh names.

    ``bring_up`` ticks: a server has a way of its own.
    """

    definition: ProjectDefinition
    environment: Environment
    surroundings: Surroundings
    engine: Engine
    store: Store
    clock: Clock
    chance: Callable[[], float]
    new_id: Callable[[], str]
    bring_up: Callable[[Workspace, Instant], object] = tick_alone

    @property
    def meaning(self) -> Definitions:
        """What segments mean: conditions (those of tiers too), traits, and what orders are."""
        return meaning_of(self.definition)

    @property
    def program(self) -> Program:
        """All segments, compiled."""
        return program(self.meaning)

    @property
    def identification(self) -> Identification:
        """Where identifiers come from."""
        return Identification(self.definition.identifiers, self.definition.region or "")

    @property
    def syncs(self) -> Sequence[Sync]:
        """Every sync of the project, exclusions first."""
        audiences = self.definition.audiences.values()
        first = [each for each in audiences if each.kind is AudienceKind.EXCLUSION]
        then = [each for each in audiences if each.kind is not AudienceKind.EXCLUSION]
        return [sync for audience in (*first, *then) for sync in audience.syncs]

    def scope(self, at: Instant, known_at: Instant | None = None) -> Scope:
        """Look at everybody, at an instant."""
        return Scope(at, known_at, self.definition.timezone)

    def audience(self, name: str) -> Audience:
        """Find an audience; raises ``UsageError`` with the nearest name."""
        if name not in self.definition.audiences:
            raise UsageError(
                f"There is no audience '{name}'.", nearest(name, self.definition.audiences)
            )
        return self.definition.audiences[name]

    def chosen_syncs(self, names: Sequence[str]) -> Sequence[Sync]:
        """Find syncs by name, all of them without names; raises ``UsageError``."""
        known = {sync.name: sync for sync in self.syncs}
        for name in names:
            if name not in known:
                raise UsageError(f"There is no sync '{name}'.", nearest(name, known))
        return [sync for name, sync in known.items() if not names or name in names]

    def connect(self, name: str) -> Destination:
        """Make one of the project's destinations live."""
        definition = self.definition.destinations[name]
        return connect(definition, self.definition.folder, self.environment, self.surroundings)

    def evaluate(self, at: Instant, known_at: Instant | None = None) -> Mapping[str, str]:
        """Evaluate all segments; gives the column of each in the working table."""
        with as_known(self.engine, known_at):
            return evaluate(self.engine, self.program, self.scope(at, known_at))

    def tick(self, at: Instant) -> Mapping[str, str]:
        """Bring memberships up to an instant; gives the columns as ``evaluate`` does.

        An instant before that of the last tick is evaluated instead, and nothing is kept of it.
        """
        last = last_tick(self.engine)
        if last is not None and at < last:
            return self.evaluate(at)
        self.take_up_identity()
        self.bring_up(self, at)
        return recall(self.engine, self.program.formulas)

    def take_up_identity(self) -> None:
        """Merge by the rules that the project has now, if they are others than the last time."""
        with self.engine.transaction():
            bring_up(self.engine, self.definition.identity, self.clock.now())

    def desire(self, columns: Mapping[str, str], at: Instant) -> None:
        """Fill the waterfall and the desired entries of every sync from evaluated segments."""
        types = destination_types()
        destinations = self.definition.destinations
        targets = [
            Target(sync, types[destinations[sync.destination].type].capabilities.platform)
            for sync in self.syncs
        ]
        audiences = list(self.definition.audiences.values())
        desire(self.engine, audiences, columns, targets, self.identification, at)


def meaning_of(definition: ProjectDefinition) -> Definitions:
    """Take out of a project what evaluations depend on."""
    return Definitions(
        {name: segment.condition for name, segment in definition.segments.items()},
        {name: trait.trait for name, trait in definition.traits.items()},
        orders_of(definition.catalog),
    )


@contextmanager
def opened(
    definition: ProjectDefinition,
    environment: Environment,
    surroundings: Surroundings,
    clock: Clock | None = None,
) -> Iterator[Workspace]:
    """Open an environment's state, and give it back whatever happens.

    Raises ``Locked`` while another process works in it, ``StateTooNew`` for a newer one's, and
    ``StateError`` where a file of it cannot be used.
    """
    folder = state_folder(definition.folder, environment.name)
    with (
        state.private_files(),  # the engine makes some as it works: its log, what it spills
        closing(state.open_engine(folder)) as engine,
        closing(state.open_store(folder)) as store,
        store_troubles(str(folder / state.STORE_FILE)),
    ):
        yield Workspace(
            definition=definition,
            environment=environment,
            surroundings=surroundings,
            engine=engine,
            store=store,
            clock=clock or SystemClock(),
            chance=random.random,
            new_id=lambda: secrets.token_hex(6),
        )


@contextmanager
def beside(work: Workspace) -> Iterator[Workspace]:
    """Open the same environment once more, in this process, with working tables of its own."""
    with work.engine.beside() as engine:
        schema.prepare(engine)
        yield replace(work, engine=engine)


def chosen_environment(definition: ProjectDefinition, name: str) -> Environment:
    """Find an environment; raises ``UsageError`` with the nearest name."""
    if name not in definition.environments:
        raise UsageError(
            f"There is no environment '{name}'.", nearest(name, definition.environments)
        )
    return definition.environments[name]
