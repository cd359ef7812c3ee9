"""YAML 1.2 to plain data, with the place of every key and value. Mistakes are data, not exceptions.

``NO``, ``on``, ``22:30`` and ``2026-03-01`` are text. So are numbers with a leading zero or plus
sign: postal codes and phone numbers keep their spelling. Anchors, aliases and merge keys are
allowed; a key that stands twice is a mistake; a document has one top mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from dataout.model.complaints import spell
from dataout.model.definitions import Complaint, Place

if TYPE_CHECKING:
    from dataout.model.complaints import Mistake, Path

LARGEST = 200_000
"""Nodes of one file, aliases written out: more is a mistake, or an attack."""

DEEPEST = 100

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?|-?\.[0-9]+([eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_WORDS: Mapping[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_MERGE = "<<"
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: its key (or, in a list, its own start) and its value."""

    key: Place
    value: Place


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data, and where each part of it stands."""

    file: str
    data: Mapping[str, object]
    spots: Mapping[Path, Spot]
    complaints: tuple[Complaint, ...] = ()


def place_of(path: Path, spots: Mapping[Path, Spot], *, at_key: bool, default: Place) -> Place:
    """Find where a path stands; where it does not, the nearest step above that does."""
    for end in range(len(path), 0, -1):
        if (spot := spots.get(path[:end])) is not None:
            return spot.key if at_key and end == len(path) else spot.value
    return default


@dataclass(frozen=True, slots=True)
class _Node:
    """A parsed node: a scalar's value, a list of nodes, or pairs of key and value nodes."""

    place: Place
    value: object
    text: str = ""


class _Fault(Exception):
    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.complaint = Complaint(place, "(yaml)", message, hint)


def read_yaml(text: str, file: str) -> Document:
    """Read one file's text. Never raises: what is wrong with it is in ``complaints``."""
    top = Place(file, 1, 1)
    builder = _Builder(file)
    try:
        node = builder.document(text)
    except _Fault as fault:
        return Document(file, {}, {}, (fault.complaint,))
    except MarkedYAMLError as error:
        return Document(file, {}, {}, (_syntax(error, file),))
    except ReaderError as error:
        return Document(file, {}, {}, (_unreadable(error, text, file),))
    except YAMLError as error:
        return Document(file, {}, {}, (Complaint(top, "(yaml)", f"not valid YAML: {error}."),))
    if node is None or node.value is None:
        return Document(file, {}, {})
    if not isinstance(node.value, dict):
        message = "expected a mapping of sections (segments:, audiences:, …) at the top."
        return Document(file, {}, {}, (Complaint(node.place, "(top)", message),))
    unfolding = _Unfolding()
    try:
        data = unfolding.value(node, ())
    except _Fault as fault:
        return Document(file, {}, {}, (*builder.complaints, fault.complaint))
    return Document(
        file, cast("dict[str, object]", data), unfolding.spots, tuple(builder.complaints)
    )


def _syntax(error: MarkedYAMLError, file: str) -> Complaint:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    what = str(error.problem or error.context or "unreadable").strip()
    hint = "Check the indentation, and quote texts that hold a colon, a hash or a brace."
    return Complaint(place, "(yaml)", f"not valid YAML: {what}.", hint)


def _unreadable(error: ReaderError, text: str, file: str) -> Complaint:
    before = text[: error.position] if isinstance(error.position, int) else ""
    column = len(before) - (before.rfind("\n") + 1) + 1
    place = Place(file, before.count("\n") + 1, column)
    return Complaint(place, "(yaml)", "a control character, which YAML does not allow.")


class _Builder:
    """Folds the parser's events into nodes: every node once, however often it is named."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.complaints: list[Complaint] = []
        self._anchors: dict[str, _Node] = {}
        self._open: set[str] = set()

    def document(self, text: str) -> _Node | None:
        events = iter(YAML(typ="safe", pure=True).parse(text))
        root: _Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Fault(self._place(event), "a second document (---): one per file.")
                root = self._node(next(events), events, 0)
            elif isinstance(event, StreamEndEvent):
                break
        return root

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> _Node:
        place = self._place(event)
        if depth > DEEPEST:
            raise _Fault(place, f"nested more than {DEEPEST} levels deep.")
        if isinstance(event, AliasEvent):
            return self._alias(event, place)
        if event.anchor:
            self._open.add(event.anchor)
        node = self._fresh(event, events, depth, place)
        if event.anchor:
            self._open.discard(event.anchor)
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any, place: Place) -> _Node:
        if event.anchor in self._open:
            raise _Fault(place, f"the anchor &{event.anchor} stands inside itself.")
        if event.anchor not in self._anchors:
            raise _Fault(place, f"there is no anchor &{event.anchor} above.")
        return self._anchors[event.anchor]

    def _fresh(self, event: Any, events: Iterator[Any], depth: int, place: Place) -> _Node:
        match event:
            case ScalarEvent():
                event.value = self._whole(event.value, place)
                return _Node(place, self._scalar(event, place), event.value)
            case SequenceStartEvent():
                items: list[_Node] = []
                while not isinstance(inner := next(events), SequenceEndEvent):
                    items.append(self._node(inner, events, depth + 1))
                return _Node(place, items)
            case MappingStartEvent():
                return _Node(place, self._mapping(events, depth))
            case _:
                raise AssertionError(event)

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, tuple[_Node, _Node]]:
        pairs: dict[str, tuple[_Node, _Node]] = {}
        merged: list[_Node] = []
        while not isinstance(event := next(events), MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if isinstance(key.value, list | dict):
                raise _Fault(key.place, "a list or a mapping cannot be a key.")
            if key.text == _MERGE and key.value == _MERGE:
                merged.append(value)
            elif key.text in pairs:
                first = pairs[key.text][0].place
                message = f"the key '{key.text}' stands twice; first in line {first.line}."
                self.complaints.append(Complaint(key.place, key.text, message))
            else:
                pairs[key.text] = (key, value)
        for node in merged:
            for name, pair in self._merged(node).items():
                pairs.setdefault(name, pair)
        return pairs

    def _merged(self, node: _Node) -> dict[str, tuple[_Node, _Node]]:
        if isinstance(node.value, dict):
            return node.value
        if isinstance(node.value, list):
            union: dict[str, tuple[_Node, _Node]] = {}
            for item in node.value:
                for name, pair in self._merged(item).items():
                    union.setdefault(name, pair)
            return union
        raise _Fault(node.place, "'<<' merges mappings: expected an alias such as *base.")

    def _scalar(self, event: Any, place: Place) -> object:
        tag = str(event.tag or "")
        if tag not in {"", "!", f"{_TAG}str"}:
            raise _Fault(place, f"the tag {tag.replace(_TAG, '!!')} is not supported.")
        return plain(event.value) if event.implicit[0] and not tag else event.value

    def _whole(self, text: str, place: Place) -> str:
        """Join the surrogate pairs that JSON escapes are written with; a half is a mistake."""
        if not any("\ud800" <= sign <= "\udfff" for sign in text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise _Fault(place, "the text holds half a character (a lone surrogate).") from None


def plain(text: str) -> object:
    """Say what an unquoted word means.

    >>> [plain(word) for word in ("12", "1.5", "true", "NO", "22:30", "007", "+49151", "~")]
    [12, 1.5, True, 'NO', '22:30', '007', '+49151', None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-.0123456789" or _NUMBER.fullmatch(text) is None:
        return text
    if _INTEGER.fullmatch(text) is not None and len(text) < 400:  # noqa: PLR2004
        return int(text)
    return float(text)


@dataclass(slots=True)
class _Unfolding:
    """Writes aliases out: data and spots by path."""

    spots: dict[Path, Spot] = field(default_factory=dict)

    def value(self, node: _Node, path: Path) -> object:
        if len(self.spots) > LARGEST:
            raise _Fault(node.place, f"more than {LARGEST:,} values, with aliases written out.")
        if isinstance(node.value, dict):
            return {
                name: self._at((*path, name), key.place, value)
                for name, (key, value) in node.value.items()
            }
        if isinstance(node.value, list):
            return [self._at((*path, at), item.place, item) for at, item in enumerate(node.value)]
        return node.value

    def _at(self, path: Path, key: Place, node: _Node) -> object:
        self.spots[path] = Spot(key, node.place)
        return self.value(node, path)


def complaints_of(
    mistakes: list[Mistake], spots: Mapping[Path, Spot], default: Place
) -> tuple[Complaint, ...]:
    """Give every mistake its place."""
    return tuple(
        Complaint(
            place_of(item.path, spots, at_key=item.at_key, default=default),
            spell(item.path),
            item.message,
            item.hint,
        )
        for item in mistakes
    )
