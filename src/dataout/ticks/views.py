"""Views: streams as some looks see them, and what has been read of them already."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from dataout.model.people import Instant
from dataout.segments.values import (
    After,
    Age,
    Before,
    Between,
    CalendarDays,
    OlderThan,
    TimeTest,
    Within,
    WithinNext,
)
from dataout.ticks.days import calendar
from dataout.ticks.keys import EPOCH, LONG_AGO, MOMENT_BITS, NEVER, Flags, Ints, Looks, last_keys
from dataout.ticks.needs import Origin
from dataout.ticks.runs import Run
from dataout.ticks.streams import Stream

T = TypeVar("T")

Streams = Mapping[Origin, Stream]
"""The streams of one shard: all that the formulas at hand need (``needs_of``)."""


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A moment for each look (milliseconds UTC), and the last key at or before it."""

    moments: Ints
    keys: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """For each look ``after < t <= until``."""

    after: Bound
    until: Bound

    def holds(self, moments: Ints) -> Flags:
        """Say which moments, one for each look, lie in it."""
        return (moments > self.after.moments) & (moments <= self.until.moments)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Some looks at streams. What was found is kept, so that nothing is searched twice.

    Of a hundred thousand looks that takes a few dozen megabytes: of more, make several views.
    """

    looks: Looks
    streams: Streams
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        """Count the looks."""
        return len(self.looks.slots)

    def once(self, what: Hashable, make: Callable[[], T]) -> T:
        """Make something, or give what was made before under the same name."""
        if what not in self._known:
            self._known[what] = make()
        found: T = self._known[what]
        return found

    def of(self, some: Ints) -> View:
        """Take some of the looks, by their positions."""
        return View(Looks(self.looks.slots[some], self.looks.nows[some]), self.streams)

    @property
    def zeros(self) -> Ints:
        """Give for each look the key of its person less the moment in it: what is left is that."""
        return self.once("zeros", lambda: (self.looks.slots << MOMENT_BITS) - EPOCH)

    @property
    def earliest(self) -> int:
        """Give the earliest instant looked at; ``NEVER`` without looks."""
        return self.once("earliest", lambda: int(self.looks.nows.min(initial=NEVER)))

    def ranks(self, run: Run, bound: Bound) -> Ints:
        """Count the rows that are left in a run up to a bound, those of lower slots included."""
        return self.once((run, bound), lambda: run.ranks(bound.keys))

    def bound(self, moments: Ints) -> Bound:
        """Make a bound of moments."""
        return Bound(moments, last_keys(self.looks.slots, moments))

    def ago(self, span: int) -> Bound:
        """Give the bound that lies ``span`` milliseconds before each look."""
        return self.once(("ago", span), lambda: self.bound(self.looks.nows - span))

    def fixed(self, instant: Instant) -> Bound:
        """Give the bound that is the same for all looks."""
        return self.once(
            ("fixed", instant), lambda: self.bound(np.full(len(self), instant, np.int64))
        )

    def until(self, instant: Instant) -> Bound:
        """Give an instant, or the look's where that is earlier."""
        return self.once(
            ("until", instant), lambda: self.bound(np.minimum(self.looks.nows, instant))
        )

    def midnight(self, days: int, zone: str) -> Bound:
        """Give the last moment before the day that is ``days`` after each look's."""

        def make() -> Bound:
            place = calendar(zone)
            return self.bound(place.starts(place.days(self.looks.nows) + days) - 1)

        return self.once(("midnight", days, zone), make)

    @property
    def past(self) -> Window:
        """All that has happened."""
        return self.once("past", lambda: Window(self.fixed(LONG_AGO), self.ago(0)))

    def window(self, test: TimeTest | None) -> Window:
        """Give the moments at or before each look that pass ``test`` then."""
        always, now = self.past.after, self.past.until
        match test:
            case None:
                return Window(always, now)
            case Within(span):
                return Window(self.ago(span), now)
            case OlderThan(span):
                return Window(always, self.ago(span))
            case Age(youngest, oldest):
                return Window(self.ago(oldest), self.ago(youngest))
            case WithinNext():
                return Window(now, now)
            case After(instant):
                return Window(self.fixed(instant), now)
            case Before(instant):
                return Window(always, self.until(Instant(instant - 1)))
            case Between(start, end):
                return Window(self.fixed(Instant(start - 1)), self.until(Instant(end - 1)))
            case CalendarDays(0, oldest, zone):
                return Window(self.midnight(-oldest, zone), now)
            case CalendarDays(youngest, oldest, zone):
                return Window(self.midnight(-oldest, zone), self.midnight(1 - youngest, zone))
