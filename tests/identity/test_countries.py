from __future__ import annotations

import phonenumbers
import pycountry
import pytest

from dataout.identity.countries import country_code, us_state


def test_iso_names_and_codes_lead_to_their_country():
    for country in pycountry.countries:
        for text in (country.alpha_2, country.alpha_3.lower(), country.name):
            assert country_code(text) == country.alpha_2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GB"),
        ("u.k.", "GB"),
        ("England", "GB"),
        ("United States of America", "US"),
        ("the Netherlands", "NL"),
        ("Czech Republic", "CZ"),
        ("Turkey", "TR"),
        ("Turkiye", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("South Korea", "KR"),
        ("Kosovo", "XK"),
        ("Mars", None),
        ("", None),
        ("49", None),
    ],
)
def test_names_people_use(text, code):
    assert country_code(text) == code


def test_every_region_with_phones_of_its_own_is_a_country_here():
    # Ascension and Tristan da Cunha have calling codes, but no code in ISO 3166.
    assert {
        region for region in phonenumbers.SUPPORTED_REGIONS if country_code(region) != region
    } == {"AC", "TA"}


def test_us_states():
    assert us_state("new york") == us_state("NY") == us_state("US-NY") == "NY"
    assert us_state("Puerto Rico") == "PR"
    assert us_state("Ontario") is None
