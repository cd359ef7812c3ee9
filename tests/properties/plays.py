"""Drawing plays: a history that arrives in parts, and the instants at which it is looked at.

A play is made of a question: its rows arrive batch by batch, whenever they happened; some come
twice, some are replaced or deleted by later copies. Between the batches there are ticks, on the
edges of windows, on local midnights, and beside them; and now and then other definitions.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from tests.properties import strategies, whole_language
from tests.properties.scene import EPOCH, Dice
from tests.properties.vocabulary import DAY, WINDOWS, ZONES

MILLISECOND = timedelta(milliseconds=1)
SOONEST, LATEST = -40 * DAY, 75 * DAY
SKEW = 300_000


@dataclass(frozen=True)
class Add:
    """Rows arrive: (column, row) each, where a list's column is its name.

    ``again`` are events that came before; ``received_at`` holds for events that do not say.
    """

    rows: tuple = ()
    again: tuple = ()
    received_at: object = None

    @property
    def arriving(self):
        """List all rows, with when they were received, where that is said."""
        rows = [*self.rows, *(("events", row) for row in self.again)]
        if self.received_at is None:
            return rows
        received = {"received_at": self.received_at}
        return [(kind, received | row if kind == "events" else row) for kind, row in rows]


@dataclass(frozen=True)
class Tick:
    """Look at an instant, in milliseconds; or, without one, so long after the next edge."""

    at: int | None
    after_edge: int = 0


@dataclass(frozen=True)
class Define:
    """Put other segments in the place of all."""

    segments: dict


@dataclass(frozen=True)
class Play:
    """``given`` holds what stays as it is: traits, catalog, timezone."""

    segments: dict
    given: dict
    moments: tuple
    steps: tuple = field(default_factory=tuple)


def plays():
    return st.integers(0, 2**64 - 1).map(from_seed)


def from_seed(seed):
    dice = Dice(Random(seed).randrange)
    draw = dice.pick((whole_language.question, whole_language.question, strategies.question))
    return play(dice, draw(dice))


def play(dice, question):
    given = question.given
    segments = dict(list(question.segments.items())[: dice.upto(2, 4)])
    traits, timed = timed_traits(dice)
    segments |= timed
    rows = told(dice, given)
    moments = interesting(question, rows)
    adds = arrivals(dice, rows)
    start = dice.below(len(moments))
    instants = sorted(dice.below(len(moments) - start) + start for _ in range(len(adds) + 2))
    steps = []
    for add, number in zip(adds, instants, strict=False):
        steps += [add, Tick(moments[number])]
        if dice.chance(2):
            steps.append(Tick(None, dice.pick((0, 0, -1, 1))))
    if dice.chance(2):
        steps.append(Define(others(dice, segments, question.segments)))
    steps += [Tick(moments[number]) for number in instants[len(adds) :]]
    always = {
        "traits": {**given.get("traits", {}), **traits},
        "catalog": given.get("catalog", {}),
        "timezone": given["timezone"],
    }
    return Play(segments, always, moments, tuple(steps))


def timed_traits(dice):
    """Draw a trait that can be a time, and ask when that was."""
    if not dice.chance(3):
        return {}, {}
    picked = dice.pick(("first", "last", "min", "max"))
    trait = {picked: dice.pick(("*.when", "visit.when", "*.total"))}
    window = {dice.pick(("within", "older_than", "within_next")): dice.pick(tuple(WINDOWS))}
    asked = dice.pick((window, window, {"calendar_days": dice.pick((1, 2, [1, 7]))}))
    return {"when": trait}, {"timed": {"who": {"trait": "when", **asked}}}


def told(dice, given):
    """List all rows with their columns, so made that it does not matter which batch they are in.

    What a file says in equal rows without an id would be another history in two files.
    """
    profiles = [("profiles", stated(row)) for row in given["profiles"]]
    profiles += [("profiles", gone) for gone in deletions(dice, given["profiles"])]
    objects = [("objects", stated(row)) for row in given.get("objects", ())]
    lists = [
        (name, stated(row if isinstance(row, dict) else {"profile_id": row}))
        for name, rows in given["lists"].items()
        for row in rows
    ]
    events = [("events", event) for n, row in enumerate(given["events"]) for event in known(row, n)]
    events += [("events", copy) for copy in corrections(dice, events)]
    return [*profiles, *events, *objects, *lists]


def stated(row):
    """Say since when, where only its arrival says so: what repeats is then told apart."""
    return row | {"set_at": row.get("set_at", row["received_at"])} if "received_at" in row else row


def known(row, number):
    """Give an event an id of its person's, or something that no other row has."""
    if "event_id" in row:
        yield row | {"event_id": f"{row['event_id']} of {row['profile_id']}"}
    elif number % 3:
        yield row | {"event_id": f"№{number}"}
    else:
        yield row | {"properties": row["properties"] | {"№": number}}


def deletions(dice, profiles):
    """Delete somebody, and bring some of them back."""
    for row in profiles:
        if dice.chance(12) and "set_at" in row:
            yield {key: row[key] for key in ("profile_id", "set_at")} | {"deleted": True}
            if dice.chance(2):
                later = (moment_of(row["set_at"]) + dice.pick((1, 2_000, DAY))) / 1_000
                yield {"profile_id": row["profile_id"], "set_at": later, "deleted": False}


def corrections(dice, events):
    """Draw later copies of events that replace or delete them."""
    for _, event in events:
        if "event_id" in event and dice.chance(8):
            received = event.get("received_at", event["event_time"])
            later = (moment_of(received) + dice.pick((0, 1, DAY, -1))) / 1_000
            copy = event | {"op": dice.pick(("replace", "delete")), "received_at": later}
            shift = dice.pick((0, 0, 1, -DAY, DAY))
            yield copy | {"event_time": (moment_of(event["event_time"]) + shift) / 1_000}


def arrivals(dice, rows):
    """Deal rows into batches; what is stated for one instant comes in one, or is known already."""
    batches = [[] for _ in range(dice.upto(2, 4))]
    places = {}
    for column, row in rows:
        key = (column, row.get("profile_id"), row.get("object_id"), moment_of(row.get("set_at")))
        drawn = dice.below(len(batches))
        place = drawn if column == "events" else places.setdefault(key, drawn)
        batches[place].append((column, row))
    found = []
    for batch in batches:
        before = [row for add in found for column, row in add.rows if column == "events"]
        again = tuple(dice.several(before, 0, min(2, len(before)))) if dice.chance(2) else ()
        found.append(Add(tuple(batch), again, received(dice, [*batch, *again_rows(again)])))
    return found


def again_rows(again):
    return [("events", row) for row in again]


def received(dice, rows):
    """Draw when a batch came: not so shortly before its events that a clock seems to run ahead."""
    times = [moment_of(row["event_time"]) for kind, row in rows if kind == "events"]
    if not times or not dice.chance(3):
        return None
    came = dice.pick(times) + dice.pick((0, 1, DAY))
    ahead = any(came < time <= came + SKEW for time in times)
    return None if ahead else EPOCH + timedelta(milliseconds=came)


def others(dice, segments, drawn):
    """Change some definitions, leave some out that nobody refers to, and add one."""
    found = dict(segments)
    for name in segments:
        if dice.chance(3):
            found[name] = {"who": {"any": [segments[name]["who"], {"event": "visit"}]}}
    for name in list(found)[1:]:
        rest = repr([each for other, each in found.items() if other != name])
        if dice.chance(4) and repr(name) not in rest:
            del found[name]
    later = [name for name in drawn if name not in segments]
    if later and repr(drawn[later[-1]]).count("'segment'") == 0:
        found[later[-1]] = drawn[later[-1]]
    return found


def moment_of(value):
    """Read an instant as rows have it: a text in UTC, seconds, or a datetime."""
    match value:
        case None:
            return None
        case str():
            return (datetime.fromisoformat(value[:23] + "+00:00") - EPOCH) // MILLISECOND
        case datetime():
            return (value - EPOCH) // MILLISECOND
        case _:
            return timedelta(seconds=value) // MILLISECOND


def interesting(question, rows):
    """List the instants at which something may flip, and the milliseconds beside them."""
    asked = repr((question.segments, question.given.get("traits")))
    spans = {WINDOWS[name] for name in WINDOWS if re.search(rf"'{name}'", asked)}
    now = moment_of(question.given["at"])
    times = {
        moment_of(row[key])
        for _, row in rows
        for key in ("event_time", "set_at", "received_at")
        if key in row
    } | {now}
    flips = {time + sign * span for time in times for span in {0, *spans} for sign in (1, -1)}
    found = {flip + beside for flip in {*flips, *midnights(now)} for beside in (0, 0, -1, 1)}
    return tuple(sorted(each for each in found if SOONEST <= each - now <= LATEST))


def midnights(now):
    for zone in ZONES:
        there = (EPOCH + timedelta(milliseconds=now)).astimezone(ZoneInfo(zone))
        today = there.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        for days in range(-2, 10):
            start = (today.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=there.tzinfo)
            yield (start - EPOCH) // MILLISECOND
