"""Profiles that merge and part: ticks say what the judge says, whatever came first.

``make soak`` looks longer, with new seeds every time.
"""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.comparing import A_BIG_DRAW, WITHOUT_SHRINKING
from tests.properties.identities import Split, plays_of
from tests.properties.performing import Stage, check, compare, datetime_of
from tests.properties.plays import Add
from tests.properties.vocabulary import LISTS
from tests.ticks.simulating import KeyedSimulation

import dataout
from dataout.errors import UsageError
from dataout.testing.judge import Unjudged, members
from dataout.testing.judge.history import owners

FEW, MANY = 6, 100
SEEDS = st.integers(0, 2**64 - 1)
QUICKLY = {"suppress_health_check": A_BIG_DRAW, "phases": WITHOUT_SHRINKING, "deadline": None}


@given(SEEDS.map(plays_of))
@settings(max_examples=FEW, **QUICKLY)
def test_ticks_equal_the_judge(play):
    check(play)


@given(SEEDS.map(plays_of))
@settings(max_examples=FEW, **QUICKLY)
def test_keyed_ticks_equal_the_judge(play):
    check(play, KeyedSimulation)


@pytest.mark.soak
@given(SEEDS.map(plays_of), st.sampled_from([dataout.Simulation, KeyedSimulation]))
@settings(max_examples=MANY, **QUICKLY)
def test_ticks_equal_the_judge_at_length(play, simulated):
    check(play, simulated)


def told(play):
    """Put all that arrives in a play before the judge at once."""
    stage = Stage(play.given, play.segments)
    for step in play.steps:
        if isinstance(step, Add):
            stage.rows += step.rows
    return stage


def asked(stage, at, known=None):
    lists = {name: stage.of(name) for name in LISTS}
    columns = {name: stage.of(name) for name in ("profiles", "events", "objects")}
    return {**columns, "lists": lists, "at": at, "as_known_at": known, **stage.given}


@given(SEEDS)
@settings(max_examples=FEW, **QUICKLY)
def test_the_graph_of_then_equals_the_judge(seed):
    play, dice = plays_of(seed), Random(seed)
    stage = told(play)
    at, known = (dice.choice(play.moments) for _ in range(2))
    given_ = asked(stage, datetime_of(at), datetime_of(known))
    try:
        judged = members(play.segments, **given_)
    except Unjudged:
        return
    found = dataout.evaluate(play.segments, **given_)
    whose = owners(stage.world(stage.of("profiles")), known, play.given["timezone"])
    called = {name: frozenset(whose.get(each, each) for each in who) for name, who in found.items()}
    assert {name: len(who) for name, who in called.items()} == {n: len(w) for n, w in found.items()}
    compare(judged, called, f"at {datetime_of(at)}, as known at {datetime_of(known)}")


def simulation_of(play, batches, identity):
    simulation = dataout.Simulation(play.segments, **{**play.given, "identity": identity})
    for batch in batches:
        came = {}
        for kind, row in batch:
            came.setdefault(kind, []).append(row)
        columns = {name: came.pop(name, ()) for name in ("profiles", "events", "objects")}
        simulation.add(**columns, lists=came)
    return simulation


def identifying(play):
    """List the rows that say who somebody is, each at an instant of its own."""
    rows = [row for _, row in told(play).rows if "email" in row.get("attributes", {})]
    return [("profiles", row) for row in rows]


def groups_of(play, rows, at):
    """Let rows arrive two by two; give the people, by their profiles, and who is a member."""
    batches = [rows[start : start + 2] for start in range(0, len(rows), 2)]
    simulation = simulation_of(play, batches, play.given["identity"])
    simulation.tick(at)
    engine = simulation._memory.engine
    query = "SELECT slot, list_sort(list(profile_id)) AS who FROM everyone GROUP BY slot"
    groups = {row["slot"]: tuple(row["who"]) for row in engine.query(query).to_pylist()}
    held = engine.query("SELECT segment, slot FROM memberships").to_pylist()
    return {(row["segment"], groups[row["slot"]]) for row in held}, set(groups.values())


@given(SEEDS)
@settings(max_examples=FEW, **QUICKLY)
def test_the_order_of_arrival_does_not_matter(seed):
    play, dice = plays_of(seed), Random(seed)
    rows, at = identifying(play), datetime_of(max(play.moments))
    assert groups_of(play, rows, at) == groups_of(play, dice.sample(rows, len(rows)), at)


@given(SEEDS)
@settings(max_examples=FEW, **QUICKLY)
def test_to_merge_and_to_split_restores_every_membership(seed):
    play = plays_of(seed)
    rows, at = told(play).rows, datetime_of(max(play.moments))
    rows = [(kind, row) for kind, row in rows if "anonymous_id" not in row]
    merged = simulation_of(play, [rows], {"merge_on": ["email", "phone"]})
    merged.tick(at)
    apart = simulation_of(play, [rows], {})
    apart.tick(at)
    for person in ("ann", "bob", "Ann", "O'Dee 🛒", "5", "anonymous_id:5"):
        try:
            merged.split(person, at)
        except UsageError:
            continue
    merged.tick(at)
    for name in play.segments:
        assert merged.members(name) == apart.members(name)


def test_plays_have_something_to_merge():
    seen = Counter()
    for seed in range(60):
        play = plays_of(seed)
        rows = [row for step in play.steps if isinstance(step, Add) for _, row in step.rows]
        seen["splits"] += any(isinstance(step, Split) for step in play.steps)
        seen["anonymous"] += any("anonymous_id" in row and "profile_id" not in row for row in rows)
        seen["claims"] += any("anonymous_id" in row and "profile_id" in row for row in rows)
        seen["limits"] += len(play.given["identity"]) > 1
    for kind in ("splits", "anonymous", "claims", "limits"):
        assert seen[kind] > 10, (kind, seen)
