"""What is kept of up to four million people: streams, memberships, edges. And what is new of them.

A shard belongs to one owner, who changes it between ticks; a tick itself changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dataout.model.people import Instant
from dataout.ticks.calendar import Calendar
from dataout.ticks.columns import Rows
from dataout.ticks.keys import Array, Flags, Ints
from dataout.ticks.needs import Origin
from dataout.ticks.runs import NONE
from dataout.ticks.streams import Stream, bytes_of, with_rows, without_people

NOBODY: Flags = np.zeros(0, bool)


@dataclass(slots=True, eq=False)
class Shard:
    """``people`` says which slots are taken; ``members`` of each segment, slot by slot, who is in.

    In ``calendar`` segments have the numbers that their owner gave them.
    """

    streams: Mapping[Origin, Stream] = field(default_factory=dict)
    people: Flags = field(default_factory=lambda: NOBODY)
    members: dict[str, Flags] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)

    def everybody(self) -> Ints:
        """List the slots that are taken."""
        return np.flatnonzero(self.people)

    def held(self, segment: str, slots: Ints) -> Flags:
        """Say which people are in a segment."""
        known = self.members.get(segment, NOBODY)
        return _wide(known, len(self.people))[slots]

    def settle(self, segment: str, slots: Ints, entered: Flags) -> None:
        """Write down who has entered a segment and who has left it."""
        flags = _wide(self.members.get(segment, NOBODY), len(self.people))
        flags[slots] = entered
        self.members[segment] = flags

    def copied(self) -> Shard:
        """Give a shard that stays as this one is now."""
        members = {segment: flags.copy() for segment, flags in self.members.items()}
        return Shard(self.streams, self.people.copy(), members, self.calendar.copied())

    @property
    def nbytes(self) -> int:
        """Say how much memory all of it takes."""
        streams = sum(bytes_of(stream) for stream in self.streams.values())
        members = sum(flags.nbytes for flags in self.members.values())
        return streams + members + self.people.nbytes + self.calendar.nbytes


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """What has arrived since the last tick, in one shard. Slots are in order, each once.

    ``renewed`` are people whose events were corrected: what streams of events (and of when people
    were first seen) hold of them is to be taken away, and ``rows`` have all of it anew. ``moved``
    are those of them who merged with others or parted from them: the same, of all streams. Of
    ``heard`` anything at all arrived; ``deleted`` were deleted or brought back; ``born`` are new.
    Only the streams that ``lack`` the news take any of it: others have just been read from history.
    """

    rows: Mapping[Origin, Rows] = field(default_factory=dict)
    lack: frozenset[Origin] = frozenset()
    renewed: Ints = field(default_factory=lambda: NONE)
    moved: Ints = field(default_factory=lambda: NONE)
    heard: Ints = field(default_factory=lambda: NONE)
    deleted: Ints = field(default_factory=lambda: NONE)
    born: Ints = field(default_factory=lambda: NONE)


def widened(shard: Shard, born: Ints) -> None:
    """Make room for new people."""
    size = int(born.max(initial=-1)) + 1
    if size > len(shard.people):
        shard.people = _wide(shard.people, size + size // 8)
    shard.people[born] = True


def absorbed(
    streams: Mapping[Origin, Stream], news: News, renewable: frozenset[Origin]
) -> Mapping[Origin, Stream]:
    """Put what is new into streams; ``renewable`` are those of what may be corrected."""
    after = dict(streams)
    for people, origins in ((news.renewed, renewable), (news.moved, after.keys() - renewable)):
        if len(people):
            for origin in origins & news.lack & after.keys():
                after[origin] = without_people(after[origin], people)
    for origin, rows in news.rows.items():
        if origin in after and len(rows.slots):
            after[origin] = with_rows(after[origin], rows)
    return after


def forgetful(stream: Stream, reach: int | None, at: Instant, slack: int) -> Instant | None:
    """Say before when a stream's rows may be forgotten, if it is worth to go through them."""
    if reach is None or stream.kept_from > at - reach - 2 * slack:
        return None
    return Instant(at - reach - slack)


def _wide(flags: Flags, size: int) -> Flags:
    if len(flags) >= size:
        return flags
    wide: Array = np.zeros(size, bool)
    wide[: len(flags)] = flags
    return wide
