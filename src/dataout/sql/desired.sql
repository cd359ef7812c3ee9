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
