-- everybody: compare everybody
CREATE OR REPLACE TEMP TABLE verified AS SELECT origin AS slot FROM everyone;

-- sample: compare some, other ones every time
CREATE OR REPLACE TEMP TABLE verified AS
SELECT slot FROM profiles ORDER BY hash(slot || $seed), slot LIMIT $most;

-- differences: what ticks kept against what was evaluated, for those compared
WITH kept AS (
  SELECT segment, slot FROM memberships WHERE slot IN (SELECT slot FROM verified)
),
wrong AS (
  SELECT segment, slot, TRUE AS missing FROM (FROM verified_members EXCEPT FROM kept)
  UNION ALL
  SELECT segment, slot, FALSE FROM (FROM kept EXCEPT FROM verified_members)
)
SELECT
  w.segment,
  count(*) FILTER (w.missing) AS missing,
  count(*) FILTER (NOT w.missing) AS extra,
  list(p.profile_id ORDER BY p.profile_id)[:5] AS examples
FROM wrong AS w
JOIN everyone AS p ON p.origin = w.slot
GROUP BY w.segment
ORDER BY w.segment;

-- looked_at: how many were compared
SELECT count(*) AS people FROM verified SEMI JOIN profiles USING (slot);
