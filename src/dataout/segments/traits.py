"""Computed traits: a number or a value out of a profile's events, and arithmetic over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from dataout.model.complaints import Mistake
from dataout.model.readers import ANY_TEXT, NAME, NUMBER, TEXT, list_of, map_of
from dataout.model.reading import Body, Context, Key, Mention, Reader, Schema, Shape, expected
from dataout.segments.events import (
    ANY_EVENT,
    EVENT,
    EVENTS,
    GROSS,
    LINES,
    SINCE,
    WHEN_KEYS,
    WHERE,
    WHICH,
    claim,
    orders_fit,
    stream_of,
    when_fits,
    when_of,
)
from dataout.segments.measures import ITEMS, NO_ITEMS, NUMERIC, PROPERTY, note_property
from dataout.segments.tree import Trait, TraitAggregate, TraitMath, TraitPick
from dataout.segments.values import Filter

if TYPE_CHECKING:
    from dataout.model.complaints import Path

Function = Literal["count", "sum", "avg", "min", "max", "distinct"]
Operation = Literal["plus", "minus", "times", "divided_by"]

FUNCTIONS: tuple[Function, ...] = ("count", "sum", "avg", "min", "max", "distinct")
PICKS: tuple[Literal["first", "last"], ...] = ("first", "last")
OPERATIONS: tuple[Operation, ...] = ("plus", "minus", "times", "divided_by")
WORDS = (*FUNCTIONS, *PICKS, *OPERATIONS)
MAY_BE_A_TIME = ("min", "max", *PICKS)
"""What gives a value as it stands in an event; everything else computes a number."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a trait looks at: a property (for a count: none) of these events."""

    names: tuple[str, ...]
    path: tuple[str, ...] = ()
    items: Filter | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A trait as written; without the trait, where that is wrong."""

    trait: Trait | None
    description: str
    owner: str


def _subject(word: str) -> Reader[Subject]:
    numeric = word in NUMERIC
    shape = Shape(
        f"'{word}'",
        (EVENT, PROPERTY, ITEMS) if numeric else (EVENT, PROPERTY),
        refused={} if numeric else NO_ITEMS,
    )

    def read(value: object, path: Path, context: Context) -> Subject | None:
        aside = replace(context, mentions=[])
        got = (
            _split(value, path, aside)
            if isinstance(value, str)
            else _long(shape, value, path, aside)
        )
        claim(aside.mentions, got.names if got else None, context)
        return got

    return Reader(read, {"anyOf": [{"type": "string", "pattern": r".\.."}, shape.schema]})


def _split(text: str, path: Path, context: Context) -> Subject | None:
    """Split after the longest name that the catalog knows, or else at the first dot."""
    if TEXT.read(text, path, context) is None:
        return None
    ends = [at for at, sign in enumerate(text) if sign == "."]
    known = [end for end in ends if text[:end] in context.events]
    end = known[-1] if known else ends[0] if ends else len(text)
    name, steps = text[:end], tuple(text[end + 1 :].split("."))
    if not name or not all(steps):
        hint = f"Such as {name or 'purchase'}.total."
        message = f"expected an event and one of its properties, found the text {text!r}."
        context.mistakes.add(path, message, hint)
        return None
    if name != ANY_EVENT:
        context.mentions.append(Mention("event", name, path))
    context.mentions.append(Mention("property", ".".join(steps), path))
    return Subject(() if name == ANY_EVENT else (name,), steps)


def _long(shape: Shape, value: object, path: Path, context: Context) -> Subject | None:
    if not isinstance(value, Mapping):
        hint = "Such as purchase.total, or {event: purchase, property: total}."
        expected("an event and one of its properties", value, path, context, hint)
        return None
    aside = replace(context, mentions=[])
    body = shape.read(value, path, aside)
    if body is None:
        return None
    context.mentions.extend(item for item in aside.mentions if item.kind == "event")
    inner = [item for item in aside.mentions if item.kind != "event"]
    fits = note_property(body, replace(aside, mentions=inner), context)
    names, steps = body[EVENT], body[PROPERTY]
    if names is None or steps is None or not fits or not body.sound():
        return None
    return Subject(names, steps, body[ITEMS] if ITEMS in shape.keys else None)


def _operand(value: object, path: Path, context: Context) -> str | Decimal | None:
    if isinstance(value, str):
        return TEXT.mentioned("trait").read(value, path, context)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        expected("the name of a trait, or a number", value, path, context)
        return None
    return NUMBER.read(value, path, context)


OPERAND: Reader[str | Decimal] = Reader(_operand, {"anyOf": [TEXT.schema, NUMBER.schema]})
_OPERANDS = list_of(OPERAND, "traits or numbers", least=2)


def _operands(operation: str) -> Reader[tuple[str | Decimal, ...]]:
    def wrong(of: tuple[str | Decimal, ...]) -> str:
        if not any(isinstance(operand, str) for operand in of):
            return "there is no trait in it: of numbers alone nothing has to be computed."
        if operation == "divided_by" and Decimal(0) in of[1:]:
            return "a division by zero has no result, for anybody."
        return ""

    return _OPERANDS.passing(wrong)


FUNCTION_KEYS: Mapping[Function, Key[Subject]] = {
    word: Key(word, EVENTS.to(Subject) if word == "count" else _subject(word)) for word in FUNCTIONS
}
PICK_KEYS: Mapping[Literal["first", "last"], Key[Subject]] = {
    word: Key(word, _subject(word)) for word in PICKS
}
MATH_KEYS: Mapping[Operation, Key[tuple[str | Decimal, ...]]] = {
    word: Key(word, _operands(word)) for word in OPERATIONS
}
DESCRIPTION = Key("description", ANY_TEXT)
OWNER = Key("owner", ANY_TEXT)
PEOPLE: tuple[Key[object], ...] = (DESCRIPTION, OWNER)
EVENT_KEYS: tuple[Key[object], ...] = (WHERE, *WHEN_KEYS, SINCE, GROSS, LINES)

TRAIT_SHAPE = Shape(
    "a trait",
    (*FUNCTION_KEYS.values(), *PICK_KEYS.values(), *MATH_KEYS.values(), *EVENT_KEYS, *PEOPLE),
    refused={
        WHICH.name: "Say first: EVENT.PROPERTY or last: EVENT.PROPERTY.",
        EVENT.name: "The event stands below what is computed, as in count: purchase.",
        PROPERTY.name: "The property stands with its event, as in sum: purchase.total.",
    },
)


def _trait(value: object, path: Path, context: Context) -> Written | None:
    aside = replace(context, mentions=[])
    body = TRAIT_SHAPE.read(value, path, aside)
    keys = (*FUNCTION_KEYS.values(), *PICK_KEYS.values())
    subjects = [] if body is None else [got for key in keys if (got := body[key]) is not None]
    claim(aside.mentions, subjects[0].names if subjects else None, context)
    if body is None:
        return None
    fits = _one_kind(body, context)
    fits = when_fits(body, context) and fits
    fits = orders_fit(body, context) and fits
    made = _make(body) if fits and body.sound() else None
    return Written(made, body[DESCRIPTION] or "", body[OWNER] or "")


def _one_kind(body: Body, context: Context) -> bool:
    written = [word for word in WORDS if word in body.written]
    if not written:
        message = f"expected a trait with one of {', '.join(WORDS)}."
        context.mistakes.add(body.path, message)
        return False
    if len(written) > 1:
        both = f"'{written[0]}' and '{written[1]}'"
        hint = "Give each a name of its own; arithmetic joins them, as in minus: [a, b]."
        context.mistakes.add(body.path, f"a trait computes one thing, this one {both}.", hint)
        return False
    hints = {}
    if written[0] in OPERATIONS:
        hints = dict.fromkeys((key.name for key in EVENT_KEYS), "It belongs to the traits named.")
    elif written[0] in PICKS:
        hints = {SINCE.name: "A value is picked over all events, or those of a window."}
    strange = [word for word in body.written if word in hints]
    for word in strange:
        message = f"'{word}' cannot stand beside '{written[0]}'."
        context.mistakes.found.append(
            Mistake((*body.path, word), message, hints[word], at_key=True)
        )
    return not strange


def _make(body: Body) -> Trait | None:
    for operation, operands in MATH_KEYS.items():
        if (of := body[operands]) is not None:
            return TraitMath(operation, of)
    for which, picked in PICK_KEYS.items():
        if (subject := body[picked]) is not None:
            return TraitPick(which, subject.path, stream_of(body, subject.names), when_of(body))
    for function, key in FUNCTION_KEYS.items():
        if (subject := body[key]) is not None:
            stream, when = stream_of(body, subject.names), when_of(body)
            return TraitAggregate(function, subject.path, stream, when, body[SINCE], subject.items)
    return None


def number_traits(traits: Mapping[str, Trait]) -> frozenset[str]:
    """Name the traits whose values are numbers, and so no instants."""
    return frozenset(name for name, trait in traits.items() if _is_number(trait))


def _is_number(trait: Trait) -> bool:
    match trait:
        case TraitMath():
            return True
        case TraitAggregate(function):
            return function not in MAY_BE_A_TIME
        case TraitPick():
            return False


def _schema() -> Schema:
    """Three kinds of traits, each with what may stand beside it."""
    picks = tuple(key for key in EVENT_KEYS if key.name != SINCE.name)
    kinds: list[tuple[tuple[Key[object], ...], tuple[Key[object], ...]]] = [
        (tuple(FUNCTION_KEYS.values()), EVENT_KEYS),
        (tuple(PICK_KEYS.values()), picks),
        (tuple(MATH_KEYS.values()), ()),
    ]
    return {
        "anyOf": [
            {
                **Shape("a trait", (*words, *beside, *PEOPLE)).schema,
                "oneOf": [{"required": [key.name]} for key in words],
            }
            for words, beside in kinds
        ]
    }


TRAITS: Reader[Mapping[str, Written]] = map_of(NAME, Reader(_trait, _schema()), "traits")
