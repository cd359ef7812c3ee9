"""Rows that ``load`` would reject are told of, where nobody would see the rejects."""

import math

import pyarrow as pa
import pytest

import dataout
from dataout.errors import ProjectError, UsageError

AT = "2026-03-01T12:00:00Z"
SEGMENTS = {"s": {"who": {"event": "x"}}}
FINE = {"profile_id": "ann", "event": "x", "event_time": AT}
NUMBERED = {"profile_id": "ann", "event": "x", "event_time": 1_772_366_400_000}


def without(name):
    return {key: value for key, value in FINE.items() if key != name}


def evaluated(**rows):
    return dataout.evaluate(SEGMENTS, at=AT, **rows)["s"]


def simulated(**rows):
    sim = dataout.Simulation(SEGMENTS)
    sim.add(**rows)
    sim.tick(AT)
    return sim.members("s")


@pytest.fixture(params=[evaluated, simulated])
def take(request):
    return request.param


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"events": [FINE, without("profile_id")]}, "events: 1 row .*: row 2 .profile_id: missing"),
        ({"events": [without("event")]}, "events: 1 row .*: row 1 .event: missing"),
        ({"events": [FINE, FINE, without("event_time")]}, "row 3 .event_time: missing"),
        ({"events": [FINE, NUMBERED]}, "row 2 .event_time: 13-digit number"),
        ({"events": [FINE | {"profile_id": math.nan}]}, "row 1 .profile_id: "),
        ({"profiles": [{"id": "ann@shop.example"}]}, "profiles: 1 row .*: row 1 .profile_id"),
        ({"profiles": [{"profile_id": "a", "set_at": "soon"}]}, "profiles: .*row 1 .set_at: "),
        ({"objects": [{"type": "car"}]}, "objects: 1 row .*: row 1 .object_id"),
        ({"lists": {"vip": ["ann", ""]}}, "list:vip: 1 row .*: row 2 .profile_id: empty"),
        (
            {"events": pa.Table.from_pylist([FINE, NUMBERED | {"event_time": ""}])},
            "row 2 .event_ti",
        ),
    ],
)
def test_a_row_that_cannot_be_taken_in(take, rows, message):
    with pytest.raises(UsageError, match=message) as error:
        take(**rows)
    assert "shop.example" not in f"{error.value} {error.value.hint}"
    assert "Mend them" in error.value.hint


def test_many_rows_are_told_by_their_reasons(take):
    rows = [FINE, without("event"), NUMBERED, without("profile_id"), NUMBERED, {}]
    with pytest.raises(UsageError, match="events: 5 rows cannot be taken in: row 3 ") as error:
        take(events=rows)
    assert str(error.value).count("row ") == 3
    assert str(error.value).endswith(", ….")


def test_values_that_are_no_values_stay_absent(take):
    assert take(events=[FINE | {"properties": {"total": math.nan}}]) == {"ann"}
    assert take(profiles=[{"profile_id": "bob", "attributes": {"a": math.inf}}]) == frozenset()


def test_nothing_of_such_a_table_is_taken_in():
    sim = dataout.Simulation(SEGMENTS)
    with pytest.raises(UsageError):
        sim.add(profiles=[{"profile_id": "bob"}], events=[FINE, without("event")])
    sim.tick(AT)
    assert sim.members("s") == frozenset()
    sim.add(profiles=[{"profile_id": "bob"}], events=[FINE])
    sim.tick(AT)
    assert sim.members("s") == {"ann"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"events": None}, "events: these are no rows but a NoneType."),
        ({"events": "ann"}, "events: these are no rows but a str."),
        ({"profiles": {"profile_id": "ann"}}, "profiles: these are no rows but a dict."),
        ({"lists": {"vip": "ann"}}, "list vip: these are no rows but a str."),
        ({"lists": {"vip": 5}}, "list vip: these are no rows but a int."),
    ],
)
def test_what_is_no_table_is_refused(given, said):
    simulation = dataout.Simulation({"s": {"who": {"list": "vip"}}})
    with pytest.raises(UsageError) as caught:
        simulation.add(**given)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (True, "'True' is not an instant."),
        ("soon", "'soon' is not an instant."),
        (1772366400000, "'1772366400000' is not an instant."),
        ("9999-12-31T23:59:59Z", "'9999-12-31T23:59:59Z' is out of range."),
        ("1899-12-31T23:59:59.999Z", "'1899-12-31T23:59:59.999Z' is out of range."),
        ("2200-01-01", "'2200-01-01' is out of range."),
    ],
)
def test_what_is_no_instant_is_refused(when, said):
    with pytest.raises(UsageError) as caught:
        dataout.evaluate({"s": {"who": {"everyone": True}}}, at=when)
    assert str(caught.value) == said


def test_milliseconds_in_the_place_of_an_instant_are_called_so():
    with pytest.raises(UsageError) as caught:
        dataout.evaluate({"s": {"who": {"everyone": True}}}, at="1772366400000")
    assert "looks like milliseconds" in caught.value.hint


@pytest.mark.parametrize("zone", ["localtime", "Factory", "posix/Europe/Berlin", "Europe/Berln"])
def test_a_zone_of_the_machine_is_none(zone):
    days = {"s": {"who": {"event": "x", "calendar_days": 1, "zone": zone}}}
    with pytest.raises(ProjectError, match=zone):
        dataout.evaluate(days, at=AT)
