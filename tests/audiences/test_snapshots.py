"""Snapshots of keyed ticks: what comes back is what was there, and only where it holds good."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from tests.audiences.test_keyed import BUYERS, SINGLE, after, bought, told
from tests.ticks.simulating import KeyedSimulation, load, save

from dataout.audiences import bundles, snapshots
from dataout.audiences.bundles import Bundle
from dataout.ports import Engine

VISITORS = {"visitors": {"who": {"event": "visit", "within": "60d"}}}
MUCH = {"rich": {"who": {"event": "purchase", "sum": {"property": "total", "gte": 10**19}}}}
VARIED = {"varied": {"who": {"event": "purchase", "distinct": {"property": "sku", "gte": 3}}}}
REGULAR = {"regular": {"who": {"event": "purchase", "count": {"gte": 2}}}}


@dataclass
class Reading:
    """An engine that counts how often history is read."""

    of: Engine
    reads: int = 0

    def stream(self, *arguments, **named):
        self.reads += 1
        return self.of.stream(*arguments, **named)

    def __getattr__(self, name):
        return getattr(self.of, name)


class Restarting(KeyedSimulation):
    """A simulation whose memory is put into a folder, lost, and brought back from there."""

    def __init__(self, segments, folder, **given):
        super().__init__(segments, **given)
        self.folder = folder
        self.reading = Reading(super().engine)

    @property
    def engine(self):
        return getattr(self, "reading", None) or super().engine

    def save(self):
        save(self._keyed, self.engine, self.folder)

    def found(self):
        return load(self._keyed, self.engine, self.folder)

    def come_back(self):
        """Begin anew with the snapshot, which has to hold good; count reads from here on."""
        self.restart()
        self._keyed.restore(self.found())
        self.reading.reads = 0


@pytest.fixture
def simulation(tmp_path):
    return Restarting(BUYERS, tmp_path)


def test_what_comes_back_need_not_be_read(simulation):
    simulation.add(events=[bought(), bought(2, who="bob")])
    simulation.tick(after(3))
    simulation.save()
    simulation.come_back()
    assert simulation.next_edge() == after(24)
    assert told(simulation.tick(after(24))) == [("ann", False, after(24), "time")]
    assert told(simulation.tick(after(26))) == [("bob", False, after(26), "time")]
    assert simulation.reading.reads == 0


def test_nobody_is_looked_at_without_a_reason(simulation):
    simulation.add(events=[bought(who=f"person {n}") for n in range(20)])
    simulation.tick(after(1))
    simulation.save()
    simulation.come_back()
    simulation.add(events=[bought(1, who="person 7")])
    assert simulation._keyed.tick(simulation.engine, milliseconds(after(2))).touched == 1


def milliseconds(moment):
    return round(moment.timestamp() * 1_000)


def test_what_came_after_it_is_news(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    simulation.save()
    simulation.add(events=[bought(1, who="bob")])
    simulation.tick(after(2))
    simulation.add(events=[bought(2, who="eve")])
    simulation.come_back()
    assert told(simulation.tick(after(3))) == [("eve", True, after(2), "data")]
    gone = told(simulation.tick(after(30)))
    assert gone == [
        (who, False, after(24 + n), "time") for n, who in enumerate(("ann", "bob", "eve"))
    ]
    assert simulation.reading.reads == 0


def test_people_who_came_after_it_are_there_too(tmp_path):
    simulation = Restarting({"idle": {"who": {"not": {"event": "purchase"}}}}, tmp_path)
    simulation.add(profiles=[{"profile_id": "ann"}])
    simulation.tick(after(1))
    simulation.save()
    simulation.come_back()
    simulation.add(profiles=[{"profile_id": "bob", "attributes": {"a": 1}, "set_at": after(2)}])
    assert told(simulation.tick(after(3))) == [("bob", True, after(2), "data")]


def test_others_may_have_ticked_since(simulation):
    simulation.add(events=[bought(), bought(2, who="bob")])
    simulation.tick(after(3))
    simulation.save()
    simulation.hand_back()
    simulation.add(events=[bought(4, who="eve")])
    simulation.tick_through_sql(after(25))
    simulation.come_back()
    assert simulation.tick(after(25)) == []
    gone = told(simulation.tick(after(30)))
    assert gone == [(who, False, after(24 + n), "time") for n, who in ((2, "bob"), (4, "eve"))]


def test_what_was_taken_away_stays_away(tmp_path):
    simulation = Restarting(SINGLE, tmp_path)
    simulation.add(events=[bought(n, event_id=str(n)) for n in range(2)])
    simulation.add(events=[bought(-n, who="bob") for n in range(60)])
    simulation.tick(after(2))
    simulation.add(events=[bought(1, event_id="1", op="delete", received_at=after(2))])
    assert [change.entered for change in simulation.tick(after(3))] == [True]
    simulation.save()
    simulation.come_back()
    assert ("ann", False, after(24), "time") in told(simulation.tick(after(24)))
    assert simulation.reading.reads == 0


def test_what_is_corrected_after_it_is_taken_away(tmp_path):
    simulation = Restarting(REGULAR, tmp_path)
    simulation.add(events=[bought(n, event_id=str(n)) for n in range(2)])
    simulation.tick(after(2))
    simulation.save()
    simulation.come_back()
    simulation.add(events=[bought(1, event_id="1", op="delete", received_at=after(2))])
    assert [change.entered for change in simulation.tick(after(3))] == [False]
    assert simulation.reading.reads == 0


def test_values_keep_the_numbers_that_they_have(tmp_path):
    def item(hours, sku):
        return bought(hours, properties={"sku": sku})

    simulation = Restarting(VARIED, tmp_path)
    simulation.add(events=[item(0, "ä"), item(0, '"')])
    simulation.tick(after(1))
    simulation.save()
    simulation.come_back()
    simulation.add(events=[item(2, "new")])
    assert told(simulation.tick(after(3))) == [("ann", True, after(2), "data")]
    assert simulation.reading.reads == 0


def test_what_streams_cannot_say_they_cannot_say_afterwards(tmp_path):
    simulation = Restarting(MUCH, tmp_path)
    simulation.add(events=[bought(-5, properties={"total": 9 * 10**18})])
    simulation.tick(after(0))
    simulation.save()
    simulation.come_back()
    simulation.add(events=[bought(0, properties={"total": 9 * 10**18})], received_at=after(1))
    assert told(simulation.tick(after(1))) == [("ann", True, after(0), "data")]


def test_sums_that_may_pass_their_room_are_doubted_afterwards(tmp_path):
    much = {"event": "purchase", "sum": {"property": "total", "gte": 9 * 10**12}}
    simulation = Restarting({"rich": {"who": much}}, tmp_path)
    simulation.add(events=[bought(-n, properties={"total": 39 * 10**11}) for n in range(3)])
    simulation.tick(after(0))
    assert simulation.members("rich") == {"ann"}
    simulation.save()
    simulation.come_back()
    simulation.add(events=[bought(1, properties={"total": 1})])
    assert simulation.tick(after(1)) == []


def test_another_program_reads_what_it_lacks(simulation):
    visit = {"profile_id": "bob", "event": "visit", "event_time": after(-1)}
    simulation.add(events=[bought(), visit])
    simulation.tick(after(1))
    simulation.save()
    simulation.define(BUYERS | VISITORS)
    simulation.come_back()
    assert told(simulation.tick(after(2))) == [("bob", True, after(2), "definition")]
    assert simulation.reading.reads == 1
    assert told(simulation.tick(after(24))) == [("ann", False, after(24), "time")]


def test_a_segment_that_means_something_else_is_asked_of_everybody(simulation):
    simulation.add(events=[bought(who="ann"), bought(who="bob"), bought(1, who="bob")])
    simulation.tick(after(2))
    simulation.save()
    simulation.define({"buyers": SINGLE["single"]})
    simulation.tick_through_sql(after(3))
    simulation.come_back()
    assert simulation.tick(after(4)) == []
    assert set(told(simulation.tick(after(24)))) == {
        ("ann", False, after(24), "time"),
        ("bob", True, after(24), "time"),
    }


def test_more_columns_than_it_has_are_read_from_history(simulation):
    simulation.add(events=[bought(properties={"total": 5})])
    simulation.tick(after(1))
    simulation.save()
    dear = {"event": "purchase", "sum": {"property": "total", "gte": 5}}
    simulation.define({"dear": {"who": dear}})
    simulation.come_back()
    simulation.tick(after(2))
    assert simulation.members("dear") == {"ann"}
    assert simulation.reading.reads == 1


def test_a_longer_reach_is_read_from_history(simulation):
    simulation.add(events=[bought(-24 * 50)])
    simulation.tick(after(0))
    simulation.save()
    simulation.define({"buyers": {"who": {"event": "purchase", "within": "60d"}}})
    simulation.come_back()
    assert told(simulation.tick(after(1))) == [("ann", True, after(1), "definition")]


def test_it_does_not_change_while_ticks_go_on(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    taken = simulation._keyed.snapshot()
    simulation.add(events=[bought(1, who=f"person {n}") for n in range(50)])
    simulation.tick(after(2))
    (shard,) = taken.crowd.shards.values()
    assert len(shard.everybody()) == 1
    assert shard.calendar.next_moment() == milliseconds(after(24))
    later = simulation._keyed.snapshot()
    simulation.tick(after(26))
    (shard,) = later.crowd.shards.values()
    assert shard.members["buyers"].sum() == 51
    assert simulation.members("buyers") == frozenset()


@pytest.fixture
def saved(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    simulation.save()
    assert simulation.found() is not None
    return simulation


def test_of_another_engine_it_does_not_hold_good(saved):
    other = Restarting(BUYERS, saved.folder)
    other.add(events=[bought()])
    other.tick(after(1))
    assert other.found() is None


def test_of_a_state_that_was_put_back_it_does_not_hold_good(saved):
    earlier = {"at": milliseconds(after(1) - timedelta(milliseconds=1))}
    saved.engine.execute('UPDATE ticks SET "at" = $at', earlier)
    assert saved.found() is None
    saved.engine.execute("DELETE FROM ticks")
    assert saved.found() is None


def test_in_another_zone_it_does_not_hold_good(saved):
    needs = saved._keyed.needs
    assert snapshots.read(saved.engine, saved.folder, "Europe/Berlin", needs) is None


def test_of_another_version_it_does_not_hold_good(saved):
    path = saved.folder / snapshots.NAME
    bundle = bundles.read(path)
    for of in ([snapshots.FORMAT + 1, *bundle.said["of"][1:]], None):
        bundles.write(path, Bundle({**bundle.said, "of": of}, bundle.blobs))
        assert saved.found() is None
    bundles.write(path, Bundle({}, {}))
    assert saved.found() is None


def test_torn_it_is_none_and_history_is_read(saved):
    path = saved.folder / snapshots.NAME
    path.write_bytes(path.read_bytes()[:-1])
    assert saved.found() is None
    saved.restart()
    assert told(saved.tick(after(25))) == [("ann", False, after(24), "time")]
    assert saved.reading.reads > 0


def test_a_later_one_takes_its_place(saved):
    saved.tick(after(2))
    saved.save()
    assert saved.found().position.ticked["at"] == milliseconds(after(2))
    assert [each.name for each in saved.folder.iterdir()] == [snapshots.NAME]
    assert saved.engine.query("FROM snapshots").num_rows == 1


def test_until_a_later_one_is_in_place_it_holds_good(saved):
    snapshots.begin(saved.engine, "later")
    assert saved.found() is not None
    snapshots.write(saved.folder, saved._keyed.snapshot(), "later")
    assert saved.found() is not None


def test_dropped_it_is_gone(saved):
    snapshots.drop(saved.engine, saved.folder)
    assert list(saved.folder.iterdir()) == []
    assert saved.found() is None
    snapshots.drop(saved.engine, saved.folder)


def test_dropped_it_does_not_hold_good_even_if_its_file_stays(saved):
    path = saved.folder / snapshots.NAME
    whole = path.read_bytes()
    snapshots.drop(saved.engine, saved.folder)
    path.write_bytes(whole)
    assert saved.found() is None


def test_what_is_dropped_while_it_is_written_never_appears(saved):
    taken = saved._keyed.snapshot()
    snapshots.begin(saved.engine, "later")
    snapshots.drop(saved.engine, saved.folder)
    snapshots.write(saved.folder, taken, "later")
    assert not snapshots.finish(saved.engine, saved.folder, "later")
    assert list(saved.folder.iterdir()) == []
    assert saved.found() is None


def test_with_nothing_in_memory_there_is_none(simulation):
    simulation.restart()
    assert simulation._keyed.snapshot() is None
