"""The sections of segments and lists, as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataout.model.readers import NAME, map_of
from dataout.model.reading import Context, Reader, Shape
from dataout.segments.parse import DESCRIPTION, OWNER, SEGMENT_SHAPE, WHO

if TYPE_CHECKING:
    from dataout.model.complaints import Path
    from dataout.segments.tree import Condition


@dataclass(frozen=True, slots=True)
class SegmentBody:
    """A segment as written."""

    condition: Condition | None
    description: str
    owner: str


@dataclass(frozen=True, slots=True)
class ListBody:
    """A list as written."""

    description: str
    owner: str


def _segment(value: object, path: Path, context: Context) -> SegmentBody | None:
    body = SEGMENT_SHAPE.read(value, path, context)
    if body is None:
        return None
    return SegmentBody(body[WHO], body[DESCRIPTION] or "", body[OWNER] or "")


LIST_SHAPE = Shape("a list", (DESCRIPTION, OWNER))


def _list(value: object, path: Path, context: Context) -> ListBody | None:
    body = LIST_SHAPE.read({} if value is None else value, path, context)
    return None if body is None else ListBody(body[DESCRIPTION] or "", body[OWNER] or "")


SEGMENTS: Reader[Mapping[str, SegmentBody]] = map_of(
    NAME, Reader(_segment, SEGMENT_SHAPE.schema), "segments"
)
LISTS: Reader[Mapping[str, ListBody]] = map_of(
    NAME, Reader(_list, {"anyOf": [LIST_SHAPE.schema, {"type": "null"}]}), "lists"
)
