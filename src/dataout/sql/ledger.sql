-- position: the last sequence number of the ledger
SELECT coalesce(max(seq), 0) AS seq FROM operations;

-- believed: what each entry of a sync is believed to be at the destination (docs/semantics.md, "Belief")
CREATE OR REPLACE TEMP VIEW believed AS
SELECT
  sync,
  row_key,
  CASE
    WHEN settled_op IS NULL THEN 'never'
    WHEN settled_outcome = 'unknown' THEN 'maybe'
    WHEN settled_op = 'add' THEN 'added'
    ELSE 'removed'
  END AS held,
  CASE WHEN last_outcome IN ('sent', 'deferred') THEN last_op END AS open_op,
  CASE WHEN last_outcome = 'rejected' THEN last_op END AS rejected_op,
  last_reason,
  last_at,
  rejections
FROM (
  SELECT
    sync,
    row_key,
    arg_max(op, seq) FILTER (WHERE outcome IN ('accepted', 'released', 'unknown')) AS settled_op,
    arg_max(outcome, seq) FILTER (WHERE outcome IN ('accepted', 'released', 'unknown')) AS settled_outcome,
    arg_max(op, seq) AS last_op,
    arg_max(outcome, seq) AS last_outcome,
    arg_max(reason, seq) AS last_reason,
    max(recorded_at) AS last_at,
    count(*) FILTER (WHERE outcome = 'rejected') AS rejections
  FROM operations
  GROUP BY sync, row_key
);

-- standing: each entry of one sync, desired or believed, and what has to happen to it
CREATE OR REPLACE TEMP TABLE standing AS
SELECT
  coalesce(d.row_key, b.row_key) AS row_key,
  d.row_key IS NOT NULL AS desired,
  coalesce(b.held, 'never') AS held,
  b.open_op,
  b.rejected_op,
  b.last_reason,
  CASE
    WHEN d.row_key IS NOT NULL THEN CASE
      WHEN b.open_op IS NOT NULL THEN 'open'
      WHEN coalesce(b.held, 'never') = 'added' THEN 'unchanged'
      WHEN b.rejected_op = 'add' AND b.last_at + pow(2, least(b.rejections, 5) - 1)::BIGINT * 86400000 > $now
        THEN 'rejected'
      ELSE 'add'
    END
    ELSE CASE
      WHEN b.open_op = 'remove' THEN 'open'
      WHEN b.open_op = 'add' THEN 'remove'
      WHEN b.held NOT IN ('added', 'maybe') THEN 'nothing'
      WHEN b.rejected_op = 'remove' AND b.last_at + pow(2, least(b.rejections, 8) - 1)::BIGINT * 900000 > $now
        THEN 'overdue'
      ELSE 'remove'
    END
  END AS todo
FROM (SELECT * FROM desired WHERE sync = $sync) AS d
FULL JOIN (SELECT * FROM believed WHERE sync = $sync) AS b ON b.row_key = d.row_key;

-- changes: what a plan of one sync consists of, in the order in which it is delivered
INSERT INTO changes
SELECT
  $sync AS sync,
  s.todo AS op,
  s.row_key,
  CASE WHEN s.todo = 'add' THEN 'qualifies' ELSE coalesce(o.because, 'left the segment') END AS because,
  CASE WHEN o.suppressed THEN 0 ELSE 1 END AS urgency
FROM standing AS s
LEFT JOIN (
  SELECT
    w.row_key,
    min(f.because) FILTER (WHERE f.step = 'suppressed') AS because,
    count(*) FILTER (WHERE f.step = 'suppressed') > 0 AS suppressed
  FROM entry_owners AS w JOIN funnel AS f ON f.slot = w.slot AND f.audience = $audience
  WHERE w.sync = $sync
  GROUP BY w.row_key
) AS o ON o.row_key = s.row_key
WHERE s.todo IN ('add', 'remove');

-- updates: entries to add whose owner has another entry to remove: the add waits for the removal
SELECT count(DISTINCT d.row_key) AS updates
FROM changes AS a
JOIN desired AS d ON d.sync = a.sync AND d.row_key = a.row_key
JOIN owners AS p ON p.sync = a.sync AND p.row_key = a.row_key
JOIN entry_owners AS w ON w.sync = a.sync AND w.slot = p.slot
JOIN changes AS r ON r.sync = a.sync AND r.row_key = w.row_key AND r.op = 'remove'
WHERE a.op = 'add' AND a.sync = $sync;

-- counts: how many entries of the sync stand where
SELECT todo, desired, held, count(*) AS entries FROM standing GROUP BY ALL;

-- due: the next changes of a sync to deliver, after a key, with the values to send
SELECT c.row_key, e.row_values
FROM changes AS c
JOIN entries AS e ON e.sync = c.sync AND e.row_key = c.row_key
WHERE c.sync = $sync AND c.op = $op AND c.urgency = $urgency AND c.row_key > $after
ORDER BY c.row_key
LIMIT $rows;

-- held_back: entries to add whose owner has another entry that may still be at the destination
SELECT DISTINCT p.row_key
FROM owners AS p
JOIN entry_owners AS w ON w.sync = p.sync AND w.slot = p.slot AND w.row_key <> p.row_key
JOIN believed AS b ON b.sync = p.sync AND b.row_key = w.row_key
LEFT JOIN desired AS d ON d.sync = p.sync AND d.row_key = w.row_key
WHERE p.sync = $sync AND d.row_key IS NULL AND (b.held IN ('added', 'maybe') OR b.open_op IS NOT NULL);

-- shown: which of some identifying values a desired entry of the sync shows
SELECT DISTINCT field, sent FROM shown_values WHERE sync = $sync AND sent IN (SELECT unnest($values));

-- sharers: desired entries that share an identifying value with some other entries
CREATE OR REPLACE TEMP TABLE sharers AS
SELECT DISTINCT v.row_key
FROM shown_values AS v
JOIN (
  SELECT row_key, row_values, unnest(json_keys(row_values)) AS field
  FROM entries WHERE sync = $sync AND row_key IN (SELECT unnest($keys))
) AS e
  ON v.field = e.field
  AND v.sent = json_extract_string(e.row_values, '$."' || e.field || '"')
  AND v.row_key <> e.row_key
WHERE v.sync = $sync;

-- doubt_sharers: a platform may hold people who share a value as one, and have removed them together
INSERT INTO operations
SELECT
  (SELECT coalesce(max(seq), 0) FROM operations) + row_number() OVER (ORDER BY row_key),
  $sync, row_key, '', 'add', 'unknown', 'somebody who shares a value with it was removed', $now
FROM sharers;

-- add_sharers: so they are added once more
INSERT INTO changes
SELECT $sync, 'add', s.row_key, 'qualifies', 1
FROM sharers AS s
ANTI JOIN changes AS c ON c.sync = $sync AND c.op = 'add' AND c.row_key = s.row_key;

-- remember_entries: keep what may be sent from now on; the values of a known entry do not change
INSERT INTO entries
SELECT d.sync, d.row_key, d.row_values
FROM desired AS d
ANTI JOIN entries AS e ON e.sync = d.sync AND e.row_key = d.row_key
WHERE d.sync = $sync;

-- remember_owners: keep whose entries they are
INSERT INTO entry_owners BY NAME
SELECT o.sync, o.row_key, o.slot
FROM owners AS o
ANTI JOIN entry_owners AS e ON e.sync = o.sync AND e.row_key = o.row_key AND e.slot = o.slot
WHERE o.sync = $sync;

-- doubt: every entry of a sync may be at the destination, or not
INSERT INTO operations
SELECT
  (SELECT coalesce(max(seq), 0) FROM operations) + row_number() OVER (ORDER BY row_key),
  sync, row_key, '', 'add', 'unknown', $reason, $now
FROM believed
WHERE sync = $sync AND held = 'added';

-- open_batches: batches of a sync without a final answer, oldest first
SELECT batch_id, op, remote, content, job FROM batches
WHERE sync = $sync AND closed_at IS NULL ORDER BY created_at, batch_id;

-- still_desired: how many of some entries are desired now
SELECT count(*) AS entries FROM desired WHERE sync = $sync AND row_key IN (SELECT unnest($keys));

-- close_batch: its content is no longer needed once it has an answer
UPDATE batches SET closed_at = $now, content = NULL, receipt = $receipt WHERE batch_id = $batch_id;

-- note_job: where to ask for the outcome of an asynchronous batch
UPDATE batches SET job = $job WHERE batch_id = $batch_id;

-- remote: the audience at the vendor that a sync writes to
SELECT remote FROM remotes WHERE sync = $sync;

-- unsettled: desired entries of a sync about which the destination has not had its last word
SELECT count(*) AS entries FROM desired AS d
LEFT JOIN believed AS b ON b.sync = d.sync AND b.row_key = d.row_key
WHERE d.sync = $sync
  AND (b.held IS NULL OR b.open_op IS NOT NULL OR (b.held <> 'added' AND b.rejected_op IS DISTINCT FROM 'add'));

-- progress: what became of the desired entries of a sync, each counted once
SELECT
  CASE
    WHEN b.open_op IS NOT NULL THEN 'no answer yet'
    WHEN b.held = 'added' THEN 'accepted'
    WHEN b.rejected_op = 'add' THEN 'rejected'
    ELSE 'not yet sent'
  END AS step,
  CASE WHEN b.rejected_op = 'add' AND b.held <> 'added' THEN b.last_reason ELSE '' END AS because,
  count(*) AS entries
FROM desired AS d
LEFT JOIN believed AS b ON b.sync = d.sync AND b.row_key = d.row_key
WHERE d.sync = $sync
GROUP BY ALL;

-- entry_of: the ledger's word on one profile's entries
SELECT w.row_key, b.held, b.open_op, b.rejected_op, b.last_reason, b.last_at
FROM entry_owners AS w JOIN believed AS b ON b.sync = w.sync AND b.row_key = w.row_key
WHERE w.sync = $sync AND w.slot = $slot;

-- batches_of: the batches in which one profile's entries travelled, newest first
SELECT o.batch_id, o.op, o.outcome, o.reason, o.recorded_at
FROM operations AS o JOIN entry_owners AS w ON w.sync = o.sync AND w.row_key = o.row_key
WHERE o.sync = $sync AND w.slot = $slot ORDER BY o.seq DESC LIMIT 20;

-- delivered: the additions of a sync that have gone out
DELETE FROM changes WHERE sync = $sync AND op = 'add';
