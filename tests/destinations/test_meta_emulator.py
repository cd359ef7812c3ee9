"""Whether the emulated Meta is the one of the documentation, call by call."""

import hashlib
import json

import httpx
import pytest

from dataout import errors
from dataout.destinations.meta import DESTINATION
from dataout.model.delivery import RemoteId
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


def send(emulator, method, path, *, params=None, headers=None, **body):
    request = httpx.Request(
        method,
        f"http://127.0.0.1/v25.0/{path}",
        params=params,
        headers={"authorization": f"Bearer {TOKEN}", **(headers or {})},
        **body,
    )
    return emulator.handle(request)


def call(emulator, method, path, body=None):
    response = send(emulator, method, path, json=body or {})
    return response.json() | {"status": response.status_code}


def made(emulator, **more):
    body = {"name": "vip", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY"}
    return call(emulator, "POST", f"{ACT}/customaudiences", body | more)["id"]


def upload(schema, *rows, session=None, **payload):
    body = {"payload": {"schema": schema, "data": list(rows), **payload}}
    return body if session is None else {**body, "session": session}


def part(number, seq, *, last=False):
    return {"session_id": number, "batch_seq": seq, "last_batch_flag": last}


def problem(answer):
    return answer["error"]["code"], answer["error"].get("error_subcode")


def test_all_five_wire_forms_say_the_same():
    emulator, _ = world()
    audience = made(emulator)
    payload = {"schema": ["EMAIL", "FN"], "data": [[sha("ann"), sha("x")]], "is_raw": True}
    session = part(7, 1, last=True)
    texts = {"payload": json.dumps(payload), "session": json.dumps(session)}
    files = {name: (None, text) for name, text in texts.items()}
    path = f"{audience}/users"
    forms = {
        "form": ("POST", {"data": texts}),
        "query": ("DELETE", {"params": texts}),
        "form on DELETE": ("DELETE", {"data": texts}),
        "multipart": ("POST", {"files": files}),
        "json": ("DELETE", {"json": {"payload": payload, "session": session}}),
        "json on POST": ("POST", {"json": {"payload": payload, "session": session}}),
        "POST that means DELETE": ("POST", {"data": {**texts, "method": "DELETE"}}),
    }
    for name, (method, form) in forms.items():
        answer = send(emulator, method, path, **form).json()
        assert answer["num_received"] == 1, (name, answer)
        assert answer["session_id"] == "7"
        removed = "DELETE" in (method, form.get("data", {}).get("method"))
        assert bool(emulator.members(audience)) != removed, name
        logged = emulator.log[-1]
        assert logged.rows == ({"EMAIL": sha("ann"), "FN": sha("x")},)
        assert logged.op == ("remove" if removed else "add")


@pytest.mark.parametrize("kind", ["EMAIL", "EMAIL_SHA256"])
@pytest.mark.parametrize("nested", [True, False])
def test_a_schema_of_one_key(kind, nested):
    emulator, _ = world()
    audience = made(emulator)
    data = [sha("a"), sha("b")]
    answer = call(
        emulator,
        "POST",
        f"{audience}/users",
        upload(kind, *([[one] for one in data] if nested else data)),
    )
    assert answer["num_received"] == 2
    assert emulator.holds(audience, sha("b"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"payload": "no json"},
        upload(["EMAIL"]),
        upload(["EMAIL", "FN"], [sha("a")]),
        upload(["EMAIL"], [sha("a")], [sha("b"), ""]),
        upload([], []),
        upload(["EMAIL", "EMAIL"], [sha("a"), sha("b")]),
        upload(["E-MAIL"], [sha("a")]),
        upload("UID", ["1"]),
        upload(["EMAIL"], *[[sha("a")]] * 10_001),
        upload(["EMAIL"], [sha("a")], session={}),
        upload(["EMAIL"], [sha("a")], session=part(0, 1)),
        upload(["EMAIL"], [sha("a")], session=part(2**63, 1)),
        upload(["EMAIL"], [sha("a")], session=part(1, 0)),
        upload(["EMAIL"], [sha("a")], session=part(1, 2)),
        upload(["EMAIL"], [sha("a")], session=part(1, 1, last="perhaps")),
    ],
)
def test_uploads_that_are_invalid(body):
    emulator, _ = world()
    audience = made(emulator)
    answer = call(emulator, "POST", f"{audience}/users", body)
    assert (answer["status"], problem(answer)) == (400, (100, None))
    assert emulator.members(audience) == []


def test_a_body_that_cannot_be_read():
    emulator, _ = world()
    audience = made(emulator)
    headers = {"content-type": "application/json"}
    for content in (b"{", b"[]", b"\xff", b'"text"'):
        response = send(emulator, "POST", f"{audience}/users", content=content, headers=headers)
        assert problem(response.json()) == (100, None)


def test_invalid_hashes_are_counted_sampled_and_left_out():
    emulator, _ = world()
    audience = made(emulator)
    bad = [["ann@example.com"], [sha("x").upper()], ["d41d8cd98f00b204e9800998ecf8427e"]]
    answer = call(emulator, "POST", f"{audience}/users", upload(["EMAIL"], [sha("a")], *bad))
    assert answer["num_received"] == 4
    assert answer["num_invalid_entries"] == 3
    assert set(answer["invalid_entry_samples"].values()) == {one for (one,) in bad}
    assert emulator.members(audience) == [{("EMAIL", sha("a"))}]
    many = call(emulator, "POST", f"{audience}/users", upload(["EMAIL"], *[["no"]] * 2_345))
    assert len(many["invalid_entry_samples"]) == 100
    assert many["num_invalid_entries"] == 2_340  # "not exact"
    assert (
        call(emulator, "POST", f"{audience}/users", upload(["EMAIL"], [sha("a")]))[
            "invalid_entry_samples"
        ]
        == []
    )


def test_the_hash_of_nothing_is_nobody():
    emulator, _ = world()
    audience = made(emulator)
    call(emulator, "POST", f"{audience}/users", upload(["EMAIL"], [sha("")], [""]))
    assert emulator.members(audience) == []


def test_a_session_counts_what_it_received_so_far():
    emulator, _ = world()
    audience, other = made(emulator), made(emulator, name="other")
    path = f"{audience}/users"
    parts = [part(5, 1), part(5, 2), part(5, 3, last=True)]
    answers = [
        call(emulator, "POST", path, upload(["EMAIL"], [sha(str(n))], ["bad"], session=one))
        for n, one in enumerate(parts)
    ]
    assert [one["num_received"] for one in answers] == [2, 4, 6]
    assert [one["num_invalid_entries"] for one in answers] == [1, 2, 3]
    again = upload(["EMAIL"], [sha("9")], session=part(5, 4))
    assert problem(call(emulator, "POST", path, again)) == (100, None)
    elsewhere = upload(["EMAIL"], [sha("9")], session=part(5, 1))
    assert problem(call(emulator, "POST", f"{other}/users", elsewhere)) == (100, None)
    shown = call(emulator, "GET", f"{audience}/sessions")["data"]
    assert [(one["session_id"], one["num_received"], one["num_matched"]) for one in shown] == [
        ("5", "6", "0")
    ]
    emulator.door.clock.advance(DAY)
    (shown,) = send(emulator, "GET", f"{audience}/sessions", params={"session_id": "5"}).json()[
        "data"
    ]
    assert 0 <= int(shown["num_matched"]) <= 3
    assert all(isinstance(value, str) for value in shown.values())


def replace(emulator, audience, seq, *names, last=False, number=11, schema=("EMAIL",)):
    rows = [[sha(name)] * len(schema) for name in names]
    body = upload(list(schema), *rows, session=part(number, seq, last=last))
    return call(emulator, "POST", f"{audience}/usersreplace", body)


def status(emulator, audience):
    fields = {"fields": "operation_status"}
    return send(emulator, "GET", audience, params=fields).json()["operation_status"]["code"]


def replacing():
    emulator, _ = world()
    audience = made(emulator)
    call(emulator, "POST", f"{audience}/users", upload(["EMAIL"], [sha("old")]))
    return emulator, audience


def values(emulator, audience):
    return {value for keys in emulator.members(audience) for _, value in keys}


def test_a_replacement_comes_into_force_with_its_last_batch():
    emulator, audience = replacing()
    assert replace(emulator, audience, 1, "a")["num_received"] == 1
    assert status(emulator, audience) == 414
    assert values(emulator, audience) == {sha("old")}
    assert replace(emulator, audience, 7, "b")["num_received"] == 2
    assert replace(emulator, audience, 7, "b")["num_received"] == 3
    meanwhile = upload(["EMAIL"], [sha("x")])
    for method in ("POST", "DELETE"):
        refused = call(emulator, method, f"{audience}/users", meanwhile)
        assert problem(refused) == (2650, 1870145)
    assert problem(replace(emulator, audience, 1, "z", number=12)) == (2650, 1870145)
    assert problem(replace(emulator, audience, 3, "z", schema=("PHONE",))) == (100, None)
    assert replace(emulator, audience, 9, "c", last=True)["num_received"] == 4
    assert values(emulator, audience) == {sha("a"), sha("b"), sha("c")}
    assert status(emulator, audience) == 441
    assert problem(replace(emulator, audience, 10, "d")) == (2650, 1870159)
    assert problem(replace(emulator, audience, 1, "d")) == (2650, 1870159)
    assert problem(replace(emulator, audience, 2, "d", number=13)) == (2650, 1870147)


def test_a_replacement_ends_by_itself_after_90_minutes():
    emulator, audience = replacing()
    replace(emulator, audience, 1, "a")
    emulator.door.clock.advance(90 * 60_000 - 1)
    assert status(emulator, audience) == 414
    emulator.door.clock.advance(1)
    assert problem(replace(emulator, audience, 2, "b")) == (2650, 1870158)
    assert values(emulator, audience) == {sha("a")}
    assert status(emulator, audience) == 441
    call(emulator, "POST", f"{audience}/users", upload(["EMAIL"], [sha("b")]))
    assert values(emulator, audience) == {sha("a"), sha("b")}


def test_a_replacement_that_breaks():
    emulator, audience = replacing()
    emulator.faults.once(faults.HalfWay())
    assert problem(replace(emulator, audience, 1, "a", "b", last=True)) == (2650, 1870148)
    assert status(emulator, audience) == 415
    assert values(emulator, audience) == {sha("a")}
    replace(emulator, audience, 1, "a", "b", last=True, number=12)
    assert values(emulator, audience) == {sha("a"), sha("b")}
    assert status(emulator, audience) == 441


def test_what_a_replacement_refuses():
    emulator, audience = replacing()
    assert problem(replace(emulator, audience, 1, last=True)) == (100, None)
    body = upload(["EMAIL"], [sha("a")])
    refused = call(emulator, "POST", f"{audience}/usersreplace", body)
    assert problem(refused) == (100, None)
    valued = upload(["EMAIL", "LOOKALIKE_VALUE"], [sha("a"), 4.5], session=part(3, 1))
    assert problem(call(emulator, "POST", f"{audience}/usersreplace", valued)) == (100, None)
    small, _ = world(replace_below=1)
    audience = made(small)
    call(small, "POST", f"{audience}/users", body)
    assert problem(replace(small, audience, 1, "a", last=True)) == (2650, 1870144)


def test_a_value_based_audience_wants_values():
    emulator, _ = world()
    audience = made(emulator, is_value_based=True)
    refused = call(emulator, "POST", f"{audience}/users", upload(["EMAIL"], [sha("a")]))
    assert "LOOKALIKE_VALUE" in refused["error"]["message"]
    valued = upload(["EMAIL", "LOOKALIKE_VALUE"], [sha("a"), 4.5])
    assert call(emulator, "POST", f"{audience}/users", valued)["num_received"] == 1


def test_limited_data_use_travels_as_a_list():
    emulator, _ = world()
    audience = made(emulator)
    body = upload(["EMAIL", "DATA_PROCESSING_OPTIONS"], [sha("a"), ["LDU"]], [sha("b"), []])
    assert call(emulator, "POST", f"{audience}/users", body)["num_received"] == 2


def test_many_invalid_entries_show_in_the_status():
    emulator, _ = world()
    audience = made(emulator)
    assert status(emulator, audience) == 410
    call(emulator, "POST", f"{audience}/users", upload(["EMAIL"], ["no"], ["no"], [sha("a")]))
    assert status(emulator, audience) == 412


def test_reading_and_paging():
    emulator, _ = world()
    ids = [made(emulator, name=f"n{n}") for n in range(5)]
    seen, params = [], {"fields": "name", "limit": "2"}
    for _ in range(3):
        answer = send(emulator, "GET", f"{ACT}/customaudiences", params=params).json()
        seen += [one["id"] for one in answer["data"]]
        params["after"] = answer["paging"]["cursors"]["after"]
    assert seen == ids
    assert "next" not in answer["paging"]
    wrong = send(emulator, "GET", f"{ACT}/customaudiences", params={"after": "x"}).json()
    assert problem(wrong) == (100, None)
    wrong = send(emulator, "GET", f"{ids[0]}/", params={"fields": "nam"}).json()
    assert "nonexisting field (nam)" in wrong["error"]["message"]
    assert send(emulator, "GET", f"{ids[0]}/").json() == {"id": ids[0]}


def test_updating_and_deleting():
    emulator, bench = world()
    audience = made(emulator)
    assert call(emulator, "POST", audience, {"name": "renamed"})["success"]
    assert bench.connect().open("renamed") == audience
    assert call(emulator, "DELETE", audience)["success"]
    assert problem(call(emulator, "GET", audience)) == (100, 33)
    with pytest.raises(errors.RemoteMissing):
        bench.add(RemoteId(audience), bench.people(1))


def test_removing_from_every_audience_of_an_account():
    emulator, _ = world()
    one, other = made(emulator), made(emulator, name="other")
    body = upload(["EMAIL"], [sha("a")], [sha("b")])
    for audience in (one, other):
        call(emulator, "POST", f"{audience}/users", body)
    call(emulator, "DELETE", f"{ACT}/usersofanyaudience", upload(["EMAIL"], [sha("a")]))
    assert values(emulator, one) == values(emulator, other) == {sha("b")}


def test_an_external_id_is_found_once_it_came_with_a_key():
    emulator, _ = world(chances={"EMAIL": 1.0}, delay_ms=0, floor=0)
    first, second = made(emulator), made(emulator, name="second")
    both = upload(["EMAIL", "EXTERN_ID"], [sha("a"), "crm-1"])
    alone = upload(["EXTERN_ID"], ["crm-1"], ["crm-2"])
    call(emulator, "POST", f"{first}/users", both)
    call(emulator, "POST", f"{second}/users", alone)
    now = emulator.door.clock()
    assert emulator.audiences[second].matched(now, 0) == 1


def test_the_plan_of_a_failure():
    emulator, bench = world()
    remote = bench.connect().open("vip")
    emulator.faults.once(faults.Hiccup(), on="DELETE */users", after=1)
    people = bench.people(1)
    bench.add(remote, people)
    bench.remove(remote, people)
    bench.add(remote, people, 2)
    with pytest.raises(errors.Transient):
        bench.remove(remote, people, 2)
    bench.remove(remote, people, 2)


@pytest.mark.parametrize("text", ["rate-limt", "down:", "down:0", "down:often", ""])
def test_failures_by_name_that_are_wrong(text):
    if text == "down:":
        assert faults.parse(text).times == 1
        return
    with pytest.raises(ValueError, match=r"did you mean|known|after the colon"):
        faults.parse(text)


def test_failures_by_name():
    assert faults.parse("down:always").times is None
    assert faults.parse("half-way").fault == faults.HalfWay()
