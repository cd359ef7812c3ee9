"""Instants from what people write: ISO-8601 texts and unix times become milliseconds UTC, or NULL.

Nothing here raises, whatever the value: what is no instant is NULL. Finer input is truncated to the
millisecond (towards the past). A text without offset is a local time: a time that a clock change
skips is read with the offset before it (so it moves forward), a time that happens twice is the
first of the two; both as Python's ``datetime`` does with ``fold=0``.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import sqlglot
from sqlglot import exp

from dataout.model.times import EARLIEST

Unit = Literal["s", "ms"]
"""What a number in a time field counts."""

SUSPICIOUS = 10**11
"""Seconds from which on a number is more likely to be milliseconds: the year 5138."""

WRITTEN = (
    "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "([Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"
    "([Zz]|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?)?"
)
WHOLE_SECONDS = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z?"
PLAIN_NUMBER = "-?(0|[1-9][0-9]*)([.][0-9]+)?"
DAY = 86_400_000
LOCAL = "timezone(:zone, timezone('UTC', make_timestamp((:at) * 1000)))"


def text_instant(text: exp.Expr, zone: str) -> exp.Expr:
    """Read ``YYYY-MM-DD[(T| )HH:MM[:SS[.f]][Z|±HH[[:]MM]]]`` as BIGINT milliseconds UTC.

    ``zone`` (an IANA name, checked by the caller) holds for texts without offset; a date alone is
    its local midnight.
    """
    whole = _local("regexp_full_match(:t, :whole)", t=text, whole=_text(WHOLE_SECONDS))
    written = _local("regexp_full_match(:t, :written)", t=text, written=_text(WRITTEN))
    seconds = _local("epoch_ms(try_cast(left(:t, 19) AS TIMESTAMP))", t=text)
    parts = {"whole": whole, "written": written, "seconds": seconds, "t": text}
    parts |= {"wall": _wall(text), "shift": _shift(text)}
    if zone == "UTC":
        return _local(
            "CASE WHEN :whole THEN :seconds WHEN :written THEN :wall - coalesce(:shift, 0) END",
            **parts,
        )
    return _local(
        """list_transform(
             [CASE WHEN :whole
                THEN {'wall': :seconds, 'shift': CASE WHEN length(:t) = 20 THEN 0 END}
                WHEN :written THEN {'wall': :wall, 'shift': :shift} END],
             lambda p: CASE WHEN p.shift IS NULL THEN :local ELSE p.wall - p.shift END
           )[1]""",
        local=_from_zone(exp.column("wall", table="p"), zone),
        **parts,
    )


def number_instant(number: exp.Expr, unit: Unit) -> exp.Expr:
    """Read a unix time, a DECIMAL in seconds or in milliseconds, as BIGINT milliseconds UTC.

    NULL from 10^11 seconds on: such a number counts milliseconds, and guessing is not ours.
    """
    return _local(
        "CASE WHEN abs(:n) < :bound THEN CAST(floor(:n * :factor) AS BIGINT) END",
        n=number,
        bound=exp.Literal.number(SUSPICIOUS if unit == "s" else SUSPICIOUS * 1_000),
        factor=exp.Literal.number(1_000 if unit == "s" else 1),
    )


def written_instant(text: exp.Expr, zone: str, unit: Unit) -> exp.Expr:
    """Read a text that holds an ISO-8601 time or plainly spells a unix time."""
    return _local(
        "CASE WHEN regexp_full_match(:t, :plain) THEN :number ELSE :written END",
        t=text,
        plain=_text(PLAIN_NUMBER),
        number=number_instant(_local("try_cast(:t AS DECIMAL(38, 12))", t=text), unit),
        written=text_instant(text, zone),
    )


def _wall(text: exp.Expr) -> exp.Expr:
    """Read the time that a text shows, in milliseconds as if it were UTC."""
    return _local(
        """epoch_ms(try_cast(upper(regexp_extract(:t, '^[-0-9]{10}([Tt ][0-9:]+)?')) AS TIMESTAMP))
           + try_cast(rpad(regexp_extract(:t, '[.,]([0-9]{1,3})', 1), 3, '0') AS BIGINT)""",
        t=text,
    )


def _shift(text: exp.Expr) -> exp.Expr:
    """Read the offset of a text such as …Z, …+02, …+0200 or …+02:00 in milliseconds, or NULL."""
    return _local(
        """list_transform([regexp_extract(substr(:t, 17), '[Zz+-].*$')], lambda o:
             CASE WHEN length(o) > 1
               THEN CASE left(o, 1) WHEN '-' THEN -60000 ELSE 60000 END
                 * (60 * try_cast(substr(o, 2, 2) AS BIGINT)
                    + CASE WHEN length(o) > 3 THEN try_cast(right(o, 2) AS BIGINT) ELSE 0 END)
               WHEN o <> '' THEN 0 END
           )[1]""",
        t=text,
    )


def _from_zone(wall: exp.Expr, zone: str) -> exp.Expr:
    """Find the instant at which a clock in ``zone`` shows ``wall``, milliseconds as if it were UTC.

    The offsets a day before and a day after decide: where they differ, a clock change is near.
    """
    return _local(
        """list_transform(
             [{'early': :before - :wall_before + :wall, 'late': :after - :wall_after + :wall}],
             lambda q: CASE
               WHEN q.early <> q.late AND :wall_early <> :wall AND :wall_late = :wall THEN q.late
               ELSE q.early END
           )[1]""",
        wall=wall,
        before=_local(":wall - :day", wall=wall),
        wall_before=clock(_local(":wall - :day", wall=wall), zone),
        after=_local(":wall + :day", wall=wall),
        wall_after=clock(_local(":wall + :day", wall=wall), zone),
        wall_early=clock(exp.column("early", table="q"), zone),
        wall_late=clock(exp.column("late", table="q"), zone),
    )


def clock(instant: exp.Expr, zone: str) -> exp.Expr:
    """Say what a clock in ``zone`` shows at ``instant``, in milliseconds as if it were UTC."""
    return _local(f"epoch_ms({LOCAL})", zone=_text(zone), at=instant)


def local_day(instant: exp.Expr, zone: str) -> exp.Expr:
    """Give the date in ``zone`` at ``instant``; the difference of two is a number of days."""
    return _local(f"CAST({LOCAL} AS DATE)", zone=_text(zone), at=instant)


def day_number(instant: exp.Expr, zone: str) -> exp.Expr:
    """Give the date in ``zone`` at ``instant`` a number; the next day has the next one."""
    if zone == "UTC":
        return _local(f"(:at + {-EARLIEST}) // :day", at=instant)
    return _local(
        f"datediff('day', DATE '1900-01-01', CAST({LOCAL} AS DATE))", zone=_text(zone), at=instant
    )


def midnight(instant: exp.Expr, days: int, zone: str) -> exp.Expr:
    """Find the first instant of the local date that is ``days`` after that of ``instant``."""
    wall = _local(
        "epoch_ms(CAST(:date + :days AS TIMESTAMP))",
        date=local_day(instant, zone),
        days=exp.convert(days),
    )
    return _from_zone(wall, zone)


def _local(template: str, **parts: exp.Expr) -> exp.Expr:
    day = exp.Literal.number(DAY)
    bracketed = {
        name: part.copy() if isinstance(part, exp.Column | exp.Literal) else exp.paren(part)
        for name, part in parts.items()
    }
    return exp.replace_placeholders(_parsed(template).copy(), day=day, **bracketed)


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


@cache
def _parsed(template: str) -> exp.Expr:
    return sqlglot.parse_one(template, dialect="duckdb")
