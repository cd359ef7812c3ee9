"""Edges to come: which segments have to be asked about which people, and when.

They lie in buckets of an hour, each of them one number: its moment within the hour, the segment's
number, and the slot. An edge that is out of date stays where it is: a look too many does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dataout.model.people import Instant
from dataout.ticks.keys import NEVER, SLOT_BITS, SLOTS, Ints, ordered
from dataout.ticks.runs import NONE

HOUR = 3_600_000
NUMBER_BITS = 19
SEGMENTS = 1 << NUMBER_BITS
"""How many segments a calendar has numbers for."""

FEW = 16
"""So many pieces a bucket may be in before they are put together."""


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """Pairs whose edges have come, in order of segments' numbers and slots, each once."""

    numbers: Ints
    slots: Ints

    def __len__(self) -> int:
        """Count them."""
        return len(self.slots)


@dataclass(slots=True, eq=False)
class Calendar:
    """The edges of one shard. In a bucket the first piece is in order, and nothing in it twice."""

    _buckets: dict[int, list[Ints]] = field(default_factory=dict)

    @classmethod
    def of(cls, hours: Ints, sizes: Ints, edges: Ints) -> Calendar:
        """Make a calendar of what ``laid_out`` gave."""
        buckets = np.split(edges, np.cumsum(sizes)[:-1])
        return cls({hour: [each] for hour, each in zip(hours.tolist(), buckets, strict=False)})

    def __len__(self) -> int:
        """Count the edges, those that are noted twice in different pieces too."""
        return sum(len(piece) for pieces in self._buckets.values() for piece in pieces)

    def push(self, numbers: Ints, slots: Ints, moments: Ints) -> None:
        """Note the next edges of segments and people; ``NEVER``: there is none."""
        some = moments < NEVER
        numbers, slots, moments = numbers[some], slots[some], moments[some]
        hours = moments // HOUR
        entries = ((moments - hours * HOUR) << (NUMBER_BITS + SLOT_BITS)) | slots
        entries |= numbers << SLOT_BITS
        by = np.argsort(hours, kind="stable")
        hours, entries = hours[by], entries[by]
        starts = np.flatnonzero(np.diff(hours, prepend=hours[:1] - 1))
        for hour, piece in zip(hours[starts].tolist(), np.split(entries, starts[1:]), strict=False):
            self._add(hour, piece)

    def due(self, at: Instant) -> Due:
        """List the pairs whose edges lie at or before an instant; they stay until ``pass_by``."""
        this = at // HOUR
        pieces = [self._whole(hour) for hour in self._buckets if hour < this]
        if this in self._buckets:
            bucket = self._whole(this)
            pieces.append(bucket[: _until(bucket, at)])
        pairs = ordered(np.concatenate([NONE, *pieces]) & ((SEGMENTS << SLOT_BITS) - 1))
        return Due(pairs >> SLOT_BITS, pairs & (SLOTS - 1))

    def pass_by(self, at: Instant) -> None:
        """Forget the edges at or before an instant."""
        this = at // HOUR
        for hour in [hour for hour in self._buckets if hour < this]:
            del self._buckets[hour]
        if this in self._buckets:
            bucket = self._whole(this)
            left = bucket[_until(bucket, at) :]
            self._buckets[this] = [left]
            if len(left) == 0:
                del self._buckets[this]

    def edges(self) -> tuple[Ints, Ints, Ints]:
        """List all edges: segments' numbers, slots, moments."""
        hours, sizes, entries = self.laid_out()
        starts = np.repeat(hours * HOUR, sizes)
        moments = starts + (entries >> (NUMBER_BITS + SLOT_BITS))
        return (entries >> SLOT_BITS) & (SEGMENTS - 1), entries & (SLOTS - 1), moments

    def laid_out(self) -> tuple[Ints, Ints, Ints]:
        """Give all there is: hours in order, how many edges each has, the edges as kept here."""
        hours = sorted(self._buckets)
        buckets = [self._whole(hour) for hour in hours]
        sizes = np.array([len(bucket) for bucket in buckets], np.int64)
        return np.array(hours, np.int64), sizes, np.concatenate([NONE, *buckets])

    def copied(self) -> Calendar:
        """Give a calendar that stays as this one is now."""
        return Calendar({hour: list(pieces) for hour, pieces in self._buckets.items()})

    def next_moment(self) -> Instant | None:
        """Give the moment of the first edge; None if there is none."""
        if not self._buckets:
            return None
        hour = min(self._buckets)
        offset = int(self._whole(hour)[0]) >> (NUMBER_BITS + SLOT_BITS)
        return Instant(hour * HOUR + offset)

    @property
    def nbytes(self) -> int:
        """Say how much memory the edges take."""
        return sum(piece.nbytes for pieces in self._buckets.values() for piece in pieces)

    def _add(self, hour: int, piece: Ints) -> None:
        pieces = self._buckets.setdefault(hour, [])
        pieces.append(piece if pieces else ordered(piece))
        if len(pieces) > FEW:
            self._whole(hour)

    def _whole(self, hour: int) -> Ints:
        pieces = self._buckets[hour]
        if len(pieces) > 1:
            self._buckets[hour] = pieces = [ordered(np.concatenate(pieces))]
        return pieces[0]


def _until(bucket: Ints, at: Instant) -> int:
    offset = at % HOUR + 1
    return int(np.searchsorted(bucket, offset << (NUMBER_BITS + SLOT_BITS)))
