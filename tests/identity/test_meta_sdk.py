"""Meta's own Python client as a comparator: where we agree with it, and where we do not, and why.

It has two normalizers that disagree with each other: `format_params` of custom audiences (called
``lists`` here) and the one of the Conversions API (``events``). Their answers are asserted as well,
so that a new release that changes its mind is seen.
"""

from __future__ import annotations

import hashlib

import pytest
from facebook_business.adobjects.customaudience import CustomAudience
from facebook_business.adobjects.serverside.normalize import Normalize

from dataout.identity.normalize import normalize

COLUMNS = {
    "email": ("EMAIL", "em"),
    "phone": ("PHONE", "ph"),
    "first_name": ("FN", "fn"),
    "last_name": ("LN", "ln"),
    "city": ("CT", "ct"),
    "state": ("ST", "st"),
    "zip": ("ZIP", "zp"),
    "country": ("COUNTRY", "country"),
    "gender": ("GEN", "ge"),
    "maid": ("MADID", ""),
    "external_id": ("EXTERN_ID", ""),
}

AGREED = [
    ("email", " Mary@Example.com "),
    ("email", "foo.bar+x@gmail.com"),
    ("phone", "+1 (616) 954-7888"),
    ("phone", "+44 7911 123456"),
    ("phone", "+49 171 3920012"),
    ("first_name", " Mary "),
    ("last_name", "SMITH"),
    ("city", "New York"),
    ("state", "CA"),
    ("zip", "94025"),
    ("zip", "94025-1234"),
    ("country", "US"),
    ("gender", "m"),
    ("gender", "F"),
]

# field, raw, what the client makes of it, what we make of it (None: of no use), why
LISTS_DIFFER = [
    ("first_name", "José", "jos", "josé", "the guide wants other letters as UTF-8, not dropped"),
    ("first_name", "李", "", "李", "nothing is left, and the client sends the hash of nothing"),
    ("email", "", "", None, "an empty cell is no value; its hash would match nobody"),
    ("phone", "0044 7911 123456", "00447911123456", "447911123456", "leading zeros go"),
    ("zip", "SW1A 1AA", "sw1a 1aa", "sw1a1aa", "no spaces, says the guide"),
    ("country", "United States", "un", "us", "a name is not its first two letters"),
    ("state", "California", "california", "ca", "two letters in the United States"),
    ("city", "São Paulo", "sopaulo", "saopaulo", "a letter with an accent is still a letter"),
]  # fmt: skip
EVENTS_DIFFER = [
    ("last_name", "O'Brien", "o'brien", "obrien", "no punctuation, says the guide"),
    ("first_name", "Mary Ann", "mary ann", "maryann", "as the other normalizer has it"),
    ("city", "São Paulo", "sãopaulo", "saopaulo", "a-z only, says the guide"),
    ("state", "California", "california", "ca", "two letters in the United States"),
    ("phone", "+44 (0)7911 123456", "4407911123456", "447911123456", "the zero is not dialled"),
]  # fmt: skip


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def lists(field, raw):
    column = COLUMNS[field][0]
    params = CustomAudience.format_params([column], [[raw]], is_raw=True)
    return params["payload"]["data"][0][0]


def events(field, raw):
    return Normalize.normalize(COLUMNS[field][1], raw, hash_field=True)


@pytest.mark.parametrize(("field", "raw"), AGREED)
def test_both_agree(field, raw):
    ours = normalize("meta", field, raw).sent
    assert ours == lists(field, raw) == events(field, raw)


@pytest.mark.parametrize(("field", "raw", "theirs", "ours", "why"), LISTS_DIFFER)
def test_differences_from_lists(field, raw, theirs, ours, why):
    assert lists(field, raw) == sha256(theirs)
    assert normalize("meta", field, raw).value == ours, why


@pytest.mark.parametrize(("field", "raw", "theirs", "ours", "why"), EVENTS_DIFFER)
def test_differences_from_events(field, raw, theirs, ours, why):
    assert events(field, raw) == sha256(theirs)
    assert normalize("meta", field, raw).value == ours, why


def test_zip_codes_of_the_united_kingdom_are_whole():
    assert events("zip", "SW1A 1AA") == normalize("meta", "zip", "SW1A 1AA", country="UK").sent


def test_identifiers_the_guide_wants_plain():
    maid = "AECE52E7-03EE-455A-B3C4-E57283966239"
    assert lists("maid", maid) == sha256(maid.lower())  # hashed, against the guide
    assert normalize("meta", "maid", maid).sent == maid.lower()
    assert lists("external_id", "Ab12") == "ab12"  # lower-cased, so another person's, perhaps
    assert normalize("meta", "external_id", "Ab12").sent == "Ab12"


def test_hashes_are_let_through_by_both():
    digest = sha256("mary@example.com")
    assert events("email", digest) == digest == normalize("meta", "email", digest).sent


def test_the_hash_of_nothing_is_let_through_by_the_client_and_refused_here():
    assert events("email", sha256("")) == sha256("")
    assert normalize("meta", "email", sha256("")).reason == "email: the hash of an empty text"


@pytest.mark.parametrize(("field", "raw"), [("email", "mary@"), ("phone", "12345")])
def test_what_the_client_raises_on_is_a_reason_here(field, raw):
    with pytest.raises((TypeError, ValueError)):
        events(field, raw)
    assert normalize("meta", field, raw, country="US").reason
