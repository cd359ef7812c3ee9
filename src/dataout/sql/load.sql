-- parsed: the working table of one load: every record with what was read, or what is wrong with it
CREATE OR REPLACE TEMP TABLE load_parsed (
  "row" BIGINT,
  line BIGINT,
  file VARCHAR,
  arrived BIGINT,
  record VARCHAR,
  problem VARCHAR,
  skipped BOOLEAN,
  profile_id VARCHAR,
  received_at BIGINT,
  rest VARCHAR,
  name VARCHAR,
  event_time BIGINT,
  source VARCHAR,
  event_id VARCHAR,
  backfill BOOLEAN,
  early BOOLEAN,
  digest UHUGEINT,
  set_at BIGINT,
  stated BOOLEAN,
  member BOOLEAN
);

-- counts: what the records of a load came to so far
SELECT
  count(*) FILTER (problem IS NULL AND NOT skipped) AS good,
  count(*) FILTER (problem IS NOT NULL) AS rejected,
  count(*) FILTER (problem IS NULL AND skipped) AS skipped,
  count(*) FILTER (early) AS early
FROM load_parsed;

-- reasons: why records were rejected
SELECT problem AS reason, count(*) AS records FROM load_parsed
WHERE problem IS NOT NULL
GROUP BY problem
ORDER BY records DESC, reason;

-- profiles: people seen for the first time get the next slots, in the order of the records
INSERT INTO profiles
SELECT
  (SELECT coalesce(max(slot), 0) FROM profiles) + row_number() OVER (ORDER BY first_row),
  profile_id
FROM (
  SELECT profile_id, min("row") AS first_row FROM load_parsed
  WHERE profile_id IS NOT NULL
  GROUP BY profile_id
) AS seen
ANTI JOIN profiles USING (profile_id);

-- repeated: records that have their digest in common with others: which of them each is
CREATE OR REPLACE TEMP TABLE load_repeated AS
SELECT *, row_number() OVER (PARTITION BY digest, ordinal ORDER BY "row") AS copy
FROM (
  SELECT
    "row",
    digest,
    row_number() OVER (
      PARTITION BY digest, CASE WHEN event_id IS NULL THEN file END
      ORDER BY CASE WHEN event_id IS NOT NULL THEN received_at END, "row"
    ) AS ordinal
  FROM load_parsed
  SEMI JOIN (
    SELECT digest FROM load_parsed WHERE digest IS NOT NULL GROUP BY digest HAVING count(*) > 1
  ) AS several USING (digest)
);

-- events: equal rows of one file all count, unless an event_id says that they are one event
INSERT INTO events BY NAME
WITH keyed AS (
  SELECT
    parsed.*,
    CASE
      WHEN coalesce(ordinal, 1) = 1 THEN parsed.digest
      WHEN event_id IS NULL THEN md5_number(parsed.digest || '#' || ordinal)
    END AS event_key
  FROM load_parsed AS parsed
  LEFT JOIN load_repeated AS repeated USING ("row")
  WHERE parsed.digest IS NOT NULL AND coalesce(copy, 1) = 1
)
SELECT
  slot,
  name,
  event_time,
  received_at,
  (SELECT coalesce(max(landing), 0) FROM events) + "row" AS landing,
  source,
  event_id,
  event_key,
  backfill,
  CAST(CAST(rest AS JSON) AS VARIANT) AS properties
FROM keyed
JOIN profiles USING (profile_id)
ANTI JOIN events AS known USING (event_key)
WHERE event_key IS NOT NULL;

-- several: people of whom a load has several records: only theirs can speak of one instant twice
CREATE OR REPLACE TEMP TABLE load_several AS
SELECT slot FROM load_parsed JOIN profiles USING (profile_id) GROUP BY slot HAVING count(*) > 1;

-- stated_attributes: every value that records state; of several for one instant the last counts
CREATE OR REPLACE TEMP TABLE load_values AS
WITH entries AS (
  SELECT
    "row",
    slot,
    set_at,
    received_at,
    stated,
    unnest(map_entries(CAST(CAST(rest AS JSON) AS MAP(VARCHAR, JSON)))) AS entry
  FROM load_parsed
  JOIN profiles USING (profile_id)
),
pairs AS (
  SELECT
    "row", slot, entry.key AS name, CAST(entry.value AS VARIANT) AS value, set_at, received_at, stated
  FROM entries
)
SELECT * FROM pairs ANTI JOIN load_several USING (slot)
UNION ALL
(
  SELECT * FROM pairs SEMI JOIN load_several USING (slot)
  QUALIFY row_number() OVER (PARTITION BY slot, name, set_at, received_at ORDER BY "row" DESC) = 1
);

-- stated_members: who was put on the list or taken off it
CREATE OR REPLACE TEMP TABLE load_values AS
SELECT "row", slot, CAST($1 AS VARCHAR) AS name, member AS value, set_at, received_at, stated
FROM load_parsed
JOIN profiles USING (profile_id)
QUALIFY row_number() OVER (PARTITION BY slot, set_at, received_at ORDER BY "row" DESC) = 1;

-- known_attributes: the history that new values are compared with
CREATE OR REPLACE TEMP VIEW load_known AS
SELECT slot, name, value, set_at, received_at, landing FROM attributes;

-- known_members: the history that new members are compared with
CREATE OR REPLACE TEMP VIEW load_known AS
SELECT slot, list AS name, member AS value, set_at, received_at, landing FROM list_members;

-- fresh: what is not known yet: another value for a stated instant, else another than before it
CREATE OR REPLACE TEMP TABLE load_fresh AS
WITH earlier AS (
  SELECT *, FALSE AS arriving FROM load_known
  UNION ALL
  SELECT slot, name, value, set_at, received_at, "row" AS landing, TRUE AS arriving
  FROM load_values
  SEMI JOIN load_several USING (slot)
),
compared AS (
  SELECT
    new."row",
    new.name,
    bool_or(NOT arriving AND old.set_at = new.set_at AND old.value IS NOT DISTINCT FROM new.value)
      AS repeated,
    max_by(
      struct_pack(value := old.value),
      struct_pack(
        set_at := old.set_at,
        received_at := old.received_at,
        arriving := arriving,
        landing := old.landing
      )
    ) AS newest
  FROM load_values AS new
  JOIN earlier AS old
    ON old.slot = new.slot AND old.name = new.name AND old.set_at <= new.set_at
    AND (NOT arriving OR old.set_at < new.set_at OR old.received_at < new.received_at)
  GROUP BY new."row", new.name
)
SELECT new.*
FROM load_values AS new
LEFT JOIN compared USING ("row", name)
WHERE
  CASE
    WHEN stated THEN NOT coalesce(repeated, FALSE)
    ELSE newest.value IS DISTINCT FROM new.value
  END;

-- attributes: the values not known yet
INSERT INTO attributes BY NAME
SELECT
  slot,
  name,
  value,
  set_at,
  received_at,
  (SELECT coalesce(max(landing), 0) FROM attributes) + "row" AS landing
FROM load_fresh;

-- list_members: the members not known yet
INSERT INTO list_members BY NAME
SELECT
  name AS list,
  slot,
  value AS member,
  set_at,
  received_at,
  (SELECT coalesce(max(landing), 0) FROM list_members) + "row" AS landing
FROM load_fresh;

-- changed: how many records said something new: a value, or a person
SELECT count(*) AS records
FROM (
  SELECT "row" FROM load_fresh
  UNION
  SELECT min("row") FROM load_parsed JOIN profiles USING (profile_id) WHERE slot > $1 GROUP BY profile_id
);

-- extent: how much there is before a load
SELECT
  (SELECT count(*) FROM events) AS events,
  (SELECT coalesce(max(slot), 0) FROM profiles) AS slots,
  (SELECT count(*) FROM rejects WHERE kind = $1 AND file = $2) AS rejects;

-- identified: the records of a load that are, or were, rejects
CREATE OR REPLACE TEMP TABLE load_rejects AS
SELECT
  md5_number(CAST(json_array($1, file, line, record) AS VARCHAR)) AS reject_id,
  *
FROM load_parsed
WHERE record IS NOT NULL;

-- released: a record that can be taken in is a reject no more
DELETE FROM rejects
WHERE reject_id IN (SELECT reject_id FROM load_rejects WHERE problem IS NULL);

-- renewed: a reject that is one still, for the reason it has now
UPDATE rejects
SET field = split_part(problem, ':', 1), reason = problem, mapping = $1
FROM load_rejects AS again
WHERE again.reject_id = rejects.reject_id AND problem IS NOT NULL;

-- rejected: records that cannot be taken in, each once
INSERT INTO rejects BY NAME
SELECT
  reject_id,
  CAST($1 AS VARCHAR) AS kind,
  file,
  line,
  split_part(problem, ':', 1) AS field,
  problem AS reason,
  record,
  CAST($2 AS VARCHAR) AS mapping,
  arrived AS rejected_at
FROM load_rejects
ANTI JOIN rejects AS known USING (reject_id)
WHERE problem IS NOT NULL;

-- loaded: what became of a file
INSERT INTO loads VALUES ($1, $2, $3, $4, $5, $6, $7);

-- reject_groups: rejects that can be read again, by how they were read: of a kind, of a file, or all
SELECT kind, mapping, count(*) AS records FROM rejects
WHERE field <> 'record' AND $1 IN ('', kind) AND $2 IN ('', file)
GROUP BY kind, mapping
ORDER BY kind, mapping;

-- staged_rejects: the rejects of one such group, to be read again
INSERT INTO load_chunk BY NAME
SELECT
  row_number() OVER (ORDER BY file, line, reject_id) AS "row",
  line,
  file,
  rejected_at AS arrived,
  record AS text
FROM rejects
WHERE kind = $1 AND mapping = $2 AND $3 IN ('', file) AND field <> 'record';

-- reject_reasons: what is wrong, how often, and the first examples of each
SELECT
  kind,
  field,
  reason,
  count(*) AS records,
  count(DISTINCT file) AS files,
  min_by(struct_pack(file := file, line := line, record := record), struct_pack(file := file, line := line), $1)
    AS examples
FROM rejects
GROUP BY kind, field, reason
ORDER BY records DESC, kind, reason;

-- rejects_of_file: how many records of a file could not be taken in
SELECT count(*) AS records FROM rejects WHERE file = $1;

-- drop_rejects: the file was mended and loaded
DELETE FROM rejects WHERE file = $1;
