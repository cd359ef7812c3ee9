"""Segments and traits that name others of their kind, and circles among the names. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dataout.segments.tree import (
    All,
    AnyOf,
    AttributeIs,
    Condition,
    EventIs,
    Everyone,
    InList,
    InSegment,
    Not,
    Related,
    SeenBefore,
    Sequence,
    Trait,
    TraitAggregate,
    TraitIs,
    TraitMath,
    TraitPick,
)


def nested_names(condition: Condition) -> frozenset[str]:
    """Answer the names of the segments that stand inside a condition."""
    return frozenset(leaf.name for leaf in _leaves(condition) if isinstance(leaf, InSegment))


def trait_names(condition: Condition) -> frozenset[str]:
    """Answer the names of the traits that a condition tests itself."""
    return frozenset(leaf.name for leaf in _leaves(condition) if isinstance(leaf, TraitIs))


def operand_names(trait: Trait) -> frozenset[str]:
    """Answer the names of the traits that a trait is computed of."""
    match trait:
        case TraitMath(_, of):
            return frozenset(operand for operand in of if isinstance(operand, str))
        case TraitAggregate() | TraitPick():
            return frozenset()


Leaf = (
    Everyone
    | InSegment
    | InList
    | AttributeIs
    | EventIs
    | Sequence
    | Related
    | TraitIs
    | SeenBefore
)


def _leaves(condition: Condition) -> Iterator[Leaf]:
    match condition:
        case All(of) | AnyOf(of):
            for each in of:
                yield from _leaves(each)
        case Not(inner):
            yield from _leaves(inner)
        case _:
            yield condition


def cycles(needs: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """Find circles: each as the names along it, its first again at its end.

    Names that ``needs`` does not hold lead nowhere.

    >>> cycles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})
    [('a', 'b', 'c', 'a')]
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in needs:
        trail: list[str] = []
        stack = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                done.add(trail.pop())
            elif name in trail:
                found.append((*trail[trail.index(name) :], name))
            elif name in needs and name not in done:
                trail.append(name)
                stack.append((name, True))
                stack.extend((each, False) for each in sorted(needs[name], reverse=True))
    return found
