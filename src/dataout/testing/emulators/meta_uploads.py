"""Uploads to the emulated Meta: what a payload says, and what it does to an audience.

Written from "Customer File Custom Audiences" and the references "Custom Audience Users" and "Custom
Audience Users Replace" of the Marketing API. Where they are silent: a session of /users that begins
again with ``batch_seq`` 1 starts from nothing, as one of /usersreplace does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dataout.testing.emulators.faults import Fault, HalfWay, RejectRows
from dataout.testing.emulators.meta_replies import Refusal, invalid, replacing
from dataout.testing.emulators.meta_state import (
    DAY_MS,
    HASHED,
    IDENTIFYING,
    Audience,
    Key,
    Rules,
    Session,
    found,
    identifying,
    violations,
)
from dataout.testing.emulators.wire import Params, decoded

_ALONE = {
    "EMAIL_SHA256": "EMAIL",
    "PHONE_SHA256": "PHONE",
    "MOBILE_ADVERTISER_ID": "MADID",
    "UID": "UID",
}
_KNOWN = {
    *HASHED,
    *IDENTIFYING,
    "LOOKALIKE_VALUE",
    "DATA_PROCESSING_OPTIONS",
    "DATA_PROCESSING_OPTIONS_COUNTRY",
    "DATA_PROCESSING_OPTIONS_STATE",
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SAMPLES = 100
_INT64 = 2**63
_EXTERN_ID_DAYS = 90

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Where a batch stands in its session."""

    session: int
    seq: int
    last: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """A payload, understood."""

    schema: tuple[str, ...]
    rows: tuple[Row, ...]
    part: Part | None


def read_upload(params: Params, max_rows: int) -> Upload:
    """Read ``payload`` and ``session``, from JSON or from JSON inside a form."""
    payload = decoded(params.get("payload"))
    if not isinstance(payload, dict):
        raise invalid("Param payload must be an object.")
    schema = _schema(payload.get("schema"))
    data = payload.get("data")
    if not isinstance(data, list) or not data:
        raise invalid("data is missing or does not match schema")
    if len(data) > max_rows:
        raise invalid(f"A maximum of {max_rows} people can be changed at a time.")
    if "UID" in schema and not payload.get("app_ids"):
        raise invalid("app_ids is required for this schema.")
    rows = tuple(_row(schema, cells) for cells in data)
    return Upload(schema, rows, _part(decoded(params.get("session"))))


def _schema(value: object) -> tuple[str, ...]:
    names = [_ALONE.get(value, value)] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or len(set(map(str, names))) != len(names):
        raise invalid("Param payload[schema] must name each key once.")
    for name in names:
        if name not in _KNOWN:
            raise invalid(f"Param payload[schema] has an unknown key {name}.")
    return tuple(names)


def _row(schema: Sequence[str], cells: object) -> Row:
    listed = cells if isinstance(cells, list) else [cells]
    if len(listed) != len(schema):
        raise invalid("data is missing or does not match schema")
    return {
        name: "" if cell is None else cell if isinstance(cell, str) else str(cell)
        for name, cell in zip(schema, listed, strict=True)
    }


def _part(value: object) -> Part | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise invalid("Param session must be an object.")
    number, seq = _int(value.get("session_id")), _int(value.get("batch_seq"))
    if number is None or not 0 < number < _INT64:
        raise invalid("Param session[session_id] must be a positive 64-bit integer.")
    if seq is None or seq < 1:
        raise invalid("Param session[batch_seq] must be an integer from 1 on.")
    last = value.get("last_batch_flag", False)
    if last not in (True, False, "true", "false"):
        raise invalid("Param session[last_batch_flag] must be a boolean.")
    return Part(number, seq, last in (True, "true"))


def _int(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return int(value) if str(value).removeprefix("-").isdecimal() else None


@dataclass(slots=True)
class Uploads:
    """Carries uploads out. Sessions are unique inside an ad account."""

    rules: Rules
    sessions: dict[tuple[str, int], Session] = field(default_factory=dict)
    external: dict[tuple[str, str], int] = field(default_factory=dict)

    def change(
        self, audience: Audience, op: str, upload: Upload, now: int, fault: Fault | None
    ) -> Params:
        """Add or remove people (/users)."""
        self._may_change(audience, now)
        if audience.replacing is not None:
            raise replacing(1870145)
        if audience.value_based and "LOOKALIKE_VALUE" not in upload.schema and op == "add":
            raise invalid("Value-Based Custom Audience requires LOOKALIKE_VALUE attribute")
        session = self._session(audience, upload.part, now)
        good, bad = _sorted_out(upload.rows, fault)
        for row in good[: len(good) // 2] if isinstance(fault, HalfWay) else good:
            if op == "add":
                audience.add(identifying(row), now, matched=self._matched(audience, row, now))
            else:
                audience.remove(identifying(row))
        audience.uploads, audience.content_updated = audience.uploads + 1, now
        if isinstance(fault, HalfWay):
            raise Refusal(1, "An unknown error occurred", status=500)
        session.matched += sum(self._matched(audience, row, now) for row in good)
        return _answer(audience, session, upload, bad)

    def replace(self, audience: Audience, upload: Upload, now: int, fault: Fault | None) -> Params:
        """Take a batch of a replacement (/usersreplace); the last one puts it into force."""
        self._may_change(audience, now)
        if upload.part is None:
            raise invalid("Param session is required.")
        if audience.value_based != ("LOOKALIKE_VALUE" in upload.schema):
            raise invalid(
                "An audience cannot become value-based, or cease to be, by a replacement."
            )
        if len(audience.members) >= self.rules.replace_below:
            raise replacing(1870144)
        session = self._replacement(audience, upload.part, now)
        if session.schema not in ((), upload.schema):
            raise invalid("All batches of a session must have the same schema.")
        good, bad = _sorted_out(upload.rows, fault)
        session.schema = upload.schema
        session.staged += [keys for row in good if (keys := identifying(row))]
        session.matched += sum(self._matched(audience, row, now) for row in good)
        if isinstance(fault, HalfWay):
            session.staged = session.staged[: len(session.staged) // 2]
            self._put_into_force(audience, session, now)
            audience.replace_failed = True
            raise replacing(1870148)
        if upload.part.last:
            self._put_into_force(audience, session, now)
        return _answer(audience, session, upload, bad)

    def settle(self, audience: Audience, now: int) -> None:
        """End a replacement whose 90 minutes have passed."""
        if audience.replacing is None:
            return
        session = self.sessions.get((audience.account, audience.replacing))
        if session is None:  # it began in an earlier life of the sandbox
            audience.replacing, audience.replace_failed = None, True
        elif now - session.started >= self.rules.replace_ms:
            session.timed_out = True
            self._put_into_force(audience, session, now)

    def _may_change(self, audience: Audience, now: int) -> None:
        self.settle(audience, now)
        if violations(audience, self.rules):
            raise invalid(
                "Audience Upload Blocked. Resolve the audience's integrity restrictions first.",
                1713230,
            )

    def _session(self, audience: Audience, part: Part | None, now: int) -> Session:
        if part is None:
            return Session(0, audience.id, replaces=False, started=now, ended=now)
        known = self.sessions.get((audience.account, part.session))
        if known is not None and (known.audience != audience.id or known.replaces):
            raise invalid("Param session[session_id] must be unique inside the ad account.")
        if part.seq == 1:
            known = Session(part.session, audience.id, replaces=False, started=now)
            self.sessions[audience.account, part.session] = known
        elif known is None or known.ended is not None:
            raise invalid("Param session[batch_seq] continues no session under way.")
        if part.last:
            known.ended = now
        return known

    def _replacement(self, audience: Audience, part: Part, now: int) -> Session:
        known = self.sessions.get((audience.account, part.session))
        if known is not None and (known.audience != audience.id or not known.replaces):
            raise invalid("Param session[session_id] must be unique inside the ad account.")
        if known is not None and known.timed_out:
            raise replacing(1870158)
        if known is not None and known.ended is not None:
            raise replacing(1870159)
        if audience.replacing not in (None, part.session):
            raise replacing(1870145)
        if part.seq == 1:
            known = Session(part.session, audience.id, replaces=True, started=now)
            self.sessions[audience.account, part.session] = known
            audience.replacing, audience.replace_failed = part.session, False
        if known is None:
            raise replacing(1870147)
        return known

    def _put_into_force(self, audience: Audience, session: Session, now: int) -> None:
        audience.clear()
        for keys in session.staged:
            audience.add(keys, now, matched=self._matched(audience, dict(keys), now))
        session.ended, session.staged, audience.replacing = now, [], None
        audience.uploads, audience.content_updated = audience.uploads + 1, now

    def _matched(self, audience: Audience, row: Row, now: int) -> bool:
        """Say whether the row finds an account; an external id does once it came with a key."""
        keys: frozenset[Key] = identifying(row)
        matched = found(keys, self.rules.chances)
        if not (external := row.get("EXTERN_ID")):
            return matched
        if matched:
            self.external[audience.account, external] = now
        since = self.external.get((audience.account, external))
        return since is not None and now - since <= _EXTERN_ID_DAYS * DAY_MS


def _sorted_out(rows: Sequence[Row], fault: Fault | None) -> tuple[list[Row], list[Row]]:
    refused = fault.count if isinstance(fault, RejectRows) else 0
    good: list[Row] = []
    bad: list[Row] = []
    for number, row in enumerate(rows):
        (bad if number < refused or _is_invalid(row) else good).append(row)
    return good, bad


def _is_invalid(row: Row) -> bool:
    return any(
        cell and name in HASHED and not _SHA256.fullmatch(cell) for name, cell in row.items()
    )


def _answer(audience: Audience, session: Session, upload: Upload, bad: Sequence[Row]) -> Params:
    session.received += len(upload.rows)
    session.invalid += len(bad)
    audience.last_invalid_share = session.invalid / session.received
    count = session.invalid
    return {
        "audience_id": audience.id,
        "session_id": str(session.id),
        "num_received": session.received,
        "num_invalid_entries": count if count < _SAMPLES else count // 10 * 10,  # "not exact"
        # An empty map is an empty list in Meta's answers.
        "invalid_entry_samples": {
            str(number): next(cell for cell in row.values() if cell)
            for number, row in enumerate(bad[:_SAMPLES])
            if any(row.values())
        }
        or [],
    }
