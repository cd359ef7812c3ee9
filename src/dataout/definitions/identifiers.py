"""The section ``identifiers``: from where each field's raw value comes, and in which shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dataout.identity.platforms import PLATFORMS
from dataout.model.complaints import Mistake, nearest
from dataout.model.people import ATTRIBUTE, PROFILE_ID, Field, Origin
from dataout.model.readers import TEXT, map_of, one_or_more, word
from dataout.model.reading import Context, Key, Mention, Reader, Shape

if TYPE_CHECKING:
    from dataout.model.complaints import Path

FIELD: Reader[Field] = word(*Field)


def _source(value: object, path: Path, context: Context) -> str | None:
    text = TEXT.read(value, path, context)
    if text is None or text == PROFILE_ID:
        return text
    name = text.removeprefix(ATTRIBUTE)
    if name == text or not all(name.split(".")):
        hint = nearest(text, [PROFILE_ID])
        hint = hint if hint.startswith("Did") else f"Did you mean '{ATTRIBUTE}{text}'?"
        context.mistakes.add(
            path, f"expected {PROFILE_ID} or attribute.NAME, found {text!r}.", hint
        )
        return None
    context.mentions.append(Mention("attribute", name, path))
    return text


SOURCE: Reader[str] = Reader(
    _source, {"type": "string", "pattern": r"^(profile_id|attribute(\.[^.]+)+)$"}
)
FROM = Key("from", SOURCE, required=True)
HASHED = Key("hashed", word("sha256"))
LIKE: Key[str] = Key("as", word(*PLATFORMS))
ORIGIN_SHAPE = Shape("an origin", (FROM, HASHED, LIKE))


def _origin(value: object, path: Path, context: Context) -> Origin | None:
    if not isinstance(value, Mapping):
        source = SOURCE.read(value, path, context)
        return None if source is None else Origin(source)
    body = ORIGIN_SHAPE.read(value, path, context)
    if body is None or (source := body[FROM]) is None:
        return None
    if LIKE.name in body.written and HASHED.name not in body.written:
        message = "'as' says in whose form a hash is, and this origin is not hashed."
        hint = "Say hashed: sha256 as well, or leave 'as' away."
        context.mistakes.found.append(Mistake((*path, LIKE.name), message, hint, at_key=True))
    return Origin(source, hashed=body[HASHED] is not None, like=body[LIKE])


ORIGIN: Reader[Origin] = Reader(_origin, {"anyOf": [SOURCE.schema, ORIGIN_SHAPE.schema]})
_ORIGINS = map_of(FIELD.to(str), one_or_more(ORIGIN, "profile_id or attribute.NAME"), "identifiers")


def _identifiers(
    value: object, path: Path, context: Context
) -> Mapping[str, tuple[Origin, ...]] | None:
    written = _ORIGINS.read(value, path, context)
    for field, origins in (written or {}).items():
        for origin in origins:
            here = (*path, field)
            if origin.hashed and not _hashed_somewhere(field):
                message = f"no platform takes '{field}' hashed."
                context.mistakes.add(here, message, "Leave 'hashed' away: it is sent as it is.")
            elif origin.like and not _takes(origin.like, field):
                message = f"{origin.like} takes no hashed '{field}', so none is in its form."
                context.mistakes.add(here, message, "Name a platform that takes it, or none.")
    return written


def _takes(platform: str, field: str) -> bool:
    row = PLATFORMS[platform].get(Field(field))
    return row is not None and row.hashed


def _hashed_somewhere(field: str) -> bool:
    return any(_takes(platform, field) for platform in PLATFORMS)


IDENTIFIERS: Reader[Mapping[str, tuple[Origin, ...]]] = Reader(_identifiers, _ORIGINS.schema)


def identifiers_of(
    written: Mapping[str, tuple[Origin, ...]],
) -> Mapping[Field, tuple[Origin, ...]]:
    """Complete the origins: a field that nothing is said about is the attribute of its name."""
    return {field: written.get(field.value, _default(field)) for field in Field}


def _default(field: Field) -> tuple[Origin, ...]:
    name = PROFILE_ID if field is Field.EXTERNAL_ID else f"{ATTRIBUTE}{field.value}"
    return (Origin(name),)
