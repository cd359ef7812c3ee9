"""Formulas over keyed streams: who is in, for many looks at once, and where that is not sure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import assert_never

import numpy as np

from dataout.segments.atoms import PickedAtom
from dataout.segments.formulas import (
    Always,
    And,
    AtomValue,
    AverageExceeds,
    Computed,
    Exceeds,
    Formula,
    Happens,
    HeldFor,
    Leaf,
    Listed,
    Negation,
    NotBefore,
    Or,
    PickedIn,
    PickedSince,
    RelatedTo,
    SeenFor,
    ValueIs,
)
from dataout.ticks import states
from dataout.ticks.events import amounts, anchor_of, picked_passes, time_of
from dataout.ticks.keys import LONG_AGO, Flags
from dataout.ticks.needs import may_meet
from dataout.ticks.sequences import happens
from dataout.ticks.traits import average_compared, compared, numbers_of, passes_all
from dataout.ticks.views import View


def members(formulas: Mapping[str, Formula], view: View) -> Mapping[str, Flags]:
    """Evaluate segments that have a keyed form; deleted people are in none.

    Looks that are ``doubtful`` are to be evaluated elsewhere.
    """
    there = states.alive(view)
    return {name: _holds(formula, view) & there for name, formula in formulas.items()}


def _holds(formula: Formula, view: View) -> Flags:
    match formula:
        case Always():
            return np.ones(len(view), bool)
        case And(of):
            return reduce(np.logical_and, [_holds(each, view) for each in of])
        case Or(of):
            return reduce(np.logical_or, [_holds(each, view) for each in of])
        case Negation(part):
            return ~_holds(part, view)
        case _:
            return view.once(formula, lambda: _compared(formula, view))


def _compared(leaf: Leaf, view: View) -> Flags:
    match leaf:
        case Exceeds(atom, op, bound):
            return compared(amounts(atom, view), op, bound)
        case AverageExceeds(total, usable, op, bound):
            return average_compared(amounts(total, view), amounts(usable, view), op, bound)
        case PickedIn(atom, when):
            return view.window(when).holds(time_of(atom, view))
        case NotBefore(atom, since):
            times, anchors = time_of(atom, view), time_of(since, view)
            return (anchors > LONG_AGO) & (times >= anchors)
        case PickedSince():
            return _picked_since(leaf, view)
        case ValueIs():
            return states.value_is(leaf, view)
        case HeldFor(atom, span):
            return states.held_since(atom, view) <= view.ago(span).moments
        case SeenFor(_, span):
            return states.first_seen(view) <= view.ago(span).moments
        case Computed():
            return _computed(leaf, view)
        case Listed(atom):
            return states.listed(atom.name, view)
        case Happens(atom):
            return happens(atom.chain, view)
        case RelatedTo():
            raise AssertionError(leaf)
        case _:
            assert_never(leaf)


def _picked_since(part: PickedSince, view: View) -> Flags:
    met = may_meet(part.atom.source, part.since.source)
    pick, anchor = anchor_of(part.atom, view, met=met), anchor_of(part.since, view, met=met)
    holds = pick.there & anchor.there & (pick.moments >= anchor.moments)
    if pick.landings is not None and anchor.landings is not None:
        holds &= pick.landings != anchor.landings
    return holds & view.window(part.when).holds(pick.moments)


def _computed(part: Computed, view: View) -> Flags:
    match part.value:
        case AtomValue(PickedAtom() as atom):
            return picked_passes(atom, part.tests, view)
        case value:
            return passes_all(numbers_of(value, view), part.tests)
