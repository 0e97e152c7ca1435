-- I2: nobody is wanted in two places at once; on one day the way between two sites is counted in.
SELECT 'two places at once', a.id FROM booking a
JOIN booking b ON b.partnership_id = a.partnership_id AND b.person_id = a.person_id AND b.live = 1
  AND (b.starts_us > a.starts_us OR (b.starts_us = a.starts_us AND b.id > a.id))
JOIN site sa ON sa.partnership_id = a.partnership_id AND sa.id = a.site_id
JOIN site sb ON sb.partnership_id = b.partnership_id AND sb.id = b.site_id
LEFT JOIN travel t ON t.partnership_id = a.partnership_id AND a.date = b.date
  AND ((t.from_sector = substr(sa.postcode, 1, length(sa.postcode) - 2) AND t.to_sector = substr(sb.postcode, 1, length(sb.postcode) - 2))
    OR (t.to_sector = substr(sa.postcode, 1, length(sa.postcode) - 2) AND t.from_sector = substr(sb.postcode, 1, length(sb.postcode) - 2)))
WHERE a.partnership_id = $1 AND a.live = 1 AND a.ends_us + COALESCE(t.minutes, 0) * 60000000 > b.starts_us
