-- I8: the ledger shows exactly the capacity in use, to the unit.
SELECT 'ledger differs from the booking', b.id FROM booking b
LEFT JOIN (SELECT booking_id, CAST(SUM(units) AS BIGINT) AS units FROM ledger WHERE partnership_id = $1 GROUP BY booking_id) l
  ON l.booking_id = b.id
WHERE b.partnership_id = $1 AND COALESCE(l.units, 0) <> b.live
UNION ALL
SELECT 'ledger entry of no booking', l.id FROM ledger l
LEFT JOIN booking b ON b.partnership_id = l.partnership_id AND b.id = l.booking_id
WHERE l.partnership_id = $1 AND (b.id IS NULL OR b.host_id <> l.host_id OR b.employer_id <> l.employer_id)
