"""What each platform wants, as data. A further platform is a further mapping in ``PLATFORMS``."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from dataout.model.people import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dataout.identity.rules import RuleName


@dataclass(frozen=True, slots=True)
class Row:
    """How one field leaves the house: by which rule, hashed (SHA-256) or plain, and who says so."""

    rule: RuleName
    hashed: bool
    source: str


_META = (
    "Meta Marketing API, Customer File Custom Audiences, "
    "https://developers.facebook.com/documentation/ads-commerce/marketing-api/audiences/guides/"
    "custom-audiences"
)
_META_DATE = (
    "Meta Conversions API, Customer Information Parameters (db), "
    "https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/"
    "customer-information-parameters"
)
_E164 = "ITU-T Recommendation E.164, https://www.itu.int/rec/T-REC-E.164"
_ISO_COUNTRY = "ISO 3166-1, https://www.iso.org/iso-3166-country-codes.html"
_ISO_DATE = "ISO 8601-1, https://www.iso.org/iso-8601-date-and-time-format.html"
_OWN = "our own: for files, webhooks and systems that take people plain"

PLATFORMS: Mapping[str, Mapping[Field, Row]] = MappingProxyType(
    {
        "meta": MappingProxyType(
            {
                Field.EMAIL: Row("e-mail, lower-case", hashed=True, source=_META),
                Field.PHONE: Row("phone, digits", hashed=True, source=_META),
                Field.EXTERNAL_ID: Row("exact", hashed=False, source=_META),
                Field.MAID: Row("UUID, lower-case", hashed=False, source=_META),
                Field.FIRST_NAME: Row("letters of any script", hashed=True, source=_META),
                Field.LAST_NAME: Row("letters of any script", hashed=True, source=_META),
                Field.CITY: Row("letters a-z", hashed=True, source=_META),
                Field.STATE: Row("state", hashed=True, source=_META),
                Field.ZIP: Row("postal code", hashed=True, source=_META),
                Field.COUNTRY: Row("country, lower-case", hashed=True, source=_META),
                Field.GENDER: Row("gender, m or f", hashed=True, source=_META),
                Field.BIRTH_DATE: Row("birth date, YYYYMMDD", hashed=True, source=_META_DATE),
            }
        ),
        "plain": MappingProxyType(
            {
                Field.EMAIL: Row("e-mail, lower-case", hashed=False, source=_OWN),
                Field.PHONE: Row("phone, E.164", hashed=False, source=_E164),
                Field.EXTERNAL_ID: Row("exact", hashed=False, source=_OWN),
                Field.MAID: Row("UUID, lower-case", hashed=False, source=_OWN),
                Field.FIRST_NAME: Row("trimmed", hashed=False, source=_OWN),
                Field.LAST_NAME: Row("trimmed", hashed=False, source=_OWN),
                Field.CITY: Row("trimmed", hashed=False, source=_OWN),
                Field.STATE: Row("trimmed", hashed=False, source=_OWN),
                Field.ZIP: Row("trimmed", hashed=False, source=_OWN),
                Field.COUNTRY: Row("country, capitals", hashed=False, source=_ISO_COUNTRY),
                Field.GENDER: Row("gender, m or f", hashed=False, source=_OWN),
                Field.BIRTH_DATE: Row("birth date, YYYY-MM-DD", hashed=False, source=_ISO_DATE),
            }
        ),
    }
)
"""Platform, field, row."""
