"""Random segments over random histories: the engine says what the judge says.

``make soak`` looks much longer, with new seeds every time.
"""

from collections import Counter

import pytest
from hypothesis import given, settings
from tests.properties.comparing import A_BIG_DRAW, WITHOUT_SHRINKING, compare
from tests.properties.strategies import questions

from dataout.testing.judge import members

FEW, MANY = 25, 100


@given(questions())
@settings(max_examples=FEW, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_the_engine_equals_the_judge(question):
    compare(question)


@pytest.mark.soak
@given(questions())
@settings(max_examples=MANY, suppress_health_check=A_BIG_DRAW, phases=WITHOUT_SHRINKING)
def test_the_engine_equals_the_judge_at_length(question):
    compare(question)


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
