"""Random questions: segments, histories, lists and instants, drawn so that they collide.

Names come from small vocabularies, values from pools of troublemakers that are bounds and data
alike, and times sit on the edges of the windows that the segments ask about. The history is drawn
first: most bounds are then values that stand in it.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from tests.properties.vocabulary import (
    ANCHORS,
    ATTRIBUTE_PATHS,
    ATTRIBUTES,
    EDGES,
    EVENTS,
    LISTS,
    NUMBERS,
    NUMERALS,
    ORDER,
    PAST,
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

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _below(number):
    return st.integers(0, number - 1)


@dataclass(frozen=True)
class Dice:
    """Everything that is drawn is an index into something: quick, and simplest first."""

    draw: object

    def pick(self, pool):
        return pool[self.draw(_below(len(pool)))]

    def upto(self, low, high):
        return low + self.draw(_below(high - low + 1))

    def chance(self, one_in):
        return self.draw(_below(one_in)) == one_in - 1

    def several(self, pool, low, high):
        """Pick some, all different, in the pool's order."""
        number, left = self.upto(low, high), list(range(len(pool)))
        chosen = [left.pop(self.draw(_below(len(left)))) for _ in range(number)]
        return [pool[place] for place in sorted(chosen)]


@dataclass(frozen=True)
class Question:
    """What ``dataout.evaluate`` and the judge are both asked."""

    segments: dict
    given: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """The instant in milliseconds and the zone around which all is drawn; what the history says."""

    now: int
    zone: str
    said: dict = field(default_factory=dict)

    def moment(self, offset, zone="UTC"):
        return (EPOCH + timedelta(milliseconds=self.now + offset)).astimezone(ZoneInfo(zone))

    def utc(self, offset, finer=""):
        return f"{self.moment(offset).isoformat(timespec='milliseconds')[:-6]}{finer}Z"

    def texts(self, offset):
        """Spell an instant in every way that a text may; two of them are local, one a date."""
        there, local = self.moment(offset, "Asia/Kolkata"), self.moment(offset, self.zone)
        return (
            self.utc(offset),
            self.utc(offset, "9999"),
            there.isoformat(sep=" ", timespec="milliseconds"),
            there.isoformat(timespec="minutes").replace("+05:30", "+0530"),
            local.isoformat(timespec="milliseconds")[:23],
            local.isoformat(sep=" ", timespec="seconds")[:19],
            local.date().isoformat(),
        )

    def seconds(self, offset):
        return (self.now + offset) / 1_000

    def for_a_row(self, dice, edges):
        """Draw an instant as rows have it, now and then finer than it is kept."""
        edge = dice.pick(edges)
        exact = self.moment(edge)
        finer = exact + timedelta(microseconds=999)
        ways = (self.utc(edge), self.seconds(edge), exact, self.utc(edge, "999"), finer)
        return dice.pick(ways)


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
            edge = dice.pick(EDGES)
            return dice.pick((*scene.texts(edge), scene.seconds(edge), (scene.now + edge) // 1_000))


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
        key: thing(dice, scene, 0) if key == "at" and depth else value(dice, scene, depth)
        for key in keys
    }


def properties(dice, scene, names):
    held = {}
    if dice.chance(4):
        held[dice.pick(UNKNOWN)] = value(dice, scene)
    for name in dice.several(names, 2, 5):
        nested = name in ("item", "home") and not dice.chance(4)
        held[name] = thing(dice, scene, 1) if nested else value(dice, scene)
    return held


def event_row(dice, scene):
    row = {
        "profile_id": dice.pick(PROFILES),
        "event": dice.pick((*EVENTS, "purchase", "purchase", "visit")),
        "event_time": scene.for_a_row(dice, (*PAST, *PAST, 1, 86_400_000)),
        "properties": properties(dice, scene, PROPERTIES),
    }
    if dice.chance(4):
        row["event_id"] = dice.pick(("1", "2", "it's"))
    if dice.chance(4):
        row["source"] = dice.pick(("pos", "web"))
    if dice.chance(3):
        row["received_at"] = scene.for_a_row(dice, EDGES)
    return row


def dated(dice, scene):
    """Draw when a row was set and received; mostly it does not say."""
    names = () if not dice.chance(3) else dice.several(("set_at", "received_at"), 1, 2)
    return {name: scene.for_a_row(dice, EDGES) for name in names}


def profile_row(dice, scene):
    attributes = properties(dice, scene, ATTRIBUTES)
    return {"profile_id": dice.pick(PROFILES), "attributes": attributes, **dated(dice, scene)}


def members_of_a_list(dice, scene):
    if dice.chance(3):
        return dice.several(PROFILES, 0, 3)
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
    """Draw a bound: more often than not, what somebody has there."""
    there = scene.said.get(path)
    return dice.pick(there) if there and not dice.chance(3) else scalar(dice, scene)


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
            return {kind: dice.pick(tuple(WINDOWS))}
        case "age":
            return {kind: dice.several(tuple(WINDOWS), 2, 2)}
        case "between":
            edges = sorted(dice.several(EDGES, 2, 2))
            return {kind: [scene.utc(edge) for edge in edges]}
        case _:
            return {kind: dice.pick(scene.texts(dice.pick(EDGES)))}


def one_test(dice, scene, path):
    """Draw one operator with its bound."""
    match dice.upto(0, 8):
        case 0:
            return {"exists": dice.pick((True, False))}
        case 1 if dice.chance(3):
            return {"within_next": dice.pick(tuple(WINDOWS))}
        case 1:
            return window(dice, scene)
        case 2 | 3 | 4:
            test = {dice.pick(("is", "is_not")): bound(dice, scene, path)}
        case 5:
            limit = bound(dice, scene, path)
            test = {dice.pick(ORDER[1:]): str(limit).lower() if isinstance(limit, bool) else limit}
        case 6:
            bounds = [bound(dice, scene, path) for _ in range(dice.upto(1, 3))]
            test = {dice.pick(("in", "not_in")): bounds}
        case 7:
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


def stream(dice, scene):
    """Draw which events: names, and often a filter."""
    names = (*EVENTS, "purchase", "purchase", "*")
    event = dice.several(EVENTS, 1, 3) if dice.chance(4) else dice.pick(names)
    return {"event": event} | ({"where": where(dice, scene)} if dice.chance(2) else {})


def measure(dice, scene):
    few, op = dice.upto(0, 3), dice.pick(ORDER)
    path = dice.pick(("total", "total", *PROPERTY_PATHS))
    match dice.upto(0, 7):
        case 0 | 1:
            return {}
        case 2:
            return {"count": few}
        case 3:
            return {"count": {op: few}}
        case 4:
            return {"distinct": {"property": path, op: few}}
        case 5:
            return {"which": dice.pick(("first", "last"))}
        case _:
            function = dice.pick(("sum", "avg", "min", "max"))
            there = [n for n in scene.said.get(path, ()) if type(n) in (int, float)]
            return {function: {"property": path, op: dice.pick(there or NUMBERS)}}


def event_condition(dice, scene):
    condition = stream(dice, scene) | measure(dice, scene)
    if dice.chance(2):
        condition |= window(dice, scene)
    if dice.chance(5):
        which = dice.pick(({}, {"which": "first"}, {"which": "last"}))
        condition["since"] = stream(dice, scene) | which
    return condition


def leaf(dice, scene, earlier):
    match dice.upto(0, 7):
        case 0:
            others = [{"everyone": True}, *({"list": name} for name in LISTS)]
            return dice.pick([*others, *({"segment": name} for name in earlier)])
        case 1 | 2 | 3:
            path = dice.pick(ATTRIBUTE_PATHS)
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


@st.composite
def questions(draw):
    """Draw one history and a dozen segments to ask of it."""
    dice = Dice(draw)
    anchor = datetime.fromisoformat(dice.pick(ANCHORS))
    scene = Scene((anchor - EPOCH) // timedelta(milliseconds=1), dice.pick(ZONES))
    profiles = [profile_row(dice, scene) for _ in range(dice.upto(1, 9))]
    events = [event_row(dice, scene) for _ in range(dice.upto(0, 16))]
    given = {
        "profiles": profiles,
        "events": events,
        "lists": {name: members_of_a_list(dice, scene) for name in LISTS},
        "at": scene.for_a_row(dice, (0,)),
        "as_known_at": scene.for_a_row(dice, EDGES) if dice.chance(4) else None,
        "timezone": scene.zone,
    }
    scene = replace(scene, said=said(profiles, "attributes") | said(events, "properties"))
    segments = {}
    for number in range(dice.upto(8, 14)):
        name = f"it's №{number}" if number == 1 else f"s{number}"
        segments[name] = {"who": condition(dice, scene, tuple(segments))}
    return Question(segments, given)
