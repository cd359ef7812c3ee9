"""Texts and numbers as instants, against Python's own datetime and zoneinfo."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from dataout.engines.duckdb import DuckDB
from dataout.model.times import parse_instant
from dataout.sql.instants import number_instant, text_instant, written_instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # skipped a whole day
    "Antarctica/Troll",  # two hours
    "Asia/Kolkata",
)


@pytest.fixture(scope="module")
def shared():
    engine = DuckDB()
    yield engine
    engine.close()


def read(engine, zone, texts):
    """Read texts in a session whose own zone must not matter."""
    engine.execute("SET TimeZone = 'America/Lima'")
    instant = text_instant(exp.column("t"), zone).sql("duckdb")
    rows = engine.query(f"SELECT {instant} AS at FROM (SELECT unnest($1) AS t)", [texts])
    return [row["at"] for row in rows.to_pylist()]


def of_wall(wall, zone):
    return (wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) - EPOCH) // MILLISECOND


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_around_every_clock_change(shared, zone):
    walls = [
        datetime(year, month, day, hour, minute)  # noqa: DTZ001 - wall-clock times
        for year in (1980, 1999, 2011, 2024, 2031)
        for month in range(1, 13)
        for day in range(1, 29)
        for hour in (0, 1, 2, 3)
        for minute in (0, 30)
    ] + [datetime(2011, 12, 30, 5)]  # noqa: DTZ001
    found = read(shared, zone, [wall.isoformat(" ") for wall in walls])
    assert found == [of_wall(wall, zone) for wall in walls]


def test_a_time_that_is_skipped_moves_forward_one_that_is_doubled_is_the_first(shared):
    berlin = read(shared, "Europe/Berlin", ["2024-03-31T02:30:00", "2024-10-27T02:30:00"])
    utc = read(shared, "UTC", ["2024-03-31T01:30:00", "2024-10-27T00:30:00"])
    assert berlin == utc


walls = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30))  # noqa: DTZ001
offsets = st.sampled_from(["", "Z", "+02", "-0330", "+14:00", "-00:00"])


@given(
    st.lists(st.tuples(walls, st.sampled_from("T "), offsets), max_size=20), st.sampled_from(ZONES)
)
def test_any_time_of_three_centuries(shared, written, zone):
    texts = [wall.isoformat(sep) + offset for wall, sep, offset in written]
    exact = [parse_instant(text, ZoneInfo(zone)) for text in texts]
    assert None not in exact
    assert read(shared, zone, texts) == exact


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-01-01", "2026-01-01T00:00:00Z"),
        ("2026-01-01T10:00", "2026-01-01T10:00:00Z"),
        ("2026-01-01t10:00:00,5z", "2026-01-01T10:00:00.5Z"),
        ("2026-01-01T10:00:00.1239999999", "2026-01-01T10:00:00.123Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("2026-01-01T10:00:00.000000000000000001+02:00", "2026-01-01T08:00:00Z"),
    ],
)
def test_spellings(shared, text, same):
    [found, expected] = read(shared, "UTC", [text, same])
    assert found == expected is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "infinity",
        "epoch",
        "2026-02-30",
        "2026-13-01",
        "2026-1-1",
        "20260101",
        "2026-01-01T24:00:00",
        "2026-01-01T10:60",
        "2026-01-01T10:00:60Z",
        "2026-01-01+02:00",
        "2026-01-01T10:00:00+25:00",
        "2026-01-01T10:00:00Z\n",
        "2026-01-01T10:00:00 Europe/Berlin",
        "２０２６-01-01",
        "1767225600",
        None,
    ],
)
def test_what_is_no_time_is_null(shared, text):
    for zone in ("UTC", "Europe/Berlin"):
        assert read(shared, zone, [text, "2026-01-01"])[0] is None


@given(st.lists(st.text(st.sampled_from("0123456789-T:.,Zz+ eé\x00"), max_size=30), max_size=20))
def test_no_text_raises(shared, texts):
    for zone in ("UTC", "Europe/Berlin"):
        assert len(read(shared, zone, [*texts, "2026-01-01"])) == len(texts) + 1


@pytest.mark.parametrize(
    ("number", "unit", "instant"),
    [
        ("0", "s", 0),
        ("1767225600", "s", 1_767_225_600_000),
        ("1767225600.1239", "s", 1_767_225_600_123),
        ("-1.0005", "s", -1_001),
        ("99999999999", "s", 99_999_999_999_000),
        ("100000000000", "s", None),
        ("1767225600000", "s", None),
        ("1767225600000", "ms", 1_767_225_600_000),
        ("1767225600000.9", "ms", 1_767_225_600_000),
        ("100000000000000", "ms", None),
    ],
)
def test_numbers(shared, number, unit, instant):
    cast = exp.cast(exp.Literal.number(number), "DECIMAL(38, 12)")
    [row] = shared.query(f"SELECT {number_instant(cast, unit).sql('duckdb')} AS at").to_pylist()
    assert row["at"] == instant
    written = written_instant(exp.Literal.string(number), "UTC", unit).sql("duckdb")
    assert shared.query(f"SELECT {written} AS at").to_pylist() == [{"at": instant}]


@given(st.decimals(-(10**10), 10**10, places=6))
def test_seconds_are_cut_to_the_millisecond_before(shared, seconds):
    instant = number_instant(exp.cast(exp.column("n"), "DECIMAL(38, 12)"), "s").sql("duckdb")
    [row] = shared.query(
        f"SELECT {instant} AS at FROM (SELECT $1 AS n)", [str(seconds)]
    ).to_pylist()
    assert row["at"] == int((seconds * 1000).to_integral_value(rounding="ROUND_FLOOR"))


def test_null_is_null(shared):
    nothing = written_instant(exp.null(), "UTC", "s").sql("duckdb")
    assert shared.query(f"SELECT {nothing} AS at").to_pylist() == [{"at": None}]
