"""Random questions over the whole language: orders, sequences, traits, relations, calendar days.

The history is a small shop's: few orders, few articles, few amounts, so that lines meet in orders,
and returns find lines. Times sit on the edges of windows and on local midnights.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st
from tests.properties import strategies as base
from tests.properties.scene import EPOCH, Dice, Scene
from tests.properties.strategies import Question
from tests.properties.vocabulary import (
    ANCHORS,
    ATTRIBUTE_PATHS,
    LISTS,
    ORDER,
    PROFILES,
    WINDOWS,
    ZONES,
)

SHOP = ("purchase", "purchase", "purchase", "return", "refund", "cancelled", "visit", "report")
KEYS = ("o1", "o1", "o2", "o3", 1, "1", 1.0, "", None, ["o1"], True)
SKUS = ("A", "A", "A", "B", "5", 5, None, ["A"], "")
AMOUNTS = (10, 10, 5, 5, 20, 0, 2.5, -5, "5", 0.1, 1, "much", None, [5], 7.000001, 0.000001)
UNITS = (1, 2, 3, 3, "2", 0.5, 0, -1, -2, None, "some", 7)
PATHS = ("total", "total", "total", "items.price", "units", "sku", "order", "amount", "item.city")
TRAITS = ("t0", "t1", "t2", "t3", "t4", "t5", "t6")
TYPES = ("subscription", "account")
TIME_TESTS = ("within", "older_than", "age", "within_next", "after", "before", "between")
DAYS = (1, 2, 3, 7, 8, [0, 0], [1, 1], [0, 2], [1, 7], [2, 8], [7, 7])


@dataclass(frozen=True)
class Calendar(Scene):
    """A scene with local midnights among its edges, and the milliseconds beside them."""

    def midnights(self):
        found = []
        for zone in {self.zone, "America/New_York"}:
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
        "event_time": scene.for_a_row(dice, scene.past()),
        "properties": held,
    }
    if dice.chance(5):
        row["received_at"] = scene.for_a_row(dice, scene.edges())
    return row


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


def calendar(dice):
    zone = {"zone": dice.pick(ZONES)} if dice.chance(3) else {}
    return {"calendar_days": dice.pick(DAYS), **zone}


def window(dice, scene):
    return calendar(dice) if dice.chance(4) else base.window(dice, scene)


def element(dice):
    """Draw a filter of a list's elements."""
    tests = {
        "price": {dice.pick(ORDER): dice.pick((5, 10, 0.1, 0))},
        "sku": dice.pick(("A", "5", 5, {"is_not": "A"}, {"exists": False})),
    }
    filters = {key: tests[key] for key in dice.several(tuple(tests), 1, 2)}
    return {"not": filters} if dice.chance(6) else filters


def where(dice, scene):
    match dice.upto(0, 7):
        case 0 | 1:
            return {"sku": dice.pick(("A", "B", "5", 5, {"is_not": "A"}, {"exists": True}))}
        case 2:
            return {"total": {dice.pick(ORDER): dice.pick((5, 10, 0, 2.5))}}
        case 3 | 4:
            return {"items": {dice.pick(("any", "none")): element(dice)}}
        case 5:
            return {"any": [where(dice, scene), {"not": where(dice, scene)}]}
        case 6:
            return {"order": dice.pick(("o1", "1", 1, {"exists": False}))}
        case _:
            return base.where(dice, scene)


def stream(dice, scene, one_in=3):
    """Draw which events, and how those that are orders are read."""
    names = (*SHOP, "*", ["purchase", "report"], ["visit", "purchase"])
    drawn = {"event": dice.pick(names)}
    if dice.chance(one_in):
        drawn["where"] = where(dice, scene)
    if dice.chance(4):
        drawn |= dice.pick(({"gross": True}, {"lines": True}, {"gross": False}))
    return drawn


def aggregate(dice):
    path, bound = dice.pick(PATHS), dice.pick((0, 5, 10, 15, 20, 30, 2.5, 0.1))
    drawn = {"property": path, dice.pick(ORDER): bound}
    if path == "items.price" and dice.chance(2):
        drawn["where"] = element(dice)
    return {dice.pick(("sum", "sum", "avg", "min", "max")): drawn}


def measure(dice):
    few, op = dice.upto(0, 3), dice.pick(ORDER)
    match dice.upto(0, 9):
        case 0:
            return {}
        case 1 | 2:
            return {"count": dice.pick((few, {op: few}))}
        case 3:
            return {"distinct": {"property": dice.pick(("sku", "order", "total")), op: few}}
        case 4:
            zone = {"zone": dice.pick(ZONES)} if dice.chance(3) else {}
            return {"distinct_days": {op: few}, **zone}
        case 5:
            return {"which": dice.pick(("first", "last"))}
        case 6:
            return {"count": {"gte": 1}, **aggregate(dice)}
        case _:
            return aggregate(dice)


def event_condition(dice, scene):
    drawn = stream(dice, scene) | measure(dice)
    if "which" in drawn or dice.chance(2):
        drawn |= window(dice, scene)
    if dice.chance(5):
        which = dice.pick(({}, {"which": "first"}, {"which": "last"}))
        drawn["since"] = stream(dice, scene) | which
    return drawn


def absence(dice, scene):
    """Draw a negative window, mostly one that asks for a history."""
    drawn = stream(dice, scene) | {"within": dice.pick(scene.windows)}
    drawn |= {} if dice.chance(4) else {"history": "required"}
    if dice.chance(2):
        return {"not": drawn | dice.pick(({}, {"count": {"gte": 2}}, {"which": "last"}))}
    return drawn | {"count": dice.pick((0, {"lt": 2}, {"lte": 1}))}


def step(dice, scene):
    names = ("*", "purchase", ["purchase", "report", "visit"], ["return", "refund", "visit"])
    return stream(dice, scene) | {"event": dice.pick((*names, *SHOP))}


def sequence(dice, scene):
    first = step(dice, scene)
    if dice.chance(2):
        first |= dice.pick(({"which": "first"}, {"which": "last"}, {})) | window(dice, scene)
    steps = [first]
    for _ in range(dice.upto(0 if dice.chance(2) else 1, 2)):
        later = step(dice, scene)
        if dice.chance(2):
            bound = {"within": dice.pick(scene.windows)}
            later |= bound if dice.chance(2) else window(dice, scene)
        steps.append(later)
    if len(steps) == 1 or dice.chance(3):
        bound = {"within": dice.pick(scene.windows)} if dice.chance(2) else {}
        steps.append({"not": stream(dice, scene) | bound})
    return {"sequence": steps}


def traits(dice, scene):
    drawn = {}
    for name in TRAITS:
        mathematical = drawn and dice.chance(2)
        drawn[name] = arithmetic(dice, tuple(drawn)) if mathematical else trait(dice, scene)
    return drawn


def trait(dice, scene):
    event, path = dice.pick(("purchase", "purchase", "visit", "*", "report")), dice.pick(PATHS)
    kind = dice.pick(("count", "sum", "sum", "avg", "min", "max", "distinct", "first", "last"))
    drawn = {kind: event if kind == "count" else f"{event}.{path}"}
    if kind in ("sum", "max") and dice.chance(4):
        drawn[kind] = {"event": event, "property": "items.price", "where": element(dice)}
    rest = stream(dice, scene)
    del rest["event"]
    drawn |= rest | (window(dice, scene) if dice.chance(3) else {})
    if kind not in ("first", "last") and dice.chance(6):
        drawn["since"] = stream(dice, scene)
    return drawn


def arithmetic(dice, earlier):
    operands = [dice.pick((*earlier, 2, 0.5, -1, 3)) for _ in range(dice.upto(1, 2))]
    place = dice.upto(0, len(operands))
    operands.insert(place, dice.pick(earlier))
    return {dice.pick(("plus", "minus", "times", "divided_by")): operands}


def number_tests(dice):
    bounds = (0, 1, 2, 5, 10, 2.5, 0.333333, -5, 20, "5")
    return {dice.pick(ORDER): dice.pick(bounds)}


def of_a_trait(dice, scene):
    name = dice.pick(TRAITS)
    match dice.upto(0, 5):
        case 0:
            return {"trait": name, "exists": dice.pick((True, False))}
        case 1:
            tests = base.tests_of(dice, scene, "sku").items()
            # Most traits are numbers, and no number is asked when it was; plays.py asks the others.
            steady = {word: bound for word, bound in tests if word not in TIME_TESTS}
            return {"trait": name, **(steady or {"exists": True})}
        case _:
            return {"trait": name, **number_tests(dice)}


def related(dice, scene):
    drawn = {"related": dice.pick(TYPES)}
    if dice.chance(2):
        path = dice.pick(("country", "score", "sku", "tags", "lat"))
        drawn["where"] = {path: base.tests_of(dice, scene, path)}
    if dice.chance(3):
        drawn["via"] = dice.pick(({"sku": "A"}, {"total": {"gte": 5}}, {"sku": {"exists": False}}))
    few = dice.upto(0, 3)
    if dice.chance(3):
        drawn["count"] = dice.pick((few, {dice.pick(ORDER): few}))
    return drawn


def of_an_attribute(dice, scene):
    if dice.chance(5):
        return {"attribute": "things", dice.pick(("any", "none")): element(dice)}
    if dice.chance(5):
        return {"attribute": dice.pick(("born", "score")), **calendar(dice)}
    path = dice.pick(("country", "country", "score", "home.city", "tags", *ATTRIBUTE_PATHS))
    bound = base.bound(dice, scene, path)
    tests = (
        {"is": bound},
        {"is_not": bound},
        {"in": [bound, "FR"]},
        {"not_in": [bound]},
        {"exists": dice.pick((True, False))},
        {"not_contains": "D"},
        {"gte": 1},
        {"is_not": bound, "exists": True},
    )
    true_for = {} if dice.chance(5) else {"true_for": dice.pick(scene.windows)}
    return {"attribute": path, **dice.pick(tests), **true_for}


def leaf(dice, scene, earlier):
    match dice.upto(0, 15):
        case 0:
            return base.leaf(dice, scene, earlier)
        case 1 | 2:
            return absence(dice, scene)
        case 3 | 4 | 5:
            return sequence(dice, scene)
        case 6 | 7 | 8:
            return of_a_trait(dice, scene)
        case 9:
            return related(dice, scene)
        case 10 | 11:
            return of_an_attribute(dice, scene)
        case _:
            return event_condition(dice, scene)


def condition(dice, scene, earlier):
    match dice.upto(0, 9):
        case 0:
            return {"not": event_condition(dice, scene)}
        case 1:
            parts = [leaf(dice, scene, earlier) for _ in range(2)]
            return {dice.pick(("all", "any")): parts}
        case _:
            return leaf(dice, scene, earlier)


def question(dice):
    """Draw one history and a dozen segments to ask of it."""
    anchor = datetime.fromisoformat(dice.pick(ANCHORS))
    now = (anchor - EPOCH) // timedelta(milliseconds=1)
    scene = Calendar(now, dice.pick(ZONES), tuple(dice.several(tuple(WINDOWS), 2, 3)))
    profiles = [told_row(dice, scene) for _ in range(dice.upto(1, 12))]
    profiles += [base.profile_row(dice, scene) for _ in range(dice.upto(0, 3))]
    events = [shop_row(dice, scene) for _ in range(dice.upto(4, 24))]
    events += [other_row(dice, scene) for _ in range(dice.upto(0, 4))]
    given = {
        "profiles": profiles,
        "events": events,
        "objects": [object_row(dice, scene) for _ in range(dice.upto(0, 8))],
        "lists": {name: base.members_of_a_list(dice, scene) for name in LISTS},
        "traits": traits(dice, scene),
        "catalog": catalog(dice),
        "at": scene.for_a_row(dice, (0,)),
        "as_known_at": scene.for_a_row(dice, scene.edges()) if dice.chance(4) else None,
        "timezone": scene.zone,
    }
    told = base.said(profiles, "attributes") | base.said(events, "properties")
    scene = replace(scene, said=told)
    segments = {}
    for number in range(dice.upto(8, 14)):
        segments[f"s{number}"] = {"who": condition(dice, scene, tuple(segments))}
    return Question(segments, given)


def questions():
    """Let hypothesis choose seeds, as the first language's questions do."""
    return st.integers(0, 2**64 - 1).map(from_seed)


def from_seed(seed):
    return question(Dice(Random(seed).randrange))
