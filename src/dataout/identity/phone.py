"""Phone numbers, as written by people, to E.164."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import CountryCodeSource, NumberParseException, PhoneNumber, ValidationResult

from dataout.identity.numbering import plain_number
from dataout.identity.reasons import Place, Reason

_DECIMAL = re.compile(r"\+?[0-9]{7,15}\.0")  # what a table makes of a column with gaps
_SPREADSHEET = re.compile(r"[0-9][.,][0-9]+[eE]\+?[0-9]+")

# No carrier was ever given the area code 555: like example.com it is free for examples, and Meta's
# documentation uses it. Taken where the number is written with its country code.
_EXAMPLE = re.compile(r"\+1555[2-9][0-9]{6}")


def phone(text: str, place: Place) -> str | Reason:
    """Read a phone number, and answer it in E.164, extensions left out.

    A number in international form (``+``, or ``00`` as ITU-T E.164 recommends) needs no country.
    Any other is read as dialled in the person's country, or in ``place.region`` where that is not
    known; a second country is never tried. What the numbering plan (libphonenumber's) does not
    know as valid, or what reads as two different numbers, is of no use.

    >>> phone("+44 (0)7911 123456", Place()), phone("07911 123456", Place(country="GB"))
    ('+447911123456', '+447911123456')
    >>> phone("07911 123456", Place())
    <Reason.NO_COUNTRY: 'no country'>
    """
    region = place.country or place.region
    if text.endswith(".0") and _DECIMAL.fullmatch(text):
        text = text.removesuffix(".0")
    if plain := plain_number(text, region):
        return plain
    if not any(letter.isdigit() for letter in text):
        return Reason.NO_DIGITS
    if _SPREADSHEET.fullmatch(text):
        return Reason.DIGITS_LOST
    answer = _read(text, region)
    if isinstance(answer, Reason) and text.startswith("00"):
        international = _read(f"+{text[2:]}", None)
        return international if isinstance(international, str) or region is None else answer
    return answer


def _read(text: str, region: str | None) -> str | Reason:
    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except NumberParseException as error:
        return _unparsed(error, text, region)
    e164: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        return Reason.AMBIGUOUS if _reads_otherwise(text, number, e164) else e164
    assumed = number.country_code_source == CountryCodeSource.FROM_DEFAULT_COUNTRY
    if not assumed and _EXAMPLE.fullmatch(e164):
        return e164
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT:
            return Reason.TOO_SHORT
        case ValidationResult.TOO_LONG:
            return Reason.TOO_LONG
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return Reason.NO_AREA_CODE
        case _:
            return Reason.NOT_A_NUMBER


def _unparsed(error: NumberParseException, text: str, region: str | None) -> Reason:
    match error.error_type:
        case NumberParseException.INVALID_COUNTRY_CODE:
            international = text.lstrip().startswith(("+", "\N{FULLWIDTH PLUS SIGN}"))
            return Reason.NOT_A_NUMBER if international or region else Reason.NO_COUNTRY
        case NumberParseException.TOO_SHORT_AFTER_IDD | NumberParseException.TOO_SHORT_NSN:
            return Reason.TOO_SHORT
        case NumberParseException.TOO_LONG:
            return Reason.TOO_LONG
        case _:
            return Reason.NOT_A_NUMBER


def _reads_otherwise(text: str, number: PhoneNumber, e164: str) -> bool:
    """Say whether the digits are as good a number with their own country code in front.

    "4930123456" in Germany is 04930 123456 without its zero, or +49 30 123456 without its plus.
    """
    if number.country_code_source != CountryCodeSource.FROM_DEFAULT_COUNTRY:
        return False
    digits = phonenumbers.normalize_digits_only(text)
    if not digits.startswith(str(number.country_code)):
        return False
    try:
        other = phonenumbers.parse(f"+{digits}", None)
    except NumberParseException:
        return False
    written = phonenumbers.format_number(other, phonenumbers.PhoneNumberFormat.E164)
    return written != e164 and bool(phonenumbers.is_valid_number(other))
