-- I9: every live booking cites an agreement and version that covers its host, employer, site and day. What was booked
-- before an agreement ended stays allowed where the agreement says that bookings are honoured. A booking older than the
-- signature is one only by more than 25 hours: the machine's clock may have been put back by a day in between.
SELECT 'no such agreement version', b.id FROM booking b
LEFT JOIN agreement a ON a.partnership_id = b.partnership_id AND a.id = b.agreement_id AND a.version = b.agreement_version
WHERE b.partnership_id = $1 AND b.live = 1 AND a.id IS NULL
UNION ALL
SELECT 'agreement not in force on the day', b.id FROM booking b
JOIN agreement a ON a.partnership_id = b.partnership_id AND a.id = b.agreement_id AND a.version = b.agreement_version
WHERE b.partnership_id = $1 AND b.live = 1
  AND (a.host_id <> b.host_id OR b.date < a.from_date OR a.state = 'draft' OR a.signed_us > b.created_us + 90000000000
    OR (b.date > a.until_date AND NOT (a.state = 'ended' AND a.at_end = 'honour')))
UNION ALL
SELECT 'agreement does not name the site', b.id FROM booking b
LEFT JOIN agreement_site s ON s.partnership_id = b.partnership_id AND s.agreement_id = b.agreement_id
  AND s.version = b.agreement_version AND s.site_id = b.site_id
WHERE b.partnership_id = $1 AND b.live = 1 AND s.site_id IS NULL
UNION ALL
SELECT 'allocation of another agreement or employer', b.id FROM booking b
LEFT JOIN allocation l ON l.partnership_id = b.partnership_id AND l.id = b.allocation_id
WHERE b.partnership_id = $1 AND b.live = 1
  AND (l.id IS NULL OR l.agreement_id <> b.agreement_id OR l.employer_id <> b.employer_id)
