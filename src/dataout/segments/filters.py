"""What is asked of one event's properties: ``where``, as a mapping or as a tree of all/any/not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataout.model.readers import DOTTED, list_of, read_key
from dataout.model.reading import Context, Reader, Schema, mapping_of
from dataout.segments.tree import Filter, FilterAll, FilterAny, FilterNot, PropertyIs
from dataout.segments.words import SCALAR, read_value_test

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataout.model.complaints import Path

DEEPEST = 64
"""No condition reaches further down than this many steps from the top of the file."""

TREE = ("all", "any", "not")

FILTER_SCHEMA: Schema = {"$ref": "#/$defs/filter"}
VALUE_SCHEMA: Schema = {"anyOf": [SCALAR.schema, {"$ref": "#/$defs/operators"}]}


def read_filter(value: object, path: Path, context: Context) -> Filter | None:
    """Read property filters; several in one mapping must all hold for the same event."""
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


def too_deep(path: Path, context: Context) -> bool:
    """Report what is nested too deeply to be read."""
    if len(path) > DEEPEST:
        context.mistakes.add(path, "nested too deeply.", "Give the inner part a name of its own.")
    return len(path) > DEEPEST


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
    complete = True
    for name, value in mapping.items():
        here = (*path, name)
        steps = read_key(DOTTED, name, here, context)
        tests = read_value_test(value, here, context)
        if steps is None or tests is None:
            complete = False
        else:
            filters.append(PropertyIs(steps, tests))
    if not complete:
        return None
    return filters[0] if len(filters) == 1 else FilterAll(tuple(filters))
