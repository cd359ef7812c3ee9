"""Instants, durations and windows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dataout.testing.judge.numbers import MILLION, number

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST: Final = -2_208_988_800_000
LAST: Final = 7_258_118_400_000
"""1900-01-01 and 2200-01-01 in UTC: what lies outside of them is no instant."""

ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?([Zz]|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
DURATION: Final = re.compile(r"(\d+)(ms|s|m|h|d|w)", re.ASCII)
UNITS: Final = {
    "ms": 1,
    "s": 1_000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
}


class Unjudged(ValueError):
    """The judge does not understand what it was given, and will not guess."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a question is asked, in milliseconds since 1970, and in which zone.

    ``days`` is the zone whose calendar counts days, where a condition names one of its own.
    """

    now: int
    zone: str
    days: str = ""

    def counting(self, zone: object) -> "Moment":
        """Count days by the calendar of another zone; what has no offset stays local to ours."""
        if not isinstance(zone, str):
            raise Unjudged(f"not a zone: {zone!r}")
        return replace(self, days=zone)

    def date(self, t: int) -> date:
        """Tell which day of the calendar an instant falls on."""
        try:
            zone = ZoneInfo(self.days or self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise Unjudged(f"not a zone: {self.days!r}") from error
        return (EPOCH + timedelta(milliseconds=t)).astimezone(zone).date()


def instant(value: object, zone: str) -> int | None:
    """Read a value as milliseconds since 1970, cut off, never rounded up; None: it is no instant.

    An instant is a datetime, an ISO-8601 text, or a number of unix seconds, which a text may spell
    too. What has no offset is local time in ``zone`` (an hour that the clocks repeat is the first
    of the two, one they skip is read with the offset before the change); a date alone is its
    midnight. Seconds are numbers, so exact to six places before they are cut off; 10^11 and more
    are milliseconds suspected, and no instant.
    """
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
        return _bounded((aware - EPOCH) // timedelta(milliseconds=1))
    if isinstance(value, date):
        return instant(datetime.combine(value, time()), zone)
    if isinstance(value, str) and (written := ISO.fullmatch(value)):
        return _from_text(written, zone)
    seconds = number(value)
    return None if seconds is None else _bounded(seconds * 1_000 // MILLION)


def _bounded(milliseconds: int) -> int | None:
    return milliseconds if FIRST <= milliseconds < LAST else None


def _from_text(written: re.Match[str], zone: str) -> int | None:
    year, month, day, hour, minute, second, fraction, offset = written.groups()
    try:
        whole = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=UTC if offset else ZoneInfo(zone),
        )  # fmt: skip
        ahead = _offset(offset) if offset else timedelta()
    except ValueError:
        return None
    seconds = (whole - EPOCH - ahead) // timedelta(seconds=1)
    return _bounded(seconds * 1_000 + int(f"{fraction or ''}000"[:3]))


def _offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta()
    digits = text[1:].replace(":", "")
    local = time(int(digits[:2]), int(digits[2:] or 0))
    ahead = timedelta(hours=local.hour, minutes=local.minute)
    return -ahead if text[0] == "-" else ahead


def span(text: object) -> int:
    """Read a duration such as ``4h`` as milliseconds of elapsed time; ``1d`` is 24 h."""
    found = DURATION.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Unjudged(f"not a duration: {text!r}")
    return int(found[1]) * UNITS[found[2]]


def _bound(value: object, moment: Moment) -> int:
    found = instant(value, moment.zone)
    if found is None:
        raise Unjudged(f"not an instant: {value!r}")
    return found


def within(t: int, bound: Any, moment: Moment) -> bool:
    """Hold for ``now - W < t <= now``: left at precisely ``t + W``."""
    return moment.now - span(bound) < t <= moment.now


def older_than(t: int, bound: Any, moment: Moment) -> bool:
    """Hold for ``t <= now - W``: the exact complement of ``within``, up to now."""
    return t <= moment.now - span(bound)


def age(t: int, bound: Any, moment: Moment) -> bool:
    """Hold for ``[21d, 45d]``: ``now - 45d < t <= now - 21d``."""
    youngest, oldest = bound
    return moment.now - span(oldest) < t <= moment.now - span(youngest)


def within_next(t: int, bound: Any, moment: Moment) -> bool:
    """Hold for ``now < t <= now + W``."""
    return moment.now < t <= moment.now + span(bound)


def after(t: int, bound: Any, moment: Moment) -> bool:
    """Hold for ``t > T``."""
    return t > _bound(bound, moment)


def before(t: int, bound: Any, moment: Moment) -> bool:
    """Hold for ``t < T``."""
    return t < _bound(bound, moment)


def between(t: int, bound: Any, moment: Moment) -> bool:
    """Hold for ``A <= t < B``."""
    start, end = bound
    return _bound(start, moment) <= t < _bound(end, moment)


def calendar_days(t: int, bound: Any, moment: Moment) -> bool:
    """Hold for ``t <= now`` on one of the last N days, or so many days ago as ``[A, B]`` says."""
    fewest, most = bound if isinstance(bound, list | tuple) else (0, _whole(bound) - 1)
    if not 0 <= _whole(fewest) <= _whole(most):
        raise Unjudged(f"not a number of days, or the younger bound first: {bound!r}")
    days = (moment.date(moment.now) - moment.date(t)).days
    return t <= moment.now and fewest <= days <= most


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unjudged(f"not a whole number: {value!r}")
    return value


TIME_TESTS: Final[Mapping[str, Callable[[int, Any, Moment], bool]]] = {
    "within": within,
    "older_than": older_than,
    "age": age,
    "within_next": within_next,
    "after": after,
    "before": before,
    "between": between,
    "calendar_days": calendar_days,
}
ABSOLUTE: Final = frozenset({"after", "before", "between"})
"""These do not look at now."""
