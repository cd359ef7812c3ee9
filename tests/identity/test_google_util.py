"""Google's own helper as a comparator: where we agree with it, and where we do not, and why.

`google-ads-datamanager-util` is the Data Manager API's companion; its answers are asserted too, so
that a new release that changes its mind is seen.
"""

from __future__ import annotations

import pytest
from google.ads.datamanager_util import Encoding, Formatter

from dataout.identity.normalize import normalize

THEIRS = Formatter()
FORMATS = {
    "email": THEIRS.format_email_address,
    "phone": THEIRS.format_phone_number,
    "first_name": THEIRS.format_given_name,
    "last_name": THEIRS.format_family_name,
    "country": THEIRS.format_region_code,
    "zip": THEIRS.format_postal_code,
}
HASHES = {
    "email": THEIRS.process_email_address,
    "phone": THEIRS.process_phone_number,
    "first_name": THEIRS.process_given_name,
    "last_name": THEIRS.process_family_name,
}

AGREED = [
    ("email", " AlexZ@Example.com "),
    ("email", "cloudy.sanfrancisco+shopping@gmail.com"),
    ("email", "user.name+NYC@Example.com"),
    ("email", "f.oo+x@googlemail.com"),
    ("phone", "+1 (800) 555-0100"),
    ("phone", "+44 7911 123456"),
    ("first_name", " Mary Ann "),
    ("first_name", "José"),
    ("last_name", "O'Brien"),
    ("last_name", "Müller-Lüdenscheidt"),
    ("country", "us"),
    ("country", " GB "),
    ("zip", " 94025-1234 "),
    ("zip", "SW1A 1AA"),
]

# field, raw, the person's country, what the helper makes of it, what we make of it, why
DIFFERENT = [
    ("phone", "(800)555-0100", "US", "+8005550100", "+18005550100", "the country is known"),
    ("phone", "0044 7911 123456", None, "+00447911123456", "+447911123456", "00 is dialled"),
    ("phone", "+44 (0)7911 123456", None, "+4407911123456", "+447911123456", "the 0 is not"),
    ("phone", "12", None, "+12", None, "no such number"),
    ("first_name", "Mrs. José", None, "mrs. josé", "josé", "no titles, says the documentation"),
    ("last_name", "King, Jr.", None, "king, jr.", "king", "no suffixes, says the documentation"),
    ("last_name", "Mary  Ann", None, "mary  ann", "mary ann", "two spaces are one by mistake"),
    ("email", "test@test.com", None, "test@test.com", None, "a placeholder is nobody's"),
    ("email", "no-reply@example.com", None, "no-reply@example.com", None, "nobody reads it"),
]  # fmt: skip

RAISES = [
    ("email", "", None),
    ("email", "a b@x.com", None),
    ("email", "ann@", None),
    ("phone", "n/a", None),
    ("first_name", " ", None),
    ("country", "USA", "US"),
]
"""What the helper raises on: a reason here, or what was meant."""


@pytest.mark.parametrize(("field", "raw"), AGREED)
def test_both_agree(field, raw):
    ours = normalize("google", field, raw)
    assert ours.value == FORMATS[field](raw)
    if field in HASHES:
        assert ours.sent == HASHES[field](raw, Encoding.HEX)


@pytest.mark.parametrize(("field", "raw", "country", "theirs", "ours", "why"), DIFFERENT)
def test_differences(field, raw, country, theirs, ours, why):
    assert FORMATS[field](raw) == theirs
    assert normalize("google", field, raw, country=country).value == ours, why


@pytest.mark.parametrize(("field", "raw", "ours"), RAISES)
def test_what_the_helper_raises_on(field, raw, ours):
    with pytest.raises(ValueError, match=r"."):
        FORMATS[field](raw)
    answer = normalize("google", field, raw)
    assert answer.value == ours
    assert (answer.reason is None) == (ours is not None)
