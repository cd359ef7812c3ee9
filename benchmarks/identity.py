"""A million people's identifiers, prepared for Meta and Google: from cold, and after a few changed.

Call: python benchmarks/identity.py [--json] [--quick]. Prints each figure beside what it must
reach; exit 1 if one misses. The people are made up, the same each time: addresses of which half are
at Gmail, phones of four countries in the spellings that people use, names, countries; three in a
hundred of the addresses and phones are rubbish. `--quick` takes a quarter of them, and a quarter of
the time.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from evaluate import Figure, _figure, _print, _seconds

from dataout.app.state import open_engine
from dataout.audiences.identify import Identification, identify
from dataout.definitions.identifiers import identifiers_of
from dataout.engines.duckdb import DuckDB
from dataout.identity.normalize import normalize
from dataout.model.people import Instant

MILLION = 1_000_000
PLATFORMS = ("meta", "google")
FIELDS = ("email", "phone", "first_name", "last_name", "country", "external_id")
REGION = "DE"
FIRST, LATER = Instant(2_000), Instant(4_000)
LOOKED_AT = 5_000
SYLLABLES = (
    "['an', 'ber', 'cor', 'da', 'el', 'fi', 'gu', 'ha', 'il', 'jo', 'ka', 'lu', 'mé', 'no', 'ö']"
)

PEOPLE = "INSERT INTO profiles SELECT i + 1, 'customer-' || i FROM range({many}) AS t(i)"
VALUES = f"""
  INSERT INTO attributes (slot, name, value, set_at, received_at, landing)
  WITH syllable AS (SELECT {SYLLABLES} AS s),
  drawn AS (
    SELECT
      i,
      CAST(hash(i, {{seed}}) >> 24 AS BIGINT) AS h,
      CAST(hash(i, {{seed}} + 1) >> 24 AS BIGINT) AS g,
      ['US', 'United Kingdom', 'DE', 'fr'][CAST(i % 10 AS INTEGER) // 3 + 1] AS country
    FROM range({{many}}) AS t(i)
    WHERE i % {{every}} = 0
  ),
  named AS (
    SELECT
      *,
      s[h % 15 + 1] || s[h // 15 % 15 + 1] || s[h // 225 % 7 + 1] AS first_name,
      s[g % 15 + 1] || s[g // 15 % 15 + 1] || s[g // 225 % 15 + 1]
        || s[g // 3375 % 15 + 1] AS last_name
    FROM drawn, syllable
  ),
  valued AS (
    SELECT
      i,
      country,
      upper(first_name[1]) || first_name[2:] AS first_name,
      CASE WHEN g % 50 = 0 THEN 'O''' ELSE '' END || upper(last_name[1]) || last_name[2:]
        || CASE WHEN g % 90 = 0 THEN ', Jr.' ELSE '' END AS last_name,
      CASE
        WHEN h % 100 = 0 THEN 'n/a'
        WHEN h % 100 = 1 THEN 'noreply@shop.example.com'
        WHEN h % 100 = 2 THEN last_name || '@'
        ELSE CASE WHEN g % 50 = 7 THEN ' ' ELSE '' END || upper(left(mail, 1)) || mail[2:] || i
      END AS email,
      CASE
        WHEN g % 100 = 0 THEN '000000000'
        WHEN g % 100 = 1 THEN '12'
        WHEN g % 100 = 2 THEN 'call me'
        WHEN country = 'US'
          THEN printf('+1 (%d) %03d-%04d', 212 + h % 2 * 203, 200 + h % 300, g % 10000)
        WHEN country = 'United Kingdom' THEN printf('0740%d %06d', h % 10, g % 1000000)
        WHEN country = 'DE' THEN printf('0151 2%07d', h % 10000000)
        ELSE printf('06 %02d %02d %02d %02d', h % 80, g % 100, h // 100 % 100, g // 100 % 100)
      END AS phone
    FROM (
      SELECT *, translate(first_name || '.' || last_name, 'éö', 'eo') AS mail FROM named
    )
  ),
  complete AS (
    SELECT
      * REPLACE (
        CASE
          WHEN email NOT LIKE '%.%' OR email LIKE '%@%' THEN email
          WHEN i % 2 = 0 THEN email || '+shop@Gmail.com'
          ELSE email || '@example' || i % 40 || '.com'
        END AS email
      )
    FROM valued
  )
  SELECT i + 1, field, CAST(value AS VARIANT), {{at}}, {{at}}, {{landing}} + row_number() OVER ()
  FROM (UNPIVOT complete ON {{fields}} INTO NAME field VALUE value)
"""
BARE = "SELECT max(sha256(raw)) AS m FROM addresses"
OURS = """
  SELECT
    max(CASE WHEN clean_address(raw, small) THEN quick_form('email', small, {gmail}, TRUE) END) AS m
  FROM (SELECT raw, lower(raw) AS small FROM addresses)
"""


def main() -> int:
    """Measure, print, judge."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--quick", action="store_true", help="250,000 people only")
    chosen = arguments.parse_args()
    figures = list(_measured(MILLION // 4 if chosen.quick else MILLION))
    if chosen.json:
        print(json.dumps({"figures": figures}))
    else:
        _print(figures)
    return 0 if all(figure["ok"] for figure in figures) else 1


def _measured(people: int) -> Iterator[Figure]:
    identification = Identification(identifiers_of({}), REGION)
    part = people / MILLION
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "state")
        try:
            engine.execute(PEOPLE.format(many=people))
            _arrive(engine, people, 1, FIRST - 1, "email, phone, first_name, last_name, country")
            engine.execute("CREATE OR REPLACE TEMP TABLE people AS SELECT slot FROM profiles")

            def prepare(at: Instant) -> float:
                return _seconds(lambda: identify(engine, identification, PLATFORMS, at))

            yield _figure(f"{people:,} people, cold (s)", prepare(FIRST), 30 * part)
            yield _figure("nothing changed (s)", prepare(FIRST), None)
            _arrive(engine, people, 100, LATER - 1, "email, phone, last_name")
            yield _figure("1 % changed (s)", prepare(LATER), 3 * part)
            yield from _hashing(engine)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            yield _figure("peak memory (MiB)", peak, 2 * 1024)
            yield _figure("identifiers of use (%)", _of_use(engine), None)
            yield _figure(f"differing from normalize, of {LOOKED_AT:,} people", _wrong(engine), 0)
        finally:
            engine.close()


def _arrive(engine: DuckDB, people: int, every: int, at: int, fields: str) -> None:
    """Let each so-many-th person's values arrive."""
    landing = engine.query("SELECT coalesce(max(landing), 0) AS n FROM attributes").to_pylist()
    engine.execute(
        VALUES.format(
            many=people, every=every, seed=at, at=at, fields=fields, landing=landing[0]["n"]
        )
    )


def _hashing(engine: DuckDB) -> Iterator[Figure]:
    """Compare hashing addresses, normalization included, with bare hashing of the same column."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE addresses AS "
        "SELECT text_of(value) AS raw FROM attributes WHERE name = 'email'"
    )
    bare = min(_processor_seconds(engine, BARE) for _ in range(5))
    for name, gmail, must in (("Meta", "FALSE", 2), ("Google", "TRUE", 3)):
        ours = min(_processor_seconds(engine, OURS.format(gmail=gmail)) for _ in range(5))
        yield _figure(f"addresses hashed for {name} / bare sha256() (s/s)", ours / bare, must)


def _processor_seconds(engine: DuckDB, query: str) -> float:
    started = time.process_time()
    engine.query(query)
    return time.process_time() - started


def _of_use(engine: DuckDB) -> float:
    counted = "SELECT 100 * count(sent) / count(*) AS share FROM prepared"
    return float(engine.query(counted).to_pylist()[0]["share"])


def _wrong(engine: DuckDB) -> int:
    """Count the values of some people that are not what ``normalize`` makes of the raw ones."""
    asked = f"""
      SELECT
        p.platform, p.field, p.sent, p.reason, c.country,
        coalesce(v.raw, (SELECT profile_id FROM profiles WHERE slot = p.slot)) AS raw
      FROM prepared AS p
      SEMI JOIN (SELECT slot FROM profiles ORDER BY hash(slot) LIMIT {LOOKED_AT}) AS s USING (slot)
      LEFT JOIN newest AS v ON v.slot = p.slot AND v.name = p.field
      LEFT JOIN (SELECT slot, raw AS country FROM newest WHERE name = 'country') AS c
        ON c.slot = p.slot
    """
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE newest AS "
        "SELECT slot, name, arg_max(text_of(value), set_at) AS raw FROM attributes GROUP BY ALL"
    )
    rows = engine.query(asked).to_pylist()
    if len(rows) < LOOKED_AT:
        raise AssertionError
    return sum(
        (row["sent"], row["reason"]) != (answer.sent, answer.reason)
        for row in rows
        for answer in (
            normalize(
                row["platform"], row["field"], row["raw"], country=row["country"], region=REGION
            ),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
