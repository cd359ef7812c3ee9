"""Why a raw value is of no use, as data, and what a rule may know about the person beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Reason(Enum):
    """Every reason there is. Shown and counted as ``FIELD: reason``; none repeats the raw value."""

    EMPTY = "empty"
    NOT_TEXT = "not text"
    PLACEHOLDER = "a placeholder"
    HASHED = "already hashed: this platform takes it plain"
    HASHED_OTHERWISE = "already hashed: not with SHA-256"
    HASHED_ELSEWHERE = "already hashed: in the form of another platform"
    NOT_A_HASH = "declared as hashed: not a SHA-256"
    HASH_OF_NOTHING = "the hash of an empty text"
    HASH_OF_PLACEHOLDER = "the hash of a placeholder"
    HASH_OF_A_HASH = "the hash of a hash"
    NO_AT = "no @"
    NO_DOMAIN = "no domain"
    NOT_AN_ADDRESS = "not an address"
    NO_DIGITS = "no digits"
    DIGITS_LOST = "digits lost by a spreadsheet"
    NO_COUNTRY = "no country"
    NO_AREA_CODE = "no area code"
    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    AMBIGUOUS = "ambiguous"
    NOT_A_NUMBER = "not a valid number"
    NO_LETTERS = "no letters"
    OTHER_SCRIPT = "letters other than a-z"
    NOT_A_STATE = "not a US state"
    NOT_A_ZIP = "not a US ZIP code"
    NOT_A_COUNTRY = "not a country"
    NOT_A_GENDER = "neither m nor f"
    NOT_A_DATE = "not a date from 1900 on"
    DAY_OR_MONTH = "day and month unclear"
    NOT_A_UUID = "not a UUID"
    ZEROS = "all zeros"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is: ISO 3166 alpha-2 codes in capitals, None where unknown.

    ``country`` is the person's own; ``region`` stands in for it where only a phone is read.
    """

    country: str | None = None
    region: str | None = None
