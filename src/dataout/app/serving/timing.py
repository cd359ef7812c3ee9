"""When a server does what. Pure: the instants it depends on are given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dataout.audiences.standing import Standing
from dataout.model.people import Instant
from dataout.model.times import datetime_of, instant_of

LOOK = 1_000
"""Milliseconds after which a server that has nothing to do looks up: at the files, at the clock.

An instant far ahead is waited for in such steps, so that a clock that was set, or a machine that
slept, delays nothing by more than one.
"""

LONGEST_PAUSE = 60_000
"""Milliseconds between two attempts at what goes on failing."""

SHORTEST_PAUSE = 1_000


def pause_after(failures: int, every: int) -> int:
    """Say how many milliseconds lie between the last attempt at a tick and the next.

    >>> [pause_after(failures, 200) for failures in (0, 1, 2, 3, 9)]
    [200, 2000, 4000, 8000, 60000]
    """
    if not failures:
        return every
    return max(every, min(LONGEST_PAUSE, SHORTEST_PAUSE << min(failures, 10)))


def tick_due(standing: Standing, attempted: Instant | None, pause: int) -> Instant | None:
    """Say when the next tick is due; None: not before something arrives.

    What arrived is due at once and an edge at its instant, but neither sooner than ``pause``
    milliseconds after the last attempt.
    """
    wanted = Instant(0) if standing.arrived else standing.next_edge
    if wanted is None or attempted is None:
        return wanted
    return max(wanted, Instant(attempted + pause))


def attempted_before(attempted: Instant | None, now: Instant) -> Instant | None:
    """Forget an attempt that the clock, set back since, says has yet to come."""
    return None if attempted is None or attempted > now else attempted


def next_time_of_day(after: Instant, at: time, zone: str) -> Instant:
    """Give the first instant after another at which clocks in ``zone`` (IANA) show ``at``.

    A time that a clock change leaves out comes as much later as the clock jumped.
    """
    place = ZoneInfo(zone)
    day = datetime_of(after).astimezone(place).date()
    today = instant_of(datetime.combine(day, at), place)
    if today > after:
        return today
    return instant_of(datetime.combine(day + timedelta(days=1), at), place)


def seconds_until(due: Iterable[Instant | None], now: Instant) -> float:
    """Say how long there is nothing to do, at most until the next look."""
    ahead = [instant - now for instant in due if instant is not None]
    return max(0, min([*ahead, LOOK])) / 1_000
