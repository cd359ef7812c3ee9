"""Audiences as written, and what they become once every name is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataout.definitions.identifiers import FIELD
from dataout.model.complaints import Mistake, nearest
from dataout.model.definitions import Audience, AudienceKind, Sync, Tier
from dataout.model.people import Field
from dataout.model.readers import ANY_TEXT, NAME, TEXT, list_of, map_of, word
from dataout.model.reading import Body, Context, Key, Reader, Shape
from dataout.segments.parse import WHO

if TYPE_CHECKING:
    from dataout.model.complaints import Path
    from dataout.model.definitions import Place
    from dataout.segments.tree import Condition

NONE = "none"

TIER_SHAPE = Shape("a tier", (WHO,), frozenset({"keep"}))

TO = Key("to", TEXT, required=True)
TIER = Key("tier", TEXT)
IDENTIFIERS = Key("identifiers", list_of(FIELD, "identifiers"))
SYNC_SHAPE = Shape(
    "a sync",
    (TO, TIER, IDENTIFIERS),
    frozenset({"membership_days", "consent", "mode", "retire", "was", "remote", "adopt"}),
)


@dataclass(frozen=True, slots=True)
class SyncBody:
    """A sync as written: for one tier, for every tier (None), or for the whole audience."""

    to: str
    tier: str | None
    identifiers: tuple[Field, ...] | None
    path: Path


def _sync(value: object, path: Path, context: Context) -> SyncBody | None:
    body = SYNC_SHAPE.read(value, path, context)
    if body is None or (to := body[TO]) is None:
        return None
    return SyncBody(to, body[TIER], body[IDENTIFIERS], path)


def _tier(value: object, path: Path, context: Context) -> Condition | None:
    body = TIER_SHAPE.read(value, path, context)
    return None if body is None else body[WHO]


_SUPPRESSIONS = list_of(TEXT, "segments, or none")


def _suppress(value: object, path: Path, context: Context) -> tuple[str, ...] | None:
    return () if value == NONE else _SUPPRESSIONS.read(value, path, context)


SEGMENT = Key("segment", TEXT, required=True)
DESCRIPTION = Key("description", ANY_TEXT)
OWNER = Key("owner", ANY_TEXT)
KIND: Key[AudienceKind] = Key("kind", word(*AudienceKind))
SUPPRESS = Key("suppress", Reader(_suppress, {"anyOf": [{"const": NONE}, _SUPPRESSIONS.schema]}))
BECAUSE = Key("because", TEXT)
TIERS: Key[Mapping[str, Condition]] = Key(
    "tiers", map_of(NAME, Reader(_tier, TIER_SHAPE.schema), "tiers")
)
SYNC = Key("sync", list_of(Reader(_sync, SYNC_SHAPE.schema), "syncs", least=0))
AUDIENCE_SHAPE = Shape(
    "an audience",
    (SEGMENT, DESCRIPTION, OWNER, KIND, SUPPRESS, BECAUSE, TIERS, SYNC),
    frozenset(
        {
            "adopt",
            "consent",
            "control",
            "every",
            "guards",
            "keep",
            "min_stay",
            "remote",
            "retire",
            "wait_for",
            "was",
        }
    ),
)


@dataclass(frozen=True, slots=True)
class AudienceBody:
    """An audience as written. ``tiers`` are all that were named; ``conditions`` those in order."""

    name: str
    path: Path
    segment: str | None
    kind: AudienceKind
    owner: str
    suppress: tuple[str, ...]
    because: str
    tiers: tuple[str, ...]
    conditions: Mapping[str, Condition]
    syncs: tuple[SyncBody, ...]


def _audience(value: object, path: Path, context: Context) -> AudienceBody | None:
    body = AUDIENCE_SHAPE.read(value, path, context)
    if body is None:
        return None
    kind = body[KIND] or AudienceKind.INCLUSION
    if body[KIND] is not None or KIND.name not in body.written:
        _check_suppression(body, kind, context)
    tiers = body.written.get(TIERS.name)
    return AudienceBody(
        name=str(path[-1]),
        path=path,
        segment=body[SEGMENT],
        kind=kind,
        owner=body[OWNER] or "",
        suppress=body[SUPPRESS] or (),
        because=body[BECAUSE] or "",
        tiers=tuple(map(str, tiers)) if isinstance(tiers, Mapping) else (),
        conditions=body[TIERS] or {},
        syncs=body[SYNC] or (),
    )


AUDIENCES: Reader[Mapping[str, AudienceBody]] = map_of(
    NAME, Reader(_audience, AUDIENCE_SHAPE.schema), "audiences"
)


def _check_suppression(body: Body, kind: AudienceKind, context: Context) -> None:
    mistakes = context.mistakes
    if kind is AudienceKind.EXCLUSION:
        for key in (SUPPRESS, BECAUSE):
            if key.name in body.written:
                here = (*body.path, key.name)
                message = f"an exclusion protects people: it takes no '{key.name}'."
                mistakes.found.append(Mistake(here, message, at_key=True))
    elif SUPPRESS.name not in body.written:
        hint = "Name the segments of people to leave out, or say suppress: none with a because:."
        message = "names no suppression: nothing keeps recent buyers out."
        mistakes.found.append(Mistake(body.path, message, hint, at_key=True))
    elif body.written[SUPPRESS.name] == NONE and BECAUSE.name not in body.written:
        mistakes.add((*body.path, SUPPRESS.name), "suppress: none needs a because: beside it.")


@dataclass(frozen=True, slots=True)
class Known:
    """What an audience may name: segments, other audiences, lists, and fields by destination."""

    segments: Collection[str]
    audiences: Mapping[str, AudienceBody]
    lists: Collection[str]
    fields: Mapping[str, tuple[Field, ...]]


def resolve(body: AudienceBody, known: Known, place: Place, context: Context) -> Audience:
    """Look every name up, report those that are not there, and make the audience."""
    if body.segment is not None:
        _need_segment(body.segment, (*body.path, SEGMENT.name), known, context)
    for at, name in enumerate(body.suppress):
        _need_segment(name, (*body.path, SUPPRESS.name, at), known, context)
    syncs = tuple(sync for written in body.syncs for sync in _syncs(written, body, known, context))
    _report_repeated(body, syncs, context)
    return Audience(
        name=body.name,
        segment=body.segment or "",
        kind=body.kind,
        owner=body.owner,
        suppress=tuple(dict.fromkeys(body.suppress)),
        because=body.because,
        tiers=tuple(Tier(name, f"{body.name}.{name}") for name in body.tiers),
        syncs=syncs,
        place=place,
    )


def _need_segment(name: str, path: Path, known: Known, context: Context) -> None:
    if name in known.segments:
        return
    if name in known.lists:
        hint = f"'{name}' is a list: make a segment of it, with who: {{list: {name}}}."
    elif (other := known.audiences.get(name)) is not None:
        hint = f"'{name}' is an audience; its segment is '{other.segment}'."
    else:
        hint = nearest(name, known.segments)
    context.mistakes.add(path, f"there is no segment '{name}'.", hint)


def _syncs(written: SyncBody, body: AudienceBody, known: Known, context: Context) -> Iterator[Sync]:
    path = written.path
    if written.to not in known.fields:
        context.mistakes.add(
            (*path, TO.name),
            f"there is no destination '{written.to}'.",
            nearest(written.to, known.fields),
        )
        return
    fields = _fields(written, known.fields[written.to], context)
    if written.tier is not None and written.tier not in body.tiers:
        hint = nearest(written.tier, body.tiers) or "The audience has no tiers."
        context.mistakes.add((*path, TIER.name), f"there is no tier '{written.tier}'.", hint)
        return
    tiers: tuple[str | None, ...] = body.tiers or (None,)
    for tier in (written.tier,) if written.tier is not None else tiers:
        left = body.name if tier is None else f"{body.name}.{tier}"
        yield Sync(f"{left}@{written.to}", body.name, tier, written.to, fields)


def _fields(written: SyncBody, offered: tuple[Field, ...], context: Context) -> tuple[Field, ...]:
    path = (*written.path, IDENTIFIERS.name)
    if written.identifiers is None:
        return offered
    for at, field in enumerate(written.identifiers):
        if offered and field not in offered:
            message = f"'{written.to}' does not take '{field.value}'."
            hint = nearest(field.value, [known.value for known in offered])
            context.mistakes.add((*path, at), message, hint)
    return tuple(dict.fromkeys(written.identifiers))


def _report_repeated(body: AudienceBody, syncs: tuple[Sync, ...], context: Context) -> None:
    names = [sync.name for sync in syncs]
    for name in sorted({name for name in names if names.count(name) > 1}):
        context.mistakes.add((*body.path, SYNC.name), f"the sync {name} stands there twice.")
