"""Raw identifiers in, what a platform wants out. Pure; nothing here logs or keeps a raw value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from dataout.errors import UsageError
from dataout.identity.countries import country_code
from dataout.identity.hashes import looks_hashed, sha256, taken
from dataout.identity.placeholders import is_placeholder
from dataout.identity.platforms import PLATFORMS, Row
from dataout.identity.reasons import Place, Reason
from dataout.identity.rules import FURTHER, RULES, RuleName
from dataout.model.complaints import nearest
from dataout.model.people import Field, Normalized

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = (
    "\0\ufeff\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
)
_EDGES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + _INVISIBLE
_UUID_DIGITS = 32
_EXACT_FLOATS = 2**53
_LONGEST_INTEGER = 256  # bits


def normalize(
    platform: str,
    field: str | Field,
    raw: object,
    *,
    country: str | None = None,
    region: str | None = None,
) -> Normalized:
    """Give one raw value the shape in which ``platform`` compares it, or the reason why not.

    ``country`` is the person's: an ISO 3166 code (two or three letters) or an English name; one
    that is not known counts as none. ``region`` (the same spellings) is the country whose numbering
    plan applies to phones of people without a country. Raises ``UsageError`` for a platform
    or field that does not exist, and nothing else: whatever ``raw`` is, the answer is a value.

    >>> normalize("meta", "phone", "07911 123456", country="GB").value
    '447911123456'
    >>> normalize("meta", "email", "ann@").reason
    'email: no domain'
    """
    row = _row(platform, field)
    place = Place(country_code(country or ""), country_code(region or ""))
    (answer,) = normalize_each(Field(field), (row,), raw, place)
    return answer


def normalize_each(
    field: Field, rows: Sequence[Row], raw: object, place: Place
) -> Sequence[Normalized]:
    """Give one raw value the shape that each of several rows of a field asks for.

    For many values: what their rules have in common is done once. Raises nothing.
    """
    text = _text(raw)
    if isinstance(text, Reason):
        return [_unusable(field, text)] * len(rows)
    trimmed = text.strip(_EDGES)
    if not trimmed:
        return [_unusable(field, Reason.EMPTY)] * len(rows)
    hashed = _is_hash(field, trimmed)
    if not hashed and is_placeholder(field, trimmed):
        return [_unusable(field, Reason.PLACEHOLDER)] * len(rows)
    by_rule: dict[RuleName, str | Reason] = {}
    return [
        _already(field, row, trimmed)
        if hashed and row.rule != "exact"
        else _sent(field, row, _by_rule(row.rule, text, trimmed, place, by_rule))
        for row in rows
    ]


def _by_rule(
    rule: RuleName,
    text: str,
    trimmed: str,
    place: Place,
    known: dict[RuleName, str | Reason],
) -> str | Reason:
    """Follow a rule, as far as ``known`` does not know already what it comes to."""
    if rule not in known:
        if (further := FURTHER.get(rule)) is None:
            known[rule] = RULES[rule](text if rule == "exact" else trimmed, place)
        else:
            first, then = further
            value = _by_rule(first, text, trimmed, place, known)
            known[rule] = value if isinstance(value, Reason) else then(value)
    return known[rule]


def _sent(field: Field, row: Row, value: str | Reason) -> Normalized:
    if isinstance(value, Reason):
        return _unusable(field, value)
    return Normalized(value=value, sent=sha256(value) if row.hashed else value, reason=None)


def take_hashed(
    platform: str, field: str | Field, raw: object, *, like: str | None = None
) -> Normalized:
    """Take a value whose source is declared ``hashed: sha256``, or say why it is of no use.

    Upper-case hex is mended; ``value`` and ``sent`` are both the hash. ``like`` names the platform
    in whose form it was hashed, where that is known: another form's hash would match nobody.
    Raises what ``normalize`` does.

    >>> take_hashed("meta", "email", "ann@example.com").reason
    'email: declared as hashed: not a SHA-256'
    """
    row, text = _row(platform, field), _text(raw)
    if isinstance(text, Reason):
        return _unusable(Field(field), text)
    trimmed = text.strip(_EDGES)
    if not trimmed:
        return _unusable(Field(field), Reason.EMPTY)
    answer = _already(Field(field), row, trimmed)
    if answer.sent is not None and like is not None and _row(like, field).rule != row.rule:
        return _unusable(Field(field), Reason.HASHED_ELSEWHERE)
    return answer


def _is_hash(field: Field, text: str) -> bool:
    """Whether it has to be a hash; an advertising id without its hyphens looks like an MD5."""
    return looks_hashed(text) and (field is not Field.MAID or len(text) > _UUID_DIGITS)


def _already(field: Field, row: Row, text: str) -> Normalized:
    found = taken(text)
    if isinstance(found, Reason):
        return _unusable(field, found)
    if not row.hashed:
        return _unusable(field, Reason.HASHED)
    return Normalized(value=found, sent=found, reason=None)


def _unusable(field: Field, reason: Reason) -> Normalized:
    return Normalized(value=None, sent=None, reason=f"{field}: {reason.value}")


def _row(platform: str, field: str) -> Row:
    if platform not in PLATFORMS:
        raise UsageError(f"unknown platform '{platform}'.", nearest(platform, PLATFORMS))
    rows = PLATFORMS[platform]
    if field not in rows:
        raise UsageError(f"'{platform}' has no field '{field}'.", nearest(field, rows))
    return rows[Field(field)]


def _text(raw: object) -> str | Reason:
    """Take what stands for one text; numbers as tables deliver them (``94025.0`` is "94025")."""
    match raw:
        case None:
            return Reason.EMPTY
        case str():
            return Reason.NOT_TEXT if _SURROGATE.search(raw) else raw
        case bool():
            return Reason.NOT_TEXT
        case int():
            return str(raw) if raw.bit_length() <= _LONGEST_INTEGER else Reason.NOT_TEXT
        case float():
            whole = raw.is_integer() and abs(raw) < _EXACT_FLOATS
            return str(int(raw)) if whole else Reason.NOT_TEXT
        case Decimal():
            whole = raw.is_finite() and raw.adjusted() < len(str(_EXACT_FLOATS)) * 4
            return str(int(raw)) if whole and raw == int(raw) else Reason.NOT_TEXT
        case date() | UUID():  # a datetime is a date
            return str(raw)
        case _:
            return Reason.NOT_TEXT
