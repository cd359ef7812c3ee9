"""``segments``: who is in which segment, at any instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataout.app.workspace import Workspace, meaning_of
from dataout.audiences.evaluate import counts, members
from dataout.definitions import ProjectDefinition
from dataout.errors import UsageError
from dataout.model.complaints import nearest
from dataout.model.people import Instant
from dataout.segments.describe import describe
from dataout.segments.translate import program
from dataout.sql.evaluate import evaluation


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """How many people are in a segment, and, if asked for, who."""

    count: int
    ids: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SegmentsResult:
    """Every segment at one instant."""

    at: Instant
    segments: Mapping[str, SegmentCount]


def segments(
    work: Workspace,
    names: Sequence[str] = (),
    at: Instant | None = None,
    known_at: Instant | None = None,
    *,
    ids: bool = False,
) -> SegmentsResult:
    """Evaluate all segments and count those asked for (none: all that are not tiers)."""
    chosen = _chosen(work.definition, names)
    instant = at if at is not None else work.clock.now()
    columns = work.evaluate(instant, known_at)
    found = counts(work.engine, {name: columns[name] for name in chosen})
    who = members(work.engine, columns, chosen) if ids else {}
    return SegmentsResult(
        instant,
        {
            name: SegmentCount(found[name], tuple(sorted(who[name])) if ids else None)
            for name in chosen
        },
    )


def compiled(work: Workspace, name: str) -> str:
    """Spell the query by which a segment is evaluated on its own."""
    (chosen,) = _chosen(work.definition, [name])
    query = evaluation(program(work.meaning, [chosen]), work.scope(work.clock.now())).query
    return query.sql(dialect=work.engine.dialect, pretty=True)


def described(definition: ProjectDefinition, names: Sequence[str] = ()) -> Mapping[str, str]:
    """Say in plain English who is in the segments asked for; needs no environment."""
    meaning = meaning_of(definition)
    rules, traits, orders = meaning.segments, meaning.traits, meaning.orders
    return {
        name: describe(rules[name], rules, traits, orders) for name in _chosen(definition, names)
    }


def _chosen(definition: ProjectDefinition, names: Sequence[str]) -> Sequence[str]:
    known = definition.segments
    for name in names:
        if name not in known:
            raise UsageError(f"There is no segment '{name}'.", nearest(name, known))
    tiers = {tier.segment for audience in definition.audiences.values() for tier in audience.tiers}
    return list(names) or [name for name in known if name not in tiers]
