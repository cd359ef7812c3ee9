"""Where simulated people live: common names, large cities, and numbers that belong to nobody.

Every phone range here is set aside by its regulator for films, books and examples.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Phone numbers for fiction: area code, the start of the number, then ``width`` digits."""

    area: str
    start: str
    width: int
    first: int
    size: int


@dataclass(frozen=True, slots=True)
class Country:
    """A country of the simulated shop. ``share`` is in percent of its people.

    ``cities`` are (city, state, zip). ``unassigned`` numbers are set aside as well, but lie where
    the numbering plan knows no numbers: programs that validate phones refuse them.
    """

    code: str
    name: str
    share: int
    currency: str
    calling_code: str
    trunk: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    cities: tuple[tuple[str, str, str], ...]
    ranges: tuple[Range, ...]
    unassigned: tuple[Range, ...] = ()


_US_AREAS = ("212", "213", "215", "303", "305", "312", "404", "415", "503", "512", "617", "702")
_GB_AREAS = ("113", "114", "121", "131", "141", "151", "161")

# North American Numbering Plan Administrator: 555-0100 to 555-0199 in every area code.
_US = Country(
    code="US",
    name="United States",
    share=30,
    currency="USD",
    calling_code="1",
    trunk="",
    first_names=("Mary", "James", "Linda", "José", "Robert", "Jennifer", "Ethan", "Grace", "Ava"),
    last_names=("Smith", "Johnson", "O'Brien", "García", "Miller", "Davis", "Wilson", "Lee-Clark"),
    cities=(
        ("New York", "NY", "10001"),
        ("Los Angeles", "California", "90012"),
        ("Chicago", "Illinois", "60601-1234"),
        ("Seattle", "WA", "98101"),
        ("St. Louis", "Missouri", "63101"),
        ("Washington", "D.C.", "20001"),
    ),
    ranges=tuple(Range(area, "555", width=4, first=100, size=100) for area in _US_AREAS),
)
# Ofcom, "Telephone numbers for use in TV and radio drama programmes".
_GB = Country(
    code="GB",
    name="UK",
    share=20,
    currency="GBP",
    calling_code="44",
    trunk="0",
    first_names=("Oliver", "Amelia", "Harry", "Isla", "Siân", "George", "Freya", "Alfie", "Priya"),
    last_names=("Jones", "Taylor", "Brown", "Evans", "Walker", "Patel", "Hughes", "Fitz-Roy"),
    cities=(
        ("London", "", "SW1A 1AA"),
        ("Manchester", "", "M1 1AE"),
        ("Birmingham", "", "B1 1AA"),
        ("Edinburgh", "Scotland", "EH1 1YZ"),
        ("Leeds", "", "LS1 1UR"),
    ),
    ranges=(
        Range("20", "79460", width=3, first=0, size=1000),
        *(Range(area, "4960", width=3, first=0, size=1000) for area in _GB_AREAS),
    ),
    unassigned=(Range("7700", "900", width=3, first=0, size=1000),),
)
# Bundesnetzagentur, "Rufnummern für Medienproduktionen (Drama Numbers)", Mitteilung 148/2021.
_DE = Country(
    code="DE",
    name="Germany",
    share=25,
    currency="EUR",
    calling_code="49",
    trunk="0",
    first_names=(
        "Anna",
        "Lukas",
        "Jürgen",
        "Sabine",
        "Jonas",
        "Käthe",
        "Emre",
        "Zoë",
        "Karl-Heinz",
    ),
    last_names=("Müller", "Schmidt", "Weiß", "Yılmaz", "Becker", "Schäfer", "Wagner", "Hoffmann"),
    cities=(
        ("Berlin", "Berlin", "10115"),
        ("Hamburg", "Hamburg", "20095"),
        ("München", "Bayern", "80331"),
        ("Köln", "Nordrhein-Westfalen", "50667"),
        ("Frankfurt am Main", "Hessen", "60311"),
    ),
    ranges=(
        Range("30", "23125", width=3, first=0, size=1000),
        Range("40", "66969", width=3, first=0, size=1000),
        Range("69", "90009", width=3, first=0, size=1000),
        Range("89", "99998", width=3, first=0, size=1000),
        Range("221", "4710", width=3, first=0, size=1000),
        Range("171", "39200", width=2, first=0, size=100),
    ),
)
# Arcep, plan de numérotation: numéros réservés aux œuvres audiovisuelles.
_FR = Country(
    code="FR",
    name="France",
    share=15,
    currency="EUR",
    calling_code="33",
    trunk="0",
    first_names=(
        "Camille",
        "Hugo",
        "François",
        "Léa",
        "Jean-Luc",
        "Chloé",
        "Inès",
        "Noël",
        "Manon",
    ),
    last_names=("Martin", "Bernard", "Lefèvre", "Moreau", "D'Angelo", "Garnier", "Roux", "Faure"),
    cities=(
        ("Paris", "Île-de-France", "75001"),
        ("Lyon", "Auvergne-Rhône-Alpes", "69001"),
        ("Saint-Étienne", "Auvergne-Rhône-Alpes", "42000"),
        ("Marseille", "Provence-Alpes-Côte d'Azur", "13001"),
    ),
    ranges=(
        Range("1", "9900", width=4, first=0, size=10_000),
        Range("2", "6191", width=4, first=0, size=10_000),
        Range("3", "5301", width=4, first=0, size=10_000),
        Range("4", "6571", width=4, first=0, size=10_000),
        Range("5", "3649", width=4, first=0, size=10_000),
    ),
    unassigned=(Range("6", "3998", width=4, first=0, size=10_000),),
)
# Australian Communications and Media Authority, "Phone numbers for use in TV shows, films and
# creative works".
_AU = Country(
    code="AU",
    name="Australia",
    share=10,
    currency="AUD",
    calling_code="61",
    trunk="0",
    first_names=("Charlotte", "Jack", "Matilda", "Noah", "Ruby", "Lachlan", "Mia", "Angus", "Thuy"),
    last_names=("Nguyen", "Williams", "Kelly", "Campbell", "Ryan", "Murphy", "Thompson", "White"),
    cities=(
        ("Sydney", "New South Wales", "2000"),
        ("Melbourne", "VIC", "3000"),
        ("Brisbane", "QLD", "4000"),
        ("Perth", "Western Australia", "6000"),
    ),
    ranges=tuple(
        Range(area, "5550", width=4, first=0, size=10_000) for area in ("2", "3", "7", "8")
    ),
)

COUNTRIES = (_US, _DE, _GB, _FR, _AU)


def number(country: Country, ranges: tuple[Range, ...], index: int) -> str | None:
    """Give the ``index``-th number of the ranges, or None where they are used up.

    >>> number(COUNTRIES[0], COUNTRIES[0].ranges, 0)
    '+1 212 5550100'
    """
    picked = ranges[index % len(ranges)]
    offset = index // len(ranges)
    if offset >= picked.size:
        return None
    rest = f"{picked.start}{picked.first + offset:0{picked.width}d}"
    return f"+{country.calling_code} {picked.area} {rest}"
