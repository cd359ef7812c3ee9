"""Random questions that ask something recent and much else of the same people.

What an ``and`` asks of recent events decides how far back other parts look, and of whom they are
computed at all: so the segments of one question ask each other's parts again, alone, negated and in
an ``or``, where nothing may be left out.
"""

from dataclasses import replace
from random import Random

from hypothesis import strategies as st
from tests.properties import strategies as base
from tests.properties import whole_language
from tests.properties.scene import Dice
from tests.properties.whole_language import Calendar

from dataout.testing.judge.times import instant

NAMES = ("purchase", "visit", "refund", "*", ["visit", "purchase"])


def recent(dice, scene):
    """Draw what only recent events decide."""
    drawn = {"event": dice.pick(NAMES), "within": dice.pick(scene.windows)}
    if dice.chance(3):
        drawn["where"] = whole_language.where(dice, scene)
    few = dice.upto(0, 2)
    measures = ({}, {}, {"which": "last"}, {"which": "first"}, {"count": {"gte": few}})
    days = {"distinct_days": {"gte": few}}
    drawn |= dice.pick((*measures, {"count": few}, days))
    return {"not": drawn} if dice.chance(5) else drawn


def later(dice, scene):
    """Draw an event after another."""
    names = dice.several(NAMES[:3], 2, 2)
    if dice.chance(2):
        names.reverse()
    which = dice.pick(({}, {}, {"which": "first"}, {"which": "last"}))
    anchor = {"event": names[1]} | dice.pick(({}, {}, {"which": "first"}))
    drawn = {"event": names[0], "since": anchor} | which
    drawn |= base.window(dice, scene) if dice.chance(2) else {}
    return {"not": drawn} if dice.chance(2) else drawn


def part(dice, scene, earlier):
    match dice.upto(0, 5):
        case 0 | 1:
            return later(dice, scene)
        case 2:
            return recent(dice, scene)
        case _:
            return whole_language.leaf(dice, scene, earlier)


def condition(dice, drawn):
    """Join parts, old ones and new."""
    parts = [dice.pick(drawn) for _ in range(dice.upto(1, 2))]
    if dice.chance(2):
        parts.append({dice.pick(("any", "all")): [dice.pick(drawn), dice.pick(drawn)]})
    parts.insert(dice.upto(0, len(parts)), dice.pick(drawn[:3]))
    joined = {"any" if dice.chance(4) else "all": [negated(dice, each) for each in parts]}
    return negated(dice, joined)


def negated(dice, each):
    """Negate one thing in five, unless it asks for a history: below a ``not`` that is a mistake."""
    return {"not": each} if dice.chance(5) and "history" not in str(each) else each


def question(dice):
    """Draw a history and segments that share their parts."""
    whole = whole_language.question(dice)
    given = whole.given
    now = instant(given["at"], given["timezone"])
    windows = tuple(dice.several(tuple(base.WINDOWS), 2, 3))
    told = base.said(given["profiles"], "attributes") | base.said(given["events"], "properties")
    scene = replace(Calendar(now, given["timezone"], windows), said=told)
    drawn = [recent(dice, scene) for _ in range(3)]
    drawn += [part(dice, scene, ()) for _ in range(dice.upto(3, 5))]
    asked = [condition(dice, drawn) for _ in range(dice.upto(3, 6))]
    asked += dice.several(drawn, 0, 2)
    segments = {f"s{number}": {"who": each} for number, each in enumerate(asked)}
    return replace(whole, segments=segments)


def questions():
    """Let hypothesis choose seeds, as the first language's questions do."""
    return st.integers(0, 2**64 - 1).map(from_seed)


def from_seed(seed):
    dice = Dice(Random(seed).randrange)
    drawn = question(dice)
    return whole_language.amended(dice, drawn) if dice.chance(3) else drawn
