-- last: the last tick, if there was one
SELECT "at" FROM ticks;

-- next_edge: the next instant at which time alone can change a membership
SELECT min(moment) AS moment FROM edges;

-- evaluated: what each segment meant when it was last looked at
SELECT segment, fingerprint FROM evaluated;

-- no_changes: room for the changes of a tick
CREATE OR REPLACE TEMP TABLE tick_changes (
  segment VARCHAR, slot INTEGER, entered BOOLEAN, cause VARCHAR, true_from BIGINT
);

-- arrived: the last arrival in each table
CREATE OR REPLACE TEMP TABLE arrived AS
SELECT
  (SELECT coalesce(max(slot), 0) FROM profiles) AS profiles,
  (SELECT coalesce(max(landing), 0) FROM events) AS events,
  (SELECT coalesce(max(landing), 0) FROM attributes) AS attributes,
  (SELECT coalesce(max(landing), 0) FROM list_members) AS list_members,
  (SELECT coalesce(max(landing), 0) FROM relationships) AS relationships,
  (SELECT coalesce(max(landing), 0) FROM object_attributes) AS object_attributes,
  (SELECT coalesce(max(landing), 0) FROM withdrawals) AS withdrawals,
  (SELECT coalesce(max(landing), 0) FROM deletions) AS deletions,
  (SELECT coalesce(max(landing), 0) FROM merges) AS merges;

-- touched: whom data that arrived since the last tick, or an edge that has come, may have moved
CREATE OR REPLACE TEMP TABLE touched AS
WITH seen AS (
  SELECT * FROM ticks
  UNION ALL
  SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 WHERE NOT EXISTS (FROM ticks)
),
by_identity AS (
  SELECT slot FROM deletions WHERE landing > (SELECT deletions FROM seen)
  UNION
  SELECT was FROM merges WHERE landing > (SELECT merges FROM seen)
  UNION
  SELECT became FROM merges WHERE landing > (SELECT merges FROM seen)
),
by_data AS (
  SELECT slot FROM profiles WHERE slot > (SELECT profiles FROM seen)
  UNION
  SELECT slot FROM events WHERE landing > (SELECT events FROM seen)
  UNION
  SELECT slot FROM attributes WHERE landing > (SELECT attributes FROM seen)
  UNION
  SELECT slot FROM list_members WHERE landing > (SELECT list_members FROM seen)
  UNION
  SELECT slot FROM relationships WHERE landing > (SELECT relationships FROM seen)
  UNION
  SELECT r.slot
  FROM relationships AS r
  JOIN object_attributes AS o ON o.type = r.type AND o.object_id = r.object_id
  WHERE o.landing > (SELECT object_attributes FROM seen)
  UNION
  SELECT slot FROM withdrawals
  WHERE landing > (SELECT withdrawals FROM seen) AND slot IS NOT NULL
),
by_time AS (
  SELECT DISTINCT slot FROM edges WHERE moment <= $at
)
SELECT slot, 'identity' AS cause FROM by_identity
UNION ALL
SELECT slot, 'data' FROM (FROM by_data EXCEPT FROM by_identity)
UNION ALL
SELECT slot, 'time' FROM (FROM by_time EXCEPT FROM by_data EXCEPT FROM by_identity);

-- everybody: as if everybody were touched by a definition; who is there no more, or again, by that
CREATE OR REPLACE TEMP TABLE touched AS
SELECT slot, CASE t.cause WHEN 'identity' THEN t.cause ELSE 'definition' END AS cause
FROM profiles AS p
FULL JOIN touched AS t USING (slot);

-- everybody_in_time: as if an edge of everybody's had come whom nothing else touched
CREATE OR REPLACE TEMP TABLE touched AS
SELECT slot, coalesce(t.cause, 'time') AS cause
FROM profiles AS p
FULL JOIN touched AS t USING (slot);

-- kept: the segments whose edges a server kept
SELECT segment FROM keyed;

-- keep_edges: segments whose edges stand in the table
DELETE FROM keyed WHERE segment IN (SELECT unnest(CAST($segments AS VARCHAR[])));

-- asked: the segments that are looked at
CREATE OR REPLACE TEMP TABLE asked AS SELECT unnest(CAST($segments AS VARCHAR[])) AS segment;

-- edge_numbers: which of edge_rows are a segment's
CREATE OR REPLACE TEMP TABLE edge_numbers AS
SELECT unnest(CAST($segments AS VARCHAR[])) AS segment, unnest(CAST($numbers AS INTEGER[])) AS number;

-- changes: memberships of touched people that are another now
CREATE OR REPLACE TEMP TABLE membership_changes AS
WITH before AS (
  SELECT segment, slot FROM memberships
  WHERE segment IN (FROM asked) AND slot IN (SELECT slot FROM touched)
),
after AS (
  SELECT segment, slot FROM members WHERE segment IN (FROM asked)
)
SELECT c.segment, c.slot, c.entered, t.cause, CAST(NULL AS BIGINT) AS true_from
FROM (
  SELECT segment, slot, TRUE AS entered FROM (FROM after EXCEPT FROM before)
  UNION ALL
  SELECT segment, slot, FALSE FROM (FROM before EXCEPT FROM after)
) AS c
JOIN touched AS t ON t.slot = c.slot;

-- abandoned: memberships of segments that are gone end with their definition
CREATE OR REPLACE TEMP TABLE membership_changes AS
SELECT segment, slot, FALSE AS entered, 'definition' AS cause, CAST($at AS BIGINT) AS true_from
FROM memberships
WHERE segment IN (SELECT unnest($segments));

-- by_definition: what a definition changed is true from the tick that took it up
UPDATE membership_changes SET true_from = $at WHERE cause = 'definition';

-- look_at_touched: look at everybody touched, at the instant of the tick
CREATE OR REPLACE TEMP TABLE looks AS
SELECT slot, CAST($at AS BIGINT) AS "at", look(row_number() OVER () - 1, CAST($at AS BIGINT)) AS look FROM touched;

-- found_members: of those looked at, who is in which of the segments
CREATE OR REPLACE TEMP TABLE members AS
SELECT f.segment, l.slot FROM found AS f JOIN looks AS l ON l.look = f.slot;

-- log: put changes on record
INSERT INTO membership_log
SELECT segment, slot, entered, true_from, $at, cause FROM membership_changes;

-- note_changes: add to the changes of this tick
INSERT INTO tick_changes BY NAME SELECT * FROM membership_changes;

-- by_cause: how many changes of this tick there are, by cause
SELECT cause, count(*) AS changes FROM tick_changes GROUP BY cause ORDER BY cause;

-- keep_meaning: remember what a segment means
INSERT INTO evaluated VALUES ($segment, $fingerprint);

-- left: end memberships
DELETE FROM memberships
WHERE slot IN (SELECT slot FROM membership_changes WHERE NOT entered)
  AND (segment, slot) IN (SELECT (segment, slot) FROM membership_changes WHERE NOT entered);

-- entered: begin memberships
INSERT INTO memberships
SELECT segment, slot, true_from FROM membership_changes WHERE entered;

-- passed: forget the edges of who was looked at
DELETE FROM edges
WHERE segment IN (FROM asked) AND slot IN (SELECT slot FROM touched);

-- edged: whose edges are asked for
CREATE OR REPLACE TEMP TABLE edged AS SELECT slot FROM touched;

-- ahead: the next edge of who was looked at
INSERT INTO edges
SELECT n.segment, r.slot, min(r.moment)
FROM edge_numbers AS n
JOIN edge_rows AS r ON r.number = n.number
WHERE r.moment > $at AND r.moment < $latest
GROUP BY n.segment, r.slot;

-- forget_edges: forget the edges of segments that are gone
DELETE FROM edges WHERE segment IN (SELECT unnest($segments));

-- forget_meanings: forget what segments meant
DELETE FROM evaluated WHERE segment IN (SELECT unnest($segments));

-- forget_tick: make room for the next
DELETE FROM ticks;

-- keep_tick: remember a tick, and what it saw
INSERT INTO ticks SELECT $at, arrived.* FROM arrived;

-- members_of: who is in a segment
SELECT p.profile_id
FROM memberships AS m
JOIN everyone AS p ON p.origin = m.slot
WHERE m.segment = $segment;

-- changes_of_tick: what the last tick changed
SELECT c.segment, p.profile_id, c.entered, c.true_from, c.cause
FROM tick_changes AS c
JOIN everyone AS p ON p.origin = c.slot
ORDER BY c.true_from, c.segment, p.profile_id;

-- one_person: a working table of one profile
CREATE OR REPLACE TEMP TABLE one_person AS SELECT CAST($slot AS INTEGER) AS slot;

-- rows_of_one: how many rows a look at one profile reads
SELECT (SELECT count(*) FROM events WHERE slot = $slot)
  + (SELECT count(*) FROM attributes WHERE slot = $slot)
  + (SELECT count(*) FROM relationships WHERE slot = $slot) AS n;

-- edges_behind: the latest edges of one profile, the latest first
SELECT DISTINCT moment FROM edge_rows WHERE moment <= $at ORDER BY moment DESC LIMIT $most;

-- edges_ahead: its next edges
SELECT DISTINCT moment FROM edge_rows WHERE moment > $at ORDER BY moment LIMIT $most;

-- looks_at_one: looks at one profile, at several instants
CREATE OR REPLACE TEMP TABLE looks AS
SELECT CAST($slot AS INTEGER) AS slot, m AS "at", look(row_number() OVER () - 1, m) AS look
FROM (SELECT unnest(CAST($moments AS BIGINT[])) AS m);
