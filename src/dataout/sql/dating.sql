-- to_date: the changes whose beginning is looked for, in portions of people of so many rows together
-- Of each person how many rows a look reads, since when anything is known, and up to when what the
-- last tick found must still be so: whatever is new since then was so no earlier than a news row is.
CREATE OR REPLACE TEMP TABLE to_date AS
WITH changed AS (
  SELECT segment, slot, entered FROM membership_changes WHERE true_from IS NULL
),
people AS (
  SELECT DISTINCT slot FROM changed
),
history AS (
  SELECT slot, event_time AS moment, TRUE AS seen FROM events WHERE superseded_at IS NULL
  UNION ALL
  SELECT slot, set_at, TRUE FROM attributes
  UNION ALL
  SELECT slot, set_at, FALSE FROM list_members
  UNION ALL
  SELECT slot, set_at, FALSE FROM relationships
),
sized AS (
  SELECT p.slot, count(*) AS rows, min(h.moment) AS earliest,
    min(h.moment) FILTER (WHERE h.seen) AS first_seen
  FROM people AS p
  LEFT JOIN history AS h ON h.slot = p.slot
  GROUP BY p.slot
),
news AS (
  SELECT slot, min(moment) AS moment
  FROM (
    SELECT slot, event_time AS moment FROM events WHERE landing > (SELECT events FROM ticks)
    UNION ALL
    SELECT slot, set_at FROM attributes WHERE landing > (SELECT attributes FROM ticks)
    UNION ALL
    SELECT slot, set_at FROM list_members WHERE landing > (SELECT list_members FROM ticks)
    UNION ALL
    SELECT slot, set_at FROM relationships WHERE landing > (SELECT relationships FROM ticks)
    UNION ALL
    SELECT slot, set_at FROM deletions WHERE landing > (SELECT deletions FROM ticks)
    UNION ALL
    SELECT r.slot, o.set_at
    FROM relationships AS r
    JOIN object_attributes AS o ON o.type = r.type AND o.object_id = r.object_id
    WHERE o.landing > (SELECT object_attributes FROM ticks)
  )
  GROUP BY slot
),
portioned AS (
  SELECT *, CAST(sum(rows) OVER (ORDER BY slot ROWS UNBOUNDED PRECEDING) // $portion AS BIGINT) AS portion
  FROM sized
)
SELECT c.*, p.* EXCLUDE (slot), least((SELECT "at" FROM ticks), n.moment - 1) AS hint
FROM changed AS c
JOIN portioned AS p ON p.slot = c.slot
LEFT JOIN news AS n ON n.slot = c.slot;

-- portions: the portions, how many rows the people in each have, and which segments are asked about
SELECT portion, CAST(sum(rows) FILTER (WHERE once) AS BIGINT) AS rows, list(DISTINCT segment ORDER BY segment) AS segments
FROM (SELECT *, row_number() OVER (PARTITION BY slot) = 1 AS once FROM to_date)
GROUP BY portion
ORDER BY portion;

-- dating: a portion; a change began after otherwise, when it was otherwise, and not after above
-- Edges are looked for after since.
CREATE OR REPLACE TEMP TABLE dating AS
SELECT segment, slot, entered, rows, earliest, first_seen, hint, coalesce(hint, $first - 1) AS since,
  CAST(NULL AS BIGINT) AS otherwise, CAST($at AS BIGINT) AS above, CAST(NULL AS BIGINT) AS true_from
FROM to_date
WHERE portion = $portion;

-- edged: whose edges are asked for
CREATE OR REPLACE TEMP TABLE edged AS SELECT DISTINCT slot FROM dating;

-- past: the newest edges from which a change may stem, two more than are looked at: one alone is all there is
CREATE OR REPLACE TEMP TABLE past AS
SELECT segment, slot, moment, row_number() OVER (PARTITION BY segment, slot ORDER BY moment DESC) AS rank
FROM (
  SELECT DISTINCT d.segment, d.slot, r.moment
  FROM dating AS d
  JOIN edge_numbers AS n ON n.segment = d.segment
  JOIN edge_rows AS r ON r.number = n.number AND r.slot = d.slot
  WHERE d.true_from IS NULL AND r.moment <= d.above AND r.moment > greatest(d.since, d.otherwise)
)
QUALIFY rank <= $most + 2;

-- right_before: look right before each of the next edges, and first of all when it should be otherwise
CREATE OR REPLACE TEMP TABLE probes AS
SELECT p.segment, p.slot, p.moment - 1 AS "at", TRUE AS walked
FROM past AS p
JOIN dating AS d ON d.segment = p.segment AND d.slot = p.slot
WHERE d.true_from IS NULL AND p.rank > $seen AND p.rank <= $until
  AND p.moment > greatest(d.since, d.otherwise)
UNION ALL
SELECT segment, slot, hint, FALSE FROM dating WHERE $seen < 0 AND hint = since AND true_from IS NULL;

-- in_between: look at instants that divide the time in question evenly, and before there was anything
CREATE OR REPLACE TEMP TABLE probes AS
SELECT d.segment, d.slot, d.low + (d.above - d.low) * k // $ways AS "at", TRUE AS walked
FROM (
  SELECT *, coalesce(otherwise, least(earliest, above) - 1) AS low FROM dating WHERE true_from IS NULL
) AS d, range($ways) AS parts (k)
WHERE d.above - d.low > 1 AND (k > 0 OR d.otherwise IS NULL);

-- every_look: whom to look at, and when, in parts of so many rows
CREATE OR REPLACE TEMP TABLE every_look AS
SELECT slot, "at",
  CAST(sum(rows) OVER (ORDER BY slot, "at" ROWS UNBOUNDED PRECEDING) // $part AS BIGINT) AS part
FROM (
  SELECT DISTINCT p.slot, p."at", greatest(d.rows, $least) AS rows
  FROM probes AS p
  JOIN dating AS d ON d.segment = p.segment AND d.slot = p.slot
);

-- parts: the parts
SELECT DISTINCT part FROM every_look ORDER BY part;

-- looks: a part of them
CREATE OR REPLACE TEMP TABLE looks AS
SELECT slot, "at", look(row_number() OVER () - 1, "at") AS look FROM every_look WHERE part = $part;

-- nothing_held: room for what looks find
CREATE OR REPLACE TEMP TABLE held (segment VARCHAR, slot INTEGER, "at" BIGINT);

-- found_held: when those looked at were in which of the segments
INSERT INTO held SELECT f.segment, l.slot, l."at" FROM found AS f JOIN looks AS l ON l.look = f.slot;

-- narrowed: what the looks say of when it began
CREATE OR REPLACE TEMP TABLE dating AS
WITH seen AS (
  SELECT p.*, (h.slot IS NOT NULL) <> d.entered AS differs
  FROM probes AS p
  JOIN dating AS d ON d.segment = p.segment AND d.slot = p.slot
  LEFT JOIN held AS h ON h.segment = p.segment AND h.slot = p.slot AND h."at" = p."at"
),
differing AS (
  SELECT segment, slot, max("at") AS last FROM seen WHERE differs GROUP BY segment, slot
),
alike AS (
  SELECT s.segment, s.slot, min(s."at") AS first
  FROM seen AS s
  LEFT JOIN differing AS o ON o.segment = s.segment AND o.slot = s.slot
  WHERE s.walked AND NOT s.differs AND (o.last IS NULL OR s."at" > o.last)
  GROUP BY s.segment, s.slot
)
SELECT d.* REPLACE (greatest(d.otherwise, o.last) AS otherwise, least(d.above, a.first) AS above)
FROM dating AS d
LEFT JOIN differing AS o ON o.segment = d.segment AND o.slot = d.slot
LEFT JOIN alike AS a ON a.segment = d.segment AND a.slot = d.slot;

-- found: where one edge alone is left, it began there
UPDATE dating SET true_from = p.moment
FROM (
  SELECT d.segment, d.slot, max(p.moment) AS moment
  FROM dating AS d
  JOIN past AS p ON p.segment = d.segment AND p.slot = d.slot
  WHERE d.true_from IS NULL AND p.moment > d.otherwise AND p.moment <= d.above
  GROUP BY d.segment, d.slot
  HAVING count(*) = 1
) AS p
WHERE p.segment = dating.segment AND p.slot = dating.slot;

-- further: look for edges in all of the past
UPDATE dating SET since = $first - 1, hint = NULL WHERE true_from IS NULL;

-- always: what was never otherwise, at no edge, is true from when the profile was first seen
UPDATE dating SET true_from = least($at, greatest(coalesce(first_seen, $at), $first))
WHERE true_from IS NULL AND otherwise IS NULL AND NOT EXISTS (
  FROM past AS p
  WHERE p.segment = dating.segment AND p.slot = dating.slot AND p.moment <= dating.above
);

-- open: how many changes have no date yet
SELECT count(*) AS n FROM dating WHERE true_from IS NULL;

-- at_the_latest: what would take too long to find began at the latest at this edge
UPDATE dating SET true_from = coalesce(e.moment, above)
FROM (
  SELECT d.segment, d.slot, max(r.moment) AS moment
  FROM dating AS d
  LEFT JOIN edge_numbers AS n ON n.segment = d.segment
  LEFT JOIN edge_rows AS r
    ON r.number = n.number AND r.slot = d.slot AND r.moment <= d.above AND r.moment > d.otherwise
  WHERE d.true_from IS NULL AND d.otherwise IS NOT NULL
  GROUP BY d.segment, d.slot
) AS e
WHERE e.segment = dating.segment AND e.slot = dating.slot;

-- never_otherwise: what no look found otherwise is true from when the profile was first seen
UPDATE dating SET true_from = least($at, greatest(coalesce(first_seen, $at), $first))
WHERE true_from IS NULL;

-- dated: put the dates to the changes
UPDATE membership_changes SET true_from = d.true_from
FROM dating AS d
WHERE d.segment = membership_changes.segment AND d.slot = membership_changes.slot
  AND membership_changes.true_from IS NULL;
