-- profiles: everybody
INSERT INTO profiles BY NAME SELECT person AS slot, 'p' || person AS profile_id FROM people ORDER BY person;

-- attributes: as a file of profiles says them
INSERT INTO attributes BY NAME
SELECT
  person AS slot,
  unnest(['country', 'consent']) AS name,
  CAST(CAST(unnest([to_json(country), to_json(consent)]) AS JSON) AS VARIANT) AS value,
  $start AS set_at,
  $start AS received_at,
  row_number() OVER () AS landing
FROM people;

-- events: as a file of events in the order of receipt says them, laid down as loading does
INSERT INTO events BY NAME
SELECT
  person AS slot,
  CAST(name AS VARCHAR) AS name,
  event_time,
  received_at,
  row_number() OVER () AS landing,
  'shop' AS source,
  md5_number(CAST(row_number() OVER () AS VARCHAR)) AS event_key,
  FALSE AS backfill,
  CAST(CAST('{' || concat_ws(
    ',', '"campaign":' || campaign, '"category":' || category, '"value":' || value
  ) || '}' AS JSON) AS VARIANT) AS properties
FROM log
ORDER BY CAST(name AS VARCHAR), event_time;
