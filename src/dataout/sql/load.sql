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
  op VARCHAR,
  backfill BOOLEAN,
  early BOOLEAN,
  digest UHUGEINT,
  set_at BIGINT,
  stated BOOLEAN,
  member BOOLEAN,
  deleted BOOLEAN,
  type VARCHAR,
  object_id VARCHAR,
  related BOOLEAN,
  via VARCHAR,
  anonymous_id VARCHAR
);

-- news: the working table of the records of one load that say something new
CREATE OR REPLACE TEMP TABLE load_news ("row" BIGINT);

-- counts: what the records of a load came to so far
SELECT
  count(*) FILTER (problem IS NULL AND NOT skipped) AS good,
  count(*) FILTER (problem IS NOT NULL) AS rejected,
  count(*) FILTER (problem IS NULL AND skipped) AS skipped,
  count(*) FILTER (early) AS early,
  count(op) AS corrections,
  count(deleted) AS deletions,
  count(anonymous_id) AS anonymous
FROM load_parsed;

-- reasons: why records were rejected, and where that is first seen
SELECT problem AS reason, count(*) AS records, min(line) AS line FROM load_parsed
WHERE problem IS NOT NULL
GROUP BY problem
ORDER BY records DESC, reason;

-- profiles: people seen for the first time get the next slots, in the order of the records
INSERT INTO profiles
SELECT
  (SELECT coalesce(max(origin), 0) FROM everyone) + row_number() OVER (ORDER BY first_row),
  profile_id
FROM (
  SELECT profile_id, min("row") AS first_row FROM load_parsed
  WHERE profile_id IS NOT NULL
  GROUP BY profile_id
) AS seen
ANTI JOIN everyone USING (profile_id);

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
-- They lie together by name and time, as they are read.
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
  WHERE
    parsed.digest IS NOT NULL
    AND coalesce(copy, 1) = 1
    AND parsed.digest NOT IN (SELECT digest FROM load_contested)
)
SELECT
  slot,
  name,
  event_time,
  received_at,
  $1 + "row" AS landing,
  source,
  event_id,
  event_key,
  backfill,
  CAST(CAST(rest AS JSON) AS VARIANT) AS properties,
  nullif(origin, slot) AS origin
FROM keyed
JOIN everyone USING (profile_id)
ANTI JOIN events AS known USING (event_key)
WHERE event_key IS NOT NULL
ORDER BY name, event_time;

-- several: people of whom a load has several records: only theirs can speak of one instant twice
CREATE OR REPLACE TEMP TABLE load_several AS
SELECT origin AS owner FROM load_parsed JOIN everyone USING (profile_id)
GROUP BY origin
HAVING count(*) > 1;

-- several_objects: objects of which a load has several records
CREATE OR REPLACE TEMP TABLE load_several AS
SELECT struct_pack(type := type, object_id := object_id) AS owner FROM load_parsed
WHERE object_id IS NOT NULL
GROUP BY type, object_id
HAVING count(*) > 1;

-- said_of_people: the records that state values of people
CREATE OR REPLACE TEMP VIEW load_said AS
SELECT "row", origin AS owner, set_at, received_at, stated, rest
FROM load_parsed
JOIN everyone USING (profile_id);

-- said_of_objects: the records that state values of objects
CREATE OR REPLACE TEMP VIEW load_said AS
SELECT
  "row",
  struct_pack(type := type, object_id := object_id) AS owner,
  set_at,
  received_at,
  stated,
  rest
FROM load_parsed
WHERE object_id IS NOT NULL;

-- stated_attributes: every value that records state; of several for one instant the last counts
CREATE OR REPLACE TEMP TABLE load_values AS
WITH entries AS (
  SELECT
    "row",
    owner,
    set_at,
    received_at,
    stated,
    unnest(map_entries(CAST(CAST(rest AS JSON) AS MAP(VARCHAR, JSON)))) AS entry
  FROM load_said
),
pairs AS (
  SELECT
    "row", owner, entry.key AS name, CAST(entry.value AS VARIANT) AS value, set_at, received_at, stated
  FROM entries
)
SELECT * FROM pairs ANTI JOIN load_several USING (owner)
UNION ALL
(
  SELECT * FROM pairs SEMI JOIN load_several USING (owner)
  QUALIFY row_number() OVER (PARTITION BY owner, name, set_at, received_at ORDER BY "row" DESC) = 1
);

-- stated_members: who was put on the list or taken off it
CREATE OR REPLACE TEMP TABLE load_values AS
SELECT "row", origin AS owner, CAST($1 AS VARCHAR) AS name, member AS value, set_at, received_at, stated
FROM load_parsed
JOIN everyone USING (profile_id)
QUALIFY row_number() OVER (PARTITION BY origin, set_at, received_at ORDER BY "row" DESC) = 1;

-- stated_deletions: who was deleted, or brought back
CREATE OR REPLACE TEMP TABLE load_values AS
SELECT "row", origin AS owner, 'deleted' AS name, deleted AS value, set_at, received_at, stated
FROM load_parsed
JOIN everyone USING (profile_id)
WHERE deleted IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY origin, set_at, received_at ORDER BY "row" DESC) = 1;

-- stated_relationships: who was related to what, and how, told whole by each record
CREATE OR REPLACE TEMP TABLE load_values AS
SELECT
  "row",
  origin AS owner,
  struct_pack(type := type, object_id := object_id) AS name,
  struct_pack(related := related, attributes := CAST(CAST(via AS JSON) AS VARIANT)) AS value,
  set_at,
  received_at,
  stated
FROM load_parsed
JOIN everyone USING (profile_id)
QUALIFY
  row_number() OVER (PARTITION BY origin, type, object_id, set_at, received_at ORDER BY "row" DESC) = 1;

-- known_attributes: the history that new values are compared with
CREATE OR REPLACE TEMP VIEW load_known AS
SELECT coalesce(origin, slot) AS owner, name, value, set_at, received_at, landing FROM attributes;

-- known_list_members: the history that new members are compared with
CREATE OR REPLACE TEMP VIEW load_known AS
SELECT coalesce(origin, slot) AS owner, list AS name, member AS value, set_at, received_at, landing
FROM list_members;

-- known_deletions: the history that new deletions are compared with
CREATE OR REPLACE TEMP VIEW load_known AS
SELECT coalesce(origin, slot) AS owner, 'deleted' AS name, deleted AS value, set_at, received_at, landing
FROM deletions;

-- known_object_attributes: the history that new values of objects are compared with
CREATE OR REPLACE TEMP VIEW load_known AS
SELECT
  struct_pack(type := type, object_id := object_id) AS owner, name, value, set_at, received_at, landing
FROM object_attributes;

-- known_relationships: the history that new relationships are compared with
CREATE OR REPLACE TEMP VIEW load_known AS
SELECT
  coalesce(origin, slot) AS owner,
  struct_pack(type := type, object_id := object_id) AS name,
  struct_pack(related := related, attributes := attributes) AS value,
  set_at,
  received_at,
  landing
FROM relationships;

-- fresh: what is not known yet: another value for a stated instant, else another than before it
CREATE OR REPLACE TEMP TABLE load_fresh AS
WITH earlier AS (
  SELECT *, FALSE AS arriving FROM load_known
  UNION ALL
  SELECT owner, name, value, set_at, received_at, "row" AS landing, TRUE AS arriving
  FROM load_values
  SEMI JOIN load_several USING (owner)
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
    ON old.owner = new.owner AND old.name = new.name AND old.set_at <= new.set_at
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
  coalesce(merged.survivor, owner) AS slot,
  CASE WHEN merged.survivor IS NOT NULL THEN owner END AS origin,
  name,
  value,
  set_at,
  received_at,
  (SELECT coalesce(max(landing), 0) FROM attributes) + "row" AS landing
FROM load_fresh
LEFT JOIN merged ON merged.slot = owner;

-- list_members: the members not known yet
INSERT INTO list_members BY NAME
SELECT
  name AS list,
  coalesce(merged.survivor, owner) AS slot,
  CASE WHEN merged.survivor IS NOT NULL THEN owner END AS origin,
  value AS member,
  set_at,
  received_at,
  (SELECT coalesce(max(landing), 0) FROM list_members) + "row" AS landing
FROM load_fresh
LEFT JOIN merged ON merged.slot = owner;

-- deletions: the deletions not known yet
INSERT INTO deletions BY NAME
SELECT
  coalesce(merged.survivor, owner) AS slot,
  CASE WHEN merged.survivor IS NOT NULL THEN owner END AS origin,
  value AS deleted,
  set_at,
  received_at,
  (SELECT coalesce(max(landing), 0) FROM deletions) + "row" AS landing
FROM load_fresh
LEFT JOIN merged ON merged.slot = owner;

-- object_attributes: the values of objects not known yet
INSERT INTO object_attributes BY NAME
SELECT
  owner.type AS type,
  owner.object_id AS object_id,
  name,
  value,
  set_at,
  received_at,
  (SELECT coalesce(max(landing), 0) FROM object_attributes) + "row" AS landing
FROM load_fresh;

-- relationships: the relationships not known yet
INSERT INTO relationships BY NAME
SELECT
  name.type AS type,
  name.object_id AS object_id,
  coalesce(merged.survivor, owner) AS slot,
  CASE WHEN merged.survivor IS NOT NULL THEN owner END AS origin,
  value.related AS related,
  value.attributes AS attributes,
  set_at,
  received_at,
  (SELECT coalesce(max(landing), 0) FROM relationships) + "row" AS landing
FROM load_fresh
LEFT JOIN merged ON merged.slot = owner;

-- noted: the records of which something was not known yet
INSERT INTO load_news SELECT "row" FROM load_fresh;

-- changed: how many records said something new: a value, or a person
SELECT count(*) AS records
FROM (
  SELECT "row" FROM load_news
  UNION
  SELECT min("row") FROM load_parsed JOIN everyone USING (profile_id) WHERE origin > $1 GROUP BY profile_id
);

-- extent: how much there is before a load
SELECT
  (SELECT count(*) FROM events) AS events,
  greatest(
    (SELECT coalesce(max(landing), 0) FROM events),
    (SELECT coalesce(max(landing), 0) FROM withdrawals)
  ) AS landing,
  (SELECT coalesce(max(origin), 0) FROM everyone) AS slots,
  (SELECT count(*) FROM rejects WHERE kind = $1 AND file = $2) AS rejects;

-- identified: the records of a load that are, or were, rejects
CREATE OR REPLACE TEMP TABLE load_rejects AS
SELECT
  md5_number(CAST(json_array($1, file, line, record) AS VARCHAR)) AS reject_id,
  *
FROM load_parsed
WHERE record IS NOT NULL;

-- unlike: of records that came with another mapping, those that hold nothing of what this one takes
UPDATE load_parsed
SET
  problem = 'record: holds none of the fields that the mapping names',
  profile_id = NULL,
  object_id = NULL,
  digest = NULL,
  op = NULL,
  anonymous_id = NULL
WHERE problem IS NULL AND NOT skipped AND rest = '{}' AND op IS NULL AND deleted IS NULL;

-- taken_in: records that another mapping than their own can read are rejects no more
DELETE FROM rejects
WHERE reject_id IN (SELECT reject_id FROM load_rejects WHERE problem IS NULL AND NOT skipped);

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

-- reject_groups: rejects that can be read again, by how they were read
SELECT kind, mapping, count(*) AS records FROM rejects
WHERE field <> 'record'
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
WHERE kind = $1 AND mapping = $2 AND field <> 'record';

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
