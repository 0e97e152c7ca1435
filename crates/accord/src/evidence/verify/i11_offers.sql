-- I11: everybody of an open campaign has one state, an owner and a next date, or a closing state with evidence;
-- and what the state says is what the bookings say.
SELECT 'nobody owns this person', p.id FROM person p
JOIN campaign c ON c.partnership_id = p.partnership_id AND c.state = 'open'
LEFT JOIN offer o ON o.partnership_id = p.partnership_id AND o.campaign_id = c.id AND o.person_id = p.id
WHERE p.partnership_id = $1 AND p.state = 'active'
  AND EXISTS (SELECT 1 FROM employment e WHERE e.partnership_id = p.partnership_id AND e.person_id = p.id AND e.state <> 'left')
  AND (o.person_id IS NULL OR o.owner_role = '' OR o.owner_role = 'system'
    OR (o.state IN ('declined', 'had_elsewhere', 'completed', 'left') AND COALESCE(o.evidence, '') = '')
    OR (o.state NOT IN ('declined', 'had_elsewhere', 'completed', 'left') AND o.next_on IS NULL))
UNION ALL
SELECT 'the owner can not be reached', o.person_id FROM offer o
LEFT JOIN organisation g ON g.partnership_id = o.partnership_id AND g.id = o.owner_organisation_id
WHERE o.partnership_id = $1 AND (g.id IS NULL OR g.contact_name = '')
UNION ALL
SELECT 'the offer says otherwise than the bookings', o.person_id FROM offer o
JOIN (SELECT campaign_id, COUNT(*) AS wanted FROM campaign_appointment WHERE partnership_id = $1 GROUP BY campaign_id) n
  ON n.campaign_id = o.campaign_id
LEFT JOIN (
  SELECT b.person_id, b.campaign_id, COUNT(*) AS live, COUNT(CASE WHEN a.outcome = 'given' THEN 1 END) AS given FROM booking b
  LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
  LEFT JOIN attendance a ON a.partnership_id = b.partnership_id AND a.booking_id = b.id
  WHERE b.partnership_id = $1 AND b.live = 1 AND (t.id IS NULL OR t.state = 'live')
  GROUP BY b.person_id, b.campaign_id
) b ON b.person_id = o.person_id AND b.campaign_id = o.campaign_id
WHERE o.partnership_id = $1
  AND ((o.state IN ('assigned', 'confirmed') AND COALESCE(b.live, 0) <> n.wanted)
    OR (o.state IN ('unclear', 'unplaced', 'declined', 'had_elsewhere', 'left')
      AND COALESCE(b.live, 0) > COALESCE(b.given, 0))
    OR (o.state = 'completed' AND COALESCE(b.live, 0) > COALESCE(b.given, 0))
    OR (o.state = 'waiting' AND COALESCE(b.live, 0) >= n.wanted))
UNION ALL
SELECT 'given without a live booking', b.id FROM attendance a
JOIN booking b ON b.partnership_id = a.partnership_id AND b.id = a.booking_id
WHERE a.partnership_id = $1 AND ((a.outcome = 'given' AND b.live = 0) OR (a.outcome IN ('not_given', 'did_not_attend') AND b.live = 1))
UNION ALL
SELECT 'offered a place that is not on offer', w.id FROM waiting w
WHERE w.partnership_id = $1 AND (w.state = 'offered') <> (EXISTS (
  SELECT 1 FROM waiting_offer f WHERE f.partnership_id = w.partnership_id AND f.waiting_id = w.id AND f.state = 'open'))
