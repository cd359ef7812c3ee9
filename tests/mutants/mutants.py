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
META = ("tests/destinations/test_conformance.py", "tests/destinations/test_meta.py")
BAD_DATA = ("tests/cli/test_bad_data.py", "-k", "without_a_header")
ENGINE = ("tests/engines/test_duckdb.py",)
REJECTS = ("tests/ingest/test_rejects.py",)

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
        "seen: exp.Condition = exp.column(time_column, table=table) <= int(self.at)",
        "seen: exp.Condition = exp.true()",
        SEGMENTS,
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
        "ingest: a first line is taken for a header whatever it holds",
        "dataout/ingest/headers.py",
        "        if set(words) & set(cells):\n",
        "        if cells:\n",
        BAD_DATA,
    ),
    Mutant(
        "ingest: a repeated cell of a first line is shown",
        "dataout/ingest/tables.py",
        "its columns {first + 1} and {at + 1} have the same name.",
        "its columns {first + 1} and {at + 1} are called {column}.",
        BAD_DATA,
    ),
    Mutant(
        "engine: a full disk is our own mistake",
        "dataout/engines/duckdb.py",
        "any(words in told for words in NO_ROOM)",
        "not NO_ROOM",
        ("tests/cli/test_bad_state.py", "-k", "disk_that_is_full"),
    ),
    Mutant(
        "engine: damage that Arrow meets is our own mistake",
        "dataout/engines/duckdb.py",
        "except (duckdb.Error, OSError, pa.ArrowException) as error:",
        "except duckdb.Error as error:",
        ENGINE,
    ),
    Mutant(
        "engine: damage is our own mistake",
        "dataout/engines/duckdb.py",
        "type(error) is duckdb.Error",
        "type(error) is duckdb.FatalException",
        ENGINE,
    ),
    Mutant(
        "definitions: an optional secret may stand in plain text",
        "dataout/definitions/destinations.py",
        "    return any(_is_secret(part) for part in get_args(annotation))\n",
        "    return False\n",
        ("tests/definitions/test_mistakes.py", "-k", "secret"),
    ),
    Mutant(
        "evaluate: rows that cannot be taken in are left out",
        "dataout/app/memory.py",
        "        if not count:\n",
        "        if True:\n",
        ("tests/test_evaluate.py",),
    ),
    Mutant(
        "rejects: another mapping is taken for unlike rejects",
        "dataout/ingest/rejects.py",
        "        _must_be_alike(groups, file)\n",
        "        pass\n",
        REJECTS,
    ),
    Mutant(
        "rejects: a replay of one file reads the others too",
        "dataout/sql/load.sql",
        "mapping = $2 AND $3 IN ('', file) AND",
        "mapping = $2 AND $3 IS NOT NULL AND",
        REJECTS,
    ),
)
"""Most of them were real once, on the way here."""
