-- I1: nothing counted is above its capacity, and every counter says what the live bookings say.
SELECT 'slot above capacity', id FROM slot WHERE partnership_id = $1 AND (taken > capacity OR taken < 0)
UNION ALL
SELECT 'slot counter differs from its bookings', s.id FROM slot s
LEFT JOIN (SELECT slot_id, COUNT(*) AS live FROM booking WHERE partnership_id = $1 AND live = 1 GROUP BY slot_id) b ON b.slot_id = s.id
WHERE s.partnership_id = $1 AND s.taken <> COALESCE(b.live, 0)
UNION ALL
SELECT 'allocation above capacity', id FROM allocation
WHERE partnership_id = $1 AND (taken < 0 OR (capacity IS NOT NULL AND taken > capacity))
UNION ALL
SELECT 'allocation counter differs from its bookings', a.id FROM allocation a
LEFT JOIN (SELECT allocation_id, COUNT(*) AS live FROM booking WHERE partnership_id = $1 AND live = 1 GROUP BY allocation_id) b
  ON b.allocation_id = a.id
WHERE a.partnership_id = $1 AND a.taken <> COALESCE(b.live, 0)
UNION ALL
SELECT 'more doses promised than delivered', t.site_id FROM stock t WHERE t.partnership_id = $1 AND (t.taken > t.delivered OR t.taken < 0)
UNION ALL
SELECT 'stock counter differs from its bookings', t.site_id FROM stock t
LEFT JOIN (
  SELECT site_id, product_id, date, COUNT(*) AS live FROM booking WHERE partnership_id = $1 AND live = 1
  GROUP BY site_id, product_id, date
) b ON b.site_id = t.site_id AND b.product_id = t.product_id AND b.date <= t.until_date
WHERE t.partnership_id = $1
GROUP BY t.site_id, t.product_id, t.from_date, t.taken
HAVING t.taken <> COALESCE(CAST(SUM(b.live) AS BIGINT), 0)
