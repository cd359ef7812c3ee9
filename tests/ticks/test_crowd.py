"""Everybody's shards: people beyond four million, rows that are forgotten, what comes back."""

import numpy as np
import pyarrow as pa
import pytest

from dataout.app.evaluation import definitions_of
from dataout.model.membership import Cause
from dataout.model.people import Instant
from dataout.segments.atoms import Source
from dataout.segments.translate import program
from dataout.ticks.columns import Rows
from dataout.ticks.crowd import SLACK, Crowd, changes_of, empty_stream
from dataout.ticks.feeding import feed
from dataout.ticks.keyed import keyed
from dataout.ticks.keys import LONG_AGO, SLOTS
from dataout.ticks.news import Arrivals

DAY = 86_400_000
NOW = Instant(1_772_366_400_000)
NEAR, FAR = 7, SLOTS + 7
PURCHASE = Source(("purchase",))
FRESH = {"buyers": Cause.DEFINITION}
NOTHING = Arrivals()
NO_ROWS = Rows(np.zeros(0, np.int64), np.zeros(0, np.int64))


def slots(*numbers):
    return pa.table({"slot": pa.array(numbers, pa.int32())})


class Town:
    """People with slots of two shards, and one segment."""

    def __init__(self):
        segments = {"buyers": {"who": {"event": "purchase", "within": "1d"}}}
        formulas = program(definitions_of(segments, {}, {}, "UTC", None)).formulas
        self.crowd = Crowd()
        self.asked = keyed(formulas, {"buyers": self.crowd.number("buyers")})
        self.feeds = {
            origin: feed(origin, need.columns, "UTC", {})
            for origin, need in self.asked.needs.items()
        }

    def load(self, *bought):
        who, when = ([each[n] for each in bought] for n in (0, 1))
        rows = Rows(np.array(who, np.int64), np.array(when, np.int64))
        for origin in self.asked.needs:
            empty = empty_stream(self.asked, origin, NOW)
            given = dict.fromkeys(empty.columns, NO_ROWS.slots)
            nothing = Rows(NO_ROWS.slots, NO_ROWS.moments, given)
            self.crowd.load(origin, empty, rows if origin == PURCHASE else nothing)

    def tick(self, at, arrivals=NOTHING, fresh=None):
        outcomes = self.crowd.tick(self.asked, self.feeds, arrivals, fresh or {}, at)
        changes = changes_of(outcomes).to_pylist()
        self.crowd.settle(self.asked, outcomes, at)
        told = ("slot", "entered", "true_from", "cause")
        return [tuple(each[name] for name in told) for each in changes]


def events(*bought):
    columns = {
        "slot": pa.array([who for who, _ in bought], pa.int32()),
        "moment": pa.array([at for _, at in bought], pa.int64()),
        "name": ["purchase" for _ in bought],
    }
    return pa.table(columns)


@pytest.fixture
def town():
    made = Town()
    made.crowd.make_room(slots(NEAR, FAR))
    return made


def test_everybody_is_told_by_the_slot_that_the_engine_knows(town):
    town.load((NEAR, NOW - 1_000), (FAR, NOW - 2_000))
    found = town.tick(NOW, fresh=FRESH)
    assert found == [(who, True, NOW, "definition") for who in (NEAR, FAR)]
    assert town.crowd.next_moment() == NOW - 2_000 + DAY
    assert town.tick(NOW - 2_000 + DAY) == [(FAR, False, NOW - 2_000 + DAY, "time")]


def test_a_shard_that_comes_later_has_all_streams(town):
    town.load()
    town.tick(NOW, fresh=FRESH)
    born = slots(2 * SLOTS + 1)
    town.crowd.make_room(born)
    came = Arrivals(events=events((2 * SLOTS + 1, NOW)), heard=heard(2 * SLOTS + 1), profiles=born)
    assert town.tick(NOW, came) == [(2 * SLOTS + 1, True, NOW, "data")]


def heard(*numbers):
    return slots(*numbers).append_column("cause", [["data" for _ in numbers]])


def test_rows_are_forgotten_that_nobody_reaches(town):
    town.load((NEAR, NOW - DAY - 1), (FAR, NOW - 1))
    town.crowd.forget(town.asked, NOW)
    assert streams(town) == {0: 1, 1: 1}
    later = Instant(NOW + SLACK + DAY)
    town.crowd.forget(town.asked, later)
    town.crowd.forget(town.asked, later)
    assert streams(town) == {0: 0, 1: 0}
    assert town.crowd.has(town.asked, PURCHASE, later)
    assert not town.crowd.has(town.asked, PURCHASE, NOW)


def streams(town):
    return {number: len(shard.streams[PURCHASE]) for number, shard in town.crowd.shards.items()}


def test_a_segment_that_comes_back_has_another_number(town):
    before = town.crowd.number("buyers")
    town.crowd.end("buyers")
    assert town.crowd.number("buyers") != before


def test_a_new_shard_has_forgotten_nothing(town):
    town.load()
    town.crowd.make_room(slots(2 * SLOTS))
    assert town.crowd.shards[2].streams[PURCHASE].kept_from == LONG_AGO
