"""Values of the JSON model in Python: numbers, folded texts, keys, instants."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dataout.app.state import memory_engine
from dataout.ticks.instants import instant_of
from dataout.ticks.values import (
    distinct_key,
    folded,
    is_present,
    millionths_of,
    number_of,
    order_key,
    read_json,
    value_at,
)

BERLIN = ZoneInfo("Europe/Berlin")
SURROGATES = range(0xD800, 0xE000)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.1", "0.1"),
        ("-0.0", "0"),
        ("2.5000005", "2.5"),
        ("2.5000015", "2.500002"),
        ("-2.5000005", "-2.5"),
        ("1e-400", "0"),
        ("1e400", None),
        ("1e20", None),
        ("12345678901234567890.5", "12345678901234567000"),  # a double has no more digits
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709552000"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775809", "-9223372036854776000"),
        ("99999999999999999999", None),  # the double beside it is 10^20
        ("9" * 5_000, None),
        ("123456789.0000005", "123456789"),
        ("100000000.1234565", "100000000.123456"),
        ('"2.50"', "2.5"),
        ('"1.00000050000000000000000000000000001"', "1.000001"),
        ('"99999999999999999999.9999994"', "99999999999999999999.999999"),
        ('"99999999999999999999.9999995"', None),
        ('"100000000000000000000"', None),
        ('"2."', None),
        ('"02"', None),
        ('"2e0"', None),
        ('"\u0662"', None),
        ('"2\\n"', None),
        ("true", None),
        ("null", None),
        ("[2]", None),
    ],
)
def test_numbers_as_json_says_them(text, number):
    expected = None if number is None else Decimal(number)
    assert number_of(read_json(text)) == expected
    assert millionths_of(read_json(text)) == (None if expected is None else expected * 10**6)


def test_numbers_that_were_computed_or_never_were_json():
    assert number_of(Decimal("2.5")) == Decimal("2.5")
    assert number_of(10**5_000) is None
    assert number_of(float("nan")) is None
    assert number_of(2**64) == Decimal(18446744073709552000)


def test_what_is_no_json_is_told():
    with pytest.raises(ValueError, match="Expecting"):
        read_json("{")


def test_the_last_of_two_equal_keys_counts():
    assert read_json('{"a": 1, "a": 2}') == {"a": 2}


def test_a_path_leads_through_objects():
    assert value_at({"a": {"b": [1]}}, ("a", "b")) == [1]
    assert value_at({"a": [{"b": 1}]}, ("a", "b")) is None
    assert value_at("ab", ("a",)) is None
    assert value_at(5, ()) == 5


def test_false_and_zero_are_there():
    assert all(map(is_present, (False, 0, 0.0, {}, [None], " ")))
    assert not any(map(is_present, (None, "", [])))


def test_folding_is_that_of_the_engine_for_every_sign():
    table = memory_engine().query(
        "SELECT folded(chr(CAST(n AS INTEGER))) AS folded FROM range(1, 1114112) AS numbers(n)"
        " WHERE n NOT BETWEEN 55296 AND 57343 ORDER BY n"
    )
    everything = (chr(number) for number in range(1, 0x110000) if number not in SURROGATES)
    assert list(map(folded, everything)) == table.column("folded").to_pylist()
    assert folded("ΑΣ ΑΣ") == "ασ ασ"


def test_keys_tell_values_apart():
    values = [5, 5.0, "5", "5.0", True, "true", "btrue", 0.1, "", None, [5], {}, float("inf")]
    assert [*map(distinct_key, values)] == [
        *("n5.000000", "n5.000000", "t5", "t5.0", "btrue", "ttrue", "tbtrue", "n0.100000"),
        *(None, None, None, None, None),
    ]
    assert [*map(order_key, values)] == [
        *("v5", "v5", "v5", "v5.0", "btrue", "vtrue", "vbtrue", "v0.1"),
        *(None, None, None, None, None),
    ]
    assert [order_key(n) for n in (0, -0.0, 100, 1e19, 2.50, -1e-7)] == [
        *("v0", "v0", "v100", "v10000000000000000000", "v2.5", "v0")
    ]


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-03-01T12:00:00Z", 1_772_366_400_000),
        ("2026-03-01t12:00:00,9999z", 1_772_366_400_999),
        ("2026-03-01 12:00:00+0130", 1_772_361_000_000),
        ("2026-03-01T12:00-01", 1_772_370_000_000),
        ("2026-03-01", 1_772_319_600_000),  # Berlin's midnight
        ("2026-03-29T02:30:00", 1_774_747_800_000),  # never was; 03:30 summer time
        ("2026-10-25T02:30:00", 1_792_888_200_000),  # was twice; the first
        (1_772_366_400, 1_772_366_400_000),
        (1_772_366_400.0009, 1_772_366_400_000),
        (-0.0001, -1),
        ("20260301", 20_260_301_000),
        ("1772366400.5", 1_772_366_400_500),
        (-2_208_988_800, -2_208_988_800_000),
        (-2_208_988_800.001, None),
        (7_258_118_399.999, 7_258_118_399_999),
        ("2200-01-01T00:00:00Z", None),
        ("2199-12-31T23:59:59.9999Z", 7_258_118_399_999),
        (1_772_366_400_000, None),
    ],
)
def test_instants(value, instant):
    assert instant_of(value, BERLIN) == instant


@pytest.mark.parametrize(
    "value",
    [
        *("2026-02-30", "2026-3-1", "2026-03-01T24:00:00Z", "2026-03-01T12:60Z"),
        *("2026-03-01T12:00.5Z", "2026-03-01T12:00:00.Z", "2026-03-01T12Z", "2026-03-01Z"),
        *("2026-03-01T12:00:00+24:00", " 2026-03-01", "2026-03-01\n", "٢٠٢٦-٠٣-٠١", "0000-01-01"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "today", ""),
        *(True, None, {}, ["2026-03-01"], float("inf")),
    ],
)
def test_what_is_no_instant(value):
    assert instant_of(value, BERLIN) is None
