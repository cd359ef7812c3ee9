"""Calendar days of a zone, from the midnights at which they begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from dataout.model.people import Instant
from dataout.model.times import datetime_of, instant_of
from dataout.ticks.keys import Ints

FIRST, LAST = date(1988, 1, 1), date(2061, 1, 1)
"""A little more than what keys can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The midnights of a zone, day by day; a day is known by its number.

    A day that the zone skipped has no length. Days before and after these count as the first and
    the last of them.
    """

    midnights: Ints

    def days(self, moments: Ints) -> Ints:
        """Give the days on which moments lie."""
        return np.searchsorted(self.midnights, moments, "right") - 1

    def starts(self, days: Ints) -> Ints:
        """Give the first moments of days."""
        return self.midnights[np.clip(days, 0, len(self.midnights) - 1)]


@cache
def calendar(zone: str) -> Calendar:
    """Look up the midnights of an IANA zone; those that were skipped begin when clocks went on."""
    place = ZoneInfo(zone)
    dates = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days))
    return Calendar(np.array([instant_of(each, place) for each in dates], np.int64))


@cache
def is_regular(zone: str) -> bool:
    """Say whether no day of a zone comes back: a clock set back from just after midnight does that.

    It did in Newfoundland, until 2011.
    """
    place = ZoneInfo(zone)
    return all(
        datetime_of(Instant(midnight + HALF_AN_HOUR)).astimezone(place).date()
        >= datetime_of(Instant(midnight)).astimezone(place).date()
        for midnight in map(int, calendar(zone).midnights)
    )


HALF_AN_HOUR = 1_800_000
