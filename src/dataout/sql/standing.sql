-- seen: the last arrivals that a tick has seen, where there was one
SELECT
  profiles,
  events,
  attributes,
  list_members,
  relationships,
  object_attributes,
  withdrawals,
  deletions,
  merges
FROM ticks;

-- standing: the last tick, the next edge, and whether something arrived after these arrivals
SELECT
  (SELECT "at" FROM ticks) AS last,
  (SELECT min(moment) FROM edges) AS next_edge,
  (SELECT count(*) FROM (
    (SELECT 1 FROM profiles WHERE slot > $profiles LIMIT 1)
    UNION ALL
    (SELECT 1 FROM events WHERE landing > $events LIMIT 1)
    UNION ALL
    (SELECT 1 FROM attributes WHERE landing > $attributes LIMIT 1)
    UNION ALL
    (SELECT 1 FROM list_members WHERE landing > $list_members LIMIT 1)
    UNION ALL
    (SELECT 1 FROM relationships WHERE landing > $relationships LIMIT 1)
    UNION ALL
    (SELECT 1 FROM object_attributes WHERE landing > $object_attributes LIMIT 1)
    UNION ALL
    (SELECT 1 FROM withdrawals WHERE landing > $withdrawals LIMIT 1)
    UNION ALL
    (SELECT 1 FROM deletions WHERE landing > $deletions LIMIT 1)
    UNION ALL
    (SELECT 1 FROM merges WHERE landing > $merges LIMIT 1)
  )) > 0 AS arrived;

-- edges_due: how many edges have come
SELECT count(*) AS n FROM edges WHERE moment <= $at;

-- lateness: of the changes of the last tick, by cause, how many were known how late: the number of bounds that each exceeds
SELECT cause, bucket, count(*) AS changes, CAST(sum(late) AS BIGINT) AS total
FROM (
  SELECT cause, late, len(list_filter(CAST($bounds AS BIGINT[]), lambda bound: bound < late)) AS bucket
  FROM (SELECT cause, greatest(CAST($at AS BIGINT) - true_from, 0) AS late FROM tick_changes)
)
GROUP BY cause, bucket
ORDER BY cause, bucket;
