//! All SQL of bookings and batches.

mod attendance;
pub mod capacity_change;
pub mod change_list;
mod day_entry;
mod elsewhere;
mod hold;
mod merge;
mod person;
mod standby;
mod unanswered;
mod waiting;
mod walk_in;

pub use attendance::{
    attendance, attendance_of, attended, born_on_list, day_is_over, given_of, missing, next_free, past_of,
    set_attendance,
};
pub use day_entry::{
    employer_says, entries, entry, entry_became, insert_entry, insert_pack, latest_pack, listed, pack_words,
    same_entry, set_pack_words, settle_entry, sites_with_bookings, unlisted,
};
pub use elsewhere::{
    FileInReview, delete_reports_of, file_in_review, file_name, file_taken, insert_file, insert_reports, open_reports,
    report_by_id, report_known, reports_of_file, set_report, settle_file,
};
pub use hold::{
    any_expired_hold, delete_expired_holds, delete_holds, delete_holds_of, delete_idle_holds, holds_of, insert_holds,
    move_ends,
};
pub use merge::{campaigns_of, hand_over};
pub use person::{Own, Thread, allocation_room, own, team_room, threads};
pub use standby::{
    Candidate, any_open_draw, asked_now, asked_of, asks_of, candidates, close_standby, count_asked, draw_by_id,
    draws_of, insert_asks, insert_draw, insert_standby, lock_draw, next_in_line, open_draws, set_ask, set_draw,
    set_standby, standby_of, took_one,
};
pub use unanswered::{set_reminded, silent};
pub use waiting::{
    Cell, all_waiting, any_settled, count_in_line, ended_offers, first_free, free_cells, in_line, insert_offer,
    insert_waiting, may_wait, not_taken, offers_log, offers_of, open_offer, set_tried, set_waiting, set_wishes,
    settle_timed, settle_waiting, take_turn, waiting_of,
};
pub use walk_in::{given_on, last_batch, seats};

use super::rules::{Held, PersonFacts};
use super::{Booking, Reference, State};
use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{BatchId, BookingId, CampaignId, PartnershipId, PersonId, SiteId, SlotId};
use accord_formats::{AccessNeeds, Leave, Postcode, Rota};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;

macro_rules! booking_columns {
    ($rest:literal) => {
        concat!(
            "SELECT b.id, b.reference, b.campaign_id, b.person_id, b.appointment, b.slot_id, b.session_id, b.site_id,
             b.product_id, b.host_id, b.employer_id, b.team_id, b.on_shift, b.agreement_id, b.agreement_version,
             b.allocation_id, b.date, b.starts_us, b.ends_us, b.travel_minutes, b.state, b.batch_id, b.version
             FROM booking b ",
            $rest
        )
    };
}

impl FromRow for Booking {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let reference: String = r.get(1)?;
        let state: String = r.get(20)?;
        Ok(Self {
            id: r.get(0)?,
            reference: Reference::parse(&reference).ok_or_else(|| StoreError::shape(1, "a reference"))?,
            campaign: r.get(2)?,
            person: r.get(3)?,
            appointment: r.get(4)?,
            slot: r.get(5)?,
            session: r.get(6)?,
            site: r.get(7)?,
            product: r.get(8)?,
            host: r.get(9)?,
            employer: r.get(10)?,
            team: r.get(11)?,
            on_shift: r.get(12)?,
            agreement: r.get(13)?,
            agreement_version: r.get(14)?,
            allocation: r.get(15)?,
            date: r.get(16)?,
            starts: r.get(17)?,
            ends: r.get(18)?,
            travel_minutes: r.get(19)?,
            state: State::parse(&state).ok_or_else(|| StoreError::shape(20, "a state"))?,
            batch: r.get(21)?,
            version: r.get(22)?,
        })
    }
}

/// Locks the person's row for this transaction; none: there is no such person.
pub fn lock_person(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<PersonId>, StoreError> {
    Ok(lock_people(tx, &[person])?.pop())
}

/// Locks the rows of people for this transaction, in the order given; who of them there is.
pub fn lock_people(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError> {
    // One writer at a time on SQLite: its lock is the transaction itself.
    let lock = for_update!("SELECT id FROM person WHERE partnership_id = $1 AND id = $2");
    let mut found = Vec::with_capacity(people.len());
    tx.each_many(lock, &tx.keyed(people), |r| {
        found.push(r.get(0)?);
        Ok(())
    })?;
    Ok(found)
}

/// The person with their primary current employment, as of this snapshot.
pub fn person_facts(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<PersonFacts>, StoreError> {
    Ok(people_facts(tx, &[person])?.pop())
}

/// People with their primary current employment, as of this snapshot; who is not there is left out.
pub fn people_facts(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<PersonFacts>, StoreError> {
    // Sorted here: a statement that sorts one row costs SQLite more than the rest of it.
    let mut found: Vec<(PersonFacts, (bool, Option<String>))> = Vec::with_capacity(people.len());
    tx.each_many(
        "SELECT p.id, p.state, p.date_of_birth, p.access_needs, p.home_postcode, e.employer_id, e.team_id, e.rota,
           e.leave_dates, e.work_postcode,
           (SELECT COUNT(*) FROM worklist_item w WHERE w.partnership_id = p.partnership_id AND w.person_id = p.id
             AND w.state = 'open' AND w.kind IN ('possible_duplicate', 'nhs_number_clash')), e.is_primary, e.id
         FROM person p LEFT JOIN employment e
           ON e.partnership_id = p.partnership_id AND e.person_id = p.id AND e.state <> 'left'
         WHERE p.partnership_id = $1 AND p.id = $2",
        &tx.keyed(people),
        |r| {
            let (facts, rank) = (PersonFacts::from_row(r)?, (r.get::<Option<i64>>(11)? != Some(1), r.get(12)?));
            match found.last_mut().filter(|(last, _)| last.id == facts.id) {
                None => found.push((facts, rank)),
                Some(last) if rank < last.1 => *last = (facts, rank),
                Some(_) => {}
            }
            Ok(())
        },
    )?;
    Ok(found.into_iter().map(|(facts, _)| facts).collect())
}

impl FromRow for PersonFacts {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let state: String = r.get(1)?;
        let home: Option<String> = r.get(4)?;
        let work: Option<String> = r.get(9)?;
        let rota: Option<String> = r.get(7)?;
        let leave: Option<String> = r.get(8)?;
        let unclear: i64 = r.get(10)?;
        let sector = |text: &str| Postcode::parse(text).ok().map(|p| p.sector().to_owned());
        Ok(Self {
            id: r.get(0)?,
            active: state == "active",
            unclear: unclear > 0,
            employer: r.get(5)?,
            team: r.get(6)?,
            born: r.get(2)?,
            needs: AccessNeeds::from_bits(r.get(3)?).ok_or_else(|| StoreError::shape(3, "access needs"))?,
            rota: rota.and_then(|text| Rota::parse(&text).ok()),
            leave: leave.and_then(|text| Leave::parse(&text).ok()).unwrap_or_default(),
            from_sector: home.as_deref().and_then(sector).or_else(|| work.as_deref().and_then(sector)),
        })
    }
}

/// The live bookings of people in all campaigns by start, but for those being released.
pub fn held(
    tx: &mut Tx<'_>,
    people: &[PersonId],
    released: &[BookingId],
) -> Result<HashMap<PersonId, Vec<Held>>, StoreError> {
    // Two look-ups by key rather than a join: PostgreSQL, which knows nothing yet of a store just filled, walked every
    // booking of a site for each person.
    let mut found: Vec<(PersonId, SiteId, Held)> = Vec::new();
    tx.each_many(
        "SELECT id, campaign_id, appointment, product_id, date, starts_us, ends_us, site_id, reference, person_id, state
         FROM booking WHERE partnership_id = $1 AND person_id = $2 AND live = 1",
        &tx.keyed(people),
        |r| {
            if released.contains(&r.get::<BookingId>(0)?) {
                return Ok(());
            }
            let reference: String = r.get(8)?;
            let held = Held {
                campaign: r.get(1)?,
                appointment: r.get(2)?,
                product: r.get(3)?,
                date: r.get(4)?,
                starts: r.get(5)?,
                ends: r.get(6)?,
                sector: String::new(),
                reference: Reference::parse(&reference).ok_or_else(|| StoreError::shape(8, "a reference"))?,
                confirmed: r.get::<String>(10)? == State::Confirmed.word(),
            };
            found.push((r.get(9)?, r.get(7)?, held));
            Ok(())
        },
    )?;
    let sectors = sectors(tx, found.iter().map(|(_, site, _)| *site))?;
    found.sort_by_key(|(_, _, held)| held.starts);
    let mut all: HashMap<PersonId, Vec<Held>> = HashMap::new();
    for (person, site, held) in found {
        let sector = sectors.get(&site).cloned().unwrap_or_default();
        all.entry(person).or_default().push(Held { sector, ..held });
    }
    Ok(all)
}

/// The postcode sector of each site.
fn sectors(tx: &mut Tx<'_>, sites: impl Iterator<Item = SiteId>) -> Result<HashMap<SiteId, String>, StoreError> {
    let mut sites: Vec<SiteId> = sites.collect();
    sites.sort_unstable();
    sites.dedup();
    let mut sectors = HashMap::new();
    tx.each_many("SELECT id, postcode FROM site WHERE partnership_id = $1 AND id = $2", &tx.keyed(&sites), |r| {
        let postcode: String = r.get(1)?;
        sectors.insert(r.get(0)?, Postcode::parse(&postcode).map(|p| p.sector().to_owned()).unwrap_or(postcode));
        Ok(())
    })?;
    Ok(sectors)
}

/// The offers of these that are in a closing state, with the state.
pub fn closed_offers(
    tx: &mut Tx<'_>,
    of: &[(CampaignId, PersonId)],
) -> Result<HashMap<(CampaignId, PersonId), &'static str>, StoreError> {
    const CLOSING: [&str; 4] = ["declined", "had_elsewhere", "completed", "left"];
    let partnership = tx.partnership();
    let keys: Vec<_> = of.iter().map(|(c, p)| vec![partnership.param(), c.param(), p.param()]).collect();
    let mut closed = HashMap::new();
    tx.each_many(
        "SELECT campaign_id, person_id, state FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3",
        &keys,
        |r| {
            let state: String = r.get(2)?;
            if let Some(closing) = CLOSING.into_iter().find(|closing| *closing == state) {
                closed.insert((r.get(0)?, r.get(1)?), closing);
            }
            Ok(())
        },
    )?;
    Ok(closed)
}

/// Which of these references a booking has already.
pub fn references_in_use(tx: &mut Tx<'_>, of: &[Reference]) -> Result<Vec<Reference>, StoreError> {
    let stored: Vec<_> = of.iter().map(Reference::stored).collect();
    let mut used = Vec::new();
    tx.each_many(
        "SELECT reference FROM booking WHERE partnership_id = $1 AND reference = $2",
        &tx.keyed(&stored),
        |r| {
            used.extend(Reference::parse(&r.get::<String>(0)?));
            Ok(())
        },
    )?;
    Ok(used)
}

/// Writes new bookings.
pub fn insert(tx: &mut Tx<'_>, bookings: &[&Booking]) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let rows: Vec<_> = bookings.iter().map(|b| new_row(&partnership, b, &now)).collect();
    tx.note_many(
        "INSERT INTO booking (partnership_id, id, reference, campaign_id, person_id, appointment, slot_id, session_id,
           site_id, product_id, host_id, employer_id, team_id, on_shift, agreement_id, agreement_version, allocation_id,
           date, starts_us, ends_us, travel_minutes, state, live, batch_id, version, created_us, changed_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
           1, $23, $24, $25, $25)",
        &rows,
    )
}

fn new_row<'b>(partnership: &'b PartnershipId, b: &'b Booking, now: &'b Timestamp) -> Vec<Param<'b>> {
    vec![
        partnership.param(),
        b.id.param(),
        b.reference.stored().param(),
        b.campaign.param(),
        b.person.param(),
        b.appointment.param(),
        b.slot.param(),
        b.session.param(),
        b.site.param(),
        b.product.param(),
        b.host.param(),
        b.employer.param(),
        b.team.param(),
        b.on_shift.param(),
        b.agreement.param(),
        b.agreement_version.param(),
        b.allocation.param(),
        b.date.param(),
        b.starts.param(),
        b.ends.param(),
        b.travel_minutes.param(),
        b.state.word().param(),
        b.batch.param(),
        b.version.param(),
        now.param(),
    ]
}

/// Moves a booking to the state and version it carries.
pub fn set_state(tx: &mut Tx<'_>, b: &Booking, reason: &str) -> Result<(), StoreError> {
    let reason = (!reason.is_empty()).then_some(reason);
    tx.run(
        "UPDATE booking SET state = $1, live = $2, reason = $3, version = $4, changed_us = $5
         WHERE partnership_id = $6 AND id = $7",
        p![b.state.word(), b.state.is_live(), reason, b.version, tx.now(), tx.partnership(), b.id],
    )?;
    Ok(())
}

/// One booking.
pub fn by_id(tx: &mut Tx<'_>, id: BookingId) -> Result<Option<Booking>, StoreError> {
    tx.maybe(booking_columns!("WHERE b.partnership_id = $1 AND b.id = $2"), p![tx.partnership(), id])
}

/// One booking by what the person read out.
pub fn by_reference(tx: &mut Tx<'_>, reference: &Reference) -> Result<Option<Booking>, StoreError> {
    tx.maybe(
        booking_columns!("WHERE b.partnership_id = $1 AND b.reference = $2"),
        p![tx.partnership(), reference.stored()],
    )
}

/// One booking by its reference, live or closed, unless it came in a batch that is not live: nobody may see that.
pub fn seen_by_reference(tx: &mut Tx<'_>, reference: &Reference) -> Result<Option<Booking>, StoreError> {
    tx.maybe(
        booking_columns!(
            "LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
             WHERE b.partnership_id = $1 AND b.reference = $2 AND (t.id IS NULL OR t.state = 'live')"
        ),
        p![tx.partnership(), reference.stored()],
    )
}

/// A person's live bookings of a campaign, pending ones too, in the order of the course.
pub fn live_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Vec<Booking>, StoreError> {
    tx.all(
        booking_columns!(
            "WHERE b.partnership_id = $1 AND b.person_id = $2 AND b.campaign_id = $3 AND b.live = 1 ORDER BY b.appointment"
        ),
        p![tx.partnership(), person, campaign],
    )
}

/// A person's live bookings of a campaign that may be seen: those of a pending batch are not.
pub fn seen_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Vec<Booking>, StoreError> {
    tx.all(
        booking_columns!(
            "LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
             WHERE b.partnership_id = $1 AND b.person_id = $2 AND b.campaign_id = $3 AND b.live = 1
             AND (t.id IS NULL OR t.state = 'live') ORDER BY b.appointment"
        ),
        p![tx.partnership(), person, campaign],
    )
}

/// The live bookings of these slots that may be seen, are still to come, and at which nobody has been checked in.
pub fn to_come_in(tx: &mut Tx<'_>, slots: &[SlotId]) -> Result<Vec<Booking>, StoreError> {
    let mut found = Vec::new();
    let now = tx.now();
    tx.each_many(
        booking_columns!(
            "LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
             WHERE b.partnership_id = $1 AND b.slot_id = $2 AND b.live = 1 AND (t.id IS NULL OR t.state = 'live')
               AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.partnership_id = b.partnership_id AND a.booking_id = b.id)"
        ),
        &tx.keyed(slots),
        |r| {
            found.push(Booking::from_row(r)?);
            Ok(())
        },
    )?;
    found.retain(|booking| booking.starts > now);
    Ok(found)
}

/// The live bookings of people in all campaigns that may be seen.
pub fn seen_of_people(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<Booking>, StoreError> {
    let mut people = people.to_vec();
    people.sort_unstable();
    people.dedup();
    let mut found = Vec::new();
    tx.each_many(
        booking_columns!(
            "LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
             WHERE b.partnership_id = $1 AND b.person_id = $2 AND b.live = 1 AND (t.id IS NULL OR t.state = 'live')"
        ),
        &tx.keyed(&people),
        |r| {
            found.push(Booking::from_row(r)?);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Writes a new, pending batch.
pub fn insert_batch(tx: &mut Tx<'_>, id: BatchId, campaign: CampaignId) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO booking_batch (partnership_id, id, campaign_id, state, created_us) VALUES ($1, $2, $3, 'pending', $4)",
        p![tx.partnership(), id, campaign, tx.now()],
    )?;
    Ok(())
}

/// Locks a batch; its campaign, if it is pending.
pub fn pending_batch(tx: &mut Tx<'_>, id: BatchId) -> Result<Option<CampaignId>, StoreError> {
    let sql = for_update!(
        "SELECT campaign_id FROM booking_batch WHERE partnership_id = $1 AND id = $2 AND state = 'pending'"
    );
    Ok(tx.maybe::<(CampaignId,)>(sql, p![tx.partnership(), id])?.map(|(campaign,)| campaign))
}

/// Settles a batch as "live" or "undone".
pub fn settle_batch(tx: &mut Tx<'_>, id: BatchId, state: &str) -> Result<(), StoreError> {
    tx.run(
        "UPDATE booking_batch SET state = $1, settled_us = $2 WHERE partnership_id = $3 AND id = $4",
        p![state, tx.now(), tx.partnership(), id],
    )?;
    Ok(())
}

/// The people of a batch, and when their next appointment is.
pub fn dates_of_batch(tx: &mut Tx<'_>, id: BatchId) -> Result<Vec<(PersonId, Date)>, StoreError> {
    tx.all(
        "SELECT person_id, MIN(date) FROM booking WHERE partnership_id = $1 AND batch_id = $2 AND live = 1
         GROUP BY person_id ORDER BY person_id",
        p![tx.partnership(), id],
    )
}

/// Some live bookings of a batch.
pub fn live_of_batch(tx: &mut Tx<'_>, id: BatchId, limit: u32) -> Result<Vec<Booking>, StoreError> {
    tx.all(
        booking_columns!("WHERE b.partnership_id = $1 AND b.batch_id = $2 AND b.live = 1 ORDER BY b.id LIMIT $3"),
        p![tx.partnership(), id, limit],
    )
}

/// People who have live bookings in a batch.
pub fn people_of_batch(tx: &mut Tx<'_>, id: BatchId) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<(PersonId,)> = tx.all(
        "SELECT DISTINCT person_id FROM booking WHERE partnership_id = $1 AND batch_id = $2 AND live = 1 ORDER BY person_id",
        p![tx.partnership(), id],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How many live bookings a batch has.
pub fn count_of_batch(tx: &mut Tx<'_>, id: BatchId) -> Result<u64, StoreError> {
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM booking WHERE partnership_id = $1 AND batch_id = $2 AND live = 1",
        p![tx.partnership(), id],
    )?;
    Ok(count.unsigned_abs())
}
