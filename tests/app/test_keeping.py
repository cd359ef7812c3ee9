"""A server that starts goes on from the snapshot of the one before, and keeps one of its own."""

import stat
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from tests.audiences.test_keyed import after as noon
from tests.audiences.test_keyed import bought
from tests.ticks.simulating import KeyedSimulation, load

from dataout.app.folders import state_folder
from dataout.app.serving.keeping import EVERY, Keeper
from dataout.audiences import snapshots

from .serving import Shop, after, event

CARTS = """\
name: shop
segments:
  carts: {who: {event: cart_started, within: 2h}}
"""
PEOPLE = 20
HOUR = EVERY / 1_000


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    made.write(CARTS)
    made.add("events", *(event("cart_started", f"p{n}", -30 - n) for n in range(PEOPLE)))
    return made


def kept(shop):
    return state_folder(shop.folder, "dev") / "snapshots" / snapshots.NAME


def again(shop, seconds):
    """Let another server run after the one before, until so many seconds after the start."""
    shop.run(seconds)
    return shop.server.figures


def test_the_next_server_looks_at_nobody_without_a_reason(shop):
    assert again(shop, 10).people == PEOPLE
    shop.add("events", event("cart_started", "p3", 5))
    assert again(shop, 20).people == 1
    assert len(shop.log) == PEOPLE
    assert again(shop, 2 * HOUR + 10).people == PEOPLE + 1  # an edge of p3 is out of date
    left = {n: 2 * HOUR - 30 - n for n in range(PEOPLE)} | {3: 2 * HOUR + 5}
    expected = [(f"p{n}", False, "time", moment) for n, moment in left.items()]
    assert [each[1:5] for each in shop.log[PEOPLE:]] == sorted(expected, key=lambda e: e[3])


def test_it_lies_with_the_state_for_its_owner_only(shop):
    shop.run(1)
    assert stat.S_IMODE(kept(shop).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept(shop).parent.stat().st_mode) == 0o700


def test_a_difference_that_verification_finds_does_not_come_back(shop):
    shop.write(CARTS + "ticks: {verify: '12:00'}\n")
    shop.clock.at = after(-10)
    shop.happens(-5, lambda: shop.engine.execute("DELETE FROM memberships WHERE slot % 2 = 0"))
    shop.happens(2, lambda: wrong.append(shop.engine.query("FROM memberships").num_rows))
    wrong = []
    shop.run(10)
    assert shop.server.figures.differing == 1
    assert shop.server.figures.people == 2 * PEOPLE
    assert wrong == [PEOPLE]


def test_without_ticks_in_memory_none_is_kept(shop):
    shop.write(CARTS + "ticks: {by: sql}\n")
    shop.run(10)
    assert not kept(shop).exists()


def test_where_it_cannot_be_kept_it_is_told_once_and_nothing_else_happens(shop):
    kept(shop).parent.write_text("in the way")
    shop.asked(2 * HOUR, lambda _: shop.add("events", event("cart_started", "p3", HOUR)))
    result = shop.run(3 * HOUR)
    (told,) = shop.said
    assert told.startswith("What ticks hold in memory could not be kept (")
    assert "a server that starts reads history again" in told
    assert result.ticks > PEOPLE
    kept(shop).parent.unlink()
    shop.said.clear()
    shop.run(3 * HOUR + 1)
    assert shop.said == []
    assert kept(shop).exists()


@dataclass
class Server:
    """What is left of a server if nothing but keeping is asked of it."""

    folder: Path
    simulation: KeyedSimulation
    keeper: Keeper = field(init=False)
    said: list = field(default_factory=list)

    def __post_init__(self):
        names = map(str, count())
        self.keeper = Keeper(self.folder, lambda: next(names), self.said.append)

    def keep_if_due(self, hours):
        """Give the instant of the tick whose snapshot is in place when all has been written."""
        for _ in range(2):  # the second time puts in place what the first began
            at = milliseconds(noon(hours))
            self.keeper.keep_if_due(self.simulation.engine, self.simulation._keyed, at)
            if self.keeper._writing is not None:
                self.keeper._writing.thread.join()
        return self.kept

    @property
    def kept(self):
        found = load(self.simulation._keyed, self.simulation.engine, self.folder)
        return None if found is None else found.position.ticked["at"]


@pytest.fixture
def server(tmp_path):
    simulation = KeyedSimulation({"buyers": {"who": {"event": "purchase", "within": "24h"}}})
    simulation.add(events=[bought()])
    simulation.tick(noon(1))
    return Server(tmp_path / "snapshots", simulation)


def milliseconds(moment):
    return round(moment.timestamp() * 1_000)


def test_the_first_comes_with_the_first_tick_and_later_ones_every_hour(server):
    simulation = server.simulation
    assert server.keep_if_due(1) == milliseconds(noon(1))
    simulation.add(events=[bought(1, who="bob")])
    simulation.tick(noon(1.5))
    assert server.keep_if_due(1.9) == milliseconds(noon(1))
    assert server.keep_if_due(2) == milliseconds(noon(1.5))


def test_a_clock_that_was_set_back_delays_none(server):
    assert server.keep_if_due(5) == milliseconds(noon(1))
    server.simulation.add(events=[bought(1, who="bob")])
    server.simulation.tick(noon(1.5))
    assert server.keep_if_due(2) == milliseconds(noon(1.5))


def test_where_nothing_arrived_there_is_nothing_new_to_keep(server):
    server.keep_if_due(1)
    server.simulation.tick(noon(1.5))
    assert server.keep_if_due(3) == milliseconds(noon(1))
    server.keeper.keep(server.simulation.engine, server.simulation._keyed)
    assert server.kept == milliseconds(noon(1))


def test_before_the_first_tick_there_is_nothing_to_keep(server):
    server.simulation.restart()
    assert server.keep_if_due(1) is None
    server.simulation.tick(noon(1))
    assert server.keep_if_due(1) == milliseconds(noon(1))


def test_at_the_end_what_is_under_way_is_waited_for(server):
    simulation = server.simulation
    server.keeper.keep_if_due(simulation.engine, simulation._keyed, milliseconds(noon(1)))
    server.keeper.keep(simulation.engine, simulation._keyed)
    assert server.kept == milliseconds(noon(1))
    assert simulation.engine.query("FROM snapshots").to_pylist() == [{"token": "0"}]
    assert [each.name for each in server.folder.iterdir()] == [snapshots.NAME]
    assert server.said == []


def test_what_is_dropped_while_it_is_written_is_kept_again(server):
    engine, keyed = server.simulation.engine, server.simulation._keyed
    server.keeper.keep_if_due(engine, keyed, milliseconds(noon(1)))
    server.keeper.drop(engine)
    server.keeper.keep(engine, keyed)
    assert server.kept == milliseconds(noon(1))


def test_dropped_nothing_is_left_and_the_next_is_kept_again(server):
    server.keep_if_due(1)
    server.keeper.drop(server.simulation.engine)
    assert server.kept is None
    assert server.keep_if_due(1.5) is None
    assert server.keep_if_due(2) == milliseconds(noon(1))
