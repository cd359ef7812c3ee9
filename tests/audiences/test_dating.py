"""Changes are dated exactly where few edges are in question, with bounded work where many are."""

from datetime import UTC

import pytest

from dataout.app.evaluation import definitions_of
from dataout.app.memory import Memory
from dataout.audiences.dating import WORK
from dataout.audiences.ready import ticking
from dataout.audiences.ticks import MANY, changes_of_tick, members_of, tick
from dataout.model.people import Instant
from dataout.model.times import instant_of
from dataout.segments.translate import program

HOUR = 3_600_000
START = Instant(1_772_366_400_000)
BUYS = {"buys": {"who": {"event": "purchase", "within": "24h"}}}
ORDERS = {"events": {"purchase": {"order_key": "id", "amount": "total", "combine": "sum"}}}


class Counting:
    """An engine that counts the rows that looks read."""

    def __init__(self, engine):
        self.engine, self.read, self.looks = engine, 0, 0

    def __getattr__(self, name):
        return getattr(self.engine, name)

    def execute(self, sql, params=()):
        self.engine.execute(sql, params)
        if sql.startswith("CREATE OR REPLACE TEMP TABLE evaluation") and "looked" in sql:
            (row,) = self.engine.query(
                "SELECT count(*) AS looks, (SELECT count(*) FROM looks JOIN events USING (slot)) "
                "AS n FROM looks"
            ).to_pylist()
            self.looks, self.read = self.looks + row["looks"], self.read + row["n"]


class Scene:
    """Segments over one engine; events come as they are told, in bulk or one by one."""

    def __init__(self, segments=BUYS, catalog=None):
        self.memory = Memory()
        self.engine = Counting(self.memory.engine)
        asked = program(definitions_of(segments, {}, catalog or {}, "UTC", None))
        self.ready = ticking(asked, "UTC", self.engine.dialect)
        self.tick(0)

    def add(self, *hours, name="purchase", person="ann"):
        rows = [
            {"profile_id": person, "event": name, "event_time": (START + round(at * HOUR)) / 1_000}
            for at in hours
        ]
        self.memory.add_events(rows)

    def many(self, count, first, last, name="purchase"):
        """Let one person have had so many events, evenly, between two hours."""
        self.add(first)
        first, last = (START + round(hours * HOUR) for hours in (first, last))
        self.engine.engine.execute(
            f"""INSERT INTO events BY NAME SELECT 1 AS slot, '{name}' AS name,
              {first} + ({last} - {first}) * i // {count} AS event_time, {last} AS received_at,
              1000 + i AS landing, 's' AS source, i + 1000 AS event_key, FALSE AS backfill
            FROM range({count + 1}) AS r (i)"""
        )

    def tick(self, hours):
        at = Instant(START + round(hours * HOUR))
        self.engine.read = self.engine.looks = 0
        tick(self.engine, self.ready, at)
        return {
            (each.segment, each.entered): (instant_of(each.at, UTC) - START) / HOUR
            for each in changes_of_tick(self.engine)
        }


def test_an_edge_is_found_with_few_looks_however_long_the_history_is():
    scene = Scene()
    scene.many(20_000, -8_000, 1)
    scene.tick(1)
    assert scene.tick(26) == {("buys", False): 25}
    assert scene.engine.looks <= 6


def test_what_arrives_is_found_right_before_it():
    scene = Scene()
    scene.many(20_000, -8_000, 1)
    scene.tick(26)
    scene.add(30)
    assert scene.tick(30.5) == {("buys", True): 30}
    assert scene.engine.looks <= 3


def test_what_arrives_late_is_found_right_before_it_too():
    scene = Scene()
    scene.add(-40)
    scene.tick(1)
    scene.add(-3)
    assert scene.tick(5) == {("buys", True): -3}


def test_what_the_last_tick_said_may_not_have_been_so_by_what_is_known_now():
    """Ann is in by both of her carts. That she bought shortly is learnt later, and changes nothing
    at that tick; only then comes what takes her out, and she was out before it."""
    segments = {"left": {"who": {"all": [{"event": "cart"}, {"not": {"event": "purchase"}}]}}}
    scene = Scene(segments)
    scene.add(1, name="cart")
    assert scene.tick(2) == {("left", True): 1}
    scene.add(1.5)
    assert scene.tick(3) == {("left", False): 1.5}
    shaky = {"one": {"who": {"event": "purchase", "count": 1, "within": "2h"}}}
    scene = Scene(shaky)
    scene.add(1)
    assert scene.tick(1.5) == {("one", True): 1}
    scene.add(1.2, 1.3)
    assert scene.tick(3.25) == {}, "in again since 3.2, as it was at the tick before"
    scene.add(3.1)
    assert scene.tick(3.26) == {("one", False): 1.2}, "out without a break since the second"


@pytest.mark.parametrize("count", [2_000, 200_000])
def test_the_work_is_bounded_whatever_the_history(count):
    scene = Scene({**BUYS, "few": {"who": {"event": "purchase", "count": {"lte": 2}}}}, ORDERS)
    scene.many(count, -8_000, 1)
    changes = scene.tick(2)
    assert scene.engine.read <= 4 * WORK
    assert changes["buys", True] == pytest.approx(-8_000, abs=4_100)
    if count < WORK // 2 // count:
        assert changes["buys", True] == -8_000


def test_a_long_history_is_divided_down_to_an_edge_at_which_it_did_turn():
    scene = Scene()
    scene.many(20_000, -8_000, -4_000)
    scene.add(-3_990)
    scene.many(20_000, -3_000, 1)
    (moment,) = scene.tick(2).values()
    assert moment == pytest.approx(-3_000, abs=2)


def test_many_people_are_looked_at_in_one_statement_of_their_own():
    scene = Scene()
    scene.engine.engine.execute(
        f"INSERT INTO profiles SELECT i, 'p' || i FROM range(1, {MANY + 2}) AS r (i)"
    )
    scene.engine.engine.execute(
        f"""INSERT INTO events BY NAME SELECT i AS slot, 'purchase' AS name,
              {START} + (i % 2) * {HOUR} AS event_time, {START} AS received_at, i AS landing,
              's' AS source, i AS event_key, FALSE AS backfill
            FROM range(1, {MANY + 2}) AS r (i)"""
    )
    assert scene.tick(0.5) == {("buys", True): 0}
    assert len(members_of(scene.engine, "buys")) == MANY // 2
    scene.tick(24.5)
    assert len(members_of(scene.engine, "buys")) == MANY // 2 + 1
