"""``preview``: an audience's counts at every step, and a sample. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from dataout.app.workspace import Workspace
from dataout.audiences.funnel import Step, audience_steps, sync_steps
from dataout.model.people import Instant
from dataout.sql.named import statement

SAMPLE = 10


@dataclass(frozen=True, slots=True)
class SampledProfile:
    """One of the desired profiles."""

    profile_id: str
    tier: str | None


@dataclass(frozen=True, slots=True)
class PreviewResult:
    """An audience at one instant."""

    audience: str
    at: Instant
    funnel: tuple[Step, ...]
    sample: tuple[SampledProfile, ...]


def preview(work: Workspace, name: str, at: Instant | None = None) -> PreviewResult:
    """Count an audience's waterfall, down to what each destination has accepted."""
    audience = work.audience(name)
    instant = at if at is not None else work.clock.now()
    work.desire(work.evaluate(instant), instant)
    funnel = [
        *audience_steps(work.engine, audience),
        *(step for sync in audience.syncs for step in sync_steps(work.engine, sync)),
    ]
    rows = work.engine.query(statement("funnel", "sample"), {"audience": name, "most": SAMPLE})
    sample = tuple(SampledProfile(row["profile_id"], row["tier"]) for row in rows.to_pylist())
    return PreviewResult(name, instant, tuple(funnel), sample)
