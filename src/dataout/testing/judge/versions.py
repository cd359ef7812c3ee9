"""The copies of an event: which of them counts, as far as something was known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dataout.testing.judge.times import Unjudged

Row = Mapping[str, Any]

OPERATIONS: Final = ("add", "replace", "delete")


@dataclass(frozen=True, slots=True)
class Copy:
    """One row: its landing number, what it does to the event, whom it names, when it came."""

    row: int
    op: str
    person: str | None
    received: float


def current(rows: Sequence[Row], received: Sequence[float], known: float) -> Iterator[int]:
    """Give the numbers of the rows that count: of each event the version current at ``known``.

    The first copy of an event that was received counts, until a later one replaces or deletes it.
    """
    for copies in _events(rows, received):
        own = [copy for copy in copies if not _is_strange(copy, copies)]
        versions = own[:1] + [copy for copy in own[1:] if copy.op != "add"]
        arrived = [copy for copy in versions if copy.received <= known]
        if arrived and arrived[-1].op != "delete":
            yield arrived[-1].row


def strangers(rows: Sequence[Row], received: Sequence[float]) -> set[int]:
    """Give the numbers of the rows that are rejected: they correct an event of somebody else."""
    return {
        copy.row
        for copies in _events(rows, received)
        for copy in copies
        if copy.op != "add" and _is_strange(copy, copies)
    }


def _is_strange(copy: Copy, copies: Sequence[Copy]) -> bool:
    owner = next((each.person for each in copies if each.person is not None), None)
    return copy.person not in (None, owner)


def _events(rows: Sequence[Row], received: Sequence[float]) -> Iterator[Sequence[Copy]]:
    """Put the copies of each event together, in the order in which they were received."""
    together: dict[tuple[str, object], list[Copy]] = {}
    for number, row in enumerate(rows):
        op = str(row.get("op") or "add").lower()
        named = row.get("event_id") not in (None, "")
        if op not in OPERATIONS or (op != "add" and not named):
            raise Unjudged(f"an operation without an event it is about: {row!r}")
        # Without an id a row is an event of its own.
        identity = (str(row.get("source") or ""), str(row["event_id"]) if named else number)
        person = row.get("profile_id")
        copy = Copy(number, op, None if person is None else str(person), received[number])
        together.setdefault(identity, []).append(copy)
    for copies in together.values():
        yield sorted(copies, key=lambda copy: (copy.received, copy.row))
