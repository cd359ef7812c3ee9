"""Bugs planted on purpose: a test suite that does not notice them is not one.

A mutant says what would be broken, where, and which tests must fail then. ``find`` stands in the
file exactly once, so that a mutant which no longer applies is noticed rather than passed over.
"""

from mutant import Mutant
from mutants_of_corrections import CORRECTIONS
from mutants_of_data import DATA
from mutants_of_dating import DATED
from mutants_of_evaluation import EVALUATION
from mutants_of_identity import IDENTITY
from mutants_of_keyed import KEYED
from mutants_of_merging import MERGING
from mutants_of_snapshots import OF_SNAPSHOTS

RUN = ("tests/sync/test_run.py",)
CRASH = ("tests/sync/test_crash.py", "-m", "not soak")
SEGMENTS = ("tests/test_segment_fixtures.py",)
ORDERS = (*SEGMENTS, "-k", "order")
TRAITS = (*SEGMENTS, "-k", "traits")
TICKS = ("tests/app/test_simulation.py", "tests/app/test_simulated_edges.py")
META = ("tests/destinations/test_conformance.py", "tests/destinations/test_meta.py")

MUTANTS: tuple[Mutant, ...] = (
    *CORRECTIONS,
    *DATA,
    *DATED,
    *EVALUATION,
    *IDENTITY,
    *KEYED,
    *MERGING,
    *OF_SNAPSHOTS,
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
        "case Within(span):\n            return _all(_gt(moment, shifted(at, -span))",
        "case Within(span):\n            return _all(_gt(moment, shifted(at, -span - 1))",
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
        "segments: whoever has no events has no count of zero",
        "dataout/sql/nobody.py",
        "return not isinstance(atom, NumberAtom) and bool(COMPARED[op](0, bound))",
        "return False",
        SEGMENTS,
    ),
    Mutant(
        "segments: a trait is computed only for whom it has rows",
        "dataout/sql/nobody.py",
        "return not all(numeric) or not _adds_up(part.value)",
        "return False",
        SEGMENTS,
    ),
    Mutant(
        "orders: a key that is a number is another than its spelling",
        "dataout/sql/values.sql",
        "WHEN is_number(v) THEN 'v' || rtrim",
        "WHEN is_number(v) THEN 'n' || rtrim",
        SEGMENTS,
    ),
    Mutant(
        "orders: a negative refund adds to the order",
        "dataout/sql/orders.py",
        """f"abs({_number(refund.amount, '0')}) AS back \"""",
        """f"{_number(refund.amount, '0')} AS back \"""",
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
        "dataout/segments/translate.py",
        "return And((PickedIn(TimeAtom(since.source, since.which), None), measured))",
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
        "orders: a return takes its units from the wrong lines",
        "dataout/sql/orders.py",
        "greatest(lowest - (height - units), 0) AS stays",
        "least(units, lowest) AS stays",
        ORDERS,
    ),
    Mutant(
        "orders: a return takes units from one line at most",
        "dataout/sql/orders.py",
        "CURRENT ROW AND UNBOUNDED FOLLOWING",
        "CURRENT ROW AND 1 FOLLOWING",
        ORDERS,
    ),
    Mutant(
        "orders: of one instant, returned before it is bought",
        "dataout/sql/orders.py",
        "event_time AS moment, 1 AS turn,",
        "event_time AS moment, -1 AS turn,",
        ORDERS,
    ),
    Mutant(
        "orders: a refund does not touch its order",
        "dataout/sql/orders.py",
        "o.shrunk OR {refunded} IS NOT NULL AS touched",
        "o.shrunk AS touched",
        ORDERS,
    ),
    Mutant(
        "orders: a refunded order counts for ever",
        "dataout/sql/sources.py",
        ' OR o.refunded IS NULL OR coalesce(o.amount > 0, FALSE)")',
        ' OR TRUE")',
        ORDERS,
    ),
    Mutant(
        "orders: what is reported twice is worth both",
        "dataout/sql/sources.py",
        "{rule.combine}(line_left)",
        "sum(line_left)",
        ORDERS,
    ),
    Mutant(
        "orders: of lines of one instant, the first to land stands for the order",
        "dataout/sql/sources.py",
        "line_time, line_received, line_landing)",
        "line_time, line_landing)",
        ORDERS,
    ),
    Mutant(
        "orders: each line counts",
        "dataout/sql/events.py",
        'once = (parsed_part("counts"),) if atom.source.rules else ()',
        "once: tuple[exp.Expr, ...] = ()",
        ORDERS,
    ),
    Mutant(
        "orders: the numbers of other events beside them are lost",
        "dataout/sql/lookups.py",
        "return bool(source.names) and orders.issuperset(source.names)",
        "return bool(orders)",
        ORDERS,
    ),
    Mutant(
        "orders: a refund of no usable amount does not touch its order",
        "dataout/sql/orders.py",
        "coalesce(sum(back), 0) AS back FROM",
        "sum(back) AS back FROM",
        ORDERS,
    ),
    Mutant(
        "traits: in arithmetic a sum that does not fit is zero",
        "dataout/sql/formulas.py",
        """            there = exp.Coalesce(this=columns[atom].copy(), expressions=[exp.convert(0)])
            return call("fitting", there)
""",
        """            there = call("fitting", columns[atom])
            return exp.Coalesce(this=there, expressions=[exp.convert(0)])
""",
        TRAITS,
    ),
    Mutant(
        "traits: an average is of a sum that fits",
        "dataout/sql/formulas.py",
        'return call("ratio", columns[total], columns[usable])',
        'return call("ratio", call("fitting", columns[total]), columns[usable])',
        TRAITS,
    ),
    Mutant(
        "values: numbers are rounded half up",
        "dataout/sql/values.sql",
        r"'^(-?[0-9]+[.][0-9]{5}[02468])50*$'",
        r"'^(-?[0-9]+[.][0-9]{5}x)50*$'",
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
        "  WHERE landing > (SELECT withdrawals FROM seen) AND slot IS NOT NULL\n",
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
        "dataout/sql/dating.sql",
        'SELECT segment, slot, max("at") AS last FROM seen WHERE differs',
        'SELECT segment, slot, min("at") AS last FROM seen WHERE differs',
        (*TICKS, "-k", "again_and_again"),
    ),
    Mutant(
        "ticks: only the newest edges are looked at",
        "dataout/audiences/dating.py",
        "seen, until = min(until, most), until * FACTOR",
        "seen = until = min(until, most)",
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
        "looks: an object has the attributes of another",
        "dataout/sql/looks.py",
        "AND related.object_id = related.slot || ':' || o.object_id",
        "AND TRUE",
        (*TICKS, "-k", "object"),
    ),
)
"""Most of them were real once, on the way here."""
