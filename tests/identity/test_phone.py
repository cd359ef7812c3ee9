"""Phones agree with the phonenumbers library on its own examples of every region and type."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import phonenumbers
import pytest

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
