"""Since when the changes of a tick are so: a look back from edge to edge, until it was otherwise.

The last tick said what was so then, and what arrived since changes nothing before its own times. So
one look, right before that, mostly shows when it was otherwise, and few edges lie in between. Where
there are more than can be looked at, time is divided instead: that finds an instant at which it
did turn, and misses at most that it turned to and fro in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataout.audiences.ready import Looking, Ticking, look, looking_for, show_edges
from dataout.model.people import Instant
from dataout.model.times import EARLIEST
from dataout.ports import Engine
from dataout.sql.named import statement

FIRST_LOOKS, FACTOR = 4, 8
"""How many edges back the first round looks for the beginning of a change, and each next round."""

MOST = 2_048
"""Edges that a person is looked at one by one, at most."""

PORTION = 25_000
"""Rows of the people whose changes are dated together."""

WORK = 1_500_000
"""Rows that looks at one portion may read in each of three attempts to date its changes.

Each look reads all rows of its person.
"""

SOME = 16
"""Looks that a change may have in a portion where nobody has a very long history."""

PART, LEAST = 4_000_000, 8
"""Rows that are read by looks which are evaluated together; a look counts for eight at least.

That makes no more than 500,000 of them: half a million is what a look's number can tell apart.
"""

HEAVY = 100_000
"""In a portion of so many rows it pays to compile what is asked for alone."""

WAYS, ROUNDS = 8, 16
"""In how many pieces time is divided, and how often."""


@dataclass(frozen=True, slots=True)
class _Portion:
    """Some people whose changes are dated together, and what to look at them with.

    ``share`` is how many looks each change may have.
    """

    engine: Engine
    looking: Looking
    at: Instant
    share: int

    def execute(self, name: str, **params: object) -> None:
        self.engine.execute(_sql(name), params)

    def open(self) -> bool:
        return bool(self.engine.query(_sql("open")).to_pylist()[0]["n"])


def date(engine: Engine, ready: Ticking, at: Instant) -> None:
    """Date those of ``membership_changes`` that have no ``true_from``; ``edge_numbers`` is filled.

    The work is bounded by the rows that there are of the people who changed, however many edges
    they have.
    """
    engine.execute(_sql("to_date"), {"portion": PORTION})
    for row in engine.query(_sql("portions")).to_pylist():
        engine.execute(
            _sql("dating"), {"portion": row["portion"], "at": int(at), "first": int(EARLIEST)}
        )
        names: Sequence[str] = row["segments"]
        heavy = row["rows"] > HEAVY and len(names) < len(ready.looking.columns)
        looking = looking_for(ready, names) if heavy else ready.looking
        engine.execute(_sql("edged"))
        show_edges(engine, ready, names)
        _date(_Portion(engine, looking, at, _share(row["rows"], len(names))))
        engine.execute(_sql("dated"))


def _share(rows: int, segments: int) -> int:
    share = WORK // (rows * segments)
    return max(share, SOME) if rows <= 2 * PORTION else share


def _date(portion: _Portion) -> None:
    _walk(portion)
    if not portion.open():
        return
    portion.execute("further", first=int(EARLIEST))
    _walk(portion)
    portion.execute("always", at=int(portion.at), first=int(EARLIEST))
    if not portion.open():
        return
    _divide(portion)
    portion.execute("at_the_latest")
    portion.execute("never_otherwise", at=int(portion.at), first=int(EARLIEST))


def _walk(portion: _Portion) -> None:
    """Look right before each edge, from the newest on, as far as it can be afforded."""
    most = min(MOST, portion.share)
    portion.execute("past", most=most)
    seen, until = -1, FIRST_LOOKS
    while True:
        portion.execute("right_before", seen=seen, until=min(until, most))
        if not _narrow(portion):
            return
        seen, until = min(until, most), until * FACTOR


def _divide(portion: _Portion) -> None:
    """Look at instants that divide the time in which it must have begun."""
    ways = max(2, min(WAYS, portion.share))
    for _ in range(max(1, min(ROUNDS, portion.share // ways))):
        portion.execute("in_between", ways=ways)
        if not _narrow(portion):
            return


def _narrow(portion: _Portion) -> bool:
    """Carry the looks out that are planned; False: there are none."""
    portion.execute("every_look", part=PART, least=LEAST)
    parts = portion.engine.query(_sql("parts")).column("part").to_pylist()
    portion.execute("nothing_held")
    for part in parts:
        portion.execute("looks", part=part)
        look(portion.engine, portion.looking)
        portion.execute("found_held")
    if parts:
        portion.execute("narrowed")
        portion.execute("found")
    return bool(parts)


def _sql(name: str) -> str:
    return statement("dating", name)
