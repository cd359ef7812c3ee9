"""How memberships stand between two ticks, and how late the last one knew what it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataout.model.membership import Cause
from dataout.model.people import Instant
from dataout.ports import Engine
from dataout.sql.named import statement


@dataclass(frozen=True, slots=True)
class Standing:
    """The instant of the last tick, the next edge, whether anything arrived since the tick."""

    last: Instant | None
    next_edge: Instant | None
    arrived: bool


@dataclass(frozen=True, slots=True)
class Lateness:
    """Changes of one cause that exceed the first ``bucket`` bounds; ``total`` in milliseconds.

    A change is as late as its tick (``known_at``) came after its truth (``true_from``).
    """

    cause: Cause
    bucket: int
    changes: int
    total: int


def standing(engine: Engine) -> Standing:
    """Read how memberships stand."""
    seen = engine.query(statement("standing", "seen"))
    # Bound as values, for then the engine skips what it knows to have arrived before.
    params = seen.to_pylist()[0] if seen.num_rows else dict.fromkeys(seen.column_names, 0)
    (row,) = engine.query(statement("standing", "standing"), params).to_pylist()
    return Standing(_instant(row["last"]), _instant(row["next_edge"]), bool(row["arrived"]))


def edges_due(engine: Engine, at: Instant) -> int:
    """Count the edges that have come by an instant."""
    return int(engine.query(statement("standing", "edges_due"), {"at": at}).to_pylist()[0]["n"])


def lateness_of_tick(engine: Engine, at: Instant, bounds: Sequence[int]) -> Sequence[Lateness]:
    """Sort the changes of this process's last tick, at ``at``, by cause and lateness.

    ``bounds`` are milliseconds, ascending.
    """
    params = {"at": at, "bounds": list(bounds)}
    return [
        Lateness(Cause(row["cause"]), row["bucket"], row["changes"], row["total"])
        for row in engine.query(statement("standing", "lateness"), params).to_pylist()
    ]


def _instant(value: int | None) -> Instant | None:
    return None if value is None else Instant(value)
