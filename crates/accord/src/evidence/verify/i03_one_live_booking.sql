-- I3: at most one live booking for one person, campaign and appointment.
SELECT 'two live bookings of one appointment', person_id FROM booking
WHERE partnership_id = $1 AND live = 1
GROUP BY person_id, campaign_id, appointment HAVING COUNT(*) > 1
