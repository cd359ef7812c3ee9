"""Ticks: memberships brought up to an instant by looking only at whom something has touched.

A person is touched by data that arrived since the last tick, by an edge that has come, or, with
everybody else, by a segment whose meaning is another than it was. The state is in the engine:
``memberships``, ``edges``, the ``membership_log``; a tick changes it in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dataout.audiences.dating import date
from dataout.audiences.evaluate import evaluate, unpivot
from dataout.audiences.ready import Ticking, look, show_edges
from dataout.errors import UsageError
from dataout.model.membership import Cause, MembershipChange
from dataout.model.people import Instant, ProfileId
from dataout.model.times import LATEST, datetime_of
from dataout.ports import Engine
from dataout.segments.fingerprint import fingerprint
from dataout.segments.formulas import program_of
from dataout.sql.named import statement
from dataout.sql.scope import Scope

MANY = 20_000
"""Of more people than these it pays to compile a statement for the one instant of their look."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """How many people were looked at, and how many memberships changed, by cause."""

    at: Instant
    touched: int
    changes: Mapping[str, int]


def tick(engine: Engine, ready: Ticking, at: Instant) -> Ticked:
    """Bring the memberships of a program's segments up to ``at``.

    The changes of this tick are left in the working table ``tick_changes``. Raises ``UsageError``
    for an instant before that of the last tick.
    """
    last = last_tick(engine)
    if last is not None and at < last:
        raise UsageError("Ticks never go back: the last one was later than this instant.")
    with engine.transaction():
        engine.execute(_sql("no_changes"))
        engine.execute(_sql("arrived"))
        engine.execute(_sql("touched"), {"at": at})
        touched = count(engine, "touched")
        bring_up(engine, ready, at)
        keep_tick(engine, at)
    return Ticked(at, touched, by_cause(engine))


def bring_up(engine: Engine, ready: Ticking, at: Instant, others: Collection[str] = ()) -> None:
    """Ask all segments of a program, in a transaction, about the people in ``touched``.

    Those whose meaning is another, or whose edges a server kept, are asked about everybody;
    segments that are neither here nor among ``others`` end.
    """
    meanings = {name: fingerprint(of) for name, of in ready.program.formulas.items()}
    known, kept = evaluated(engine), _kept(engine)
    same = [name for name, meaning in meanings.items() if known.get(name) == meaning]
    steady = [name for name in same if name not in kept]
    if steady and count(engine, "touched"):
        settle_touched(engine, ready, steady, at)
    if unknown := [name for name in same if name in kept]:
        engine.execute(_sql("everybody_in_time"))
        _settle_everybody(engine, ready, unknown, at)
    if redefined := [name for name in meanings if name not in same]:
        engine.execute(_sql("everybody"))
        _settle_everybody(engine, ready, redefined, at)
    engine.execute(_sql("keep_edges"), {"segments": list(meanings)})
    forget(engine, [name for name in known if name not in meanings and name not in others], at)
    remember(engine, {name: meanings[name] for name in redefined})


def settle_touched(engine: Engine, ready: Ticking, names: Sequence[str], at: Instant) -> None:
    """Ask segments about the people in ``touched``, for the cause that stands there."""
    if count(engine, "touched") > MANY:
        _find_members(engine, ready, names, Scope(at, None, ready.zone, "touched"))
    else:
        engine.execute(_sql("look_at_touched"), {"at": at})
        look(engine, ready.looking)
        engine.execute(_sql("found_members"))
    _settle(engine, ready, names, at)


def _settle_everybody(engine: Engine, ready: Ticking, names: Sequence[str], at: Instant) -> None:
    _find_members(engine, ready, names, Scope(at, None, ready.zone))
    _settle(engine, ready, names, at)


def _find_members(engine: Engine, ready: Ticking, names: Sequence[str], scope: Scope) -> None:
    unpivot(engine, evaluate(engine, program_of(ready.program, names), scope), "members")


def last_tick(engine: Engine) -> Instant | None:
    """Give the instant of the last tick."""
    rows = engine.query(_sql("last")).to_pylist()
    return Instant(rows[0]["at"]) if rows else None


def next_edge(engine: Engine) -> Instant | None:
    """Give the next instant at which time alone can change a membership. It may come too early."""
    moment = engine.query(_sql("next_edge")).to_pylist()[0]["moment"]
    return None if moment is None else Instant(moment)


def members_of(engine: Engine, segment: str) -> frozenset[ProfileId]:
    """List who was in a segment at the last tick."""
    rows = engine.query(_sql("members_of"), {"segment": segment})
    return frozenset(ProfileId(each) for each in rows.column("profile_id").to_pylist())


def changes_of_tick(engine: Engine) -> list[MembershipChange]:
    """List what the last tick of this process changed, in order of time."""
    return [
        MembershipChange(
            row["segment"],
            ProfileId(row["profile_id"]),
            row["entered"],
            datetime_of(Instant(row["true_from"])),
            Cause(row["cause"]),
        )
        for row in engine.query(_sql("changes_of_tick")).to_pylist()
    ]


def _settle(engine: Engine, ready: Ticking, names: Sequence[str], instant: Instant) -> None:
    """Compare ``members`` with what was, for the people in ``touched``; note what comes next."""
    at = {"at": instant}
    pairs = [(name, number) for name in names for number in ready.numbers[name]]
    engine.execute(_sql("asked"), {"segments": names})
    engine.execute(_sql("changes"))
    engine.execute(
        _sql("edge_numbers"),
        {"segments": [name for name, _ in pairs], "numbers": [number for _, number in pairs]},
    )
    engine.execute(_sql("by_definition"), at)
    date(engine, ready, instant)
    engine.execute(_sql("passed"))
    engine.execute(_sql("edged"))
    show_edges(engine, ready, names)
    engine.execute(_sql("ahead"), {**at, "latest": LATEST})
    record(engine, at)


def record(engine: Engine, at: Mapping[str, int]) -> None:
    """Make the changes in ``membership_changes`` so."""
    engine.execute(_sql("log"), at)
    engine.execute(_sql("left"))
    engine.execute(_sql("entered"))
    engine.execute(_sql("note_changes"))


def forget(engine: Engine, names: Sequence[str], at: Instant) -> None:
    """End what segments that are gone had."""
    if not names:
        return
    gone = {"segments": list(names)}
    engine.execute(_sql("abandoned"), {**gone, "at": at})
    record(engine, {"at": at})
    engine.execute(_sql("forget_edges"), gone)
    engine.execute(_sql("forget_meanings"), gone)
    engine.execute(_sql("keep_edges"), gone)


def remember(engine: Engine, meanings: Mapping[str, str]) -> None:
    """Note what segments mean that have been asked about everybody."""
    engine.execute(_sql("forget_meanings"), {"segments": list(meanings)})
    for name, meaning in meanings.items():
        engine.execute(_sql("keep_meaning"), {"segment": name, "fingerprint": meaning})


def keep_tick(engine: Engine, at: Instant) -> None:
    """Note that there was a tick, and what had arrived."""
    engine.execute(_sql("forget_tick"))
    engine.execute(_sql("keep_tick"), {"at": at})


def _kept(engine: Engine) -> frozenset[str]:
    """List the segments whose edges a server kept."""
    return frozenset(engine.query(_sql("kept")).column("segment").to_pylist())


def evaluated(engine: Engine) -> Mapping[str, str]:
    """Give the meaning of each segment that memberships stand for."""
    rows = engine.query(_sql("evaluated")).to_pylist()
    return {row["segment"]: row["fingerprint"] for row in rows}


def by_cause(engine: Engine) -> Mapping[str, int]:
    """Count the changes of this tick by cause."""
    rows = engine.query(_sql("by_cause")).to_pylist()
    return {row["cause"]: int(row["changes"]) for row in rows}


def count(engine: Engine, table: str) -> int:
    """Count the rows of a table."""
    return int(engine.query(f"SELECT count(*) AS n FROM {table}").to_pylist()[0]["n"])


def _sql(name: str) -> str:
    return statement("ticks", name)
