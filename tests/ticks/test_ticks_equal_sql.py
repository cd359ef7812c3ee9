"""Random programs over random histories: keyed streams say what SQL says, and edges are edges.

``make soak`` looks much longer, with new seeds every time.
"""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.comparing import A_BIG_DRAW, WITHOUT_SHRINKING
from tests.ticks.scenes import Scene

from dataout.segments.formulas import leaves_of

FEW, MANY = 12, 100
INSTANTS = 12
SEEDS = st.integers(0, 2**64 - 1)
CALM = settings(
    max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING, deadline=None
)


def check(seed):
    scene = Scene(seed)
    if scene.speaks:
        looks = scene.some_looks(INSTANTS)
        answers, doubts = scene.by_streams(looks), scene.doubts(looks)
        same_as_sql(scene, looks, answers, doubts)
        nothing_between_edges(scene, looks, answers, doubts)


def same_as_sql(scene, looks, answers, doubts):
    asked = scene.by_sql(looks)
    for name, holds in answers.items():
        wrong = (holds != asked[name]) & ~doubts[name]
        assert not wrong.any(), told(scene, name, looks.slots[wrong], looks.nows[wrong])


def nothing_between_edges(scene, looks, answers, doubts):
    for name, (last, following) in scene.edges(looks).items():
        assert (last <= looks.nows).all()
        assert (following > looks.nows).all()
        same = looks.slots[:, None] == looks.slots[None, :]
        quiet = (last[:, None] <= looks.nows) & (looks.nows < following[:, None])
        sure = ~doubts[name]
        differ = answers[name][:, None] != answers[name][None, :]
        wrong = (same & quiet & differ & sure[:, None] & sure[None, :]).any(axis=1)
        assert not wrong.any(), told(scene, name, looks.slots[wrong], looks.nows[wrong])


def told(scene, name, slots, nows):
    return f"{scene.program.formulas[name]} of {slots.tolist()} at {nows.tolist()}"


@given(SEEDS)
@CALM
def test_streams_say_what_sql_says(seed):
    check(seed)


@pytest.mark.soak
@given(SEEDS)
@settings(CALM, max_examples=MANY)
def test_streams_say_what_sql_says_at_length(seed):
    check(seed)


def test_the_programs_have_something_to_say():
    """Of every kind of comparison some segments hold some looks but not all."""
    seen = Counter()
    for seed in range(30):
        scene = Scene(seed)
        if not scene.speaks:
            continue
        looks = scene.some_looks(INSTANTS)
        doubts = scene.doubts(looks)
        for name, holds in scene.by_streams(looks).items():
            sure = holds[~doubts[name]]
            for kind in {type(leaf).__name__ for leaf in leaves_of(scene.program.formulas[name])}:
                seen[kind] += bool(sure.any() and not sure.all())
    for kind in ("Exceeds", "PickedIn", "ValueIs", "HeldFor", "SeenFor", "Happens"):
        assert seen[kind] > 2, seen
    for kind in ("Computed", "Listed", "NotBefore", "PickedSince"):
        assert seen[kind], seen
