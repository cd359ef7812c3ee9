"""What arrived, as tables with the engine's slots, sorted into shards and made into rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dataout.model.membership import Cause
from dataout.segments.atoms import Source
from dataout.ticks import reading
from dataout.ticks.columns import Rows
from dataout.ticks.feeding import Arrived, Feed
from dataout.ticks.keys import LONG_AGO, Flags, Ints, Looks, among, local, ordered, shards_of
from dataout.ticks.needs import AttributeRows, DeletionRows, ListRows, Origin, SeenRows
from dataout.ticks.runs import NONE
from dataout.ticks.shards import News, Shard
from dataout.ticks.views import View


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """What arrived since streams were last fed, each as ``Arrived`` has it (None: nothing).

    ``renewed`` are people whose events were corrected: all of theirs are among ``events``, and
    ``settings`` has (slot, moment) of all their attributes. ``heard`` says of whom anything arrived
    since the last tick: (slot, cause). ``moved`` merged with others or parted from them: they are
    among ``renewed``, and all of theirs is in the other tables as well. ``profiles`` are new.
    """

    events: pa.Table | None = None
    attributes: pa.Table | None = None
    list_members: pa.Table | None = None
    deletions: pa.Table | None = None
    settings: pa.Table | None = None
    renewed: pa.Table | None = None
    moved: pa.Table | None = None
    heard: pa.Table | None = None
    profiles: pa.Table | None = None


def slots_in(table: pa.Table | None) -> Ints:
    """Give the slots in a table, in order, each once."""
    return NONE if table is None else ordered(_slots(table))


def news_of(
    arrivals: Arrivals, feeds: Mapping[Origin, Feed], shards: Mapping[int, Shard]
) -> Mapping[int, News]:
    """Make rows of what arrived, and sort all of it into shards."""
    rows = dict(_rows(arrivals, feeds))
    people = {
        "renewed": slots_in(arrivals.renewed),
        "moved": slots_in(arrivals.moved),
        "heard": slots_in(arrivals.heard),
        "deleted": _moved(arrivals.heard),
        "born": slots_in(arrivals.profiles),
    }
    every = [*people.values(), *(each.slots for each in rows.values())]
    found = {}
    for number in ordered(shards_of(np.concatenate(every))).tolist():
        own = {name: local(slots[shards_of(slots) == number]) for name, slots in people.items()}
        told = {origin: part(each, number) for origin, each in rows.items()}
        if number in shards and SeenRows() in told:
            told[SeenRows()] = _earlier(told[SeenRows()], shards[number], own["renewed"])
        told = {origin: each for origin, each in told.items() if len(each.slots)}
        found[number] = News(told, frozenset(feeds), **own)
    return found


def part(rows: Rows, shard: int) -> Rows:
    """Take the rows of one shard, with the slots that they have there."""
    own = Rows(local(rows.slots), rows.moments, rows.columns)
    mine = shards_of(rows.slots) == shard
    return own if mine.all() else _only(own, mine)


def _rows(arrivals: Arrivals, feeds: Mapping[Origin, Feed]) -> Iterator[tuple[Origin, Rows]]:
    events, attributes = _arrived(arrivals.events), _arrived(arrivals.attributes)
    members, deletions = _arrived(arrivals.list_members), _arrived(arrivals.deletions)
    for origin, feed in feeds.items():
        match origin:
            case Source():
                arrived = events
            case AttributeRows():
                arrived = attributes
            case ListRows():
                arrived = members
            case DeletionRows():
                arrived = deletions
            case SeenRows():
                arrived = _arrived(_seen(arrivals))
        if arrived is not None:
            yield origin, feed(arrived)


def _arrived(table: pa.Table | None) -> Arrived | None:
    return None if table is None or table.num_rows == 0 else Arrived(table)


def _seen(arrivals: Arrivals) -> pa.Table | None:
    """List the moments of all that shows that somebody was there."""
    said = (arrivals.events, arrivals.attributes, arrivals.settings)
    some = [table.select(["slot", "moment"]) for table in said if table is not None]
    return pa.concat_tables(some) if some else None


def _earlier(rows: Rows, shard: Shard, renewed: Ints) -> Rows:
    """Take the rows that say that somebody was seen earlier than was known."""
    stream = shard.streams.get(SeenRows())
    if stream is None:
        return rows
    by = np.lexsort((rows.moments, rows.slots))
    rows = _only(rows, by)
    rows = _only(rows, np.diff(rows.slots, prepend=-1) != 0)
    view = View(Looks(rows.slots, rows.moments), {})
    known = reading.next_moments(view, stream, view.fixed(LONG_AGO))
    return _only(rows, (rows.moments < known) | among(rows.slots, renewed))


def _only(rows: Rows, some: Ints | Flags) -> Rows:
    held = {column: values[some] for column, values in rows.columns.items()}
    return Rows(rows.slots[some], rows.moments[some], held)


def _moved(heard: pa.Table | None) -> Ints:
    if heard is None:
        return NONE
    causes = heard.column("cause").to_numpy()
    return ordered(_slots(heard)[causes == Cause.IDENTITY.value])


def _slots(table: pa.Table) -> Ints:
    slots: Ints = table.column("slot").to_numpy().astype(np.int64)
    return slots
