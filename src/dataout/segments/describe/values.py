"""What is asked of a value, and of the properties of one event, in plain English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, assert_never

from dataout.segments.describe.spelling import number_text
from dataout.segments.describe.times import time_words
from dataout.segments.values import (
    AnyElement,
    Compare,
    Comparison,
    Exists,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OneOf,
    PropertyIs,
    Scalar,
    Test,
    TextTest,
)

PLAIN_NAME = re.compile(r"[A-Za-z0-9_ ]+")
COMPARED: dict[Comparison, str] = {
    "is": "",
    "gt": "more than ",
    "gte": "at least ",
    "lt": "less than ",
    "lte": "at most ",
}
TEXT_VERBS: dict[str, tuple[str, str, str]] = {
    "contains": ("contains", "contain", "containing"),
    "starts_with": ("starts with", "start with", "starting with"),
    "ends_with": ("ends with", "end with", "ending with"),
    "matches": ("matches the pattern", "match the pattern", "matching the pattern"),
}


def joined(parts: Sequence[str], word: Literal["and", "or"]) -> str:
    """Join phrases as a list in a sentence.

    >>> joined(["a", "b"], "and"), joined(["a", "b", "c"], "or")
    ('a and b', 'a, b or c')
    """
    if len(parts) < 2:  # noqa: PLR2004
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quoted(text: str) -> str:
    """Put a text in quotation marks."""
    return f"“{text}”"


def path_words(path: Sequence[str]) -> str:
    """Spell the name of a property or an attribute for people.

    >>> path_words(["cart_value"]), path_words(["address", "city"]), path_words(["naïve?"])
    ('cart value', 'address city', '“naïve?”')
    """
    if all(PLAIN_NAME.fullmatch(step) for step in path):
        return " ".join(step.replace("_", " ").strip() or step for step in path)
    return quoted(".".join(path))


def value_words(value: Scalar) -> str:
    """Spell a value; texts in quotation marks, so that "50" is not 50."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number_text(value)
        case str():
            return quoted(value)
        case _:
            assert_never(value)


def predicate(tests: Sequence[Test], *, holds: bool = True) -> str:
    """Say what a value must be, with its verb: ``is at least 3 and is less than 5``."""
    if holds:
        return joined([_predicate(test) for test in tests], "and")
    if len(tests) == 1:
        return _predicate(negated(tests[0]) or tests[0], sure=negated(tests[0]) is not None)
    return f"is missing or not ({joined([bare(test) for test in tests], 'and')})"


def negated(test: Test) -> Test | None:
    """Give the test that holds exactly where this one does not, if there is one."""
    match test:
        case IsNot(positive):
            return positive
        case Compare() | OneOf() | TextTest() | Exists() | AnyElement():
            return IsNot(test)
        case _:
            return None


def _predicate(test: Test, *, sure: bool = True) -> str:
    match test:
        case TextTest(op, text, fold):
            return f"{TEXT_VERBS[op][0]} {quoted(text)}{_case(fold)}"
        case IsNot(TextTest(op, text, fold)):
            return f"is missing or does not {TEXT_VERBS[op][1]} {quoted(text)}{_case(fold)}"
        case _:
            return f"is {'' if sure else 'missing or not '}{bare(test)}"


def bare(test: Test) -> str:
    """Say what a value must be, without a verb: ``at least 3``, ``missing or not “DE”``."""
    match test:
        case Compare(op, bound, fold):
            return f"{COMPARED[op]}{value_words(bound)}{_case(fold)}"
        case OneOf(bounds, fold):
            return f"{joined([value_words(bound) for bound in bounds], 'or')}{_case(fold)}"
        case TextTest(op, text, fold):
            return f"{TEXT_VERBS[op][2]} {quoted(text)}{_case(fold)}"
        case Exists():
            return "known"
        case AnyElement(where):
            return f"a list that holds an entry {filter_words(where)}"
        case IsNot(Exists()):
            return "missing"
        case IsNot(OneOf(bounds, fold)):
            listed = ", ".join(value_words(bound) for bound in bounds)
            return f"missing or none of {listed}{_case(fold)}"
        case IsNot(AnyElement(where)):
            return f"missing or holds no entry {filter_words(where)}"
        case IsNot(positive):
            return f"missing or not {bare(positive)}"
        case _:
            return time_words(test)


def _case(fold: bool) -> str:  # noqa: FBT001 - the test's own field
    return " (in capital or small letters)" if fold else ""


def filter_words(condition: Filter) -> str:
    """Say what one event's properties must be: ``with total at least 50 and with …``."""
    match condition:
        case PropertyIs(path, tests):
            return f"with {path_words(path)} {joined([bare(test) for test in tests], 'and')}"
        case FilterAll(of):
            return joined([_inner(part, FilterAny) for part in of], "and")
        case FilterAny(of):
            return joined([_inner(part, FilterAll) for part in of], "or")
        case FilterNot(PropertyIs(path, (test,))) if (opposite := negated(test)) is not None:
            return filter_words(PropertyIs(path, (opposite,)))
        case FilterNot(FilterNot(part)):
            return filter_words(part)
        case FilterNot(part):
            return f"not ({filter_words(part)})"
        case _:
            assert_never(condition)


def _inner(part: Filter, other: type[FilterAny | FilterAll]) -> str:
    words = filter_words(part)
    return f"({words})" if isinstance(part, other) and len(part.of) > 1 else words
