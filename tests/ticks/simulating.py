"""A simulation whose ticks go over keyed streams; now and then its memory is lost, or SQL ticks."""

from itertools import count
from random import Random

import dataout
from dataout.app.instants import read_instant
from dataout.audiences import snapshots
from dataout.audiences.keyed import KeyedTicks
from dataout.audiences.ticks import changes_of_tick
from dataout.model.times import datetime_of

RARELY, HALF = 0.15, 0.5
TOKENS = map(str, count())


class KeyedSimulation(dataout.Simulation):
    """``seed`` decides when that happens; None: never."""

    def __init__(self, segments, *, seed=None, **given):
        self._random = None if seed is None else Random(seed)
        self._keyed, self._by_sql = None, True
        super().__init__(segments, **given)

    @property
    def engine(self):
        return self._memory.engine

    def define(self, segments):
        super().define(segments)
        if self._keyed is not None:
            self.take_up()

    def _now_and_then(self):
        return self._random is not None and self._random.random() < RARELY

    def restart(self):
        if self._random is not None and self._keyed is not None and self._random.random() < HALF:
            self.hand_back()
        self._keyed = KeyedTicks()
        self.take_up()

    def take_up(self):
        self._keyed.take_up(self._ready.program, self._memory.zone, self.engine.dialect)

    def tick(self, at):
        if self._keyed is None or self._now_and_then():
            self.restart()
        self._by_sql = self._now_and_then()
        if self._by_sql:
            return super().tick(at)
        self._keyed.tick(self.engine, read_instant(at, 0, self._memory.zone))
        self._ticked = frozenset(self._ready.program.formulas)
        return changes_of_tick(self.engine)

    def tick_through_sql(self, at):
        self._by_sql = True
        return super().tick(at)

    def hand_back(self):
        self._keyed.hand_back(self.engine)

    @property
    def nbytes(self):
        return self._keyed.nbytes

    def next_edge(self):
        if self._by_sql:
            return super().next_edge()
        edge = self._keyed.next_edge(self.engine)
        return None if edge is None else datetime_of(edge)


class RestoredSimulation(KeyedSimulation):
    """Its memory is lost every other time, and comes back from the last snapshot in ``folder``.

    Now and then a snapshot is taken; so it may be of the last tick, or older, or of another
    program. ``restored`` counts how many were used.
    """

    restored = 0

    def __init__(self, segments, *, folder, seed, **given):
        self._folder = folder
        super().__init__(segments, seed=seed, **given)

    def tick(self, at):
        if self._keyed is not None and self._random.random() < HALF:
            self.restart()
        changes = super().tick(at)
        if self._random.random() < HALF:
            save(self._keyed, self.engine, self._folder)
        return changes

    def restart(self):
        super().restart()
        found = load(self._keyed, self.engine, self._folder)
        if found is not None:
            self._keyed.restore(found)
            type(self).restored += 1


def save(keyed, engine, folder):
    """Write a snapshot of what is in memory, if anything is."""
    taken, token = keyed.snapshot(), next(TOKENS)
    if taken is not None:
        snapshots.begin(engine, token)
        snapshots.write(folder, taken, token)
        snapshots.finish(engine, folder, token)


def load(keyed, engine, folder):
    return snapshots.read(engine, folder, keyed.zone, keyed.needs)
