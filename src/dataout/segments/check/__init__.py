"""The static checker: what deserves a thought in a condition, without a look at the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataout.catalog.events import Catalog
from dataout.segments.check.absence import (
    absences,
    event_windows,
    selects,
    shortest_window,
    unbounded_sequences,
)
from dataout.segments.check.advice import CODES, Advice
from dataout.segments.check.filters import filter_advice
from dataout.segments.check.logic import logic
from dataout.segments.check.parts import Look, looks, looks_of_trait
from dataout.segments.check.types import asked_types, lists_property, value_advice
from dataout.segments.tree import Condition, Trait

__all__ = [
    "CODES",
    "Advice",
    "Look",
    "asked_types",
    "check_condition",
    "check_trait",
    "event_windows",
    "lists_property",
    "looks",
    "looks_of_trait",
    "selects",
    "shortest_window",
]


def check_condition(
    condition: Condition, catalog: Catalog, segments: Mapping[str, Condition]
) -> tuple[Advice, ...]:
    """Judge one condition; ``segments`` are those that it may nest. Each thing is said once."""
    return tuple(dict.fromkeys(_advice(condition, catalog, segments)))


def _advice(
    condition: Condition, catalog: Catalog, segments: Mapping[str, Condition]
) -> Iterator[Advice]:
    yield from logic(condition, catalog, segments)
    yield from filter_advice(condition, catalog)
    yield from absences(condition, segments)
    yield from unbounded_sequences(condition)
    for look in looks(condition):
        yield from value_advice(look, catalog)


def check_trait(trait: Trait, catalog: Catalog) -> tuple[Advice, ...]:
    """Judge one computed trait by what the catalog says of the values it reads."""
    found = (advice for look in looks_of_trait(trait) for advice in value_advice(look, catalog))
    return tuple(dict.fromkeys(found))
