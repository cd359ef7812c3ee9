"""What the emulated Meta holds: audiences, their members, and upload sessions.

Written from "Customer File Custom Audiences" and the references "Custom Audience" and "Custom
Audience Session" of the Marketing API. How Meta finds a person is not documented; here a row is the
person whose strongest key of the same kind is the same, and a key finds an account with a chance
of its kind, always the same for the same value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Key = tuple[str, str]
"""A key of the schema and its value, as received."""

HASHED = frozenset(
    (
        "EMAIL",
        "PHONE",
        "GEN",
        "DOBY",
        "DOBM",
        "DOBD",
        "LN",
        "FN",
        "FI",
        "CT",
        "ST",
        "ZIP",
        "COUNTRY",
    )
)
IDENTIFYING = ("EMAIL", "PHONE", "MADID", "UID", "APPUID", "PAGEUID", "EXTERN_ID")
"""From the strongest to the weakest: an external id gives way to what names a person."""

_NOTHING = hashlib.sha256(b"").hexdigest()
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Rules:
    """How this Meta is set up.

    ``token`` None takes every token, ``accounts`` None every account. ``delay_ms`` is how long new
    members take to count; ``chances`` says how often a value of each kind finds an account;
    ``hourly_calls`` is the standard tier's budget, to which each audience adds 40. Audiences below
    ``floor`` are shown as that large.
    """

    token: str | None = None
    app_secret: str | None = None
    accounts: frozenset[str] | None = None
    permissions: frozenset[str] = frozenset(("ads_management", "ads_read", "business_management"))
    max_audiences: int = 500
    max_rows: int = 10_000
    hourly_calls: int = 5_000
    throttled_status: int = 400
    delay_ms: int = DAY_MS
    floor: int = 1_000
    replace_ms: int = 90 * 60_000
    replace_below: int = 100_000_000
    chances: Mapping[str, float] = field(
        default_factory=lambda: {"EMAIL": 0.65, "PHONE": 0.6, "MADID": 0.5, "UID": 1.0}
    )
    risky: tuple[str, ...] = (
        "arthritis",
        "diabetes",
        "cancer",
        "depression",
        "credit score",
        "high income",
        "bankrupt",
    )


@dataclass(slots=True)
class Session:
    """An upload session; ``replaces`` ones stage their rows until they end."""

    id: int
    audience: str
    replaces: bool
    started: int
    ended: int | None = None
    timed_out: bool = False
    received: int = 0
    invalid: int = 0
    matched: int = 0
    schema: tuple[str, ...] = ()
    staged: list[frozenset[Key]] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """A person in an audience, under all the keys by which uploads have named them."""

    keys: set[Key]
    since: int
    matched: bool


@dataclass(slots=True)
class Audience:
    """A customer-file audience. Instants are milliseconds."""

    id: str
    account: str
    name: str
    created: int
    description: str = ""
    source: str = "USER_PROVIDED_ONLY"
    value_based: bool = False
    updated: int = 0
    content_updated: int = 0
    uploads: int = 0
    last_invalid_share: float = 0.0
    replace_failed: bool = False
    replacing: int | None = None
    members: dict[int, Member] = field(default_factory=dict)
    by_key: dict[Key, set[int]] = field(default_factory=dict)
    next_member: int = 0

    def add(self, keys: frozenset[Key], now: int, *, matched: bool) -> None:
        """Let a row join as the person it names; a row without identifying keys names nobody."""
        if not keys:
            return
        near = sorted(set().union(*(self.by_key.get(key, ()) for key in keys)))
        same = next((n for n in near if _same(self.members[n].keys, keys)), None)
        if same is None:
            same, self.next_member = self.next_member, self.next_member + 1
            self.members[same] = Member(set(), now, matched=False)
        member = self.members[same]
        member.keys |= keys
        member.matched = member.matched or matched
        for key in keys:
            self.by_key.setdefault(key, set()).add(same)

    def remove(self, keys: Iterable[Key]) -> None:
        """Let everybody go who shares an identifying key."""
        for gone in set().union(*(self.by_key.get(key, ()) for key in keys)):
            for key in self.members.pop(gone).keys:
                self.by_key[key].discard(gone)

    def clear(self) -> None:
        """Empty it."""
        self.members.clear()
        self.by_key.clear()

    def matched(self, now: int, delay_ms: int) -> int:
        """Count the people found so far."""
        return sum(m.matched and m.since + delay_ms <= now for m in self.members.values())


def identifying(row: Mapping[str, str]) -> frozenset[Key]:
    """Pick the keys of a row that can find a person; the hash of nothing finds nobody."""
    return frozenset(
        (kind, row[kind]) for kind in IDENTIFYING if row.get(kind) and row[kind] != _NOTHING
    )


def found(keys: Iterable[Key], chances: Mapping[str, float]) -> bool:
    """Say whether one of the keys finds an account: by chance, but always the same."""
    return any(_draw(key) < chances.get(key[0], 0.0) for key in keys)


def _draw(key: Key) -> float:
    return int.from_bytes(hashlib.sha256("\n".join(key).encode()).digest()[:8]) / 2**64


def _same(known: Iterable[Key], asked: Iterable[Key]) -> bool:
    """Say whether two sets of keys name one person: the strongest kind that both have decides."""
    for kind in IDENTIFYING:
        mine = {value for name, value in known if name == kind}
        theirs = {value for name, value in asked if name == kind}
        if mine and theirs:
            return bool(mine & theirs)
    return False


def operation_status(audience: Audience, rules: Rules, now: int) -> tuple[int, str]:
    """Say how the last operation went ("Custom Audience", operation_status)."""
    if violations(audience, rules):
        return 471, "This audience was flagged for a possible violation of integrity policies."
    if audience.replacing is not None:
        return 414, "A replacement of the audience is in progress."
    if audience.replace_failed:
        return 415, "The last replacement of the audience failed."
    if not audience.uploads:
        return 410, "No file was uploaded yet."
    if audience.last_invalid_share > 0.5:  # noqa: PLR2004  Meta does not say what it calls high
        return 412, "Many entries of the last upload were invalid."
    if now < audience.content_updated + rules.delay_ms:
        return 441, "We're still finding people; the audience can be used and will grow."
    return 200, "Normal"


def delivery_status(audience: Audience, rules: Rules, now: int) -> tuple[int, str]:
    """Say whether ads can use it ("Custom Audience", delivery_status)."""
    if violations(audience, rules):
        return 400, "This audience can't be used."
    if audience.matched(now, rules.delay_ms) < 100:  # noqa: PLR2004  fewer people are never used
        return 300, "This audience is too small to be used."
    return 200, "This audience is ready for use."


def size(audience: Audience, rules: Rules, now: int) -> tuple[int, int]:
    """Say the approximate size: a range around it, in hundreds, never below the floor."""
    count = audience.matched(now, rules.delay_ms)
    if count <= rules.floor:
        return rules.floor, rules.floor
    return max(rules.floor, count * 95 // 10_000 * 100), -(-count * 105 // 10_000) * 100


def violations(audience: Audience, rules: Rules) -> list[str]:
    """Name the fields that suggest a health condition or a financial status."""
    fields = {"name": audience.name, "description": audience.description}
    return [
        name for name, text in fields.items() if any(word in text.lower() for word in rules.risky)
    ]
