"""Bugs planted in keyed ticks: in what they keep in memory, and in how that meets the tables."""

from mutant import Mutant

KEYED_TICKS = ("tests/audiences/test_keyed.py",)

KEYED: tuple[Mutant, ...] = (
    Mutant(
        "keyed: an edge comes a millisecond late",
        "dataout/ticks/calendar.py",
        "offset = at % HOUR + 1",
        "offset = at % HOUR",
        ("tests/ticks/test_calendar.py",),
    ),
    Mutant(
        "keyed: a bucket keeps only what came last",
        "dataout/ticks/calendar.py",
        "[ordered(np.concatenate(pieces))]",
        "[ordered(pieces[-1])]",
        ("tests/ticks/test_calendar.py",),
    ),
    Mutant(
        "keyed: new people are not asked about",
        "dataout/ticks/keyed.py",
        "news.born, renewed",
        "renewed",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: whose events were corrected is not asked about",
        "dataout/ticks/keyed.py",
        "renewed = news.renewed if renewable else NONE",
        "renewed = NONE",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: what no stream reads is taken for told",
        "dataout/audiences/feeding.py",
        "return same and all(now.arrived[table] == before.arrived[table] for table in UNREAD)",
        "return same",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: others' ticks are taken for ours",
        "dataout/audiences/feeding.py",
        "return same and all(",
        "return all(",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: the row before the first is another's",
        "dataout/ticks/reading.py",
        "own = (rank > 0) & (moment >= EPOCH)",
        "own = rank > 0",
        ("tests/ticks/test_streams.py",),
    ),
    Mutant(
        "keyed: the row after the last is another's",
        "dataout/ticks/reading.py",
        "own = (rank < len(run)) & (moment < END)",
        "own = rank < len(run)",
        ("tests/ticks/test_streams.py",),
    ),
    Mutant(
        "keyed: segments that read the same news share nobody's edges",
        "dataout/ticks/keyed.py",
        "slots = _united([*parts, *edges, news.born, news.moved, renewed])",
        "slots = _united([*parts, *edges[:1], news.born, news.moved, renewed])",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: what was corrected stays in the streams",
        "dataout/ticks/shards.py",
        "after[origin] = without_people(after[origin], news.renewed)",
        "pass",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: what was corrected goes from streams that have it anew already",
        "dataout/ticks/shards.py",
        "renewable & news.lack & after.keys()",
        "renewable & after.keys()",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: corrections are not noted when they are loaded",
        "dataout/ingest/intake.py",
        '"withdrawals", "rewritten")',
        '"withdrawals")',
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: a change is dated before its edge",
        "dataout/ticks/dating.py",
        "since[open_[flips]] = edges[flips]",
        "since[open_[flips]] = edges[flips] - 1",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: forgotten rows count as if they had never been",
        "dataout/ticks/doubts.py",
        "return before & (_first_rows(view) < stream.kept_from)",
        "return before & False",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: what is asked elsewhere is told twice",
        "dataout/ticks/keyed.py",
        "left = ~among(changes.slots, each.slots)",
        "left = np.ones(len(changes.slots), bool)",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: whatever arrived, it was time that passed",
        "dataout/ticks/keyed.py",
        "causes[among(slots, news.heard)] = CAUSES.index(Cause.DATA)",
        "pass",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: that SQL has ticked in between is not noticed",
        "dataout/audiences/keyed.py",
        "others = before is None or before.ticked != now.ticked",
        "others = before is None",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: SQL takes the edges in its table for all there are",
        "dataout/audiences/ticks.py",
        "steady = [name for name in same if name not in kept]",
        "kept, steady = frozenset(), same",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: streams with a shorter reach serve a longer one",
        "dataout/ticks/crowd.py",
        "return kept_from == LONG_AGO or (need.reach is not None and kept_from <= at - need.reach)",
        "return True",
        KEYED_TICKS,
    ),
    Mutant(
        "keyed: memory survives a tick that failed",
        "dataout/audiences/keyed.py",
        "        except BaseException:\n            self.let_go()\n            raise\n",
        "        except BaseException:\n            self._crowd.settle(self._ready.asked, {}, at)\n"
        "            self._crowd.shards.clear()\n            raise\n",
        (*KEYED_TICKS, "-k", "fails"),
    ),
)
