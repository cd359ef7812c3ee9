"""Well-formed values that belong to nobody."""

from __future__ import annotations

import pytest

from dataout.identity.normalize import normalize
from dataout.identity.placeholders import is_placeholder
from dataout.model.people import Field

NOBODY = [
    ("email", "Test@Test.com"),
    ("email", "noreply@shop.example.com"),
    ("email", "No-Reply@example.com"),
    ("phone", "0000000000"),
    ("phone", "(111) 111-1111"),
    ("phone", "+49 0000000"),
    ("phone", "+1 555 555 5555"),
    ("phone", "123-456-7890"),
    ("external_id", "NULL"),
    ("external_id", " undefined "),
    ("first_name", "N/A"),
    ("last_name", "Unknown"),
    ("city", "unknown"),
]
SOMEBODY = [
    ("email", "reply@example.com"),
    ("email", "test@test.com.example.com"),
    ("phone", "+44 7777 777771"),
    ("external_id", "0"),
    ("external_id", "null-7"),
    ("first_name", "Nan"),
    ("last_name", "Null"),
    ("last_name", "Test"),
    ("city", "Nil"),
]


@pytest.mark.parametrize(("field", "raw"), NOBODY)
def test_a_placeholder_is_refused_by_every_platform(field, raw):
    for platform in ("meta", "plain"):
        answer = normalize(platform, field, raw, country="US")
        assert answer.reason == f"{field}: a placeholder"


@pytest.mark.parametrize(("field", "raw"), SOMEBODY)
def test_a_value_that_looks_much_like_one_is_kept(field, raw):
    assert normalize("meta", field, raw).sent is not None


def test_no_field_has_another_ones_placeholders():
    assert not is_placeholder(Field.COUNTRY, "unknown")
    assert not is_placeholder(Field.STATE, "n/a")
