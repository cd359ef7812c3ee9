"""Where a condition looks at values: attributes of people, properties of events and of objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dataout.model.complaints import Path
from dataout.segments.tree import (
    AggregateIs,
    All,
    AnyOf,
    AttributeIs,
    Condition,
    DistinctIs,
    EventIs,
    Not,
    Related,
    Sequence,
    Stream,
    Trait,
    TraitAggregate,
    TraitPick,
)
from dataout.segments.values import (
    AnyElement,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    PropertyIs,
    Test,
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose values they are: of profiles, of events with these names, or of a type of object.

    ``element`` is for the entries of a list: nothing declares what they hold.
    """

    kind: Literal["profile", "event", "object", "element"]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A value that is tested, or used as a number (``number``), or only counted."""

    owner: Owner
    name: tuple[str, ...]
    tests: tuple[Test, ...]
    path: Path
    number: bool = False


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter as it was written, and whose values it looks at."""

    owner: Owner
    where: Filter
    path: Path


ELEMENT = Owner("element")


def looks(condition: Condition, path: Path = ()) -> Iterator[Look]:
    """List every value that a condition looks at."""
    match condition:
        case AttributeIs(name, tests):
            yield from _tested(Look(Owner("profile"), name, tests, path))
        case EventIs(stream, AggregateIs(function, name, items=items)):
            yield _measured(stream, name, (*path, function))
            if items is not None:
                yield from _filter(ELEMENT, items, (*path, function, "where"))
        case EventIs(stream, DistinctIs(name)):
            yield Look(_owner(stream), name, (), (*path, "distinct"))
        case _:
            pass
    for filtered in filters(condition, path, deep=False):
        yield from _filter(filtered.owner, filtered.where, filtered.path)
    for part, here in children(condition, path):
        yield from looks(part, here)


def looks_of_trait(trait: Trait, path: Path = ()) -> Iterator[Look]:
    """List every value that a trait looks at."""
    match trait:
        case TraitAggregate(function, name, stream):
            if name:
                number = function != "distinct"
                yield Look(_owner(stream), name, (), (*path, function), number)
        case TraitPick(which, name, stream):
            yield Look(_owner(stream), name, (), (*path, which))
        case _:
            return
    if stream.where is not None:
        yield from _filter(_owner(stream), stream.where, (*path, "where"))


def filters(condition: Condition, path: Path = (), *, deep: bool = True) -> Iterator[Filtered]:
    """List every filter of a condition; with ``deep`` those of its parts as well."""
    match condition:
        case EventIs(stream, _, _, since):
            yield from _of_stream(stream, path)
            if since is not None:
                yield from _of_stream(since.stream, (*path, "since"))
        case Sequence(first, then, never):
            last = () if never is None else (never,)
            streams = [first.stream, *(step.stream for step in then)]
            for at, each in enumerate(streams):
                yield from _of_stream(each, (*path, "sequence", at))
            for step in last:
                yield from _of_stream(step.stream, (*path, "sequence", 1 + len(then), "not"))
        case Related(kind, where, via):
            if where is not None:
                yield Filtered(Owner("object", (kind,)), where, (*path, "where"))
            if via is not None:
                yield Filtered(ELEMENT, via, (*path, "via"))
        case _:
            pass
    if deep:
        for part, here in children(condition, path):
            yield from filters(part, here)


def children(condition: Condition, path: Path) -> Iterator[tuple[Condition, Path]]:
    """List the conditions right below one."""
    match condition:
        case Not(of):
            yield of, (*path, "not")
        case All(of) | AnyOf(of):
            word = "all" if isinstance(condition, All) else "any"
            yield from ((part, (*path, word, at)) for at, part in enumerate(of))
        case _:
            return


def _of_stream(stream: Stream, path: Path) -> Iterator[Filtered]:
    if stream.where is not None:
        yield Filtered(_owner(stream), stream.where, (*path, "where"))


def _owner(stream: Stream) -> Owner:
    return Owner("event", stream.names)


def _measured(stream: Stream, name: tuple[str, ...], path: Path) -> Look:
    return Look(_owner(stream), name, (), path, number=True)


def _filter(owner: Owner, where: Filter, path: Path) -> Iterator[Look]:
    match where:
        case PropertyIs(name, tests):
            yield from _tested(Look(owner, name, tests, (*path, ".".join(name))))
        case FilterNot(of):
            yield from _filter(owner, of, path)
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from _filter(owner, part, path)


def _tested(look: Look) -> Iterator[Look]:
    yield look
    for test in look.tests:
        inner = test.test if isinstance(test, IsNot) else test
        if isinstance(inner, AnyElement):
            yield from _filter(ELEMENT, inner.where, (*look.path, "any"))
