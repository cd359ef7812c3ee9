"""Which profiles are one person, as far as something was known."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from dataout.testing.judge.times import Unjudged

Row = Mapping[str, Any]
Link = tuple[str, str]

ANONYMOUS: Final = "anonymous_id"
USUAL_LIMITS: Final = {"email": 10, "phone": 10}
USUALLY_SHARED_BY: Final = 20
PLACEHOLDERS: Final = ("test@test.com", "noreply@noreply.com")


@dataclass(frozen=True, slots=True)
class Rules:
    """By what profiles merge; ``splits`` are rows ``{profile_id?, kind, value, at}``."""

    merge_on: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=lambda: USUAL_LIMITS)
    shared_by_at_most: int = USUALLY_SHARED_BY


@dataclass(frozen=True, slots=True)
class Held:
    """That a profile's record came with a value: from when on it says so, and when it was known."""

    person: str
    link: Link
    since: float
    received: float


def rules_of(identity: Mapping[str, Any] | None) -> Rules:
    """Read the section of that name."""
    given = identity or {}
    return Rules(
        tuple(given.get("merge_on", ())),
        USUAL_LIMITS | dict(given.get("limits", {})),
        given.get("shared_by_at_most", USUALLY_SHARED_BY),
    )


def named(row: Row) -> Row:
    """Let a row that names no profile be one of the anonymous profile itself."""
    claimed = anonymous_id(row)
    if row.get("profile_id") in (None, "") and claimed:
        return {**row, "profile_id": f"{ANONYMOUS}:{claimed}"}
    return row


def anonymous_id(row: Row) -> str:
    """Give the anonymous id that a row came with, or nothing."""
    given = row.get(ANONYMOUS)
    return "" if given is None else str(given).strip()


def stated(row: Row, rules: Rules, times: tuple[float, float]) -> Iterator[Held]:
    """List what identifies somebody in a row of a profile, set and received at ``times``."""
    kinds = {*rules.merge_on, *rules.limits} if rules.merge_on else set()
    for kind in sorted(kinds - {"external_id"}):
        value = _compared(kind, (row.get("attributes") or {}).get(kind))
        if value is not None:
            yield Held(str(row["profile_id"]), (kind, value), *times)
    yield from claims(row, times)


def claims(row: Row, times: tuple[float, float]) -> Iterator[Held]:
    """Say with which anonymous id somebody came."""
    if claimed := anonymous_id(row):
        yield Held(str(row["profile_id"]), (ANONYMOUS, claimed), *times)


def _compared(kind: str, value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    if kind == "email":
        return text.lower()
    if kind == "phone":
        if not text.startswith("+"):
            raise Unjudged(f"a phone without a country: {value!r}")
        return "+" + "".join(sign for sign in text if sign.isdigit())
    return text


def survivors(
    held: Sequence[Held],
    rules: Rules,
    splits: Iterable[Row],
    first_seen: Callable[[str], float | None],
) -> Mapping[str, str]:
    """Say whose records each profile's are; who is not named keeps their own.

    What was not known, or was split later, is not to be among the arguments.
    """
    holders: dict[Link, dict[str, float]] = defaultdict(dict)
    for each in held:
        since = holders[each.link].get(each.person, math.inf)
        holders[each.link][each.person] = min(since, each.since)
    undone = {(row.get("profile_id"), row["kind"], row["value"]) for row in splits}
    links = {
        link: _joined(link, _left(link, people, undone))
        for link, people in holders.items()
        if link[0] in (*rules.merge_on, ANONYMOUS)
        and link[1] not in PLACEHOLDERS
        and len(_left(link, people, undone)) <= rules.shared_by_at_most
    }
    shared = {link for link in holders if link[0] in (*rules.merge_on, ANONYMOUS)} - links.keys()
    usable = {link: people for link, people in holders.items() if link not in shared}
    barred = {link for link in usable if link[1] in PLACEHOLDERS}
    while True:
        groups = _groups(links)
        wrong = [group for group in groups if _too_many(group, usable, barred, rules.limits)]
        worst = set(chain.from_iterable(_worst(group, links) for group in wrong))
        if not worst:
            break
        barred |= worst
        links = {link: people for link, people in links.items() if link not in worst}
    found: dict[str, str] = {}
    for group in groups:
        one = min(group, key=lambda person: _seniority(person, first_seen(person)))
        found |= dict.fromkeys(group, one)
    return found


def _left(
    link: Link, people: Mapping[str, float], undone: set[tuple[Any, str, str]]
) -> dict[str, float]:
    if (None, *link) in undone:
        return {}
    return {who: since for who, since in people.items() if (who, *link) not in undone}


def _joined(link: Link, people: Mapping[str, float]) -> list[str]:
    """List whom a value joins: of an anonymous id, its own profile and the first to claim it."""
    if link[0] != ANONYMOUS:
        return list(people)
    own = f"{ANONYMOUS}:{link[1]}"
    claiming = sorted((since, who) for who, since in people.items() if who != own)
    return [*([own] if own in people else []), *(who for _, who in claiming[:1])]


def _groups(links: Mapping[Link, Sequence[str]]) -> list[frozenset[str]]:
    group_of: dict[str, set[str]] = {}
    for people in links.values():
        together = set(people).union(*(group_of.get(person, set()) for person in people))
        group_of |= dict.fromkeys(together, together)
    return list({frozenset(group) for group in group_of.values()})


def _too_many(
    group: frozenset[str],
    holders: Mapping[Link, Mapping[str, float]],
    barred: set[Link],
    limits: Mapping[str, int],
) -> bool:
    counted = [
        link[0] for link, people in holders.items() if link not in barred and group & people.keys()
    ]
    return any(counted.count(kind) > most for kind, most in limits.items())


def _worst(group: frozenset[str], links: Mapping[Link, Sequence[str]]) -> set[Link]:
    """Of the values that join a group, those that join most."""
    joining = {link: len(who) for link, who in links.items() if len(who) > 1 and group & set(who)}
    return {link for link, size in joining.items() if size == max(joining.values())}


def _seniority(person: str, seen: float | None) -> tuple[bool, float, str]:
    return (person.startswith(f"{ANONYMOUS}:"), math.inf if seen is None else seen, person)
