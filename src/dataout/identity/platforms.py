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


def _hashed(rule: RuleName, source: str) -> Row:
    return Row(rule, hashed=True, source=source)


def _plain(rule: RuleName, source: str) -> Row:
    return Row(rule, hashed=False, source=source)


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
_GOOGLE = (
    "Google Data Manager API, Format user data, "
    "https://developers.google.com/data-manager/api/devguides/concepts/formatting"
)
_GOOGLE_IDS = (
    "Google Data Manager API, AudienceMember (mobileData, userIdData), "
    "https://developers.google.com/data-manager/api/reference/rest/v1/AudienceMember"
)
_TIKTOK = (
    "TikTok Business Help Center, List of supported IDs and formats for a customer file, "
    "https://ads.tiktok.com/help/article/list-of-supported-ids-and-formats-for-a-customer-file"
)
_LINKEDIN = (
    "LinkedIn Marketing API, DMP Segment Users, "
    "https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/"
    "create-and-manage-segment-users"
)
_SNAPCHAT = (
    "Snap Marketing API, Customer List Audiences, "
    "https://developers.snap.com/api/marketing-api/Ads-API/customer-list-audience"
)
_PINTEREST = (
    "Pinterest API v5, Create customer lists, "
    "https://developers.pinterest.com/docs/api/v5/customer_lists-create"
)
_X = (
    "X Ads API, Custom Audiences User Data, "
    "https://developer.x.com/en/docs/x-ads-api/audiences/overview/user-data"
)
_MICROSOFT = (
    "Microsoft Advertising, Customer List Item, "
    "https://learn.microsoft.com/en-us/advertising/bulk-service/customer-list-item"
)
_REDDIT = "Reddit Ads API v3, Custom audiences, https://ads-api.reddit.com/docs/v3"
_E164 = "ITU-T Recommendation E.164, https://www.itu.int/rec/T-REC-E.164"
_ISO_COUNTRY = "ISO 3166-1, https://www.iso.org/iso-3166-country-codes.html"
_ISO_DATE = "ISO 8601-1, https://www.iso.org/iso-8601-date-and-time-format.html"
_OWN = "our own: for files, webhooks and systems that take people plain"

PLATFORMS: Mapping[str, Mapping[Field, Row]] = MappingProxyType(
    {
        "meta": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, lower-case", _META),
                Field.PHONE: _hashed("phone, digits", _META),
                Field.EXTERNAL_ID: _plain("exact", _META),
                Field.MAID: _plain("UUID, lower-case", _META),
                Field.FIRST_NAME: _hashed("letters of any script", _META),
                Field.LAST_NAME: _hashed("letters of any script", _META),
                Field.CITY: _hashed("letters a-z", _META),
                Field.STATE: _hashed("state", _META),
                Field.ZIP: _hashed("postal code", _META),
                Field.COUNTRY: _hashed("country, lower-case", _META),
                Field.GENDER: _hashed("gender, m or f", _META),
                Field.BIRTH_DATE: _hashed("birth date, YYYYMMDD", _META_DATE),
            }
        ),
        "google": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, Gmail without dots and tags", _GOOGLE),
                Field.PHONE: _hashed("phone, E.164", _GOOGLE),
                Field.EXTERNAL_ID: _plain("exact", _GOOGLE_IDS),
                Field.MAID: _plain("UUID, as it is", _GOOGLE_IDS),
                Field.FIRST_NAME: _hashed("name, no titles", _GOOGLE),
                Field.LAST_NAME: _hashed("name, no titles", _GOOGLE),
                Field.ZIP: _plain("trimmed", _GOOGLE),
                Field.COUNTRY: _plain("country, capitals", _GOOGLE),
            }
        ),
        "tiktok": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, no spaces", _TIKTOK),
                Field.PHONE: _hashed("phone, E.164", _TIKTOK),
                Field.MAID: _hashed("UUID, lower-case", _TIKTOK),
            }
        ),
        "linkedin": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, lower-case", _LINKEDIN),
                Field.MAID: _plain("UUID, lower-case", _LINKEDIN),
                Field.FIRST_NAME: _plain("trimmed", _LINKEDIN),
                Field.LAST_NAME: _plain("trimmed", _LINKEDIN),
                Field.COUNTRY: _plain("country, capitals", _LINKEDIN),
            }
        ),
        "snapchat": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, lower-case", _SNAPCHAT),
                Field.PHONE: _hashed("phone, digits", _SNAPCHAT),
                Field.MAID: _hashed("UUID, lower-case", _SNAPCHAT),
            }
        ),
        "pinterest": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, lower-case", _PINTEREST),
                Field.MAID: _hashed("UUID, lower-case", _PINTEREST),
            }
        ),
        "x": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, lower-case", _X),
                Field.PHONE: _hashed("phone, E.164", _X),
                Field.EXTERNAL_ID: _plain("exact", _X),
                Field.MAID: _hashed("UUID, lower-case", _X),
            }
        ),
        "microsoft": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, lower-case", _MICROSOFT),
                Field.PHONE: _hashed("phone, E.164", _MICROSOFT),
                Field.EXTERNAL_ID: _plain("exact", _MICROSOFT),
            }
        ),
        "reddit": MappingProxyType(
            {
                Field.EMAIL: _hashed("e-mail, lower-case", _REDDIT),
                Field.MAID: _hashed("UUID, lower-case", _REDDIT),
            }
        ),
        "plain": MappingProxyType(
            {
                Field.EMAIL: _plain("e-mail, lower-case", _OWN),
                Field.PHONE: _plain("phone, E.164", _E164),
                Field.EXTERNAL_ID: _plain("exact", _OWN),
                Field.MAID: _plain("UUID, lower-case", _OWN),
                Field.FIRST_NAME: _plain("trimmed", _OWN),
                Field.LAST_NAME: _plain("trimmed", _OWN),
                Field.CITY: _plain("trimmed", _OWN),
                Field.STATE: _plain("trimmed", _OWN),
                Field.ZIP: _plain("trimmed", _OWN),
                Field.COUNTRY: _plain("country, capitals", _ISO_COUNTRY),
                Field.GENDER: _plain("gender, m or f", _OWN),
                Field.BIRTH_DATE: _plain("birth date, YYYY-MM-DD", _ISO_DATE),
            }
        ),
    }
)
"""Platform, field, row. A field that is not there is one that the platform does not take."""

PLACED = frozenset({Field.PHONE, Field.STATE, Field.ZIP, Field.BIRTH_DATE})
"""Fields that are read by the person's country."""
