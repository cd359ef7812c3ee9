"""A tick over keyed streams: only pairs of a segment and a person that may have changed are asked.

Pure: a shard and what is new in, what changed out. ``settle`` then puts it in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from dataout.model.membership import Cause
from dataout.model.people import Instant
from dataout.segments.atoms import Source
from dataout.segments.formulas import Formula
from dataout.ticks.calendar import Due
from dataout.ticks.columns import Moment
from dataout.ticks.dating import dated
from dataout.ticks.doubts import doubtful
from dataout.ticks.edges import next_edges
from dataout.ticks.formulas import members
from dataout.ticks.keys import NEVER, Flags, Ints, Looks, among, ordered
from dataout.ticks.needs import Need, Origin, SeenRows, needs_of
from dataout.ticks.runs import NONE
from dataout.ticks.shards import News, Shard, absorbed
from dataout.ticks.streams import Stream
from dataout.ticks.views import Streams, View

LOOKS = 100_000
"""How many people are looked at at once."""

CAUSES = tuple(Cause)
"""Causes are told by their place here."""


@dataclass(frozen=True, slots=True, eq=False)
class Keyed:
    """Segments that have a keyed form: their numbers in calendars, and what each of them reads.

    Every stream that any of them needs is in ``needs``, with when people were first seen.
    """

    formulas: Mapping[str, Formula]
    numbers: Mapping[str, int]
    reads: Mapping[str, frozenset[Origin]]
    needs: Mapping[Origin, Need]

    def only(self, names: Iterable[str]) -> Mapping[str, Formula]:
        """Take some of the segments."""
        return {name: self.formulas[name] for name in names}

    @property
    def renewable(self) -> frozenset[Origin]:
        """List what corrections of events reach."""
        return frozenset(each for each in self.needs if isinstance(each, Source | SeenRows))


def keyed(formulas: Mapping[str, Formula], numbers: Mapping[str, int]) -> Keyed:
    """Make segments ready to be asked."""
    needs = {SeenRows(): Need((Moment(),), None), **needs_of(formulas.values())}
    reads = {name: frozenset(needs_of([formula])) for name, formula in formulas.items()}
    return Keyed(formulas, numbers, reads, needs if formulas else {})


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Of one segment: who entered or left it, why (a place in ``CAUSES``), since when it is so."""

    segment: str
    slots: Ints
    entered: Flags
    causes: Ints
    since: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Elsewhere:
    """Pairs that streams cannot answer for: of these segments with these people, with causes."""

    segments: tuple[str, ...]
    slots: Ints
    causes: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a tick came to in one shard; ``edges`` are each segment's next ones."""

    streams: Mapping[Origin, Stream]
    changes: tuple[Changes, ...]
    edges: tuple[tuple[str, Ints, Ints], ...]
    elsewhere: tuple[Elsewhere, ...]
    looked_at: int


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What was found of some people and one segment."""

    segment: str
    slots: Ints
    holds: Flags
    changed: Flags
    doubts: Flags
    edges: Ints


def tick(
    shard: Shard, asked: Keyed, news: News, fresh: Mapping[str, Cause], at: Instant
) -> Outcome:
    """Bring a shard up to an instant. ``news.born`` have their room already (``widened``).

    ``fresh`` segments are asked about everybody: with the cause ``definition`` because they mean
    something else than before, with ``time`` because nobody knows their edges.
    """
    streams = absorbed(shard.streams, news, asked.renewable)
    dirty = tuple(_dirty(shard, asked, news, fresh, at))
    looks = [
        look
        for names, slots in dirty
        for look in _looks(shard, asked.only(names), streams, slots, at)
    ]
    redefined = frozenset(name for name, cause in fresh.items() if cause is Cause.DEFINITION)
    changed = [look for look in looks if look.changed.any()]
    found = [_changes(look, asked, streams, news, redefined, at) for look in changed]
    unsure = [(look.segment, look.slots[look.doubts]) for look in looks]
    unsure += [(changes.segment, slots) for changes, slots in found]
    elsewhere = tuple(_elsewhere(unsure, news, redefined))
    changes = (_without(each, elsewhere) for each, _ in found)
    return Outcome(
        streams,
        tuple(each for each in changes if len(each.slots)),
        tuple((look.segment, look.slots, look.edges) for look in looks),
        elsewhere,
        len(_united(slots for _, slots in dirty)),
    )


def settle(shard: Shard, asked: Keyed, outcome: Outcome, at: Instant) -> None:
    """Put in place what a tick at ``at`` came to."""
    shard.streams = outcome.streams
    for each in outcome.changes:
        shard.settle(each.segment, each.slots, each.entered)
    shard.calendar.pass_by(at)
    if outcome.edges:
        segments, slots, moments = zip(*outcome.edges, strict=True)
        numbers = np.repeat([asked.numbers[each] for each in segments], [len(s) for s in slots])
        shard.calendar.push(numbers, np.concatenate(slots), np.concatenate(moments))


def _dirty(
    shard: Shard, asked: Keyed, news: News, fresh: Mapping[str, Cause], at: Instant
) -> Iterator[tuple[tuple[str, ...], Ints]]:
    """Give the segments that have to be asked, and about whom.

    Those that read the same news are asked together, so that what they search is searched once;
    then a segment is asked about people too whose edges are others'.
    """
    told = {origin: ordered(rows.slots) for origin, rows in news.rows.items()}
    due = _by_number(shard.calendar.due(at))
    together: dict[tuple[frozenset[Origin], bool], list[str]] = {}
    for name in (name for name in asked.numbers if name not in fresh):
        origins = asked.reads[name]
        heard = origins.intersection(told), bool(origins & asked.renewable)
        together.setdefault(heard, []).append(name)
    for (origins, renewable), names in together.items():
        parts = [told[origin] for origin in origins]
        edges = [due[number] for name in names if (number := asked.numbers[name]) in due]
        renewed = news.renewed if renewable else NONE
        slots = _united([*parts, *edges, news.born, news.moved, renewed])
        if len(slots):
            yield tuple(names), slots
    if fresh:
        yield tuple(fresh), shard.everybody()


def _by_number(due: Due) -> Mapping[int, Ints]:
    numbers = ordered(due.numbers)
    starts = np.searchsorted(due.numbers, numbers)
    return dict(zip(numbers.tolist(), np.split(due.slots, starts[1:]), strict=False))


def _looks(
    shard: Shard, formulas: Mapping[str, Formula], streams: Streams, slots: Ints, at: Instant
) -> Iterator[_Look]:
    for start in range(0, len(slots), LOOKS):
        some = slots[start : start + LOOKS]
        view = View(Looks(some, np.full(len(some), at, np.int64)), streams)
        for name, holds in members(formulas, view).items():
            doubts = doubtful(formulas[name], view)
            edges = np.where(doubts, NEVER, next_edges(formulas[name], view))
            changed = (holds != shard.held(name, some)) & ~doubts
            yield _Look(name, some, holds, changed, doubts, edges)


def _changes(
    look: _Look,
    asked: Keyed,
    streams: Streams,
    news: News,
    redefined: frozenset[str],
    at: Instant,
) -> tuple[Changes, Ints]:
    """Say why people changed and since when; those of whom that is not sure come second."""
    slots, entered = look.slots[look.changed], look.holds[look.changed]
    causes = _causes(slots, news, redefined=look.segment in redefined)
    since = np.full(len(slots), at, np.int64)
    to_date = causes != CAUSES.index(Cause.DEFINITION)
    found = dated(asked.formulas[look.segment], streams, slots[to_date], entered[to_date], at)
    since[to_date] = found.since
    return Changes(look.segment, slots, entered, causes, since), slots[to_date][found.doubts]


def _causes(slots: Ints, news: News, *, redefined: bool) -> Ints:
    """Say what may have changed people, of several causes the first."""
    otherwise = CAUSES.index(Cause.DEFINITION if redefined else Cause.TIME)
    causes = np.full(len(slots), otherwise, np.int64)
    if len(news.heard) and not redefined:
        causes[among(slots, news.heard)] = CAUSES.index(Cause.DATA)
    if len(news.deleted):
        causes[among(slots, news.deleted)] = CAUSES.index(Cause.IDENTITY)
    return causes


def _elsewhere(
    unsure: Iterable[tuple[str, Ints]], news: News, redefined: frozenset[str]
) -> Iterator[Elsewhere]:
    """Put together what has to be asked elsewhere: all of the segments about all of the people."""
    pairs = [(name, slots) for name, slots in unsure if len(slots)]
    for of_definition in (False, True):
        mine = [pair for pair in pairs if (pair[0] in redefined) is of_definition]
        if mine:
            slots = _united(slots for _, slots in mine)
            causes = _causes(slots, news, redefined=of_definition)
            yield Elsewhere(tuple(dict.fromkeys(name for name, _ in mine)), slots, causes)


def _without(changes: Changes, elsewhere: Iterable[Elsewhere]) -> Changes:
    """Leave out what is asked elsewhere."""
    for each in elsewhere:
        if changes.segment in each.segments:
            left = ~among(changes.slots, each.slots)
            changes = Changes(
                changes.segment,
                changes.slots[left],
                changes.entered[left],
                changes.causes[left],
                changes.since[left],
            )
    return changes


def _united(parts: Iterable[Ints]) -> Ints:
    some = [part for part in parts if len(part)]
    if len(some) < 2:  # noqa: PLR2004 - one part is in order, and has nobody twice
        return some[0] if some else NONE
    return ordered(np.concatenate(some))
