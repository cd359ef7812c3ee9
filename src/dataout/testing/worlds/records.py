"""How what happened was recorded: late at times, twice at times, and broken at times."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dataout.model.people import Instant
from dataout.testing.worlds.history import HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from random import Random

    from dataout.testing.worlds.history import Happening

Row = dict[str, object]

LATE = 15 * MINUTE
"""An event received later than this after it happened counts as late."""

LATEST = 3 * HOUR

# Shares of all events, in thousandths; of purchases (the tills report in batches) and the rest.
_LATE_PURCHASES = 100
_LATE_OTHERS = 15
_TWICE = 6
_MILLISECONDS = 2
_NOBODY = 2
_TEXT_NUMBERS = 15

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AMOUNTS = ("cart_value", "total", "amount", "price")


def records(
    rng: Random, happenings: Iterable[Happening], until: Instant
) -> tuple[list[Row], Counter[str]]:
    """Write down what was received up to ``until``, in the order in which it was received.

    Beside the records stands how many of them carry which flaw (a copy counts as ``event twice``).
    """
    received = sorted(
        (
            (Instant(happening.at + _delay(rng, happening)), number, happening)
            for number, happening in enumerate(happenings)
        ),
        key=lambda entry: entry[:2],
    )
    rows: list[Row] = []
    flaws: Counter[str] = Counter()
    for at, _, happening in received:
        if at > until:
            continue
        row = _row(happening, at, f"e{len(rows) + 1:07d}")
        flaws.update(_spoil(rng, row, happening))
        flaws["event late"] += at - happening.at > LATE
        rows.append(row)
        if _chance(rng, _TWICE):
            flaws["event twice"] += 1
            rows.append(dict(row))
    return rows, flaws


def iso(instant: Instant) -> str:
    """Write an instant as ISO-8601 in UTC with milliseconds.

    >>> iso(Instant(0))
    '1970-01-01T00:00:00.000Z'
    """
    moment = _EPOCH + timedelta(milliseconds=instant)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{instant % 1000:03d}Z"


def _chance(rng: Random, thousandths: int) -> bool:
    return rng.random() * 1000 < thousandths


def _delay(rng: Random, happening: Happening) -> int:
    purchase = happening.event == "purchase"
    if _chance(rng, _LATE_PURCHASES if purchase else _LATE_OTHERS):
        return LATE + 1 + rng.randrange(LATEST - LATE)
    return 100 + rng.randrange(20_000)


def _row(happening: Happening, received: Instant, event_id: str) -> Row:
    return {
        "profile_id": happening.person.profile_id,
        "event": happening.event,
        "event_time": iso(happening.at),
        "received_at": iso(received),
        "event_id": event_id,
        "properties": dict(happening.properties),
    }


def _spoil(rng: Random, row: Row, happening: Happening) -> Iterator[str]:
    """Break a record in one of the ways records are broken; e-mails come from a careful vendor."""
    if happening.event.startswith("email_"):
        return
    if _chance(rng, _MILLISECONDS):
        row["event_time"] = happening.at
        yield "event time in milliseconds"
    elif _chance(rng, _NOBODY):
        del row["profile_id"]
        yield "event without profile_id"
    elif _chance(rng, _TEXT_NUMBERS) and not happening.properties.keys().isdisjoint(_AMOUNTS):
        row["properties"] = {
            name: str(value) if name in _AMOUNTS else value
            for name, value in happening.properties.items()
        }
        yield "amount as text"
