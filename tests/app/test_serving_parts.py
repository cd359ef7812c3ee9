"""The parts of a server by themselves: when things are due, the socket, the figures."""

import json
import os
import socket
import stat
import threading
from dataclasses import replace
from datetime import time
from io import StringIO
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dataout.app.serving import timing
from dataout.app.serving.connect import carried_out, reach
from dataout.app.serving.cutting import cut_short
from dataout.app.serving.figures import Beat, Figures, with_failure, with_tick
from dataout.app.serving.listen import listening
from dataout.app.serving.mailbox import Stop
from dataout.app.serving.metrics import TOO_LONG, exposed
from dataout.app.serving.wire import (
    LONGEST_PATH,
    SOCKET,
    Ended,
    Refused,
    Request,
    Said,
    Taken,
    read_answer,
    read_request,
    this_version,
    written,
)
from dataout.app.state import memory_engine
from dataout.audiences.standing import Lateness, Standing
from dataout.audiences.ticks import Ticked
from dataout.errors import Interrupted, StateError, UsageError
from dataout.model.membership import Cause
from dataout.model.people import Instant

from .serving import START, instant

PATIENCE = 10  # seconds


@pytest.mark.parametrize(
    ("after", "zone", "expected"),
    [
        ("2026-03-01T01:59:59.999Z", "Europe/Berlin", "2026-03-01T02:00:00Z"),
        ("2026-03-01T02:00:00Z", "Europe/Berlin", "2026-03-02T02:00:00Z"),
        ("2026-03-28T12:00:00Z", "Europe/Berlin", "2026-03-29T01:00:00Z"),
        ("2026-10-24T12:00:00Z", "Europe/Berlin", "2026-10-25T02:00:00Z"),
        ("2026-03-01T23:30:00Z", "Pacific/Auckland", "2026-03-02T14:00:00Z"),
    ],
)
def test_a_time_of_the_day_is_local(after, zone, expected):
    found = timing.next_time_of_day(instant(after), time(3), zone)
    assert found == instant(expected)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_time_that_a_clock_change_leaves_out_comes_once_that_day(zone):
    at = instant("2026-01-01T00:00:00Z")
    found = []
    while at < instant("2027-01-01T00:00:00Z"):
        at = timing.next_time_of_day(at, time(2, 30), zone)
        found.append(at)
    gaps = {(later - at) // 60_000 for at, later in pairwise(found)}
    assert len(found) in (365, 366)
    assert all(22 * 60 <= gap <= 26 * 60 for gap in gaps), gaps


@pytest.mark.parametrize(
    ("edge", "arrived", "attempted", "expected"),
    [
        (None, False, None, None),
        (None, False, 5_000, None),
        (9_000, False, None, 9_000),
        (9_000, False, 5_000, 9_000),
        (5_500, False, 5_000, 6_000),
        (None, True, None, 0),
        (9_000, True, 5_000, 6_000),
    ],
)
def test_a_tick_is_due_at_the_edge_or_when_something_arrived_but_not_too_soon(
    edge, arrived, attempted, expected
):
    standing = Standing(None, None if edge is None else Instant(edge), arrived)
    assert timing.tick_due(standing, attempted, 1_000) == expected


def test_an_attempt_in_the_future_is_none():
    assert timing.attempted_before(Instant(6), Instant(5)) is None
    assert timing.attempted_before(Instant(5), Instant(5)) == 5


def test_it_looks_up_once_in_a_while():
    now = Instant(10_000)
    assert timing.seconds_until([None], now) == 1
    assert timing.seconds_until([Instant(10_250), None], now) == 0.25
    assert timing.seconds_until([Instant(9_000)], now) == 0
    assert timing.seconds_until([Instant(10**12)], now) == 1


REQUEST = Request(this_version(), ("--json", "status"), "/", ("out",), {"COLUMNS": "99"})


@pytest.mark.parametrize("answer", [Taken(), Said("err", "Zoë\n\udcff"), Ended(70), Refused("no")])
def test_answers_travel_on_one_line(answer):
    line = written(answer)
    assert line.count(b"\n") == 1
    assert read_answer(line) == answer


def test_a_request_travels_on_one_line():
    assert read_request(written(REQUEST)) == REQUEST


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[1]", b'["Ended", {}]', b'["Request", {}]', b"\xff"]
)
def test_anything_else_is_refused(line):
    for reading in (read_request, read_answer):
        with pytest.raises(ValueError, match=r".+"):
            reading(line)


def asked(folder, request=REQUEST):
    """Call a server from a thread; gives what it printed and how it ended."""
    found = {"out": StringIO(), "err": StringIO(), "code": "nothing", "error": None}

    def call():
        connection = reach(folder)
        if connection is None:
            found["code"] = "no server"
            return
        try:
            found["code"] = carried_out(connection, request, found)
        except (StateError, UsageError) as error:
            found["error"] = error

    thread = threading.Thread(target=call)
    thread.start()
    return thread, found


def test_a_call_is_carried_out(tmp_path):
    with listening(tmp_path) as calls:
        thread, found = asked(tmp_path)
        call = calls.take(PATIENCE)
        assert call.request == REQUEST
        assert call.take()
        call.say("out", "one\n")
        call.say("err", "two\n")
        call.say("out", "three\n")
        call.end(3)
        thread.join(PATIENCE)
    assert (found["code"], found["out"].getvalue()) == (3, "one\nthree\n")
    assert found["err"].getvalue() == "two\n"


def test_the_last_answer_is_heard_though_the_server_ends(tmp_path):
    with listening(tmp_path) as calls:
        thread, found = asked(tmp_path)
        call = calls.take(PATIENCE)
        call.take()
        call.say("out", "x" * 1_000_000)
        call.end(0)
    thread.join(PATIENCE)
    assert found["code"] == 0
    assert len(found["out"].getvalue()) == 1_000_000


def test_a_call_that_was_not_taken_may_be_made_elsewhere(tmp_path):
    with listening(tmp_path) as calls:
        thread, found = asked(tmp_path)
        calls.waiting.put(calls.take(PATIENCE))  # it waits for its turn again
    thread.join(PATIENCE)
    assert (found["code"], found["error"]) == (None, None)


def test_a_server_that_ends_in_the_middle_is_told(tmp_path):
    with listening(tmp_path) as calls:
        thread, found = asked(tmp_path)
        call = calls.take(PATIENCE)
        call.take()
        call.drop()
        thread.join(PATIENCE)
    assert isinstance(found["error"], StateError)
    assert "ended while it carried this call out" in str(found["error"])


def test_a_caller_who_hung_up_is_noticed(tmp_path):
    with listening(tmp_path) as calls:
        connection = reach(tmp_path)
        connection.sendall(written(REQUEST))
        call = calls.take(PATIENCE)
        connection.close()
        assert not call.take()
        call.drop()


def test_another_version_is_not_served(tmp_path):
    with listening(tmp_path) as calls:
        other = Request("0.0.0", ("status",), "/", (), {})
        thread, found = asked(tmp_path, other)
        thread.join(PATIENCE)
        assert calls.take(0) is None
    assert isinstance(found["error"], UsageError)
    assert "this is 0.0.0" in str(found["error"])


def test_noise_is_hung_up_on(tmp_path):
    with listening(tmp_path) as calls:
        for noise in (b"GET / HTTP/1.1\r\n\r\n", b"\xff\xfe\n", b'["Request", {}]\n'):
            with reach(tmp_path) as connection:
                connection.sendall(noise)
                assert connection.recv(10) == b""
        assert calls.take(0) is None


def test_the_socket_is_for_its_owner_alone_and_goes_with_the_server(tmp_path):
    before = os.umask(0)
    try:
        with listening(tmp_path):
            mode = (tmp_path / SOCKET).stat().st_mode
            assert stat.S_ISSOCK(mode)
            assert stat.S_IMODE(mode) == 0o600
    finally:
        os.umask(before)
    assert not (tmp_path / SOCKET).exists()
    assert reach(tmp_path) is None


def test_a_socket_that_a_dead_server_left_is_none_and_its_place_is_taken(tmp_path):
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / SOCKET))
    dead.close()
    assert reach(tmp_path) is None
    with listening(tmp_path):
        reach(tmp_path).close()


def test_the_socket_of_another_server_stays(tmp_path):
    with listening(tmp_path):
        (tmp_path / SOCKET).rename(tmp_path / "old")
        with listening(tmp_path):
            pass
        (tmp_path / SOCKET).touch()
    assert (tmp_path / SOCKET).exists()


def test_a_project_may_lie_deep(tmp_path):
    deep = tmp_path.joinpath(*["a_folder_with_quite_a_name"] * 8)
    deep.mkdir(parents=True)
    assert len(os.fsencode(deep / SOCKET)) > 2 * LONGEST_PATH
    here = Path.cwd()
    with listening(deep) as calls:
        thread, found = asked(deep)
        call = calls.take(PATIENCE)
        call.take()
        call.end(0)
        thread.join(PATIENCE)
    assert found["code"] == 0
    assert Path.cwd() == here


def test_a_folder_where_no_socket_can_be(tmp_path):
    with pytest.raises(StateError, match="No socket can be made"), listening(tmp_path / "gone"):
        pass


def test_a_signal_wakes_who_waits(tmp_path):
    with listening(tmp_path) as calls:
        assert calls.take(0.01) is None
        threading.Timer(0.01, calls.stop).start()
        assert calls.take(PATIENCE) == Stop()


def test_figures_are_told_in_the_words_of_prometheus():
    ticked = Ticked(Instant(2_000), 7, {"data": 3, "time": 2})
    late = [Lateness(Cause.DATA, 0, 2, 100), Lateness(Cause.DATA, 10, 1, 10**9)]
    figures = with_tick(with_failure(Figures()), Beat(4, ticked, 30, late))
    with exposed("127.0.0.1", 0, lambda: figures, lambda: START) as address:
        text = httpx.get(f"{address}/metrics").text
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["dataout_ticks_total",] == found["dataout_ticks_failed_total",] == 1
    assert found["dataout_ticks_failing",] == 0
    assert found["dataout_edges_due_total",] == 4
    assert found["dataout_people_looked_at_total",] == 7
    assert found["dataout_membership_changes_total", "data"] == 3
    assert found["dataout_membership_changes_total", "identity"] == 0
    assert found["dataout_tick_seconds_sum",] == 0.03
    assert found["dataout_tick_seconds_bucket", "0.025"] == 0
    assert found["dataout_tick_seconds_bucket", "0.05"] == 1
    assert found["dataout_change_lateness_seconds_count", "data"] == 3
    assert found["dataout_change_lateness_seconds_bucket", "data", "0.1"] == 2
    assert found["dataout_change_lateness_seconds_bucket", "data", "86400.0"] == 2
    assert found["dataout_change_lateness_seconds_bucket", "data", "+Inf"] == 3


def test_health_is_that_of_the_last_tick():
    figures = Figures()
    with exposed("127.0.0.1", 0, lambda: figures, lambda: START) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        figures = with_failure(figures)
        assert httpx.get(f"{address}/healthz").status_code == 503
        assert httpx.get(f"{address}/else").status_code == 404


def test_a_tick_that_takes_very_long_is_told():
    figures = replace(Figures(), ticking=START)
    now = [START]
    with exposed("127.0.0.1", 0, lambda: figures, lambda: now[0]) as address:
        now[0] = Instant(START + TOO_LONG)
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert "\ndataout_tick_running_seconds 30.0\n" in httpx.get(f"{address}/metrics").text
        now[0] = Instant(START + TOO_LONG + 1_000)
        answer = httpx.get(f"{address}/healthz")
        assert (answer.status_code, answer.text) == (
            503,
            "The tick under way has taken 31 seconds.\n",
        )
        figures = Figures()
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert "\ndataout_tick_running_seconds 0.0\n" in httpx.get(f"{address}/metrics").text


def test_a_socket_that_somebody_deleted_is_made_anew(tmp_path):
    with listening(tmp_path) as calls:
        calls.look()
        (tmp_path / SOCKET).unlink()
        assert reach(tmp_path) is None
        calls.look()
        connection = reach(tmp_path)
        assert connection is not None
        connection.close()
        assert stat.S_IMODE((tmp_path / SOCKET).stat().st_mode) == 0o600
    assert not (tmp_path / SOCKET).exists()


def test_a_file_in_the_place_of_the_socket_gives_way(tmp_path):
    with listening(tmp_path) as calls:
        (tmp_path / SOCKET).unlink()
        (tmp_path / SOCKET).touch()
        calls.look()
        reach(tmp_path).close()


def test_what_is_done_at_leisure_is_interrupted_until_it_ends():
    busy, met = threading.Event(), threading.Event()
    busy.set()
    with cut_short(busy.is_set, met.set) as hurry:
        assert not met.wait(0.1)
        hurry.set()
        assert met.wait(PATIENCE)
        busy.clear()


def test_an_engine_is_interrupted_from_another_thread():
    engine = memory_engine()
    with cut_short(lambda: True, engine.interrupt) as hurry:
        hurry.set()
        with pytest.raises(Interrupted):
            engine.query("SELECT sum(a.i * b.i) AS n FROM range(1000000) a(i), range(1000000) b(i)")


def test_a_port_that_is_taken_is_told_with_a_way_out():
    with exposed("127.0.0.1", 0, Figures, lambda: START) as address:
        port = int(address.rsplit(":", 1)[1])
        with pytest.raises(UsageError, match=f"Port {port} is taken") as caught:
            exposed("127.0.0.1", port, Figures, lambda: START).__enter__()
    assert "--port P" in caught.value.hint


@pytest.mark.parametrize("host", ["192.0.2.7", "no such host"])
def test_a_host_that_is_not_this_machine(host):
    with pytest.raises(UsageError, match="cannot listen at"):
        exposed(host, 0, Figures, lambda: START).__enter__()


def test_nothing_on_the_wire_is_anything_but_json():
    kind, content = json.loads(written(REQUEST))
    assert kind == "Request"
    assert content["arguments"] == ["--json", "status"]
