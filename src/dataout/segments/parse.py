"""YAML's mappings to conditions. Every mistake is reported with its place; none is raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dataout.catalog.events import Catalog
from dataout.errors import ProjectError
from dataout.model.complaints import Mistake, Mistakes, nearest, spell
from dataout.model.definitions import Complaint, Place
from dataout.model.readers import ANY_TEXT, DOTTED, DURATION, TEXT, ZONE, list_of
from dataout.model.reading import (
    Context,
    Key,
    Mention,
    Reader,
    Schema,
    Shape,
    expected,
    mapping_of,
)
from dataout.segments.events import EVENT, HISTORY, event_schema, read_event
from dataout.segments.filters import (
    TRUE_FOR,
    filter_schema,
    looks_at_now,
    operators_schema,
    read_tests,
    too_deep,
)
from dataout.segments.mentions import check_mentions
from dataout.segments.nesting import SIMPLER, cycles, nested_names, operand_names, outgrown
from dataout.segments.relations import read_related, related_schema
from dataout.segments.sequences import SEQUENCE
from dataout.segments.traits import MAY_BE_A_TIME, TRAITS, number_traits
from dataout.segments.tree import (
    All,
    AnyOf,
    AttributeIs,
    Condition,
    Everyone,
    InList,
    InSegment,
    Not,
    Trait,
    TraitIs,
)
from dataout.segments.values import Test
from dataout.segments.words import TIMES, WITHIN_NEXT

if TYPE_CHECKING:
    from collections.abc import Collection

    from dataout.model.complaints import Path

CONDITION_SCHEMA: Schema = {"$ref": "#/$defs/condition"}
PLAIN = Place("<segments>", 0, 0)
"""The place of what did not come from a file."""
OPEN = Catalog()
"""Knows nothing, and forbids nothing."""


def read_condition(value: object, path: Path, context: Context) -> Condition | None:
    """Read one condition; what it names is noted in ``context.mentions``."""
    if isinstance(value, list | tuple):
        hint = "Put the conditions below all: or any:."
        expected("one condition as a mapping", value, path, context, hint)
        return None
    mapping = mapping_of(value, path, "a condition", context)
    if mapping is None or too_deep(path, context):
        return None
    kinds = _kinds(mapping)
    if len(kinds) > 1:
        both = " and ".join(f"'{word}'" for word in kinds)
        hint = "Put each below all: [ … ] if all shall hold."
        context.mistakes.add(path, f"several conditions in one mapping: {both}.", hint)
        return None
    if not kinds:
        _no_kind(mapping, path, context)
        return None
    return KINDS[kinds[0]](mapping, path, context)


def _kinds(mapping: Mapping[str, object]) -> list[str]:
    """Name the kinds of conditions in a mapping; beside a value's name, ``any`` is an operator."""
    kinds = [word for word in mapping if word in KINDS]
    if isinstance(mapping.get("any"), Mapping) and ("attribute" in kinds or "trait" in kinds):
        kinds.remove("any")
    return kinds


CONDITION: Reader[Condition] = Reader(read_condition, CONDITION_SCHEMA)
CONDITIONS = list_of(CONDITION, "conditions")


def parse_condition(
    value: object, path: Path, mistakes: Mistakes, zone: str = "UTC"
) -> Condition | None:
    """Read one condition of the segment language from plain data.

    Mistakes are added to ``mistakes``, each with its path below ``path``; None if there is any.
    ``zone`` is the IANA time zone of instants without an offset. What the condition names
    (segments, lists, events) is not looked up. Never raises.
    """
    context = Context(mistakes)
    known = ZONE.read(zone, path, context)
    if known is None:
        return None
    return read_condition(value, path, Context(mistakes, known))


def parse_segments(
    segments: Mapping[str, object],
    zone: str = "UTC",
    lists: Collection[str] | None = None,
    traits: Mapping[str, Trait] | Collection[str] | None = None,
    catalog: Catalog = OPEN,
) -> Mapping[str, Condition]:
    """Read segments from plain data: ``{name: {"who": condition}}``, in the order given.

    Nested segments have to be among them, lists and traits among ``lists`` and ``traits`` where
    those are given, and types of objects in the catalog where it lists any; a strict one has to
    know events and attributes too. Of traits that are more than names it is known which can be a
    time. Raises ``ProjectError`` with all complaints, each at the place ``<segments>:0:0``.
    """
    context = _context(zone)
    if isinstance(traits, Mapping):
        context = replace(context, number_traits=number_traits(traits))
    read = SEGMENTS.read(segments, ("segments",), context)
    if read is not None:
        names: Mapping[str, Collection[str] | None] = {
            "segment": [*map(str, segments)],
            "list": lists,
            "trait": traits,
        }
        check_mentions(names, catalog, context)
        for cycle in cycles({name: nested_names(who) for name, who in read.items()}):
            message = f"segments in a circle: {' → '.join(cycle)}."
            context.mistakes.add(("segments", cycle[0]), message)
        _not_outgrown("segment", list(read), context)
    if context.mistakes.found or read is None:
        raise _wrong(context)
    return read


def _not_outgrown(kind: str, names: Collection[str], context: Context) -> None:
    """Report what nests too much of its own kind."""
    needs: dict[str, list[str]] = {name: [] for name in names}
    for mention in context.mentions:
        if mention.kind == kind and mention.path[0] == f"{kind}s" and mention.path[1] in needs:
            needs[str(mention.path[1])].append(mention.name)
    for name, what in outgrown(needs):
        message = f"it comes to {what} with all that stands inside it."
        context.mistakes.add((f"{kind}s", name), message, SIMPLER)


def parse_traits(
    traits: Mapping[str, object], zone: str = "UTC", catalog: Catalog = OPEN
) -> Mapping[str, Trait]:
    """Read computed traits from plain data: ``{name: trait}``, in the order given.

    ``EVENT.PROPERTY`` is split after the longest name of an event that the catalog knows, else at
    its first dot; a strict catalog has to know every event. Raises ``ProjectError`` with all
    complaints, each at the place ``<segments>:0:0``.
    """
    context = _context(zone, catalog.events)
    read = TRAITS.read(traits, ("traits",), context)
    needs = {name: operand_names(each.trait) for name, each in (read or {}).items() if each.trait}
    for cycle in cycles(needs):
        message = f"traits in a circle: {' → '.join(cycle)}."
        context.mistakes.add(("traits", cycle[0]), message)
    _not_outgrown("trait", list(needs), context)
    names = {"trait": [*map(str, traits)] if read is not None else []}
    check_mentions(names, catalog, context)
    if context.mistakes.found or read is None:
        raise _wrong(context)
    return {name: each.trait for name, each in read.items() if each.trait is not None}


def _context(zone: str, events: Collection[str] = ()) -> Context:
    context = Context(events=events)
    known = ZONE.read(zone, ("timezone",), context)
    return context if known is None else replace(context, zone=known)


def _wrong(context: Context) -> ProjectError:
    found = context.mistakes.found
    return ProjectError(
        [Complaint(PLAIN, spell(item.path), item.message, item.hint) for item in found]
    )


def segment_schemas() -> Mapping[str, Schema]:
    """Say what conditions and their parts may be, as ``$defs`` of a JSON Schema."""
    kinds = {
        **{word: {"properties": {word: schema}} for word, schema in SIMPLE.items()},
        "event": event_schema(),
        "related": related_schema(),
        "attribute": _value_schema("attribute", DOTTED.schema, {TRUE_FOR: DURATION.schema}),
        "trait": _value_schema("trait", TEXT.schema, {}),
    }
    closed = [
        {"type": "object", "additionalProperties": False, **schema, "required": [word]}
        for word, schema in kinds.items()
    ]
    return {
        "condition": {"anyOf": closed},
        "filter": filter_schema(),
        "operators": operators_schema(),
    }


def _no_kind(mapping: Mapping[str, object], path: Path, context: Context) -> None:
    words = [*KINDS]
    close = [word for word in mapping if nearest(word, words).startswith("Did you mean")]
    for word in close:
        context.mistakes.unknown((*path, word), "condition", words)
    if not close:
        wrote = f"; found {', '.join(repr(word) for word in mapping)}" if mapping else ""
        message = f"expected a condition with one of {', '.join(words)}{wrote}."
        context.mistakes.add(path, message)


def _alone(word: str, mapping: Mapping[str, object], path: Path, context: Context) -> Path | None:
    for other in mapping:
        if other != word:
            here = (*path, other)
            message = f"'{other}' cannot stand beside '{word}'."
            context.mistakes.found.append(Mistake(here, message, at_key=True))
    return (*path, word) if len(mapping) == 1 else None


def _everyone(value: object, path: Path, context: Context) -> Condition | None:
    if value is True:
        return Everyone()
    hint = "For nobody, say not: {everyone: true}." if value is False else ""
    expected("true", value, path, context, hint)
    return None


def _not(value: object, path: Path, context: Context) -> Condition | None:
    if isinstance(value, Mapping) and HISTORY.name in value and _kinds(value) == [EVENT.name]:
        return read_event(value, path, context, negated=True)
    inner = read_condition(value, path, context)
    return None if inner is None else Not(inner)


_READERS: Mapping[str, Reader[Condition]] = {
    "all": CONDITIONS.to(All),
    "any": CONDITIONS.to(AnyOf),
    "not": Reader(_not, CONDITION_SCHEMA),
    "sequence": Reader(SEQUENCE.read, SEQUENCE.schema),
    "everyone": Reader(_everyone, {"const": True}),
    "segment": TEXT.mentioned("segment").to(InSegment),
    "list": TEXT.mentioned("list").to(InList),
}
SIMPLE: Mapping[str, Schema] = {word: reader.schema for word, reader in _READERS.items()}
"""The kinds that stand alone in their mapping, and what they hold."""


def _simple(word: str) -> Callable[[Mapping[str, object], Path, Context], Condition | None]:
    reader = _READERS[word]

    def read(mapping: Mapping[str, object], path: Path, context: Context) -> Condition | None:
        here = _alone(word, mapping, path, context)
        condition = reader.read(mapping[word], (*path, word), context)
        return None if here is None else condition

    return read


def _attribute(mapping: Mapping[str, object], path: Path, context: Context) -> Condition | None:
    here = (*path, "attribute")
    name = DOTTED.read(mapping["attribute"], here, context)
    tests = _tests(mapping, ("attribute", TRUE_FOR), path, context)
    if name is not None:
        context.mentions.append(Mention("attribute", ".".join(name), here))
    span = None
    if TRUE_FOR in mapping:
        span = DURATION.read(mapping[TRUE_FOR], (*path, TRUE_FOR), context)
        if span is None or not _steady(tests or (), (*path, TRUE_FOR), context):
            return None
    return None if name is None or tests is None else AttributeIs(name, tests, span)


def _trait(mapping: Mapping[str, object], path: Path, context: Context) -> Condition | None:
    name = TEXT.mentioned("trait").read(mapping["trait"], (*path, "trait"), context)
    tests = _tests(mapping, ("trait",), path, context)
    fits = name not in context.number_traits or _no_time_asked(name, mapping, path, context)
    return TraitIs(name, tests) if name is not None and tests is not None and fits else None


def _no_time_asked(
    name: str | None, mapping: Mapping[str, object], path: Path, context: Context
) -> bool:
    """Report operators that ask when something was; the trait is a number that is no instant."""
    asked = [word for word in mapping if word in (*TIMES, WITHIN_NEXT)]
    for word in asked:
        message = f"'{word}' asks for a time, and the trait '{name}' is a number."
        hint = f"A trait that can be a time is one of {', '.join(MAY_BE_A_TIME)}; a window of the "
        hint += "events that are counted stands in the trait itself."
        context.mistakes.found.append(Mistake((*path, word), message, hint, at_key=True))
    return not asked


def _tests(
    mapping: Mapping[str, object], other: Collection[str], path: Path, context: Context
) -> tuple[Test, ...] | None:
    """Read the operators beside the keys ``other``; no property is meant in them."""
    rest = {word: value for word, value in mapping.items() if word not in other}
    return read_tests(rest, path, replace(context, mentions=[]))


def _steady(tests: tuple[Test, ...], path: Path, context: Context) -> bool:
    if not any(map(looks_at_now, tests)):
        return True
    message = "'true_for' beside a test that looks at now: what changes by itself has no length."
    hint = "Ask it of a value that is set, such as is: or gte:."
    context.mistakes.found.append(Mistake(path, message, hint, at_key=True))
    return False


def _value_schema(word: str, name: Schema, more: Mapping[str, Schema]) -> Schema:
    operators = operators_schema()
    properties = operators["properties"]
    assert isinstance(properties, Mapping)  # noqa: S101 - our own table
    return {"properties": {word: name, **more, **properties}, "minProperties": 2}


KINDS: Mapping[str, Callable[[Mapping[str, object], Path, Context], Condition | None]] = {
    **{word: _simple(word) for word in _READERS},
    "attribute": _attribute,
    "trait": _trait,
    "event": read_event,
    "related": read_related,
}
"""The kinds of conditions, by the key that names them."""

WHO: Key[Condition] = Key("who", CONDITION, required=True)
DESCRIPTION = Key("description", ANY_TEXT)
OWNER = Key("owner", ANY_TEXT)
SEGMENT_SHAPE = Shape("a segment", (WHO, DESCRIPTION, OWNER))


def _segment(value: object, path: Path, context: Context) -> Condition | None:
    body = SEGMENT_SHAPE.read(value, path, context)
    return None if body is None else body[WHO]


def _segments(value: object, path: Path, context: Context) -> Mapping[str, Condition] | None:
    mapping = mapping_of(value, path, "segments", context)
    if mapping is None:
        return None
    read = {name: _segment(item, (*path, name), context) for name, item in mapping.items()}
    return {name: condition for name, condition in read.items() if condition is not None}


SEGMENTS: Reader[Mapping[str, Condition]] = Reader(_segments, {})
