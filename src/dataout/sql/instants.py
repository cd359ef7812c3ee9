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

from dataout.model.people import Instant

Unit = Literal["s", "ms"]
"""What a number in a time field counts."""

EARLIEST = Instant(-2_208_988_800_000)
"""1900-01-01T00:00:00Z: nothing before it is taken for an instant."""

LATEST = Instant(7_258_118_400_000)
"""2200-01-01T00:00:00Z: nothing from it on is taken for an instant."""

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


def text_instant(text: exp.Expression, zone: str) -> exp.Expression:
    """Read ``YYYY-MM-DD[(T| )HH:MM[:SS[.f]][Z|±HH[[:]MM]]]`` as BIGINT milliseconds UTC.

    ``zone`` (an IANA name, checked by the caller) holds for texts without offset; a date alone is
    its local midnight.
    """
    return _local(
        "CASE WHEN :is_whole THEN :whole ELSE :other END",
        is_whole=_is_whole(text),
        whole=_whole_seconds(text, zone),
        other=_any_precision(text, zone),
    )


def number_instant(number: exp.Expression, unit: Unit) -> exp.Expression:
    """Read a unix time, a DECIMAL in seconds or in milliseconds, as BIGINT milliseconds UTC.

    NULL from 10^11 seconds on: such a number counts milliseconds, and guessing is not ours.
    """
    return _local(
        "CASE WHEN abs(:n) < :bound THEN CAST(floor(:n * :factor) AS BIGINT) END",
        n=number,
        bound=exp.Literal.number(SUSPICIOUS if unit == "s" else SUSPICIOUS * 1_000),
        factor=exp.Literal.number(1_000 if unit == "s" else 1),
    )


def written_instant(text: exp.Expression, zone: str, unit: Unit) -> exp.Expression:
    """Read a text that holds an ISO-8601 time or plainly spells a unix time."""
    return _local(
        """CASE WHEN :is_whole THEN :whole WHEN regexp_full_match(:t, :plain) THEN :number
           ELSE :other END""",
        t=text,
        is_whole=_is_whole(text),
        whole=_whole_seconds(text, zone),
        plain=_text(PLAIN_NUMBER),
        number=number_instant(_local("try_cast(:t AS DECIMAL(38, 12))", t=text), unit),
        other=_any_precision(text, zone),
    )


def _is_whole(text: exp.Expression) -> exp.Expression:
    """Whether a text has whole seconds and no offset but Z.

    Nearly every file holds such times only, and they need one regular expression instead of five.
    """
    return _local("regexp_full_match(:t, :whole)", t=text, whole=_text(WHOLE_SECONDS))


def _whole_seconds(text: exp.Expression, zone: str) -> exp.Expression:
    at = _local("epoch_ms(try_cast(left(:t, 19) AS TIMESTAMP))", t=text)
    if zone == "UTC":
        return at
    local = _from_zone(at, zone)
    return _local("CASE WHEN length(:t) = 20 THEN :at ELSE :local END", t=text, at=at, local=local)


def _any_precision(text: exp.Expression, zone: str) -> exp.Expression:
    wall = _local("upper(regexp_extract(:t, '^[-0-9]{10}([Tt ][0-9:]+)?'))", t=text)
    offset = _local("upper(regexp_extract(:t, '[Tt ][0-9:.,]+([Zz]|[+-][0-9:]+)$', 1))", t=text)
    at = _local("epoch_ms(try_cast(:wall AS TIMESTAMP))", wall=wall)
    return _local(
        """CASE WHEN regexp_full_match(:t, :written) THEN
             CASE :offset WHEN '' THEN :local WHEN 'Z' THEN :at ELSE :at - :shift END
             + try_cast(rpad(regexp_extract(:t, '[.,]([0-9]{1,3})', 1), 3, '0') AS BIGINT)
           END""",
        t=text,
        written=_text(WRITTEN),
        offset=offset,
        local=at if zone == "UTC" else _from_zone(at, zone),
        at=at,
        shift=_shift(offset),
    )


def _shift(offset: exp.Expression) -> exp.Expression:
    """Milliseconds of an offset such as +02:00, +0200 or +02."""
    return _local(
        """CASE left(:o, 1) WHEN '-' THEN -60000 ELSE 60000 END
           * (60 * try_cast(substr(:o, 2, 2) AS BIGINT)
              + CASE WHEN length(:o) > 3 THEN try_cast(right(:o, 2) AS BIGINT) ELSE 0 END)""",
        o=offset,
    )


def _from_zone(at: exp.Expression, zone: str) -> exp.Expression:
    """The instant of the wall-clock time ``at`` (milliseconds as if it were UTC) in ``zone``.

    The offsets a day before and a day after decide: where they differ, a clock change is near.
    """
    before = _local(":wall - (:at - :day)", wall=_wall(_local(":at - :day", at=at), zone), at=at)
    after = _local(":wall - (:at + :day)", wall=_wall(_local(":at + :day", at=at), zone), at=at)
    early, late = _local(":at - :b", at=at, b=before), _local(":at - :a", at=at, a=after)
    return _local(
        """CASE WHEN :before <> :after AND :wall_early <> :at AND :wall_late = :at
           THEN :late ELSE :early END""",
        before=before,
        after=after,
        wall_early=_wall(early, zone),
        wall_late=_wall(late, zone),
        at=at,
        late=late,
        early=early,
    )


def _wall(instant: exp.Expression, zone: str) -> exp.Expression:
    """What a clock in ``zone`` shows at ``instant``, in milliseconds as if it were UTC."""
    return _local(
        "epoch_ms(timezone(:zone, timezone('UTC', make_timestamp((:at) * 1000))))",
        zone=_text(zone),
        at=instant,
    )


def _local(template: str, **parts: exp.Expression) -> exp.Expression:
    day = exp.Literal.number(DAY)
    bracketed = {name: exp.paren(part, copy=True) for name, part in parts.items()}
    return exp.replace_placeholders(_parsed(template).copy(), day=day, **bracketed)


def _text(value: str) -> exp.Expression:
    return exp.Literal.string(value)


@cache
def _parsed(template: str) -> exp.Expression:
    return sqlglot.parse_one(template, dialect="duckdb")
