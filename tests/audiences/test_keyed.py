"""Keyed ticks, one thing at a time: what arrives, what passes, what is lost and made again."""

from datetime import datetime, timedelta

import pytest
from tests.ticks.simulating import KeyedSimulation

from dataout.errors import EngineError, UsageError

NOON = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
BUYERS = {"buyers": {"who": {"event": "purchase", "within": "24h"}}}
SINGLE = {"single": {"who": {"event": "purchase", "within": "24h", "count": 1}}}
RELATED = {"owners": {"who": {"related": "car"}}}


def after(hours):
    return NOON + timedelta(hours=hours)


def bought(hours=0, who="ann", **more):
    return {"profile_id": who, "event": "purchase", "event_time": after(hours)} | more


def told(changes):
    return [(each.profile_id, each.entered, each.at, str(each.cause)) for each in changes]


@pytest.fixture
def simulation():
    return KeyedSimulation(BUYERS)


def test_in_by_data_and_out_at_the_edge(simulation):
    simulation.add(profiles=[{"profile_id": "ann"}])
    simulation.tick(after(0))
    simulation.add(events=[bought(-1)], received_at=after(0))
    assert told(simulation.tick(after(1))) == [("ann", True, after(-1), "data")]
    assert simulation.next_edge() == after(23)
    assert simulation.tick(after(23) - timedelta(milliseconds=1)) == []
    assert told(simulation.tick(after(30))) == [("ann", False, after(23), "time")]
    assert simulation.next_edge() is None


def test_people_who_come_later_are_in_what_is_not_asked_of_them():
    simulation = KeyedSimulation({"idle": {"who": {"not": {"event": "purchase"}}}})
    simulation.tick(after(0))
    simulation.add(profiles=[{"profile_id": "ann", "attributes": {"a": 1}, "set_at": after(1)}])
    assert told(simulation.tick(after(2))) == [("ann", True, after(1), "data")]


@pytest.mark.parametrize("op", ["delete", "replace"])
def test_a_correction_takes_back_what_it_corrects(simulation, op):
    simulation.add(events=[bought(0, event_id="1"), bought(-3, event_id="2")])
    simulation.tick(after(1))
    later = bought(-30, event_id="1", op=op, received_at=after(1))
    simulation.add(events=[later])
    assert simulation.tick(after(2)) == []
    assert told(simulation.tick(after(21))) == [("ann", False, after(21), "time")]


def test_who_has_no_event_left_is_asked_about_too(simulation):
    simulation.add(events=[bought(event_id="1")])
    simulation.tick(after(1))
    simulation.add(events=[bought(event_id="1", op="delete", received_at=after(1))])
    (change,) = simulation.tick(after(2))
    assert (change.entered, change.cause) == (False, "data")


def test_an_earlier_copy_outdoes_a_later_one(simulation):
    simulation.add(events=[bought(0, event_id="1", received_at=after(2))])
    simulation.tick(after(3))
    simulation.add(events=[bought(-30, event_id="1", received_at=after(1))])
    assert [change.entered for change in simulation.tick(after(4))] == [False]


def test_a_deletion_is_a_matter_of_identity(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    simulation.add(profiles=[{"profile_id": "ann", "deleted": True, "set_at": after(2)}])
    assert told(simulation.tick(after(3))) == [("ann", False, after(2), "identity")]


def test_other_definitions_tell_their_difference_once(simulation):
    simulation.add(events=[bought(), bought(who="bob"), bought(1, who="bob")])
    simulation.tick(after(2))
    simulation.define(SINGLE | BUYERS)
    assert told(simulation.tick(after(3))) == [("ann", True, after(3), "definition")]
    assert simulation.tick(after(4)) == []
    simulation.define(SINGLE)
    gone = told(simulation.tick(after(5)))
    assert gone == [(who, False, after(5), "definition") for who in ("ann", "bob")]


def test_a_correction_that_comes_with_a_definition_is_taken_in_once(simulation):
    simulation.add(events=[bought(event_id="1")])
    simulation.tick(after(1))
    visit = {"profile_id": "ann", "event": "visit", "event_time": after(-30)}
    simulation.add(events=[bought(1, event_id="1", op="replace", received_at=after(1)), visit])
    simulation.define({"visitors": {"who": {"event": "visit"}}} | BUYERS)
    assert told(simulation.tick(after(2))) == [("ann", True, after(2), "definition")]


def test_a_definition_that_reaches_further_back_reads_history_again(simulation):
    simulation.add(events=[bought(-24 * 50)])
    simulation.tick(after(0))
    simulation.define({"buyers": {"who": {"event": "purchase", "within": "60d"}}})
    assert told(simulation.tick(after(1))) == [("ann", True, after(1), "definition")]


def test_what_was_lost_is_made_again(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    simulation.restart()
    assert told(simulation.tick(after(25))) == [("ann", False, after(24), "time")]


def test_a_change_so_late_that_its_rows_are_forgotten_is_dated_all_the_same(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    simulation.restart()
    assert told(simulation.tick(after(24 * 30))) == [("ann", False, after(24), "time")]


def test_ticks_through_sql_know_that_they_lack_the_edges(simulation):
    simulation.add(events=[bought(), bought(2, who="bob")])
    simulation.tick(after(3))
    assert told(simulation.tick_through_sql(after(24))) == [("ann", False, after(24), "time")]
    assert told(simulation.tick_through_sql(after(26))) == [("bob", False, after(26), "time")]


def test_edges_that_are_handed_back_are_where_sql_looks(simulation):
    simulation.add(events=[bought(), bought(2, who="bob")])
    simulation.tick(after(3))
    simulation.hand_back()
    asked = simulation.engine.query("SELECT moment FROM edges ORDER BY moment").to_pylist()
    assert [each["moment"] for each in asked] == [milliseconds(after(h)) for h in (24, 26)]
    assert told(simulation.tick_through_sql(after(24))) == [("ann", False, after(24), "time")]
    assert told(simulation.tick(after(26))) == [("bob", False, after(26), "time")]


def milliseconds(moment):
    return round(moment.timestamp() * 1000)


def test_sql_may_tick_in_between(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    simulation.add(events=[bought(who="bob")])
    simulation.tick_through_sql(after(2))
    assert simulation.tick(after(3)) == []
    assert {who for who, *_ in told(simulation.tick(after(24)))} == {"ann", "bob"}


def test_what_others_ticks_have_seen_is_no_news(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    simulation.add(events=[{"profile_id": "ann", "event": "visit", "event_time": after(1)}])
    simulation.tick_through_sql(after(2))
    assert told(simulation.tick(after(25))) == [("ann", False, after(24), "time")]


def test_what_no_stream_reads_is_news_all_the_same(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    related = {"type": "car", "object_id": "1", "profile_id": "ann", "set_at": after(2)}
    simulation.add(objects=[related])
    assert told(simulation.tick(after(25))) == [("ann", False, after(24), "data")]


def test_segments_that_read_the_same_have_edges_of_their_own():
    longer = {"longer": {"who": {"event": "purchase", "within": "48h"}}}
    simulation = KeyedSimulation(BUYERS | longer)
    simulation.add(events=[bought(24), bought(who="bob")])
    simulation.tick(after(30))
    assert told(simulation.tick(after(49))) == [
        ("ann", False, after(48), "time"),
        ("bob", False, after(48), "time"),
    ]


IDLE = {"idle": {"who": {"not": {"event": "purchase"}}}}
BY_EMAIL = {"merge_on": ["email"]}


def emailed(who, hours, **more):
    attributes = {"email": "a@shop.example"}
    return {"profile_id": who, "attributes": attributes, "set_at": after(hours)} | more


@pytest.fixture
def merged():
    """Bob, who had bought, has turned out to be Ann; both were known before."""
    simulation = KeyedSimulation(BUYERS | IDLE, identity=BY_EMAIL)
    simulation.add(profiles=[emailed("ann", -9), {"profile_id": "bob", "set_at": after(-8)}])
    simulation.add(events=[bought(who="bob")])
    simulation.tick(after(1))
    simulation.add(profiles=[emailed("bob", 2)], received_at=after(2))
    return simulation


def test_who_merges_is_read_anew_and_the_other_is_there_no_more(merged):
    assert [(each.segment, *who) for each, who in zip(*_told_of(merged, 3), strict=True)] == [
        ("buyers", "ann", True, after(0), "identity"),
        ("idle", "ann", False, after(0), "identity"),
        ("buyers", "bob", False, after(3), "identity"),
    ]
    assert (merged.members("buyers"), merged.members("idle")) == ({"ann"}, frozenset())
    assert told(merged.tick(after(25))) == [("ann", False, after(24), "time")]


def test_who_is_part_of_another_stays_away_whatever_is_defined(merged):
    merged.tick(after(3))
    merged.define(RELATED)
    merged.tick(after(4))
    merged.define(IDLE | {"strangers": {"who": {"not": {"event": "visit"}}}})
    merged.tick(after(5))
    assert (merged.members("idle"), merged.members("strangers")) == (frozenset(), {"ann"})


def test_who_is_split_is_there_again(merged):
    merged.tick(after(3))
    merged.split("bob", at=after(4))
    merged.tick(after(4))
    assert (merged.members("buyers"), merged.members("idle")) == ({"bob"}, {"ann"})
    assert told(merged.tick(after(25))) == [("bob", False, after(24), "time")]


def test_what_was_said_of_the_other_goes_with_the_other():
    vips = {"vips": {"who": {"attribute": "vip", "is": True}}}
    simulation = KeyedSimulation(vips, identity=BY_EMAIL)
    simulation.add(profiles=[emailed("ann", -9)])
    simulation.tick(after(0))
    simulation.add(profiles=[{"profile_id": "bob", "vip": True, "set_at": after(1)}])
    simulation.add(profiles=[emailed("bob", 2)])
    simulation.tick(after(3))
    assert simulation.members("vips") == {"ann"}
    simulation.split("bob", at=after(4))
    simulation.tick(after(4))
    assert simulation.members("vips") == {"bob"}


def _told_of(simulation, hours):
    changes = simulation.tick(after(hours))
    return changes, told(changes)


def test_sql_may_take_up_a_definition_in_between(simulation):
    simulation.add(events=[bought(), bought(who="bob"), bought(1, who="bob")])
    simulation.tick(after(2))
    simulation.define({"buyers": SINGLE["single"]})
    assert told(simulation.tick_through_sql(after(3))) == [("bob", False, after(3), "definition")]
    assert ("bob", True, after(24), "time") in told(simulation.tick(after(24)))


def test_what_has_no_keyed_form_ticks_beside():
    simulation = KeyedSimulation(BUYERS | RELATED)
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    car = {"type": "car", "object_id": "1", "profile_id": "ann", "set_at": after(1)}
    simulation.add(objects=[car], received_at=after(1))
    (change,) = simulation.tick(after(2))
    assert (change.segment, change.at, change.cause) == ("owners", after(1), "data")
    assert simulation.members("buyers") == {"ann"}


def test_numbers_that_need_more_room_are_asked_of_sql():
    much = {"rich": {"who": {"event": "purchase", "sum": {"property": "total", "gte": 10**19}}}}
    simulation = KeyedSimulation(much)
    simulation.add(events=[bought(-5, properties={"total": 9 * 10**18})])
    simulation.tick(after(0))
    simulation.add(events=[bought(0, properties={"total": 9 * 10**18})], received_at=after(1))
    assert told(simulation.tick(after(1))) == [("ann", True, after(0), "data")]


def test_a_tick_that_fails_leaves_nothing_behind(simulation):
    simulation.add(events=[bought()])
    simulation.tick(after(1))
    simulation.engine.execute("ALTER TABLE membership_log RENAME TO hidden")
    with pytest.raises(EngineError):
        simulation.tick(after(24))
    simulation.engine.execute("ALTER TABLE hidden RENAME TO membership_log")
    assert told(simulation.tick(after(25))) == [("ann", False, after(24), "time")]


def test_ticks_never_go_back(simulation):
    simulation.tick(after(1))
    with pytest.raises(UsageError, match="never go back"):
        simulation.tick(after(0))


def test_memory_is_counted(simulation):
    simulation.tick(after(0))
    before = simulation.nbytes
    simulation.add(events=[bought(0, who=f"person {n}") for n in range(500)])
    simulation.tick(after(1))
    assert simulation.nbytes > before + 500 * 8
