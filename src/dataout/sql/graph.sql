-- state: the rules that the present merges follow, and the last value of an attribute that they saw
FROM identity_rules;

-- forget_state: make room for it
DELETE FROM identity_rules;

-- keep_state: note it
INSERT INTO identity_rules VALUES ($rules, (SELECT coalesce(max(landing), 0) FROM attributes));

-- forget_values: other rules read other values
DELETE FROM identities WHERE kind <> 'anonymous_id';

-- forget_quarantine: and stop others
DELETE FROM quarantined;

-- no_news: nothing identifying arrived
CREATE OR REPLACE TEMP TABLE identity_news (
  origin INTEGER, kind VARCHAR, value VARCHAR, stated_at BIGINT, received_at BIGINT
);

-- raw: identifying values not read yet, each with the country that its own record states
CREATE OR REPLACE TEMP TABLE identity_raw AS
WITH wanted AS (
  SELECT unnest(CAST($kinds AS VARCHAR[])) AS kind, unnest(CAST($names AS VARCHAR[])) AS name
),
countries AS (
  SELECT landing, coalesce(origin, slot) AS origin, min(text_of(value)) AS country
  FROM attributes
  WHERE landing > $after AND name IN (SELECT unnest(CAST($countries AS VARCHAR[])))
  GROUP BY ALL
),
stated AS (
  SELECT
    coalesce(a.origin, a.slot) AS origin,
    w.kind,
    CASE
      WHEN variant_typeof(a.value) = 'DOUBLE'
        THEN regexp_replace(CAST(try_cast(scalar_of(a.value) AS DOUBLE) AS VARCHAR), '\.0$', '')
      WHEN is_number(a.value) THEN CAST(try_cast(scalar_of(a.value) AS HUGEINT) AS VARCHAR)
      ELSE text_of(a.value)
    END AS raw,
    a.set_at AS stated_at,
    a.received_at,
    a.landing
  FROM attributes AS a
  JOIN wanted AS w ON w.name = a.name
  WHERE a.landing > $after
)
SELECT
  s.* EXCLUDE (landing),
  CASE WHEN s.kind = 'phone' THEN coalesce(c.country, '') ELSE '' END AS country
FROM stated AS s
LEFT JOIN countries AS c ON c.landing = s.landing AND c.origin = s.origin
WHERE s.raw IS NOT NULL;

-- raw_values: the distinct ones
SELECT DISTINCT kind, raw, country FROM identity_raw ORDER BY ALL;

-- no_comparable: room for what they come to
CREATE OR REPLACE TEMP TABLE identity_comparable (
  kind VARCHAR, raw VARCHAR, country VARCHAR, value VARCHAR, placeholder BOOLEAN
);

-- stated: what profiles state, in the form in which it is compared
INSERT INTO identity_news BY NAME
SELECT r.origin, r.kind, c.value, min(r.stated_at) AS stated_at, r.received_at
FROM identity_raw AS r
JOIN identity_comparable AS c USING (kind, raw, country)
GROUP BY r.origin, r.kind, c.value, r.received_at;

-- placeholders: values that are nobody's
INSERT INTO quarantined
SELECT DISTINCT kind, value, 'placeholder', 0
FROM identity_comparable
ANTI JOIN quarantined USING (kind, value)
WHERE placeholder;

-- claimed: who came with which anonymous id
INSERT INTO identity_news BY NAME
SELECT
  origin,
  'anonymous_id' AS kind,
  anonymous_id AS value,
  min(coalesce(event_time, set_at, received_at)) AS stated_at,
  received_at
FROM load_parsed
JOIN everyone USING (profile_id)
WHERE anonymous_id IS NOT NULL
GROUP BY origin, anonymous_id, received_at;

-- forget_known: what was stated as early before, and known as early, is nothing new
DELETE FROM identity_news AS n
USING identities AS i
WHERE
  i.origin = n.origin
  AND i.kind = n.kind
  AND i.value = n.value
  AND i.stated_at <= n.stated_at
  AND i.received_at <= n.received_at;

-- news: how much there is
SELECT count(*) AS n FROM identity_news;

-- remember: from now on it is known
INSERT INTO identities BY NAME FROM identity_news;

-- barred_before: values that merge nobody, whatever else is known
CREATE OR REPLACE TEMP TABLE graph_barred AS
SELECT kind, value, reason, profiles FROM quarantined WHERE reason IN ('placeholder', 'shared');

-- barred_placeholders: those of which that has always been known
CREATE OR REPLACE TEMP TABLE graph_barred AS
SELECT kind, value, reason, profiles FROM quarantined WHERE reason = 'placeholder';

-- everybody: all profiles that anything identifies
CREATE OR REPLACE TEMP TABLE graph_region AS SELECT DISTINCT origin FROM identities;

-- region: the profiles of which something new is known, and with whom it connects them
CREATE OR REPLACE TEMP TABLE graph_region AS
SELECT origin FROM identity_news
UNION
SELECT origin FROM identities
SEMI JOIN identity_news USING (kind, value)
ANTI JOIN graph_barred USING (kind, value);

-- region_of: the profiles of some people
CREATE OR REPLACE TEMP TABLE graph_region AS
SELECT origin FROM everyone WHERE slot IN (SELECT unnest(CAST($slots AS INTEGER[])));

-- widen: whoever is one person with them, or may become it
INSERT INTO graph_region
SELECT origin
FROM (
  SELECT e.origin
  FROM everyone AS e
  SEMI JOIN (
    SELECT DISTINCT o.slot FROM everyone AS o SEMI JOIN graph_region USING (origin)
  ) AS people USING (slot)
  UNION
  SELECT i.origin
  FROM identities AS i
  SEMI JOIN (
    SELECT DISTINCT kind, value FROM identities
    SEMI JOIN graph_region USING (origin)
    ANTI JOIN graph_barred USING (kind, value)
    WHERE kind = 'anonymous_id' OR kind IN (SELECT unnest(CAST($merging AS VARCHAR[])))
  ) AS together USING (kind, value)
) AS connected
ANTI JOIN graph_region USING (origin);

-- region_size: how many profiles that is
SELECT count(*) AS n FROM graph_region;

-- held: which values they hold that may merge, as far as was known
CREATE OR REPLACE TEMP TABLE graph_held AS
SELECT i.origin, i.kind, i.value, min(i.stated_at) AS stated_at
FROM identities AS i
SEMI JOIN graph_region USING (origin)
ANTI JOIN graph_barred USING (kind, value)
ANTI JOIN (SELECT * FROM splits WHERE split_at <= $known_at) AS s
  ON s.kind = i.kind AND s.value = i.value AND (s.origin IS NULL OR s.origin = i.origin)
WHERE
  i.received_at <= $known_at
  AND (i.kind = 'anonymous_id' OR i.kind IN (SELECT unnest(CAST($merging AS VARCHAR[]))))
GROUP BY i.origin, i.kind, i.value;

-- bar_shared: values of more profiles than one person has
INSERT INTO graph_barred
SELECT kind, value, 'shared', count(*) FROM graph_held GROUP BY kind, value HAVING count(*) > $sharers;

-- links: what joins profiles; an anonymous id joins the profile of its own with the first that claimed it
CREATE OR REPLACE TEMP TABLE graph_links AS
SELECT h.origin, h.kind, h.value
FROM graph_held AS h
ANTI JOIN graph_barred USING (kind, value)
JOIN everyone AS e ON e.origin = h.origin
QUALIFY
  h.kind <> 'anonymous_id'
  OR e.profile_id = 'anonymous_id:' || h.value
  OR row_number() OVER (
    PARTITION BY h.kind, h.value, e.profile_id = 'anonymous_id:' || h.value
    ORDER BY h.stated_at, e.profile_id
  ) = 1;

-- labels: each is a group of its own
CREATE OR REPLACE TEMP TABLE graph_labels AS SELECT origin, origin AS label FROM graph_region;

-- spread: each takes the smallest label among those it is joined with, and whatever label that has
CREATE OR REPLACE TEMP TABLE graph_next AS
WITH smallest AS (
  SELECT kind, value, min(label) AS label
  FROM graph_links JOIN graph_labels USING (origin)
  GROUP BY kind, value
),
reached AS (
  SELECT origin, min(label) AS label
  FROM graph_links JOIN smallest USING (kind, value)
  GROUP BY origin
),
taken AS (
  SELECT g.origin, least(g.label, coalesce(r.label, g.label)) AS label
  FROM graph_labels AS g
  LEFT JOIN reached AS r USING (origin)
)
SELECT t.origin, least(t.label, coalesce(further.label, t.label)) AS label
FROM taken AS t
LEFT JOIN graph_labels AS further ON further.origin = t.label;

-- moving: how many labels are others now
SELECT count(*) AS n
FROM graph_next AS n
JOIN graph_labels AS g USING (origin)
WHERE n.label <> g.label;

-- settle: the next labels are the present ones
CREATE OR REPLACE TEMP TABLE graph_labels AS FROM graph_next;

-- over: groups with more values of a kind than one person has
CREATE OR REPLACE TEMP TABLE graph_over AS
WITH limits AS (
  SELECT unnest(CAST($kinds AS VARCHAR[])) AS kind, unnest(CAST($limits AS INTEGER[])) AS most
),
held AS (
  SELECT g.label, i.kind, i.value
  FROM identities AS i
  JOIN graph_labels AS g USING (origin)
  ANTI JOIN graph_barred USING (kind, value)
  WHERE i.received_at <= $known_at
)
SELECT DISTINCT h.label
FROM held AS h
JOIN limits AS l USING (kind)
GROUP BY h.label, h.kind, l.most
HAVING count(DISTINCT h.value) > l.most;

-- bar_limit: in each of them the values that join most profiles
CREATE OR REPLACE TEMP TABLE graph_found AS
SELECT g.label, l.kind, l.value, count(*) AS profiles
FROM graph_links AS l
JOIN graph_labels AS g USING (origin)
SEMI JOIN graph_over AS o ON o.label = g.label
GROUP BY g.label, l.kind, l.value
HAVING count(*) > 1
QUALIFY rank() OVER (PARTITION BY g.label ORDER BY count(*) DESC) = 1;

-- found: how many
SELECT count(*) AS n FROM graph_found;

-- bar_found: they merge nobody
INSERT INTO graph_barred SELECT kind, value, 'limit', profiles FROM graph_found;

-- unlink: so nothing is joined by them
DELETE FROM graph_links AS l USING graph_found AS f WHERE f.kind = l.kind AND f.value = l.value;

-- groups: whose records are whose, from now on
-- The survivor has a name of its own if any of them has, and was seen first.
CREATE OR REPLACE TEMP TABLE graph_groups AS
WITH joined AS (
  SELECT g.origin, g.label, e.profile_id, e.slot AS was
  FROM graph_labels AS g
  JOIN everyone AS e USING (origin)
),
several AS (
  SELECT origin, was FROM joined
  WHERE label IN (SELECT label FROM joined GROUP BY label HAVING count(*) > 1)
),
seen AS (
  SELECT origin, min(moment) AS first_seen
  FROM (
    SELECT coalesce(origin, slot) AS origin, event_time AS moment FROM events
    WHERE
      slot IN (SELECT was FROM several)
      AND superseded_at IS NULL
      AND received_at <= $known_at
    UNION ALL
    SELECT coalesce(origin, slot), set_at FROM attributes
    WHERE slot IN (SELECT was FROM several) AND received_at <= $known_at
  ) AS said
  GROUP BY origin
)
SELECT
  j.origin,
  j.profile_id,
  j.was,
  first_value(j.origin) OVER (
    PARTITION BY j.label
    ORDER BY starts_with(j.profile_id, 'anonymous_id:'), s.first_seen NULLS LAST, j.profile_id
  ) AS became
FROM joined AS j
LEFT JOIN seen AS s USING (origin);

-- moves: whose records change hands
CREATE OR REPLACE TEMP TABLE graph_moves AS SELECT * FROM graph_groups WHERE was <> became;

-- moved: how many profiles that are
SELECT count(*) AS n FROM graph_moves;

-- released: profiles that are people of their own again
INSERT INTO profiles SELECT origin, profile_id FROM graph_moves WHERE became = origin;

-- forget_merged: whom another person has now, or nobody
DELETE FROM merged WHERE slot IN (SELECT origin FROM graph_moves);

-- merged: profiles that are other people's
INSERT INTO merged SELECT origin, profile_id, became FROM graph_moves WHERE became <> origin;

-- absorbed: they are no people of their own
DELETE FROM profiles WHERE slot IN (SELECT slot FROM merged);

-- log: put it on record
INSERT INTO merges
SELECT origin, was, became, $now, (SELECT coalesce(max(landing), 0) + 1 FROM merges)
FROM graph_moves;

-- forget_limits: values of these profiles that were stopped by limits are judged anew
DELETE FROM quarantined AS q
USING graph_held AS h
WHERE q.kind = h.kind AND q.value = h.value AND q.reason <> 'placeholder';

-- quarantine: values that merge nobody
INSERT INTO quarantined
SELECT kind, value, reason, profiles FROM graph_barred
ANTI JOIN quarantined USING (kind, value);

-- whose: of profiles whose records were another's then: who had them
CREATE OR REPLACE TEMP TABLE known_slots AS
SELECT origin, became FROM graph_groups WHERE origin <> became;

-- known_everyone: everybody there was, and whose they were then
CREATE OR REPLACE TEMP TABLE known_everyone AS
SELECT e.origin, e.profile_id, coalesce(k.became, e.origin) AS slot
FROM everyone AS e
LEFT JOIN known_slots AS k USING (origin);

-- shadow_everyone: in the place of the table of that name
CREATE OR REPLACE TEMP VIEW everyone AS FROM known_everyone;

-- shadow_profiles: in the place of the table of that name
CREATE OR REPLACE TEMP VIEW profiles AS
SELECT slot, profile_id FROM known_everyone WHERE origin = slot;

-- database: what the engine calls its own tables
SELECT current_database() AS name;

-- joined: the profiles that are one person, with the values by which they are
SELECT e.profile_id, e.origin, l.kind, l.value
FROM everyone AS e
LEFT JOIN (
  SELECT i.origin, i.kind, i.value
  FROM identities AS i
  JOIN everyone AS own ON own.origin = i.origin AND own.slot = $slot
  ANTI JOIN quarantined AS q ON q.kind = i.kind AND q.value = i.value
  ANTI JOIN splits AS s
    ON s.kind = i.kind AND s.value = i.value AND (s.origin IS NULL OR s.origin = i.origin)
  WHERE i.kind = 'anonymous_id' OR i.kind IN (SELECT unnest(CAST($merging AS VARCHAR[])))
  GROUP BY i.origin, i.kind, i.value
  QUALIFY count(*) OVER (PARTITION BY i.kind, i.value) > 1
) AS l ON l.origin = e.origin
WHERE e.slot = $slot
ORDER BY e.profile_id, l.kind, l.value;

-- holders: the people who have a value, and how many profiles that are
SELECT slot, count(DISTINCT origin) AS profiles
FROM identities
JOIN everyone USING (origin)
WHERE kind = $kind AND value = $value
GROUP BY slot
ORDER BY slot;

-- claimant: whose an anonymous id is of which no record came alone
SELECT e.slot, p.profile_id
FROM identities AS i
JOIN everyone AS e USING (origin)
JOIN profiles AS p ON p.slot = e.slot
WHERE i.kind = 'anonymous_id' AND i.value = $value
ORDER BY i.stated_at, e.profile_id
LIMIT 1;

-- person: a profile, and whose it is
SELECT e.origin, e.slot, p.profile_id
FROM everyone AS e
JOIN profiles AS p ON p.slot = e.slot
WHERE e.profile_id = $person;

-- split: a value by which a profile, or nobody, merges any more
INSERT INTO splits VALUES ($origin, $kind, $value, $now);

-- quarantine_summary: values that merge nobody, by kind and reason
SELECT kind, reason, count(*) AS "values", arg_max(value, profiles) AS example, max(profiles) AS profiles
FROM quarantined
WHERE reason <> 'placeholder' OR (kind, value) IN (SELECT (kind, value) FROM identities)
GROUP BY kind, reason
ORDER BY kind, reason;

-- merged_count: how many profiles are part of another person
SELECT count(*) AS n FROM merged;

-- people_after: who some people are now that were looked at
SELECT DISTINCT p.profile_id
FROM graph_groups AS g
JOIN profiles AS p ON p.slot = g.became
WHERE g.was IN (SELECT unnest(CAST($slots AS INTEGER[])))
ORDER BY p.profile_id;

-- whose_origin: which person a profile is part of
SELECT slot FROM everyone WHERE origin = $origin;
