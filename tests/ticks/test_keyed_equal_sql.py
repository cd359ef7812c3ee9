"""Random plays through keyed ticks and through SQL ticks: the same members, the same changes.

Every change with its cause and the instant since which it is true. Restarts, and SQL ticks in
between, come at random. ``make soak`` looks much longer, with new seeds every time.
"""

from collections import Counter
from pprint import pformat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.comparing import A_BIG_DRAW, WITHOUT_SHRINKING
from tests.properties.performing import arrive, datetime_of, instant_of
from tests.properties.plays import Add, Define, Tick, from_seed
from tests.ticks.simulating import KeyedSimulation

import dataout

FEW, MANY = 5, 60
SEEDS = st.integers(0, 2**64 - 1)
CALM = settings(
    max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING, deadline=None
)


def check(seed):
    play = from_seed(seed)
    plain = dataout.Simulation(play.segments, **play.given)
    keyed = KeyedSimulation(play.segments, seed=seed, **play.given)
    segments, last, seen = play.segments, None, Counter()
    for step in play.steps:
        match step:
            case Add():
                arrive(plain, step)
                arrive(keyed, step)
            case Define(segments):
                plain.define(segments)
                keyed.define(segments)
            case Tick():
                last = instant_of(step, plain, last)
                at = datetime_of(last)
                changes = told(plain.tick(at))
                assert told(keyed.tick(at)) == changes, f"{at}\n{pformat(segments)}"
                for name in segments:
                    assert keyed.members(name) == plain.members(name), (at, name)
                seen.update(change.cause for change in changes)
    return seen


def told(changes):
    return sorted(changes, key=lambda each: (each.at, each.segment, each.profile_id))


@given(SEEDS)
@CALM
def test_keyed_ticks_equal_sql_ticks(seed):
    check(seed)


@pytest.mark.soak
@given(SEEDS)
@settings(CALM, max_examples=MANY)
def test_keyed_ticks_equal_sql_ticks_at_length(seed):
    check(seed)
