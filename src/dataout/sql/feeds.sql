-- position: the last arrival in each table, of those after what is known already
SELECT 'profiles' AS name, max(slot) AS last FROM profiles WHERE slot > $profiles
UNION ALL
SELECT 'events' AS name, max(landing) AS last FROM events WHERE landing > $events
UNION ALL
SELECT 'attributes' AS name, max(landing) AS last FROM attributes WHERE landing > $attributes
UNION ALL
SELECT 'list_members' AS name, max(landing) AS last FROM list_members WHERE landing > $list_members
UNION ALL
SELECT 'relationships' AS name, max(landing) AS last FROM relationships WHERE landing > $relationships
UNION ALL
SELECT 'object_attributes' AS name, max(landing) AS last FROM object_attributes WHERE landing > $object_attributes
UNION ALL
SELECT 'withdrawals' AS name, max(landing) AS last FROM withdrawals WHERE landing > $withdrawals
UNION ALL
SELECT 'deletions' AS name, max(landing) AS last FROM deletions WHERE landing > $deletions
UNION ALL
SELECT 'merges' AS name, max(landing) AS last FROM merges WHERE landing > $merges;

-- rewritten: the last correction
SELECT coalesce(max(landing), 0) AS last FROM rewritten;

-- ticked: what the last tick saw
FROM ticks;

-- kept: the segments whose edges a server keeps
SELECT segment FROM keyed;

-- arrived: the same, where a tick notes what it saw
CREATE OR REPLACE TEMP TABLE arrived AS
SELECT
  CAST($profiles AS BIGINT) AS profiles,
  CAST($events AS BIGINT) AS events,
  CAST($attributes AS BIGINT) AS attributes,
  CAST($list_members AS BIGINT) AS list_members,
  CAST($relationships AS BIGINT) AS relationships,
  CAST($object_attributes AS BIGINT) AS object_attributes,
  CAST($withdrawals AS BIGINT) AS withdrawals,
  CAST($deletions AS BIGINT) AS deletions,
  CAST($merges AS BIGINT) AS merges;

-- renewed: whose events were corrected
SELECT DISTINCT slot FROM rewritten WHERE landing > $after;

-- new_events: events that came, of people whose events were only added to
SELECT slot, event_time AS moment, name, received_at, landing, CAST(CAST(properties AS JSON) AS VARCHAR) AS said
FROM events
WHERE landing > $after AND superseded_at IS NULL AND slot NOT IN (SELECT unnest(CAST($renewed AS INTEGER[])));

-- renewed_events: all events of people whose events were corrected
SELECT slot, event_time AS moment, name, received_at, landing, CAST(CAST(properties AS JSON) AS VARCHAR) AS said
FROM events
WHERE superseded_at IS NULL AND slot IN (SELECT unnest(CAST($renewed AS INTEGER[])));

-- renewed_attributes: when attributes of people were set whose events were corrected
SELECT slot, set_at AS moment FROM attributes
WHERE slot IN (SELECT unnest(CAST($renewed AS INTEGER[])));

-- new_attributes: values of attributes that came
SELECT slot, set_at AS moment, name, received_at, landing, CAST(CAST(value AS JSON) AS VARCHAR) AS said
FROM attributes
WHERE landing > $after;

-- new_list_members: who was put on a list or taken off it
SELECT slot, set_at AS moment, list AS name, received_at, landing, member
FROM list_members
WHERE landing > $after;

-- new_deletions: who was deleted or brought back
SELECT slot, set_at AS moment, received_at, landing, deleted AS member
FROM deletions
WHERE landing > $after;

-- new_profiles: people who came
SELECT slot FROM profiles WHERE slot > $after;

-- heard: whom data that arrived since the last tick may have moved
SELECT slot, cause FROM touched WHERE cause <> 'time';

-- everybody: all people
SELECT slot FROM profiles;

-- members: who is in a segment
SELECT slot FROM memberships WHERE segment = $segment AND slot NOT IN (SELECT slot FROM merged);

-- merged_members: memberships of profiles that are part of other people end
CREATE OR REPLACE TEMP TABLE membership_changes AS
SELECT segment, slot, FALSE AS entered, 'identity' AS cause, CAST($at AS BIGINT) AS true_from
FROM memberships
WHERE segment IN (SELECT unnest(CAST($segments AS VARCHAR[]))) AND slot IN (SELECT slot FROM merged);

-- no_membership_changes: room for the changes that streams found
CREATE OR REPLACE TEMP TABLE membership_changes (
  segment VARCHAR, slot INTEGER, entered BOOLEAN, cause VARCHAR, true_from BIGINT
);

-- nobody_touched: room for the people whom streams cannot answer for
CREATE OR REPLACE TEMP TABLE touched (slot INTEGER, cause VARCHAR);

-- found_changes: what was found of them
SELECT segment, slot, entered FROM membership_changes;

-- found_edges: when they are to be looked at again
SELECT segment, slot, moment FROM edges WHERE segment IN (SELECT unnest(CAST($segments AS VARCHAR[])));

-- no_edges: edges that are kept in memory stand nowhere else
DELETE FROM edges WHERE segment IN (SELECT unnest(CAST($segments AS VARCHAR[])));

-- keep_none: forget whose edges are kept in memory
DELETE FROM keyed;

-- keep: note a segment's edges as kept in memory
INSERT INTO keyed SELECT unnest(CAST($segments AS VARCHAR[]));
