"""Incremental evaluation: after every tick of a random play, it says what the judge says.

Also that each change is net, has its cause, and says since when it is so; and that nothing changes
before the next edge. ``make soak`` looks much longer, with new seeds every time.
"""

from collections import Counter
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.comparing import A_BIG_DRAW, WITHOUT_SHRINKING
from tests.properties.performing import check
from tests.properties.plays import Add, Define, Tick, from_seed, plays
from tests.ticks.simulating import KeyedSimulation, RestoredSimulation

FEW, MANY, KEYED = 10, 150, 50


@given(plays())
@settings(max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_ticks_equal_the_judge(play):
    check(play)


@given(plays())
@settings(max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_keyed_ticks_equal_the_judge(play):
    check(play, KeyedSimulation)


@given(plays(), st.integers(0, 2**64 - 1))
@settings(max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_what_comes_back_from_snapshots_equals_the_judge(play, seed):
    with TemporaryDirectory() as folder:
        check(play, partial(RestoredSimulation, folder=Path(folder), seed=seed))


@pytest.mark.soak
@given(plays())
@settings(max_examples=MANY, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_ticks_equal_the_judge_at_length(play):
    check(play)


@pytest.mark.soak
@given(plays(), st.integers(0, 2**64 - 1))
@settings(max_examples=KEYED, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_keyed_ticks_equal_the_judge_at_length(play, seed):
    check(play, partial(KeyedSimulation, seed=seed))


@pytest.mark.soak
@given(plays(), st.integers(0, 2**64 - 1))
@settings(max_examples=KEYED, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_what_comes_back_from_snapshots_equals_the_judge_at_length(play, seed):
    with TemporaryDirectory() as folder:
        check(play, partial(RestoredSimulation, folder=Path(folder), seed=seed))


def test_plays_come_back_from_snapshots(tmp_path):
    before = RestoredSimulation.restored
    for seed in range(5):
        check(from_seed(seed), partial(RestoredSimulation, folder=tmp_path, seed=seed))
    assert RestoredSimulation.restored > before


def test_plays_have_something_to_say():
    """In every drawn play there are several ticks and arrivals; in some there are definitions."""
    seen = Counter()
    for seed in range(60):
        steps = from_seed(seed).steps
        kinds = Counter(type(step) for step in steps)
        assert kinds[Tick] > 3
        assert kinds[Add] > 1
        seen["redefined"] += bool(kinds[Define])
        seen["again"] += any(isinstance(step, Add) and step.again for step in steps)
        rows = [row for step in steps if isinstance(step, Add) for _, row in step.rows]
        for kind in ("op", "deleted", "set_at"):
            seen[kind] += any(kind in row for row in rows)
    for kind in ("redefined", "again", "op", "deleted", "set_at"):
        assert seen[kind] > 5, (kind, seen)
