-- arrived: how many of each event are there
SELECT name, count(*) AS events FROM events GROUP BY name;

-- newest_events: the properties of the newest events of one name
SELECT properties AS value
FROM events
WHERE name = $name AND superseded_at IS NULL
ORDER BY landing DESC
LIMIT $most;

-- newest_attributes: the newest values of one attribute
SELECT value FROM attributes WHERE name = $name ORDER BY landing DESC LIMIT $most;

-- keys: the names that the newest events of one name hold
SELECT DISTINCT unnest(json_keys(CAST(properties AS JSON))) AS key
FROM (
  SELECT properties FROM events
  WHERE name = $name AND superseded_at IS NULL
  ORDER BY landing DESC
  LIMIT $most
)
WHERE is_object(properties) ORDER BY key;

-- attribute_names: the names of all attributes that arrived
SELECT DISTINCT name FROM attributes ORDER BY name;

-- seen: what kinds of values stand at one place; parsed as a template, the place being v
SELECT {
  'seen': count(*) FILTER (WHERE is_present(v)),
  'numbers': count(*) FILTER (WHERE is_present(v) AND number_of(v) IS NOT NULL),
  'texts': count(*) FILTER (WHERE is_present(v) AND text_of(v) IS NOT NULL),
  'booleans': count(*) FILTER (WHERE is_present(v) AND boolean_of(v) IS NOT NULL),
  'lists': count(*) FILTER (WHERE is_present(v) AND is_list(v)),
  'objects': count(*) FILTER (WHERE is_present(v) AND is_object(v)),
  'milliseconds': count(*) FILTER (
    WHERE is_present(v) AND abs(number_of(v)) >= 1000000000000 AND abs(number_of(v)) < 10000000000000
  )
};
