"""The history of a small shop: orders and what cancels them, attributes, relationships, and all
that goes wrong with them: lines late, early, twice, corrected, deleted, or without what matters.
"""

from dataclasses import dataclass
from datetime import timedelta

from tests.properties import strategies as base
from tests.properties.scene import EPOCH, Scene
from tests.properties.vocabulary import DAY, PROFILES

SHOP = ("purchase", "purchase", "purchase", "return", "refund", "cancelled", "visit", "report")
KEYS = ("o1", "o1", "o2", "o3", 1, "1", 1.0, "", None, ["o1"], True)
SKUS = ("A", "A", "A", "B", "5", 5, None, ["A"], "")
AMOUNTS = (10, 10, 5, 5, 20, 0, 2.5, -5, "5", 0.1, 1, "much", None, [5], 7.000001, 0.000001)
UNITS = (1, 2, 3, 3, "2", 0.5, 0, -1, -2, None, "some", 7)
TYPES = ("subscription", "account")


@dataclass(frozen=True)
class Calendar(Scene):
    """A scene with local midnights among its edges, and the milliseconds beside them."""

    def midnights(self):
        found = []
        for zone in {self.zone, "America/New_York", "Australia/Lord_Howe"}:
            today = self.moment(0, zone).replace(hour=0, minute=0, second=0, microsecond=0)
            for days in (0, 1, 2, 7, 8):
                start = today.replace(tzinfo=None) - timedelta(days=days)
                there = start.replace(tzinfo=today.tzinfo)
                found.append((there - EPOCH) // timedelta(milliseconds=1) - self.now)
        return sorted(found, reverse=True)

    def edges(self):
        return (*super().edges(), *(m + d for m in self.midnights() for d in (0, -1)))


def shop_row(dice, scene):
    """Draw what happens in a shop, any of it without some of what it should say."""
    drawn = {
        "order": dice.pick(KEYS),
        "total": dice.pick(AMOUNTS),
        "sku": dice.pick(SKUS),
        "units": dice.pick(UNITS),
        "amount": dice.pick(AMOUNTS),
        "items": items(dice),
    }
    held = {key: value for key, value in drawn.items() if not dice.chance(6)}
    row = {
        "profile_id": dice.pick(PROFILES[:4]),
        "event": dice.pick(SHOP),
        "event_time": scene.for_a_row(dice, (*scene.past(), *scene.past(), 1, 2_000, DAY)),
        "properties": held,
    }
    if dice.chance(4):
        row["received_at"] = scene.for_a_row(dice, scene.edges())
    return row


def copies(dice, rows):
    """Make some rows copies of others of the same person: said twice, or corrected."""
    for row in rows:
        name = f"{dice.upto(1, 2)} of {row['profile_id']}"
        which = {"event_id": name} | dice.pick(({}, {}, {"source": "pos"}))
        op = dice.pick(({}, {"op": "replace"}, {"op": "replace"}, {"op": "delete"}))
        yield row | which | op if dice.chance(4) else row


def deletions(dice, scene):
    """Say that somebody is deleted, or back."""
    for _ in range(dice.upto(0, 2)):
        gone = {"profile_id": dice.pick(PROFILES[:4]), "deleted": not dice.chance(3)}
        yield gone | {"attributes": {}} | base.dated(dice, scene)


def items(dice):
    if dice.chance(6):
        return dice.pick((None, [], {"price": 5, "sku": "A"}, [5, "A"], "A", [[{"price": 5}]]))
    some = [{"price": dice.pick(AMOUNTS), "sku": dice.pick(SKUS)} for _ in range(dice.upto(1, 3))]
    return [*some, dice.pick((5, None, {"price": {"net": 5}}))] if dice.chance(5) else some


def other_row(dice, scene):
    """Draw an event of any kind, but no order: what makes orders up stays small."""
    row = base.event_row(dice, scene)
    return row | ({"event": "Purchase"} if row["event"] == "purchase" else {})


def told_row(dice, scene):
    """Draw a change of an attribute, mostly dated: histories are what true_for looks at."""
    name = dice.pick(("country", "country", "score", "tags", "home", "things"))
    values = {
        "country": ("DE", "DE", "FR", None, ""),
        "score": (5, "5", 5.0, 1, None),
        "tags": (["DE"], ["DE", 5], [], None),
        "home": ({"city": "DE"}, {"city": "FR"}, {"city": "DE", "lat": 1}, None),
    }
    value = items(dice) if name == "things" else dice.pick(values[name])
    row = {"profile_id": dice.pick(PROFILES[:4]), "attributes": {name: value}}
    if not dice.chance(5):
        row["set_at"] = scene.for_a_row(dice, scene.past())
    if dice.chance(3):
        row["received_at"] = scene.for_a_row(dice, scene.past())
    return row


def object_row(dice, scene):
    row = {"type": dice.pick(TYPES), "object_id": dice.pick(("s1", "s1", "s2", "s3"))}
    row |= base.dated(dice, scene)
    if dice.chance(3):
        row["attributes"] = base.properties(dice, scene, ("country", "score", "sku", "tags", "lat"))
    if "attributes" not in row or dice.chance(3):
        row["profile_id"] = dice.pick(PROFILES[:4])
        row |= dice.pick(({}, {}, {"related": True}, {"related": False}))
        if not dice.chance(3):
            row["via"] = {"sku": dice.pick(SKUS), "total": dice.pick(AMOUNTS)}
    return row


def catalog(dice):
    """Draw what makes an event an order, and what cancels it."""
    if dice.chance(6):
        return {}
    match = dice.pick((["sku"], ["sku"], ["sku", "total"]))
    units = dice.pick(({}, {"quantity": "units"}, {"quantity": "units"}))
    ways = (
        "cancelled",
        {"event": "refund", "amount": "amount"},
        {"event": "return", "match": match, **units},
    )
    purchase = {"order_key": "order", "amount": "total", "combine": dice.pick(("sum", "max"))}
    cancels = dice.several(ways, 0, 3)
    if cancels:
        purchase["cancelled_by"] = cancels
    events = {"purchase": purchase, "visit": {"owner": "web"}}
    if dice.chance(3):
        events["report"] = {"order_key": "order", "amount": "total", "combine": "max"}
        events["report"] |= {"cancelled_by": ["cancelled"]} if dice.chance(2) else {}
    return {"events": events}
