"""E-mail addresses: what is one, and the forms in which platforms compare them."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from dataout.identity.reasons import Place, Reason

CLEAN = (
    r"[a-z0-9_\-][a-z0-9_+\-]*(?:\.[a-z0-9_+\-]+)*@(?:[a-z0-9](?:-?[a-z0-9])*\.)+"
    r"(?:[a-z]{2}|com|net|org|info)"
)
"""Lower-case addresses that need no second look: an expression of the kind that RE2 reads as well.

An address that fits as a whole, and is no longer than ``LONGEST_CLEAN``, is valid, its domain no
reserved one. Any other is read by ``email_validator``.
"""

LONGEST_CLEAN = 64
"""Characters: so short, no mailbox and no part of a domain is too long (RFC 5321 and 1035)."""

GMAIL = ("gmail.com", "googlemail.com")

_CLEAN = re.compile(CLEAN, re.ASCII)
_SPACES = re.compile(r"\s+")


def address(text: str, _: Place) -> str | Reason:
    """Give a valid address in lower case, dots and ``+tags`` kept.

    >>> address("Foo.Bar+x@Gmail.com", Place())
    'foo.bar+x@gmail.com'
    """
    lower = text.lower()
    mailbox, at, domain = lower.rpartition("@")
    if not at:
        return Reason.NO_AT
    if not domain:
        return Reason.NO_DOMAIN
    if not mailbox or "." not in domain:
        return Reason.NOT_AN_ADDRESS
    if is_clean(lower) or _is_valid(lower):
        return lower
    return Reason.NOT_AN_ADDRESS


def at_gmail(lower: str) -> str | Reason:
    """Take dots and ``+tags`` out of a valid address at Gmail; others stay as they are.

    >>> at_gmail("cloudy.sanfrancisco+shopping@gmail.com"), at_gmail("a.b@example.com")
    ('cloudysanfrancisco@gmail.com', 'a.b@example.com')
    """
    mailbox, _, domain = lower.rpartition("@")
    if domain not in GMAIL:
        return lower
    bare = mailbox.partition("+")[0].replace(".", "")
    return f"{bare}@{domain}" if bare else Reason.NOT_AN_ADDRESS


def address_without_spaces(text: str, place: Place) -> str | Reason:
    """Give a valid address, once the spaces inside it are gone.

    >>> address_without_spaces("a b@x.com", Place())
    'ab@x.com'
    """
    return address(_SPACES.sub("", text), place)


def is_clean(lower: str) -> bool:
    """Whether a lower-case address is valid at first sight; where it is not, that says nothing."""
    return len(lower) <= LONGEST_CLEAN and _CLEAN.fullmatch(lower) is not None


def _is_valid(lower: str) -> bool:
    try:
        # The test environment allows .test; example.com and the like are allowed anyway.
        validate_email(lower, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return False
    return True
