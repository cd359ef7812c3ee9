"""The only door to the network: a blocking JSON client whose failures are our errors.

It never retries, sleeps, logs or follows a redirect: the delivery loop owns time, and a destination
knows its own addresses. Nothing secret or personal gets into a message: no headers, no query
string, no body but a redacted excerpt.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from dataout.errors import (
    AuthFailed,
    ContractBroken,
    DestinationError,
    PermissionMissing,
    RateLimited,
    Refused,
    Transient,
)

Json = dict[str, object]
"""A decoded JSON object."""

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 120.0
"""How long one read or write may stall: a vendor may think long about 10,000 rows."""

_EXCERPT = 300
_LOOKED_AT = 2_000
_SECRET_LIKE = re.compile(
    r"[^\s\"'<>@]+@[^\s\"'<>@]+"  # an address
    r"|\+?\d[\d\s().-]{6,}\d"  # a phone number, a card, a long id
    r"|\b[0-9A-Fa-f-]{24,}"  # a hash, a mobile ad id
    r"|\b[\w.~+/-]{32,}=*"  # a token
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: headers by lower-case name, and the body decoded if it is a JSON object."""

    status: int
    headers: Mapping[str, str]
    body: Json | None
    text: str


Explain = Callable[[Answer, Collection[str]], DestinationError | None]
"""Reads a vendor's error body, given the values to keep quiet; None: the HTTP status has to do."""


def _no_words(answer: Answer, private: Collection[str]) -> None:
    """Stand for a vendor without error bodies of its own."""
    del answer, private


class Http:
    """A blocking JSON client for one vendor.

    ``explain`` reads the vendor's error bodies before the HTTP status is looked at.
    ``loopback_only`` (a sandboxed environment) refuses every address but this machine's: making the
    client raises ``Refused`` then, before any packet leaves, as it does for no address at all.
    """

    __slots__ = ("_client", "_explain", "_loopback_only", "_private")

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        transport: httpx.BaseTransport | None = None,
        loopback_only: bool = False,
        explain: Explain = _no_words,
    ) -> None:
        _check_address(base_url, loopback_only=loopback_only)
        self._client = httpx.Client(
            base_url=base_url,
            headers={"user-agent": "dataout", "accept": "application/json", **_plain(headers)},
            transport=transport,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            # Calls are few and large; a kept connection that the vendor has closed meanwhile
            # would look like a lost answer.
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=not loopback_only,  # a proxy from the environment is not on this machine
        )
        self._explain = explain
        self._loopback_only = loopback_only
        self._private = tuple(word for value in headers.values() for word in value.split())

    def __repr__(self) -> str:
        return f"Http({self._client.base_url.host!r})"

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        private: Collection[str] = (),
    ) -> Answer:
        """Make one call and return its successful answer, whose body is a JSON object.

        ``private`` holds the values that no message may repeat, besides what looks like one.
        Unless ``explain`` knows better it raises ``Transient`` for no answer, 408 and 5xx,
        ``RateLimited`` for 429, ``AuthFailed`` for 401, ``PermissionMissing`` for 403, ``Refused``
        for any other status, and ``ContractBroken`` for a success that is not a JSON object.
        """
        request = self._request(method, path, params, json)
        try:
            response = self._client.send(request)
        except httpx.RequestError as error:
            raise _unanswered(error, request.url.host) from None  # its text may quote a header
        answer = _read(response)
        if response.is_success and answer.body is not None and "error" not in answer.body:
            return answer
        quiet = (*self._private, *private)
        told = self._explain(answer, quiet) if answer.body is not None else None
        raise told or failure(answer, request.url.host, quiet)

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        json: Mapping[str, object] | None,
    ) -> httpx.Request:
        if "://" in path or path.startswith("//"):
            raise Refused("A destination may only call its own base address.")
        try:
            request = self._client.build_request(method, path, params=params, json=json)
        except (ValueError, httpx.InvalidURL):
            raise Refused(
                "The call cannot be written as HTTP: a value in it is not text."
            ) from None
        if self._loopback_only:
            _check_address(str(request.url), loopback_only=True)
        return request


def failure(answer: Answer, host: str, private: Collection[str] = ()) -> DestinationError:
    """Choose the error for an answer that the vendor's own words do not explain."""
    status, after = answer.status, retry_after(answer.headers)
    said = f"{host} answered HTTP {status}"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return RateLimited(f"{said}: too many requests.", after)
    if status == httpx.codes.REQUEST_TIMEOUT or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Transient(f"{said}.", after)
    if status == httpx.codes.UNAUTHORIZED:
        return AuthFailed(f"{said}: the credentials are not accepted.")
    if status == httpx.codes.FORBIDDEN:
        return PermissionMissing(f"{said}: the credentials lack a permission.")
    excerpt = redact(answer.text, private)
    if httpx.codes.is_success(status):
        found = "not a JSON object" if answer.body is None else "an error inside a success"
        return ContractBroken(f"{said} with {found}: {excerpt or '(empty)'}")
    if httpx.codes.is_redirect(status):
        return Refused(f"{said}: it points elsewhere. Check the destination's base_url.")
    return Refused(f"{said}: {excerpt or '(empty)'}")


def redact(text: str, private: Collection[str] = ()) -> str:
    r"""Make one line of what a vendor said, without what could be an identifier or a secret.

    >>> redact("no such user:\n ann@example.com, call +44 7911 123456")
    'no such user: […] call […]'
    """
    if len(text) > _LOOKED_AT:  # a page may echo the whole call; a value cut in two would show
        text = " ".join(re.split(r"[\s\"'<>,]", text[:_LOOKED_AT])[:-1])
    for value in private:
        if len(value) > 3:  # noqa: PLR2004  shorter ones are hidden as whole words, below
            text = text.replace(value, "[…]")
    words = {value for value in private if value}
    line = " ".join("[…]" if word.strip(".,;:'\"()") in words else word for word in text.split())
    line = _SECRET_LIKE.sub("[…]", line)
    return line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read the seconds to wait (RFC 9110 §10.2.3); a date counts from the answer's own date."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        until, sent = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - sent).total_seconds())
    except (TypeError, ValueError):
        return None


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine and nothing else, without asking any name server."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_address(url: str, *, loopback_only: bool) -> None:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        raise Refused("The destination's base_url is not an address.") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise Refused("The destination's base_url must start with https:// and name a host.")
    if loopback_only and not is_loopback(parts.host):
        raise Refused(
            f"This environment is a sandbox and may only reach this machine, not {parts.host}.",
            "Start `dataout sandbox`, or name a real environment with --env.",
        )


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise Refused(f"The '{name}' header would hold a line break or a letter outside ASCII.")
    return dict(headers)


def _unanswered(error: httpx.RequestError, host: str) -> DestinationError:
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return Transient(f"{host} cannot be reached ({type(error).__name__}).")
        case httpx.TimeoutException():
            return Transient(f"{host} did not answer in time ({type(error).__name__}).")
        case httpx.LocalProtocolError() | httpx.UnsupportedProtocol():
            return Refused(f"The call to {host} cannot be written as HTTP: check its settings.")
        case httpx.TransportError():
            return Transient(f"The connection to {host} broke ({type(error).__name__}).")
        case _:
            return ContractBroken(f"{host} answered something unreadable ({type(error).__name__}).")


def _read(response: httpx.Response) -> Answer:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(
        response.status_code, headers, body if isinstance(body, dict) else None, response.text
    )
