"""YAML's mappings to conditions. Every mistake is reported with its place; none is raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from dataout.errors import ProjectError
from dataout.model.complaints import Mistake, Mistakes, nearest, spell
from dataout.model.definitions import Complaint, Place
from dataout.model.readers import ANY_TEXT, DOTTED, TEXT, ZONE, list_of
from dataout.model.reading import (
    Context,
    Key,
    Mention,
    Reader,
    Schema,
    Shape,
    expected,
    mapping_of,
    unsupported,
)
from dataout.segments.events import event_schema, read_event
from dataout.segments.filters import filter_schema, too_deep
from dataout.segments.nesting import cycles, nested_names
from dataout.segments.tree import (
    All,
    AnyOf,
    AttributeIs,
    Condition,
    Everyone,
    InList,
    InSegment,
    Not,
)
from dataout.segments.words import operators_schema, read_tests

if TYPE_CHECKING:
    from collections.abc import Collection

    from dataout.model.complaints import Path

LATER_KINDS = frozenset({"sequence", "related", "trait"})
CONDITION_SCHEMA: Schema = {"$ref": "#/$defs/condition"}
PLAIN = Place("<segments>", 0, 0)
"""The place of what did not come from a file."""


def read_condition(value: object, path: Path, context: Context) -> Condition | None:
    """Read one condition; what it names is noted in ``context.mentions``."""
    if isinstance(value, list | tuple):
        hint = "Put the conditions below all: or any:."
        expected("one condition as a mapping", value, path, context, hint)
        return None
    mapping = mapping_of(value, path, "a condition", context)
    if mapping is None or too_deep(path, context):
        return None
    kinds = [word for word in mapping if word in KINDS]
    later = [word for word in mapping if word in LATER_KINDS]
    for word in later:
        context.mistakes.found.append(Mistake((*path, word), unsupported(word), at_key=True))
    if later:
        return None
    if len(kinds) > 1:
        both = " and ".join(f"'{word}'" for word in kinds)
        hint = "Put each below all: [ … ] if all shall hold."
        context.mistakes.add(path, f"several conditions in one mapping: {both}.", hint)
        return None
    if not kinds:
        _no_kind(mapping, path, context)
        return None
    return KINDS[kinds[0]](mapping, path, context)


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
    segments: Mapping[str, object], zone: str = "UTC", lists: Collection[str] | None = None
) -> Mapping[str, Condition]:
    """Read segments from plain data: ``{name: {"who": condition}}``, in the order given.

    Nested segments have to be among them, and lists among ``lists`` where that is given.
    Raises ``ProjectError`` with all complaints, each at the place ``<segments>:0:0``.
    """
    mistakes = Mistakes()
    known = ZONE.read(zone, ("timezone",), Context(mistakes))
    context = Context(mistakes, known) if known else Context(mistakes)
    read = SEGMENTS.read(segments, ("segments",), context)
    if read is not None:
        names = {"segment": [*map(str, segments)], "list": lists}
        for mention in context.mentions:
            check_mention(mention, names, mistakes)
        for cycle in cycles({name: nested_names(who) for name, who in read.items()}):
            mistakes.add(("segments", cycle[0]), f"segments in a circle: {' → '.join(cycle)}.")
    if mistakes.found or read is None:
        raise ProjectError(
            [Complaint(PLAIN, spell(item.path), item.message, item.hint) for item in mistakes.found]
        )
    return read


def check_mention(
    mention: Mention, names: Mapping[str, Collection[str] | None], mistakes: Mistakes
) -> None:
    """Report a mention of something that is not there; ``names`` holds what is, by kind."""
    known = names.get(mention.kind)
    if known is not None and mention.name not in known:
        message = f"there is no {mention.kind} '{mention.name}'."
        mistakes.add(mention.path, message, nearest(mention.name, known))


def segment_schemas() -> Mapping[str, Schema]:
    """Say what conditions and their parts may be, as ``$defs`` of a JSON Schema."""
    kinds = {
        **{word: {"properties": {word: schema}} for word, schema in SIMPLE.items()},
        "event": event_schema(),
        "attribute": _attribute_schema(),
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


_READERS: Mapping[str, Reader[Condition]] = {
    "all": CONDITIONS.to(All),
    "any": CONDITIONS.to(AnyOf),
    "not": CONDITION.to(Not),
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
    if name is not None:
        context.mentions.append(Mention("attribute", ".".join(name), here))
    rest = {word: value for word, value in mapping.items() if word != "attribute"}
    tests = read_tests(rest, path, context)
    return None if name is None or tests is None else AttributeIs(name, tests)


def _attribute_schema() -> Schema:
    operators = operators_schema()
    properties = operators["properties"]
    assert isinstance(properties, Mapping)  # noqa: S101 - our own table
    return {"properties": {"attribute": DOTTED.schema, **properties}, "minProperties": 2}


KINDS: Mapping[str, Callable[[Mapping[str, object], Path, Context], Condition | None]] = {
    **{word: _simple(word) for word in _READERS},
    "attribute": _attribute,
    "event": read_event,
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
