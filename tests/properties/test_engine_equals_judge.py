"""Random segments over random histories: the engine says what the judge says.

``HYPOTHESIS_PROFILE=soak`` looks much longer.
"""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from tests.properties.strategies import questions

import dataout
from dataout.testing.judge import members

A_BIG_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@given(questions())
@settings(suppress_health_check=A_BIG_DRAW)
def test_the_engine_equals_the_judge(question):
    judged = members(question.segments, **question.given)
    answered = dataout.evaluate(question.segments, **question.given)
    wrong = {
        name: {"who": question.segments[name]["who"], "judge": who, "engine": answered.get(name)}
        for name, who in judged.items()
        if answered.get(name) != who
    }
    assert not wrong
    assert answered.keys() == judged.keys()


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
