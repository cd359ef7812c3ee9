"""Sequences: the moments at which each step can end, one step after the other, for all looks.

For a step it is enough to look at the latest end of the step before that is strictly earlier: if
that is not near enough, no other is. Ends are keys: of a look's position and a moment.
"""

from __future__ import annotations

import numpy as np

from dataout.segments.atoms import Chain, Link, Source
from dataout.segments.values import TimeTest
from dataout.ticks import reading
from dataout.ticks.keys import LONG_AGO, Array, Flags, Ints, keys_of, moments_of, slots_of
from dataout.ticks.views import View


def happens(chain: Chain, view: View) -> Flags:
    """Say for which looks, of which a shard has room, some chain of events satisfies the steps."""
    ends = _first(chain, view)
    for link in chain.then:
        ends = _next(ends, link, view)
    if chain.never is not None:
        ends = _undisturbed(ends, chain.never, view)
    answer = np.zeros(len(view), bool)
    answer[slots_of(ends)] = True
    return answer


def _first(chain: Chain, view: View) -> Ints:
    every = np.arange(len(view))
    if chain.which is None:
        return _ends(chain.first, chain.when, view, every)
    stream = view.streams[chain.first]
    found = reading.end(view, stream, view.past, chain.which)
    moments = reading.moments(stream, found)
    inside = found.there & view.window(chain.when).holds(moments)
    return keys_of(every[inside], moments[inside])


def _ends(source: Source, when: TimeTest | None, view: View, some: Ints) -> Ints:
    """List the events of some looks in a window, in order."""
    few = view if len(some) == len(view) else view.of(some)
    rows = reading.gathered(few, view.streams[source], few.window(when))
    return np.sort(keys_of(some[rows.looks], rows.moments))


def _next(ends: Ints, link: Link, view: View) -> Ints:
    later: Ints = _ends(link.source, link.when, view, np.unique(slots_of(ends)))
    before = _neighbour(ends, np.searchsorted(ends, later) - 1, later)
    near = before > LONG_AGO
    if link.within is not None:
        near &= moments_of(later) <= before + link.within
    return later[near]


def _undisturbed(ends: Ints, never: Link, view: View) -> Ints:
    disturbing = _ends(never.source, None, view, np.unique(slots_of(ends)))
    after = _neighbour(disturbing, np.searchsorted(disturbing, ends, "right"), ends)
    alone: Flags = after == LONG_AGO
    if never.within is None:
        return ends[alone]
    over = moments_of(ends) + never.within
    quiet: Flags = (over <= view.looks.nows[slots_of(ends)]) & (alone | (after > over))
    return ends[quiet]


def _neighbour(keys: Ints, places: Ints, of: Ints) -> Ints:
    """Give the moments of keys, where they are of the same look; else ``LONG_AGO``."""
    answer = np.full(len(of), LONG_AGO, np.int64)
    there: Array = np.flatnonzero((places >= 0) & (places < len(keys)))
    key = keys[places[there]]
    same = slots_of(key) == slots_of(of[there])
    answer[there[same]] = moments_of(key[same])
    return answer
