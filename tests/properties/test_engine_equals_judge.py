"""Random segments over random histories: the engine says what the judge says.

``make soak`` looks much longer, with new seeds every time.
"""

from collections import Counter
from pprint import pformat

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.properties.reducing import reduced
from tests.properties.strategies import questions

import dataout
from dataout.testing.judge import Unjudged, members

A_BIG_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
FEW, MANY = 25, 100
WITHOUT_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]
"""``reduced`` knows the shape of a question, and needs seconds where shrinking needs minutes."""


def answers(question):
    judged = members(question.segments, **question.given)
    try:
        return judged, dataout.evaluate(question.segments, **question.given)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a wrong answer
        return judged, error


def differ(question):
    try:
        judged, answered = answers(question)
    except Unjudged:
        return False
    return judged != answered


@given(questions())
@settings(max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_the_engine_equals_the_judge(question):
    compare(question)


@pytest.mark.soak
@given(questions())
@settings(max_examples=MANY, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_the_engine_equals_the_judge_at_length(question):
    compare(question)


def compare(question):
    if differ(question):
        least = reduced(question, differ)
        judged, answered = answers(least)
        raise AssertionError(f"\n{pformat(least)}\njudge:  {judged}\nengine: {answered}")


def test_the_questions_tell_an_engine_from_a_guess():
    """Enough drawn segments hold some people but not all, or the comparison proves little."""
    seen = Counter()

    @given(questions())
    @settings(max_examples=60, derandomize=True, suppress_health_check=A_BIG_DRAW, database=None)
    def look(question):
        everybody = {"everybody": {"who": {"everyone": True}}}
        answer = members(question.segments | everybody, **question.given)
        crowd = answer.pop("everybody")
        for who in answer.values():
            seen["nobody" if not who else "everybody" if who == crowd else "some"] += 1

    look()
    assert seen["some"] / seen.total() > 0.2, seen
