"""Whom a group of atoms has to be computed of: those who pass what the same ``and`` also asks.

Who has no cart of today need not be looked up in a million attributes or in years of purchases.
Only passes over recent events select candidates, and they look at everybody: so no group waits
for one that waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from dataout.segments.formulas import Always, And, Formula, Leaf, Negation, Or
from dataout.sql.nobody import of_nobody
from dataout.sql.parts import home_of

Selection = tuple[int, Formula]
"""A group, and a part that it decides: its people who pass are candidates."""


class Groups(Protocol):
    """What is to be known of groups of atoms, by their numbers."""

    def home(self, leaf: Leaf) -> int | None:
        """Say which group alone decides a leaf."""

    def places(self, leaf: Leaf) -> tuple[int, ...]:
        """List the groups whose columns decide a leaf."""

    def selects(self, group: int) -> bool:
        """Say whether a group is quick to compute and waits for no other."""

    def waits_for(self, group: int) -> tuple[int, ...]:
        """List the groups that a group joins."""


def candidates(formulas: Iterable[Formula], groups: Groups) -> Mapping[int, frozenset[Selection]]:
    """Give the selections for each group that has to be computed of some people only."""
    found: dict[int, set[Selection | None]] = {}
    for formula in formulas:
        for group, selection in _asked(formula, None, groups):
            for each in (group, *groups.waits_for(group)):
                if not groups.selects(each):
                    found.setdefault(each, set()).add(selection)
    return {
        group: frozenset(each for each in selections if each is not None)
        for group, selections in found.items()
        if None not in selections
    }


def _asked(
    formula: Formula, of: Selection | None, groups: Groups
) -> Iterator[tuple[int, Selection | None]]:
    """List the groups that a gathered formula asks, and of whom; None: of everybody."""
    home = home_of(formula, groups.home)
    if home is not None:
        yield home, of
        return
    match formula:
        case And(parts):
            inside = next(_selecting(parts, groups), of)
            for part in parts:
                yield from _asked(part, inside, groups)
        case Or(parts):
            for part in parts:
                yield from _asked(part, of, groups)
        case Negation(part):
            yield from _asked(part, of, groups)
        case Always():
            return
        case _:
            for place in groups.places(formula):
                yield place, of


def _selecting(parts: Iterable[Formula], groups: Groups) -> Iterator[Selection]:
    for part in parts:
        home = home_of(part, groups.home)
        if home is not None and groups.selects(home) and not of_nobody(part):
            yield home, part
