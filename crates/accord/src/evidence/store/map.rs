//! Where people live and where clinics are.

use crate::base::db::{StoreError, Tx};
use crate::base::ids::CampaignId;

/// Home or else work postcode, people of the campaign there, and how many of them are unplaced.
pub type PlaceOfPeople = (Option<String>, u32, u32);

/// Where the people of a campaign live; those who need no place any more are not counted.
pub fn places(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<PlaceOfPeople>, StoreError> {
    tx.all(
        "SELECT COALESCE(p.home_postcode, w.postcode), COUNT(*),
                CAST(SUM(CASE WHEN o.state = 'unplaced' THEN 1 ELSE 0 END) AS BIGINT)
         FROM offer o
         JOIN person p ON p.partnership_id = o.partnership_id AND p.id = o.person_id
         LEFT JOIN organisation w ON w.partnership_id = o.partnership_id AND w.id = o.employer_id
         WHERE o.partnership_id = $1 AND o.campaign_id = $2 AND o.state NOT IN ('declined', 'had_elsewhere', 'left')
         GROUP BY COALESCE(p.home_postcode, w.postcode)",
        p![tx.partnership(), campaign],
    )
}

/// Name, latitude, longitude, places.
pub type SiteRow = (String, f64, f64, u32);

/// Open sites that offer anything.
pub fn sites(tx: &mut Tx<'_>) -> Result<Vec<SiteRow>, StoreError> {
    tx.all(
        "SELECT s.name, s.lat, s.lon, CAST(SUM(l.capacity) AS BIGINT) FROM site s
         JOIN slot l ON l.partnership_id = s.partnership_id AND l.site_id = s.id
         WHERE s.partnership_id = $1 AND s.state = 'open' GROUP BY s.id, s.name, s.lat, s.lon ORDER BY s.name, s.id",
        p![tx.partnership()],
    )
}

/// Rows of lists that name nobody and wait for a decision: people too, whoever they are.
pub fn nameless(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let (n,): (u32,) = tx.one(
        "SELECT COUNT(*) FROM worklist_item WHERE partnership_id = $1 AND state = 'open' AND person_id IS NULL",
        p![tx.partnership()],
    )?;
    Ok(u64::from(n))
}
