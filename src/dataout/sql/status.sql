-- rejects: how many records wait to be mended
SELECT count(*) AS rejects FROM rejects;

-- streams: what arrived of each event from each source, replaced and deleted events not counted
SELECT
  name AS event,
  source,
  count(*) FILTER (WHERE superseded_at IS NULL) AS count,
  max(event_time) AS newest_event_time,
  max(received_at) AS newest_received_at
FROM events GROUP BY name, source ORDER BY name, source;

-- syncs: what the ledger believes of each sync
SELECT
  b.sync,
  count(*) FILTER (WHERE b.held = 'added' AND b.open_op IS NULL) AS held,
  count(*) FILTER (WHERE b.open_op IS NOT NULL) AS open,
  count(*) FILTER (WHERE b.rejected_op IS NOT NULL) AS rejected,
  (
    SELECT max(o.recorded_at) FROM operations AS o WHERE o.sync = b.sync AND o.outcome = 'accepted'
  ) AS last_acknowledged
FROM believed AS b GROUP BY b.sync ORDER BY b.sync;
