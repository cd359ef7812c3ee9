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
SELECT 'merges' AS name, max(landing) AS last FROM merges WHERE landing > $merges
UNION ALL
SELECT 'rewritten' AS name, max(landing) AS last FROM rewritten WHERE landing > $rewritten;

-- ticked: what the last tick saw
FROM ticks;

-- kept: the segments whose edges a server keeps
SELECT segment FROM keyed;

-- keep_tick: note a tick, and what it saw
INSERT INTO ticks BY NAME
SELECT
  $at AS "at",
  $profiles AS profiles,
  $events AS events,
  $attributes AS attributes,
  $list_members AS list_members,
  $relationships AS relationships,
  $object_attributes AS object_attributes,
  $withdrawals AS withdrawals,
  $deletions AS deletions,
  $merges AS merges;

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

-- moved: profiles that merged with others, or parted from them
SELECT was AS slot FROM merges WHERE landing > $after
UNION
SELECT became FROM merges WHERE landing > $after;

-- moved_attributes: what else was ever said of them
SELECT slot, set_at AS moment, name, received_at, landing, CAST(CAST(value AS JSON) AS VARCHAR) AS said
FROM attributes
WHERE landing <= $after AND slot IN (SELECT unnest(CAST($moved AS INTEGER[])));

-- moved_list_members: on which lists else they were put
SELECT slot, set_at AS moment, list AS name, received_at, landing, member
FROM list_members
WHERE landing <= $after AND slot IN (SELECT unnest(CAST($moved AS INTEGER[])));

-- moved_deletions: whether they were deleted; who is part of another person is there no more
SELECT slot, set_at AS moment, received_at, landing, deleted AS member
FROM deletions
WHERE landing <= $after AND slot IN (SELECT unnest(CAST($moved AS INTEGER[])))
UNION ALL
SELECT slot, CAST($at AS BIGINT), CAST($at AS BIGINT), CAST(0 AS BIGINT), TRUE
FROM merged
WHERE slot IN (SELECT unnest(CAST($moved AS INTEGER[])));

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
