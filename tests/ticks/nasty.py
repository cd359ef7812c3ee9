"""JSON values that are hard to read, as texts: what Python would write is only a part of them."""

import json
from dataclasses import dataclass

from tests.properties import strategies as base
from tests.properties.vocabulary import WORDS


@dataclass(frozen=True)
class Spelled:
    """A number in a spelling of its own."""

    text: str


NUMBERS = tuple(
    map(
        Spelled,
        (
            *("-0", "-0.0", "0e0", "1E5", "1e-7", "5e-07", "1e400", "-1e400", "1e-400", "5e-324"),
            *("12345678901234567890.5", "9007199254740993.0", "0.30000000000000004", "1e15"),
            *("18446744073709551615", "18446744073709551616", "-9223372036854775808"),
            *("-9223372036854775809", "99999999999999999999", "99999999999999983616", "1e20"),
            *("99999999999999990000.5", "-99999999999999990000", "1" * 400, "-" + "9" * 25),
            *("2.5000005", "2.5000015", "-2.5000005", "1234567890.1234565", "123456789.0000005"),
            *("999999999.9999995", "1000000000.0000005", "4503599627370497.5", "1e9", "5.0"),
            *("99999999999", "100000000000", "99999999999.9999", "-2208988800", "-2208988800.001"),
            *("7258118399.999", "7258118400", "1772366399.9999999", "1700000000000"),
            *("1.0000000000000000000000000001", "0.1", "0.10", "1e0", "17"),
        ),
    )
)
NUMERALS = (
    *("-5", "-0.0", "-0.5", "00", "0", "0.0", ".5", "1.", "1e5", "1,5", "٥", "５", "5\n"),
    *("\t5", "--5", "1_0", "0x5", "5 ", "١.5"),
    *("2.5000005", "2.5000015", "-2.5000005", "0.0000015", "0.9999995", "0.99999949999999999"),
    *("12345678901234567890.1234565", "12345678901234567890.12345650000000001", "1" * 21),
    *("99999999999999999999.999999", "18446744073709551616", "1" * 40 + ".5", "0." + "1" * 17),
    *("99999999999.9999999", "100000000000", "-2208988800.0005", "7258118399.9999999", "17.0"),
)
TIMES = (
    *("2026-03-29T02:30:00", "2026-03-29 02:00", "2026-03-29T03:00:00", "2026-10-25T02:30:00"),
    *("2026-10-25T02:30:00.999999999", "2026-10-25t02:30:00z", "2026-03-08T02:30"),
    *("2026-11-01 01:30", "2026-04-05T01:45:00", "2026-04-05 02:00:00", "2026-10-04T02:15:00"),
    *("2026-10-04", "1900-01-01", "1900-01-01T00:00:00Z", "1899-12-31T23:59:59.999Z"),
    *("2199-12-31T23:59:59.9999Z", "2200-01-01T00:00:00+00:00", "2199-12-31T23:59:59-01"),
    *("0000-01-01", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+23:59"),
    *("9999-12-31T23:59:59-23:59", "2026-02-30", "2026-13-01", "2026-00-10", "2024-02-29"),
    *("2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z", "2026-03-01T12Z", "2026-03-01T12:00:60Z"),
    *("2026-03-01T12:00.5Z", "2026-03-01T12:00:00,5Z", "2026-03-01T12:00Z", "2026-3-1"),
    *("2026-03-01T12:00:00.Z", "2026-03-01T12:00:00+0530", "2026-03-01T12:00:00+5"),
    *("2026-03-01T12:00:00+24:00", "2026-03-01T12:00:00+05:60", "2026-03-01T12:00:00 Z"),
    *("2026-03-01T12:00:00-00:00", "2026-03-01 12:00:00+02", " 2026-03-01", "2026-03-01\n"),
    *("2026-03-01 ", "20260301", "٢٠٢٦-٠٣-٠١", "2026-W09-7", "+2026-03-01", "2026-03-01Z"),
)
TEXTS = (
    *("İ", "ı", "I", "ǅ", "ﬁ", "ß", "ẞ", "Ϊ́", "K", "ſ", "ΑΣ", "ας", "Ⅷ", "Ꭰ", "𐐀"),
    *("\u00ad", "\ufeff", "a\x00B", "\x00", "TRUE", "FALSE", " true", "tRuE", "e\u0301"),
    *("\u2028", "\r\n", "\x85", "\U0010ffff", "De", "dE", "\uffff", "😀", "A" * 300),
    *("'", "''", '"', "\\", "%", "_", "{}", "[]", "NULL"),
)


def scalar(dice, scene):
    match dice.upto(0, 5):
        case 0:
            return dice.pick(NUMBERS)
        case 1:
            return dice.pick(NUMERALS)
        case 2:
            return dice.pick(TIMES)
        case 3:
            return dice.pick((*TEXTS, *WORDS))
        case _:
            return base.value(dice, scene)


def usual(dice, scene, name):
    """Draw what a property may hold: half of the time what it usually does."""
    match dice.upto(0, 9):
        case 0 | 1 | 2:
            return scalar(dice, scene)
        case 3:
            return [scalar(dice, scene) for _ in range(dice.upto(0, 3))]
        case 4:
            return [thing(dice, scene) if dice.chance(2) else scalar(dice, scene) for _ in range(3)]
        case _:
            return base.usual(dice, scene, name)


def thing(dice, scene):
    """Draw an object as the elements of lists are."""
    names = dice.several(("price", "sku", "city", "at", ""), 0, 3)
    # An object with one key, the empty one, turns into a list where the engine unpacks a list.
    return {name: usual(dice, scene, name) for name in names if names != [""]}


def properties(dice, scene, names):
    held = {name: usual(dice, scene, name) for name in dice.several(names, 2, len(names))}
    return held | ({"items": [thing(dice, scene) for _ in range(dice.upto(0, 3))]})


def written(value):
    """Write a value as JSON."""
    match value:
        case Spelled(text):
            return text
        case dict():
            parts = (f"{json.dumps(key)}: {written(each)}" for key, each in value.items())
            return "{" + ", ".join(parts) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
