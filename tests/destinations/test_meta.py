"""What the Meta client sends, reads, and makes of Meta's errors."""

import hashlib
import hmac
import json
import re
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from dataout import errors
from dataout.destinations.meta import DESTINATION, Meta, Settings
from dataout.destinations.meta.client import session_id
from dataout.destinations.meta.errors import RULES
from dataout.model.delivery import Batch, Op, RemoteId
from dataout.model.people import Field, Member
from dataout.testing.conformance import Bench
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


def client(answer, **settings):
    """A client whose vendor always answers this."""
    transport = httpx.MockTransport(answer if callable(answer) else lambda _: answer)
    return Meta(Settings(**{"account": ACT, "token": TOKEN, **settings}), transport)


def batch(op=Op.ADD, name="b1", **rows):
    return Batch(name, op, {key: {"EMAIL": sha(value)} for key, value in rows.items()})


def test_the_wire_form_of_the_guide():
    seen = []

    def answer(request):
        seen.append(request)
        body = {"audience_id": "23", "session_id": "9", "num_received": 2, "num_invalid_entries": 0}
        return httpx.Response(200, json=body)

    meta = client(answer)
    rows = {
        "a": meta.prepare(Member("a", {Field.EMAIL: sha("a"), Field.COUNTRY: sha("de")})),
        "b": meta.prepare(Member("b", {Field.PHONE: sha("1"), Field.EXTERNAL_ID: "Crm 7"})),
    }
    for op in Op:
        receipt = meta.push(RemoteId("23"), Batch("b1", op, rows))
        assert receipt.request == "9"
    assert [(one.method, one.url.path) for one in seen] == [
        ("POST", "/v25.0/23/users"),
        ("DELETE", "/v25.0/23/users"),
    ]
    assert all(one.headers["authorization"] == f"Bearer {TOKEN}" for one in seen)
    assert all(not one.url.query for one in seen)
    assert (
        json.loads(seen[0].content)
        == json.loads(seen[1].content)
        == {
            "session": {
                "session_id": session_id("23", "b1"),
                "batch_seq": 1,
                "last_batch_flag": True,
                "estimated_num_total": 2,
            },
            "payload": {
                "schema": ["EXTERN_ID", "EMAIL", "PHONE", "COUNTRY"],
                "is_raw": False,
                "data": [["", sha("a"), "", sha("de")], ["Crm 7", "", sha("1"), ""]],
            },
        }
    )


def test_a_session_belongs_to_a_batch():
    numbers = {session_id(remote, name) for remote in "ab" for name in map(str, range(500))}
    assert len(numbers) == 1_000
    assert all(0 < number < 2**63 for number in numbers)
    assert session_id("a", "7") == session_id("a", "7")


def test_the_proof_of_the_app_goes_with_every_call():
    emulator, bench = world(token=TOKEN, app_secret="app-secret")
    meta = bench.connect(app_secret="app-secret")
    remote = meta.open("vip")
    meta.push(remote, bench.batch(Op.ADD, bench.people(2)))
    meta.probe()
    proof = hmac.new(b"app-secret", TOKEN.encode(), "sha256").hexdigest()
    assert all(f"appsecret_proof={proof}" in call.url for call in emulator.log)
    with pytest.raises(errors.AuthFailed, match="app_secret"):
        bench.connect(app_secret="another").probe()


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": "1001"},
        {"account": "act_"},
        {"token": ""},
        {"token": "two words"},
        {"token": "line\nbreak"},
        {"token": "kaffee-für-alle"},
        {"api_version": "25"},
        {"api_version": "v25.0/../me"},
        {"base_url": "http://graph.facebook.com"},
        {"base_url": "ftp://graph.facebook.com"},
        {"base_url": "https://user:pass@graph.facebook.com"},
        {"base_url": "https://graph.facebook.com?x=1"},
        {"base_url": "https://"},
        {"customer_file_source": "BOUGHT"},
        {"acount": "act_1"},
    ],
)
def test_settings_that_are_wrong(wrong):
    with pytest.raises(ValidationError) as caught:
        Settings(**{"account": ACT, "token": TOKEN, **wrong})
    assert TOKEN not in str(caught.value)
    assert not wrong.get("token") or wrong["token"] not in str(caught.value)


def test_settings_that_are_right():
    settings = Settings(account=ACT, token=f"{TOKEN}\n", base_url="http://127.0.0.1:8765/meta/")
    assert settings.token.get_secret_value() == TOKEN
    assert settings.base_url == "http://127.0.0.1:8765/meta"
    assert settings.api_version == "v25.0"
    with pytest.raises(ValidationError):
        settings.account = "act_2"


def test_the_real_address_is_out_of_reach_of_a_sandbox():
    with pytest.raises(errors.Refused, match="sandbox"):
        DESTINATION.connect(Settings(account=ACT, token=TOKEN), None, True)  # noqa: FBT003


def test_equal_names_give_the_oldest_and_only_customer_files_count():
    pages = {
        None: ([("9", "vip", "WEBSITE"), ("120", "vip", "CUSTOM")], "p2"),
        "p2": ([("99", "vip", "CUSTOM"), ("1", "VIP", "CUSTOM")], None),
    }

    def answer(request):
        found, following = pages[request.url.params.get("after")]
        data = [{"id": i, "name": name, "subtype": kind} for i, name, kind in found]
        paging = {"cursors": {"after": following}, "next": "https://elsewhere.example/steal"}
        return httpx.Response(200, json={"data": data, "paging": paging if following else {}})

    assert client(answer).open("vip") == "99"


def test_a_list_that_never_ends_breaks_the_contract():
    paging = {"cursors": {"after": "p2"}, "next": "https://graph.facebook.com/…"}
    answers = iter([httpx.Response(200, json={"data": [], "paging": paging})] * 3)
    meta = client(lambda _: next(answers))
    with pytest.raises(errors.ContractBroken, match="already read"):
        meta.open("vip")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"num_invalid_entries": 0},
        {"num_received": "many"},
        {"num_received": True},
        {"num_received": 1},
        {"num_received": 2, "num_invalid_entries": None},
    ],
)
def test_an_upload_whose_answer_says_too_little_settles_nobody(body):
    with pytest.raises(errors.ContractBroken):
        client(httpx.Response(200, json=body)).push(RemoteId("23"), batch(a="a", b="b"))


def test_more_invalid_entries_than_rows_are_at_most_all_rows():
    body = {"num_received": "4", "num_invalid_entries": 7, "invalid_entry_samples": []}
    receipt = client(httpx.Response(200, json=body)).push(RemoteId("23"), batch(a="a", b="b"))
    assert receipt.unnamed == 2


@pytest.mark.parametrize("answer", [{"id": 23}, {"id": "act_1"}, {"id": "23/users"}, {}])
def test_an_id_that_is_none(answer):
    def respond(request):
        return httpx.Response(200, json=answer if request.method == "POST" else {"data": []})

    with pytest.raises(errors.ContractBroken):
        client(respond).open("vip")


CODES = [
    (1, None, errors.Transient),
    (2, None, errors.Transient),
    (5000, None, errors.Transient),
    (4, None, errors.RateLimited),
    (17, 2446079, errors.RateLimited),
    (32, None, errors.RateLimited),
    (341, None, errors.RateLimited),
    (613, 1996, errors.RateLimited),
    (80000, None, errors.RateLimited),
    (80003, None, errors.RateLimited),
    (80014, None, errors.RateLimited),
    (100, None, errors.Refused),
    (100, 1713230, errors.Refused),
    (100, 1713098, errors.Refused),
    (100, 33, errors.RemoteMissing),
    (102, None, errors.AuthFailed),
    (105, None, errors.Refused),
    (190, None, errors.AuthFailed),
    (190, 460, errors.AuthFailed),
    (190, 463, errors.AuthFailed),
    (10, None, errors.PermissionMissing),
    (200, None, errors.PermissionMissing),
    (294, None, errors.PermissionMissing),
    (299, None, errors.PermissionMissing),
    (200, 1870034, errors.TermsNotAccepted),
    (200, 1870090, errors.TermsNotAccepted),
    (2655, None, errors.TermsNotAccepted),
    (200, 1870047, errors.Refused),
    (200, 1870050, errors.PermissionMissing),
    (270, None, errors.AuthFailed),
    (368, None, errors.AuthFailed),
    (2650, None, errors.Refused),
    (2650, 1870144, errors.Refused),
    (2650, 1870145, errors.Transient),
    (2650, 1870148, errors.Transient),
    (2654, None, errors.Refused),
    (1487301, None, errors.RemoteMissing),
    (1487366, None, errors.RemoteMissing),
    (987654, None, errors.Refused),
]


def refusal(code, subcode, **more):
    error = {"message": f"(#{code}) no", "type": "OAuthException", "code": code, **more}
    return {"error": error if subcode is None else {**error, "error_subcode": subcode}}


@pytest.mark.parametrize(("code", "subcode", "expected"), CODES)
def test_a_code_has_its_class_and_is_named(code, subcode, expected):
    body = refusal(code, subcode, is_transient=False, fbtrace_id="AbC_d-1")
    with pytest.raises(errors.DestinationError) as caught:
        client(httpx.Response(400, json=body)).measure(RemoteId("23"))
    assert type(caught.value) is expected
    assert str(code) in str(caught.value)
    assert subcode is None or str(subcode) in str(caught.value)
    assert "AbC_d-1" in str(caught.value)


def test_every_code_is_on_the_page():
    page = Path(__file__).parents[2] / "docs" / "destinations" / "meta.md"
    table = page.read_text().split("## Errors")[1].split("## The emulator")[0]
    for (code, subcode), (kind, _, _) in RULES.items():
        name = f"{code}" if subcode is None else f"{code}/{subcode}"
        lines = [line for line in table.splitlines() if re.search(rf"[| ]{name}[ ,|–]", line)]
        assert any(f"`{kind.__name__}`" in line for line in lines), name


@pytest.mark.parametrize("code", [100, 190, 200, 987654])
def test_what_meta_calls_transient_is_transient(code):
    body = refusal(code, None, is_transient=True)
    with pytest.raises(errors.Transient):
        client(httpx.Response(400, json=body)).measure(RemoteId("23"))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {"error": {}}, errors.RateLimited),
        (500, {"error": "no"}, errors.Transient),
        (502, refusal(987654, None), errors.Transient),
        (401, {"error": {"code": None}}, errors.AuthFailed),
        (200, refusal(190, 463), errors.AuthFailed),
    ],
)
def test_where_the_code_says_nothing_the_status_does(status, body, expected):
    with pytest.raises(errors.DestinationError) as caught:
        client(httpx.Response(status, json=body)).measure(RemoteId("23"))
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ('{"1": [{"type": "custom_audience", "estimated_time_to_regain_access": 3}]}', 180),
        (json.dumps({n: [{"estimated_time_to_regain_access": n}] for n in (3, 9)}), 540),
        ('{"1": [{"estimated_time_to_regain_access": 0}]}', None),
        ('{"1": "odd", "2": [7]}', None),
        ("[]", None),
        ("not json", None),
    ],
)
def test_the_pace_that_meta_asks_for(header, seconds):
    response = httpx.Response(
        400, json=refusal(80003, None), headers={"X-Business-Use-Case-Usage": header}
    )
    with pytest.raises(errors.RateLimited) as caught:
        client(response).measure(RemoteId("23"))
    assert caught.value.after == seconds


def test_metas_sentence_is_told_without_what_was_sent():
    title = f"Bad value {sha('ann')} for crm-17 of ann@example.com"
    body = refusal(100, 42, error_user_title=title)
    rows = {"a": {"EMAIL": sha("ann"), "EXTERN_ID": "crm-17"}}
    with pytest.raises(errors.Refused) as caught:
        client(httpx.Response(400, json=body)).push(RemoteId("23"), Batch("b", Op.ADD, rows))
    assert "Bad value […] for […] of […]" in str(caught.value)
