"""What arrives hashed: taken, mended, or refused with a reason."""

from __future__ import annotations

import hashlib

import pytest

from dataout.identity.normalize import normalize, take_hashed

MARY = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("raw", [MARY, MARY.upper(), f" {MARY}\n"])
@pytest.mark.parametrize("field", ["email", "phone", "first_name", "birth_date"])
def test_a_hash_is_taken_by_its_shape_and_mended(field, raw):
    answer = normalize("meta", field, raw)
    assert (answer.value, answer.sent, answer.reason) == (MARY, MARY, None)
    assert take_hashed("meta", field, raw) == answer


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (sha256(""), "the hash of an empty text"),
        (sha256(" ").upper(), "the hash of an empty text"),
        (sha256("null"), "the hash of an empty text"),
        (sha256("test@test.com"), "the hash of a placeholder"),
        (sha256("0000000000"), "the hash of a placeholder"),
        (sha256("+1234567890"), "the hash of a placeholder"),
        (sha256(sha256("")), "the hash of a hash"),
        (sha256(sha256("test@test.com").upper()), "the hash of a hash"),
        (sha256(hashlib.md5(b"").hexdigest()), "the hash of a hash"),  # noqa: S324
        (hashlib.md5(b"mary@example.com").hexdigest(), "already hashed: not with SHA-256"),  # noqa: S324
        (hashlib.sha1(b"mary@example.com").hexdigest(), "already hashed: not with SHA-256"),  # noqa: S324
        (hashlib.sha512(b"mary@example.com").hexdigest(), "already hashed: not with SHA-256"),
    ],
)
def test_hashes_of_no_use(raw, reason):
    assert normalize("meta", "email", raw).reason == f"email: {reason}"
    assert take_hashed("meta", "email", raw).reason == f"email: {reason}"


def test_a_platform_that_takes_it_plain_can_do_nothing_with_a_hash():
    for answer in (normalize("plain", "email", MARY), take_hashed("plain", "email", MARY)):
        assert answer.reason == "email: already hashed: this platform takes it plain"
    assert normalize("google", "country", MARY).sent is None


def test_advertising_ids_hashed_for_those_who_take_them_hashed():
    assert normalize("snapchat", "maid", MARY.upper()).sent == MARY
    assert normalize("meta", "maid", MARY).reason == (
        "maid: already hashed: this platform takes it plain"
    )


@pytest.mark.parametrize("raw", ["mary@example.com", "abc", MARY[:-1], f"{MARY}0"])
def test_declared_and_no_hash(raw):
    assert take_hashed("meta", "email", raw).reason == "email: declared as hashed: not a SHA-256"


@pytest.mark.parametrize(("raw", "reason"), [(None, "empty"), (" ", "empty"), (True, "not text")])
def test_declared_and_nothing(raw, reason):
    assert take_hashed("meta", "email", raw).reason == f"email: {reason}"


def test_a_name_that_only_looks_like_a_hash_is_hashed():
    letters = "ab " * 32
    answer = normalize("meta", "first_name", letters)
    assert answer.value == "ab" * 32
    assert answer.sent == sha256("ab" * 32)


def test_an_external_id_may_look_like_anything():
    assert normalize("meta", "external_id", sha256("")).sent == sha256("")


def test_a_hash_in_the_form_of_one_platform_is_of_no_use_to_another_with_another_form():
    assert take_hashed("meta", "phone", MARY, like="snapchat").sent == MARY
    answer = take_hashed("meta", "phone", MARY, like="google")
    assert answer.reason == "phone: already hashed: in the form of another platform"
