//! SQL of appointments that nobody answered.

use crate::base::db::{StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, PersonId};
use jiff::Timestamp;

/// People with an unanswered appointment still to come that starts until `until`: those never reminded, or, when `reminded`
/// is given, those reminded until then in campaigns where silence gives places back.
pub fn silent(
    tx: &mut Tx<'_>,
    until: Timestamp,
    reminded: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<(PersonId, CampaignId)>, StoreError> {
    tx.all(
        "SELECT b.person_id, b.campaign_id FROM booking b
         JOIN campaign c ON c.partnership_id = b.partnership_id AND c.id = b.campaign_id AND c.state = 'open'
           AND (CAST($4 AS BIGINT) IS NULL OR c.silence = 'release')
         LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
         WHERE b.partnership_id = $1 AND b.live = 1 AND b.state = 'assigned' AND b.starts_us > $2 AND b.starts_us <= $3
           AND (t.id IS NULL OR t.state = 'live')
           AND ((CAST($4 AS BIGINT) IS NULL AND b.reminded_us IS NULL) OR b.reminded_us <= $4)
           AND NOT EXISTS (SELECT 1 FROM booking o WHERE o.partnership_id = b.partnership_id AND o.person_id = b.person_id
             AND o.campaign_id = b.campaign_id AND o.live = 1 AND o.state = 'confirmed')
           AND NOT EXISTS (SELECT 1 FROM attendance a
             JOIN booking o ON o.partnership_id = a.partnership_id AND o.id = a.booking_id
             WHERE o.partnership_id = b.partnership_id AND o.person_id = b.person_id AND o.campaign_id = b.campaign_id)
           AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.partnership_id = b.partnership_id AND h.person_id = b.person_id
             AND h.campaign_id = b.campaign_id AND h.expires_us > $2)
         GROUP BY b.person_id, b.campaign_id ORDER BY MIN(b.starts_us), b.person_id LIMIT $5",
        p![tx.partnership(), tx.now(), until, reminded, limit],
    )
}

/// Notes that a booking's person was reminded now.
pub fn set_reminded(tx: &mut Tx<'_>, booking: BookingId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE booking SET reminded_us = $3 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), booking, tx.now()],
    )?;
    Ok(())
}
