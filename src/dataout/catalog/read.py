"""The catalog and the sources, from plain data. Every mistake is reported with its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

from dataout.catalog.events import (
    AttributeDefinition,
    Cancellation,
    Catalog,
    EventDefinition,
    ObjectDefinition,
    PropertyDefinition,
    SourceDefinition,
    Unit,
    ValueType,
)
from dataout.model.complaints import Mistake, nearest
from dataout.model.readers import (
    ANY_TEXT,
    BOOLEAN,
    DOTTED,
    NAME,
    SPAN,
    TEXT,
    ZONE,
    list_of,
    map_of,
    word,
)
from dataout.model.reading import Body, Context, Key, Reader, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dataout.model.complaints import Mistakes, Path

T = TypeVar("T")

AUTO = -1
"""Stands for ``auto`` while a duration is read: to be measured."""

TEXTS = list_of(TEXT, "names")
COUNTRY: Reader[str] = TEXT.passing(
    lambda text: (
        ""
        if len(text) == 2 and text.isascii() and text.isalpha()  # noqa: PLR2004 - ISO 3166-1
        else f"expected a country's two letters (ISO 3166), such as DE; found {text!r}."
    )
).to(str.upper)


def _lateness(value: object, path: Path, context: Context) -> int | None:
    return AUTO if value == "auto" else SPAN.read(value, path, context)


LATENESS: Reader[int] = Reader(_lateness, {"anyOf": [{"const": "auto"}, SPAN.schema]})

DESCRIPTION = Key("description", ANY_TEXT)
OWNER = Key("owner", ANY_TEXT)
TYPE: Key[ValueType] = Key("type", word("text", "number", "boolean", "timestamp", "list", "object"))
UNIT: Key[Unit] = Key("unit", word("s", "ms"))
ARRIVES: Key[Literal["continuous", "batch"]] = Key("arrives", word("continuous", "batch"))
LATE = Key("lateness", LATENESS)

REQUIRED = Key("required", BOOLEAN)
ALSO = Key("also_known_as", TEXTS)
PROPERTY_SHAPE = Shape("a property", (TYPE, UNIT, REQUIRED, ALSO, DESCRIPTION))
ATTRIBUTE_SHAPE = Shape("an attribute", (TYPE, UNIT, DESCRIPTION))


def named(
    shape: Shape,
    make: Callable[[str, Body], T],
    check: Callable[[Body, Context], None] | None = None,
) -> Reader[T]:
    """Read a mapping, empty ones too, whose name is the key it stands at."""

    def read(value: object, path: Path, context: Context) -> T | None:
        body = shape.read({} if value is None else value, path, context)
        if body is None:
            return None
        if check is not None:
            check(body, context)
        return make(str(path[-1]), body)

    return Reader(read, {"anyOf": [shape.schema, {"type": "null"}]})


def _unit_fits(body: Body, context: Context) -> None:
    if body[UNIT] is not None and body[TYPE] not in {None, "timestamp"}:
        context.mistakes.add((*body.path, "unit"), "a unit belongs to type: timestamp only.")


PROPERTY: Reader[PropertyDefinition] = named(
    PROPERTY_SHAPE,
    lambda name, body: PropertyDefinition(
        name=name,
        type=body[TYPE],
        unit=body[UNIT],
        required=body[REQUIRED] or False,
        also_known_as=body[ALSO] or (),
        description=body[DESCRIPTION] or "",
    ),
    _unit_fits,
)

ATTRIBUTE: Reader[AttributeDefinition] = named(
    ATTRIBUTE_SHAPE,
    lambda name, body: AttributeDefinition(name, body[TYPE], body[UNIT], body[DESCRIPTION] or ""),
    _unit_fits,
)

PROPERTY_PATH: Reader[str] = DOTTED.to(".".join)
CANCELLING: Reader[str] = TEXT.mentioned("event")
BY_EVENT = Key("event", CANCELLING, required=True)
BY_AMOUNT = Key("amount", PROPERTY_PATH)
BY_MATCH = Key("match", list_of(PROPERTY_PATH, "properties"))
BY_QUANTITY = Key("quantity", PROPERTY_PATH)
CANCELLATION_SHAPE = Shape("a cancellation", (BY_EVENT, BY_AMOUNT, BY_MATCH, BY_QUANTITY))


def _cancellation(value: object, path: Path, context: Context) -> Cancellation | None:
    if isinstance(value, str):
        name = CANCELLING.read(value, path, context)
        return None if name is None else Cancellation(name)
    body = CANCELLATION_SHAPE.read(value, path, context)
    if body is None or (event := body[BY_EVENT]) is None:
        return None
    if BY_MATCH.name in body.written and BY_AMOUNT.name in body.written:
        message = "'amount' beside 'match': a match takes off units, an amount a part of the order."
        context.mistakes.found.append(Mistake((*path, BY_AMOUNT.name), message, at_key=True))
    if BY_QUANTITY.name in body.written and BY_MATCH.name not in body.written:
        message = "'quantity' counts the units of a 'match', and there is none."
        hint = "Say match: [ … ], the properties that an order's line and this event share."
        context.mistakes.found.append(
            Mistake((*path, BY_QUANTITY.name), message, hint, at_key=True)
        )
    return Cancellation(event, body[BY_AMOUNT], body[BY_MATCH] or (), body[BY_QUANTITY])


CANCELLATIONS = list_of(
    Reader(_cancellation, {"anyOf": [TEXT.schema, CANCELLATION_SHAPE.schema]}), "events"
)


def _order_fits(body: Body, context: Context) -> None:
    """Report what only an order has where there is none, and an order that lacks its amount."""
    written, mistakes = body.written, context.mistakes
    cancellations = body[CANCELLED_BY] or ()
    if ORDER_KEY.name not in written:
        for key in (AMOUNT, COMBINE, CANCELLED_BY):
            if key.name in written:
                message = f"'{key.name}' belongs to an order, and this event has no 'order_key'."
                hint = "Say order_key: the property whose value the lines of one order share."
                mistakes.found.append(Mistake((*body.path, key.name), message, hint, at_key=True))
    elif AMOUNT.name not in written:
        needing = [COMBINE.name] if COMBINE.name in written else []
        needing += [CANCELLED_BY.name] if any(each.amount for each in cancellations) else []
        for name in needing:
            message = f"'{name}' needs to know what an order is worth: its 'amount' is missing."
            hint = "Say amount: the property that holds it, such as total."
            mistakes.found.append(Mistake((*body.path, name), message, hint, at_key=True))
    seen = {str(body.path[-1])}
    for at, each in enumerate(cancellations):
        if each.event in seen:
            own = each.event == body.path[-1]
            message = "an order does not cancel itself." if own else f"'{each.event}' stands twice."
            mistakes.add((*body.path, CANCELLED_BY.name, at), message)
        seen.add(each.event)


SOURCE = Key("source", TEXT)
ORDER_KEY = Key("order_key", PROPERTY_PATH)
AMOUNT = Key("amount", PROPERTY_PATH)
COMBINE: Key[Literal["sum", "max"]] = Key("combine", word("sum", "max"))
CANCELLED_BY = Key("cancelled_by", CANCELLATIONS)
PROPERTIES = Key("properties", map_of(TEXT, PROPERTY, "properties"))
EVENT_SHAPE = Shape(
    "an event",
    (
        DESCRIPTION,
        OWNER,
        SOURCE,
        ORDER_KEY,
        AMOUNT,
        COMBINE,
        CANCELLED_BY,
        ARRIVES,
        LATE,
        PROPERTIES,
    ),
)


def _measured(body: Body) -> int | None:
    return None if body[LATE] == AUTO else body[LATE]


EVENT: Reader[EventDefinition] = named(
    EVENT_SHAPE,
    lambda name, body: EventDefinition(
        name=name,
        description=body[DESCRIPTION] or "",
        owner=body[OWNER] or "",
        source=body[SOURCE],
        order_key=body[ORDER_KEY],
        amount=body[AMOUNT],
        combine=body[COMBINE] or "sum",
        cancelled_by=body[CANCELLED_BY] or (),
        arrives=body[ARRIVES] or "continuous",
        lateness=_measured(body),
        properties=body[PROPERTIES] or {},
    ),
    _order_fits,
)

ATTRIBUTES = Key("attributes", map_of(DOTTED.to(".".join), ATTRIBUTE, "attributes"))
OBJECT_SHAPE = Shape("an object", (ATTRIBUTES, DESCRIPTION))
OBJECT: Reader[ObjectDefinition] = named(
    OBJECT_SHAPE,
    lambda name, body: ObjectDefinition(name, body[ATTRIBUTES] or {}, body[DESCRIPTION] or ""),
)

EVENTS = Key("events", map_of(TEXT, EVENT, "events"))
OBJECTS = Key("objects", map_of(NAME, OBJECT, "objects"))
MODE: Key[Literal["open", "strict"]] = Key("mode", word("open", "strict"))
CATALOG_SHAPE = Shape("the catalog", (EVENTS, ATTRIBUTES, OBJECTS, MODE))


def _catalog(value: object, path: Path, context: Context) -> Catalog | None:
    body = CATALOG_SHAPE.read(value, path, context)
    if body is None:
        return None
    strict = body[MODE] == "strict"
    return Catalog(body[EVENTS] or {}, body[ATTRIBUTES] or {}, body[OBJECTS] or {}, strict)


CATALOG: Reader[Catalog] = Reader(_catalog, CATALOG_SHAPE.schema)

ZONE_KEY = Key("zone", ZONE.to(lambda zone: zone.key))
COUNTRY_KEY = Key("country", COUNTRY)
SKEW = Key("clock_skew", SPAN)
CADENCE = Key("cadence", SPAN)
SOURCE_SHAPE = Shape(
    "a source", (DESCRIPTION, OWNER, ZONE_KEY, COUNTRY_KEY, SKEW, ARRIVES, LATE, CADENCE)
)
SOURCES: Reader[Mapping[str, SourceDefinition]] = map_of(
    TEXT,
    named(
        SOURCE_SHAPE,
        lambda name, body: SourceDefinition(
            name=name,
            description=body[DESCRIPTION] or "",
            owner=body[OWNER] or "",
            zone=body[ZONE_KEY],
            country=body[COUNTRY_KEY],
            clock_skew=body[SKEW],
            arrives=body[ARRIVES] or "continuous",
            lateness=_measured(body),
            cadence=body[CADENCE],
        ),
    ),
    "sources",
)


def parse_catalog(value: object, path: Path, mistakes: Mistakes) -> Catalog | None:
    """Read a catalog from plain data; mistakes are added to ``mistakes``. Never raises."""
    context = Context(mistakes)
    catalog = CATALOG.read(value, path, context)
    if catalog is not None and catalog.strict:
        for mention in context.mentions:
            if mention.name not in catalog.events:
                message = f"there is no event '{mention.name}'."
                mistakes.add(mention.path, message, nearest(mention.name, catalog.events))
    return catalog
