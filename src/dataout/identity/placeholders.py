"""What people and systems write where a value is missing: maintained as data, one list per field.

A placeholder is a well-formed value that belongs to nobody. Sent, it matches a stranger or nobody;
shared by many profiles, it would make one person of them.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from dataout.model.people import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

EMAILS = frozenset(
    {
        "a@a.com",
        "a@b.com",
        "abc@abc.com",
        "abc@gmail.com",
        "asd@asd.com",
        "asdf@asdf.com",
        "email@email.com",
        "email@example.com",
        "fake@fake.com",
        "me@me.com",
        "na@na.com",
        "no@email.com",
        "no@no.com",
        "noemail@noemail.com",
        "none@none.com",
        "null@null.com",
        "test@example.com",
        "test@gmail.com",
        "test@test.com",
        "test@test.de",
        "unknown@unknown.com",
        "user@example.com",
        "x@x.com",
        "xxx@xxx.com",
    }
)
"""Whole addresses, in lower case."""

MAILBOXES = frozenset(
    {
        "bounce",
        "bounces",
        "do-not-reply",
        "do_not_reply",
        "donotreply",
        "mailer-daemon",
        "no-reply",
        "no.reply",
        "no_reply",
        "noemail",
        "noreply",
    }
)
"""What stands before the @ of addresses that nobody reads, at any domain."""

PHONES = frozenset(
    {
        "01234567",
        "012345678",
        "0123456789",
        "1234567",
        "12345678",
        "123456789",
        "1234567890",
        "12345678901",
        "0987654321",
        "987654321",
        "9876543210",
    }
)
"""Digits of phones; so are seven or more times the same digit, a country code before it or not."""

EXTERNAL_IDS = frozenset(
    {"#n/a", "(null)", "<null>", "n/a", "nan", "nil", "none", "null", "undefined", "unknown"}
)
"""What systems print for no id, in lower case."""

NAMES = frozenset(
    {
        "#n/a",
        "(null)",
        "<null>",
        "first name",
        "firstname",
        "last name",
        "lastname",
        "n/a",
        "n.a.",
        "no name",
        "not provided",
        "surname",
        "undefined",
        "unknown",
    }
)
"""What stands for a name or a city, in lower case. Null, Nan and Test are names of people."""

_TEXTS: Mapping[Field, frozenset[str]] = MappingProxyType(
    {
        Field.EXTERNAL_ID: EXTERNAL_IDS,
        Field.FIRST_NAME: NAMES,
        Field.LAST_NAME: NAMES,
        Field.CITY: NAMES,
    }
)
_MANY = 7
_NOT_DIGITS = re.compile(r"[^0-9]")
_ONE_DIGIT = re.compile(r"([0-9])\1{6,}")
_ONE_DIGIT_ABROAD = re.compile(r"\+[1-9][0-9]{0,2}[^0-9]*([0-9])(?:[^0-9]*\1){6,}[^0-9]*")


def is_placeholder(field: Field, text: str) -> bool:
    """Whether a trimmed raw text stands for no value of that field.

    >>> is_placeholder(Field.EMAIL, "NoReply@shop.example"), is_placeholder(Field.PHONE, "000-0000")
    (True, True)
    >>> is_placeholder(Field.LAST_NAME, "Null")
    False
    """
    match field:
        case Field.EMAIL:
            address = text.lower()
            return address in EMAILS or address.partition("@")[0] in MAILBOXES
        case Field.PHONE:
            digits = _NOT_DIGITS.sub("", text)
            return digits in PHONES or (
                len(set(digits[-_MANY:])) == 1
                and (
                    _ONE_DIGIT.fullmatch(digits) is not None
                    or _ONE_DIGIT_ABROAD.fullmatch(text) is not None
                )
            )
        case Field.EXTERNAL_ID | Field.FIRST_NAME | Field.LAST_NAME | Field.CITY:
            return text.lower() in _TEXTS[field]
        case _:
            return False
