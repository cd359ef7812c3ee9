"""Since when something is so: a look back from edge to edge, until it was otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataout.model.people import Instant
from dataout.model.times import EARLIEST
from dataout.segments.formulas import Formula
from dataout.ticks import reading
from dataout.ticks.doubts import doubtful
from dataout.ticks.edges import last_edges
from dataout.ticks.formulas import members
from dataout.ticks.keys import LONG_AGO, NEVER, Flags, Ints, Looks
from dataout.ticks.needs import SeenRows
from dataout.ticks.views import Streams, View, Window

FAR_BACK = 200
"""Whose answer has as many edges behind it, and was never otherwise, is dated elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Dated:
    """Since when (milliseconds UTC) it is so, for each of some people; where that is not sure."""

    since: Ints
    doubts: Flags


def dated(formula: Formula, streams: Streams, slots: Ints, entered: Flags, at: Instant) -> Dated:
    """Date what is so of people at an instant, and not doubtful there: that they are in, or not.

    What was never otherwise is so since they were first seen, at the latest since ``at``.
    """
    since, doubts = np.full(len(slots), at, np.int64), np.zeros(len(slots), bool)
    open_, now = np.arange(len(slots)), np.full(len(slots), at, np.int64)
    for _ in range(FAR_BACK):
        if len(open_) == 0:
            return Dated(since, doubts)
        edges = last_edges(formula, View(Looks(slots[open_], now), streams))
        always = edges == LONG_AGO
        if always.any():
            since[open_[always]] = _first_seen(streams, slots[open_[always]], at)
        open_, edges = open_[~always], edges[~always]
        before = View(Looks(slots[open_], edges - 1), streams)
        unsure = doubtful(formula, before)
        doubts[open_[unsure]] = True
        (holds,) = members({"": formula}, before).values()
        flips = (holds != entered[open_]) & ~unsure
        since[open_[flips]] = edges[flips]
        same = ~flips & ~unsure
        open_, now = open_[same], edges[same] - 1
    doubts[open_] = True
    return Dated(since, doubts)


def _first_seen(streams: Streams, slots: Ints, at: Instant) -> Ints:
    """Give the earliest that is known of people, events to come included."""
    view = View(Looks(slots, np.full(len(slots), at, np.int64)), streams)
    ever = Window(view.fixed(LONG_AGO), view.fixed(NEVER))
    stream = streams[SeenRows()]
    seen = reading.moments(stream, reading.end(view, stream, ever, "first"), at)
    return np.minimum(np.maximum(seen, EARLIEST), at)
