"""Everybody's shards, as one thing that ticks: tables with the engine's slots in, and out.

One owner changes it: it loads streams, lets it tick, writes down what changed, and then settles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from dataout.model.membership import Cause
from dataout.model.people import Instant
from dataout.ticks.columns import Column, Rows
from dataout.ticks.feeding import Feed
from dataout.ticks.keyed import CAUSES, Keyed, Outcome, settle, tick
from dataout.ticks.keys import LONG_AGO, SLOT_BITS, Flags, Ints, local, ordered, shards_of
from dataout.ticks.needs import Origin
from dataout.ticks.news import Arrivals, news_of, part, slots_in
from dataout.ticks.shards import News, Shard, forgetful, widened
from dataout.ticks.streams import Stream, forgetting, with_rows

SLACK = 3 * 86_400_000
"""Streams keep so many milliseconds more than is asked for, to date changes that come late."""


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """Pairs to be asked elsewhere: of these segments with these people, the engine's slots."""

    segments: tuple[str, ...]
    people: pa.Table


@dataclass(slots=True, eq=False)
class Crowd:
    """All shards, by number, and the ``columns`` that each of their streams has.

    Calendars know segments by ``numbers``, of which none comes twice: ``given`` were given out.
    """

    shards: dict[int, Shard] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    given: int = 0
    columns: dict[Origin, tuple[Column, ...]] = field(default_factory=dict)

    def copied(self) -> Crowd:
        """Give a crowd that stays as this one is now: streams are shared, they never change."""
        shards = {number: shard.copied() for number, shard in self.shards.items()}
        return Crowd(shards, dict(self.numbers), self.given, dict(self.columns))

    def make_room(self, profiles: pa.Table) -> None:
        """Take in new people. Where a shard is new all of them are: nothing is forgotten there."""
        every = slots_in(profiles)
        for number in ordered(shards_of(every)).tolist():
            if number not in self.shards:
                streams = {o: Stream(columns) for o, columns in self.columns.items()}
                self.shards[number] = Shard(streams)
            widened(self.shards[number], local(every[shards_of(every) == number]))

    def has(self, asked: Keyed, origin: Origin, at: Instant) -> bool:
        """Say whether a stream has all that is asked of it at an instant."""
        need = asked.needs[origin]
        if set(self.columns.get(origin, (None,))) != set(need.columns):
            return False
        kept_from = max((stream.kept_from for stream in self._streams(origin)), default=LONG_AGO)
        return kept_from == LONG_AGO or (need.reach is not None and kept_from <= at - need.reach)

    def load(self, origin: Origin, stream: Stream, rows: Rows) -> None:
        """Fill a stream from history; ``stream`` is empty, and knows what it keeps."""
        self.columns[origin] = stream.columns
        for number, shard in self.shards.items():
            shard.streams = {**shard.streams, origin: with_rows(stream, part(rows, number))}

    def keep_only(self, asked: Keyed) -> None:
        """Let go of streams that nobody reads any more."""
        self.columns = {o: each for o, each in self.columns.items() if o in asked.needs}
        for shard in self.shards.values():
            shard.streams = {o: each for o, each in shard.streams.items() if o in asked.needs}

    def enroll(self, segment: str, slots: pa.Table) -> None:
        """Say who is in a segment, and that nobody else is."""
        every = slots_in(slots)
        for number, shard in self.shards.items():
            shard.members.pop(segment, None)
            own = local(every[shards_of(every) == number])
            shard.settle(segment, own, np.ones(len(own), bool))

    def number(self, segment: str) -> int:
        """Give a segment its number."""
        if segment not in self.numbers:
            self.numbers[segment] = self.given
            self.given += 1
        return self.numbers[segment]

    def end(self, segment: str) -> None:
        """Forget a segment; should it come back, it has another number, and none of its edges."""
        self.numbers.pop(segment, None)
        for shard in self.shards.values():
            shard.members.pop(segment, None)

    def _streams(self, origin: Origin) -> Iterator[Stream]:
        return (shard.streams[origin] for shard in self.shards.values())

    def forget(self, asked: Keyed, at: Instant) -> None:
        """Let go of rows that no segment reaches any more, of one stream at most."""
        for origin, need in asked.needs.items():
            for shard in self.shards.values():
                before = forgetful(shard.streams[origin], need.reach, at, SLACK)
                if before is not None:
                    fewer = forgetting(shard.streams[origin], before)
                    shard.streams = {**shard.streams, origin: fewer}
                    return

    def tick(
        self,
        asked: Keyed,
        feeds: Mapping[Origin, Feed],
        arrivals: Arrivals,
        fresh: Mapping[str, Cause],
        at: Instant,
    ) -> Mapping[int, Outcome]:
        """Look at whomever something has touched; nothing changes before ``settle``.

        There must be room for all people already; ``feeds`` are of the streams that lack the news.
        """
        news = news_of(arrivals, feeds, self.shards)
        return {
            number: tick(shard, asked, news.get(number, News()), fresh, at)
            for number, shard in self.shards.items()
        }

    def settle(self, asked: Keyed, outcomes: Mapping[int, Outcome], at: Instant) -> None:
        """Put in place what a tick came to."""
        for number, outcome in outcomes.items():
            settle(self.shards[number], asked, outcome, at)

    def learn(self, changes: pa.Table, edges: pa.Table) -> None:
        """Take over what was found elsewhere: (segment, slot, entered), (segment, slot, moment)."""
        for segment, slots, entered in _by_segment(changes, "entered"):
            for number, own in self._own(slots):
                self.shards[number].settle(segment, local(slots[own]), entered[own].astype(bool))
        for segment, slots, moments in _by_segment(edges, "moment"):
            for number, own in self._own(slots):
                calendar = self.shards[number].calendar
                numbers = np.full(np.count_nonzero(own), self.number(segment), np.int64)
                calendar.push(numbers, local(slots[own]), moments[own])

    def _own(self, slots: Ints) -> Iterator[tuple[int, Flags]]:
        for number in ordered(shards_of(slots)).tolist():
            yield number, shards_of(slots) == number

    def edges(self) -> Iterator[pa.Table]:
        """Give all edges of segments that there are: (segment, slot, moment)."""
        for shard_number, shard in self.shards.items():
            numbers, slots, moments = shard.calendar.edges()
            for segment, number in self.numbers.items():
                mine = numbers == number
                slot = pa.array(_global(slots[mine], shard_number), pa.int32())
                moment = pa.array(moments[mine])
                name = pa.repeat(segment, len(slot))
                yield pa.table({"segment": name, "slot": slot, "moment": moment})

    def next_moment(self) -> Instant | None:
        """Give the moment of the next edge; None if there is none."""
        moments = [shard.calendar.next_moment() for shard in self.shards.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    def edges_due(self, at: Instant) -> int:
        """Count the edges that have come."""
        return sum(len(shard.calendar.due(at)) for shard in self.shards.values())

    @property
    def nbytes(self) -> int:
        """Say how much memory all of it takes."""
        return sum(shard.nbytes for shard in self.shards.values())


def empty_stream(asked: Keyed, origin: Origin, at: Instant) -> Stream:
    """Make the stream that an origin needs at an instant, with nothing in it yet."""
    need = asked.needs[origin]
    kept_from = LONG_AGO if need.reach is None else Instant(at - need.reach - SLACK)
    return Stream(need.columns, kept_from=kept_from)


def changes_of(outcomes: Mapping[int, Outcome]) -> pa.Table:
    """Give all changes: (segment, slot, entered, cause, true_from)."""
    every = [(n, each) for n, outcome in outcomes.items() for each in outcome.changes]
    if not every:
        return _NO_CHANGES
    places = np.repeat(np.arange(len(every)), [len(each.slots) for _, each in every])
    slots = np.concatenate([_global(each.slots, number) for number, each in every])
    causes = np.concatenate([each.causes for _, each in every])
    return pa.table(
        {
            "segment": pa.array([each.segment for _, each in every]).take(pa.array(places)),
            "slot": pa.array(slots, pa.int32()),
            "entered": pa.array(np.concatenate([each.entered for _, each in every])),
            "cause": pa.array([cause.value for cause in CAUSES]).take(pa.array(causes)),
            "true_from": pa.array(np.concatenate([each.since for _, each in every])),
        }
    )


def elsewhere(outcomes: Mapping[int, Outcome]) -> Iterator[Asking]:
    """Give what has to be asked elsewhere, with the cause for each person: (slot, cause)."""
    names = pa.array([cause.value for cause in CAUSES])
    for number, outcome in outcomes.items():
        for each in outcome.elsewhere:
            slots = pa.array(_global(each.slots, number), pa.int32())
            causes = names.take(pa.array(each.causes))
            yield Asking(each.segments, pa.table({"slot": slots, "cause": causes}))


def looked_at(outcomes: Mapping[int, Outcome]) -> int:
    """Count the people who were looked at."""
    return sum(outcome.looked_at for outcome in outcomes.values())


_NO_CHANGES = pa.table(
    {
        "segment": pa.array([], pa.string()),
        "slot": pa.array([], pa.int32()),
        "entered": pa.array([], pa.bool_()),
        "cause": pa.array([], pa.string()),
        "true_from": pa.array([], pa.int64()),
    }
)


def _global(slots: Ints, shard: int) -> Ints:
    return slots | (shard << SLOT_BITS)


def _by_segment(table: pa.Table, column: str) -> Iterator[tuple[str, Ints, Ints]]:
    segments = table.column("segment").to_numpy()
    slots = table.column("slot").to_numpy().astype(np.int64)
    values = table.column(column).to_numpy()
    for segment in sorted(set(segments.tolist())):
        mine = segments == segment
        yield segment, slots[mine], values[mine]
