"""Random programs over random histories, in an engine and in streams, to be asked the same."""

from random import Random

import numpy as np
from tests.properties import strategies, whole_language
from tests.properties.plays import interesting, timed_traits, told
from tests.properties.scene import Dice
from tests.ticks.feeding import streams_of

from dataout.app.evaluation import definitions_of
from dataout.app.memory import Memory
from dataout.segments.atoms import Source
from dataout.segments.formulas import program_of
from dataout.segments.translate import program
from dataout.sql.evaluate import evaluation
from dataout.sql.scope import Scope
from dataout.ticks.doubts import doubtful
from dataout.ticks.edges import last_edges, next_edges
from dataout.ticks.forms import why_not
from dataout.ticks.formulas import members
from dataout.ticks.keys import EPOCH, Looks
from dataout.ticks.streams import forgetting
from dataout.ticks.views import View


def engine_of(zone, rows):
    memory, came = Memory(zone), {}
    for column, row in rows:
        came.setdefault(column, []).append(row)
    memory.add_events(came.pop("events", ()))
    memory.add_profiles(came.pop("profiles", ()))
    memory.add_objects(came.pop("objects", ()))
    for name, on_it in came.items():
        memory.add_list(name, on_it)
    return memory.engine


class Scene:
    """A question, most of them without orders, of which what has a keyed form is asked."""

    def __init__(self, seed):
        self.random = Random(seed)
        dice = Dice(self.random.randrange)
        draw = dice.pick((whole_language.question, whole_language.question, strategies.question))
        question = draw(dice)
        given = question.given
        traits, timed = timed_traits(dice)
        rows = told(dice, given)
        self.moments = [each for each in interesting(question, rows) if each >= EPOCH]
        self.zone = given["timezone"]
        self.engine = engine_of(self.zone, rows)
        catalog = given.get("catalog", {}) if dice.chance(4) else {}
        traits = {**given.get("traits", {}), **traits}
        whole = program(definitions_of(question.segments | timed, traits, catalog, self.zone, None))
        keyed = [name for name, formula in whole.formulas.items() if not why_not(formula)]
        self.program = program_of(whole, keyed)
        full = streams_of(self.engine, self.zone, self.program.formulas, self.random)
        self.streams = {origin: self.shortened(origin, held) for origin, held in full.items()}
        found = self.engine.query("SELECT slot FROM profiles ORDER BY slot").to_pydict()
        self.slots = np.array(found["slot"], np.int64)

    def shortened(self, origin, held):
        """Let some streams of events have forgotten their oldest rows."""
        if not isinstance(origin, Source) or not self.moments or self.random.random() < 0.8:
            return held
        return forgetting(held, self.random.choice(self.moments))

    @property
    def speaks(self):
        return bool(self.moments) and bool(self.program.formulas)

    def some_looks(self, most):
        """Draw instants, and look at everybody at each of them."""
        moments = sorted(self.random.sample(self.moments, min(most, len(self.moments))))
        slots, nows = np.meshgrid(self.slots, np.array(moments, np.int64), indexing="ij")
        return Looks(slots.ravel(), nows.ravel())

    def by_streams(self, looks):
        return members(self.program.formulas, View(looks, self.streams))

    def doubts(self, looks):
        view = View(looks, self.streams)
        return {name: doubtful(each, view) for name, each in self.program.formulas.items()}

    def edges(self, looks):
        view = View(looks, self.streams)
        return {
            name: (last_edges(formula, view), next_edges(formula, view))
            for name, formula in self.program.formulas.items()
        }

    def by_sql(self, looks):
        pairs = ", ".join(
            f"({slot}, {now})"
            for slot, now in zip(looks.slots.tolist(), looks.nows.tolist(), strict=True)
        )
        self.engine.execute(
            'CREATE OR REPLACE TEMP TABLE looks AS SELECT slot, "at", look(slot, "at") AS look'
            f' FROM (VALUES {pairs}) AS pairs (slot, "at")'
        )
        compiled = evaluation(self.program, Scope(None, None, self.zone, "looks"))
        query = compiled.query.sql(self.engine.dialect)
        rows = self.engine.query(
            f'SELECT l.slot, l."at", e.* EXCLUDE (slot) FROM ({query}) AS e'
            " JOIN looks AS l ON l.look = e.slot"
        ).to_pydict()
        places = {pair: n for n, pair in enumerate(zip(rows["slot"], rows["at"], strict=True))}
        pairs = list(zip(looks.slots.tolist(), looks.nows.tolist(), strict=True))
        return {
            name: np.array([p in places and rows[c][places[p]] for p in pairs], bool)
            for name, c in compiled.columns.items()
        }
