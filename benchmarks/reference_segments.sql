-- cart_4h_no_purchase: a cart within four hours and no purchase
SELECT person FROM {log}
WHERE name IN ('cart_started', 'purchased') AND event_time > {at} - 4 * {hour} AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (name = 'cart_started') >= 1 AND count(*) FILTER (name = 'purchased') = 0;

-- cart_abandoned_1h_24h: the last cart is 1 to 24 hours old, and nothing was bought since
SELECT person FROM {log}
WHERE name IN ('cart_started', 'purchased') AND event_time > {at} - 24 * {hour} AND event_time <= {at}
GROUP BY person
HAVING max(event_time) FILTER (name = 'cart_started') <= {at} - {hour}
  AND coalesce(max(event_time) FILTER (name = 'purchased'), 0) < max(event_time) FILTER (name = 'cart_started');

-- checkout_abandoned_2h: a checkout within two hours and no purchase
SELECT person FROM {log}
WHERE name IN ('checkout_started', 'purchased') AND event_time > {at} - 2 * {hour} AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (name = 'checkout_started') >= 1 AND count(*) FILTER (name = 'purchased') = 0;

-- browsed_no_cart_24h: looked at a product, put nothing into a cart, bought nothing for a week
SELECT person FROM {log}
WHERE name IN ('product_viewed', 'added_to_cart', 'purchased')
  AND event_time > {at} - 7 * {day} AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (name = 'product_viewed' AND event_time > {at} - {day}) >= 1
  AND count(*) FILTER (name = 'added_to_cart' AND event_time > {at} - {day}) = 0
  AND count(*) FILTER (name = 'purchased') = 0;

-- three_views_and_dear_cart_7d: at least three products looked at, and a cart worth 100
SELECT person FROM {log}
WHERE name IN ('product_viewed', 'cart_started') AND event_time > {at} - 7 * {day} AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (name = 'product_viewed') >= 3
  AND count(*) FILTER (name = 'cart_started' AND value >= 10000) >= 1;

-- category_intent_3d: three products of one category looked at, nothing bought for two weeks
SELECT person FROM {log}
WHERE name IN ('product_viewed', 'purchased') AND event_time > {at} - 14 * {day} AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (name = 'product_viewed' AND category = 2 AND event_time > {at} - 3 * {day}) >= 3
  AND count(*) FILTER (name = 'purchased') = 0;

-- first_buyer_21d_45d: bought once, 21 to 45 days ago
SELECT person FROM {log}
WHERE name = 'purchased' AND event_time <= {at}
GROUP BY person
HAVING count(*) = 1 AND min(event_time) > {at} - 45 * {day} AND min(event_time) <= {at} - 21 * {day};

-- lapsed_90d_high_average: bought, but not for 90 days; 100 or more at a time
SELECT person FROM {log}
WHERE name = 'purchased' AND event_time <= {at}
GROUP BY person
HAVING max(event_time) <= {at} - 90 * {day} AND sum(value) >= 10000 * count(*);

-- lapsed_90d_middle_average: bought, but not for 90 days; 50 to 100 at a time
SELECT person FROM {log}
WHERE name = 'purchased' AND event_time <= {at}
GROUP BY person
HAVING max(event_time) <= {at} - 90 * {day}
  AND sum(value) < 10000 * count(*) AND sum(value) >= 5000 * count(*);

-- lapsed_90d_low_average: bought, but not for 90 days; less than 50 at a time
SELECT person FROM {log}
WHERE name = 'purchased' AND event_time <= {at}
GROUP BY person
HAVING max(event_time) <= {at} - 90 * {day} AND sum(value) < 5000 * count(*);

-- flow_no_purchase_after_message: in the flow within a week, got its message, bought nothing since
SELECT person FROM {log}
WHERE (name = 'purchased' OR (name IN ('flow_entered', 'email_sent') AND campaign = 1))
  AND event_time > {at} - 7 * {day} AND event_time <= {at}
GROUP BY person
HAVING max(event_time) FILTER (name = 'email_sent') >= max(event_time) FILTER (name = 'flow_entered')
  AND coalesce(max(event_time) FILTER (name = 'purchased'), 0) < max(event_time) FILTER (name = 'email_sent');

-- net_revenue_90d_300: spent 300 in 90 days, after refunds
SELECT person FROM {log}
WHERE name IN ('purchased', 'refunded') AND event_time > {at} - 90 * {day} AND event_time <= {at}
GROUP BY person
HAVING sum(CASE name WHEN 'refunded' THEN -value ELSE value END) >= 30000;

-- vip_net_revenue_1000: spent 1,000 ever, after refunds, and bought within 180 days
SELECT person FROM {log}
WHERE name IN ('purchased', 'refunded') AND event_time <= {at}
GROUP BY person
HAVING sum(CASE name WHEN 'refunded' THEN -value ELSE value END) >= 100000
  AND max(event_time) FILTER (name = 'purchased') > {at} - 180 * {day};

-- purchased_30d: bought within 30 days
SELECT DISTINCT person FROM {log}
WHERE name = 'purchased' AND event_time > {at} - 30 * {day} AND event_time <= {at};

-- purchased_category_7d: bought something of one category within a week
SELECT DISTINCT person FROM {log}
WHERE name = 'purchased' AND category = 3 AND event_time > {at} - 7 * {day} AND event_time <= {at};

-- three_purchases_90d: bought three times in 90 days
SELECT person FROM {log}
WHERE name = 'purchased' AND event_time > {at} - 90 * {day} AND event_time <= {at}
GROUP BY person
HAVING count(*) >= 3;

-- opens_no_purchase: opened three messages in 30 days, bought nothing in 60
SELECT person FROM {log}
WHERE name IN ('email_opened', 'purchased') AND event_time > {at} - 60 * {day} AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (name = 'email_opened' AND event_time > {at} - 30 * {day}) >= 3
  AND count(*) FILTER (name = 'purchased') = 0;

-- clicked_no_purchase_after: clicked within three days, bought nothing since
SELECT person FROM {log}
WHERE name IN ('email_clicked', 'purchased') AND event_time > {at} - 3 * {day} AND event_time <= {at}
GROUP BY person
HAVING coalesce(max(event_time) FILTER (name = 'purchased'), 0) < max(event_time) FILTER (name = 'email_clicked');

-- unsubscribed: ever
SELECT DISTINCT person FROM {log} WHERE name = 'unsubscribed' AND event_time <= {at};

-- app_dormant_14d_60d: opened the app within 60 days, not within 14
SELECT person FROM {log}
WHERE name = 'app_opened' AND event_time > {at} - 60 * {day} AND event_time <= {at}
GROUP BY person
HAVING max(event_time) <= {at} - 14 * {day};

-- new_7d: the first event of all is at most a week old
SELECT person FROM {log}
WHERE event_time <= {at}
GROUP BY person
HAVING min(event_time) > {at} - 7 * {day};

-- searched_no_cart_24h: searched twice, put nothing into a cart
SELECT person FROM {log}
WHERE name IN ('products_searched', 'added_to_cart') AND event_time > {at} - {day} AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (name = 'products_searched') >= 2 AND count(*) FILTER (name = 'added_to_cart') = 0;

-- silent_30d_31d: the last event of all is 30 to 31 days old
SELECT person FROM {log}
WHERE event_time > {at} - 31 * {day} AND event_time <= {at}
GROUP BY person
HAVING max(event_time) <= {at} - 30 * {day};

-- refunded_30d: got money back within 30 days
SELECT DISTINCT person FROM {log}
WHERE name = 'refunded' AND event_time > {at} - 30 * {day} AND event_time <= {at};

-- advocates: wrote a review, bought twice
SELECT person FROM {log}
WHERE name IN ('review_submitted', 'purchased') AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (name = 'review_submitted') >= 1 AND count(*) FILTER (name = 'purchased') >= 2;

-- active_5_of_14_days: seen on five different days; a bit for each day
SELECT person FROM {log}
WHERE event_time > {at} - 14 * {day} AND event_time <= {at}
GROUP BY person
HAVING bit_count(bit_or(1 << CAST((event_time // {day}) % 31 AS INTEGER))) >= 5;

-- american_big_order_30d: lives in the US, ordered for 200
SELECT DISTINCT person FROM {log} JOIN people USING (person)
WHERE name = 'purchased' AND value >= 20000 AND event_time > {at} - 30 * {day} AND event_time <= {at}
  AND country = 'US';

-- consented_cart_24h: may be written to, has a cart of a day and bought nothing
SELECT person
FROM (
  SELECT
    person,
    count(*) FILTER (name = 'cart_started' AND event_time > {at} - {day}) AS carts,
    count(*) FILTER (name = 'purchased' AND event_time > {at} - {day}) AS purchases,
    count(*) FILTER (name = 'unsubscribed') AS unsubscribed
  FROM {log}
  WHERE event_time <= {at}
    AND (name = 'unsubscribed' OR (name IN ('cart_started', 'purchased') AND event_time > {at} - {day}))
  GROUP BY person
)
JOIN people USING (person)
WHERE consent AND carts >= 1 AND purchases = 0 AND unsubscribed = 0;

-- bought_less_often: twice in the 60 days before the last 60, and not in those
SELECT person FROM {log}
WHERE name = 'purchased' AND event_time > {at} - 120 * {day} AND event_time <= {at}
GROUP BY person
HAVING count(*) FILTER (event_time <= {at} - 60 * {day}) >= 2
  AND count(*) FILTER (event_time > {at} - 60 * {day}) = 0;

-- replenish_25d_35d: the last purchase of one category is 25 to 35 days old
SELECT person FROM {log}
WHERE name = 'purchased' AND category = 5 AND event_time > {at} - 35 * {day} AND event_time <= {at}
GROUP BY person
HAVING max(event_time) <= {at} - 25 * {day};
