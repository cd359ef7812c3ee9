"""Where identifiers come from: what may be written, and what is said of the rest."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("identifiers: {email: {from: mail}}", "1:29", "Did you mean 'attribute.mail'?"),
        ("identifiers: {email: {hashed: sha256}}", "1:22", "'from'"),
        ("identifiers: {email: {from: attribute.h, hashed: md5}}", "1:50", "sha256"),
        ("identifiers: {email: {from: attribute.h, as: meta}}", "1:42", "hashed: sha256"),
        (
            "identifiers: {external_id: {from: attribute.h, hashed: sha256}}",
            "1:28",
            "no platform takes 'external_id' hashed",
        ),
        (
            "identifiers: {phone: {from: attribute.h, hashed: sha256, as: pinterest}}",
            "1:22",
            "pinterest takes no hashed 'phone'",
        ),
        (
            "identifiers: {phone: {from: attribute.h, hashed: sha256, as: gogle}}",
            "1:62",
            "Did you mean 'google'?",
        ),
    ],
)
def test_a_mistake_its_place_and_the_way_out(folder, text, where, said):
    line = folder.only(text)
    assert line.startswith(f"all.yaml:{where}: "), line
    assert said in line
