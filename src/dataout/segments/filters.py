"""What is asked of values: operators, and ``where`` as a mapping or as a tree of all/any/not.

The two stand together because they nest: ``any`` and ``none`` ask a filter of a list's elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from dataout.model.complaints import Mistake
from dataout.model.readers import BOOLEAN, DOTTED, list_of, read_key
from dataout.model.readers import ZONE as TIME_ZONE
from dataout.model.reading import Context, Mention, Reader, Schema, mapping_of
from dataout.segments.values import (
    After,
    AnyElement,
    Before,
    Between,
    Compare,
    Exists,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    IsNot,
    OneOf,
    PropertyIs,
    Test,
    TextTest,
)
from dataout.segments.words import (
    CALENDAR_DAYS,
    IGNORE_CASE,
    OPERATORS,
    SCALAR,
    ZONE,
    Make,
    in_zone,
)

if TYPE_CHECKING:
    from dataout.model.complaints import Path

DEEPEST = 64
"""No condition reaches further down than this many steps from the top of the file."""

TREE = ("all", "any", "not")
TRUE_FOR = "true_for"

FILTER_SCHEMA: Schema = {"$ref": "#/$defs/filter"}
VALUE_SCHEMA: Schema = {"anyOf": [SCALAR.schema, {"$ref": "#/$defs/operators"}]}


def read_filter(value: object, path: Path, context: Context) -> Filter | None:
    """Read property filters; several in one mapping must all hold for the same event.

    Each property is mentioned, ``of`` nothing: whoever knows whose properties they are says so.
    """
    mapping = mapping_of(value, path, "filters", context)
    if mapping is None or too_deep(path, context):
        return None
    if not mapping:
        context.mistakes.add(path, "expected at least one property to look at.")
        return None
    if not (words := [word for word in TREE if word in mapping]):
        return _properties(mapping, path, context)
    if len(mapping) > 1:
        hint = f"Put each into a mapping of its own below all: [ … ], '{words[0]}' too."
        context.mistakes.add(path, f"'{words[0]}' cannot stand beside other keys here.", hint)
        return None
    word = words[0]
    return _tree(word, mapping[word], (*path, word), context)


FILTER: Reader[Filter] = Reader(read_filter, FILTER_SCHEMA)
FILTERS = list_of(FILTER, "filters")


def _some(where: Filter) -> Make:
    return lambda _: AnyElement(where)


def _none(where: Filter) -> Make:
    return lambda _: IsNot(AnyElement(where))


ELEMENTS: Mapping[str, Reader[Make]] = {"any": FILTER.to(_some), "none": FILTER.to(_none)}
"""What can be asked of a list of objects: one of them, or none, meets all of a filter."""

TESTS: Mapping[str, Reader[Make]] = {**OPERATORS, **ELEMENTS}


def too_deep(path: Path, context: Context) -> bool:
    """Report what is nested too deeply to be read."""
    if len(path) > DEEPEST:
        context.mistakes.add(path, "nested too deeply.", "Give the inner part a name of its own.")
    return len(path) > DEEPEST


def read_tests(
    mapping: Mapping[str, object], path: Path, context: Context
) -> tuple[Test, ...] | None:
    """Read the operators among the keys of ``mapping``; at least one has to be there."""
    fold = _ignores_case(mapping, path, context)
    zone = None
    if ZONE in mapping:
        zone = TIME_ZONE.read(mapping[ZONE], (*path, ZONE), context)
        zoned = zone is not None and zone_belongs(mapping, (CALENDAR_DAYS,), path, context)
    else:
        zoned = True
    makes = [
        _operator(name, operand, (*path, name), context)
        for name, operand in mapping.items()
        if name not in {IGNORE_CASE, ZONE}
    ]
    if not makes:
        context.mistakes.add(
            path, "expected at least one operator.", "Say exists: true to ask for any value."
        )
    tests = tuple(in_zone(make(bool(fold)), zone) for make in makes if make is not None)
    complete = tests and len(tests) == len(makes) and zoned and fold is not None
    return tests if complete else None


def read_value_test(value: object, path: Path, context: Context) -> tuple[Test, ...] | None:
    """Read ``x: 3`` or ``x: {gte: 3, lt: 5}``: what is asked of one value."""
    if isinstance(value, Mapping):
        mapping = mapping_of(value, path, "operators", context)
        return None if mapping is None else read_tests(mapping, path, context)
    bound = SCALAR.read(value, path, context)
    return None if bound is None else (Compare("is", bound),)


def zone_belongs(
    mapping: Mapping[str, object], users: Iterable[str], path: Path, context: Context
) -> bool:
    """Report a ``zone`` that stands beside nothing that counts days."""
    if ZONE not in mapping or any(user in mapping for user in users):
        return True
    words = " or ".join(users)
    message = f"'zone' says whose days are counted: it belongs beside {words}."
    context.mistakes.found.append(Mistake((*path, ZONE), message, at_key=True))
    return False


def looks_at_now(test: Test) -> bool:
    """Whether the answer of a test changes while the value stays the same."""
    match test:
        case Compare() | OneOf() | TextTest() | Exists() | After() | Before() | Between():
            return False
        case IsNot(inner):
            return looks_at_now(inner)
        case AnyElement(where):
            return any(looks_at_now(inner) for inner in _tests_of(where))
        case _:
            return True


def operators_schema() -> Schema:
    """Say what a value's operators may be."""
    return {
        "type": "object",
        "properties": {
            **{name: reader.schema for name, reader in TESTS.items()},
            IGNORE_CASE: BOOLEAN.schema,
            ZONE: TIME_ZONE.schema,
        },
        "additionalProperties": False,
        "minProperties": 1,
    }


def filter_schema() -> Schema:
    """Say what ``where`` may hold."""
    branches = [_branch(word) for word in TREE]
    properties = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"not": {"enum": list(TREE)}},
        "additionalProperties": VALUE_SCHEMA,
    }
    return {"anyOf": [properties, *branches]}


def _branch(word: str) -> Schema:
    inner = FILTER_SCHEMA if word == "not" else FILTERS.schema
    return {
        "type": "object",
        "properties": {word: inner},
        "required": [word],
        "additionalProperties": False,
    }


def _tree(word: str, value: object, path: Path, context: Context) -> Filter | None:
    if word == "not":
        inner = read_filter(value, path, context)
        return None if inner is None else FilterNot(inner)
    of = FILTERS.read(value, path, context)
    if of is None:
        return None
    return FilterAll(of) if word == "all" else FilterAny(of)


def _properties(mapping: Mapping[str, object], path: Path, context: Context) -> Filter | None:
    filters: list[Filter] = []
    for name, value in mapping.items():
        here = (*path, name)
        steps = read_key(DOTTED, name, here, context)
        aside = replace(context, mentions=[])
        tests = read_value_test(value, here, aside)
        if steps is not None and tests is not None:
            filters.append(PropertyIs(steps, tests))
            context.mentions.append(Mention("property", name, here))
            context.mentions.extend(inside(name, aside.mentions))
    if len(filters) != len(mapping):
        return None
    return filters[0] if len(filters) == 1 else FilterAll(tuple(filters))


def inside(name: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Give the properties of a list's elements their way from the top: ``items.category``."""
    return (replace(mention, name=f"{name}.{mention.name}") for mention in mentions)


def _ignores_case(mapping: Mapping[str, object], path: Path, context: Context) -> bool | None:
    if IGNORE_CASE not in mapping:
        return False
    here = (*path, IGNORE_CASE)
    if not any(name in OPERATORS for name in mapping) and any(name in ELEMENTS for name in mapping):
        message = "'ignore_case' does not reach into the elements of a list."
        hint = "Put it beside the operators inside."
        context.mistakes.found.append(Mistake(here, message, hint, at_key=True))
        return None
    return BOOLEAN.read(mapping[IGNORE_CASE], here, context)


def _operator(name: str, operand: object, path: Path, context: Context) -> Make | None:
    if name in TESTS:
        return TESTS[name].read(operand, path, context)
    if name == TRUE_FOR:
        message = "'true_for' is asked of an attribute: nothing else has a history of values."
        context.mistakes.found.append(Mistake(path, message, at_key=True))
    else:
        context.mistakes.unknown(path, "operator", [*TESTS, IGNORE_CASE, ZONE])
    return None


def _tests_of(where: Filter) -> Iterator[Test]:
    match where:
        case FilterAll(of) | FilterAny(of):
            for each in of:
                yield from _tests_of(each)
        case FilterNot(inner):
            yield from _tests_of(inner)
        case PropertyIs(_, tests):
            yield from tests
        case _:
            assert_never(where)
