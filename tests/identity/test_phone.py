"""Phones agree with the phonenumbers library on its own examples of every region and type."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import phonenumbers
import pytest

from dataout.identity.normalize import normalize
from dataout.identity.numbering import plain_number
from dataout.identity.phone import phone
from dataout.identity.reasons import Place, Reason

DATA = os.environ.get("DATAOUT_TESTDATA")
NON_GEOGRAPHIC = "001"  # the regions of +800, +979 and the like: nobody lives there


@pytest.fixture(scope="module")
def examples():
    if not DATA:
        pytest.skip("set DATAOUT_TESTDATA to the folder of test data: phone_examples.csv is there")
    path = Path(DATA) / "identity" / "phone_examples.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SPELLINGS = {
    "e164": lambda _: Place(),
    "international": lambda _: Place(),
    "rfc3966": lambda _: Place(),
    "dialled_from_US": lambda _: Place(country="US"),
    "national": lambda region: Place(country=region),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_full_agreement_with_the_library(examples, spelling):
    rows = [
        row
        for row in examples
        if row[spelling] and not (spelling == "national" and row["region"] == NON_GEOGRAPHIC)
    ]
    assert len(rows) > 1000
    wrong = []
    for row in rows:
        place = SPELLINGS[spelling](row["region"])
        parsed = phonenumbers.parse(row[spelling], place.country)
        e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        expected = e164 if phonenumbers.is_valid_number(parsed) else None
        answer = phone(row[spelling], place)
        usable = None if isinstance(answer, Reason) else answer
        listed = row["e164"] if row["valid"] == "1" else None
        if not usable == expected == listed:
            wrong.append((row["region"], row[spelling], answer, expected, listed))
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("+44 (0)7911 123456", Place(), "+447911123456"),
        ("+4407911123456", Place(), "+447911123456"),
        ("0044 7911 123456", Place(), "+447911123456"),
        ("0044 7911 123456", Place("US"), "+447911123456"),
        ("011 44 7911 123456", Place("US"), "+447911123456"),
        ("07911 123456", Place(region="GB"), "+447911123456"),
        ("447911123456", Place("GB"), "+447911123456"),
        ("1-800-FLOWERS", Place("US"), "+18003569377"),
        ("+44 7911 123456 ext. 7", Place(), "+447911123456"),
        ("tel:+1-212-555-0123", Place(), "+12125550123"),
        ("02 5550 1234", Place("AU"), "+61255501234"),
    ],
)
def test_spellings(text, place, expected):
    assert phone(text, place) == expected


def test_the_persons_country_decides_and_no_other_is_tried():
    assert phone("07911 123456", Place(country="GB", region="DE")) == "+447911123456"
    assert phone("0171 3920012", Place(region="DE")) == "+491713920012"
    assert isinstance(phone("0171 3920012", Place(country="FR", region="DE")), Reason)


def test_digits_that_read_as_two_numbers_are_not_guessed():
    emden, plus = phone("04944 97869", Place("DE")), phone("+494497869", Place("DE"))
    assert emden != plus
    assert not isinstance(emden, Reason)
    assert not isinstance(plus, Reason)
    assert phone("494497869", Place("DE")) is Reason.AMBIGUOUS


@pytest.mark.parametrize("text", ["+", "00", "+0", "+999123456789", "++", "+1", "x" * 300 + "1"])
def test_fragments_are_answered_with_a_reason(text):
    assert isinstance(phone(text, Place()), Reason)
    assert isinstance(phone(text, Place("DE")), Reason)


def test_messy_texts_are_read_as_the_library_reads_them(testdata_identity):
    with (testdata_identity / "phone_messy_parse.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["valid"] == "1"]
    assert len(rows) > 80
    wrong = []
    for row in rows:
        region = row["default_region"]
        answer = phone(row["raw"].strip(), Place(region or None))
        parsed = phonenumbers.parse(row["raw"], region or None)
        e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        if not answer == e164 == row["e164"]:
            wrong.append((row["raw"], region, answer, e164, row["e164"]))
    assert wrong == []


@pytest.fixture(scope="module")
def testdata_identity():
    if not DATA:
        pytest.skip(
            "set DATAOUT_TESTDATA to the folder of test data: phone_messy_parse.csv is there"
        )
    return Path(DATA) / "identity"


# Twenty numbers as people write them in eight countries, four that are none.
DIRTY = [
    ("(415) 555-2671", "US", "+14155552671"),
    ("4155552671", "US", "+14155552671"),
    ("4155552671.0", "US", "+14155552671"),
    ("1-415-555-2671", "US", "+14155552671"),
    ("+1 415 555 2671 ext. 12", "US", "+14155552671"),
    ("07911 123456", "GB", "+447911123456"),
    ("+44 (0)7911 123456", "GB", "+447911123456"),
    ("0044 7911 123456", "GB", "+447911123456"),
    ("\u200e+44 7911 123456\u200e", "GB", "+447911123456"),
    ("0171 3920012", "DE", "+491713920012"),
    ("+49 (0) 171 / 392 00 12", "DE", "+491713920012"),
    ("0049-171-3920012", "DE", "+491713920012"),
    ("06 12 34 56 78", "FR", "+33612345678"),
    ("0033 6 12 34 56 78", "FR", "+33612345678"),
    ("(11) 96123-4567", "BR", "+5511961234567"),
    ("0412 345 678", "AU", "+61412345678"),
    ("(02) 9374 4000", "AU", "+61293744000"),
    ("098765 43211", "IN", "+919876543211"),
    ("06 6982 1234", "IT", "+390669821234"),
    ("347 1234567", "IT", "+393471234567"),
    ("n/a", "US", None),
    ("12345", "GB", None),
    ("0000000000", "DE", None),
    ("+999 123 456 789", "FR", None),
]


def test_dirty_numbers_are_right_or_not_sent():
    answers = [normalize("plain", "phone", raw, country=country).value for raw, country, _ in DIRTY]
    assert len(DIRTY) == 24
    assert answers == [expected for _, _, expected in DIRTY]


@pytest.mark.parametrize("spelling", ["e164", "international", "national"])
def test_what_is_read_quickly_is_what_the_library_reads(examples, spelling):
    read, wrong = 0, []
    for number, row in enumerate(examples):
        place = SPELLINGS[spelling](row["region"])
        region = None if place.country == NON_GEOGRAPHIC else place.country
        for text in _misspelled(row[spelling], number):
            quick = plain_number(text, region)
            read += quick is not None
            if quick is not None and quick != _by_library(text, region):
                wrong.append((text, region, quick))
    assert wrong == []
    assert read > 1000


def _misspelled(text, number):
    """Change a digit or two, the same ones each time; leave one out; write one twice."""
    places = [at for at, letter in enumerate(text) if letter.isdigit()]
    if not places:
        return
    yield text
    for step in range(1, 4):
        at = places[number * step % len(places)]
        digit = str((int(text[at]) + step * 3) % 10) if text[at].isascii() else "0"
        yield text[:at] + digit + text[at + 1 :]
        yield text[:at] + text[at + 1 :]
        yield text[:at] + digit + text[at:]


def _by_library(text, region):
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
