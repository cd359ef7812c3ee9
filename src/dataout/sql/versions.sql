-- strangers: a correction that names another person than its event has cannot be one of it
UPDATE load_parsed
SET
  problem = 'profile_id: the event is another person''s',
  profile_id = NULL,
  digest = NULL,
  op = NULL,
  anonymous_id = NULL
FROM (
  WITH corrected AS (SELECT DISTINCT digest FROM load_parsed WHERE op IS NOT NULL),
  held AS (
    SELECT event_key AS digest, any_value(profile_id) AS person
    FROM (
      SELECT event_key, coalesce(origin, slot) AS origin FROM events
      UNION ALL
      SELECT event_key, coalesce(origin, slot) FROM withdrawals
    ) AS copies
    JOIN everyone USING (origin)
    WHERE event_key IN (SELECT digest FROM corrected)
    GROUP BY event_key
  ),
  arriving AS (
    SELECT
      digest,
      arg_min(profile_id, struct_pack(received_at := received_at, "row" := "row"))
        FILTER (profile_id IS NOT NULL) AS person
    FROM load_parsed SEMI JOIN corrected USING (digest)
    GROUP BY digest
  )
  SELECT arriving.digest AS of_event, coalesce(held.person, arriving.person) AS person
  FROM arriving LEFT JOIN held USING (digest)
) AS owned
WHERE digest = of_event AND op IS NOT NULL AND profile_id <> person;

-- contested: the events of a load of which it does not simply bring the first copy, or one too many
CREATE OR REPLACE TEMP TABLE load_contested AS
SELECT digest FROM load_parsed WHERE op IS NOT NULL
UNION
SELECT digest FROM load_parsed JOIN withdrawals ON event_key = digest
UNION
SELECT new.digest
FROM load_parsed AS new
JOIN events AS old ON old.event_key = new.digest AND old.received_at > new.received_at
WHERE new.event_id IS NOT NULL AND NOT new.backfill;

-- are_contested: how many events that is
SELECT count(*) AS events FROM load_contested;

-- copies: all copies of contested events, those that count as versions, and how long each counts
-- Slots here are those under which records came.
CREATE OR REPLACE TEMP TABLE load_copies AS
WITH old AS (
  SELECT
    event_key,
    coalesce(origin, slot) AS slot,
    received_at,
    landing,
    coalesce(corrects, FALSE) AS corrects,
    FALSE AS withdraws,
    name,
    event_time,
    properties
  FROM events
  WHERE event_key IN (SELECT digest FROM load_contested)
  UNION ALL
  SELECT
    event_key, coalesce(origin, slot), received_at, landing, TRUE, TRUE, NULL, NULL, CAST(NULL AS VARIANT)
  FROM withdrawals
  WHERE event_key IN (SELECT digest FROM load_contested)
),
new AS (
  SELECT
    "row",
    digest AS event_key,
    origin AS slot,
    received_at,
    $1 + "row" AS landing,
    op IS NOT NULL AS corrects,
    coalesce(op = 'delete', FALSE) AS withdraws,
    name,
    event_time,
    CAST(CAST(rest AS JSON) AS VARIANT) AS properties,
    stated
  FROM load_parsed
  LEFT JOIN everyone USING (profile_id)
  WHERE digest IN (SELECT digest FROM load_contested)
  -- Of several corrections received at one instant the last counts.
  QUALIFY
    op IS NULL
    OR row_number() OVER (PARTITION BY digest, op IS NULL, received_at ORDER BY "row" DESC) = 1
),
matched AS (
  SELECT
    new."row",
    old.corrects AND old.received_at = new.received_at AS at_once,
    old.withdraws = new.withdraws
    AND (
      new.withdraws
      OR (
        old.name = new.name
        AND old.event_time = new.event_time
        AND old.properties IS NOT DISTINCT FROM new.properties
      )
    ) AS same,
    struct_pack(received_at := old.received_at, landing := old.landing) AS came
  FROM new
  JOIN old ON old.event_key = new.event_key AND old.received_at <= new.received_at
  WHERE new.corrects
),
compared AS (
  SELECT "row", bool_or(at_once AND same) AS repeated, max_by(same, came) AS unchanged
  FROM matched
  GROUP BY "row"
),
fresh AS (
  SELECT new.*
  FROM new
  LEFT JOIN compared USING ("row")
  WHERE NOT coalesce(CASE WHEN stated THEN repeated ELSE unchanged END, FALSE)
),
every AS (
  SELECT NULL AS "row", event_key, slot, received_at, landing, corrects, withdraws FROM old
  UNION ALL
  SELECT "row", event_key, slot, received_at, landing, corrects, withdraws FROM fresh
),
owned AS (
  SELECT
    *,
    first_value(slot IGNORE NULLS) OVER (
      PARTITION BY event_key ORDER BY "row" IS NOT NULL, received_at, landing
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS owner
  FROM every
),
ordered AS (
  SELECT
    *,
    corrects
    OR row_number() OVER (PARTITION BY event_key ORDER BY received_at, landing) = 1 AS counts
  FROM owned
  WHERE slot IS NOT DISTINCT FROM owner OR slot IS NULL
)
SELECT
  * EXCLUDE (counts),
  counts,
  lead(received_at) OVER (PARTITION BY event_key, counts ORDER BY received_at, landing)
    AS superseded_at
FROM ordered;

-- outdone: copies that are the first received no more, and never were corrections
DELETE FROM events
WHERE landing IN (SELECT landing FROM load_copies WHERE "row" IS NULL AND NOT counts);

-- superseded: versions that others follow now
UPDATE events
SET superseded_at = copies.superseded_at
FROM load_copies AS copies
WHERE
  copies.landing = events.landing
  AND copies."row" IS NULL
  AND copies.counts
  AND copies.superseded_at IS DISTINCT FROM events.superseded_at;

-- versions: the new versions of contested events
INSERT INTO events BY NAME
SELECT
  coalesce(merged.survivor, copies.slot) AS slot,
  CASE WHEN merged.survivor IS NOT NULL THEN copies.slot END AS origin,
  name,
  event_time,
  copies.received_at,
  copies.landing,
  source,
  event_id,
  event_key,
  backfill,
  CAST(CAST(rest AS JSON) AS VARIANT) AS properties,
  superseded_at,
  nullif(corrects, FALSE) AS corrects
FROM load_copies AS copies
JOIN load_parsed AS parsed USING ("row")
LEFT JOIN merged ON merged.slot = copies.slot
WHERE counts AND NOT withdraws;

-- withdrawals: the new deletions of events
INSERT INTO withdrawals BY NAME
SELECT
  event_key,
  coalesce(merged.survivor, owner) AS slot,
  CASE WHEN merged.survivor IS NOT NULL THEN owner END AS origin,
  received_at,
  landing
FROM load_copies
LEFT JOIN merged ON merged.slot = owner
WHERE "row" IS NOT NULL AND withdraws;

-- rewritten: whose events are not only more than they were
INSERT INTO rewritten
SELECT DISTINCT coalesce(merged.survivor, owner), (SELECT coalesce(max(landing), 0) + 1 FROM rewritten)
FROM load_copies
LEFT JOIN merged ON merged.slot = owner
WHERE owner IS NOT NULL;

-- versions_added: how many records said something new of contested events
SELECT count(*) AS records FROM load_copies WHERE "row" IS NOT NULL AND counts;
