"""Bugs planted on purpose: a test suite that does not notice them is not one.

A mutant says what would be broken, where, and which tests must fail then. ``find`` stands in the
file exactly once, so that a mutant which no longer applies is noticed rather than passed over.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug. ``file`` is relative to ``src``; ``tests`` are arguments for pytest."""

    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]


RUN = ("tests/sync/test_run.py",)
CRASH = ("tests/sync/test_crash.py", "-m", "not soak")
SEGMENTS = ("tests/test_segment_fixtures.py",)
CORRECTED = (*SEGMENTS, "-k", "corrected or deleted")
VERSIONS = ("tests/ingest/test_versions.py",)
TICKS = ("tests/app/test_simulation.py",)
PLAYS = ("tests/properties/test_ticks.py", "-m", "not soak")
META = ("tests/destinations/test_conformance.py", "tests/destinations/test_meta.py")

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "sync: the intent is not written before the call",
        "dataout/sync/reconcile.py",
        "    if fresh:\n        write_ahead(run.engine, parcel, run.patience.clock.now())\n",
        "",
        (*RUN, "-k", "lost_answer or without_an_answer"),
    ),
    Mutant(
        "sync: silence counts as accepted",
        "dataout/sync/ledger.py",
        'silent = Deferred("the destination said nothing about it")',
        "silent = Accepted()",
        ("tests/sync/test_ledger.py",),
    ),
    Mutant(
        "sync: a refused call settles its members",
        "dataout/sync/reconcile.py",
        'close_as(run.engine, parcel, "refused", str(answer), now)',
        'close_as(run.engine, parcel, "accepted", str(answer), now)',
        (*RUN, "-k", "wrong_token"),
    ),
    Mutant(
        "sync: removals name what somebody who stays shows",
        "dataout/sync/reconcile.py",
        "if name in IDENTIFYING and (name.value, value) not in shown",
        "if name in IDENTIFYING",
        (*RUN, "-k", "equal_values"),
    ),
    Mutant(
        "sync: who shares a value with a removed entry is not added once more",
        "dataout/sync/ledger.py",
        "            _doubt_sharers(engine, parcel, now)\n",
        "            pass\n",
        (*RUN, "-k", "equal_values"),
    ),
    Mutant(
        "sync: additions do not wait for exclusions",
        "dataout/sync/reconcile.py",
        "    if unsettled:\n",
        "    if False:\n",
        (*RUN, "-k", "additions_wait"),
    ),
    Mutant(
        "sync: an exclusion does not add",
        "dataout/sync/reconcile.py",
        "PHASES = (\n    Phase(Op.ADD, protects=True, urgency=1),\n",
        "PHASES = (\n",
        (*RUN, "-k", "exclusion_first"),
    ),
    Mutant(
        "sync: an unanswered batch is sent again though it no longer holds",
        "dataout/sync/reconcile.py",
        "sync=parcel.sync, keys=keys) == len(keys)",
        "sync=parcel.sync, keys=keys) >= 0",
        (*RUN, "-k", "bought_meanwhile or lost_answer"),
    ),
    Mutant(
        "ledger: what may be there is left there",
        "dataout/sql/ledger.sql",
        "WHEN b.held NOT IN ('added', 'maybe') THEN 'nothing'",
        "WHEN b.held <> 'added' THEN 'nothing'",
        (*RUN, "-k", "bought_meanwhile"),
    ),
    Mutant(
        "segments: a window is closed at its start",
        "dataout/sql/windows.py",
        "            return _all(_gt(time, at - span), _lte(time, at))\n        case OlderThan",
        "            return _all(_gt(time, at - span - 1), _lte(time, at))\n        case OlderThan",
        SEGMENTS,
    ),
    Mutant(
        "segments: the future is visible",
        "dataout/sql/scope.py",
        "come = exp.LTE(this=happened, expression=written(self.of(table).now))",
        "come = exp.true()",
        SEGMENTS,
    ),
    Mutant(
        "corrections: replaced and deleted events count",
        "dataout/sql/scope.py",
        "            known = exp.and_(current, known, copy=False)\n",
        "",
        CORRECTED,
    ),
    Mutant(
        "corrections: they take effect a moment after they are known",
        "dataout/sql/scope.py",
        "superseded.copy() > int(self.known_at)",
        "superseded.copy() >= int(self.known_at)",
        CORRECTED,
    ),
    Mutant(
        "corrections: deleted people stay in segments",
        "dataout/sql/evaluate.py",
        'scope.concerned("p"), scope.alive("p")',
        'scope.concerned("p")',
        CORRECTED,
    ),
    Mutant(
        "corrections: any copy replaces",
        "dataout/sql/versions.sql",
        "    corrects\n    OR row_number()",
        "    TRUE\n    OR row_number()",
        VERSIONS,
    ),
    Mutant(
        "corrections: the first loaded counts, not the first received",
        "dataout/sql/versions.sql",
        "AND old.received_at > new.received_at\n",
        "AND FALSE\n",
        VERSIONS,
    ),
    Mutant(
        "corrections: a deletion that came before its event is forgotten",
        "dataout/sql/versions.sql",
        "SELECT digest FROM load_parsed JOIN withdrawals ON event_key = digest\n",
        "SELECT digest FROM load_parsed WHERE FALSE\n",
        VERSIONS,
    ),
    Mutant(
        "corrections: an event can be taken from its person",
        "dataout/sql/versions.sql",
        "AND op IS NOT NULL AND profile_id <> person;",
        "AND FALSE;",
        VERSIONS,
    ),
    Mutant(
        "corrections: the same file again is news",
        "dataout/sql/versions.sql",
        "CASE WHEN stated THEN repeated ELSE unchanged END, FALSE)",
        "CASE WHEN stated THEN repeated ELSE FALSE END, FALSE)",
        VERSIONS,
    ),
    Mutant(
        "segments: an anchor counts itself",
        "dataout/sql/formulas.py",
        'exp.NEQ(this=landing, expression=_field(anchor, "landing")),',
        "exp.true(),",
        SEGMENTS,
    ),
    Mutant(
        "segments: a missing anchor holds",
        "dataout/segments/atoms.py",
        "return measured if since is None else And((Happened(since), measured))",
        "return measured",
        SEGMENTS,
    ),
    Mutant(
        "segments: an absent average compares",
        "dataout/sql/formulas.py",
        "holds(exp.GT(this=usable.copy(), expression=exp.convert(0))),",
        "exp.true(),",
        ("tests/properties/test_engine_equals_judge.py", *SEGMENTS),
    ),
    Mutant(
        "values: numbers are rounded half up",
        "dataout/sql/values.sql",
        "    WHEN abs(d - CAST(d AS DECIMAL(38, 6))) = 0.0000005\n",
        "    WHEN FALSE\n",
        SEGMENTS,
    ),
    Mutant(
        "meta: a rejected row is not counted",
        "dataout/destinations/meta/client.py",
        "unnamed=min(invalid, len(batch.rows)),",
        "unnamed=0,",
        META,
    ),
    Mutant(
        "ticks: an object's news touch nobody",
        "dataout/sql/ticks.sql",
        "  WHERE o.landing > (SELECT object_attributes FROM seen)\n",
        "  WHERE FALSE\n",
        (*TICKS, "-k", "object"),
    ),
    Mutant(
        "ticks: what is withdrawn touches nobody",
        "dataout/sql/ticks.sql",
        "  WHERE w.landing > (SELECT withdrawals FROM seen)\n",
        "  WHERE FALSE\n",
        (*TICKS, "-k", "withdrawn"),
    ),
    Mutant(
        "ticks: an edge that is reached has not passed",
        "dataout/sql/ticks.sql",
        "SELECT DISTINCT slot FROM edges WHERE moment <= $at",
        "SELECT DISTINCT slot FROM edges WHERE moment < $at",
        (*TICKS, "-k", "windows"),
    ),
    Mutant(
        "ticks: a change is dated by the first time that it was so",
        "dataout/sql/ticks.sql",
        "  SELECT c.segment, c.slot, max(later.moment) AS moment\n",
        "  SELECT c.segment, c.slot, min(later.moment) AS moment\n",
        PLAYS,
    ),
    Mutant(
        "ticks: only the newest edges are looked at",
        "dataout/audiences/ticks.py",
        "    while seen < _furthest(engine):\n",
        "    while seen < min(_furthest(engine), 1):\n",
        (*TICKS, "-k", "long_stretch"),
    ),
    Mutant(
        "ticks: a definition's change is dated like any other",
        "dataout/sql/ticks.sql",
        "UPDATE membership_changes SET true_from = $at WHERE cause = 'definition'",
        "UPDATE membership_changes SET true_from = $at WHERE cause = 'definition' AND NOT entered",
        (*TICKS, "-k", "definition"),
    ),
    Mutant(
        "edges: a window has no end",
        "dataout/segments/edges.py",
        "            return frozenset({0, span})\n",
        "            return frozenset({0})\n",
        (*TICKS, "-k", "windows"),
    ),
    Mutant(
        "edges: an age has one end",
        "dataout/segments/edges.py",
        "            return frozenset({0, youngest, oldest})\n",
        "            return frozenset({0, youngest})\n",
        (*TICKS, "-k", "age"),
    ),
    Mutant(
        "edges: a calendar window never ends",
        "dataout/sql/edges.py",
        "for day in (days.youngest, days.oldest + 1)]",
        "for day in (days.youngest,)]",
        (*TICKS, "-k", "calendar"),
    ),
    Mutant(
        "edges: nothing that happens in a sequence has a time to run out",
        "dataout/segments/edges.py",
        "            yield EventEdge(before.names, chain.never.within)\n",
        "            yield EventEdge(before.names)\n",
        (*TICKS, "-k", "windows"),
    ),
    Mutant(
        "edges: what cancels an order does so unnoticed",
        "dataout/segments/edges.py",
        "            yield EventEdge((cancel.event,))\n",
        "            yield EventEdge(source.names)\n",
        (*TICKS, "-k", "cancels"),
    ),
    Mutant(
        "looks: objects are shared between instants",
        "dataout/sql/looks.py",
        "AND related.object_id = related.slot || ':' || o.object_id",
        "AND related.object_id LIKE '%:' || o.object_id AND related.slot % 2 = 0",
        (*TICKS, "-k", "object"),
    ),
)
"""Most of them were real once, on the way here."""
