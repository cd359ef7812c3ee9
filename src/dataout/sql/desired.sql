-- funnel: for each audience, where each eligible profile ends
CREATE OR REPLACE TEMP TABLE funnel (
  audience VARCHAR, slot INTEGER, step VARCHAR, because VARCHAR, tier VARCHAR
);

-- desired: the entries that each sync's destination should hold
CREATE OR REPLACE TEMP TABLE desired (sync VARCHAR, row_key VARCHAR, slot INTEGER, row_values VARCHAR);

-- owners: whose entries they are; the first of them stands for the others
CREATE OR REPLACE TEMP TABLE owners (sync VARCHAR, row_key VARCHAR, slot INTEGER);

-- unidentifiable: desired profiles that a destination could not recognise, and why
CREATE OR REPLACE TEMP TABLE unidentifiable (sync VARCHAR, slot INTEGER, reason VARCHAR);

-- shown_values: the identifying values that each desired entry shows
CREATE OR REPLACE TEMP TABLE shown_values (
  sync VARCHAR, row_key VARCHAR, field VARCHAR, sent VARCHAR
);

-- changes: desired minus ledger
CREATE OR REPLACE TEMP TABLE changes (
  sync VARCHAR, op VARCHAR, row_key VARCHAR, because VARCHAR, urgency INTEGER
);

-- raw_identifiers: the raw values from which identifiers are prepared, in order of preference
CREATE OR REPLACE TEMP TABLE raw_identifiers (
  slot INTEGER, field VARCHAR, position INTEGER, raw VARCHAR
);

-- prepared: identifiers as a platform wants them, or why they are unusable
CREATE OR REPLACE TEMP TABLE prepared (
  platform VARCHAR, slot INTEGER, field VARCHAR, sent VARCHAR, reason VARCHAR
);

-- people: the profiles whose identifiers are needed
CREATE OR REPLACE TEMP TABLE people AS SELECT DISTINCT slot FROM funnel WHERE step = 'desired';

-- identifiers_from_attribute: the newest text or number that an attribute holds
INSERT INTO raw_identifiers
SELECT slot, $field, $position, raw
FROM (
  SELECT
    slot,
    CASE
      WHEN variant_typeof(value) = 'DOUBLE'
        THEN regexp_replace(CAST(try_cast(scalar_of(value) AS DOUBLE) AS VARCHAR), '\.0$', '')
      WHEN is_number(value) THEN CAST(try_cast(scalar_of(value) AS HUGEINT) AS VARCHAR)
      ELSE text_of(value)
    END AS raw
  FROM (
    SELECT
      a.slot,
      arg_max(
        struct_pack(value := a.value),
        struct_pack(set_at := a.set_at, received_at := a.received_at, landing := a.landing)
      ).value AS value
    FROM attributes AS a
    JOIN people AS p ON p.slot = a.slot
    WHERE a.name = $name AND a.set_at <= $now
    GROUP BY a.slot
  )
)
WHERE raw IS NOT NULL AND trim(raw) <> '';

-- identifiers_from_profile_id: the profile's own name in the project
INSERT INTO raw_identifiers
SELECT p.slot, $field, $position, f.profile_id FROM people AS p JOIN profiles AS f ON f.slot = p.slot;

-- countries: the country by which each profile's identifiers are read
CREATE OR REPLACE TEMP TABLE countries AS
SELECT p.slot, coalesce(min(r.raw), '') AS country
FROM people AS p
LEFT JOIN raw_identifiers AS r ON r.slot = p.slot AND r.field = 'country' AND r.position = 0
GROUP BY p.slot;

-- not_normalized: distinct raw values that were never prepared for the platform
SELECT DISTINCT r.field, c.country, r.raw
FROM raw_identifiers AS r
JOIN countries AS c ON c.slot = r.slot
ANTI JOIN normalized AS n
  ON n.platform = $platform AND n.region = $region
  AND n.field = r.field AND n.country = c.country AND n.raw = r.raw
ORDER BY ALL;

-- prepare: the first usable value of each field
INSERT INTO prepared
SELECT
  $platform,
  r.slot,
  r.field,
  arg_min(n.sent, r.position) FILTER (WHERE n.sent IS NOT NULL),
  arg_min(n.reason, r.position) FILTER (WHERE n.reason IS NOT NULL)
FROM raw_identifiers AS r
JOIN countries AS c ON c.slot = r.slot
JOIN normalized AS n
  ON n.platform = $platform AND n.region = $region
  AND n.field = r.field AND n.country = c.country AND n.raw = r.raw
GROUP BY r.slot, r.field;

-- own: every desired profile of a sync with its row key; no key: no identifying value is usable
CREATE OR REPLACE TEMP TABLE own AS
SELECT
  f.slot,
  sha256(
    string_agg(p.field || '=' || p.sent, chr(10) ORDER BY p.field)
      FILTER (WHERE p.sent IS NOT NULL AND p.field IN (SELECT unnest($identifying)))
  ) AS row_key,
  '{' || string_agg(
    CAST(to_json(p.field) AS VARCHAR) || ':' || CAST(to_json(p.sent) AS VARCHAR), ',' ORDER BY p.field
  ) FILTER (WHERE p.sent IS NOT NULL) || '}' AS row_values,
  string_agg(p.reason, '; ' ORDER BY p.field)
    FILTER (WHERE p.sent IS NULL AND p.field IN (SELECT unnest($identifying))) AS reason
FROM funnel AS f
LEFT JOIN prepared AS p
  ON p.slot = f.slot AND p.platform = $platform AND p.field IN (SELECT unnest($fields))
WHERE f.audience = $audience AND f.step = 'desired' AND ($tier IS NULL OR f.tier = $tier)
GROUP BY f.slot;

-- desire_owners: everybody who is identifiable
INSERT INTO owners SELECT $sync, row_key, slot FROM own WHERE row_key IS NOT NULL;

-- desire: equal identifying values are one entry
INSERT INTO desired
SELECT $sync, row_key, min(slot), arg_min(row_values, slot) FROM own WHERE row_key IS NOT NULL GROUP BY row_key;

-- desire_reasons: everybody who is not
INSERT INTO unidentifiable
SELECT $sync, slot, coalesce(reason, 'no identifier') FROM own WHERE row_key IS NULL;

-- desire_shown: what removals may not name
INSERT INTO shown_values
SELECT DISTINCT $sync, o.row_key, p.field, p.sent
FROM own AS o
JOIN prepared AS p ON p.slot = o.slot AND p.platform = $platform
WHERE o.row_key IS NOT NULL AND p.sent IS NOT NULL
  AND p.field IN (SELECT unnest($fields)) AND p.field IN (SELECT unnest($identifying));
