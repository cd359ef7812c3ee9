"""``verify``: whether the memberships kept from tick to tick are what a full evaluation says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dataout.app.workspace import Workspace
from dataout.audiences.evaluate import evaluate, unpivot
from dataout.audiences.ticks import last_tick
from dataout.model.people import Instant
from dataout.sql.named import statement

SAMPLE = 10_000
"""People looked at without ``--full``, drawn anew each time."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A segment with other members than it should have: how many are missing, how many too many.

    ``examples`` are profile ids.
    """

    segment: str
    missing: int
    extra: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """The answer for the people that were looked at; every difference is a bug of dataout."""

    ok: bool
    at: Instant
    people: int
    segments: int
    differences: tuple[Difference, ...]


def verify(work: Workspace, *, full: bool) -> VerifyResult:
    """Bring memberships up to now, then evaluate everybody (or a sample) from scratch, and compare.

    ``full`` looks at everybody.
    """
    at = max(work.clock.now(), last_tick(work.engine) or Instant(0))
    work.tick(at)
    sample = {"seed": work.new_id(), "most": SAMPLE}
    scope = work.scope(at)
    if full:
        work.engine.execute(statement("verify", "everybody"))
    else:
        work.engine.execute(statement("verify", "sample"), sample)
        scope = replace(scope, people="verified")
    program = work.program
    unpivot(work.engine, evaluate(work.engine, program, scope), "verified_members")
    rows = work.engine.query(statement("verify", "differences")).to_pylist()
    (looked,) = work.engine.query(statement("verify", "looked_at")).to_pylist()
    differences = tuple(
        Difference(row["segment"], row["missing"], row["extra"], tuple(row["examples"]))
        for row in rows
    )
    return VerifyResult(
        not differences, at, int(looked["people"]), len(program.formulas), differences
    )
