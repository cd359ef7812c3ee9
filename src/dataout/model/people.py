"""People and the identifiers that destinations know them by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

ProfileId = NewType("ProfileId", str)
"""A person, as the project names them."""

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

RowKey = NewType("RowKey", str)
"""An entry of a ledger: at list platforms a SHA-256 over identifying values, never raw data."""


class Field(StrEnum):
    """The identifiers and personal fields a destination may take, in the field's own words."""

    EMAIL = "email"
    PHONE = "phone"
    EXTERNAL_ID = "external_id"
    MAID = "maid"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    CITY = "city"
    STATE = "state"
    ZIP = "zip"
    COUNTRY = "country"
    GENDER = "gender"
    BIRTH_DATE = "birth_date"


IDENTIFYING = (Field.EMAIL, Field.PHONE, Field.EXTERNAL_ID, Field.MAID)
"""Fields that can name a person by themselves. A name or a place never does."""

PROFILE_ID, ATTRIBUTE = "profile_id", "attribute."
"""How an origin's source is spelled: the first itself, or the second before an attribute's name."""


@dataclass(frozen=True, slots=True)
class Normalized:
    """A raw value as one platform wants it, or the reason why it is unusable.

    ``value`` is the normalized text (None: unusable), ``sent`` what leaves the house (a lower-case
    hex SHA-256, or the plain value where the platform takes it plain), ``reason`` why there is
    none.
    """

    value: str | None
    sent: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field's raw value comes from: ``profile_id`` or ``attribute.NAME``.

    ``hashed`` says that it arrives as a SHA-256 already; ``like`` the platform in whose form it was
    hashed, where that was said.
    """

    source: str
    hashed: bool = False
    like: str | None = None

    @property
    def attribute(self) -> str | None:
        """The attribute's name; None: it is the ``profile_id``."""
        return None if self.source == PROFILE_ID else self.source.removeprefix(ATTRIBUTE)


@dataclass(frozen=True, slots=True)
class Member:
    """A person as one destination may see them: prepared values only, never raw ones."""

    key: RowKey
    values: Mapping[Field, str]
