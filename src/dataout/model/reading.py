"""Readers of what a user wrote: each knows how to read one kind of value, and its JSON Schema.

The two come from one place, so that editors are told exactly what is read. A reader never raises:
it reports every mistake with its path and answers None.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, Literal, TypeVar, cast
from zoneinfo import ZoneInfo

from dataout.model.complaints import Mistake, Mistakes

if TYPE_CHECKING:
    from dataout.model.complaints import Path

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)

Schema = Mapping[str, object]
"""A JSON Schema (2020-12), or a part of one."""


MentionKind = Literal[
    "segment", "list", "event", "attribute", "trait", "object", "property", "object_attribute"
]


@dataclass(frozen=True, slots=True)
class Mention:
    """A definition names something that stands elsewhere: at ``path``, checked when all is read.

    A property is one ``of`` an event (``*``: of any), an object's attribute one of a type of
    object.
    """

    kind: MentionKind
    name: str
    path: Path
    of: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What readers share: where mistakes and mentions go, and the zone of texts without offset.

    ``events`` are the names that the catalog knows: what ``EVENT.PROPERTY`` is split by;
    ``number_traits`` the computed traits that are numbers, and so no instants.
    """

    mistakes: Mistakes = field(default_factory=Mistakes)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    mentions: list[Mention] = field(default_factory=list)
    events: Collection[str] = ()
    number_traits: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Reader(Generic[T_co]):
    """How one kind of value is read, and what an editor is told about it."""

    read: Callable[[object, Path, Context], T_co | None]
    schema: Schema

    def to(self, make: Callable[[T_co], U]) -> Reader[U]:
        """Read the same, and make something of it."""

        def read(value: object, path: Path, context: Context) -> U | None:
            got = self.read(value, path, context)
            return None if got is None else make(got)

        return Reader(read, self.schema)

    def passing(self, test: Callable[[T_co], str]) -> Reader[T_co]:
        """Read the same, unless ``test`` answers what is wrong with it."""

        def read(value: object, path: Path, context: Context) -> T_co | None:
            got = self.read(value, path, context)
            if got is None or not (wrong := test(got)):
                return got
            context.mistakes.add(path, wrong)
            return None

        return Reader(read, self.schema)

    def mentioned(self: Reader[str], kind: MentionKind) -> Reader[str]:
        """Read the same, and note that something of this name has to exist."""

        def read(value: object, path: Path, context: Context) -> str | None:
            got = self.read(value, path, context)
            if got is not None:
                context.mentions.append(Mention(kind, got, path))
            return got

        return Reader(read, self.schema)


@dataclass(frozen=True, slots=True)
class Key(Generic[T_co]):
    """A key of a mapping: its name and how its value is read."""

    name: str
    reader: Reader[T_co]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A mapping of which every key was read."""

    path: Path
    written: Mapping[str, object]
    values: Mapping[str, object]

    def __getitem__(self, key: Key[T]) -> T | None:
        """Answer what stands at ``key``; None where nothing does, or where it was wrong."""
        return cast("T | None", self.values.get(key.name))

    def sound(self) -> bool:
        """Whether every key that was written could be read."""
        return all(self.values.get(key) is not None for key in self.written)


@dataclass(frozen=True, slots=True)
class Shape:
    """A mapping with known keys. ``later`` are words of the language that this version lacks.

    ``refused`` are words that belong elsewhere, each with the way out.
    """

    what: str
    keys: tuple[Key[object], ...]
    later: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        """The mapping's JSON Schema."""
        required = [key.name for key in self.keys if key.required]
        return {
            "type": "object",
            "properties": {key.name: key.reader.schema for key in self.keys},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }

    def read(self, value: object, path: Path, context: Context) -> Body | None:
        """Read every key; report unknown, unsupported and missing ones."""
        mapping = mapping_of(value, path, self.what, context)
        if mapping is None:
            return None
        known = {key.name: key for key in self.keys}
        strange = [name for name in mapping if name not in known]
        for name in strange:
            self._strange((*path, name), known, context.mistakes)
        for key in self.keys:
            if key.required and key.name not in mapping and not _close(key.name, strange):
                context.mistakes.add(path, f"{self.what} needs '{key.name}'.")
        values = {
            name: known[name].reader.read(item, (*path, name), context)
            for name, item in mapping.items()
            if name in known
        }
        return Body(path, mapping, values)

    def _strange(self, path: Path, known: Mapping[str, object], mistakes: Mistakes) -> None:
        if path[-1] in self.later:
            mistakes.found.append(Mistake(path, unsupported(str(path[-1])), at_key=True))
        elif (hint := self.refused.get(str(path[-1]))) is not None:
            message = f"{self.what} takes no '{path[-1]}'."
            mistakes.found.append(Mistake(path, message, hint, at_key=True))
        else:
            mistakes.unknown(path, "key", known)


def _close(word: str, others: Sequence[str]) -> bool:
    return bool(difflib.get_close_matches(word, others, n=1))


def unsupported(word: str) -> str:
    """Say of a word of the language that this version does not know it yet."""
    return f"'{word}' is not supported in this version."


def found(value: object) -> str:
    """Name what was written, briefly.

    >>> found(None), found(5), found({"a": 1}), found("EUR")
    ('nothing (null)', 'the number 5', 'a mapping', "the text 'EUR'")
    """
    match value:
        case None:
            return "nothing (null)"
        case bool():
            return str(value).lower()
        case int() if abs(value) >= 10**20:
            return "a number of more than 20 digits"
        case int() | float() | Decimal():
            return f"the number {value}"
        case str():
            return f"the text {value[:37] + '…' if len(value) > 40 else value!r}"  # noqa: PLR2004
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def expected(what: str, value: object, path: Path, context: Context, hint: str = "") -> None:
    """Report a value of the wrong kind."""
    context.mistakes.add(path, f"expected {what}, found {found(value)}.", hint)


def mapping_of(
    value: object, path: Path, what: str, context: Context
) -> Mapping[str, object] | None:
    """Take a value as a mapping whose keys are texts."""
    if not isinstance(value, Mapping):
        expected(f"{what} as a mapping (key: value)", value, path, context)
        return None
    strange = [key for key in value if not isinstance(key, str)]
    for key in strange:
        context.mistakes.add(path, f"expected a text as a key, found {found(key)}.")
    return None if strange else value
