"""A simulation whose ticks go over keyed streams; now and then its memory is lost, or SQL ticks."""

from random import Random

import dataout
from dataout.app.instants import read_instant
from dataout.audiences.keyed import KeyedTicks
from dataout.audiences.ticks import changes_of_tick
from dataout.model.times import datetime_of

RARELY, HALF = 0.15, 0.5


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
