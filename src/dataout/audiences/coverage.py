"""Whom a destination could recognise, and why not everybody: counted before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataout.audiences.identify import Identification, gather
from dataout.identity.masks import masked
from dataout.model.people import IDENTIFYING, Field, Instant
from dataout.ports import Engine
from dataout.sql.named import statement

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class FieldCoverage:
    """One field: people with a usable value, with values of no use, and with none at all."""

    usable: int
    unusable: int
    absent: int


@dataclass(frozen=True, slots=True)
class Unusable:
    """One reason: how many people it is about, how many are ``lost`` for want of any other key.

    ``examples`` show the shape of such values, never the values.
    """

    people: int
    lost: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a destination would know people by. ``usable`` have at least one usable key.

    ``match_loss`` is the share of the people that cannot match there, whoever they are; of the
    others the platform still has to know the key.
    """

    people: int
    usable: int
    match_loss: float
    fields: Mapping[Field, FieldCoverage]
    reasons: Mapping[str, Unusable]


def coverage(
    engine: Engine,
    identification: Identification,
    platform: str,
    fields: Sequence[Field],
    now: Instant,
) -> Coverage:
    """Count the prepared identifiers of everybody in the working table ``people``."""
    keys = [field.value for field in fields if field in IDENTIFYING]
    here = {"platform": platform, "fields": [field.value for field in fields], "keys": keys}
    engine.execute(statement("identifiers", "reached"), {"platform": platform, "keys": keys})
    (total,) = engine.query(statement("identifiers", "reached_people")).to_pylist()
    counted = {
        row["field"]: row
        for row in engine.query(
            statement("identifiers", "by_field"), {"platform": platform, "fields": here["fields"]}
        ).to_pylist()
    }
    return Coverage(
        people=total["people"],
        usable=total["usable"],
        match_loss=round(1 - total["usable"] / total["people"], 4) if total["people"] else 0.0,
        fields={field: _field(counted.get(field.value), total["people"]) for field in fields},
        reasons=_reasons(engine, identification, here, now),
    )


def _field(row: Mapping[str, int] | None, people: int) -> FieldCoverage:
    usable, unusable = (row["usable"], row["unusable"]) if row else (0, 0)
    return FieldCoverage(usable, unusable, people - usable - unusable)


def _reasons(
    engine: Engine, identification: Identification, here: Mapping[str, object], now: Instant
) -> Mapping[str, Unusable]:
    asked = {"platform": here["platform"], "fields": here["fields"]}
    rows = engine.query(
        statement("identifiers", "by_reason"), {**asked, "keys": here["keys"]}
    ).to_pylist()
    engine.execute(statement("identifiers", "picked"), {**asked, "most": EXAMPLES})
    engine.execute(statement("identifiers", "picked_batch"))
    gather(engine, identification, now)
    examples: dict[str, list[str]] = {}
    for row in engine.query(statement("identifiers", "examples")).to_pylist():
        shape, shown = masked(row["raw"]), examples.setdefault(row["reason"], [])
        if shape not in shown:
            shown.append(shape)
    return {
        row["reason"]: Unusable(
            row["people"], row["lost"], tuple(examples.get(row["reason"], ())[:EXAMPLES])
        )
        for row in rows
    }
