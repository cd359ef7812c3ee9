"""Random questions over the whole language: orders, sequences, traits, relations, calendar days.

The history is a small shop's: few orders, few articles, few amounts, so that lines meet in orders,
and returns find lines. Times sit on the edges of windows and on local midnights.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st
from tests.properties import strategies as base
from tests.properties.scene import EPOCH, Dice
from tests.properties.shop import (
    SHOP,
    TYPES,
    Calendar,
    catalog,
    copies,
    deletions,
    object_row,
    other_row,
    shop_row,
    told_row,
)
from tests.properties.strategies import Question
from tests.properties.vocabulary import (
    ANCHORS,
    ATTRIBUTE_PATHS,
    LISTS,
    ORDER,
    WINDOWS,
    ZONES,
)

from dataout.testing.judge.times import instant

PATHS = ("total", "total", "total", "items.price", "units", "sku", "order", "amount", "item.city")
TRAITS = ("t0", "t1", "t2", "t3", "t4", "t5", "t6")
TIME_TESTS = ("within", "older_than", "age", "within_next", "after", "before", "between")
DAYS = (1, 2, 3, 7, 8, [0, 0], [1, 1], [0, 2], [1, 7], [2, 8], [7, 7])


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


def amended(dice, drawn):
    """Correct and delete some of what is there."""
    given = drawn.given
    now = instant(given["at"], given["timezone"])
    scene = Calendar(now, given["timezone"], tuple(dice.several(tuple(WINDOWS), 2, 3)))
    profiles = [*given["profiles"], *deletions(dice, scene)]
    events = list(copies(dice, given["events"]))
    return replace(drawn, given=given | {"profiles": profiles, "events": events})


def questions():
    """Let hypothesis choose seeds, as the first language's questions do."""
    return st.integers(0, 2**64 - 1).map(from_seed)


def from_seed(seed):
    dice = Dice(Random(seed).randrange)
    drawn = question(dice)
    return amended(dice, drawn) if dice.chance(2) else drawn
