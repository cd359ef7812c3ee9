"""Countries and US states by the names people use. The names are ISO 3166's, from pycountry."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import pycountry

if TYPE_CHECKING:
    from collections.abc import Mapping

# What people write and ISO 3166 does not list under any of its names.
_COLLOQUIAL = MappingProxyType(
    {
        "america": "US",
        "bosnia": "BA",
        "britain": "GB",
        "brunei": "BN",
        "burma": "MM",
        "capeverde": "CV",
        "congobrazzaville": "CG",
        "congokinshasa": "CD",
        "drcongo": "CD",
        "eastimor": "TL",
        "england": "GB",
        "greatbritain": "GB",
        "holland": "NL",
        "ivorycoast": "CI",
        "kosovo": "XK",
        "macau": "MO",
        "macedonia": "MK",
        "northernireland": "GB",
        "palestine": "PS",
        "russia": "RU",
        "scotland": "GB",
        "swaziland": "SZ",
        "thenetherlands": "NL",
        "turkey": "TR",
        "uae": "AE",
        "uk": "GB",
        "usvirginislands": "VI",
        "vaticancity": "VA",
        "wales": "GB",
        "xk": "XK",
        "xkx": "XK",
    }
)

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)


def fold(text: str) -> str:
    """Lower-case and take accents off; letters of other scripts stay as they are.

    >>> fold("São Paulo"), fold("Łódź"), fold("Москва")
    ('sao paulo', 'lodz', 'москва')
    """
    apart = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.lower().translate(_LETTERS)


@lru_cache(maxsize=1024)
def country_code(text: str) -> str | None:
    """Find the ISO 3166 alpha-2 code of a code (alpha-2, alpha-3) or an English name.

    >>> [country_code(text) for text in ("de", "DEU", "Germany", "U.K.", "United States", "Mars")]
    ['DE', 'DE', 'DE', 'GB', 'US', None]
    """
    return _countries().get(_key(text))


def us_state(text: str) -> str | None:
    """Find the two-letter code of a US state, district or territory, by code or name.

    >>> [us_state(text) for text in ("CA", "california", "N.Y.", "Washington, D.C.", "Bavaria")]
    ['CA', 'CA', 'NY', 'DC', None]
    """
    return _us_states().get(_key(text))


def _key(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalpha())


@cache
def _countries() -> Mapping[str, str]:
    codes = dict(_COLLOQUIAL)
    for country in pycountry.countries:
        names = (
            country.alpha_2,
            country.alpha_3,
            country.name,
            getattr(country, "common_name", ""),
            getattr(country, "official_name", ""),
        )
        codes.update((_key(name), country.alpha_2) for name in names if name)
    return MappingProxyType(codes)


@cache
def _us_states() -> Mapping[str, str]:
    codes = {"washingtondc": "DC", "usvirginislands": "VI"}
    for state in pycountry.subdivisions:
        if state.country_code != "US":
            continue
        code = state.code.removeprefix("US-")
        codes.update({_key(code): code, _key(state.code): code, _key(state.name): code})
    return MappingProxyType(codes)
