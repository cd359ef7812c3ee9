"""Dates of birth, as written by people."""

from __future__ import annotations

import re
from datetime import date

from dataout.identity.reasons import Reason

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})(?:[T ].*)?", re.DOTALL)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")

# Where short dates start with the month, and where both orders are in use (Unicode CLDR, short
# date patterns); everywhere else the day comes first.
_MONTH_FIRST = frozenset({"AS", "GU", "MP", "PH", "PR", "UM", "US", "VI"})
_EITHER = frozenset({"CA"})
_LAST_MONTH = 12
_FIRST_YEAR = 1900


def birth_date(text: str, country: str | None) -> date | Reason:
    """Read a date: year first, or day and month first where their order is certain.

    Dots mean that the day comes first; between slashes or hyphens a part above 12 tells, else the
    country of the person. A year is four digits.

    >>> birth_date("2/16/1997", None), birth_date("03.02.1997", None)
    (datetime.date(1997, 2, 16), datetime.date(1997, 2, 3))
    >>> birth_date("03/02/1997", None), birth_date("03/02/1997", "GB")
    (<Reason.DAY_OR_MONTH: 'day and month unclear'>, datetime.date(1997, 2, 3))
    """
    if found := _YEAR_FIRST.fullmatch(text):
        year, separator, month, day = found.groups()
        if not separator and len(month + day) != len("MMDD"):
            return Reason.NOT_A_DATE
        return _date(int(year), int(month), int(day))
    if not (found := _YEAR_LAST.fullmatch(text)):
        return Reason.NOT_A_DATE
    first, second, year_last = int(found[1]), int(found[3]), int(found[4])
    match _order(first, second, found[2], country):
        case "day first":
            return _date(year_last, second, first)
        case "month first":
            return _date(year_last, first, second)
        case _:
            return Reason.DAY_OR_MONTH


def _order(first: int, second: int, separator: str, country: str | None) -> str | None:
    if separator == "." or first > _LAST_MONTH or first == second:
        return "day first"
    if second > _LAST_MONTH or country in _MONTH_FIRST:
        return "month first"
    return None if country is None or country in _EITHER else "day first"


def _date(year: int, month: int, day: int) -> date | Reason:
    if year < _FIRST_YEAR:
        return Reason.NOT_A_DATE
    try:
        return date(year, month, day)
    except ValueError:
        return Reason.NOT_A_DATE
