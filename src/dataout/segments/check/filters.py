"""Filters that no single event, or object, can pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dataout.catalog.events import Catalog, ValueType
from dataout.segments.check.advice import Advice, Code
from dataout.segments.check.parts import Filtered, Owner, filters
from dataout.segments.check.values import Asked, asked, clash
from dataout.segments.tree import Condition
from dataout.segments.values import Filter, FilterAll, FilterAny, FilterNot, PropertyIs

HINT = "All of where is asked of one and the same event: put two events below all: [ … ]."
NEVER = "Loosen one of its tests, or take it away."


def filter_advice(condition: Condition, catalog: Catalog) -> Iterator[Advice]:
    """Find filters that nothing can pass."""
    for filtered in filters(condition):
        yield from _groups(filtered, catalog)


def _groups(filtered: Filtered, catalog: Catalog) -> Iterator[Advice]:
    for group in _conjunctions(filtered.where, holds=True):
        values: dict[tuple[str, ...], list[Asked]] = defaultdict(list)
        for name, asked_of_it in group:
            values[name] += asked_of_it
        for name, tests in values.items():
            lists = _type(filtered.owner, name, catalog) in {"list", "object"}
            if (why := clash(tests, may_be_list=lists)) is not None:
                times = " at any one time" if why.times else ""
                message = f"no {'.'.join(name)} can pass all that is asked of it{times}."
                hint = HINT if filtered.owner.kind == "event" else NEVER
                code: Code = "windows-never-overlap" if why.times else "impossible-condition"
                yield Advice(code, message, hint, (*filtered.path, ".".join(name)))


Group = list[tuple[tuple[str, ...], tuple[Asked, ...]]]


def _conjunctions(where: Filter, *, holds: bool) -> Iterator[Group]:
    """List the groups of tests that one event has to pass together; each test is in one group."""
    group: Group = []
    rest: list[tuple[Filter, bool]] = []
    _flatten(where, group, rest, holds=holds)
    yield group
    for part, truth in rest:
        of = part.of if isinstance(part, FilterAll | FilterAny) else ()
        for inner in of:
            yield from _conjunctions(inner, holds=truth)


def _flatten(where: Filter, group: Group, rest: list[tuple[Filter, bool]], *, holds: bool) -> None:
    match where:
        case PropertyIs(name, tests):
            if holds or len(tests) == 1:
                group.append((name, tuple(asked(test, holds=holds) for test in tests)))
        case FilterNot(of):
            _flatten(of, group, rest, holds=not holds)
        case FilterAll(of) | FilterAny(of):
            if isinstance(where, FilterAll) is holds:
                for part in of:
                    _flatten(part, group, rest, holds=holds)
            else:
                rest.append((where, holds))


def _type(owner: Owner, name: tuple[str, ...], catalog: Catalog) -> ValueType | None:
    for event in owner.names if owner.kind == "event" else ():
        known = catalog.events.get(event)
        found = None if known is None else known.properties.get(".".join(name))
        if found is not None:
            return found.type
    return None
