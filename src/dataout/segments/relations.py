"""The condition on the objects that a profile is related to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dataout.model.readers import TEXT
from dataout.model.reading import Context, Key, Mention, Schema, Shape
from dataout.segments.filters import FILTER
from dataout.segments.measures import COUNT_KEY
from dataout.segments.tree import All, Condition, CountIs, Related
from dataout.segments.values import Filter

if TYPE_CHECKING:
    from dataout.model.complaints import Path

RELATED: Key[str] = Key("related", TEXT.mentioned("object"), required=True)
WHERE: Key[Filter] = Key("where", FILTER)
VIA: Key[Filter] = Key("via", FILTER)
RELATED_SHAPE = Shape("a relation", (RELATED, WHERE, VIA, COUNT_KEY))


def read_related(value: Mapping[str, object], path: Path, context: Context) -> Condition | None:
    """Read ``{related: TYPE, …}``."""
    aside = replace(context, mentions=[])
    body = RELATED_SHAPE.read(value, path, aside)
    kind = None if body is None else body[RELATED]
    context.mentions.extend(_claimed(aside.mentions, kind or "", len(path)))
    if body is None or kind is None or not body.sound():
        return None
    counts = [count for count in body[COUNT_KEY] or () if isinstance(count, CountIs)]
    relations = tuple(
        Related(kind, body[WHERE], body[VIA], count.op, count.bound)
        for count in counts or [CountIs("gte", 1)]
    )
    return relations[0] if len(relations) == 1 else All(relations)


def _claimed(mentions: list[Mention], kind: str, depth: int) -> list[Mention]:
    """Make properties in ``where`` attributes of the object; the catalog knows none of ``via``."""
    return [
        replace(mention, kind="object_attribute", of=kind)
        if mention.kind == "property"
        else mention
        for mention in mentions
        if mention.path[depth] != VIA.name
    ]


def related_schema() -> Schema:
    """Say what a relation may hold."""
    return RELATED_SHAPE.schema
