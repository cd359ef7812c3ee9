"""``explain``: why somebody is in a segment or an audience, or why not, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from dataout.app.commands.identity import MergedProfile, merged_profiles
from dataout.app.evidence import Branch, explain_condition
from dataout.app.workspace import Workspace
from dataout.audiences.stretches import stretch
from dataout.errors import UsageError
from dataout.identity.merging import ANONYMOUS_ID
from dataout.ingest.as_known import as_known
from dataout.model.complaints import nearest
from dataout.model.definitions import Audience, Sync
from dataout.model.people import ATTRIBUTE, Field, Instant
from dataout.segments.formulas import And, Formula, Negation, Or
from dataout.sql.named import statement
from dataout.sql.scope import Scope


@dataclass(frozen=True, slots=True)
class Position:
    """Where a person ends in the audience's waterfall."""

    step: str
    because: str | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class Identifier:
    """One field as a platform would get it: usable, or why not. Never the value itself."""

    platform: str
    field: str
    usable: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What the ledger believes of a person's entry at one destination."""

    sync: str
    row_key: str
    desired: bool
    held: str
    open: str | None
    rejected: str | None
    reason: str | None
    at: Instant | None


@dataclass(frozen=True, slots=True)
class Travelled:
    """A batch in which the person's entry travelled, and what became of it."""

    sync: str
    batch_id: str
    op: str
    outcome: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Explanation:
    """One person, one audience or segment, one instant.

    ``inside`` says whether they are in the segment, or desired by the audience; ``since`` from
    which instant that is so (None: as far back as there is data), ``until`` from which it will be
    otherwise if nothing arrives (None: it stays so). ``merged`` are the profiles that are one
    person with this one today, and why.
    """

    person: str
    merged: tuple[MergedProfile, ...]
    subject: str
    at: Instant
    inside: bool = field(metadata={"name": "in"})
    since: Instant | None
    until: Instant | None
    tree: Branch
    suppressions: tuple[Branch, ...]
    funnel: Position | None
    identifiers: tuple[Identifier, ...]
    ledger: tuple[LedgerState, ...]
    batches: tuple[Travelled, ...]


def explain(
    work: Workspace,
    person: str,
    subject: str,
    at: Instant | None = None,
    known_at: Instant | None = None,
) -> Explanation:
    """Explain a person (a profile id, or ``KIND:VALUE``); an unknown name is a ``UsageError``."""
    with as_known(work.engine, known_at):
        return _explained(work, person, subject, at, known_at)


def _explained(
    work: Workspace, person: str, subject: str, at: Instant | None, known_at: Instant | None
) -> Explanation:
    instant = at if at is not None else work.clock.now()
    slot, profile_id = find_person(work, person, instant)
    audiences = work.definition.audiences
    if subject in audiences:
        return _audience(work, audiences[subject], slot, profile_id, instant)
    if subject not in work.definition.segments:
        known = [*audiences, *work.definition.segments]
        raise UsageError(f"There is no audience or segment '{subject}'.", nearest(subject, known))
    scope = work.scope(instant, known_at)
    tree = _tree(work, subject, slot, scope)
    around = stretch(work.engine, work.program.formulas[subject], slot, scope, holds=tree.holds)
    return Explanation(
        person=profile_id,
        merged=merged_profiles(work.engine, slot),
        subject=subject,
        at=instant,
        inside=tree.holds,
        since=around.since,
        until=around.until,
        tree=tree,
        suppressions=(),
        funnel=None,
        identifiers=(),
        ledger=(),
        batches=(),
    )


def find_person(work: Workspace, person: str, at: Instant) -> tuple[int, str]:
    """Find a profile by id, or by ``KIND:VALUE`` of one of its identifiers."""
    rows = work.engine.query(statement("graph", "person"), {"person": person}).to_pylist()
    if not rows and ":" in person:
        kind, value = person.split(":", 1)
        if kind == ANONYMOUS_ID:
            claimant = statement("graph", "claimant")
            rows = work.engine.query(claimant, {"value": value}).to_pylist()
        else:
            rows = _by_identifier(work, kind, value, at)
    if not rows:
        raise UsageError(
            "There is no such person in this environment.",
            "Give a profile id, or KIND:VALUE as in email:jane@example.com.",
        )
    if len(rows) > 1:
        raise UsageError(
            f"{len(rows)} people have this identifier.", "Give the profile id of one of them."
        )
    return int(rows[0]["slot"]), str(rows[0]["profile_id"])


def _by_identifier(work: Workspace, kind: str, value: str, at: Instant) -> list[dict[str, object]]:
    if kind not in [field.value for field in Field]:
        return []
    origins = work.definition.identifiers.get(Field(kind), ())
    found: dict[object, dict[str, object]] = {}
    for origin in origins:
        name = origin.source.removeprefix(ATTRIBUTE)
        query = statement("funnel", "by_attribute")
        params = {"name": name, "value": value, "now": int(at)}
        for row in work.engine.query(query, params).to_pylist():
            found[row["slot"]] = row
    return list(found.values())


def _tree(work: Workspace, segment: str, slot: int, scope: Scope) -> Branch:
    return explain_condition(work.engine, segment, work.meaning, slot, scope)


def _audience(
    work: Workspace, audience: Audience, slot: int, profile_id: str, at: Instant
) -> Explanation:
    scope = work.scope(at)
    tree = _tree(work, audience.segment, slot, scope)
    suppressions = tuple(_tree(work, name, slot, scope) for name in audience.suppress)
    work.desire(work.evaluate(at), at)
    here = {"audience": audience.name, "slot": slot}
    rows = work.engine.query(statement("funnel", "person"), here).to_pylist()
    position = Position(**rows[0]) if rows else Position("not eligible", None, None)
    inside = position.step == "desired"
    around = stretch(work.engine, _desired(work, audience), slot, scope, holds=inside)
    return Explanation(
        person=profile_id,
        merged=merged_profiles(work.engine, slot),
        subject=audience.name,
        at=at,
        inside=inside,
        since=around.since,
        until=around.until,
        tree=tree,
        suppressions=suppressions,
        funnel=position,
        identifiers=_identifiers(work, slot),
        ledger=tuple(state for sync in audience.syncs for state in _ledger(work, sync, slot)),
        batches=tuple(each for sync in audience.syncs for each in _batches(work, sync, slot)),
    )


def _desired(work: Workspace, audience: Audience) -> Formula:
    """Spell what makes a person desired: eligible, in no suppression, and in a tier."""
    formulas = work.program.formulas
    suppressed = [Negation(formulas[name]) for name in audience.suppress]
    tiers = tuple(formulas[tier.segment] for tier in audience.tiers)
    return And((formulas[audience.segment], *suppressed, *([Or(tiers)] if tiers else [])))


def _identifiers(work: Workspace, slot: int) -> tuple[Identifier, ...]:
    rows = work.engine.query(
        "SELECT platform, field, sent IS NOT NULL AS usable, "
        "CASE WHEN sent IS NULL THEN reason END AS reason "
        "FROM prepared WHERE slot = $slot AND slot IN (SELECT slot FROM people) "
        "ORDER BY platform, field",
        {"slot": slot},
    )
    return tuple(Identifier(**row) for row in rows.to_pylist())


def _ledger(work: Workspace, sync: Sync, slot: int) -> list[LedgerState]:
    here = {"sync": sync.name, "slot": slot}
    desired = {
        row["row_key"]
        for row in work.engine.query(statement("funnel", "person_entry"), here).to_pylist()
        if row["row_key"] is not None
    }
    known = {
        row["row_key"]: LedgerState(
            sync.name,
            row["row_key"],
            row["row_key"] in desired,
            row["held"],
            row["open_op"],
            row["rejected_op"],
            row["last_reason"] or None,
            Instant(row["last_at"]),
        )
        for row in work.engine.query(statement("ledger", "entry_of"), here).to_pylist()
    }
    for key in desired - known.keys():
        known[key] = LedgerState(sync.name, key, True, "never", None, None, None, None)  # noqa: FBT003
    return list(known.values())


def _batches(work: Workspace, sync: Sync, slot: int) -> list[Travelled]:
    rows = work.engine.query(
        statement("ledger", "batches_of"), {"sync": sync.name, "slot": slot}
    ).to_pylist()
    return [
        Travelled(
            sync.name,
            row["batch_id"],
            row["op"],
            row["outcome"],
            row["reason"],
            Instant(row["recorded_at"]),
        )
        for row in rows
    ]
