"""The waterfall as numbers: each step counts people once, and no one is lost between two steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataout.model.definitions import Audience, Sync
from dataout.ports import Engine
from dataout.sql.named import statement


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how many remain after it, how many it took away and why.

    ``sync`` is empty for the steps of the audience as a whole. ``hint`` names the fix when a step
    drops everybody.
    """

    step: str
    count: int
    minus: int
    because: Mapping[str, int]
    sync: str = ""
    hint: str = ""


HINTS = {
    "suppressed": "Every eligible person is in a suppression: is its window too wide?",
    "no tier": "Nobody matches a tier: end the tiers with `rest: {who: {everyone: true}}`.",
    "unidentifiable": "Nobody has a usable identifier: check the project's `identifiers:` and the "
    "reasons beside the number.",
}


def audience_steps(engine: Engine, audience: Audience) -> Sequence[Step]:
    """Count the steps from eligible to desired; reads the working table ``funnel``."""
    rows = engine.query(statement("funnel", "steps"), {"audience": audience.name}).to_pylist()
    remaining = sum(row["people"] for row in rows)
    hint = "" if remaining else f"Nobody is in the segment {audience.segment} now."
    steps = [Step("eligible", remaining, 0, {}, hint=hint)]
    for name in ("suppressed", "no tier"):
        because = {row["because"]: row["people"] for row in rows if row["step"] == name}
        minus = sum(because.values())
        remaining -= minus
        steps.append(_step(name, remaining, minus, because if name == "suppressed" else {}))
    steps.append(Step("desired", remaining, 0, {}))
    return steps


def sync_steps(engine: Engine, sync: Sync) -> Sequence[Step]:
    """Count the steps from desired to accepted at one destination."""
    here = {"sync": sync.name}
    tiers = {
        row["tier"]: row["people"]
        for row in engine.query(
            statement("funnel", "desired_in_tier"), {"audience": sync.audience}
        ).to_pylist()
    }
    people = tiers.get(sync.tier, 0) if sync.tier is not None else sum(tiers.values())
    because = {
        row["because"]: row["people"]
        for row in engine.query(statement("funnel", "unidentifiable"), here).to_pylist()
    }
    (found,) = engine.query(statement("funnel", "entries"), here).to_pylist()
    entries, owners = found["entries"], found["people"]
    first = _step("unidentifiable", owners, people - owners, because, sync.name)
    shared = Step("shared", entries, owners - entries, {}, sync.name)
    identifiable = Step("identifiable", entries, 0, {}, sync.name)
    return [first, shared, identifiable, *_progress(engine, sync, entries)]


def _progress(engine: Engine, sync: Sync, entries: int) -> Sequence[Step]:
    rows = engine.query(statement("ledger", "progress"), {"sync": sync.name}).to_pylist()
    steps = []
    remaining = entries
    for name, after in (("not yet sent", "sent"), ("rejected", ""), ("no answer yet", "accepted")):
        because = {
            row["because"]: row["entries"] for row in rows if row["step"] == name and row["because"]
        }
        minus = sum(row["entries"] for row in rows if row["step"] == name)
        remaining -= minus
        steps.append(Step(name, remaining, minus, because, sync.name))
        if after:
            steps.append(Step(after, remaining, 0, {}, sync.name))
    return steps


def _step(
    name: str, remaining: int, minus: int, because: Mapping[str, int], sync: str = ""
) -> Step:
    everybody = minus > 0 and remaining == 0
    return Step(name, remaining, minus, because, sync, HINTS[name] if everybody else "")
