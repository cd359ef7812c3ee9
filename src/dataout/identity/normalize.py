"""Raw identifiers in, what a platform wants out. Pure; nothing here logs or keeps a raw value."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from decimal import Decimal
from uuid import UUID

from dataout.errors import UsageError
from dataout.identity.countries import country_code
from dataout.identity.platforms import PLATFORMS, Row
from dataout.identity.reasons import Place, Reason
from dataout.identity.rules import RULES
from dataout.model.complaints import nearest
from dataout.model.people import Field, Normalized

_HASH = re.compile(r"[0-9a-fA-F]{64}")
_OTHER_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}")  # MD5, SHA-1
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = (
    "\0\ufeff\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
)
_EDGES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + _INVISIBLE
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
    value = _apply(Field(field), row, raw, country, region)
    if isinstance(value, Reason):
        return Normalized(value=None, sent=None, reason=f"{Field(field)}: {value.value}")
    return Normalized(value=value, sent=_digest(value) if row.hashed else value, reason=None)


def _row(platform: str, field: str) -> Row:
    if platform not in PLATFORMS:
        raise UsageError(f"unknown platform '{platform}'.", nearest(platform, PLATFORMS))
    rows = PLATFORMS[platform]
    if field not in rows:
        raise UsageError(f"'{platform}' has no field '{field}'.", nearest(field, rows))
    return rows[Field(field)]


def _apply(
    field: Field, row: Row, raw: object, country: str | None, region: str | None
) -> str | Reason:
    text = _text(raw)
    if isinstance(text, Reason):
        return text
    trimmed = text.strip(_EDGES)
    if not trimmed:
        return Reason.EMPTY
    if row.rule == "exact":
        return text
    if field is not Field.MAID and (hashed := _hashed(trimmed)):
        return hashed
    place = Place(country_code(country or ""), country_code(region or ""))
    return RULES[row.rule](trimmed, place)


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


def _hashed(text: str) -> Reason | None:
    if _HASH.fullmatch(text):
        return Reason.HASHED
    return Reason.HASHED_OTHERWISE if _OTHER_HASH.fullmatch(text) else None


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
