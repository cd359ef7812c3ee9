"""Computed traits in plain English: what the number is, or which value."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import assert_never

from dataout.segments.describe.spelling import number_text
from dataout.segments.describe.streams import did, many, only_words, since_words, when_words
from dataout.segments.describe.values import path_words, quoted
from dataout.segments.tree import Trait, TraitAggregate, TraitMath, TraitPick

MATH = {
    "plus": " plus ",
    "minus": " minus ",
    "times": " times ",
    "divided_by": " divided by ",
}
AGGREGATES = {
    "count": "the number of their {events}",
    "sum": "the sum of {path} over their {events}",
    "avg": "the average {path} of their {events}",
    "min": "the smallest {path} of their {events}",
    "max": "the largest {path} of their {events}",
    "distinct": "the number of different values of {path} in their {events}",
}


def trait_words(name: str, traits: Mapping[str, Trait], told: set[str]) -> str:
    """Name a trait, and say in parentheses what it is, unless ``told`` has it already."""
    trait = traits.get(name)
    if trait is None or name in told:
        return f"the trait {quoted(name)}"
    told.add(name)
    return f"the trait {quoted(name)} ({_meaning(trait, traits, told)})"


def _meaning(trait: Trait, traits: Mapping[str, Trait], told: set[str]) -> str:
    match trait:
        case TraitAggregate(function, path, stream, when, since, items):
            events = f"{many(stream)}{when_words(when)}{since_words(since)}{only_words(items)}"
            return AGGREGATES[function].format(path=path_words(path), events=events)
        case TraitPick(which, path, stream, when):
            return f"the {path_words(path)} when they {which} {did(stream)}{when_words(when)}"
        case TraitMath(operation, of):
            parts = [
                number_text(part) if isinstance(part, Decimal) else trait_words(part, traits, told)
                for part in of
            ]
            return MATH[operation].join(parts)
        case _:
            assert_never(trait)
