-- I12: never more than the agreed share of a team away on one day.
SELECT 'team too thin', team_id FROM team_day WHERE partnership_id = $1 AND (taken > capacity OR taken < 0)
UNION ALL
SELECT 'team-day counter differs from its bookings', d.team_id FROM team_day d
LEFT JOIN (
  SELECT campaign_id, team_id, date, COUNT(*) AS live FROM (
    SELECT campaign_id, team_id, date FROM booking
    WHERE partnership_id = $1 AND live = 1 AND on_shift = 1 AND team_id IS NOT NULL
    UNION ALL SELECT campaign_id, team_id, date FROM hold
    WHERE partnership_id = $1 AND on_shift = 1 AND team_covered = 0 AND team_id IS NOT NULL
  ) u GROUP BY campaign_id, team_id, date
) b ON b.campaign_id = d.campaign_id AND b.team_id = d.team_id AND b.date = d.date
WHERE d.partnership_id = $1 AND d.taken <> 2 * COALESCE(b.live, 0)
UNION ALL
SELECT 'a working-time booking that no team-day counts', b.id FROM booking b
LEFT JOIN team_day d ON d.partnership_id = b.partnership_id AND d.campaign_id = b.campaign_id AND d.team_id = b.team_id AND d.date = b.date
WHERE b.partnership_id = $1 AND b.live = 1 AND b.on_shift = 1 AND b.team_id IS NOT NULL AND d.team_id IS NULL
