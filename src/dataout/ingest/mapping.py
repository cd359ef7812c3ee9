"""Mapping files: how the columns of a foreign file become the fields of records.

Mistakes are collected and shown with their places in the file, all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast

from dataout.errors import InputError, ProjectError
from dataout.model.complaints import Path as Way
from dataout.model.definitions import Place
from dataout.model.readers import NUMBER, TEXT, ZONE, list_of, map_of, word
from dataout.model.reading import Body, Context, Key, Reader, Shape, expected
from dataout.segments.filters import FILTER
from dataout.segments.values import (
    Age,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    OlderThan,
    PropertyIs,
    Test,
    Within,
    WithinNext,
)
from dataout.settings.documents import complaints_of, read_yaml
from dataout.sql.instants import Unit
from dataout.sql.recipe import Arithmetic, Column, Kind, Naming, Operation, Origin, Part, Recipe

ALL = "all"
OPERATIONS: Mapping[str, Operation] = {
    "plus": "plus",
    "minus": "minus",
    "times": "times",
    "divided_by": "divided_by",
}
IN_PAIRS = ("minus", "divided_by")
EXAMPLE = "For instance: Quantity, or {times: [Quantity, UnitPrice]}."

Fields = tuple[tuple[str, Origin], ...]

RELATED_KINDS: frozenset[Kind] = frozenset({"objects", "relationships"})
WRITTEN_FOR: Mapping[str, frozenset[Kind]] = {
    "event": frozenset({"events"}),
    "event_time": frozenset({"events"}),
    "event_id": frozenset({"events"}),
    "op": frozenset({"events"}),
    "properties": frozenset({"events"}),
    "anonymous_id": frozenset({"events", "profiles"}),
    "deleted": frozenset({"profiles"}),
    "member": frozenset({"list"}),
    "type": RELATED_KINDS,
    "object_id": RELATED_KINDS,
    "related": RELATED_KINDS,
    "via": RELATED_KINDS,
}
"""The kinds of records that alone have a field."""


@dataclass(frozen=True, slots=True)
class RecordMapping:
    """A mapping file that was read: ``path`` as it was named, ``zone`` None where it names none."""

    path: str
    zone: str | None
    body: Body

    @property
    def source(self) -> str:
        """The source that the file names, or nothing."""
        return self.body[SOURCE] or ""

    def suits(self, kind: Kind) -> bool:
        """Whether the file was written for records of a kind, going by the fields it names.

        One that names only what every kind has suits all of them.
        """
        if kind == "objects" and self.body[VIA] == ALL:
            return False
        kinds = {each for key in self.body.written for each in WRITTEN_FOR.get(key, ())}
        if "attributes" in self.body.written and not kinds & RELATED_KINDS:
            kinds.add("profiles")
        if not kinds:
            return kind != "events" or "set_at" not in self.body.written
        return kind in kinds

    def recipe(self, kind: Kind, zone: str, list_name: str = "") -> Recipe:
        """Say how records of one kind are read; ``zone`` holds where the file names none.

        Raises ``InputError`` where ``via`` is to take all of a record about an object.
        """
        fields = FIELDS_OF.get(kind)
        via = self.body[VIA] if kind == "objects" else None
        if via == ALL:
            raise InputError(
                f"{self.path}, via: what is left of an object's record are its own attributes.",
                "Name the columns, for instance via: {role: Role}; or load them as relationships.",
            )
        return Recipe(
            kind=kind,
            zone=self.zone or zone,
            unit=self.body[UNIT] or "s",
            source=self.body[SOURCE] or "",
            list_name=list_name,
            profile_id=self.body[PROFILE_ID],
            anonymous_id=self.body[ANONYMOUS_ID],
            event=self.body[EVENT] if kind == "events" else None,
            event_time=self.body[EVENT_TIME],
            event_id=self.body[EVENT_ID],
            op=self.body[OP],
            received_at=self.body[RECEIVED_AT],
            set_at=self.body[SET_AT],
            deleted=self.body[DELETED],
            member=self.body[MEMBER],
            type=self.body[TYPE],
            object_id=self.body[OBJECT_ID],
            related=self.body[RELATED],
            via=_listed(via),
            skip=self.body[SKIP],
            fields=_listed(self.body[fields]) if fields is not None else None,
            text=frozenset(self.body[AS_TEXT] or ()),
        )


def read_mapping(path: str | Path) -> RecordMapping:
    """Read a mapping file; raises ``InputError`` without it, ``ProjectError`` for what it says."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"The mapping file {path} is not UTF-8.", "Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(
            f"The mapping file {path} cannot be read ({type(error).__name__}).",
            "Check the path; it counts from where you are.",
        ) from error
    return parse_mapping(text, str(path))


def parse_mapping(text: str, path: str) -> RecordMapping:
    """Read a mapping file's text; raises ``ProjectError`` with every mistake in it."""
    document = read_yaml(text, path)
    context = Context()
    body = SHAPE.read(document.data, (), context)
    found = complaints_of(context.mistakes.found, document.spots, Place(path, 1, 1))
    if complaints := (*document.complaints, *found):
        raise ProjectError(complaints)
    if body is None:
        raise AssertionError(document)
    zone = body[ZONE_KEY]
    return RecordMapping(path, zone.key if zone is not None else None, body)


def _listed(fields: Mapping[str, Origin] | str | None) -> Fields | None:
    return tuple(fields.items()) if isinstance(fields, Mapping) else None


def _part(value: object, path: Way, context: Context) -> Part | None:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return NUMBER.read(value, path, context)
    return _origin(value, path, context)


def _origin(value: object, path: Way, context: Context) -> Origin | None:
    match value:
        case str():
            return COLUMN.read(value, path, context)
        case Mapping() if len(value) == 1:
            [(name, parts)] = value.items()
            return _arithmetic(name, parts, (*path, name), context)
        case _:
            expected("a column or a computation", value, path, context, EXAMPLE)
            return None


def _arithmetic(name: object, value: object, path: Way, context: Context) -> Origin | None:
    if not isinstance(name, str) or (operation := OPERATIONS.get(name)) is None:
        context.mistakes.unknown(path, "computation", OPERATIONS)
        return None
    parts = PARTS.read(value, path, context)
    if parts is not None and operation in IN_PAIRS and len(parts) > 2:  # noqa: PLR2004 - a pair
        context.mistakes.add(path, f"'{operation}' takes two parts, found {len(parts)}.")
        return None
    return None if parts is None else Arithmetic(operation, parts)


def _name(value: object, path: Way, context: Context) -> Column | tuple[Naming, ...] | None:
    match value:
        case str():
            return COLUMN.read(value, path, context)
        case Mapping():
            rule = _rule(value, path, context)
            return None if rule is None else (rule,)
        case list() | tuple():
            return RULES.read(value, path, context)
        case _:
            key = path[-1]
            hint = f"For instance: {key}: action, or {key}: [{{is: purchase}}]."
            expected("a column or a list of rules", value, path, context, hint)
            return None


def _rule(value: object, path: Way, context: Context) -> Naming | None:
    body = RULE_SHAPE.read(value, path, context)
    if body is None or not body.sound() or (name := body[IS]) is None:
        return None
    return Naming(name, body[WHERE])


def _filter(value: object, path: Way, context: Context) -> Filter | None:
    condition = FILTER.read(value, path, context)
    if condition is None or not any(isinstance(test, CLOCK) for test in _tests(condition)):
        return condition
    hint = "Use before, after or between, so that a file means the same whenever it is loaded."
    context.mistakes.add(path, "a mapping cannot look at the clock.", hint)
    return None


CLOCK = (Within, OlderThan, Age, WithinNext)


def _tests(condition: Filter) -> Iterator[Test]:
    match condition:
        case PropertyIs(tests=tests):
            yield from tests
        case FilterNot(part):
            yield from _tests(part)
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from _tests(part)


def _fields(value: object, path: Way, context: Context) -> Mapping[str, Origin] | str | None:
    if value == ALL:
        return ALL
    if isinstance(value, str):
        hint = f"{ALL}, or for instance {{amount: total}}."
        expected("fields and their columns", value, path, context, hint)
        return None
    return NAMED.read(value, path, context)


COLUMN: Reader[Column] = TEXT.to(Column)
ORIGIN: Reader[Origin] = Reader(_origin, {"type": ["string", "object"]})
PART: Reader[Part] = Reader(_part, {"type": ["string", "number", "object"]})
PARTS = list_of(PART, "columns and numbers", 2)
NAMED = map_of(TEXT, ORIGIN, "fields and their columns")
CONDITION: Reader[Filter] = Reader(_filter, FILTER.schema)

IS = Key("is", TEXT, required=True)
WHERE = Key("where", CONDITION)
RULE_SHAPE = Shape("a rule", (IS, WHERE))
RULE: Reader[Naming] = Reader(_rule, RULE_SHAPE.schema)
RULES = list_of(RULE, "rules")

SOURCE = Key("source", TEXT)
ZONE_KEY = Key("zone", ZONE)
UNIT: Key[Unit] = Key("unit", cast("Reader[Unit]", word("s", "ms")))
PROFILE_ID = Key("profile_id", COLUMN)
ANONYMOUS_ID = Key("anonymous_id", COLUMN)
NAME: Reader[Column | tuple[Naming, ...]] = Reader(_name, {"type": ["string", "object", "array"]})
EVENT: Key[Column | tuple[Naming, ...]] = Key("event", NAME)
EVENT_TIME = Key("event_time", ORIGIN)
EVENT_ID = Key("event_id", COLUMN)
OP = Key("op", COLUMN)
RECEIVED_AT = Key("received_at", ORIGIN)
SET_AT = Key("set_at", ORIGIN)
DELETED = Key("deleted", COLUMN)
MEMBER = Key("member", COLUMN)
TYPE: Key[Column | tuple[Naming, ...]] = Key("type", NAME)
OBJECT_ID = Key("object_id", COLUMN)
RELATED = Key("related", COLUMN)
SKIP = Key("skip", CONDITION)
AS_TEXT = Key("text", list_of(TEXT, "columns"))
FIELDS: Reader[Mapping[str, Origin] | str] = Reader(_fields, {"type": ["string", "object"]})
PROPERTIES = Key("properties", FIELDS)
ATTRIBUTES = Key("attributes", FIELDS)
VIA = Key("via", FIELDS)
FIELDS_OF: Mapping[Kind, Key[Mapping[str, Origin] | str]] = {
    "events": PROPERTIES,
    "profiles": ATTRIBUTES,
    "objects": ATTRIBUTES,
    "relationships": VIA,
}
SHAPE = Shape(
    "a mapping file",
    (
        SOURCE,
        ZONE_KEY,
        UNIT,
        PROFILE_ID,
        ANONYMOUS_ID,
        EVENT,
        EVENT_TIME,
        EVENT_ID,
        OP,
        RECEIVED_AT,
        SET_AT,
        DELETED,
        MEMBER,
        TYPE,
        OBJECT_ID,
        RELATED,
        SKIP,
        AS_TEXT,
        PROPERTIES,
        ATTRIBUTES,
        VIA,
    ),
)
