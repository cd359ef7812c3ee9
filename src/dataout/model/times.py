"""Durations and instants as people write them. Pure: no clock."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dataout.model.people import Instant

if TYPE_CHECKING:
    from datetime import tzinfo

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
"""Milliseconds of each unit: durations are elapsed time, a day is 24 hours."""

LONGEST = 10**15
"""No duration reaches it (some 31,000 years), so that window arithmetic never overflows."""

EARLIEST = Instant(-2_208_988_800_000)
"""1900-01-01T00:00:00Z: nothing before it is taken for an instant."""

LATEST = Instant(7_258_118_400_000)
"""2200-01-01T00:00:00Z: nothing from it on is taken for an instant."""

DURATION_PATTERN = r"^[0-9]+(ms|s|m|h|d|w)$"
OFFSET_PATTERN = r"^[-+]?[0-9]+(ms|s|m|h|d|w)$"
INSTANT_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]|[-+][0-9]{2}(:?[0-9]{2})?)?)?$"
)

_SPAN = re.compile(r"([-+]?)([0-9]{1,18})(ms|s|m|h|d|w)")
_INSTANT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<clock>\d{2}:\d{2}(?::\d{2})?)(?:[.,](?P<fraction>\d+))?"
    r"(?P<zone>[Zz]|[-+]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
OF_THE_MACHINE = frozenset({"localtime", "posixrules", "Factory"})
"""Names that the files of zones hold beside places: their times differ between machines."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: differences of local times
_MILLISECOND = timedelta(milliseconds=1)


def zone_of(name: str) -> ZoneInfo | None:
    """Find an IANA time zone; None where there is none of this name, or it is of the machine."""
    if name in OF_THE_MACHINE or name.startswith(("posix/", "right/")):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def parse_duration(text: str) -> int | None:
    """Read a duration without a sign as milliseconds; None for anything else.

    >>> parse_duration("24h"), parse_duration("1w"), parse_duration("-3h"), parse_duration("4")
    (86400000, 604800000, None, None)
    """
    return None if text[:1] in {"+", "-"} else parse_offset(text)


def parse_offset(text: str) -> int | None:
    """Read a duration that may carry a sign as milliseconds; None for anything else.

    >>> parse_offset("-3h"), parse_offset("+5m"), parse_offset("now")
    (-10800000, 300000, None)
    """
    if (match := _SPAN.fullmatch(text)) is None:
        return None
    span = int(match[2]) * UNITS[match[3]]
    if span >= LONGEST:
        return None
    return -span if match[1] == "-" else span


def parse_instant(text: str, zone: tzinfo) -> Instant | None:
    """Read ISO-8601 as an instant, cut to milliseconds; None for anything else.

    A date without a time is its midnight in ``zone``; a text without an offset is local to ``zone``
    (the earlier of two, where a local time happens twice).

    >>> from datetime import UTC
    >>> parse_instant("2026-03-01T12:00:00.5Z", UTC), parse_instant("2026-03-01", UTC)
    (1772366400500, 1772323200000)
    """
    if (match := _INSTANT.fullmatch(text)) is None:
        return None
    if match["clock"] is None and match["fraction"] is not None:
        return None
    try:
        day = date.fromisoformat(match["day"])
        clock = time.fromisoformat(match["clock"]) if match["clock"] else time()
        offset = _offset(match["zone"])
    except ValueError:
        return None
    milliseconds = int((match["fraction"] or "0")[:3].ljust(3, "0"))
    local = datetime.combine(day, clock) + milliseconds * _MILLISECOND
    return _instant(local, offset, zone)


def instant_of(value: datetime | date, zone: tzinfo) -> Instant:
    """Turn Python's dates and times into an instant, as ``parse_instant`` would their text."""
    if not isinstance(value, datetime):
        return _instant(datetime.combine(value, time()), None, zone)
    return _instant(value.replace(tzinfo=None), value.utcoffset(), zone)


def datetime_of(instant: Instant) -> datetime:
    """Turn an instant into Python's, in UTC.

    >>> datetime_of(Instant(1500)).isoformat()
    '1970-01-01T00:00:01.500000+00:00'
    """
    return datetime(1970, 1, 1, tzinfo=UTC) + instant * _MILLISECOND


def _offset(text: str | None) -> timedelta | None:
    if text is None:
        return None
    if text in {"Z", "z"}:
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - a clock's
        raise ValueError(text)
    span = timedelta(hours=hours, minutes=minutes)
    return -span if text[0] == "-" else span


def _instant(local: datetime, offset: timedelta | None, zone: tzinfo) -> Instant:
    if offset is None:
        offset = local.replace(tzinfo=zone).utcoffset() or timedelta()
    return Instant((local - _EPOCH - offset) // _MILLISECOND)
