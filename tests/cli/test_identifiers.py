"""The coverage forecast: who could be recognised where, before anything is sent."""

from __future__ import annotations

import pytest

from dataout.app.project import Project


def test_of_everybody(shop, personal):
    answer = shop("--json", "identifiers")
    found = answer.json["meta"]
    assert (found["people"], found["usable"], found["match_loss"]) == (5, 5, 0.0)
    assert found["fields"]["email"] == {"usable": 4, "unusable": 1, "absent": 0}
    assert found["fields"]["phone"] == {"usable": 1, "unusable": 2, "absent": 2}
    assert found["fields"]["city"] == {"usable": 0, "unusable": 0, "absent": 5}
    assert found["reasons"] == {
        "email: no domain": {"people": 1, "lost": 0, "examples": ["xxx@"]},
        "phone: not a valid number": {"people": 1, "lost": 0, "examples": ["+## #### ######"]},
        "phone: too long": {"people": 1, "lost": 0, "examples": ["#### ### ####"]},
    }
    assert not [value for value in personal if value in answer.out and value != "cem@"]
    assert "cem@" not in answer.out
    assert not shop.at_platform() or not any(shop.at_platform().values())


def test_of_one_audience_by_what_its_syncs_send(shop):
    shop.edit("audiences.yaml", "email, phone, external_id, ", "email, phone, ")
    found = shop.json("identifiers", "cart_recovery")["meta"]
    assert found["people"] == 2
    assert set(found["fields"]) == {"email", "phone", "first_name", "last_name", "country"}
    assert found["usable"] == 1
    assert found["match_loss"] == 0.5
    assert found["reasons"]["email: no domain"] == {
        "people": 1,
        "lost": 1,
        "examples": ["xxx@"],
    }


def test_people_read_it_too(shop):
    text = shop("identifiers", "cart_recovery").out
    assert "of no use because" in text
    assert "0.0% of 2 people cannot match" in text


def test_an_unknown_audience(shop):
    answer = shop("identifiers", "cart_recover")
    assert answer.code == 2
    assert "Did you mean 'cart_recovery'?" in answer.err


def test_from_python(shop):
    found = Project.load(shop.folder).identifiers("cart_recovery")
    assert found["meta"].people == 2
    assert found["meta"].reasons["email: no domain"].examples == ("xxx@",)


@pytest.mark.parametrize("words", [("identifiers",), ("identifiers", "cart_recovery")])
def test_asking_twice_says_the_same(shop, words):
    assert shop.json(*words) == shop.json(*words)
