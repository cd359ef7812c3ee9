"""Comparisons of scalars, compiled to Python functions: with numbers, with texts, with patterns.

A predicate is asked about scalars, lists and objects alike; the latter two pass none of these.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import re2

from dataout.model.people import Instant
from dataout.segments.values import Comparison, Scalar
from dataout.ticks.values import (
    Json,
    folded,
    in_millionths,
    millionths_of,
    own_millionths,
    spelled_millionths,
)

Predicate = Callable[[Json, Instant], bool]
"""Whether a value passes; the second argument is now."""

COMPARED: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
TEXT_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": operator.contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}
BOOLEANS = {"true": True, "false": False}

UNICODE_CLASS = re.compile(r"\\[pP]")


def has_pattern_form(pattern: str) -> bool:
    r"""Whether ``matches`` takes a pattern.

    What classes of signs hold (``\p{L}``) depends on a version of Unicode, and the RE2 here has
    another one than the engine's.
    """
    return UNICODE_CLASS.search(pattern) is None


def is_one_of(bounds: Sequence[Scalar], *, ignore_case: bool) -> Predicate:
    """Compile equality: of like types, and of a text with what it plainly spells, either way."""
    fold = _fold(ignore_case=ignore_case)
    written = [fold(bound) for bound in bounds if isinstance(bound, str)]
    truths = [bound for bound in bounds if isinstance(bound, bool)]
    texts = frozenset([*written, *("true" if truth else "false" for truth in truths)])
    booleans = frozenset([*truths, *(BOOLEANS[word] for word in written if word in BOOLEANS)])
    spelled = frozenset(in_millionths(bound) for bound in bounds if isinstance(bound, Decimal))
    numbers = spelled | frozenset(map(spelled_millionths, written))

    def one_of(value: Json, _: Instant) -> bool:
        match value:
            case str():
                found = fold(value) in texts
                return found or (bool(spelled) and spelled_millionths(value) in spelled)
            case bool():
                return value in booleans
            case _:
                number = own_millionths(value)
                return number is not None and number in numbers

    return one_of


def number_compares(op: Comparison, bound: Decimal) -> Predicate:
    """Compile an order among numbers, texts that plainly spell one included."""
    compare, limit = COMPARED[op], in_millionths(bound)

    def compares(value: Json, _: Instant) -> bool:
        number = millionths_of(value)
        return number is not None and compare(number, limit)

    return compares


def text_compares(op: Comparison, bound: str, *, ignore_case: bool) -> Predicate:
    """Compile an order among texts, by code point, or among numbers if the bound spells one."""
    fold = _fold(ignore_case=ignore_case)
    compare, text, limit = COMPARED[op], fold(bound), spelled_millionths(bound)

    def compares(value: Json, _: Instant) -> bool:
        if isinstance(value, str):
            return compare(fold(value), text)
        number = None if limit is None else own_millionths(value)
        return number is not None and compare(number, limit)

    return compares


def holds_text(op: str, bound: str, *, ignore_case: bool) -> Predicate:
    """Compile what is asked of a part of a text."""
    fold = _fold(ignore_case=ignore_case)
    holds, text = TEXT_TESTS[op], fold(bound)
    return lambda value, _: isinstance(value, str) and holds(fold(value), text)


def matches(pattern: str, *, ignore_case: bool) -> Predicate:
    """Compile a pattern of RE2, found anywhere in a text.

    Raises ``ValueError`` for one that has no form here.
    """
    if not has_pattern_form(pattern):
        raise ValueError(f"the pattern {pattern!r} has no form outside the engine.")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    found = re2.compile(pattern, options=options).search
    return lambda value, _: isinstance(value, str) and found(value) is not None


def _fold(*, ignore_case: bool) -> Callable[[str], str]:
    return folded if ignore_case else str
