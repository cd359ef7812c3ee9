"""What the customers of a simulated shop do in the 30 days up to an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataout.model.people import Instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from dataout.testing.worlds.population import Person

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SPAN = 30 * DAY

PRODUCTS = tuple(
    (f"{category[:2].upper()}-{number:02d}", price, category)
    for category, prices in (
        ("shoes", (59.9, 89.0, 119.0, 149.9, 74.5)),
        ("shirts", (19.9, 24.9, 39.0, 49.5)),
        ("jackets", (99.0, 139.9, 189.0, 259.0)),
        ("bags", (34.9, 69.0, 129.0)),
        ("socks", (7.9, 9.9, 12.5)),
        ("outdoor", (29.9, 54.9, 84.9, 219.0)),
    )
    for number, price in enumerate(prices, start=1)
)
"""(sku, price, category)."""

CAMPAIGNS = (("new_arrivals", 26), ("care_guide", 19), ("members_week", 12), ("sale_starts", 1))
"""(name, days before the end) of the newsletters."""

_MORE_VISITS = 2.8  # beyond the first one, on average
_SALE_SHARE = 0.25  # of all visits: the sale of the last day draws people
_CART = 0.42
_BUY = 0.4
_REFUND = 0.09
_REFUND_ALL = 0.6
_OPEN = 0.38


@dataclass(frozen=True, slots=True)
class Happening:
    """Something a person did or was sent, before anybody recorded it."""

    at: Instant
    person: Person
    event: str
    properties: Mapping[str, object]


def history(rng: Random, person: Person, until: Instant) -> Iterator[Happening]:
    """Make one person's 30 days. Nothing happens after ``until``."""
    visits = 1 + int(rng.expovariate(1 / _MORE_VISITS))
    for visit in range(visits):
        window = DAY if rng.random() < _SALE_SHARE else SPAN
        start = Instant(until - int(rng.random() * window))
        for happening in _visit(rng, person, start, f"o{person.profile_id[1:]}-{visit + 1}"):
            if happening.at <= until:
                yield happening
    for happening in _newsletters(rng, person, until):
        if happening.at <= until:
            yield happening


def _reachable(person: Person) -> bool:
    return bool(person.attributes["newsletter"]) and "email" in person.attributes


def _visit(rng: Random, person: Person, start: Instant, order_id: str) -> Iterator[Happening]:
    now = start
    for _ in range(1 + int(rng.expovariate(1 / 2))):
        path = f"/c/{rng.choice(PRODUCTS)[2]}"
        yield Happening(now, person, "page_viewed", {"path": path})
        now = _later(rng, now, MINUTE)
    looked_at = rng.sample(PRODUCTS, rng.randrange(4))
    for sku, price, category in looked_at:
        properties = {"sku": sku, "price": price, "category": category}
        yield Happening(now, person, "product_viewed", properties)
        now = _later(rng, now, 2 * MINUTE)
    if looked_at and rng.random() < _CART:
        yield from _cart(rng, person, now, looked_at, order_id)


def _cart(
    rng: Random,
    person: Person,
    start: Instant,
    wanted: list[tuple[str, float, str]],
    order_id: str,
) -> Iterator[Happening]:
    currency = person.home.currency
    items = [{"sku": sku, "price": price, "category": group} for sku, price, group in wanted]
    value = round(sum(price for _, price, _ in wanted), 2)
    cart = {"cart_value": value, "currency": currency, "items": items}
    yield Happening(start, person, "cart_started", cart)
    if rng.random() >= _BUY:
        if _reachable(person):
            yield from _message(rng, person, Instant(start + HOUR), "cart_reminder")
        return
    bought = _later(rng, start, 25 * MINUTE)
    order = {"order_id": order_id, "total": value, "currency": currency}
    yield Happening(bought, person, "purchase", order)
    if rng.random() < _REFUND:
        amount = value if rng.random() < _REFUND_ALL else wanted[0][1]
        returned = Instant(bought + DAY + int(rng.random() * 8 * DAY))
        yield Happening(returned, person, "refund", {"order_id": order_id, "amount": amount})


def _newsletters(rng: Random, person: Person, until: Instant) -> Iterator[Happening]:
    if not _reachable(person):
        return
    for campaign, days in CAMPAIGNS:
        sent = Instant(until - days * DAY + rng.randrange(10 * MINUTE))
        yield from _message(rng, person, sent, campaign)


def _message(rng: Random, person: Person, sent: Instant, campaign: str) -> Iterator[Happening]:
    yield Happening(sent, person, "email_sent", {"campaign": campaign})
    if rng.random() < _OPEN:
        opened = _later(rng, sent, 3 * HOUR)
        yield Happening(opened, person, "email_opened", {"campaign": campaign})


def _later(rng: Random, instant: Instant, mean: int) -> Instant:
    return Instant(instant + 1_000 + int(rng.expovariate(1 / mean)))
