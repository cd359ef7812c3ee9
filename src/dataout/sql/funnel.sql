-- steps: how many eligible profiles of an audience end at which step
SELECT step, coalesce(because, '') AS because, count(*) AS people
FROM funnel WHERE audience = $audience GROUP BY ALL;

-- desired_in_tier: how many are desired, per tier
SELECT coalesce(tier, '') AS tier, count(*) AS people
FROM funnel WHERE audience = $audience AND step = 'desired' GROUP BY ALL;

-- unidentifiable: why desired profiles cannot be recognised at a sync's destination
SELECT reason AS because, count(*) AS people FROM unidentifiable WHERE sync = $sync GROUP BY ALL;

-- entries: how many entries stand for how many profiles
SELECT count(DISTINCT row_key) AS entries, count(*) AS people FROM owners WHERE sync = $sync;

-- sample: some of the desired profiles
SELECT p.profile_id, f.tier
FROM funnel AS f JOIN profiles AS p ON p.slot = f.slot
WHERE f.audience = $audience AND f.step = 'desired' ORDER BY p.profile_id LIMIT $most;

-- desired_profiles: who is desired
SELECT p.profile_id, f.tier
FROM funnel AS f JOIN profiles AS p ON p.slot = f.slot
WHERE f.audience = $audience AND f.step = 'desired' ORDER BY p.profile_id;

-- person: where one profile ends in an audience
SELECT step, because, tier FROM funnel WHERE audience = $audience AND slot = $slot;

-- person_entry: under which key one profile is desired at a sync, or why it is not
SELECT o.row_key, u.reason
FROM (SELECT $slot AS slot) AS s
LEFT JOIN owners AS o ON o.sync = $sync AND o.slot = s.slot
LEFT JOIN unidentifiable AS u ON u.sync = $sync AND u.slot = s.slot;

-- by_attribute: profiles whose newest value of an attribute is this text, whatever its case
SELECT p.slot, p.profile_id
FROM profiles AS p
JOIN (
  SELECT
    slot,
    arg_max(
      struct_pack(value := value),
      struct_pack(set_at := set_at, received_at := received_at, landing := landing)
    ).value AS value
  FROM attributes WHERE name = $name AND set_at <= $now GROUP BY slot
) AS a ON a.slot = p.slot
WHERE lower(trim(text_of(a.value))) = lower(trim($value));
