"""What people did, as verbs and nouns made of the names of events.

A name is turned into a verb only where it says plainly who did it: a message_delivered was not
delivered by the person. All other events keep their own name, in quotation marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dataout.segments.describe.times import time_words
from dataout.segments.describe.values import filter_words, joined, quoted
from dataout.segments.tree import Anchor, Stream
from dataout.segments.values import Filter, TimeTest


@dataclass(frozen=True, slots=True)
class Act:
    """What people do: ``make``, ``made``, ``have made`` a purchase; many are ``purchases``."""

    base: str
    past: str
    perfect: str
    plural: str


ANYTHING = Act("do anything", "did anything", "done anything", "events of any kind")

KNOWN = {
    "purchase": Act("make a purchase", "made a purchase", "made a purchase", "purchases"),
    "order": Act("place an order", "placed an order", "placed an order", "orders"),
    "visit": Act("make a visit", "made a visit", "made a visit", "visits"),
    "page view": Act("view a page", "viewed a page", "viewed a page", "page views"),
}

VERBS = {
    "abandoned": "abandon",
    "added": "add",
    "booked": "book",
    "bought": "buy",
    "clicked": "click",
    "completed": "complete",
    "downloaded": "download",
    "installed": "install",
    "joined": "join",
    "opened": "open",
    "placed": "place",
    "played": "play",
    "purchased": "purchase",
    "redeemed": "redeem",
    "shared": "share",
    "started": "start",
    "submitted": "submit",
    "viewed": "view",
    "visited": "visit",
    "watched": "watch",
}
"""Past and base of what only the person can have done; the past is the participle, too."""

ORDERS = {
    "net": "",
    "gross": " (cancellations and refunds not taken off)",
    "lines": " (every line of an order taken by itself)",
}


def did(stream: Stream) -> str:
    """Say that they did it: ``made a purchase with total at least 50``."""
    return _all_of(stream, [act.past for act in _acts(stream)])


def do(stream: Stream) -> str:
    """Say it after ``did not``."""
    return _all_of(stream, [act.base for act in _acts(stream)])


def done(stream: Stream) -> str:
    """Say it after ``have``."""
    return _all_of(stream, [act.perfect for act in _acts(stream)])


def many(stream: Stream) -> str:
    """Name the events: ``purchases with total at least 50``."""
    return _all_of(stream, [act.plural for act in _acts(stream)], "and")


def when_words(when: TimeTest | None) -> str:
    """Say when, after a verb or a noun."""
    return "" if when is None else f" {time_words(when)}"


def since_words(anchor: Anchor | None) -> str:
    """Say since what, after a verb or a noun."""
    return "" if anchor is None else f" since they {anchor.which} {did(anchor.stream)}"


def only_words(items: Filter | None) -> str:
    """Say which objects of a list count."""
    return "" if items is None else f" (of their items only those {filter_words(items)})"


def _all_of(stream: Stream, phrases: list[str], word: str = "or") -> str:
    names = joined(phrases, "and" if word == "and" else "or")
    orders = ORDERS[stream.orders]
    if stream.where is None:
        return f"{names}{orders}"
    words = filter_words(stream.where)
    several = len(phrases) > 1
    return f"{names}{orders} {f'(each {words})' if several else words}"


def _acts(stream: Stream) -> list[Act]:
    return [_act(name) for name in stream.names] or [ANYTHING]


def _act(name: str) -> Act:
    words = re.split(r"[_\s-]+", name.lower())
    if (known := KNOWN.get(" ".join(words))) is not None:
        return known
    *thing, verb = words
    base = VERBS.get(verb)
    if base is None or not thing or not all(word.isalpha() and word.isascii() for word in thing):
        event = f"{quoted(name)} event"
        return Act(f"have a {event}", f"had a {event}", f"had a {event}", f"{event}s")
    noun = " ".join(thing)
    one = _article(noun)
    past = f"{verb} {one}"
    return Act(f"{base} {one}", past, past, f"{_plural(noun)} {verb}")


def _article(noun: str) -> str:
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    vowel = re.match(r"[aeio]|u(?!ni|se|sa)|hour", noun) is not None and not noun.startswith("eu")
    return f"{'an' if vowel else 'a'} {noun}"


def _plural(noun: str) -> str:
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(ss|sh|ch|x|z)$", noun) else f"{noun}s"
