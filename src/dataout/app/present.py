"""Results as plain data: what ``--json`` prints and the API answers. Instants become ISO-8601."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

from dataout.model.people import Instant
from dataout.segments.describe import instant_text

BEYOND_OURS = 10**20
"""No number that the engine computes is as large."""


def plain(value: object, hint: object = None) -> Any:
    """Turn a result into dicts, lists, texts and numbers. ``hint`` is the declared type of it.

    A field whose name Python keeps for itself (``in``) carries it in its metadata.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        return {
            field.metadata.get("name", field.name): plain(
                getattr(value, field.name), hints[field.name]
            )
            for field in dataclasses.fields(value)
        }
    match value:
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | frozenset() | set():
            return [plain(item) for item in value]
        case Enum():
            return value.value
        case Decimal():
            return _number(value)
        case int() if _is_instant(hint):
            return instant_text(Instant(value))
        case _:
            return value


def value_text(value: object) -> str:
    """Spell a value of the data for people, as JSON does; None is absent.

    >>> value_text(Decimal("64.500000")), value_text("shoes"), value_text(None)
    ('64.5', '"shoes"', 'absent')
    """
    return "absent" if value is None else json.dumps(plain(value), ensure_ascii=False)


def _number(value: Decimal) -> int | float | str:
    """Keep every digit: as a JSON number where readers do so too, else as a text."""
    if abs(value) < BEYOND_OURS and value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else f"{value:f}"


@cache
def _hints(kind: type) -> Mapping[str, object]:
    return get_type_hints(kind)


def _is_instant(hint: object) -> bool:
    return hint is Instant or Instant in get_args(hint)
