"""The rules that platforms share, each a pure function: text and place in, text or reason out.

``platforms`` says which platform and field follows which rule. The text a rule gets is trimmed,
not empty, and no hash (``exact`` gets it untrimmed).
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from email_validator import EmailNotValidError, validate_email

from dataout.identity.countries import country_code, fold, us_state
from dataout.identity.dates import birth_date
from dataout.identity.phone import phone
from dataout.identity.reasons import Place, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Rule = Callable[[str, Place], str | Reason]

RuleName = Literal[
    "birth date, YYYYMMDD",
    "birth date, YYYY-MM-DD",
    "country, capitals",
    "country, lower-case",
    "e-mail, lower-case",
    "exact",
    "gender, m or f",
    "letters of any script",
    "letters a-z",
    "phone, E.164",
    "phone, digits",
    "postal code",
    "state",
    "trimmed",
    "UUID, lower-case",
]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ZIP = re.compile(r"([0-9]{5})(?:[- ]?[0-9]{4})?")
_ZIP_PLUS_4 = re.compile(r"([0-9]{5})-[0-9]{4}")
_GENDERS = MappingProxyType(
    {"f": "f", "female": "f", "woman": "f", "m": "m", "male": "m", "man": "m"}
)


def _email(text: str, _: Place) -> str | Reason:
    address = text.lower()
    local, at, domain = address.rpartition("@")
    if not at:
        return Reason.NO_AT
    if not domain:
        return Reason.NO_DOMAIN
    if not local or "." not in domain:
        return Reason.NOT_AN_ADDRESS
    try:
        # The test environment allows .test; example.com and the like are allowed anyway.
        validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return Reason.NOT_AN_ADDRESS
    return address


def _digits(text: str, place: Place) -> str | Reason:
    number = phone(text, place)
    return number if isinstance(number, Reason) else number.removeprefix("+")


def _any_letters(text: str, _: Place) -> str | Reason:
    """Keep letters and the marks on them, as UTF-8; drop spaces, punctuation, digits, symbols."""
    lower = unicodedata.normalize("NFC", text).lower()
    kept = "".join(letter for letter in lower if unicodedata.category(letter)[0] in "LM")
    return unicodedata.normalize("NFC", kept) or Reason.NO_LETTERS


def _a_to_z(text: str, _: Place) -> str | Reason:
    return _plain(text, str.isalpha)


def _plain(text: str, wanted: Callable[[str], bool]) -> str | Reason:
    """Fold to plain ASCII; a name that loses letters on the way is another name, so of no use."""
    kept = "".join(letter for letter in fold(text) if wanted(letter))
    if not kept:
        return Reason.NO_LETTERS
    return kept if kept.isascii() else Reason.OTHER_SCRIPT


def _state(text: str, place: Place) -> str | Reason:
    """Two letters in the United States, and where no country is known but the name is a state's."""
    if place.country in {"US", None} and (code := us_state(text)):
        return code.lower()
    return Reason.NOT_A_STATE if place.country == "US" else _plain(text, str.isalnum)


def _postal_code(text: str, place: Place) -> str | Reason:
    if place.country == "US":
        found = _ZIP.fullmatch(text)
        return found[1] if found else Reason.NOT_A_ZIP
    if place.country is None and (found := _ZIP_PLUS_4.fullmatch(text)):
        return found[1]
    code = "".join(text.lower().split())
    return code if any(letter.isdigit() for letter in code) else Reason.NO_DIGITS


def _lower_country(text: str, _: Place) -> str | Reason:
    code = country_code(text)
    return code.lower() if code else Reason.NOT_A_COUNTRY


def _capital_country(text: str, _: Place) -> str | Reason:
    return country_code(text) or Reason.NOT_A_COUNTRY


def _gender(text: str, _: Place) -> str | Reason:
    return _GENDERS.get(text.lower().rstrip("."), Reason.NOT_A_GENDER)


def _compact_date(text: str, place: Place) -> str | Reason:
    day = birth_date(text, place.country)
    return day if isinstance(day, Reason) else f"{day:%Y%m%d}"


def _iso_date(text: str, place: Place) -> str | Reason:
    day = birth_date(text, place.country)
    return day if isinstance(day, Reason) else day.isoformat()


def _uuid(text: str, _: Place) -> str | Reason:
    lower = text.lower()
    if not _UUID.fullmatch(lower):
        return Reason.NOT_A_UUID
    # Phones give out this one when their owner has refused to be tracked.
    return Reason.ZEROS if set(lower) == {"0", "-"} else lower


def _exact(text: str, _: Place) -> str | Reason:
    return text


def _trimmed(text: str, _: Place) -> str | Reason:
    return " ".join(unicodedata.normalize("NFC", text).split())


RULES: Mapping[RuleName, Rule] = MappingProxyType(
    {
        "birth date, YYYYMMDD": _compact_date,
        "birth date, YYYY-MM-DD": _iso_date,
        "country, capitals": _capital_country,
        "country, lower-case": _lower_country,
        "e-mail, lower-case": _email,
        "exact": _exact,
        "gender, m or f": _gender,
        "letters of any script": _any_letters,
        "letters a-z": _a_to_z,
        "phone, E.164": phone,
        "phone, digits": _digits,
        "postal code": _postal_code,
        "state": _state,
        "trimmed": _trimmed,
        "UUID, lower-case": _uuid,
    }
)
"""The closed set of rules. A platform that needs another adds one here."""
