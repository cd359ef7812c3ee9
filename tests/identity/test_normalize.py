"""Tables of values: what Meta's documentation prints, and what people type."""

from __future__ import annotations

import doctest
import hashlib
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataout.errors import UsageError
from dataout.identity import countries, dates, emails, hashes, names, numbering, placeholders
from dataout.identity import normalize as normalizing
from dataout.identity import phone as phones
from dataout.identity.normalize import normalize, take_hashed
from dataout.identity.platforms import PLATFORMS
from dataout.identity.reasons import Reason
from dataout.identity.rules import FURTHER, RULES, RuleName
from dataout.model.people import Field

EMPTY_HASH = hashlib.sha256(b"").hexdigest()
NOREPLY = "NoReply@shop.example"
DOCS = Path(__file__).parents[2] / "docs" / "identity.md"

# Printed in Meta's documentation (and in the tests of its client libraries) with their hashes.
OFFICIAL = [
    (
        ("email", "mary@example.com"),
        "mary@example.com",
        "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79",
    ),
    (
        ("phone", "+1 (555) 987-6543"),
        "15559876543",
        "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e",
    ),
    (
        ("phone", "+1 (616) 954-78 88"),
        "16169547888",
        "bb2fa2e6d2cea4746530c99686d0c7886ab2019875dca2d7e9e171c0e6ada00d",
    ),
    (
        ("birth_date", "2/16/1997"),
        "19970216",
        "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c",
    ),
    (
        ("country", "us"),
        "us",
        "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621",
    ),
]

META = [
    # field, raw, country, value
    ("email", "\ufeff Foo.Bar+x@Gmail.com\u200b ", None, "foo.bar+x@gmail.com"),
    ("email", "ann@mail.example.test", None, "ann@mail.example.test"),
    ("email", "JÖRG@München.example.com", None, "jörg@münchen.example.com"),
    ("phone", "07911 123456", "GB", "447911123456"),
    ("phone", 15559876543, "US", "15559876543"),
    ("phone", 447911123456.0, "United Kingdom", "447911123456"),
    ("external_id", " Ab 12 ", None, " Ab 12 "),
    ("external_id", 4711, None, "4711"),
    ("external_id", "d41d8cd98f00b204e9800998ecf8427e", None, "d41d8cd98f00b204e9800998ecf8427e"),
    (
        "maid",
        "AECE52E7-03EE-455A-B3C4-E57283966239",
        None,
        "aece52e7-03ee-455a-b3c4-e57283966239",
    ),
    (
        "maid",
        uuid.UUID("aece52e7-03ee-455a-b3c4-e57283966239"),
        None,
        "aece52e7-03ee-455a-b3c4-e57283966239",
    ),
    ("first_name", "José", None, "josé"),
    ("first_name", "Jose\u0301", None, "josé"),
    ("first_name", "Mary Ann", None, "maryann"),
    ("first_name", "李", None, "李"),
    ("last_name", "O'Brien", None, "obrien"),
    ("last_name", "Müller-Lüdenscheidt", None, "müllerlüdenscheidt"),
    ("city", "New York", None, "newyork"),
    ("city", "São Paulo", "BR", "saopaulo"),
    ("city", "Łódź", "PL", "lodz"),
    ("city", "Weißenburg i. Bay.", "DE", "weissenburgibay"),
    ("state", "California", "US", "ca"),
    ("state", "N.Y.", "USA", "ny"),
    ("state", "Washington, D.C.", "US", "dc"),
    ("state", "US-TX", "US", "tx"),
    ("state", "New Hampshire", None, "nh"),
    ("state", "Baden-Württemberg", "DE", "badenwurttemberg"),
    ("state", "New South Wales", "AU", "newsouthwales"),
    ("zip", "94025-1234", "US", "94025"),
    ("zip", 94025, "US", "94025"),
    ("zip", "94025-1234", None, "94025"),
    ("zip", "SW1A 1AA", "GB", "sw1a1aa"),
    ("zip", "10115", "DE", "10115"),
    ("zip", "1234 ab", "NL", "1234ab"),
    ("zip", "00-950", "PL", "00-950"),
    ("country", "United States", None, "us"),
    ("country", "DEU", None, "de"),
    ("country", "UK", None, "gb"),
    ("gender", "Female", None, "f"),
    ("gender", "M", None, "m"),
    ("birth_date", "1997-02-16", None, "19970216"),
    ("birth_date", "19970216", None, "19970216"),
    ("birth_date", date(1997, 2, 16), None, "19970216"),
    ("birth_date", datetime(1997, 2, 16, 23, tzinfo=UTC), None, "19970216"),
    ("birth_date", "1997-02-16T00:00:00Z", None, "19970216"),
    ("birth_date", "16/2/1997", None, "19970216"),
    ("birth_date", "3.2.1997", None, "19970203"),
    ("birth_date", "3/2/1997", "US", "19970302"),
    ("birth_date", "3/2/1997", "France", "19970203"),
]

UNUSABLE = [
    ("email", None, None, "email: empty"),
    ("email", " \u200b", None, "email: empty"),
    ("email", True, None, "email: not text"),
    ("email", ["ann@example.com"], None, "email: not text"),
    ("email", "ann\ud800@example.com", None, "email: not text"),
    ("email", "ann", None, "email: no @"),
    ("email", "ann@", None, "email: no domain"),
    ("email", "@example.com", None, "email: not an address"),
    ("email", "ann@localhost", None, "email: not an address"),
    ("email", "a b@x.com", None, "email: not an address"),
    ("email", "Ann <ann@example.com>", None, "email: not an address"),
    ("email", "ann@example..com", None, "email: not an address"),
    ("email", "ann@example.com, bob@example.com", None, "email: not an address"),
    ("email", EMPTY_HASH, None, "email: the hash of an empty text"),
    ("email", EMPTY_HASH.upper(), None, "email: the hash of an empty text"),
    ("email", NOREPLY, None, "email: a placeholder"),
    ("phone", "a" * 40, None, "phone: already hashed: not with SHA-256"),
    ("last_name", "d41d8cd98f00b204e9800998ecf8427e", None, "last_name: already hashed: not with "),
    ("phone", "07911 123456", None, "phone: no country"),
    ("phone", "07911 123456", "Atlantis", "phone: no country"),
    ("phone", "n/a", "GB", "phone: no digits"),
    ("phone", "12", "GB", "phone: too short"),
    ("phone", "0".join("123456789" * 3), "GB", "phone: too long"),
    ("phone", "+1 212 155 0123", None, "phone: not a valid number"),
    ("phone", "555-0123", "US", "phone: no area code"),
    ("phone", "(555) 987-6543", "US", "phone: not a valid number"),
    ("phone", "4.91511E+12", "DE", "phone: digits lost by a spreadsheet"),
    ("phone", "494497869", "DE", "phone: ambiguous"),
    ("external_id", "   ", None, "external_id: empty"),
    ("external_id", 1.5, None, "external_id: not text"),
    ("external_id", float("nan"), None, "external_id: not text"),
    ("external_id", Decimal("NaN"), None, "external_id: not text"),
    ("external_id", 2.0**60, None, "external_id: not text"),
    ("external_id", 10**100, None, "external_id: not text"),
    ("maid", "aece52e703ee455ab3c4e57283966239", None, "maid: not a UUID"),
    ("maid", "00000000-0000-0000-0000-000000000000", None, "maid: all zeros"),
    ("first_name", "?!", None, "first_name: no letters"),
    ("city", "東京", "JP", "city: letters other than a-z"),
    ("city", "Tokyo 東京", "JP", "city: letters other than a-z"),
    ("city", "-", None, "city: no letters"),
    ("state", "Bayern", "US", "state: not a US state"),
    ("zip", "2139", "US", "zip: not a US ZIP code"),
    ("zip", "unknown", "DE", "zip: no digits"),
    ("country", "Atlantis", None, "country: not a country"),
    ("gender", "x", None, "gender: neither m nor f"),
    ("birth_date", "3/2/1997", None, "birth_date: day and month unclear"),
    ("birth_date", "3/2/1997", "CA", "birth_date: day and month unclear"),
    ("birth_date", "31.2.1997", None, "birth_date: not a date from 1900 on"),
    ("birth_date", "16.2.97", None, "birth_date: not a date from 1900 on"),
    ("birth_date", "1897-02-16", None, "birth_date: not a date from 1900 on"),
    ("birth_date", "1997216", None, "birth_date: not a date from 1900 on"),
    ("birth_date", 855964800, None, "birth_date: not a date from 1900 on"),
]

PLAIN = [
    ("email", " Ann@Example.com", None, "ann@example.com"),
    ("phone", "07911 123456", "GB", "+447911123456"),
    ("external_id", "Ab12", None, "Ab12"),
    ("maid", "AECE52E7-03EE-455A-B3C4-E57283966239", None, "aece52e7-03ee-455a-b3c4-e57283966239"),
    ("last_name", " O'Brien  Smith ", None, "O'Brien Smith"),
    ("city", "São Paulo", None, "São Paulo"),
    ("state", "California", "US", "California"),
    ("zip", "SW1A 1AA", "GB", "SW1A 1AA"),
    ("country", "Germany", None, "DE"),
    ("gender", "male", None, "m"),
    ("birth_date", "16.2.1997", None, "1997-02-16"),
]


@pytest.mark.parametrize(("call", "value", "sent"), OFFICIAL)
def test_official_vectors(call, value, sent):
    answer = normalize("meta", *call)
    assert (answer.value, answer.sent, answer.reason) == (value, sent, None)


@pytest.mark.parametrize(("field", "raw", "country", "value"), META)
def test_meta(field, raw, country, value):
    answer = normalize("meta", field, raw, country=country)
    assert (answer.value, answer.reason) == (value, None)
    plain = field in {"external_id", "maid"}
    assert answer.sent == (value if plain else hashlib.sha256(value.encode()).hexdigest())


@pytest.mark.parametrize(("field", "raw", "country", "reason"), UNUSABLE)
def test_unusable(field, raw, country, reason):
    answer = normalize("meta", field, raw, country=country)
    assert (answer.value, answer.sent) == (None, None)
    assert answer.reason is not None
    assert answer.reason.startswith(reason)


@pytest.mark.parametrize(("field", "raw", "country", "value"), PLAIN)
def test_plain_is_normalized_and_never_hashed(field, raw, country, value):
    answer = normalize("plain", field, raw, country=country)
    assert (answer.value, answer.sent, answer.reason) == (value, value, None)


def test_every_reason_has_an_example_above_or_is_about_hashes():
    shown = {
        normalize("meta", field, raw, country=country).reason for field, raw, country, _ in UNUSABLE
    }
    left = {reason.value for reason in Reason} - {text.split(": ", 1)[1] for text in shown if text}
    assert left == {
        Reason.HASHED.value,
        Reason.HASHED_ELSEWHERE.value,
        Reason.NOT_A_HASH.value,
        Reason.HASH_OF_PLACEHOLDER.value,
        Reason.HASH_OF_A_HASH.value,
    }  # tests/identity/test_hashes.py


@pytest.mark.parametrize(
    ("platform", "field", "hint"),
    [("mata", "email", "'meta'"), ("meta", "emial", "'email'"), ("plain", "fone", "'phone'")],
)
def test_unknown_names_get_the_nearest(platform, field, hint):
    with pytest.raises(UsageError) as caught:
        normalize(platform, field, "x")
    assert hint in caught.value.hint


def test_the_table_is_whole():
    assert set(RULES) | set(FURTHER) == set(get_args(RuleName))
    assert not set(RULES) & set(FURTHER)
    assert {first for first, _ in FURTHER.values()} <= set(RULES)
    assert {row.rule for rows in PLATFORMS.values() for row in rows.values()} == set(
        get_args(RuleName)
    )
    for name, rows in PLATFORMS.items():
        assert set(rows) <= set(Field)
        assert Field.EMAIL in rows
        assert all("https://" in row.source or name == "plain" for row in rows.values())
    assert set(PLATFORMS["meta"]) == set(PLATFORMS["plain"]) == set(Field)


def test_the_page_lists_every_rule_and_reason():
    page = DOCS.read_text(encoding="utf-8")
    for reason in Reason:
        assert f"`{reason.value}`" in page
    for platform, rows in PLATFORMS.items():
        assert f"`{platform}`" in page
        for field, row in rows.items():
            assert f"| `{field}` | {row.rule} |" in page
            assert row.source.split(", ")[-1] in page


COUNTRIES = st.sampled_from([None, "US", "GB", "DE", "FR", "IN", "Atlantis", ""])
TYPED = st.one_of(
    st.text(),
    st.text(alphabet="+0123456789 ()-./:@ab\u00e9ÅßİΣ\ufeff"),
    st.emails(),
    st.dates().map(str),
    st.from_regex(r"[ -~]{1,8}@[a-zA-Z.]{1,10}", fullmatch=True),
)
ANYTHING = st.one_of(
    TYPED,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.uuids(),
    st.binary(),
    st.lists(st.text()),
)


MODULES = [
    normalizing, countries, dates, emails, hashes, names, numbering, phones, placeholders
]  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_the_code(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted
    assert not outcome.failed


def test_the_examples_on_the_page():
    outcome = doctest.testfile(str(DOCS), module_relative=False)
    assert outcome.attempted
    assert not outcome.failed


def test_a_number_too_long_to_print_is_no_text():
    assert normalize("meta", "external_id", 10**5000).reason == "external_id: not text"


TAKEN = st.sampled_from([(name, field) for name, rows in PLATFORMS.items() for field in rows])


@given(TAKEN, ANYTHING, COUNTRIES)
def test_the_answer_is_always_a_value_or_a_reason(taken, raw, country):
    platform, field = taken
    answer = normalize(platform, field, raw, country=country)
    assert (answer.value is None) == (answer.sent is None) == (answer.reason is not None)
    assert answer.value != ""
    assert answer.sent != EMPTY_HASH


@given(TAKEN, TYPED, COUNTRIES)
def test_a_normalized_value_is_normal(taken, raw, country):
    platform, field = taken
    once = normalize(platform, field, raw, country=country)
    if once.value is None:
        return
    digits = PLATFORMS[platform][field].rule == "phone, digits"
    again = f"+{once.value}" if digits else once.value
    assert normalize(platform, field, again, country=country) == once


@given(TAKEN, TYPED, COUNTRIES)
def test_what_was_hashed_is_not_hashed_again(taken, raw, country):
    platform, field = taken
    once = normalize(platform, field, raw, country=country)
    if once.sent is None or not PLATFORMS[platform][field].hashed:
        return
    assert normalize(platform, field, once.sent.upper()).sent == once.sent
    assert take_hashed(platform, field, once.sent).sent == once.sent
