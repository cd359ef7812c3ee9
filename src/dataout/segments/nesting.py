"""Segments that name segments: what a condition names, and circles among the names. Pure."""

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
)


def nested_names(condition: Condition) -> frozenset[str]:
    """Answer the names of the segments that stand inside a condition."""
    return frozenset(_names(condition))


def _names(condition: Condition) -> Iterator[str]:
    match condition:
        case All(of) | AnyOf(of):
            for each in of:
                yield from _names(each)
        case Not(inner):
            yield from _names(inner)
        case InSegment(name):
            yield name
        case Everyone() | InList() | AttributeIs() | EventIs():
            pass


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
