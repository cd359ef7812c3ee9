"""What a server counts, as one value that is replaced and never changed. Nothing in it is personal.

The thread that ticks puts a new value in its place; the thread that is asked reads whichever is
there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dataout.audiences.standing import Lateness, Standing
from dataout.audiences.ticks import Ticked
from dataout.model.membership import Cause
from dataout.model.people import Instant

TICK_BOUNDS = (10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000)
"""Upper bounds of the buckets in which durations of ticks are counted, in milliseconds."""

LATE_BOUNDS = (100, 250, 500, 1_000, 1_500, 2_500, 5_000, 60_000, 3_600_000, 86_400_000)
"""The same for how late a change became known after it was true."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """A histogram: how many values lie above as many bounds as their index says, and their sum."""

    counts: tuple[int, ...]
    total: int = 0

    def plus(self, bucket: int, many: int, total: int) -> Buckets:
        """Add ``many`` values of one bucket."""
        counts = list(self.counts)
        counts[bucket] += many
        return Buckets(tuple(counts), self.total + total)


def empty(bounds: Sequence[int]) -> Buckets:
    """Make a histogram; above the last bound is one bucket more."""
    return Buckets((0,) * (len(bounds) + 1))


@dataclass(frozen=True, slots=True)
class Figures:
    """Since the server started: what it did. Of this moment: how it stands.

    ``failing`` counts the ticks that failed since the last one that did not. ``ticking`` is when
    the tick under way began (None: there is none). ``memory`` is what ticks keep, in bytes.
    ``differing`` are the segments in which the last verification found a difference (None: there
    was none yet).
    """

    ticks: int = 0
    failed: int = 0
    failing: int = 0
    calls: int = 0
    edges: int = 0
    people: int = 0
    seconds: Buckets = field(default_factory=lambda: empty(TICK_BOUNDS))
    changes: Mapping[Cause, int] = field(default_factory=lambda: dict.fromkeys(Cause, 0))
    late: Mapping[Cause, Buckets] = field(
        default_factory=lambda: dict.fromkeys(Cause, empty(LATE_BOUNDS))
    )
    ticking: Instant | None = None
    standing: Standing = field(default_factory=lambda: Standing(None, None, arrived=False))
    mistaken: bool = False
    memory: int = 0
    verified: Instant | None = None
    differing: int | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """What one tick came to: edges that had come, its result, its duration in milliseconds."""

    edges: int
    ticked: Ticked
    took: int
    late: Sequence[Lateness]


def with_tick(figures: Figures, beat: Beat) -> Figures:
    """Count a tick."""
    late = dict(figures.late)
    for each in beat.late:
        late[each.cause] = late[each.cause].plus(each.bucket, each.changes, each.total)
    found = {Cause(cause): many for cause, many in beat.ticked.changes.items()}
    return replace(
        figures,
        ticks=figures.ticks + 1,
        failing=0,
        edges=figures.edges + beat.edges,
        people=figures.people + beat.ticked.touched,
        seconds=figures.seconds.plus(bisect_left(TICK_BOUNDS, beat.took), 1, beat.took),
        changes={cause: many + found.get(cause, 0) for cause, many in figures.changes.items()},
        late=late,
    )


def with_failure(figures: Figures) -> Figures:
    """Count a tick that failed."""
    return replace(figures, failed=figures.failed + 1, failing=figures.failing + 1)
