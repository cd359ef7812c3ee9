"""Who the customers of a simulated shop are, with the mistakes that customer data has."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dataout.model.people import ProfileId
from dataout.testing.worlds.places import COUNTRIES, Country, number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

DOMAINS = ("example.com", "example.org", "example.net")
GARBAGE = ("n/a", "unknown", "ask again", "+1 000 0000000", "+49 12", "+44 0")

# Shares of all people, in thousandths.
_NO_COUNTRY = 35
_COUNTRY_BY_NAME = 30
_NO_PHONE = 90
_PHONE_GARBAGE = 20
_PHONE_UNASSIGNED = 30
_PHONE_SHARED = 12
_NO_EMAIL = 30
_EMAIL_CUT = 15
_EMAIL_UNTIDY = 60
_NEWSLETTER = 700
_ASCII = str.maketrans({"ß": "ss", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Person:
    """One customer: what the shop wrote down, and what is wrong with it (``flaws``)."""

    profile_id: ProfileId
    home: Country
    attributes: Mapping[str, object]
    flaws: frozenset[str]


def population(rng: Random, people: int) -> tuple[Person, ...]:
    """Make the customers. The same state of ``rng`` makes the same ones."""
    seen = dict.fromkeys(COUNTRIES, 0)
    made = []
    for index in range(people):
        home = rng.choices(COUNTRIES, weights=[country.share for country in COUNTRIES])[0]
        made.append(_person(rng, index, home, seen[home]))
        seen[home] += 1
    return tuple(made)


def _person(rng: Random, index: int, home: Country, neighbour: int) -> Person:
    flaws: set[str] = set()
    first, last = rng.choice(home.first_names), rng.choice(home.last_names)
    city, state, code = rng.choice(home.cities)
    country = _country(rng, home, flaws)
    known = {
        "email": _email(rng, f"{first}.{last}{index + 1}", flaws),
        "phone": _phone(rng, home, neighbour, flaws),
        "first_name": first,
        "last_name": last,
        "city": city,
        "state": state,
        "zip": code,
        "country": country,
    }
    attributes = {name: value for name, value in known.items() if value}
    newsletter = _chance(rng, _NEWSLETTER)
    return Person(
        ProfileId(f"p{index + 1:05d}"),
        home,
        {**attributes, "newsletter": newsletter},
        frozenset(flaws),
    )


def _chance(rng: Random, thousandths: int) -> bool:
    return rng.random() * 1000 < thousandths


def _country(rng: Random, home: Country, flaws: set[str]) -> str:
    if _chance(rng, _NO_COUNTRY):
        flaws.add("no country")
        return ""
    if _chance(rng, _COUNTRY_BY_NAME):
        flaws.add("country by name")
        return home.name
    return home.code


def _email(rng: Random, name: str, flaws: set[str]) -> str:
    if _chance(rng, _NO_EMAIL):
        flaws.add("no e-mail")
        return ""
    apart = unicodedata.normalize("NFKD", name.lower().translate(_ASCII))
    local = "".join(letter for letter in apart if letter.isascii() and letter not in "' ")
    if _chance(rng, _EMAIL_CUT):
        flaws.add("e-mail without domain")
        return f"{local}@"
    address = f"{local}@{rng.choice(DOMAINS)}"
    if _chance(rng, _EMAIL_UNTIDY):
        flaws.add("untidy e-mail")
        return f" {address.title()}"
    return address


def _phone(rng: Random, home: Country, neighbour: int, flaws: set[str]) -> str:
    if _chance(rng, _NO_PHONE):
        flaws.add("no phone")
        return ""
    if _chance(rng, _PHONE_GARBAGE):
        flaws.add("phone garbage")
        return rng.choice(GARBAGE)
    if home.unassigned and _chance(rng, _PHONE_UNASSIGNED):
        flaws.add("phone not in the numbering plan")
        return number(home, home.unassigned, neighbour) or ""
    if neighbour and _chance(rng, _PHONE_SHARED):
        flaws.add("phone shared")
        return _spelled(rng, home, number(home, home.ranges, neighbour - 1), flaws)
    return _spelled(rng, home, number(home, home.ranges, neighbour), flaws)


def _spelled(rng: Random, home: Country, international: str | None, flaws: set[str]) -> str:
    """Write the number as people do: in international form, or as dialled at home."""
    if international is None:
        flaws.add("no phone")
        return ""
    code, area, rest = international.split()
    spellings = (
        international.replace(" ", ""),
        international,
        f"{code} ({area}) {rest}",
        f"00{code[1:]} {area} {rest}",
        f"{home.trunk}{area} {rest}",
        f"{home.trunk}{area}/{rest[:3]}-{rest[3:]}",
    )
    spelling = rng.randrange(len(spellings))
    if spelling >= len(spellings) - 2 and "no country" in flaws:
        flaws.add("phone without country")
    return spellings[spelling]
