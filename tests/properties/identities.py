"""Drawing who is who: identifiers that people share, anonymous ids, and merges that are undone."""

from dataclasses import dataclass, replace
from random import Random

from tests.properties.plays import Add, Tick, moment_of, play, stated
from tests.properties.scene import Dice
from tests.properties.vocabulary import PROFILES
from tests.properties.whole_language import question

EMAILS = ("a@shop.example", "B@shop.example", "b@shop.example ", "c@shop.example", "test@test.com")
PHONES = ("+49 170 1234567", "+491701234567", "+44 7911 123456", "+33 6 12 34 56 78")
NOBODY = "5"
"""Of the people drawn, the one whose records come under an anonymous id."""


@dataclass(frozen=True)
class Split:
    """Undo what merged a profile, if anything did."""

    person: str


def rules(dice):
    """Draw what merges, and what stops it."""
    drawn = {"merge_on": dice.pick((["email"], ["email", "phone"], ["phone"]))}
    if dice.chance(3):
        drawn["limits"] = {dice.pick(("email", "phone")): dice.upto(1, 2)}
    if dice.chance(3):
        drawn["shared_by_at_most"] = dice.upto(2, 3)
    return drawn


def identifying(dice, times):
    """Draw what profiles state, each at an instant of its own, known then or later."""
    for _ in range(dice.upto(3, 8)):
        held = {"email": dice.pick(EMAILS), "phone": dice.pick(PHONES)}
        some = {name: value for name, value in held.items() if not dice.chance(3)}
        row = {"profile_id": dice.pick(PROFILES), "attributes": some, "set_at": dice.pick(times)}
        yield row | ({} if dice.chance(2) else {"received_at": dice.pick(times)})


def nameless(row):
    """Let the records of one of the people be those of an anonymous id."""
    if row.get("profile_id") != NOBODY:
        return row
    if "event" in row or "attributes" in row or "deleted" in row:
        return {key: value for key, value in row.items() if key != "profile_id"} | {
            "anonymous_id": NOBODY
        }
    return row | {"profile_id": f"anonymous_id:{NOBODY}"}


def claiming(dice, row):
    """Let somebody come with that anonymous id."""
    claims = "event" in row and "profile_id" in row and row.get("op") != "delete"
    return row | {"anonymous_id": NOBODY} if claims and dice.chance(6) else row


def plays_of(seed):
    """Draw a play in which profiles merge, and some part again."""
    dice = Dice(Random(seed).randrange)
    drawn = play(dice, question(dice))
    times = [each / 1_000 for each in drawn.moments]
    adds = [number for number, step in enumerate(drawn.steps) if isinstance(step, Add)]
    extra = {number: [] for number in adds}
    places = {}
    for row in identifying(dice, times):
        key = (row["profile_id"], moment_of(row["set_at"]))
        place = places.setdefault(key, dice.pick(adds))
        extra[place].append(("profiles", stated(row)))
    steps = []
    for number, step in enumerate(drawn.steps):
        if isinstance(step, Add):
            came = [(kind, claiming(dice, nameless(row))) for kind, row in step.rows]
            came += [(kind, nameless(row)) for kind, row in extra[number]]
            steps.append(replace(step, rows=tuple(came), again=()))
            continue
        if isinstance(step, Tick) and dice.chance(3):
            steps.append(Split(dice.pick((*PROFILES, f"anonymous_id:{NOBODY}"))))
        steps.append(step)
    given = {**drawn.given, "identity": rules(dice)}
    return replace(drawn, given=given, steps=tuple(steps))
