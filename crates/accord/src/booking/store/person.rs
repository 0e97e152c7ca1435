//! What a person's own pages ask.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{AllocationId, BookingId, CampaignId, OrganisationId, PersonId, TeamId};
use crate::booking::timed_offer::NO_ANSWER;
use crate::booking::unanswered::UNANSWERED;
use crate::campaign::offer;
use jiff::civil::Date;
use std::collections::HashMap;

/// A person and where they stand in the campaign that their pages are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The name they go by.
    pub name: String,
    /// Whether an address is known: travel is counted from there, else from the workplace.
    pub has_home: bool,
    /// The campaign; none: they were offered nothing yet.
    pub campaign: Option<CampaignId>,
    /// Their offer's state there.
    pub state: Option<offer::State>,
    /// And its reason.
    pub reason: Option<String>,
}

impl Own {
    /// Whether they cancelled and have not asked again.
    pub fn cancelled(&self) -> bool {
        self.reason.as_deref() == Some(offer::CANCELLED_BY_PERSON)
    }

    /// Whether their places went to somebody else because they said nothing.
    pub fn unanswered(&self) -> bool {
        self.reason.as_deref().is_some_and(|reason| reason == UNANSWERED || reason == NO_ANSWER)
    }
}

impl FromRow for Own {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let state: Option<String> = r.get(3)?;
        Ok(Self {
            name: r.get(0)?,
            has_home: r.get::<i64>(1)? == 1,
            campaign: r.get(2)?,
            state: state.as_deref().and_then(offer::State::parse),
            reason: r.get(4)?,
        })
    }
}

/// The person with the offer their pages show: of an open campaign before a closed one, then the latest.
pub fn own(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Own>, StoreError> {
    tx.maybe(
        "SELECT COALESCE(p.preferred_name, p.given_name), CASE WHEN p.home_postcode IS NULL THEN 0 ELSE 1 END, c.id,
           o.state, o.reason
         FROM person p
         LEFT JOIN offer o ON o.partnership_id = p.partnership_id AND o.person_id = p.id
         LEFT JOIN campaign c ON c.partnership_id = o.partnership_id AND c.id = o.campaign_id
         WHERE p.partnership_id = $1 AND p.id = $2
         ORDER BY CASE WHEN c.state = 'open' THEN 0 ELSE 1 END, c.starts_on DESC, c.id DESC LIMIT 1",
        p![tx.partnership(), person],
    )
}

/// Half-person units left of a team's days in a campaign.
pub fn team_room(tx: &mut Tx<'_>, campaign: CampaignId, team: TeamId) -> Result<HashMap<Date, i64>, StoreError> {
    let rows: Vec<(Date, i64)> = tx.all(
        "SELECT date, capacity - taken FROM team_day WHERE partnership_id = $1 AND campaign_id = $2 AND team_id = $3
         ORDER BY date",
        p![tx.partnership(), campaign, team],
    )?;
    Ok(rows.into_iter().collect())
}

/// What is left of an employer's allocations; those without a limit are not among them.
pub fn allocation_room(tx: &mut Tx<'_>, employer: OrganisationId) -> Result<HashMap<AllocationId, i64>, StoreError> {
    let rows: Vec<(AllocationId, i64)> = tx.all(
        "SELECT id, capacity - taken FROM allocation
         WHERE partnership_id = $1 AND employer_id = $2 AND capacity IS NOT NULL ORDER BY id",
        p![tx.partnership(), employer],
    )?;
    Ok(rows.into_iter().collect())
}

/// One appointment of a person through all its changes.
pub type Thread = (u16, BookingId, i64);

/// Each appointment's first booking, and a number that grows with every change of any of its bookings. What was given back
/// as a second record's is another appointment, which calendars know by another name.
pub fn threads(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Vec<Thread>, StoreError> {
    tx.all(
        "SELECT appointment, MIN(CASE WHEN reason = 'duplicate' THEN NULL ELSE id END), CAST(SUM(version) AS BIGINT)
         FROM booking WHERE partnership_id = $1 AND person_id = $2 AND campaign_id = $3
         GROUP BY appointment HAVING MAX(CASE WHEN reason = 'duplicate' THEN 0 ELSE 1 END) = 1 ORDER BY appointment",
        p![tx.partnership(), person, campaign],
    )
}
