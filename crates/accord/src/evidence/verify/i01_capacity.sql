-- I1: nothing counted is above its capacity, and every counter says what the live bookings and the held places say.
SELECT 'slot above capacity', id FROM slot WHERE partnership_id = $1 AND (taken > capacity OR taken < 0)
UNION ALL
SELECT 'slot counter differs from its bookings', s.id FROM slot s
LEFT JOIN (
  SELECT slot_id, COUNT(*) AS live FROM (
    SELECT slot_id FROM booking WHERE partnership_id = $1 AND live = 1
    UNION ALL SELECT slot_id FROM hold WHERE partnership_id = $1
  ) u GROUP BY slot_id
) b ON b.slot_id = s.id
WHERE s.partnership_id = $1 AND s.taken <> COALESCE(b.live, 0)
UNION ALL
SELECT 'allocation above capacity', id FROM allocation
WHERE partnership_id = $1 AND (taken < 0 OR (capacity IS NOT NULL AND taken > capacity))
UNION ALL
SELECT 'allocation counter differs from its bookings', a.id FROM allocation a
LEFT JOIN (
  SELECT allocation_id, COUNT(*) AS live FROM (
    SELECT allocation_id FROM booking WHERE partnership_id = $1 AND live = 1
    UNION ALL SELECT allocation_id FROM hold WHERE partnership_id = $1 AND allocation_covered = 0
  ) u GROUP BY allocation_id
) b
  ON b.allocation_id = a.id
WHERE a.partnership_id = $1 AND a.taken <> COALESCE(b.live, 0)
UNION ALL
SELECT 'more doses promised than delivered', t.site_id FROM stock t WHERE t.partnership_id = $1 AND (t.taken > t.delivered OR t.taken < 0)
UNION ALL
SELECT 'stock counter differs from its bookings', t.site_id FROM stock t
LEFT JOIN (
  SELECT site_id, product_id, date, COUNT(*) AS live FROM (
    SELECT site_id, product_id, date FROM booking WHERE partnership_id = $1 AND live = 1
    UNION ALL SELECT site_id, product_id, date FROM hold WHERE partnership_id = $1
    UNION ALL SELECT site_id, product_id, date FROM day_entry WHERE partnership_id = $1 AND counted = 1
  ) u GROUP BY site_id, product_id, date
) b ON b.site_id = t.site_id AND b.product_id = t.product_id AND b.date <= t.until_date
WHERE t.partnership_id = $1
GROUP BY t.site_id, t.product_id, t.from_date, t.taken
HAVING t.taken <> COALESCE(CAST(SUM(b.live) AS BIGINT), 0)
UNION ALL
SELECT 'held against a booking that is not there', h.id FROM hold h
LEFT JOIN booking b ON b.partnership_id = h.partnership_id AND b.person_id = h.person_id AND b.campaign_id = h.campaign_id
  AND b.appointment = h.appointment AND b.live = 1
WHERE h.partnership_id = $1
  AND ((h.allocation_covered = 1 AND (b.id IS NULL OR b.allocation_id <> h.allocation_id))
    OR (h.team_covered = 1 AND (b.id IS NULL OR b.on_shift = 0 OR b.team_id <> h.team_id OR b.date <> h.date)))
UNION ALL
SELECT 'held for a timed offer that is not open', h.id FROM hold h
WHERE h.partnership_id = $1 AND h.purpose = 'offer' AND NOT EXISTS (
  SELECT 1 FROM waiting_offer f WHERE f.partnership_id = h.partnership_id AND f.person_id = h.person_id
    AND f.campaign_id = h.campaign_id AND f.state = 'open')
UNION ALL
SELECT 'doses of a draw differ from who accepted them', d.id FROM standby_draw d
LEFT JOIN (
  SELECT draw_id, COUNT(*) AS accepted FROM standby_ask WHERE partnership_id = $1 AND state = 'accepted' GROUP BY draw_id
) a ON a.draw_id = d.id
WHERE d.partnership_id = $1 AND (d.taken <> COALESCE(a.accepted, 0) OR d.taken > d.places)
