"""The Meta client and the emulated Meta: what a sync would live through."""

import hashlib

import httpx
import pytest

from dataout import errors
from dataout.destinations.meta import DESTINATION
from dataout.model.delivery import Batch, Op
from dataout.testing.conformance import Bench
from dataout.testing.emulators import faults
from dataout.testing.emulators.door import ManualClock
from dataout.testing.emulators.meta import MetaEmulator
from dataout.testing.emulators.meta_state import Rules

DAY = 86_400_000
HOUR = 3_600_000
TOKEN = "EAAB-token"
ACT = "act_1001"


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def world(**rules):
    emulator = MetaEmulator(ManualClock(), Rules(**rules))
    return emulator, Bench(DESTINATION, emulator)


def call(emulator, method, path, body):
    url = f"http://127.0.0.1/v25.0/{path}"
    headers = {"authorization": f"Bearer {TOKEN}"}
    return emulator.handle(httpx.Request(method, url, headers=headers, json=body)).json()


def test_terms_until_somebody_accepts_them():
    emulator, bench = world()
    remote = bench.connect().open("vip")
    emulator.gate.terms_accepted = False
    with pytest.raises(errors.TermsNotAccepted):
        bench.connect().probe()
    with pytest.raises(errors.TermsNotAccepted):
        bench.add(remote, bench.people(1))
    with pytest.raises(errors.TermsNotAccepted):
        bench.connect().open("another")
    assert call(emulator, "POST", f"{ACT}/customaudiencestos", {"tos_id": "1"})["success"]
    bench.connect().probe()
    bench.add(remote, bench.people(1))
    bench.expect_exactly(remote, bench.people(1), "after the terms")


def test_a_wrong_token_and_a_permission_that_is_missing():
    _, bench = world(token=TOKEN)
    with pytest.raises(errors.AuthFailed, match="190") as caught:
        bench.connect(token="another").probe()
    assert "another" not in str(caught.value)
    _, bench = world(permissions=frozenset({"ads_read"}))
    with pytest.raises(errors.PermissionMissing, match="ads_management"):
        bench.connect().probe()
    with pytest.raises(errors.PermissionMissing):
        bench.connect().open("vip")


def test_an_account_that_the_token_does_not_see():
    _, bench = world(accounts=frozenset({"act_7"}))
    for call_it in (lambda m: m.probe(), lambda m: m.open("vip")):
        with pytest.raises(errors.PermissionMissing, match="act_8"):
            call_it(bench.connect(account="act_8"))


def test_the_cap_on_audiences():
    _, bench = world(max_audiences=3)
    for number in range(3):
        bench.connect().open(str(number))
    with pytest.raises(errors.Refused, match="at most"):
        bench.connect().open("one too many")
    assert bench.connect().open("2")


def test_usage_rises_until_calls_are_refused_and_falls_again():
    emulator, bench = world(hourly_calls=10)
    meta = bench.connect()
    shares = [meta.probe().used_percent for _ in range(9)]
    assert shares == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    emulator.door.advance = emulator.door.clock.advance
    emulator.door.clock.advance(HOUR // 2)
    assert meta.probe().used_percent == 100
    with pytest.raises(errors.RateLimited) as caught:
        meta.probe()
    assert caught.value.after == 30 * 60
    emulator.door.clock.advance(HOUR // 2)
    assert meta.probe().used_percent == 20


def test_people_are_found_after_a_day_and_a_hundred_are_needed():
    emulator, bench = world(chances={"EMAIL": 0.5}, floor=100)
    clock = emulator.door.clock
    meta = bench.connect()
    remote = meta.open("vip")
    assert (meta.measure(remote).ready, "410" in meta.measure(remote).state) == (False, True)
    bench.add(remote, bench.people(150))
    assert meta.measure(remote).state == (
        "delivery: 300 This audience is too small to be used.; "
        "operation: 441 We're still finding people; the audience can be used and will grow."
    )
    clock.advance(DAY)
    assert not meta.measure(remote).ready  # about 75 of 150 have an account
    bench.add(remote, bench.people(2_000), 2)
    clock.advance(DAY)
    report = meta.measure(remote)
    assert report.ready
    assert report.state == "delivery: 200 This audience is ready for use.; operation: 200 Normal"
    low, high = report.size
    assert 850 <= low < high <= 1_200


def test_small_audiences_are_shown_as_the_floor():
    emulator, bench = world()
    remote = bench.connect().open("vip")
    bench.add(remote, bench.people(300))
    emulator.door.clock.advance(DAY)
    assert bench.connect().measure(remote).size == (0, 1_000)
    assert bench.connect().measure(remote).ready


def test_a_risky_name_blocks_uploads():
    emulator, bench = world()
    meta = bench.connect()
    remote = meta.open("People with Diabetes")
    assert "471" in meta.measure(remote).state
    with pytest.raises(errors.Refused, match="1713230") as caught:
        bench.add(remote, bench.people(1))
    assert "appeal" in caught.value.hint
    call(emulator, "POST", remote, {"name": "People who walk"})
    bench.add(remote, bench.people(1))


def test_a_shared_phone_takes_both_away_but_not_by_the_address_alone():
    emulator, bench = world()
    remote = bench.connect().open("vip")
    ann = {"EMAIL": sha("ann"), "PHONE": sha("1")}
    bob = {"EMAIL": sha("bob"), "PHONE": sha("1")}
    meta = bench.connect()
    meta.push(remote, Batch("1", Op.ADD, {"ann": ann, "bob": bob}))
    assert len(emulator.members(remote)) == 2
    meta.push(remote, Batch("2", Op.REMOVE, {"bob": {"EMAIL": sha("bob")}}))
    assert emulator.members(remote) == [frozenset(ann.items())]
    meta.push(remote, Batch("3", Op.ADD, {"bob": bob}))
    meta.push(remote, Batch("4", Op.REMOVE, {"bob": bob}))
    assert emulator.members(remote) == []
    assert emulator.ever_added(sha("bob"))
    assert not emulator.holds(remote, sha("bob"))


def test_a_further_key_joins_the_same_person():
    emulator, bench = world()
    meta = bench.connect()
    remote = meta.open("vip")
    meta.push(remote, Batch("1", Op.ADD, {"a": {"EMAIL": sha("ann")}}))
    meta.push(remote, Batch("2", Op.ADD, {"a": {"EMAIL": sha("ann"), "PHONE": sha("1")}}))
    meta.push(remote, Batch("3", Op.ADD, {"a": {"EMAIL": sha("ann"), "PHONE": sha("2")}}))
    assert emulator.members(remote) == [
        {("EMAIL", sha("ann")), ("PHONE", sha("1")), ("PHONE", sha("2"))}
    ]
    meta.push(remote, Batch("4", Op.REMOVE, {"a": {"PHONE": sha("2")}}))
    assert emulator.members(remote) == []


def test_down_for_an_hour_at_a_known_time():
    emulator, bench = world()
    clock = emulator.door.clock
    remote = bench.connect().open("vip")
    start = clock() + HOUR
    emulator.faults.between(start, start + HOUR, faults.Down())
    bench.add(remote, bench.people(1))
    clock.advance(HOUR)
    with pytest.raises(errors.Transient, match="cannot be reached"):
        bench.add(remote, bench.people(2), 2)
    clock.advance(HOUR)
    bench.add(remote, bench.people(2), 2)
    bench.expect_exactly(remote, bench.people(2), "after the outage")
