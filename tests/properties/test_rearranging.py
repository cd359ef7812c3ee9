"""Whatever is rearranged to be quick, the members stay: simplified or not, together or alone.

``make soak`` looks much longer, with new seeds every time.
"""

import pytest
from hypothesis import given, settings
from tests.properties import conjunctions, strategies, whole_language
from tests.properties.comparing import A_BIG_DRAW, WITHOUT_SHRINKING, compare

from dataout.app.evaluation import definitions_of
from dataout.app.instants import read_instant
from dataout.app.memory import Memory
from dataout.audiences.evaluate import evaluate, members
from dataout.model.people import Instant
from dataout.segments.formulas import as_program, program_of
from dataout.segments.simplify import simplified
from dataout.segments.translate import _Translation, program

FEW, MANY = 5, 50

asked = {"suppress_health_check": A_BIG_DRAW, "phases": WITHOUT_SHRINKING}
questions = strategies.questions() | whole_language.questions() | conjunctions.questions()


class History:
    """A question's data, loaded once, to ask several programs of it."""

    def __init__(self, question):
        given, zone = question.given, question.given["timezone"]
        self.memory = Memory(zone)
        self.memory.add_profiles(given["profiles"])
        self.memory.add_events(given["events"])
        for name, rows in given["lists"].items():
            self.memory.add_list(name, rows)
        self.memory.add_objects(given.get("objects", []))
        rules = given.get("traits", {}), given.get("catalog", {}), zone, given["lists"]
        self.meaning = definitions_of(question.segments, *rules)
        at, known_at = (
            None if when is None else read_instant(when, Instant(0), zone)
            for when in (given["at"], given["as_known_at"])
        )
        self.scope = self.memory.scope(at, known_at)

    def members(self, asked):
        columns = evaluate(self.memory.engine, asked, self.scope)
        return members(self.memory.engine, columns, asked.formulas)


def compare_with_what_is_written(question):
    history = History(question)
    translation = _Translation(history.meaning)
    written = {name: translation.segment(name) for name in question.segments}
    simple = {name: simplified(formula) for name, formula in written.items()}
    assert history.members(as_program(simple)) == history.members(as_program(written))


def compare_with_each_alone(question):
    history = History(question)
    together = program(history.meaning)
    found = history.members(together)
    for name in together.formulas:
        assert history.members(program_of(together, [name])) == {name: found[name]}, name


@given(questions)
@settings(max_examples=FEW, **asked)
def test_a_simplified_formula_has_the_members_of_the_one_that_is_written(question):
    compare_with_what_is_written(question)


@given(questions)
@settings(max_examples=FEW, **asked)
def test_segments_together_have_the_members_of_each_alone(question):
    compare_with_each_alone(question)


@given(conjunctions.questions())
@settings(max_examples=2 * FEW, **asked)
def test_what_is_asked_beside_something_recent_is_what_the_judge_says(question):
    compare(question)


@pytest.mark.soak
@given(questions)
@settings(max_examples=MANY, **asked)
def test_a_simplified_formula_has_the_members_of_the_one_that_is_written_at_length(question):
    compare_with_what_is_written(question)


@pytest.mark.soak
@given(questions)
@settings(max_examples=MANY, **asked)
def test_segments_together_have_the_members_of_each_alone_at_length(question):
    compare_with_each_alone(question)


@pytest.mark.soak
@given(conjunctions.questions())
@settings(max_examples=2 * MANY, **asked)
def test_what_is_asked_beside_something_recent_is_what_the_judge_says_at_length(question):
    compare(question)
