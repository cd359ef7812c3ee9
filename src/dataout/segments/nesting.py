"""Segments and traits that name others of their kind, and circles among the names. Pure."""

from __future__ import annotations

from collections import deque
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
    return frozenset(leaf.name for leaf in leaves(condition) if isinstance(leaf, InSegment))


def operand_names(trait: Trait) -> frozenset[str]:
    """Answer the names of the traits that a trait is computed of."""
    return frozenset(_operands(trait))


def _operands(trait: Trait) -> list[str]:
    match trait:
        case TraitMath(_, of):
            return [operand for operand in of if isinstance(operand, str)]
        case TraitAggregate() | TraitPick():
            return []


def traits_within(name: str, traits: Mapping[str, Trait]) -> tuple[str, ...]:
    """Name a trait and all that it is computed of, each once, itself first and the nearest next.

    >>> net, twice = TraitMath("minus", ("spent", "back")), TraitMath("plus", ("net", "net"))
    >>> traits_within("twice", {"net": net, "twice": twice})
    ('twice', 'net')
    """
    found: dict[str, None] = {}
    waiting = deque([name])
    while waiting:
        each = waiting.popleft()
        if each in traits and each not in found:
            found[each] = None
            waiting.extend(_operands(traits[each]))
    return tuple(found)


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


def leaves(condition: Condition) -> Iterator[Leaf]:
    """List what all, any and not join; repeats are possible. Nested segments stay names."""
    match condition:
        case All(of) | AnyOf(of):
            for each in of:
                yield from leaves(each)
        case Not(inner):
            yield from leaves(inner)
        case _:
            yield condition


LARGEST = 1_000
DEEPEST = 50
"""Of what a name comes to when the names inside it are put in: parts, and levels."""

SIMPLER = "Use fewer of the others in it, or each of them less often."


def outgrown(needs: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """Find names that come to too much once those inside are put in their places; say what.

    ``needs`` tells a name as often as it is used. Circles come to nothing here. Of names that are
    too much, those that merely use them are left out.

    >>> outgrown({f"t{n}": [f"t{n - 1}"] * 2 * (n > 0) for n in range(12)})
    [('t9', 'more than 1,000 parts')]
    """
    sizes: dict[str, tuple[int, int]] = {}
    found: list[tuple[str, str]] = []
    for name in _innermost_first(needs):
        inside = [sizes.get(each, (1, 1)) for each in needs[name]]
        size = 1 + sum(size for size, _ in inside)
        depth = 1 + max((depth for _, depth in inside), default=0)
        if size > LARGEST or depth > DEEPEST:
            what = f"more than {LARGEST:,} parts" if size > LARGEST else f"{depth} levels"
            found.append((name, what))
            size, depth = 1, 1
        sizes[name] = (size, depth)
    return found


def _innermost_first(needs: Mapping[str, Collection[str]]) -> Iterator[str]:
    done: set[str] = set()
    for start in needs:
        stack = [(start, False)]
        on_the_way: set[str] = set()
        while stack:
            name, leaving = stack.pop()
            if leaving:
                done.add(name)
                yield name
            elif name in needs and name not in done and name not in on_the_way:
                on_the_way.add(name)
                stack.append((name, True))
                stack.extend((each, False) for each in needs[name])


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
