"""Whether values are compared with what they can be, as the catalog declares them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from dataout.catalog.events import Catalog, EventDefinition, ValueType
from dataout.model.complaints import nearest
from dataout.segments.check.advice import Advice
from dataout.segments.check.parts import Look
from dataout.segments.describe.spelling import scalar_text
from dataout.segments.values import (
    AnyElement,
    Compare,
    Exists,
    IsNot,
    OneOf,
    Scalar,
    Test,
    TextTest,
    TimeTest,
)

TIMES = get_args(TimeTest)
PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
MILLISECONDS = 10**12, 10**13
"""What a 13-digit number lies between; as seconds it would be the year 33658 at the earliest."""
TO_MEND = "Compare it with what it is, or correct its type in the catalog."
FOR_TIMES = "Times are tested by after, before, between, within, older_than and age."


@dataclass(frozen=True, slots=True)
class Declared:
    """What the catalog says of a value: ``title`` names it, ``type`` is None if it is not said."""

    title: str
    type: ValueType | None
    scalar_above: bool = False


def value_advice(look: Look, catalog: Catalog) -> Iterator[Advice]:
    """Judge one look at a value by what the catalog says of it."""
    name = ".".join(look.name)
    match look.owner.kind:
        case "profile":
            types = {key: attribute.type for key, attribute in catalog.attributes.items()}
            yield from _judged(look, _declared(f"attribute {name}", look.name, types))
        case "event":
            for event in look.owner.names:
                definition = catalog.events.get(event)
                if definition is not None and definition.properties:
                    yield from _property(look, definition)
        case "object":
            known = catalog.objects.get(look.owner.names[0])
            if known is not None:
                types = {key: attribute.type for key, attribute in known.attributes.items()}
                title = f"attribute {name} of {known.name}"
                yield from _judged(look, _declared(title, look.name, types))
        case "element":
            return


def lists_property(event: EventDefinition, name: tuple[str, ...]) -> bool:
    """Whether the catalog lists a property, or one that it lies in, or one that lies in it.

    True as well of an event whose properties nobody listed.
    """
    known = _known_properties(event)
    ways = [".".join(name[:end]) for end in range(1, len(name) + 1)]
    below = any(each.startswith(f"{ways[-1]}.") for each in known)
    return not event.properties or below or any(way in known for way in ways)


def _property(look: Look, event: EventDefinition) -> Iterator[Advice]:
    title = f"property {'.'.join(look.name)} of {event.name}"
    known = _known_properties(event)
    if not lists_property(event, look.name):
        name = ".".join(look.name)
        message = f"the catalog lists the properties of {event.name}, and '{name}' is not among "
        message += "them."
        yield Advice("unknown-property", message, nearest(name, known), look.path)
        return
    yield from _judged(look, _declared(title, look.name, known))


def _known_properties(event: EventDefinition) -> Mapping[str, ValueType | None]:
    """Collect what the event is declared to hold, under all its names; orders name some, too."""
    known: dict[str, ValueType | None] = {}
    for name in filter(None, (event.order_key, event.amount)):
        known[name] = None
    for cancellation in event.cancelled_by:
        known |= dict.fromkeys(cancellation.match)
    for each in event.properties.values():
        known |= dict.fromkeys((each.name, *each.also_known_as), each.type)
    return known


def _declared(title: str, name: tuple[str, ...], types: Mapping[str, ValueType | None]) -> Declared:
    if (whole := ".".join(name)) in types:
        return Declared(title, types[whole])
    for end in range(len(name) - 1, 0, -1):
        if (above := types.get(".".join(name[:end]))) not in {None, "object", "list"}:
            return Declared(title, above, scalar_above=True)
    return Declared(title, None)


def _judged(look: Look, declared: Declared) -> Iterator[Advice]:
    if declared.scalar_above:
        message = f"{declared.title} lies inside a value that is declared as {declared.type}."
        yield Advice("property-type-mismatch", message, TO_MEND, look.path)
        return
    if declared.type is None:
        return
    if look.number and declared.type in {"text", "boolean", "timestamp", "object"}:
        message = f"{declared.title} is used as a number, and is declared as {declared.type}."
        yield Advice("property-type-mismatch", message, TO_MEND, look.path)
    for test in look.tests:
        positive = test.test if isinstance(test, IsNot) else test
        yield from _tested(positive, declared, look)


def _tested(test: Test, declared: Declared, look: Look) -> Iterator[Advice]:
    if declared.type == "timestamp":
        for bound in _bounds(test):
            if isinstance(bound, Decimal) and MILLISECONDS[0] <= abs(bound) < MILLISECONDS[1]:
                message = f"{declared.title} is compared with {scalar_text(bound)}: a number of 13 "
                message += "digits counts milliseconds, where times count seconds."
                hint = f"{FOR_TIMES} Give them an instant such as 2026-03-01T12:00:00Z."
                yield Advice("millisecond-number", message, hint, look.path)
                return
    if (wrong := _mismatch(test, declared.type)) is not None:
        message = f"{declared.title} is {wrong}, and is declared as {declared.type}."
        hint = FOR_TIMES if declared.type == "timestamp" else TO_MEND
        yield Advice("property-type-mismatch", message, hint, look.path)


def _bounds(test: Test) -> tuple[Scalar, ...]:
    match test:
        case Compare(_, bound):
            return (bound,)
        case OneOf(bounds):
            return bounds
        case _:
            return ()


def _mismatch(test: Test, declared: ValueType | None) -> str | None:
    """Say what is asked of the value that its type cannot answer."""
    match declared:
        case None | "list":
            return None
        case "object":
            return None if isinstance(test, Exists) else "compared as a whole"
        case _ if isinstance(test, AnyElement):
            return "tested as a list"
        case "timestamp":
            wrong = isinstance(test, Compare | OneOf | TextTest)
            return "compared as a plain value" if wrong else None
        case _ if isinstance(test, TIMES):
            return "tested as a time"
        case "text":
            strange = [bound for bound in _bounds(test) if not isinstance(bound, str)]
            return f"compared with {scalar_text(strange[0])}" if strange else None
        case "number":
            return "tested as a text" if isinstance(test, TextTest) else _not_number(test)
        case "boolean":
            return _not_boolean(test)


def _not_number(test: Test) -> str | None:
    for bound in _bounds(test):
        if isinstance(bound, bool) or (
            isinstance(bound, str) and PLAIN_NUMBER.fullmatch(bound) is None
        ):
            return f"compared with {scalar_text(bound)}"
    return None


def _not_boolean(test: Test) -> str | None:
    match test:
        case TextTest():
            return "tested as a text"
        case Compare("gt" | "gte" | "lt" | "lte"):
            return "compared by size"
        case _:
            for bound in _bounds(test):
                if not isinstance(bound, bool) and bound not in {"true", "false"}:
                    return f"compared with {scalar_text(bound)}"
            return None


def asked_types(look: Look) -> tuple[str, ...]:
    """Say as what a look reads its value: number, text, boolean or list; () where any will do.

    A text that spells a number, or a boolean, reads both.
    """
    found = ["number"] if look.number else []
    for test in look.tests:
        positive = test.test if isinstance(test, IsNot) else test
        match positive:
            case TextTest():
                found.append("text")
            case AnyElement():
                found.append("list")
            case _:
                kinds = {_kind(bound) for bound in _bounds(positive)}
                found += [kind for kind in kinds if kind is not None and len(kinds) == 1]
    return tuple(dict.fromkeys(found))


def _kind(bound: Scalar) -> str | None:
    match bound:
        case bool():
            return "boolean"
        case Decimal():
            return "number"
        case str():
            both = bound in {"true", "false"} or PLAIN_NUMBER.fullmatch(bound) is not None
            return None if both else "text"
