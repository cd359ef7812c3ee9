"""Asking the engine and the judge the same, and saying readably where they differ."""

from pprint import pformat

from hypothesis import HealthCheck, Phase
from tests.properties.reducing import reduced

import dataout
from dataout.testing.judge import Unjudged, members

A_BIG_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
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


def differ_as(question, *, raised):
    """Tell whether the answers differ in the same way: a malformed question is another matter."""
    try:
        judged, answered = answers(question)
    except (Unjudged, LookupError):  # the judge stumbles over what no question says: half a rule
        return False
    return judged != answered and kind_of(answered) is raised


def kind_of(answer):
    return type(answer) if isinstance(answer, Exception) else None


def compare(question):
    if differ(question):
        raised = kind_of(answers(question)[1])
        least = reduced(question, lambda smaller: differ_as(smaller, raised=raised))
        judged, answered = answers(least)
        raise AssertionError(f"\n{pformat(least)}\njudge:  {judged}\nengine: {answered}")
