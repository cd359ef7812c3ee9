"""Meta's own SDK drives the emulator over a socket; our client has to leave the same people."""

import hashlib

import httpx
import pytest

from dataout.destinations.meta import DESTINATION
from dataout.errors import RateLimited
from dataout.model.delivery import Batch, Op
from dataout.testing.conformance import Bench
from dataout.testing.emulators import faults
from dataout.testing.emulators.door import ManualClock
from dataout.testing.emulators.meta import MetaEmulator
from dataout.testing.emulators.meta_state import Rules
from dataout.testing.emulators.server import serving

TOKEN, APP_SECRET, ACT = "EAAB-token", "app-secret", "act_1001"
FIELDS = ["EMAIL", "PHONE", "FN", "COUNTRY"]
PEOPLE = [[f"Person{n}@Example.com ", f"+1 (202) 555-01{n:02d}", f"Ann{n}", "US"] for n in range(5)]


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def row(person):
    """The same person by the rules of the guide, as our own side would send it."""
    email, phone, name, country = person
    digits = "".join(filter(str.isdigit, phone))
    letters = "".join(filter(str.isalpha, name.lower()))
    values = email.strip().lower(), digits, letters, country.lower()
    return dict(zip(FIELDS, map(sha, values), strict=True))


@pytest.fixture
def emulator():
    rules = Rules(token=TOKEN, app_secret=APP_SECRET, accounts=frozenset({ACT}))
    return MetaEmulator(ManualClock(), rules)


@pytest.fixture
def account(emulator, monkeypatch):
    """An ad account of the SDK, which believes that the emulator is Facebook."""
    session = pytest.importorskip("facebook_business.session")
    api = pytest.importorskip("facebook_business.api")
    adobjects = pytest.importorskip("facebook_business.adobjects.adaccount")
    with serving({"meta": emulator.handle}) as url:
        monkeypatch.setattr(session.FacebookSession, "GRAPH", f"{url}/meta")
        driver = api.FacebookAdsApi.init(
            app_id="1",
            app_secret=APP_SECRET,
            access_token=TOKEN,
            api_version="v26.0",
            crash_log=False,  # it would report failures to the real Facebook
            timeout=20,
        )
        yield adobjects.AdAccount(ACT)
        driver._session.requests.close()
        api.FacebookAdsApi.set_default_api(None)


def made(account, name="vip"):
    return account.create_custom_audience(
        params={
            "name": name,
            "subtype": "CUSTOM",
            "description": "made by the SDK",
            "customer_file_source": "USER_PROVIDED_ONLY",
        }
    )


def test_the_sdk_and_our_client_leave_the_same_people(emulator, account):
    theirs, bench = made(account), Bench(DESTINATION, emulator)
    theirs.add_users(schema=FIELDS, users=PEOPLE, is_raw=True)
    theirs.remove_users(schema=FIELDS, users=PEOPLE[:2], is_raw=True)

    ours = bench.connect().open("ours")
    everybody = {str(n): row(person) for n, person in enumerate(PEOPLE)}
    bench.connect().push(ours, Batch("b1", Op.ADD, everybody))
    bench.connect().push(ours, Batch("b2", Op.REMOVE, {n: everybody[n] for n in "01"}))

    assert len(emulator.members(ours)) == 3
    assert set(emulator.members(theirs["id"])) == set(emulator.members(ours))
    adds = [[*call.rows] for call in emulator.log if call.op == "add"]
    assert adds[0] == adds[1]


def test_the_sdk_finds_what_our_client_made_and_the_other_way_round(emulator, account):
    client = Bench(DESTINATION, emulator).connect()
    remote = client.open("Käufer 🛒")
    found = {one["name"]: one["id"] for one in account.get_custom_audiences(fields=["name"])}
    assert found == {"Käufer 🛒": remote}
    theirs = made(account)["id"]
    assert client.open("vip") == theirs


def test_the_sdk_reads_what_our_client_sent(emulator, account):
    bench = Bench(DESTINATION, emulator)
    theirs = made(account)
    receipt = bench.add(theirs["id"], bench.people(7))
    (session,) = theirs.get_sessions(params={"session_id": receipt.request})
    assert (session["num_received"], session["num_invalid_entries"]) == ("7", "0")
    fields = ["name", "operation_status", "delivery_status", "approximate_count_lower_bound"]
    read = theirs.api_get(fields=fields)
    assert read["operation_status"]["code"] == 441
    assert read["delivery_status"]["code"] == 300
    assert f"operation: 441 {read['operation_status']['description']}" in (
        bench.connect().measure(theirs["id"]).state
    )


def test_the_sdk_replaces_what_our_client_added(emulator, account):
    bench = Bench(DESTINATION, emulator)
    theirs = made(account)
    bench.add(theirs["id"], bench.people(3))
    hashes = [[row(person)["EMAIL"]] for person in PEOPLE]
    for seq, last in ((1, False), (2, True)):
        theirs.create_users_replace(
            params={
                "payload": {"schema": ["EMAIL"], "data": hashes[seq - 1 :: 2]},
                "session": {
                    "session_id": 99,
                    "batch_seq": seq,
                    "last_batch_flag": last,
                    "estimated_num_total": len(hashes),
                },
            }
        )
    assert set(emulator.members(theirs["id"])) == {
        frozenset({("EMAIL", digest)}) for (digest,) in hashes
    }


def test_the_sdk_understands_the_emulators_errors(emulator, account):
    exceptions = pytest.importorskip("facebook_business.exceptions")
    emulator.gate.terms_accepted = False
    with pytest.raises(exceptions.FacebookRequestError) as caught:
        made(account)
    assert (caught.value.api_error_code(), caught.value.api_error_subcode()) == (200, 1870090)
    assert not caught.value.api_transient_error()
    emulator.gate.terms_accepted = True
    emulator.faults.once(faults.Hiccup())
    with pytest.raises(exceptions.FacebookRequestError) as caught:
        made(account)
    assert caught.value.api_transient_error()


def test_over_a_socket_our_client_lives_through_silence(emulator):
    with serving({"meta": emulator.handle}) as url:
        settings = DESTINATION.settings(
            account=ACT, token=TOKEN, app_secret=APP_SECRET, base_url=f"{url}/meta"
        )
        client = DESTINATION.connect(settings, None, True)  # noqa: FBT003
        remote = client.open("vip")
        batch = Batch("b1", Op.ADD, {"a": row(PEOPLE[0])})
        for fault in (faults.DropAnswer(), faults.Down(), faults.TimeOut(), faults.RateLimit()):
            emulator.faults.once(fault)
            with pytest.raises(Exception, match=r"broke|reached|pace") as caught:
                client.push(remote, batch)
            assert isinstance(caught.value, RateLimited) == (fault == faults.RateLimit())
        client.push(remote, batch)
        assert client.probe().account == f"{ACT} (Emulated ad account)"
        assert httpx.get(f"{url}/nobody", trust_env=False).status_code == 404
    assert len(emulator.members(remote)) == 1
