"""Names of people, as platforms compare them."""

from __future__ import annotations

import re
import unicodedata

from dataout.identity.reasons import Place, Reason

HONORIFICS = ("dame", "dr", "lady", "miss", "mister", "mr", "mrs", "ms", "mx", "prof", "sir")
"""Titles before a name, in English, without the dot."""

SUFFIXES = ("esq", "ii", "iii", "iv", "jr", "junior", "md", "phd", "senior", "sr")
"""What stands after a name, in English, without the dot."""

_BEFORE = re.compile(rf"(?:(?:{'|'.join(HONORIFICS)})(?:\.\s*|\s+))+(?=\S)")
_AFTER = re.compile(rf"(?<=\S)(?:(?:,\s*|\s+)(?:{'|'.join(SUFFIXES)})\.?)+\Z")


def letters_of_any_script(text: str, _: Place) -> str | Reason:
    """Keep letters and the marks on them, as UTF-8; drop spaces, punctuation, digits, symbols.

    >>> letters_of_any_script("Mary-Ann", Place()), letters_of_any_script("José", Place())
    ('maryann', 'josé')
    """
    lower = text.lower()
    if lower.isascii():
        return "".join(filter(str.isalpha, lower)) or Reason.NO_LETTERS
    lower = unicodedata.normalize("NFC", text).lower()
    kept = "".join(letter for letter in lower if unicodedata.category(letter)[0] in "LM")
    return unicodedata.normalize("NFC", kept) or Reason.NO_LETTERS


def bare_name(text: str, _: Place) -> str | Reason:
    """Lower-case a name, spaces made single; titles before it and suffixes after it go.

    >>> bare_name("Mrs. José", Place()), bare_name("O'Brien, Jr.", Place())
    ('josé', "o'brien")
    """
    name = " ".join(unicodedata.normalize("NFC", text).lower().split())
    if before := _BEFORE.match(name):
        name = name[before.end() :]
    name = _AFTER.sub("", name)
    name = unicodedata.normalize("NFC", name).strip(" ,")
    if not any(unicodedata.category(letter)[0] == "L" for letter in name):
        return Reason.NO_LETTERS
    return name


def trimmed(text: str, _: Place) -> str | Reason:
    """Keep a text as it is written, but for spaces: none at its ends, single ones inside."""
    return " ".join(unicodedata.normalize("NFC", text).split())
