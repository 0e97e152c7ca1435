-- I4: neighbours of a course are of one product and lie within its interval; each lies in its days.
WITH part AS (
  SELECT DISTINCT date, CAST(substr(date, 1, 4) AS BIGINT) AS y, (CAST(substr(date, 6, 2) AS BIGINT) + 9) % 12 AS m,
    CAST(substr(date, 9, 2) AS BIGINT) AS d
  FROM booking WHERE partnership_id = $1 AND live = 1
), shifted AS (
  SELECT date, y - m / 10 AS y, m, d FROM part
), day AS (
  -- The number of a civil day, its year beginning in March: the engines have no date function in common.
  SELECT date, 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + d AS n FROM shifted
)
SELECT 'another product', b.id FROM booking a
JOIN booking b ON b.partnership_id = a.partnership_id AND b.person_id = a.person_id AND b.campaign_id = a.campaign_id
  AND b.live = 1 AND b.appointment = a.appointment + 1
WHERE a.partnership_id = $1 AND a.live = 1 AND a.product_id <> b.product_id
UNION ALL
SELECT 'outside its interval', b.id FROM booking a
JOIN booking b ON b.partnership_id = a.partnership_id AND b.person_id = a.person_id AND b.campaign_id = a.campaign_id
  AND b.live = 1 AND b.appointment = a.appointment + 1
JOIN day da ON da.date = a.date JOIN day db ON db.date = b.date
JOIN campaign_product p ON p.partnership_id = a.partnership_id AND p.campaign_id = a.campaign_id AND p.product_id = a.product_id
WHERE a.partnership_id = $1 AND a.live = 1
  AND (db.n - da.n < p.interval_min OR db.n - da.n > p.interval_max)
UNION ALL
SELECT 'outside its days', b.id FROM booking b
JOIN campaign_appointment c ON c.partnership_id = b.partnership_id AND c.campaign_id = b.campaign_id AND c.number = b.appointment
WHERE b.partnership_id = $1 AND b.live = 1 AND (b.date < c.first_on OR b.date > c.last_on)
UNION ALL
SELECT 'a product its slot does not give', b.id FROM booking b
JOIN slot s ON s.partnership_id = b.partnership_id AND s.id = b.slot_id
JOIN session e ON e.partnership_id = s.partnership_id AND e.id = s.session_id
WHERE b.partnership_id = $1 AND b.live = 1 AND (b.product_id <> s.product_id OR b.date <> s.date
  -- A session without slots has one as long as itself; who came has a time of their own within it.
  OR (e.kind = 'booked' AND b.starts_us <> s.starts_us)
  OR b.starts_us < s.starts_us OR b.ends_us > s.starts_us + s.minutes * 60000000)
