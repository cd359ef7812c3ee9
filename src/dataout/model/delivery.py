"""What travels between the sync engine and a destination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from dataout.model.people import RowKey

RemoteId = NewType("RemoteId", str)
"""The identifier a vendor gave to an audience."""

JobId = NewType("JobId", str)
"""The identifier a vendor gave to an asynchronous call."""

BatchId = NewType("BatchId", str)

Row = Mapping[str, object]
"""One member in the vendor's own shape, ready to be serialised."""


class Op(StrEnum):
    """What a batch does with its members."""

    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Batch:
    """Members to add, or members to remove; never both. ``id`` is stable across retries."""

    id: BatchId
    op: Op
    rows: Mapping[RowKey, Row]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The vendor took it."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The vendor will never take it as it is."""

    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """No word about it yet."""

    reason: str


Outcome = Accepted | Rejected | Deferred


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the vendor answered for a batch.

    A key without an outcome counts as deferred. ``job`` says where to ask again. ``unnamed`` counts
    rejections that the vendor counted without naming them; ``request`` is the vendor's own id of
    the call; ``matched`` how many people it recognised, where it says so.
    """

    outcomes: Mapping[RowKey, Outcome] = field(default_factory=dict)
    job: JobId | None = None
    unnamed: int = 0
    matched: int | None = None
    request: str = ""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What the vendor says an audience holds. ``None``: it does not say.

    ``size`` is a range, both ends included; ``state`` is the vendor's own word for its readiness.
    """

    size: tuple[int, int] | None
    state: str
    ready: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What a probe of the account found."""

    account: str
    used_percent: int | None = None
