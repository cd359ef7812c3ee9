"""Performing plays: after every tick, incremental evaluation says what the judge says."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pprint import pformat
from random import Random

from tests.properties.identities import Split
from tests.properties.plays import Add, Define, Tick
from tests.properties.scene import EPOCH
from tests.properties.vocabulary import LISTS

import dataout
from dataout.errors import UsageError
from dataout.testing.judge import Unjudged, members
from dataout.testing.judge.history import World, owners, people
from dataout.testing.judge.merges import named, rules_of
from dataout.testing.judge.times import FIRST, LAST

SAMPLES, FURTHER = 3, 10


class Wrong(AssertionError):
    """The simulation and the judge differ; the message says where."""


@dataclass
class Stage:
    """What has arrived so far, and what the judge has said of it."""

    given: dict
    segments: dict
    rows: list = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    splits: list = field(default_factory=list)

    def judged(self, at):
        if at not in self.answers:
            self.answers[at] = members(
                self.segments,
                profiles=self.of("profiles"),
                events=self.of("events"),
                objects=self.of("objects"),
                lists={name: self.of(name) for name in LISTS},
                splits=self.splits,
                at=datetime_of(at),
                **self.given,
            )
        return self.answers[at]

    def world(self, profiles):
        rows = [named(row) for row in profiles], [named(row) for row in self.of("events")]
        lists = {name: self.of(name) for name in LISTS}
        rules = rules_of(self.given.get("identity"))
        return World(*rows, lists, self.of("objects"), rules, self.splits)

    def whose(self):
        """Say whose each profile's records are; of one person it matters not who is called so."""
        return owners(self.world(self.of("profiles")), LAST, self.given["timezone"])

    def called(self, who):
        """Call people as the judge does; two of them are never one."""
        whose = self.whose()
        found = frozenset(whose.get(each, each) for each in who)
        if len(found) != len(who):
            raise Wrong(f"two profiles of one person are members: {sorted(who)}")
        return found

    def of(self, column):
        return [row for kind, row in self.rows if kind == column]

    def arrive(self, add):
        came = len(add.rows)
        again = [(kind, row) for kind, row in add.arriving[came:] if "event_id" in row]
        self.rows += [*add.arriving[:came], *again]
        self.answers.clear()

    def first_seen(self, person, last):
        """Say since when anything is known of somebody; ``last``, if it is nothing yet."""
        whose = self.whose()
        wanted = whose.get(person, person)
        profiles = [row for row in self.of("profiles") if "deleted" not in row]
        crowd = people(self.world(profiles), LAST - 1, None, self.given["timezone"])
        seen = next(
            (e.first_seen for e in crowd if whose.get(e.profile_id, e.profile_id) == wanted), None
        )
        return last if seen is None else min(last, max(seen, FIRST))


def datetime_of(moment):
    return EPOCH + timedelta(milliseconds=moment)


def perform(play, simulated):
    """Play it; raise ``Wrong`` at the first thing that is."""
    simulation = simulated(play.segments, **play.given)
    stage = Stage(play.given, play.segments)
    before = {}
    since = Since(redefined=set(play.segments))
    last = None
    dice = Random(len(play.moments))
    for step in play.steps:
        match step:
            case Add():
                arrive(simulation, step)
                stage.arrive(step)
                since = since.with_rows(stage, step)
            case Define(segments):
                simulation.define(segments)
                since = since.with_segments(stage.segments, segments)
                stage.segments = segments
                stage.answers.clear()
            case Split(person):
                split(simulation, stage, person, last or 0)
            case Tick():
                at = instant_of(step, simulation, last)
                since = since.as_merged(simulation)
                changes = simulation.tick(datetime_of(at))
                after = {name: simulation.members(name) for name in stage.segments}
                compare(stage.judged(at), called(stage, after), f"members at {datetime_of(at)}")
                same_changes(before, after, changes)
                for change in changes:
                    if change.profile_id in since.gone:
                        gone(change, at)
                    else:
                        dated(change, at, stage, play.moments, dice)
                    caused(change, since, at)
                nothing_before_the_edge(simulation, stage, at, play.moments, dice)
                before, since, last = after, Since(), at


def arrive(simulation, add):
    came = {}
    for column, row in [*add.rows, *(("events", row) for row in add.again)]:
        came.setdefault(column, []).append(row)
    simulation.add(events=came.pop("events", ()), received_at=add.received_at)
    simulation.add(profiles=came.pop("profiles", ()), objects=came.pop("objects", ()), lists=came)


def split(simulation, stage, person, at):
    """Undo a merge; the judge is told by which values nobody merges any more, not who is who."""
    try:
        simulation.split(person, datetime_of(at))
    except UsageError:
        return
    engine = simulation._memory.engine
    query = """SELECT e.profile_id, s.kind, s.value
               FROM splits AS s LEFT JOIN everyone AS e USING (origin)"""
    stage.splits = [{**row, "at": datetime_of(at)} for row in engine.query(query).to_pylist()]
    stage.answers.clear()


def called(stage, members_of):
    return {name: stage.called(who) for name, who in members_of.items()}


def gone(change, at):
    """Ask of somebody who is another now whether they left when that was seen."""
    if change.entered or change.at != datetime_of(at):
        raise Wrong(f"somebody who is another now: {change}")


def instant_of(tick, simulation, last):
    edge = simulation.next_edge()
    if tick.at is not None:
        wanted = tick.at
    elif edge is None:
        wanted = last or 0
    else:
        wanted = (edge - EPOCH) // timedelta(milliseconds=1) + tick.after_edge
    return wanted if last is None else max(wanted, last)


def compare(judged, answered, what):
    if judged != answered:
        wrong = {
            name: (set(judged[name] - answered[name]), set(answered[name] - judged[name]))
            for name in judged
            if judged[name] != answered[name]
        }
        raise Wrong(f"{what}: missing, and too many: {wrong}")


def same_changes(before, after, changes):
    told = {(each.segment, each.profile_id, each.entered) for each in changes}
    empty = frozenset()
    names = {*before, *after}
    was = {(name, who) for name in names for who in before.get(name, empty)}
    became = {(name, who) for name in names for who in after.get(name, empty)}
    net = {(*each, True) for each in became - was} | {(*each, False) for each in was - became}
    if told != net or len(told) != len(changes):
        raise Wrong(f"changes: told but not net {told - net}, net but not told {net - told}")


def dated(change, now, stage, moments, dice):
    """Ask whether it is so since ``at``, and was otherwise before, if it ever was."""
    at = (change.at - EPOCH) // timedelta(milliseconds=1)
    if change.cause == "definition":
        if at != now:
            raise Wrong(f"a definition took effect at another instant: {change}")
        return

    (person,) = stage.called({change.profile_id})

    def holds(moment):
        return (person in stage.judged(moment)[change.segment]) is change.entered

    later = [moment for moment in moments if at < moment < now]
    for moment in [at, *dice.sample(later, min(SAMPLES, len(later)))]:
        if at > now or not holds(moment):
            raise Wrong(f"not so at {datetime_of(moment)}: {change}")
    if at > FIRST and holds(at - 1):
        earlier = [moment for moment in moments if moment < at - 1]
        looked = dice.sample(earlier, min(FURTHER, len(earlier)))
        otherwise = [moment for moment in looked if not holds(moment)]
        if otherwise or at != stage.first_seen(change.profile_id, now):
            raise Wrong(f"so before {otherwise[-1:] or 'it was first seen'}: {change}")


NAMES = ("maybe", "surely", "deleted")


@dataclass(frozen=True)
class Since:
    """What has happened since the last tick: who may be touched, and who is for certain."""

    maybe: frozenset = frozenset()
    surely: frozenset = frozenset()
    deleted: frozenset = frozenset()
    redefined: set = field(default_factory=set)
    perhaps: set = field(default_factory=set)
    merged: frozenset = frozenset()
    gone: frozenset = frozenset()

    def as_merged(self, simulation):
        """Put people in the place of profiles; say whose records went to others."""
        engine = simulation._memory.engine
        rows = engine.query("SELECT profile_id, origin, slot FROM everyone").to_pylist()
        ids = {row["origin"]: row["profile_id"] for row in rows}
        whose = {row["profile_id"]: ids[row["slot"]] for row in rows}
        seen = engine.query("SELECT coalesce(max(merges), 0) AS seen FROM ticks").to_pylist()
        query = "SELECT was, became FROM merges WHERE landing > $seen"
        moves = engine.query(query, seen[0]).to_pylist()
        now = {name: {whose.get(who, who) for who in getattr(self, name)} for name in NAMES}
        return replace(
            self,
            **now,
            merged=frozenset(ids[slot] for row in moves for slot in row.values()),
            gone=frozenset(who for who, owner in whose.items() if who != owner),
        )

    def with_rows(self, stage, add):
        add = replace(add, rows=tuple((kind, named(row)) for kind, row in add.rows))
        names = {str(row["profile_id"]) for _, row in add.rows if "profile_id" in row}
        things = {(row["type"], str(row["object_id"])) for c, row in add.rows if c == "objects"}
        related = {
            str(row["profile_id"])
            for row in stage.of("objects")
            if "profile_id" in row and (row["type"], str(row["object_id"])) in things
        }
        news = {
            str(row["profile_id"])
            for column, row in add.rows
            if column == "events" and "№" in row["properties"]
        }
        again = {str(row["profile_id"]) for row in add.again}
        gone = {str(row["profile_id"]) for _, row in add.rows if "deleted" in row}
        return replace(
            self,
            maybe=self.maybe | names | related | again,
            surely=self.surely | news,
            deleted=self.deleted | gone,
        )

    def with_segments(self, old, new):
        changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
        reached = {name for name in new if any(repr(c) in repr(new[name]) for c in changed)}
        more = reached
        while more:
            more = {n for n in new if any(repr(c) in repr(new[n]) for c in reached)} - reached
            reached |= more
        return replace(self, redefined=self.redefined | changed, perhaps=self.perhaps | reached)


def caused(change, since, at):
    if change.profile_id in since.merged and change.segment in since.redefined:
        allowed = {"identity", "definition"}
    elif change.profile_id in since.merged:
        allowed = {"identity"}
    elif change.segment in since.redefined:
        allowed = {"definition"}
    elif change.profile_id in since.surely:
        allowed = {"data"}
    elif change.profile_id in since.maybe:
        allowed = {"data", "time"}
    else:
        allowed = {"time"}
    if change.segment in since.perhaps:
        allowed.add("definition")
    if change.profile_id in since.deleted:
        allowed.add("identity")
    if change.cause not in allowed:
        raise Wrong(f"expected one of {allowed} at {datetime_of(at)}: {change}")


def nothing_before_the_edge(simulation, stage, now, moments, dice):
    edge = simulation.next_edge()
    end = None if edge is None else (edge - EPOCH) // timedelta(milliseconds=1)
    if end is not None and end <= now:
        raise Wrong(f"the next edge has passed: {edge}")
    ahead = [moment for moment in moments if now < moment and (end is None or moment < end)]
    looked = dice.sample(ahead, min(SAMPLES, len(ahead)))
    if end is not None and end - 1 > now:
        looked.append(end - 1)
    held = {name: simulation.members(name) for name in stage.segments}
    for moment in looked:
        what = f"before the next edge {edge}, at {datetime_of(moment)}, since {datetime_of(now)}"
        compare(stage.judged(moment), called(stage, held), what)


def check(play, simulated=dataout.Simulation):
    """Perform a play; of one that goes wrong tell the least that does so."""
    wrong = failure(play, simulated)
    if wrong is not None:
        least = reduced(play, simulated, type(wrong))
        told = pformat(replace(least, moments=()))
        raise AssertionError(f"\n{told}\n{failure(least, simulated)!r}")


def failure(play, simulated):
    try:
        perform(play, simulated)
    except Unjudged:
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
        return error
    return None


def reduced(play, simulated, kind):
    smaller = play
    while smaller is not None:
        play = smaller
        smaller = next(
            (each for each in _smaller(play) if type(failure(each, simulated)) is kind), None
        )
    return play


def _smaller(play):
    """Give plays that are one step smaller: fewer segments, steps, rows."""
    defines = any(isinstance(step, Define) for step in play.steps)
    if not defines and len(play.segments) > 1:
        for name in play.segments:
            yield replace(play, segments={name: play.segments[name]})
        for name in play.segments:
            yield replace(play, segments={n: s for n, s in play.segments.items() if n != name})
    for number, step in enumerate(play.steps):
        rest = play.steps[:number], play.steps[number + 1 :]
        yield replace(play, steps=(*rest[0], *rest[1]))
        if isinstance(step, Add):
            size = len(step.rows)
            for width in {size // 2, size // 4, 1} - {0}:
                for start in range(0, size, width):
                    less = replace(step, rows=step.rows[:start] + step.rows[start + width :])
                    yield replace(play, steps=(*rest[0], less, *rest[1]))
            if step.again:
                yield replace(play, steps=(*rest[0], replace(step, again=()), *rest[1]))
