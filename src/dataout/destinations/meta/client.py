"""Meta: Custom Audiences from a customer file, over the Marketing API.

Sources, on developers.facebook.com/documentation/ads-commerce/marketing-api: "Customer File Custom
Audiences" (wire form, sessions, limits), the references "Custom Audience" and "Custom Audience
Users", "Custom Audience Terms Of Service"; and "Graph API › User permissions".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Literal

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, StringConstraints

from dataout import errors
from dataout.destinations.meta.errors import ASSIGN, SIGN, explain, used_percent, whole
from dataout.errors import ContractBroken, PermissionMissing
from dataout.http import Answer, Http, Json, is_loopback, redact
from dataout.model.delivery import (
    Accepted,
    Batch,
    BatchId,
    JobId,
    Limits,
    MatchReport,
    Op,
    Receipt,
    Rejected,
    RemoteId,
    Row,
)
from dataout.model.people import IDENTIFYING, Field, Member, RowKey
from dataout.ports import Capabilities, DestinationType, Unreadable

COLUMNS: Mapping[Field, str] = {
    Field.EXTERNAL_ID: "EXTERN_ID",
    Field.EMAIL: "EMAIL",
    Field.PHONE: "PHONE",
    Field.MAID: "MADID",
    Field.FIRST_NAME: "FN",
    Field.LAST_NAME: "LN",
    Field.CITY: "CT",
    Field.STATE: "ST",
    Field.ZIP: "ZIP",
    Field.COUNTRY: "COUNTRY",
    Field.GENDER: "GEN",
}
"""Our fields as keys of Meta's schema, in the order in which a call names them."""

CAPABILITIES = Capabilities(
    platform="meta",
    fields=tuple(COLUMNS),
    batch_rows=10_000,
    batch_bytes=10_000_000,  # no limit is documented; 10,000 rows with every column fit
    requests_per_second=10.0,
    acknowledges="batch",
    replaces=True,
    minimum=100,
    processing_hours=24,
)

_PLAIN = frozenset({Field.EXTERNAL_ID, Field.MAID})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OF_NOTHING = hashlib.sha256(b"").hexdigest()
_PAGE = "20"  # the size the guide advises for listing audiences
_FLOOR = 1_000  # an audience below it is shown as this large
_READY = 200


def _sendable(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()  # a file ends with a line break
    if not text or " " in text or not text.isascii() or not text.isprintable():
        raise ValueError("must be the secret alone: ASCII letters, digits and signs, no spaces")
    return SecretStr(text)


def _address(value: str) -> str:
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        raise ValueError("must be an address such as https://graph.facebook.com") from None
    if url.userinfo or url.query or url.fragment or not url.host:
        raise ValueError("must be a bare address such as https://graph.facebook.com")
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.host)):
        raise ValueError("must start with https:// (http:// only on this machine)")
    return value.rstrip("/")


class Settings(BaseModel):
    """What a project says about one ad account.

    ``token`` needs the permission ``ads_management``. With ``app_secret`` every call carries the
    proof of "Graph API › Secure Graph API Calls". ``customer_file_source`` says who collected the
    data; Meta keeps it with the audience.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    account: Annotated[str, StringConstraints(pattern=r"^act_[0-9]+$")]
    token: Annotated[SecretStr, AfterValidator(_sendable)]
    app_secret: Annotated[SecretStr, AfterValidator(_sendable)] | None = None
    api_version: Annotated[str, StringConstraints(pattern=r"^v[0-9]+\.[0-9]+$")] = "v25.0"
    base_url: Annotated[str, AfterValidator(_address)] = "https://graph.facebook.com"
    customer_file_source: Literal[
        "USER_PROVIDED_ONLY", "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED"
    ] = "USER_PROVIDED_ONLY"


class Meta:
    """One ad account; ``dataout.ports.Destination`` says what each method owes."""

    __slots__ = ("_http", "_settings")

    capabilities = CAPABILITIES

    def __init__(
        self,
        settings: Settings,
        transport: httpx.BaseTransport | None = None,
        loopback_only: bool = False,  # noqa: FBT001, FBT002  as DestinationType.connect asks
    ) -> None:
        self._settings = settings
        self._http = Http(
            f"{settings.base_url}/{settings.api_version}",
            {"authorization": f"Bearer {settings.token.get_secret_value()}"},
            transport=transport,
            loopback_only=loopback_only,
            explain=explain,
        )

    def __repr__(self) -> str:
        return f"Meta({self._settings.account!r})"

    def probe(self) -> Limits:
        """Read the account, the permissions and whether the terms are signed.

        Where Meta does not say who signed (a shared account), nothing is concluded: the first call
        that needs the terms is refused by Meta itself.
        """
        account = self._settings.account
        answer = self._call("GET", f"/{account}", {"fields": "account_id,name,tos_accepted"})
        if "ads_management" not in _granted(self._call("GET", "/me/permissions")):
            raise PermissionMissing("The token lacks the permission ads_management.", ASSIGN)
        body = answer.body or {}
        if "account_id" not in body:
            raise ContractBroken("Meta's answer about an ad account has no 'account_id'.")
        terms = body.get("tos_accepted")
        if terms is not None and not (
            isinstance(terms, dict) and terms.get("custom_audience_tos") in (1, True)
        ):
            raise errors.TermsNotAccepted(
                f"The Custom Audience terms are not accepted for {account}.", SIGN
            )
        name = body.get("name")
        return Limits(f"{account} ({name})" if name else account, used_percent(answer))

    def open(self, audience: str) -> RemoteId:
        """Find the customer-file audience of exactly this name, else create it.

        Meta allows equal names: the one with the smallest id is taken, whoever asks.
        """
        found = [remote for remote, name in self._audiences() if name == audience]
        if found:
            return min(found, key=lambda remote: (len(remote), remote))
        body: Json = {
            "name": audience,
            "subtype": "CUSTOM",
            "customer_file_source": self._settings.customer_file_source,
        }
        edge = f"/{self._settings.account}/customaudiences"
        return _remote_id(self._call("POST", edge, body=body).body)

    def prepare(self, member: Member) -> Row | Rejected:
        """Give each value its column; a hashed column takes nothing but a SHA-256."""
        row: dict[str, object] = {}
        for field, column in COLUMNS.items():
            value = member.values.get(field)
            if not value:
                continue
            if field not in _PLAIN and (value == _OF_NOTHING or not _SHA256.fullmatch(value)):
                return Rejected(f"{field}: not the SHA-256 of a value")
            row[column] = value
        if not any(COLUMNS[field] in row for field in IDENTIFYING):
            return Rejected("nothing that identifies a person")
        return row

    def push(self, remote: RemoteId, batch: Batch) -> Receipt:
        """Send the batch in a session of its own; Meta's success settles all of it.

        The session is derived from the batch, so a repeated call is the same session again.
        """
        if not batch.rows:
            return Receipt()
        rows = batch.rows.values()
        columns = [column for column in COLUMNS.values() if any(column in row for row in rows)]
        data = [[str(row.get(column, "")) for column in columns] for row in rows]
        session = {
            "session_id": session_id(remote, batch.id),
            "batch_seq": 1,
            "last_batch_flag": True,
            "estimated_num_total": len(data),
        }
        body: Json = {
            "session": session,
            "payload": {"schema": columns, "is_raw": False, "data": data},
        }
        method = "POST" if batch.op is Op.ADD else "DELETE"
        private = {value for row in data for value in row}
        return _receipt(batch, self._call(method, f"/{remote}/users", body=body, private=private))

    def status(self, job: JobId) -> Receipt:
        """Meta answers at once; there is never a job to ask about."""
        del job
        raise errors.Refused("Meta has no jobs to ask about: it answers at once.")

    def measure(self, remote: RemoteId) -> MatchReport:
        """Read the approximate size and the two states, in Meta's own words."""
        body = self._call("GET", f"/{remote}", {"fields": ",".join(_MEASURED)}).body or {}
        states = {name: _state(body, f"{name}_status") for name in ("delivery", "operation")}
        if not any(text for _, text in states.values()):
            raise ContractBroken("Meta's answer about an audience names no state.")
        words = "; ".join(f"{name}: {text}" for name, (_, text) in states.items() if text)
        return MatchReport(_size(body), words, ready=states["delivery"][0] == _READY)

    def contains(
        self, remote: RemoteId, keys: Sequence[RowKey]
    ) -> Mapping[RowKey, bool] | Unreadable:
        """Meta never says who is in an audience."""
        del remote, keys
        return Unreadable("Meta says about how many people are in an audience, never who.")

    def _audiences(self) -> Iterator[tuple[RemoteId, str]]:
        """Every customer-file audience of the account, page by page: id and name."""
        edge = f"/{self._settings.account}/customaudiences"
        params = {"fields": "id,name,subtype", "limit": _PAGE}
        seen: set[str] = set()
        while True:
            body = self._call("GET", edge, params).body or {}
            data = body.get("data")
            if not isinstance(data, list):
                raise ContractBroken("Meta's list of audiences has no 'data'.")
            for one in data:
                if isinstance(one, dict) and one.get("subtype") == "CUSTOM":
                    yield _remote_id(one), str(one.get("name"))
            after = _next_page(body)
            if after is None:
                return
            if after in seen:
                raise ContractBroken("Meta's list of audiences comes back to a page already read.")
            seen.add(after)
            params = {**params, "after": after}

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        body: Json | None = None,
        private: Collection[str] = (),
    ) -> Answer:
        query = {**(params or {}), **_proof(self._settings)}
        try:
            return self._http.call(method, path, params=query, json=body, private=private)
        except errors.RemoteMissing:
            if not path.startswith(f"/{self._settings.account}"):
                raise
            said = f"The token sees no ad account {self._settings.account}."
            raise PermissionMissing(said, ASSIGN) from None


def session_id(remote: RemoteId, batch: BatchId) -> int:
    """Give a batch a positive 63-bit number: the same one at every repetition, and its own."""
    digest = hashlib.sha256(f"{remote}\n{batch}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1 or 1


def _proof(settings: Settings) -> dict[str, str]:
    if settings.app_secret is None:
        return {}
    key, message = settings.app_secret.get_secret_value(), settings.token.get_secret_value()
    return {"appsecret_proof": hmac.new(key.encode(), message.encode(), "sha256").hexdigest()}


def _receipt(batch: Batch, answer: Answer) -> Receipt:
    body = answer.body or {}
    received, invalid = whole(body.get("num_received")), whole(body.get("num_invalid_entries", 0))
    if received is None or invalid is None:
        raise ContractBroken("Meta's answer to an upload does not say what it received.")
    if received < len(batch.rows):
        raise ContractBroken(f"Meta received {received} of {len(batch.rows)} rows.")
    return Receipt(
        outcomes=dict.fromkeys(batch.rows, Accepted()),
        unnamed=min(invalid, len(batch.rows)),  # approximate, by the guide's own word
        request=str(body.get("session_id", "")),
    )


def _remote_id(body: Mapping[str, object] | None) -> RemoteId:
    found = (body or {}).get("id")
    if not isinstance(found, str) or not found.isdecimal():
        raise ContractBroken("Meta's answer about an audience has no numeric 'id'.")
    return RemoteId(found)


def _next_page(body: Json) -> str | None:
    paging = body.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    if not isinstance(cursors, dict) or not isinstance(cursors.get("after"), str):
        raise ContractBroken("Meta's list of audiences has a next page but no cursor for it.")
    return str(cursors["after"])


def _granted(answer: Answer) -> set[str]:
    data = (answer.body or {}).get("data")
    if not isinstance(data, list):
        raise ContractBroken("Meta's list of permissions has no 'data'.")
    found = [one for one in data if isinstance(one, dict)]
    return {str(one.get("permission")) for one in found if one.get("status") == "granted"}


def _size(body: Json) -> tuple[int, int] | None:
    low, high = (whole(body.get(name)) for name in _MEASURED[:2])
    if low is None or high is None or low < 0 or high < low:
        return None
    return (0, _FLOOR) if high == _FLOOR else (low, high)


def _state(body: Json, name: str) -> tuple[int | None, str]:
    found = body.get(name)
    if not isinstance(found, dict):
        return None, ""
    code = whole(found.get("code"))
    return code, redact(f"{code} {found.get('description', '')}".strip())


_MEASURED = (
    "approximate_count_lower_bound",
    "approximate_count_upper_bound",
    "delivery_status",
    "operation_status",
)

DESTINATION: DestinationType[Settings, httpx.BaseTransport] = DestinationType(
    "meta", Settings, CAPABILITIES, Meta
)
