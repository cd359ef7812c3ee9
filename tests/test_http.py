import http.server
import inspect
import threading

import httpx
import pytest

from dataout import errors
from dataout.http import Answer, Http, is_loopback, redact, retry_after

TOKEN = "EAAB-very-secret-token-0123456789"


def client(answer=None, **options):
    def respond(_):
        if isinstance(answer, Exception):
            raise answer
        return answer

    options = {"base_url": "https://vendor.example/v1", **options}
    return Http(
        headers={"authorization": f"Bearer {TOKEN}"},
        transport=httpx.MockTransport(respond),
        **options,
    )


def descendants(kind):
    return [kind, *(one for child in kind.__subclasses__() for one in descendants(child))]


@pytest.mark.parametrize("kind", descendants(httpx.RequestError), ids=lambda kind: kind.__name__)
def test_no_failure_of_the_library_gets_through_and_none_tells_the_token(kind):
    extra = {"request": None} if "request" in inspect.signature(kind).parameters else {}
    failed = kind(f"Illegal header value b'Bearer {TOKEN}'", **extra)
    with pytest.raises(errors.DestinationError) as caught:
        client(failed).call("GET", "/me")
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    retried = isinstance(caught.value, errors.Transient)
    hopeless = issubclass(kind, httpx.LocalProtocolError | httpx.UnsupportedProtocol)
    assert retried == (issubclass(kind, httpx.TransportError) and not hopeless)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (301, errors.Refused),
        (400, errors.Refused),
        (401, errors.AuthFailed),
        (403, errors.PermissionMissing),
        (404, errors.Refused),
        (408, errors.Transient),
        (429, errors.RateLimited),
        (500, errors.Transient),
        (503, errors.Transient),
        (599, errors.Transient),
    ],
)
def test_a_status_has_its_class(status, expected):
    with pytest.raises(errors.DestinationError) as caught:
        client(httpx.Response(status, headers={"location": "http://elsewhere"})).call("GET", "/me")
    assert type(caught.value) is expected
    assert str(status) in str(caught.value)


@pytest.mark.parametrize("text", ["", "<html>hello</html>", "[]", "7", "null", "[" * 100_000])
def test_a_success_that_is_no_object_breaks_the_contract(text):
    with pytest.raises(errors.ContractBroken):
        client(httpx.Response(200, text=text)).call("GET", "/me")


def test_an_error_inside_a_success_is_an_error():
    with pytest.raises(errors.ContractBroken):
        client(httpx.Response(200, json={"error": {"code": 2}})).call("GET", "/me")


def test_a_compressed_body_that_is_broken_breaks_the_contract():
    headers = {"content-encoding": "gzip"}

    class Broken(httpx.SyncByteStream):
        def __iter__(self):
            yield b"no gzip"

    with pytest.raises(errors.ContractBroken):
        client(httpx.Response(200, headers=headers, stream=Broken())).call("GET", "/me")


def test_the_vendors_own_words_come_first():
    def explain(answer: Answer, private):
        assert answer.body == {"oops": 1}
        assert set(private) == {"Bearer", TOKEN, "ann"}
        return errors.TermsNotAccepted("sign first")

    with pytest.raises(errors.TermsNotAccepted, match="sign first"):
        client(httpx.Response(500, json={"oops": 1}), explain=explain).call(
            "GET", "/me", private={"ann"}
        )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        (
            {
                "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT",
                "date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            30.0,
        ),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        (
            {
                "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT",
                "date": "Wed, 21 Oct 2026 07:28:30 GMT",
            },
            0.0,
        ),
    ],
)
def test_the_pace_that_is_asked_for(headers, seconds):
    assert retry_after(headers) == seconds
    with pytest.raises(errors.RateLimited) as caught:
        client(httpx.Response(429, headers=headers)).call("GET", "/me")
    assert caught.value.after == seconds


def test_no_message_repeats_what_was_sent():
    digest = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
    page = (
        f"<p>Authorization: Bearer {TOKEN}\n mary@example.com {digest} +44 7911 123456"
        f" id ab, zip 94025 at crm/17?x=y"
    )
    with pytest.raises(errors.Refused) as caught:
        client(httpx.Response(400, text=page)).call(
            "GET", "/me", params={"q": "topsecret"}, private={"ab", "crm/17?x=y", "94025"}
        )
    said = str(caught.value)
    for private in (TOKEN, "mary", digest[:24], "7911", " ab", "crm/17", "94025", "topsecret"):
        assert private not in said


def test_a_value_inside_a_word_does_not_show():
    assert redact('{"id":"our-17","n":"7"}', {"our-17"}) == '{"id":"[…]","n":"7"}'
    assert redact("code 200: '20' is bad, 20.", {"20"}) == "code 200: […] is bad, […]"


def test_a_value_cut_in_two_does_not_show():
    value = "customer-of-ours"
    text = "x" * 1_992 + value + " and more" * 300
    assert "custom" not in redact(text, {value})


def test_a_long_answer_is_cut():
    assert len(redact("word " * 10_000)) <= 301


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_this_machine(host):
    assert is_loopback(host)


OUTSIDE = [
    "https://graph.facebook.com",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1@evil.example",
    "http://localhost.evil.example",
    "http://2130706433",
    "http://[::ffff:8.8.8.8]",
    "http://169.254.169.254",
]


@pytest.mark.parametrize("url", OUTSIDE)
def test_a_sandbox_refuses_every_other_address_before_any_packet(url):
    with pytest.raises(errors.Refused, match="sandbox"):
        client(AssertionError("a packet left"), base_url=url, loopback_only=True)


@pytest.mark.parametrize("path", ["https://graph.facebook.com/me", "//graph.facebook.com/me"])
@pytest.mark.parametrize("loopback_only", [True, False])
def test_no_path_leads_elsewhere(path, loopback_only):
    http = client(
        httpx.Response(200, json={}), base_url="http://127.0.0.1", loopback_only=loopback_only
    )
    with pytest.raises(errors.Refused):
        http.call("GET", path)


@pytest.mark.parametrize(
    "url", ["", "graph.facebook.com", "ftp://x.example", "http://", "http://x:port"]
)
def test_an_address_that_is_none(url):
    with pytest.raises(errors.Refused):
        client(base_url=url)


@pytest.mark.parametrize("token", ["line\nbreak", "café", "tab\there"])
def test_a_header_that_cannot_be_one(token):
    with pytest.raises(errors.Refused) as caught:
        Http("https://vendor.example", {"authorization": token})
    assert token not in str(caught.value)


def test_a_body_that_cannot_be_one():
    with pytest.raises(errors.Refused):
        client().call("POST", "/me", json={"name": "\ud800"})


def test_no_proxy_and_no_redirect_in_a_sandbox(monkeypatch):
    """Both would leave the machine; the real network is used here, on loopback."""
    hits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(302)
            self.send_header("location", "http://outside.example/")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            with pytest.raises(errors.Refused, match="points elsewhere"):
                Http(url, {}, loopback_only=True).call("GET", "/here")
        finally:
            server.shutdown()
            thread.join()
    assert hits == ["/here"]


def test_nobody_listens():
    with pytest.raises(errors.Transient, match="cannot be reached"):
        Http("http://127.0.0.1:9", {}, loopback_only=True).call("GET", "/")


def test_repr_has_no_secret():
    assert repr(client()) == "Http('vendor.example')"
