-- draw: a number in [0, 1) that hangs on a row and the use it is put to
CREATE OR REPLACE TEMP MACRO draw(row_, use_) AS
  (hash(xor(hash(row_), hash(use_))) >> 11) / 9007199254740992.0;

-- repeats: how many times something is repeated, each repetition being followed by another with probability p
CREATE OR REPLACE TEMP MACRO repeats(p, u) AS CAST(floor(ln(1 - u) / ln(p)) AS BIGINT);

-- cents: an amount around exp(middle), log-normally spread
CREATE OR REPLACE TEMP MACRO cents(middle, u, v) AS
  CAST(exp(middle + 0.8 * sqrt(-2 * ln(1 - u)) * cos(2 * pi() * v)) AS INTEGER);

-- scattered: spreads ranks over the people, so that who is active does not follow from the number
CREATE OR REPLACE TEMP MACRO scattered(rank, people) AS CAST(1 + (rank * 7368787 + 12345) % people AS INTEGER);

-- category: of twelve, the first being by far the most popular
CREATE OR REPLACE TEMP MACRO category(u) AS CAST(least(pow(1 - u, -1 / 0.6), 12) AS UTINYINT);

-- event_name: small in the table, readable in a query
CREATE TYPE event_name AS ENUM (
  'page_viewed', 'product_viewed', 'products_searched', 'added_to_cart', 'cart_started',
  'checkout_started', 'purchased', 'refunded', 'email_sent', 'email_opened', 'email_clicked',
  'unsubscribed', 'app_opened', 'flow_entered', 'review_submitted'
);

-- sessions: who visits when; the person of rank r is as active as r to the power of -0.7
CREATE OR REPLACE TEMP TABLE sessions AS
SELECT
  i,
  scattered(CAST(floor(pow(1 + draw(i, 0) * (pow($people + 1, 0.3) - 1), 1 / 0.3)) AS BIGINT), $people)
    AS person,
  $start + CAST(draw(i, 1) * $days * CAST(86400000 AS BIGINT) AS BIGINT) AS start,
  category(draw(i, 2)) AS category
FROM range($sessions) AS s (i);

-- carts: what becomes of a cart; times are NULL where a step was not taken
CREATE OR REPLACE TEMP TABLE carts AS
WITH filled AS (
  SELECT
    i,
    person,
    category,
    cents(8.6, draw(i, 4), draw(i, 5)) AS value,
    start + CAST(draw(i, 6) * 900000 AS BIGINT) AS cart,
    draw(i, 7) < 0.55 AS checks_out,
    draw(i, 8) < 0.6 AS pays,
    draw(i, 9) < 0.8 AS is_reminded
  FROM sessions
  WHERE draw(i, 3) < 0.18
),
checked AS (
  SELECT
    *,
    CASE WHEN checks_out THEN cart + 300000 + CAST(draw(i, 10) * 900000 AS BIGINT) END AS checkout,
    CASE WHEN is_reminded AND NOT (checks_out AND pays) THEN cart + 3600000 END AS flow
  FROM filled
),
reminded AS (
  SELECT
    *,
    flow + 3600000 AS sent,
    CASE WHEN draw(i, 11) < 0.35 THEN flow + 3600000 - CAST(ln(1 - draw(i, 12)) * 10800000 AS BIGINT) END
      AS opened
  FROM checked
),
clicked AS (
  SELECT *, CASE WHEN draw(i, 13) < 0.25 THEN opened + CAST(draw(i, 14) * 60000 AS BIGINT) END AS clicked
  FROM reminded
),
paid AS (
  SELECT
    *,
    CASE
      WHEN pays AND checkout IS NOT NULL
      THEN checkout + 60000 - CAST(ln(1 - draw(i, 15)) * 1200000 AS BIGINT)
      WHEN draw(i, 16) < 0.3 THEN clicked + 300000
    END AS purchase
  FROM clicked
)
SELECT
  *,
  CASE WHEN draw(i, 17) < 0.06 THEN purchase + CAST((3 + draw(i, 18) * 17) * 86400000 AS BIGINT) END AS refund,
  CASE WHEN draw(i, 19) < 0.07 THEN purchase + CAST((5 + draw(i, 20) * 10) * 86400000 AS BIGINT) END AS review
FROM paid;

-- newsletters: go to everybody alike
CREATE OR REPLACE TEMP TABLE newsletters AS
SELECT
  i,
  CAST(1 + floor(draw(i, 30) * $people) AS INTEGER) AS person,
  CAST(2 + floor(draw(i, 31) * 18) AS UTINYINT) AS campaign,
  $start + CAST(draw(i, 32) * $days * CAST(86400000 AS BIGINT) AS BIGINT) AS sent,
  CASE WHEN draw(i, 33) < 0.3 THEN sent - CAST(ln(1 - draw(i, 34)) * 21600000 AS BIGINT) END AS opened,
  CASE WHEN draw(i, 35) < 0.1 THEN opened + 60000 END AS clicked,
  CASE WHEN draw(i, 36) < 0.005 THEN sent + 3600000 END AS unsubscribed
FROM range(CAST($sessions * 0.45 AS BIGINT)) AS s (i);

-- happened: every event; of 1,000, 970 are received within seconds, 25 within an hour, 5 within 3 days
CREATE OR REPLACE TEMP TABLE happened AS
WITH viewed AS (
  SELECT *, unnest(range(repeats(0.615, draw(i, 21)))) AS n FROM sessions
),
added AS (
  SELECT *, 1 + repeats(0.4, draw(i, 22)) AS items, unnest(range(items)) AS n FROM carts
),
browsed AS (
  SELECT
    person,
    'product_viewed' AS name,
    start + CAST(draw(i * 32 + n, 23) * 1200000 AS BIGINT) AS event_time,
    CASE WHEN draw(i * 32 + n, 24) < 0.7 THEN category ELSE 1 + floor(draw(i * 32 + n, 25) * 12) END
      AS category,
    cents(8.0, draw(i * 32 + n, 26), draw(i * 32 + n, 27)) AS value
  FROM viewed
),
every (person, name, event_time, category, value, campaign) AS (
  SELECT person, 'page_viewed', start + CAST(draw(i * 32 + n, 28) * 1200000 AS BIGINT), NULL, NULL, NULL
  FROM (SELECT *, unnest(range(1 + repeats(0.5, draw(i, 29)))) AS n FROM sessions)
  UNION ALL SELECT person, name, event_time, category, value, NULL FROM browsed
  UNION ALL
  SELECT person, 'products_searched', start + CAST(draw(i * 32 + n, 37) * 600000 AS BIGINT), NULL, NULL, NULL
  FROM (SELECT *, unnest(range(repeats(0.26, draw(i, 38)))) AS n FROM sessions)
  UNION ALL
  SELECT person, 'added_to_cart', cart + CAST(draw(i * 32 + n, 39) * 600000 AS BIGINT), category, value // items, NULL
  FROM added
  UNION ALL SELECT person, 'cart_started', cart, category, value, NULL FROM carts
  UNION ALL SELECT person, 'checkout_started', checkout, category, value, NULL FROM carts
  UNION ALL SELECT person, 'purchased', purchase, category, value, NULL FROM carts
  UNION ALL SELECT person, 'refunded', refund, category, value, NULL FROM carts
  UNION ALL SELECT person, 'email_sent', sent, NULL, NULL, 1 FROM carts
  UNION ALL SELECT person, 'email_sent', sent, NULL, NULL, campaign FROM newsletters
  UNION ALL SELECT person, 'email_opened', opened, NULL, NULL, 1 FROM carts
  UNION ALL SELECT person, 'email_opened', opened, NULL, NULL, campaign FROM newsletters
  UNION ALL SELECT person, 'email_clicked', clicked, NULL, NULL, 1 FROM carts
  UNION ALL SELECT person, 'email_clicked', clicked, NULL, NULL, campaign FROM newsletters
  UNION ALL SELECT person, 'unsubscribed', unsubscribed, NULL, NULL, NULL FROM newsletters
  UNION ALL SELECT person, 'app_opened', start, NULL, NULL, NULL FROM sessions WHERE draw(i, 40) < 0.25
  UNION ALL SELECT person, 'flow_entered', flow, NULL, NULL, 1 FROM carts
  UNION ALL SELECT person, 'review_submitted', review, category, NULL, NULL FROM carts
)
SELECT *, hash(person, name, event_time) AS i FROM every WHERE event_time IS NOT NULL;

-- log: in the order of receipt, as far as it was received; ids small, columns typed
CREATE TABLE log AS
WITH received AS (
  SELECT
    *,
    event_time + CAST(CASE
      WHEN draw(i, 41) < 0.97 THEN -ln(1 - draw(i, 42)) * 2000
      WHEN draw(i, 41) < 0.995 THEN draw(i, 42) * 3600000
      ELSE pow(draw(i, 42), 2) * 259200000
    END AS BIGINT) AS received_at
  FROM happened
)
SELECT
  person,
  CAST(name AS event_name) AS name,
  event_time,
  received_at,
  CAST(category AS UTINYINT) AS category,
  CAST(value AS INTEGER) AS value,
  CAST(campaign AS UTINYINT) AS campaign
FROM received
WHERE received_at < $start + $days * CAST(86400000 AS BIGINT)
ORDER BY received_at, i, campaign, value;

-- people: a country of twelve, three of them common, and whether they agreed to be written to
CREATE TABLE people AS
SELECT
  CAST(i AS INTEGER) AS person,
  ['US', 'DE', 'GB', 'FR', 'NL', 'AT', 'CH', 'SE', 'PL', 'ES', 'IT', 'BE'][category(draw(i, 43))] AS country,
  draw(i, 44) < 0.7 AS consent
FROM range(1, $people + 1) AS p (i);
