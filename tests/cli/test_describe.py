"""``segments --describe``: rules as paragraphs, without a look at any data."""

from pathlib import Path

import pytest

CARTS = "cart_abandoners"
PARAGRAPH = (
    "People who started a cart with cart value at least 50 in the past 24 hours, and who have not "
    "made a purchase since they last started a cart with cart value at least 50."
)


@pytest.fixture
def folder(call, tmp_path: Path) -> Path:
    assert call("init", tmp_path / "shop").code == 0
    return tmp_path / "shop"


def test_every_rule_is_said_in_english(call, folder):
    said = call("--project", folder, "segments", "--describe").out
    assert f"{CARTS}\n{PARAGRAPH}\n" in said
    assert "vip_customers\nPeople who are on the list “vip”.\n" in said
    assert not (folder / ".dataout").exists()


def test_a_tier_is_described_when_it_is_named(call, folder):
    said = call("--json", "--project", folder, "segments", "cart_recovery.high", "--describe").json
    assert said == {
        "cart_recovery.high": "People who started a cart with cart value at least 150 in the past "
        "24 hours."
    }


def test_as_json_each_name_has_its_text(call, folder):
    said = call("--json", "--project", folder, "segments", "--describe").json
    assert said[CARTS] == PARAGRAPH
    assert "cart_recovery.high" not in said


def test_an_unknown_name_suggests_the_nearest(call, folder):
    answer = call("--project", folder, "segments", "cart_abandoner", "--describe")
    assert answer.code == 2
    assert "Did you mean 'cart_abandoners'?" in answer.paragraph
