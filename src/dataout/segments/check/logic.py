"""Conditions that can never hold, that always hold, and windows that never meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from dataout.catalog.events import Catalog
from dataout.model.complaints import Path
from dataout.segments.check.advice import Advice
from dataout.segments.check.literals import Literal, literals
from dataout.segments.check.numbers import excluded, numbers
from dataout.segments.check.values import Asked, asked, clash
from dataout.segments.check.windows import apart, earlier_only, empty
from dataout.segments.tree import (
    All,
    AnyOf,
    AttributeIs,
    Condition,
    EventIs,
    Everyone,
    Measure,
    Not,
    PickIs,
    TraitIs,
)
from dataout.segments.values import TimeTest

NEVER = "Nobody can be in: loosen one of them, or take it away."
ALWAYS = "Everybody is in: take it away, or say everyone: true if that is meant."


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two conditions (or one, with itself) that cannot both hold."""

    first: Literal
    second: Literal
    times: bool = False

    @property
    def real(self) -> bool:
        """Say whether it is between parts of this definition, not inside one nested segment."""
        return not (self.first.via and self.first.via == self.second.via)


def logic(
    condition: Condition, catalog: Catalog, segments: Mapping[str, Condition]
) -> Iterator[Advice]:
    """Find what is impossible and what is always true, each group of conditions once."""
    yield from _visit(Literal(condition, holds=True, path=()), "", catalog, segments)


def _visit(
    here: Literal, around: str, catalog: Catalog, segments: Mapping[str, Condition]
) -> Iterator[Advice]:
    condition, path = here.condition, here.path
    match condition:
        case Not(of):
            inner = Literal(of, not here.holds, (*path, "not"))
            yield from _visit(inner, around, catalog, segments)
        case All(of) | AnyOf(of):
            word = "all" if isinstance(condition, All) else "any"
            kind = "and" if isinstance(condition, All) is here.holds else "or"
            if kind != around:
                yield from _judged(here, kind, catalog, segments)
            for at, part in enumerate(of):
                inner = Literal(part, here.holds, (*path, word, at))
                yield from _visit(inner, kind, catalog, segments)
        case Everyone():
            return
        case _:
            if around != "and":
                yield from _judged(here, "and", catalog, segments)
            if around != "or":
                yield from _judged(here, "or", catalog, segments)


def _judged(
    here: Literal, kind: str, catalog: Catalog, segments: Mapping[str, Condition]
) -> Iterator[Advice]:
    """Judge a group: joined by or it always holds if the opposites of its parts never do."""
    holds = here.holds if kind == "and" else not here.holds
    found = literals(here.condition, here.path, segments, holds=holds)
    conflict = next((each for each in conflicts(found, catalog) if each.real), None)
    if conflict is None:
        return
    if kind == "or":
        yield _always(conflict, here.path)
    elif conflict.times:
        message = f"{_both(conflict)}: these times never overlap."
        yield Advice("windows-never-overlap", message, NEVER, conflict.second.path)
    else:
        yield Advice("impossible-condition", f"{_both(conflict)}.", NEVER, conflict.second.path)


def _both(conflict: Conflict) -> str:
    if conflict.first == conflict.second:
        return f"{conflict.first} can never hold"
    return f"{conflict.first} and {conflict.second} cannot both hold"


def _always(conflict: Conflict, path: Path) -> Advice:
    first, second = (
        Literal(each.condition, not each.holds, each.path, each.via)
        for each in (conflict.first, conflict.second)
    )
    one = f"{first} always holds." if first == second else f"{first} or {second} always holds."
    return Advice("always-true", one, ALWAYS, path)


def conflicts(found: Sequence[Literal], catalog: Catalog) -> Iterator[Conflict]:
    """Find what cannot hold together."""
    yield from _opposites(found)
    yield from _amounts(found)
    yield from _picks(found)
    yield from _values(found, catalog)


def _opposites(found: Sequence[Literal]) -> Iterator[Conflict]:
    seen: dict[Condition, Literal] = {}
    for each in found:
        first = seen.setdefault(each.condition, each)
        if first.holds is not each.holds:
            yield Conflict(first, each)
        if isinstance(each.condition, Everyone) and not each.holds:
            yield Conflict(each, each)


def _amounts(found: Sequence[Literal]) -> Iterator[Conflict]:
    said = [(each, number) for each in found for number in numbers(each)]
    for one, lower in said:
        for other, upper in said:
            if excluded(lower, upper):
                first, second = sorted((one, other), key=found.index)
                yield Conflict(first, second)


def _picks(found: Sequence[Literal]) -> Iterator[Conflict]:
    timed = [
        (each, each.condition.stream, each.condition.measure, each.condition.when)
        for each in found
        if each.holds and isinstance(each.condition, EventIs) and each.condition.when is not None
    ]
    for each, _, _, when in timed:
        if empty(when):
            yield Conflict(each, each)
    for (one, stream, measure, when), (other, second, choice, then) in combinations(timed, 2):
        if stream == second and _never_both(measure, when, choice, then):
            yield Conflict(one, other, times=True)


def _never_both(one: Measure, when: TimeTest, other: Measure, then: TimeTest) -> bool:
    """Say whether two picks of the same events cannot be in their windows at once."""
    match one, other:
        case PickIs(which), PickIs(choice) if which == choice:
            return apart(when, then)
        case PickIs("first"), PickIs():
            return earlier_only(when, then)
        case PickIs(), PickIs():
            return earlier_only(then, when)
        case _:
            return False


def _values(found: Sequence[Literal], catalog: Catalog) -> Iterator[Conflict]:
    said: dict[tuple[str, ...], list[tuple[Literal, tuple[Asked, ...]]]] = defaultdict(list)
    for each in found:
        match each.condition:
            case AttributeIs(path, tests, true_for) if each.holds or true_for is None:
                key = path
            case TraitIs(name, tests):
                key = ("", name)
            case _:
                continue
        if each.holds or len(tests) == 1:
            said[key].append((each, tuple(asked(test, holds=each.holds) for test in tests)))
    for key, groups in said.items():
        attribute = catalog.attributes.get(".".join(key))
        lists = attribute is not None and attribute.type in {"list", "object"}
        for one, its in groups:
            if (why := clash(its, may_be_list=lists)) is not None:
                yield Conflict(one, one, why.times)
        for (one, its), (other, others) in combinations(groups, 2):
            if (why := clash((*its, *others), may_be_list=lists)) is not None:
                yield Conflict(one, other, why.times)
