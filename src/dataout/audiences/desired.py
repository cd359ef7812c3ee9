"""From evaluated segments to the entries that each destination should hold.

All of it happens set by set in the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataout.audiences.identify import Identification, identify
from dataout.model.definitions import Audience, Sync
from dataout.model.people import IDENTIFYING, Instant
from dataout.ports import Engine
from dataout.sql.named import statement
from dataout.sql.waterfall import waterfall


@dataclass(frozen=True, slots=True)
class Target:
    """A sync together with what its destination takes."""

    sync: Sync
    platform: str


def desire(
    engine: Engine,
    audiences: Sequence[Audience],
    columns: Mapping[str, str],
    targets: Sequence[Target],
    identification: Identification,
    now: Instant,
) -> None:
    """Fill the working tables ``funnel``, ``desired``, ``owners`` and ``unidentifiable`` anew.

    Reads ``evaluation`` (``columns``: its segments) and the attributes as of ``now``.
    """
    for table in ("funnel", "desired", "owners", "unidentifiable", "shown_values"):
        engine.execute(statement("desired", table))
    for audience in audiences:
        engine.execute(waterfall(audience, columns).sql(dialect=engine.dialect))
    engine.execute(statement("identifiers", "people"))
    identify(engine, identification, {target.platform for target in targets}, now)
    for target in targets:
        _desire(engine, target)


def _desire(engine: Engine, target: Target) -> None:
    sync = target.sync
    fields = {
        "platform": target.platform,
        "fields": [field.value for field in sync.identifiers],
        "identifying": [field.value for field in IDENTIFYING],
    }
    engine.execute(
        statement("desired", "own"), {**fields, "audience": sync.audience, "tier": sync.tier}
    )
    for name in ("desire_owners", "desire", "desire_reasons"):
        engine.execute(statement("desired", name), {"sync": sync.name})
    engine.execute(statement("desired", "desire_shown"), {**fields, "sync": sync.name})
