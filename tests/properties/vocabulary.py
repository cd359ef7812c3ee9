"""Small vocabularies, so that what is drawn from them collides; the simplest words stand first."""

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WINDOWS = {
    "1ms": 1,
    "2s": 2_000,
    "90m": 90 * MINUTE,
    "4h": 4 * HOUR,
    "1d": DAY,
    "7d": 7 * DAY,
    "5w": 35 * DAY,
}
"""Shortest first, in milliseconds."""

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
ANCHORS = (
    "2026-03-01T12:00:00.000Z",
    "2026-03-29T01:00:00.000Z",
    "2026-10-25T00:30:00.001Z",
    "2024-02-29T00:00:00.000Z",
    "2024-03-01T05:00:00.000Z",
    "2026-03-08T07:00:00.000Z",
    "2026-04-04T15:00:00.000Z",
    "2026-10-03T15:30:00.000Z",
    "1970-01-01T00:00:00.000Z",
)
"""An ordinary noon; Berlin's clocks going forward and back; a leap day, and the morning after in
New York; its clocks going forward; those of Lord Howe, by half an hour, back and forward; the
epoch itself."""

PROFILES = ("ann", "bob", "ann", "bob", "Ann", "O'Dee 🛒", "5")
EVENTS = ("purchase", "visit", "Purchase", "it's 🛒")
LISTS = ("vips", 'the "blocked" ones')
ATTRIBUTES = ("country", "score", "Score", "born", "tags", "home", "odd'key")
ATTRIBUTE_PATHS = (*ATTRIBUTES[:5], "odd'key", "home", "home.city", "home.at.lat")
PROPERTIES = ("total", "sku", "TOTAL", "when", "tags", "item", 'we"ird 🧺')
PROPERTY_PATHS = (*PROPERTIES[:5], 'we"ird 🧺', "item", "item.city", "item.at.lat")
UNKNOWN = ("other", "not", "all", "", "a.b", "event_time", "item.city", "$", "a b")
"""Keys that the data holds and no segment asks for."""

WORDS = (
    *("DE", "de", "", " ", "DEU", "e", "Straße", "STRASSE", "É", "E\u0301", "🛒", "O'Brien"),
    *('say "hi"', "50%_off", "back\\slash", "line\nbreak", "null", "true", "false", "True"),
    *(
        "[1]",
        "{}",
        "NaN",
        "inf",
        "hi",
        "today",
        "\uffee",
        "ΟΔΟΣ",
        "οδος",
        "1899-12-31",
        "2200-01-01",
    ),
)
NUMERALS = (
    *("5", "5.0", "05", "+5", "5e0", "-0", "9", "10", "2.50", " 5", "5.", "0.0000005"),
    *("99999999999999999999", "100000000000000000000", "1" * 40, "1772366400", "2026"),
)
NUMBERS = (
    *(5, 0, 1, -1, 2, 3, 5.0, 9, 10, 2.5, -2.5, -0.0, 0.1, 0.2, 0.3, 0.30000000000000004),
    *(5e-7, 1.5e-6, 2.5e-6, -2.5e-6, 1e-30, 1234.5678905, 2**53 + 1, 2**63 - 1, -(2**63)),
    *(2**64 - 1, 1e15, 1.5e16, 1e19, 9e19),
)
AMOUNTS = (5, 0, 1, -1, 2, 3, 2.5, 5.0, 0.1, 0.2, "5", "5.0", "2", "05", "0.1", True, None, 5e-7)
CODES = ("DE", "de", "5", 5, "true", "", "O'Brien", "Straße", "ΟΔΟΣ", "οδος", "DEU", "🛒")
NUMBER_OF = {"5": 5, "5.0": 5, "2": 2, "05": 5, "+5": 5, "5e0": 5, "0.1": 0.1, "10": 10, "9": 9}
"""What somebody may have meant by a text; where the spelling is not plain, it does not count."""

TOO_MUCH = (1e20, -1e20, 1e300)
PATTERNS = (
    *("^D", "e$", "(?i)de", r"\d+", ".", "^$", "S+|ß", r"\bhi\b", "[[:upper:]]", "🛒", "line.b"),
    *("O'B", "%", r"\\", r"\D", r"^\s*$", "É"),
)
ORDER = ("is", "gte", "lte", "gt", "lt")
TEXT_TESTS = ("contains", "not_contains", "starts_with", "ends_with")
