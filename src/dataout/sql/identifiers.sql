-- people: the profiles whose identifiers are needed
CREATE OR REPLACE TEMP TABLE people AS SELECT DISTINCT slot FROM funnel WHERE step = 'desired';

-- everybody: as if all profiles were desired that are not deleted
CREATE OR REPLACE TEMP TABLE people AS
SELECT slot FROM profiles
WHERE slot NOT IN (
  SELECT slot FROM (
    SELECT slot, arg_max(deleted, (set_at, received_at, landing)) AS deleted
    FROM deletions WHERE set_at <= $now GROUP BY slot
  )
  WHERE deleted
);

-- other_rules: values that other rules prepared are of no use
DELETE FROM prepared_values WHERE rules <> $rules;

-- seen: up to where the prepared identifiers go: by which settings, as of when, what had arrived
SELECT settings, "at", attributes, merges FROM prepared_up_to;

-- forget_everybody: by other settings everybody is prepared anew
DELETE FROM prepared_of;

-- outdated: whom data that arrived since, or the time that passed, may give other values
-- Time may also go back, to explain what was.
CREATE OR REPLACE TEMP TABLE outdated AS
SELECT slot FROM attributes
WHERE
  landing > $attributes
  OR (set_at > least($was, $now) AND set_at <= greatest($was, $now))
UNION
SELECT unnest([was, became]) FROM merges WHERE landing > $merges;

-- forget_outdated: their identifiers are prepared anew, when they are needed
DELETE FROM prepared_of WHERE slot IN (SELECT slot FROM outdated);

-- forget_seen: one row says up to where
DELETE FROM prepared_up_to;

-- seen_now: all that has arrived
INSERT INTO prepared_up_to
SELECT
  $settings,
  $now,
  (SELECT coalesce(max(landing), 0) FROM attributes),
  (SELECT coalesce(max(landing), 0) FROM merges);

-- stale: who of the people needed is not up to date at one of the platforms, in groups of $rows
CREATE OR REPLACE TEMP TABLE stale AS
SELECT p.slot, (row_number() OVER () - 1) // $rows AS "group"
FROM people AS p
ANTI JOIN (
  SELECT slot FROM prepared_of
  WHERE platform IN (SELECT unnest($platforms))
  GROUP BY slot HAVING count(*) = len($platforms)
) AS o ON o.slot = p.slot;

-- groups: how many groups there are
SELECT count(DISTINCT "group") AS groups FROM stale;

-- batch: one group of them
CREATE OR REPLACE TEMP TABLE batch AS SELECT slot FROM stale WHERE "group" = $group;

-- raw_identifiers: the raw values of a batch, in order of preference, each with the place by which it is read
-- Quick ones are clean addresses and ids: their forms take no more than lower case.
CREATE OR REPLACE TEMP TABLE raw_identifiers (
  slot INTEGER,
  field VARCHAR,
  position INTEGER,
  hashed VARCHAR,
  raw VARCHAR,
  place VARCHAR,
  quick BOOLEAN,
  key UHUGEINT
);

-- no_countries: where each person is
CREATE OR REPLACE TEMP TABLE countries (slot INTEGER, code VARCHAR);

-- from_attribute: the newest text or number that an attribute holds
INSERT INTO raw_identifiers
SELECT
  r.slot,
  $field,
  $position,
  $hashed,
  r.raw,
  CASE WHEN $placed THEN coalesce(c.code, $region) ELSE '' END,
  r.quick,
  CASE WHEN r.quick THEN 0 ELSE md5_number(r.raw) END
FROM (
  SELECT
    slot,
    CASE WHEN quick AND $clean = 'address' THEN small ELSE raw END AS raw,
    quick
  FROM (
    SELECT
      *,
      CASE $clean WHEN 'address' THEN clean_address(raw, small) WHEN 'id' THEN clean_id(raw) ELSE FALSE END
        AS quick
    FROM (
      SELECT
        slot,
        newest.raw AS raw,
        CASE WHEN $clean = 'address' THEN lower(newest.raw) END AS small
      FROM (
        SELECT
          a.slot,
          arg_max(
            struct_pack(
              raw := CASE
                WHEN variant_typeof(a.value) = 'DOUBLE'
                  THEN regexp_replace(
                    CAST(try_cast(scalar_of(a.value) AS DOUBLE) AS VARCHAR), '\.0$', ''
                  )
                WHEN is_number(a.value) THEN CAST(try_cast(scalar_of(a.value) AS HUGEINT) AS VARCHAR)
                ELSE text_of(a.value)
              END
            ),
            struct_pack(set_at := a.set_at, received_at := a.received_at, landing := a.landing)
          ) AS newest
        FROM attributes AS a
        JOIN batch AS b ON b.slot = a.slot
        WHERE a.name = $name AND a.set_at <= $now
        GROUP BY a.slot
      )
    )
    WHERE raw IS NOT NULL AND trim(raw) <> ''
  )
) AS r
LEFT JOIN countries AS c ON $placed AND c.slot = r.slot;

-- from_profile_id: the profile's own name in the project
INSERT INTO raw_identifiers
SELECT
  p.slot,
  $field,
  $position,
  $hashed,
  p.profile_id,
  CASE WHEN $placed THEN coalesce(c.code, $region) ELSE '' END,
  $clean = 'id' AND clean_id(p.profile_id),
  md5_number(p.profile_id)
FROM batch AS b
JOIN profiles AS p ON p.slot = b.slot
LEFT JOIN countries AS c ON $placed AND c.slot = p.slot
WHERE NOT starts_with(p.profile_id, 'anonymous_id:');

-- raw_countries: the distinct spellings of countries
SELECT DISTINCT raw FROM raw_identifiers WHERE field = 'country' AND hashed = '' ORDER BY raw;

-- no_country_codes: the working table of countries by their spellings
CREATE OR REPLACE TEMP TABLE country_codes (raw VARCHAR, code VARCHAR);

-- countries: by the first spelling that names a country
CREATE OR REPLACE TEMP TABLE countries AS
SELECT r.slot, arg_min(c.code, r.position) AS code
FROM raw_identifiers AS r
JOIN country_codes AS c ON c.raw = r.raw
WHERE r.field = 'country' AND r.hashed = ''
GROUP BY r.slot;

-- no_forms: the working table of what each platform's rules make of each field
CREATE OR REPLACE TEMP TABLE forms (
  platform VARCHAR,
  field VARCHAR,
  hashed VARCHAR,
  form VARCHAR,
  gmail BOOLEAN,
  digest BOOLEAN,
  quick BOOLEAN,
  single BOOLEAN
);

-- missing: values that were never prepared in every form in which they are needed
CREATE OR REPLACE TEMP TABLE missing AS
SELECT row_number() OVER () AS number, *
FROM (
  SELECT f.field, f.hashed, f.place, f.key, any_value(f.raw) AS raw
  FROM raw_identifiers AS f
  JOIN forms AS m ON m.field = f.field AND m.hashed = f.hashed
  ANTI JOIN prepared_values AS v ON v.form = m.form AND v.place = f.place AND v.key = f.key
  WHERE NOT (f.quick AND m.quick)
  GROUP BY f.field, f.hashed, f.place, f.key
);

-- missing_page: so many of them at a time
SELECT number, field, hashed, place, raw FROM missing
WHERE number > $after AND number <= $after + $rows;

-- no_answers: the working table of what Python made of a page
CREATE OR REPLACE TEMP TABLE answers (number BIGINT, form VARCHAR, sent VARCHAR, reason VARCHAR);

-- answered: keep it, each form once
INSERT INTO prepared_values
SELECT $rules, a.form, m.place, m.key, a.sent, a.reason
FROM answers AS a
JOIN missing AS m ON m.number = a.number
ANTI JOIN prepared_values AS v ON v.form = a.form AND v.place = m.place AND v.key = m.key;

-- forget_former: what was prepared before
DELETE FROM prepared WHERE platform = $platform AND slot IN (SELECT slot FROM batch);

-- forget_up_to_date: and that it was
DELETE FROM prepared_of WHERE platform = $platform AND slot IN (SELECT slot FROM batch);

-- prepare_quick: clean values of fields with one origin
INSERT INTO prepared
SELECT $platform, f.slot, f.field, quick_form(f.field, f.raw, m.gmail, m.digest), NULL
FROM raw_identifiers AS f
JOIN forms AS m ON m.platform = $platform AND m.field = f.field AND m.hashed = f.hashed
WHERE m.single AND f.quick AND m.quick;

-- prepare_single: other values of fields with one origin
INSERT INTO prepared
SELECT $platform, f.slot, f.field, v.sent, v.reason
FROM raw_identifiers AS f
JOIN forms AS m ON m.platform = $platform AND m.field = f.field AND m.hashed = f.hashed
JOIN prepared_values AS v ON v.form = m.form AND v.place = f.place AND v.key = f.key
WHERE m.single AND NOT (f.quick AND m.quick);

-- prepare_first: of fields with several origins the first usable value
INSERT INTO prepared
SELECT
  $platform,
  f.slot,
  f.field,
  arg_min(f.sent, f.position) FILTER (WHERE f.sent IS NOT NULL),
  arg_min(f.reason, f.position) FILTER (WHERE f.reason IS NOT NULL)
FROM (
  SELECT
    f.slot,
    f.field,
    f.position,
    CASE WHEN f.quick AND m.quick THEN quick_form(f.field, f.raw, m.gmail, m.digest) ELSE v.sent END
      AS sent,
    v.reason
  FROM raw_identifiers AS f
  JOIN forms AS m ON m.platform = $platform AND m.field = f.field AND m.hashed = f.hashed
  LEFT JOIN prepared_values AS v
    ON NOT (f.quick AND m.quick) AND v.form = m.form AND v.place = f.place AND v.key = f.key
  WHERE NOT m.single
) AS f
GROUP BY f.slot, f.field;

-- up_to_date: who has been prepared for
INSERT INTO prepared_of SELECT $platform, slot FROM batch;

-- forget_people: nothing that was prepared of some people stays
DELETE FROM prepared WHERE slot IN (SELECT unnest($slots));

-- forget_that: nor that it was
DELETE FROM prepared_of WHERE slot IN (SELECT unnest($slots));

-- forget_values: nor any prepared value: whose it is, is not known; others' are prepared again
DELETE FROM prepared_values;

-- desired_people: the people that one audience wants
CREATE OR REPLACE TEMP TABLE people AS
SELECT DISTINCT slot FROM funnel WHERE step = 'desired' AND audience = $audience;

-- reached: who of them has a usable key at a platform
CREATE OR REPLACE TEMP TABLE reached AS
SELECT DISTINCT p.slot
FROM prepared AS p
SEMI JOIN people AS w ON w.slot = p.slot
WHERE p.platform = $platform AND p.sent IS NOT NULL AND list_contains($keys, p.field);

-- reached_people: how many they are
SELECT (SELECT count(*) FROM people) AS people, (SELECT count(*) FROM reached) AS usable;

-- by_field: how many have which field
SELECT p.field, count(p.sent) AS usable, count(*) - count(p.sent) AS unusable
FROM prepared AS p
SEMI JOIN people AS w ON w.slot = p.slot
WHERE p.platform = $platform AND list_contains($fields, p.field)
GROUP BY p.field;

-- by_reason: why values are of no use, and whom nothing else makes up for
SELECT
  p.reason,
  count(DISTINCT p.slot) AS people,
  count(DISTINCT p.slot) FILTER (WHERE r.slot IS NULL AND list_contains($keys, p.field)) AS lost
FROM prepared AS p
SEMI JOIN people AS w ON w.slot = p.slot
LEFT JOIN reached AS r ON r.slot = p.slot
WHERE p.platform = $platform AND list_contains($fields, p.field) AND p.sent IS NULL
GROUP BY p.reason
ORDER BY people DESC, p.reason;

-- picked: a few values of no use for each reason, other people's each
CREATE OR REPLACE TEMP TABLE picked AS
SELECT p.slot, p.field, p.reason
FROM prepared AS p
SEMI JOIN people AS w ON w.slot = p.slot
WHERE p.platform = $platform AND list_contains($fields, p.field) AND p.sent IS NULL
QUALIFY row_number() OVER (PARTITION BY p.reason ORDER BY p.slot) <= 4 * $most;

-- picked_batch: whose raw values are gathered for that
CREATE OR REPLACE TEMP TABLE batch AS SELECT DISTINCT slot FROM picked;

-- examples: their raw values, the preferred ones
SELECT p.reason, arg_min(r.raw, r.position) AS raw
FROM picked AS p
JOIN raw_identifiers AS r ON r.slot = p.slot AND r.field = p.field
GROUP BY p.reason, p.slot
ORDER BY p.reason, p.slot;
