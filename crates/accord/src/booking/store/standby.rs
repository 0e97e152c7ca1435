//! SQL of the standby list, its draws and who was asked.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, PersonId, ProductId, SiteId, StandbyDrawId, StandbyId};
use crate::booking::fair::HalfDays;
use crate::booking::standby::Standby;
use crate::booking::standby_draw::{Ask, AskState, Draw, DrawState};
use accord_formats::{AccessNeeds, Postcode};
use jiff::Timestamp;
use jiff::civil::Date;

impl FromRow for Standby {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.get(0)?,
            campaign: r.get(1)?,
            person: r.get(2)?,
            half_days: HalfDays::from_bits(r.get(3)?).ok_or_else(|| StoreError::shape(3, "half-days"))?,
            minutes_max: r.get(4)?,
            asked: r.get(5)?,
        })
    }
}

/// A person's place on the standby list, while they are on it.
pub fn standby_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Option<Standby>, StoreError> {
    tx.maybe(
        "SELECT id, campaign_id, person_id, half_days, minutes_max, asked FROM standby
         WHERE partnership_id = $1 AND person_id = $2 AND campaign_id = $3 AND closed_us IS NULL",
        p![tx.partnership(), person, campaign],
    )
}

/// Writes a new place on the standby list.
pub fn insert_standby(tx: &mut Tx<'_>, s: &Standby) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO standby (partnership_id, id, campaign_id, person_id, half_days, minutes_max, asked, since_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        p![tx.partnership(), s.id, s.campaign, s.person, s.half_days.bits(), s.minutes_max, s.asked, tx.now()],
    )?;
    Ok(())
}

/// Changes what a person wishes.
pub fn set_standby(tx: &mut Tx<'_>, s: &Standby) -> Result<(), StoreError> {
    tx.run(
        "UPDATE standby SET half_days = $3, minutes_max = $4 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), s.id, s.half_days.bits(), s.minutes_max],
    )?;
    Ok(())
}

/// Takes a person off the standby list.
pub fn close_standby(tx: &mut Tx<'_>, id: StandbyId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE standby SET closed_us = $3 WHERE partnership_id = $1 AND id = $2 AND closed_us IS NULL",
        p![tx.partnership(), id, tx.now()],
    )?;
    Ok(())
}

/// How often a person was asked in a campaign, over all their times on the list.
pub fn asked_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<i64, StoreError> {
    let (n,): (i64,) = tx.one(
        "SELECT COALESCE(MAX(asked), 0) FROM standby WHERE partnership_id = $1 AND person_id = $2 AND campaign_id = $3",
        p![tx.partnership(), person, campaign],
    )?;
    Ok(n)
}

/// Counts that a person was asked once more.
pub fn count_asked(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE standby SET asked = asked + 1 WHERE partnership_id = $1 AND person_id = $2 AND campaign_id = $3 AND closed_us IS NULL",
        p![tx.partnership(), person, campaign],
    )?;
    Ok(())
}

/// Somebody on the standby list, with what a draw must know.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Their place on the list.
    pub standby: Standby,
    /// What a site must have.
    pub needs: AccessNeeds,
    /// Where travel starts.
    pub from_sector: Option<String>,
    /// Where they stand in the campaign.
    pub offer: String,
    /// Whether they have an appointment of any campaign that day.
    pub booked_that_day: bool,
    /// Whether they are asked for another dose just now.
    pub asked_now: bool,
}

impl FromRow for Candidate {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let (home, work): (Option<String>, Option<String>) = (r.get(7)?, r.get(8)?);
        let sector = |text: String| Postcode::parse(&text).ok().map(|p| p.sector().to_owned());
        Ok(Self {
            standby: Standby::from_row(r)?,
            needs: AccessNeeds::from_bits(r.get(6)?).ok_or_else(|| StoreError::shape(6, "access needs"))?,
            from_sector: home.and_then(sector).or_else(|| work.and_then(sector)),
            offer: r.get(9)?,
            booked_that_day: r.get(10)?,
            asked_now: r.get(11)?,
        })
    }
}

/// Everybody on the standby list of a campaign.
pub fn candidates(tx: &mut Tx<'_>, campaign: CampaignId, date: Date) -> Result<Vec<Candidate>, StoreError> {
    tx.all(
        "SELECT s.id, s.campaign_id, s.person_id, s.half_days, s.minutes_max, s.asked, p.access_needs, p.home_postcode, e.work_postcode, o.state,
           (SELECT COUNT(*) FROM booking b WHERE b.partnership_id = s.partnership_id AND b.person_id = s.person_id AND b.live = 1 AND b.date = $3),
           (SELECT COUNT(*) FROM standby_ask a WHERE a.partnership_id = s.partnership_id AND a.person_id = s.person_id AND a.state = 'asked')
         FROM standby s
         JOIN person p ON p.partnership_id = s.partnership_id AND p.id = s.person_id AND p.state = 'active'
         JOIN offer o ON o.partnership_id = s.partnership_id AND o.campaign_id = s.campaign_id AND o.person_id = s.person_id
         LEFT JOIN employment e ON e.partnership_id = s.partnership_id AND e.person_id = s.person_id AND e.is_primary = 1
           AND e.state <> 'left'
         WHERE s.partnership_id = $1 AND s.campaign_id = $2 AND s.closed_us IS NULL ORDER BY s.person_id",
        p![tx.partnership(), campaign, date],
    )
}

impl FromRow for Draw {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let state: String = r.get(10)?;
        Ok(Self {
            id: r.get(0)?,
            campaign: r.get(1)?,
            site: r.get(2)?,
            product: r.get(3)?,
            slot: r.get(4)?,
            date: r.get(5)?,
            starts: r.get(6)?,
            places: r.get(7)?,
            taken: r.get(8)?,
            seed: r.get(9)?,
            state: DrawState::parse(&state).ok_or_else(|| StoreError::shape(10, "a state"))?,
        })
    }
}

macro_rules! draws {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.campaign_id, d.site_id, d.product_id, d.slot_id, d.date, d.starts_us, d.places, d.taken, d.seed, d.state
             FROM standby_draw d ",
            $rest
        )
    };
}

/// Writes a draw.
pub fn insert_draw(tx: &mut Tx<'_>, d: &Draw) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO standby_draw (partnership_id, id, campaign_id, site_id, product_id, slot_id, date, starts_us, places, taken,
           seed, state, opened_us, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)",
        p![
            tx.partnership(),
            d.id,
            d.campaign,
            d.site,
            d.product,
            d.slot,
            d.date,
            d.starts,
            d.places,
            d.taken,
            d.seed,
            d.state.word(),
            tx.now()
        ],
    )?;
    Ok(())
}

/// Takes a draw for this transaction; none: there is none of this id.
pub fn lock_draw(tx: &mut Tx<'_>, id: StandbyDrawId) -> Result<Option<Draw>, StoreError> {
    // A change of its own, not a lock: one text for both engines.
    tx.run(
        "UPDATE standby_draw SET version = version + 1 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id],
    )?;
    draw_by_id(tx, id)
}

/// One draw.
pub fn draw_by_id(tx: &mut Tx<'_>, id: StandbyDrawId) -> Result<Option<Draw>, StoreError> {
    tx.maybe(draws!("WHERE d.partnership_id = $1 AND d.id = $2"), p![tx.partnership(), id])
}

/// Draws that are not over.
pub fn open_draws(tx: &mut Tx<'_>) -> Result<Vec<Draw>, StoreError> {
    tx.all(draws!("WHERE d.partnership_id = $1 AND d.state <> 'over' ORDER BY d.id"), p![tx.partnership()])
}

/// The draws of a site and day, the newest first.
pub fn draws_of(tx: &mut Tx<'_>, site: SiteId, date: Date) -> Result<Vec<Draw>, StoreError> {
    tx.all(
        draws!("WHERE d.partnership_id = $1 AND d.site_id = $2 AND d.date = $3 ORDER BY d.id DESC"),
        p![tx.partnership(), site, date],
    )
}

/// Takes one dose of a draw; false, and nothing changed, when all are taken.
pub fn took_one(tx: &mut Tx<'_>, id: StandbyDrawId) -> Result<bool, StoreError> {
    let rows = tx.run(
        "UPDATE standby_draw SET taken = taken + 1 WHERE partnership_id = $1 AND id = $2 AND state = 'open' AND taken < places",
        p![tx.partnership(), id],
    )?;
    Ok(rows == 1)
}

/// Moves a draw.
pub fn set_draw(tx: &mut Tx<'_>, id: StandbyDrawId, state: DrawState) -> Result<(), StoreError> {
    tx.run(
        "UPDATE standby_draw SET state = $3 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, state.word()],
    )?;
    Ok(())
}

impl FromRow for Ask {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let state: String = r.get(5)?;
        Ok(Self {
            draw: r.get(0)?,
            person: r.get(1)?,
            place: r.get(2)?,
            asked_before: r.get(3)?,
            lot: r.get(4)?,
            state: AskState::parse(&state).ok_or_else(|| StoreError::shape(5, "a state"))?,
            code: r.get(6)?,
            asked: r.get(7)?,
            answered: r.get(8)?,
            booking: r.get(9)?,
        })
    }
}

macro_rules! asks {
    ($rest:literal) => {
        concat!(
            "SELECT a.draw_id, a.person_id, a.place, a.asked_before, a.lot, a.state, a.code, a.asked_us, a.answered_us, a.booking_id
             FROM standby_ask a ",
            $rest
        )
    };
}

/// Writes everybody of a draw, in its order.
pub fn insert_asks(tx: &mut Tx<'_>, asks: &[Ask]) -> Result<(), StoreError> {
    for a in asks {
        tx.run(
            "INSERT INTO standby_ask (partnership_id, draw_id, person_id, place, asked_before, lot, state, code)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            p![tx.partnership(), a.draw, a.person, a.place, a.asked_before, a.lot, a.state.word(), a.code],
        )?;
    }
    Ok(())
}

/// Everybody of a draw, in its order.
pub fn asks_of(tx: &mut Tx<'_>, draw: StandbyDrawId) -> Result<Vec<Ask>, StoreError> {
    tx.all(
        asks!("WHERE a.partnership_id = $1 AND a.draw_id = $2 ORDER BY a.place, a.person_id"),
        p![tx.partnership(), draw],
    )
}

/// The first of a draw who was not asked yet.
pub fn next_in_line(tx: &mut Tx<'_>, draw: StandbyDrawId) -> Result<Option<Ask>, StoreError> {
    tx.maybe(
        asks!("WHERE a.partnership_id = $1 AND a.draw_id = $2 AND a.state = 'in_line' ORDER BY a.place LIMIT 1"),
        p![tx.partnership(), draw],
    )
}

/// Moves somebody of a draw.
pub fn set_ask(
    tx: &mut Tx<'_>,
    (draw, person): (StandbyDrawId, PersonId),
    (state, code): (AskState, Option<&str>),
    booking: Option<BookingId>,
) -> Result<(), StoreError> {
    let asked: Option<Timestamp> = (state == AskState::Asked).then(|| tx.now());
    let answered: Option<Timestamp> = state.is_answer().then(|| tx.now());
    tx.run(
        "UPDATE standby_ask SET state = $4, code = $5, asked_us = COALESCE($6, asked_us), answered_us = COALESCE($7, answered_us),
           booking_id = COALESCE($8, booking_id) WHERE partnership_id = $1 AND draw_id = $2 AND person_id = $3",
        p![tx.partnership(), draw, person, state.word(), code, asked, answered, booking],
    )?;
    Ok(())
}

/// Of a site, product and day: whether a draw is open.
pub fn any_open_draw(tx: &mut Tx<'_>, site: SiteId, product: ProductId, date: Date) -> Result<bool, StoreError> {
    Ok(draws_of(tx, site, date)?.iter().any(|d| d.product == product && d.state == DrawState::Open))
}

/// The draw for which a person is asked just now.
pub fn asked_now(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Option<Draw>, StoreError> {
    tx.maybe(
        draws!(
            "JOIN standby_ask a ON a.partnership_id = d.partnership_id AND a.draw_id = d.id
             WHERE d.partnership_id = $1 AND a.person_id = $2 AND d.campaign_id = $3 AND a.state = 'asked' AND d.starts_us > $4
             ORDER BY d.id LIMIT 1"
        ),
        p![tx.partnership(), person, campaign, tx.now()],
    )
}
