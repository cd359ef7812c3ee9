"""Random questions: segments, histories, lists and instants, drawn so that they collide.

Names come from small vocabularies, values from pools of troublemakers that are bounds and data
alike, and times sit on the edges of the windows that the segments ask about. The history is drawn
first: most bounds are then values that stand in it.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st
from tests.properties.scene import EPOCH, Dice, Scene
from tests.properties.vocabulary import (
    AMOUNTS,
    ANCHORS,
    ATTRIBUTE_PATHS,
    ATTRIBUTES,
    CODES,
    DAY,
    EVENTS,
    LISTS,
    NUMBER_OF,
    NUMBERS,
    NUMERALS,
    ORDER,
    PATTERNS,
    PROFILES,
    PROPERTIES,
    PROPERTY_PATHS,
    TEXT_TESTS,
    TOO_MUCH,
    UNKNOWN,
    WINDOWS,
    WORDS,
    ZONES,
)


@dataclass(frozen=True)
class Question:
    """What ``dataout.evaluate`` and the judge are both asked."""

    segments: dict
    given: dict = field(default_factory=dict)


def time_value(dice, scene):
    edge = dice.pick(scene.edges())
    return dice.pick((*scene.texts(edge), scene.seconds(edge), (scene.now + edge) // 1_000))


def scalar(dice, scene):
    """Draw what both data and bounds may say."""
    match dice.upto(0, 4):
        case 0 | 1:
            return dice.pick(NUMBERS)
        case 2:
            return dice.pick((*WORDS, True, False))
        case 3:
            return dice.pick(NUMERALS)
        case _:
            return time_value(dice, scene)


def usual(dice, scene, name):
    """Draw what usually stands under a name, or anything."""
    if dice.chance(3):
        return value(dice, scene)
    match name:
        case "total" | "score" | "TOTAL" | "lat":
            return dice.pick(AMOUNTS)
        case "born" | "when":
            return time_value(dice, scene)
        case "country" | "sku" | "city":
            return dice.pick((*CODES, True, False))
        case "odd'key" | 'we"ird 🧺':
            return dice.pick((True, False, "true", "false", "True"))
        case "tags":
            return [dice.pick((*CODES, *AMOUNTS)) for _ in range(dice.upto(0, 3))]
        case "home" | "item":
            return thing(dice, scene, 1)
        case _:
            return value(dice, scene)


def value(dice, scene, depth=2):
    """Draw a value of any JSON type; thirteen digits are no instant."""
    kind = dice.upto(0, 11)
    if depth and kind in (8, 9):
        return [value(dice, scene, depth - 1) for _ in range(dice.upto(0, 3))]
    if depth and kind == 10:
        return thing(dice, scene, depth - 1)
    if kind == 11:
        return dice.pick((None, *TOO_MUCH, scene.now, scene.now - 1))
    return scalar(dice, scene)


def thing(dice, scene, depth):
    keys = dice.several(("city", "at", "lat", "Lat", "City"), 0, 2)
    return {
        key: thing(dice, scene, 0) if key == "at" and depth else usual(dice, scene, key)
        for key in keys
    }


def properties(dice, scene, names):
    held = {name: usual(dice, scene, name) for name in dice.several(names, 2, 5)}
    return held | ({dice.pick(UNKNOWN): value(dice, scene)} if dice.chance(4) else {})


def event_row(dice, scene):
    row = {
        "profile_id": dice.pick(PROFILES),
        "event": dice.pick((*EVENTS, "purchase", "purchase", "purchase", "visit")),
        "event_time": scene.for_a_row(dice, (*scene.past(), *scene.past(), 1, 2_000, DAY)),
        "properties": properties(dice, scene, PROPERTIES),
    }
    if dice.chance(4):
        row["event_id"] = dice.pick(("1", "2", "it's"))
    if dice.chance(4):
        row["source"] = dice.pick(("pos", "web"))
    if dice.chance(3):
        row["received_at"] = scene.for_a_row(dice, scene.edges())
    return row


def dated(dice, scene):
    """Draw when a row was set and received; mostly it does not say."""
    names = () if not dice.chance(3) else dice.several(("set_at", "received_at"), 1, 2)
    return {name: scene.for_a_row(dice, scene.edges()) for name in names}


def profile_row(dice, scene):
    attributes = properties(dice, scene, ATTRIBUTES)
    return {"profile_id": dice.pick(PROFILES), "attributes": attributes, **dated(dice, scene)}


def members_of_a_list(dice, scene):
    if dice.chance(3):
        return sorted({*dice.several(PROFILES, 0, 3)})
    return [
        {"profile_id": dice.pick(PROFILES), **dice.pick(({}, {"member": False}, {"member": True}))}
        | dated(dice, scene)
        for _ in range(dice.upto(0, 6))
    ]


def said(rows, column):
    """Gather the scalars that stand at each path of a column, for bounds that hit."""
    found = defaultdict(list)

    def walk(path, held):
        match held:
            case dict():
                for key, inner in held.items():
                    walk(f"{path}.{key}" if path else key, inner)
            case list():
                for inner in held:
                    walk(path, inner)
            case None:
                pass
            case _ if held not in TOO_MUCH:
                found[path].append(held)

    for row in rows:
        walk("", row[column])
    return found


def bound(dice, scene, path):
    """Draw a bound: more often than not, what somebody has there, or that in another spelling."""
    there = scene.said.get(path)
    if not there or dice.chance(4):
        return scalar(dice, scene)
    held = dice.pick(there)
    return respelled(held) if dice.chance(4) else held


def respelled(held):
    match held:
        case bool():
            return str(held).lower()
        case int() | float():
            return str(held)
        case "true" | "false":
            return held == "true"
        case _:
            return NUMBER_OF.get(held, held.swapcase())


def text_bound(dice, scene, path):
    """Draw a text, or a piece of one that somebody has there."""
    there = [text for text in scene.said.get(path, ()) if isinstance(text, str)]
    if not there or dice.chance(3):
        return dice.pick(WORDS)
    text = dice.pick(there)
    start = dice.upto(0, min(2, len(text)))
    return text[start : dice.upto(start, len(text))]


def window(dice, scene):
    """Draw a time restriction that an event may have."""
    kind = dice.pick(("within", "older_than", "age", "after", "before", "between"))
    match kind:
        case "within" | "older_than":
            return {kind: dice.pick(scene.windows)}
        case "age":
            return {kind: dice.several(scene.windows, 2, 2)}
        case "between":
            edges = dice.several(sorted({*scene.edges()}), 2, 2)
            return {kind: [scene.utc(edge) for edge in edges]}
        case _:
            edge = dice.pick(scene.edges())
            return {kind: scene.utc(edge) if dice.chance(2) else dice.pick(scene.texts(edge))}


def time_test(dice, scene):
    return {"within_next": dice.pick(scene.windows)} if dice.chance(3) else window(dice, scene)


def one_test(dice, scene, path):
    """Draw one operator with its bound."""
    if path in ("born", "when") and not dice.chance(3):
        return time_test(dice, scene)
    match dice.upto(0, 10):
        case 0:
            return {"exists": dice.pick((True, False))}
        case 1:
            return time_test(dice, scene)
        case 2 | 3 | 4:
            test = {dice.pick(("is", "is_not")): bound(dice, scene, path)}
        case 5 | 6:
            limit = bound(dice, scene, path)
            test = {dice.pick(ORDER[1:]): str(limit).lower() if isinstance(limit, bool) else limit}
        case 7:
            bounds = [bound(dice, scene, path) for _ in range(dice.upto(1, 3))]
            test = {dice.pick(("in", "not_in")): bounds}
        case 8 | 9:
            test = {dice.pick(TEXT_TESTS): text_bound(dice, scene, path)}
        case _:
            test = {"matches": dice.pick(PATTERNS)}
    return test | ({"ignore_case": True} if dice.chance(4) else {})


def tests_of(dice, scene, path):
    """Draw one test, sometimes two: a time test takes its own place, others may share it."""
    tests = one_test(dice, scene, path)
    return tests | one_test(dice, scene, path) if dice.chance(5) else tests


def properties_asked(dice, scene):
    return {
        path: bound(dice, scene, path) if dice.chance(4) else tests_of(dice, scene, path)
        for path in dice.several(PROPERTY_PATHS, 1, 2)
    }


def where(dice, scene, depth=2):
    """Draw a filter: properties, or a tree over them."""
    kind = dice.upto(0, 6)
    if not depth or kind <= 3:
        return properties_asked(dice, scene)
    if kind == 4:
        return {"not": where(dice, scene, depth - 1)}
    parts = [where(dice, scene, depth - 1) for _ in range(dice.upto(1, 2))]
    return {"any" if kind == 5 else "all": parts}


def stream(dice, scene, one_in):
    """Draw which events: names, and a filter in one case of so many."""
    names = ("purchase", "purchase", *EVENTS, "*")
    event = dice.several(EVENTS, 1, 3) if dice.chance(4) else dice.pick(names)
    return {"event": event} | ({"where": where(dice, scene)} if dice.chance(one_in) else {})


def aggregate(dice, scene):
    """Draw an aggregate whose bound can be met exactly by one or two of the values there."""
    path = dice.pick(("total", "total", "total", *PROPERTY_PATHS))
    there = [n for n in scene.said.get(path, ()) if type(n) in (int, float)] or NUMBERS
    function = dice.pick(("avg", "sum", "min", "max"))
    one, other = dice.pick(there), dice.pick(there)
    met = {"avg": (one + other) / 2, "sum": one + other}.get(function, one)
    exact = abs(met) < 1e20 and dice.chance(2)
    return {function: {"property": path, dice.pick(ORDER): met if exact else one}}


def measure(dice, scene):
    few, op = dice.upto(0, 3), dice.pick(ORDER)
    match dice.upto(0, 8):
        case 0 | 1:
            return {}
        case 2:
            return {"count": few}
        case 3:
            return {"count": {op: few}}
        case 4:
            return {"distinct": {"property": dice.pick(PROPERTY_PATHS), op: few}}
        case 5 | 6:
            return {"which": dice.pick(("first", "last"))}
        case _:
            return aggregate(dice, scene)


def event_condition(dice, scene):
    condition = stream(dice, scene, 3) | measure(dice, scene)
    if "which" in condition or dice.chance(2):
        condition |= window(dice, scene)
    if dice.chance(4):
        which = dice.pick(({}, {"which": "first"}, {"which": "last"}))
        condition["since"] = stream(dice, scene, 2) | which
    return condition


def leaf(dice, scene, earlier):
    match dice.upto(0, 7):
        case 0:
            others = [{"everyone": True}, *({"list": name} for name in LISTS)]
            return dice.pick([*others, *({"segment": name} for name in earlier)])
        case 1 | 2 | 3:
            path = dice.pick((*ATTRIBUTE_PATHS, "score", "born", "country"))
            return {"attribute": path, **tests_of(dice, scene, path)}
        case _:
            return event_condition(dice, scene)


def condition(dice, scene, earlier, depth=2):
    """Draw a condition that may refer to the ``earlier`` segments."""
    kind = dice.upto(0, 6)
    if not depth or kind <= 3:
        return leaf(dice, scene, earlier)
    if kind == 4:
        return {"not": condition(dice, scene, earlier, depth - 1)}
    parts = [condition(dice, scene, earlier, depth - 1) for _ in range(dice.upto(1, 3))]
    return {"all" if kind == 5 else "any": parts}


def question(dice):
    """Draw one history and a dozen segments to ask of it."""
    anchor = datetime.fromisoformat(dice.pick(ANCHORS))
    now = (anchor - EPOCH) // timedelta(milliseconds=1)
    scene = Scene(now, dice.pick(ZONES), tuple(dice.several(tuple(WINDOWS), 2, 3)))
    profiles = [profile_row(dice, scene) for _ in range(dice.upto(1, 9))]
    events = [event_row(dice, scene) for _ in range(0 if dice.chance(12) else dice.upto(4, 18))]
    given = {
        "profiles": profiles,
        "events": events,
        "lists": {name: members_of_a_list(dice, scene) for name in LISTS},
        "at": scene.for_a_row(dice, (0,)),
        "as_known_at": scene.for_a_row(dice, scene.edges()) if dice.chance(4) else None,
        "timezone": scene.zone,
    }
    scene = replace(scene, said=said(profiles, "attributes") | said(events, "properties"))
    segments = {}
    for number in range(dice.upto(8, 14)):
        name = f"it's №{number}" if number == 1 else f"s{number}"
        segments[name] = {"who": condition(dice, scene, tuple(segments))}
    return Question(segments, given)


def questions():
    """Let hypothesis choose seeds: one draw is much faster than hundreds, and as reproducible.

    What it would do to a failing question beyond that, ``reducing`` does better.
    """
    return st.integers(0, 2**64 - 1).map(_from_seed)


def _from_seed(seed):
    return question(Dice(Random(seed).randrange))
