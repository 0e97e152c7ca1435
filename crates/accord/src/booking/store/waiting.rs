//! SQL of the waiting list and its timed offers.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId, ProductId, SiteId, SlotId, WaitingId, WaitingOfferId};
use crate::booking::fair::{HalfDays, Turn};
use crate::booking::waiting_list::{Answer, Line, OfferLog, Offered, State, Waiting};
use accord_formats::{AccessNeeds, Postcode};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! waiting_columns {
    () => {
        "w.id, w.campaign_id, w.person_id, w.priority, w.since_us, w.lot, w.seed, w.half_days, w.minutes_max, w.state,
         w.silences, w.tried_mark, w.tried_code, w.tried_us, w.closed_us"
    };
}
const WAITING_COLUMNS: usize = 15;

impl FromRow for Waiting {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let state: String = r.get(9)?;
        Ok(Self {
            id: r.get(0)?,
            campaign: r.get(1)?,
            turn: Turn { priority: r.get(3)?, since_us: r.get(4)?, lot: r.get(5)?, person: r.get(2)? },
            seed: r.get(6)?,
            half_days: HalfDays::from_bits(r.get(7)?).ok_or_else(|| StoreError::shape(7, "half-days"))?,
            minutes_max: r.get(8)?,
            state: State::parse(&state).ok_or_else(|| StoreError::shape(9, "a state"))?,
            silences: r.get(10)?,
            tried: match (r.get(11)?, r.get(12)?, r.get::<Option<i64>>(13)?) {
                (Some(mark), Some(code), Some(at)) => Some((mark, code, at)),
                _ => None,
            },
            closed_us: r.get(14)?,
        })
    }
}

/// Takes the turn of a campaign's list, and answers an instant after every one before it.
pub fn take_turn(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<i64, StoreError> {
    let (at,): (i64,) = tx.one(
        "INSERT INTO waiting_turn (partnership_id, campaign_id, at_us) VALUES ($1, $2, $3)
         ON CONFLICT (partnership_id, campaign_id) DO UPDATE
           SET at_us = CASE WHEN waiting_turn.at_us >= excluded.at_us THEN waiting_turn.at_us + 1 ELSE excluded.at_us END
         RETURNING at_us",
        p![tx.partnership(), campaign, tx.now()],
    )?;
    Ok(at)
}

/// Writes places on the list.
pub fn insert_waiting(tx: &mut Tx<'_>, all: &[Waiting]) -> Result<(), StoreError> {
    for w in all {
        tx.run(
            "INSERT INTO waiting (partnership_id, id, campaign_id, person_id, priority, since_us, seed, lot, half_days,
               minutes_max, state, silences) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            p![
                tx.partnership(),
                w.id,
                w.campaign,
                w.turn.person,
                w.turn.priority,
                w.turn.since_us,
                w.seed,
                w.turn.lot,
                w.half_days.bits(),
                w.minutes_max,
                w.state.word(),
                w.silences
            ],
        )?;
    }
    Ok(())
}

/// Changes what a person wishes; their turn stays. What was tried for them says nothing any more.
pub fn set_wishes(tx: &mut Tx<'_>, id: WaitingId, half_days: HalfDays, minutes_max: u16) -> Result<(), StoreError> {
    tx.run(
        "UPDATE waiting SET half_days = $3, minutes_max = $4, tried_mark = NULL, tried_code = NULL, tried_us = NULL
         WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, half_days.bits(), minutes_max],
    )?;
    Ok(())
}

/// Moves a place on the list; `at_us` is when it was closed, for closing states.
pub fn set_waiting(tx: &mut Tx<'_>, id: WaitingId, state: State, silences: i64, at_us: i64) -> Result<(), StoreError> {
    tx.run(
        "UPDATE waiting SET state = $3, silences = $4, closed_us = $5 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, state.word(), silences, state.is_closed().then_some(at_us)],
    )?;
    Ok(())
}

/// Notes that a person was refused by the rules while the free places were as `mark` says.
pub fn set_tried(tx: &mut Tx<'_>, id: WaitingId, mark: &str, code: &str) -> Result<(), StoreError> {
    tx.run(
        "UPDATE waiting SET tried_mark = $3, tried_code = $4, tried_us = $5 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, mark, code, tx.now()],
    )?;
    Ok(())
}

/// A person's place on the list, while it is not closed.
pub fn waiting_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Option<Waiting>, StoreError> {
    tx.maybe(
        concat!(
            "SELECT ",
            waiting_columns!(),
            " FROM waiting w WHERE w.partnership_id = $1 AND w.person_id = $2 AND w.campaign_id = $3 AND w.closed_us IS NULL"
        ),
        p![tx.partnership(), person, campaign],
    )
}

/// Everybody who is or was on a list, in its order: for whoever works the order out again.
pub fn all_waiting(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<Waiting>, StoreError> {
    tx.all(
        concat!(
            "SELECT ",
            waiting_columns!(),
            " FROM waiting w WHERE w.partnership_id = $1 AND w.campaign_id = $2
             ORDER BY w.priority, w.since_us, w.lot, w.person_id"
        ),
        p![tx.partnership(), campaign],
    )
}

impl FromRow for Line {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let at = WAITING_COLUMNS;
        let (home, work): (Option<String>, Option<String>) = (r.get(at + 1)?, r.get(at + 2)?);
        let sector = |text: String| Postcode::parse(&text).ok().map(|p| p.sector().to_owned());
        let needs = AccessNeeds::from_bits(r.get(at)?).ok_or_else(|| StoreError::shape(at, "access needs"))?;
        Ok(Self {
            waiting: Waiting::from_row(r)?,
            needs,
            from_sector: home.and_then(sector).or_else(|| work.and_then(sector)),
            unclear: r.get::<String>(at + 3)? == "unclear",
        })
    }
}

/// Who stands in line, in its order, without those who have an offer just now.
pub fn in_line(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<Line>, StoreError> {
    tx.all(
        concat!(
            "SELECT ",
            waiting_columns!(),
            ", p.access_needs, p.home_postcode, e.work_postcode, o.state FROM waiting w
             JOIN person p ON p.partnership_id = w.partnership_id AND p.id = w.person_id
             JOIN offer o ON o.partnership_id = w.partnership_id AND o.campaign_id = w.campaign_id AND o.person_id = w.person_id
             LEFT JOIN employment e ON e.partnership_id = w.partnership_id AND e.person_id = w.person_id AND e.is_primary = 1
               AND e.state <> 'left'
             WHERE w.partnership_id = $1 AND w.campaign_id = $2 AND w.state = 'in_line'
             ORDER BY w.priority, w.since_us, w.lot, w.person_id"
        ),
        p![tx.partnership(), campaign],
    )
}

/// How many stand in line.
pub fn count_in_line(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<i64, StoreError> {
    let (n,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM waiting WHERE partnership_id = $1 AND campaign_id = $2 AND closed_us IS NULL AND state = 'in_line'",
        p![tx.partnership(), campaign],
    )?;
    Ok(n)
}

/// People whose offer waits or is unplaced and who are not on the list, with the priority of their employment.
pub fn may_wait(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    only_unplaced: bool,
    person: Option<PersonId>,
) -> Result<Vec<(PersonId, i64)>, StoreError> {
    tx.all(
        "SELECT o.person_id, COALESCE(MIN(e.priority_group), 9) FROM offer o
         LEFT JOIN employment e ON e.partnership_id = o.partnership_id AND e.person_id = o.person_id AND e.is_primary = 1
           AND e.state <> 'left'
         WHERE o.partnership_id = $1 AND o.campaign_id = $2 AND o.person_id = COALESCE($4, o.person_id)
           AND (o.state = 'unplaced' OR ($3 = 0 AND o.state = 'waiting'))
           AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.partnership_id = o.partnership_id
             AND w.campaign_id = o.campaign_id AND w.person_id = o.person_id AND w.closed_us IS NULL)
         GROUP BY o.person_id ORDER BY o.person_id",
        p![tx.partnership(), campaign, only_unplaced, person],
    )
}

/// Closes every place in line whose person needs none any more: booked, or their offer closed. How many.
pub fn settle_waiting(tx: &mut Tx<'_>, campaign: CampaignId, at_us: i64) -> Result<u64, StoreError> {
    tx.run(
        "UPDATE waiting SET state = 'settled', closed_us = $3 WHERE partnership_id = $1 AND campaign_id = $2 AND state = 'in_line'
           AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.partnership_id = waiting.partnership_id
             AND o.campaign_id = waiting.campaign_id AND o.person_id = waiting.person_id
             AND o.state IN ('waiting', 'unplaced', 'unclear'))",
        p![tx.partnership(), campaign, at_us],
    )
}

/// Whether [`settle_waiting`] would close any.
pub fn any_settled(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<bool, StoreError> {
    let found: Option<(WaitingId,)> = tx.maybe(
        "SELECT w.id FROM waiting w WHERE w.partnership_id = $1 AND w.campaign_id = $2 AND w.state = 'in_line'
           AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.partnership_id = w.partnership_id
             AND o.campaign_id = w.campaign_id AND o.person_id = w.person_id
             AND o.state IN ('waiting', 'unplaced', 'unclear')) LIMIT 1",
        p![tx.partnership(), campaign],
    )?;
    Ok(found.is_some())
}

/// Half a day of a site and product with places and doses left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Where.
    pub site: SiteId,
    /// Of what.
    pub product: ProductId,
    /// On which day.
    pub date: Date,
    /// The first free minute of the half-day.
    pub minute: u16,
    /// Places left.
    pub free: i64,
    /// The sector of the site.
    pub sector: String,
    /// What the site offers.
    pub access: AccessNeeds,
}

impl FromRow for Cell {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let postcode: String = r.get(5)?;
        Ok(Self {
            site: r.get(0)?,
            product: r.get(1)?,
            date: r.get(2)?,
            minute: r.get(3)?,
            free: r.get(4)?,
            sector: Postcode::parse(&postcode).map(|p| p.sector().to_owned()).unwrap_or(postcode),
            access: AccessNeeds::from_bits(r.get(6)?).ok_or_else(|| StoreError::shape(6, "nine access attributes"))?,
        })
    }
}

/// Every half-day with places left that begin at `after` or later, up to a day.
pub fn free_cells(tx: &mut Tx<'_>, after: Timestamp, from: Date, until: Date) -> Result<Vec<Cell>, StoreError> {
    tx.all(
        "SELECT l.site_id, l.product_id, l.date, MIN(l.start_minute), CAST(SUM(l.capacity - l.taken - l.kept_walk_in
           - CASE WHEN l.assisted_until_us > $5 THEN l.kept_assisted ELSE 0 END) AS BIGINT), s.postcode, s.access
         FROM slot l
         JOIN session e ON e.partnership_id = l.partnership_id AND e.id = l.session_id AND e.state = 'open' AND e.kind = 'booked'
         JOIN site s ON s.partnership_id = l.partnership_id AND s.id = l.site_id AND s.state = 'open' AND s.slots_owner = 'accord'
         WHERE l.partnership_id = $1 AND l.date >= $2 AND l.date <= $3 AND l.starts_us >= $4 AND l.takes_new = 1
           AND l.taken < l.capacity - l.kept_walk_in - CASE WHEN l.assisted_until_us > $5 THEN l.kept_assisted ELSE 0 END
           AND NOT EXISTS (SELECT 1 FROM stock k WHERE k.partnership_id = l.partnership_id AND k.site_id = l.site_id
             AND k.product_id = l.product_id AND k.until_date >= l.date AND k.taken >= k.delivered)
         GROUP BY l.site_id, l.product_id, l.date, CASE WHEN l.start_minute < 720 THEN 0 ELSE 1 END, s.postcode, s.access
         ORDER BY l.date, l.site_id, l.product_id, MIN(l.start_minute)",
        p![tx.partnership(), from, until, after, tx.now()],
    )
}

/// The first free slot of a cell that begins at `after` or later.
pub fn first_free(tx: &mut Tx<'_>, cell: &Cell, after: Timestamp) -> Result<Option<(SlotId, Timestamp)>, StoreError> {
    let (from, until) = if cell.minute < 720 { (0, 719) } else { (720, 1_439) };
    tx.maybe(
        "SELECT l.id, l.starts_us FROM slot l
         JOIN session e ON e.partnership_id = l.partnership_id AND e.id = l.session_id AND e.state = 'open' AND e.kind = 'booked'
         WHERE l.partnership_id = $1 AND l.site_id = $2 AND l.product_id = $3 AND l.date = $4 AND l.takes_new = 1
           AND l.taken < l.capacity - l.kept_walk_in - CASE WHEN l.assisted_until_us > $8 THEN l.kept_assisted ELSE 0 END
           AND l.starts_us >= $5 AND l.start_minute >= $6 AND l.start_minute <= $7
         ORDER BY l.start_minute, l.id LIMIT 1",
        p![tx.partnership(), cell.site, cell.product, cell.date, after, from, until, tx.now()],
    )
}

impl FromRow for OfferLog {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let (picks, passed, state): (String, String, String) = (r.get(4)?, r.get(5)?, r.get(8)?);
        let wrong = |at| move |_| StoreError::shape(at, "a list");
        Ok(Self {
            id: r.get(0)?,
            waiting: r.get(1)?,
            campaign: r.get(2)?,
            person: r.get(3)?,
            picks: serde_json::from_str(&picks).map_err(wrong(4))?,
            passed: serde_json::from_str(&passed).map_err(wrong(5))?,
            made_us: r.get(6)?,
            until: r.get(7)?,
            state: Answer::parse(&state).ok_or_else(|| StoreError::shape(8, "an answer"))?,
            settled_us: r.get(9)?,
        })
    }
}

macro_rules! offer_log {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.waiting_id, f.campaign_id, f.person_id, f.picks, f.passed, f.made_us, f.until_us, f.state, f.settled_us
             FROM waiting_offer f ",
            $rest
        )
    };
}

/// Writes a timed offer.
pub fn insert_offer(tx: &mut Tx<'_>, offer: &OfferLog) -> Result<(), StoreError> {
    let told = |e: serde_json::Error| StoreError::Engine(e.to_string());
    let picks = serde_json::to_string(&offer.picks).map_err(told)?;
    let passed = serde_json::to_string(&offer.passed).map_err(told)?;
    tx.run(
        "INSERT INTO waiting_offer (partnership_id, id, waiting_id, campaign_id, person_id, picks, passed, made_us, until_us, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')",
        p![
            tx.partnership(),
            offer.id,
            offer.waiting,
            offer.campaign,
            offer.person,
            picks,
            passed,
            offer.made_us,
            offer.until
        ],
    )?;
    Ok(())
}

/// The offer a person has just now.
pub fn open_offer(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Option<OfferLog>, StoreError> {
    tx.maybe(
        offer_log!(
            "JOIN waiting w ON w.partnership_id = f.partnership_id AND w.id = f.waiting_id AND w.closed_us IS NULL
             WHERE f.partnership_id = $1 AND w.person_id = $2 AND w.campaign_id = $3 AND f.settled_us IS NULL"
        ),
        p![tx.partnership(), person, campaign],
    )
}

/// Settles an offer.
pub fn settle_timed(tx: &mut Tx<'_>, id: WaitingOfferId, state: Answer, at_us: i64) -> Result<(), StoreError> {
    tx.run(
        "UPDATE waiting_offer SET state = $3, settled_us = $4 WHERE partnership_id = $1 AND id = $2 AND state = 'open'",
        p![tx.partnership(), id, state.word(), at_us],
    )?;
    Ok(())
}

/// Open offers whose time is over or whose place is no longer held, the oldest first.
pub fn ended_offers(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<OfferLog>, StoreError> {
    tx.all(
        offer_log!(
            "WHERE f.partnership_id = $1 AND f.settled_us IS NULL AND (f.until_us <= $2 OR NOT EXISTS (
               SELECT 1 FROM hold h WHERE h.partnership_id = f.partnership_id AND h.person_id = f.person_id
                 AND h.campaign_id = f.campaign_id AND h.purpose = 'offer'))
             ORDER BY f.made_us, f.id LIMIT $3"
        ),
        p![tx.partnership(), tx.now(), limit],
    )
}

/// The offers a place on the list has had.
pub fn offers_of(tx: &mut Tx<'_>, id: WaitingId) -> Result<Vec<OfferLog>, StoreError> {
    tx.all(
        offer_log!("WHERE f.partnership_id = $1 AND f.waiting_id = $2 ORDER BY f.made_us, f.id"),
        p![tx.partnership(), id],
    )
}

/// The offers of a campaign, the newest first.
pub fn offers_log(tx: &mut Tx<'_>, campaign: CampaignId, limit: u32) -> Result<Vec<OfferLog>, StoreError> {
    tx.all(
        offer_log!("WHERE f.partnership_id = $1 AND f.campaign_id = $2 ORDER BY f.made_us DESC, f.id DESC LIMIT $3"),
        p![tx.partnership(), campaign, limit],
    )
}

/// The sites and days of offers that this place on the list did not take: they are not offered to it again.
pub fn not_taken(offers: &[OfferLog]) -> Vec<Offered> {
    let refused = |o: &&OfferLog| matches!(o.state, Answer::Declined | Answer::Lapsed);
    offers.iter().filter(refused).flat_map(|o| o.picks.iter().cloned()).collect()
}
