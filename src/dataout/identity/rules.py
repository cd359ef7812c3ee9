"""The rules that platforms share, each a pure function: text and place in, text or reason out.

``platforms`` says which platform and field follows which rule. The text a rule gets is trimmed,
not empty, and no hash (``exact`` gets it untrimmed).
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from dataout.identity.countries import country_code, fold, us_state
from dataout.identity.dates import birth_date
from dataout.identity.emails import address, address_without_spaces, at_gmail
from dataout.identity.names import bare_name, letters_of_any_script, trimmed
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
    "e-mail, Gmail without dots and tags",
    "e-mail, lower-case",
    "e-mail, no spaces",
    "exact",
    "gender, m or f",
    "letters of any script",
    "letters a-z",
    "name, no titles",
    "phone, E.164",
    "phone, digits",
    "postal code",
    "state",
    "trimmed",
    "UUID, as it is",
    "UUID, lower-case",
]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ZIP = re.compile(r"([0-9]{5})(?:[- ]?[0-9]{4})?")
_ZIP_PLUS_4 = re.compile(r"([0-9]{5})-[0-9]{4}")
_GENDERS = MappingProxyType(
    {"f": "f", "female": "f", "woman": "f", "m": "m", "male": "m", "man": "m"}
)


def _without_plus(e164: str) -> str:
    return e164.removeprefix("+")


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


def _uuid_as_it_is(text: str, place: Place) -> str | Reason:
    lower = _uuid(text, place)
    return lower if isinstance(lower, Reason) else text


def _exact(text: str, _: Place) -> str | Reason:
    return text


RULES: Mapping[RuleName, Rule] = MappingProxyType(
    {
        "birth date, YYYYMMDD": _compact_date,
        "birth date, YYYY-MM-DD": _iso_date,
        "country, capitals": _capital_country,
        "country, lower-case": _lower_country,
        "e-mail, lower-case": address,
        "e-mail, no spaces": address_without_spaces,
        "exact": _exact,
        "gender, m or f": _gender,
        "letters of any script": letters_of_any_script,
        "letters a-z": _a_to_z,
        "name, no titles": bare_name,
        "phone, E.164": phone,
        "postal code": _postal_code,
        "state": _state,
        "trimmed": trimmed,
        "UUID, as it is": _uuid_as_it_is,
        "UUID, lower-case": _uuid,
    }
)
"""The closed set of rules, with those of ``FURTHER``. A platform that needs another adds one."""

FURTHER: Mapping[RuleName, tuple[RuleName, Callable[[str], str | Reason]]] = MappingProxyType(
    {
        "e-mail, Gmail without dots and tags": ("e-mail, lower-case", at_gmail),
        "phone, digits": ("phone, E.164", _without_plus),
    }
)
"""Rules that are another one, and a bit more on what it gives: that is worked out once for both."""
