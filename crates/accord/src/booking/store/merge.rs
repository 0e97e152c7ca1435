//! SQL of two records that become one.

use crate::base::db::{StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId};

/// The campaigns in which any of two people has an offer or a booking.
pub fn campaigns_of(tx: &mut Tx<'_>, people: &[PersonId; 2]) -> Result<Vec<CampaignId>, StoreError> {
    let rows: Vec<(CampaignId,)> = tx.all(
        "SELECT campaign_id FROM offer WHERE partnership_id = $1 AND person_id IN ($2, $3)
         UNION SELECT campaign_id FROM booking WHERE partnership_id = $1 AND person_id IN ($2, $3) ORDER BY 1",
        p![tx.partnership(), people[0], people[1]],
    )?;
    Ok(rows.into_iter().map(|(campaign,)| campaign).collect())
}

/// Every booking of `from`, live or closed, is `to`'s from now on. Whoever looked at a live one before looks again.
pub fn hand_over(tx: &mut Tx<'_>, from: PersonId, to: PersonId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE booking SET person_id = $3, version = version + live, changed_us = $4 WHERE partnership_id = $1 AND person_id = $2",
        p![tx.partnership(), from, to, tx.now()],
    )?;
    Ok(())
}
