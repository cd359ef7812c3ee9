"""From evaluated segments to the entries that each destination should hold.

All of it happens set by set in the engine. Only raw values that were never prepared for a platform
pass through Python, each distinct one once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dataout.identity.normalize import normalize
from dataout.model.definitions import Audience, Sync
from dataout.model.people import IDENTIFYING, Field, Instant
from dataout.ports import Engine
from dataout.sql.named import statement
from dataout.sql.waterfall import waterfall

PROFILE_ID = "profile_id"
ATTRIBUTE = "attribute."
NORMALIZED = pa.schema(
    [
        (name, pa.string())
        for name in ("platform", "region", "field", "country", "raw", "sent", "reason")
    ]
)


@dataclass(frozen=True, slots=True)
class Target:
    """A sync together with what its destination takes."""

    sync: Sync
    platform: str


@dataclass(frozen=True, slots=True)
class Identification:
    """Where identifiers come from: sources per field in order of preference, a default region."""

    sources: Mapping[Field, Sequence[str]]
    region: str


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
    _gather(engine, identification, now)
    for platform in sorted({target.platform for target in targets}):
        _prepare(engine, platform, identification.region)
    for target in targets:
        _desire(engine, target)


def _gather(engine: Engine, identification: Identification, now: Instant) -> None:
    """Collect the raw identifiers of everybody who is desired anywhere."""
    engine.execute(statement("desired", "raw_identifiers"))
    engine.execute(statement("desired", "prepared"))
    engine.execute(statement("desired", "people"))
    for field, sources in identification.sources.items():
        for position, source in enumerate(sources):
            here = {"field": field.value, "position": position}
            if source == PROFILE_ID:
                engine.execute(statement("desired", "identifiers_from_profile_id"), here)
            else:
                name = source.removeprefix(ATTRIBUTE)
                engine.execute(
                    statement("desired", "identifiers_from_attribute"),
                    {**here, "name": name, "now": int(now)},
                )
    engine.execute(statement("desired", "countries"))


def _prepare(engine: Engine, platform: str, region: str) -> None:
    """Normalize what is new to the platform, then take the first usable value of each field."""
    here = {"platform": platform, "region": region}
    missing = engine.query(statement("desired", "not_normalized"), here)
    if missing.num_rows:
        rows = [{**here, **_normalized(here, row)} for row in missing.to_pylist()]
        engine.append("normalized", pa.Table.from_pylist(rows, schema=NORMALIZED))
    engine.execute(statement("desired", "prepare"), here)


def _normalized(rules: Mapping[str, str], row: Mapping[str, str]) -> Mapping[str, str | None]:
    prepared = normalize(
        rules["platform"],
        row["field"],
        row["raw"],
        country=row["country"] or None,
        region=rules["region"] or None,
    )
    return {**row, "sent": prepared.sent, "reason": prepared.reason}


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
