//! SQL over who came and what came of it.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, PersonId, ProductId, SiteId, SlotId};
use crate::booking::Booking;
use crate::booking::attendance::{Attendance, Batch, Outcome, WhyNot};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashSet;

impl FromRow for Attendance {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let came: (Option<Timestamp>, Option<SiteId>) = (r.get(1)?, r.get(2)?);
        let outcome: Option<String> = r.get(3)?;
        let outcome = match outcome.as_deref() {
            None => None,
            Some("given") => {
                let batch: String = r.get(5)?;
                let batch = Batch::parse(&batch).ok_or_else(|| StoreError::shape(5, "a batch"))?;
                Some(Outcome::Given { product: r.get(4)?, batch })
            }
            Some("not_given") => {
                let why: String = r.get(6)?;
                Some(Outcome::NotGiven(WhyNot::parse(&why).ok_or_else(|| StoreError::shape(6, "a reason"))?))
            }
            Some(_) => Some(Outcome::DidNotAttend),
        };
        Ok(Self { booking: r.get(0)?, came: came.0.zip(came.1), outcome, version: r.get(7)? })
    }
}

/// What is known of a booking's day; none: nothing yet.
pub fn attendance(tx: &mut Tx<'_>, booking: BookingId) -> Result<Option<Attendance>, StoreError> {
    tx.maybe(
        "SELECT booking_id, checked_in_us, checked_in_site, outcome, product_id, batch, reason, version FROM attendance
         WHERE partnership_id = $1 AND booking_id = $2",
        p![tx.partnership(), booking],
    )
}

/// What is known of every booking of a person in a campaign, in the order of the appointments.
pub fn attendance_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Vec<Attendance>, StoreError> {
    tx.all(
        "SELECT a.booking_id, a.checked_in_us, a.checked_in_site, a.outcome, a.product_id, a.batch, a.reason, a.version
         FROM attendance a JOIN booking b ON b.partnership_id = a.partnership_id AND b.id = a.booking_id
         WHERE b.partnership_id = $1 AND b.person_id = $2 AND b.campaign_id = $3 ORDER BY b.appointment, b.starts_us",
        p![tx.partnership(), person, campaign],
    )
}

/// The bookings of a person in a campaign at which it was given: nothing may release those.
pub fn given_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<HashSet<BookingId>, StoreError> {
    let rows: Vec<(BookingId,)> = tx.all(
        "SELECT b.id FROM booking b JOIN attendance a ON a.partnership_id = b.partnership_id AND a.booking_id = b.id
         WHERE b.partnership_id = $1 AND b.person_id = $2 AND b.campaign_id = $3 AND a.outcome = 'given'",
        p![tx.partnership(), person, campaign],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Which of these bookings somebody was checked in at, or has an outcome.
pub fn attended(tx: &mut Tx<'_>, of: &[BookingId]) -> Result<HashSet<BookingId>, StoreError> {
    let mut found = HashSet::new();
    tx.each_many(
        "SELECT booking_id FROM attendance WHERE partnership_id = $1 AND booking_id = $2",
        &tx.keyed(of),
        |r| {
            found.insert(r.get(0)?);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Writes what is known now; the row is never deleted.
pub fn set_attendance(tx: &mut Tx<'_>, a: &Attendance) -> Result<(), StoreError> {
    let (product, batch) = match &a.outcome {
        Some(Outcome::Given { product, batch }) => (Some(*product), Some(batch.to_string())),
        _ => (None, None),
    };
    let why = match a.outcome {
        Some(Outcome::NotGiven(why)) => Some(why.word()),
        _ => None,
    };
    let (at, site) = a.came.unzip();
    let (by, outcome) = (tx.who().id.clone(), a.outcome.as_ref().map(Outcome::word));
    tx.run(
        "INSERT INTO attendance (partnership_id, booking_id, checked_in_us, checked_in_site, outcome, product_id, batch,
           reason, noted_us, noted_by, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (partnership_id, booking_id) DO UPDATE SET checked_in_us = excluded.checked_in_us,
           checked_in_site = excluded.checked_in_site, outcome = excluded.outcome, product_id = excluded.product_id,
           batch = excluded.batch, reason = excluded.reason, noted_us = excluded.noted_us, noted_by = excluded.noted_by,
           version = excluded.version",
        p![tx.partnership(), a.booking, at, site, outcome, product, batch, why, tx.now(), by, a.version],
    )?;
    Ok(())
}

/// Everybody booked at a site on a day who was born on `born`: booking, and all names they have.
pub fn born_on_list(
    tx: &mut Tx<'_>,
    site: SiteId,
    day: Date,
    born: Date,
) -> Result<Vec<(BookingId, String)>, StoreError> {
    tx.all(
        "SELECT b.id, COALESCE(p.preferred_name, '') || ' ' || p.given_name || ' ' || p.family_name
         FROM booking b
         JOIN person p ON p.partnership_id = b.partnership_id AND p.id = b.person_id
         LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
         WHERE b.partnership_id = $1 AND b.site_id = $2 AND b.date = $3 AND b.live = 1 AND p.date_of_birth = $4
           AND (t.id IS NULL OR t.state = 'live') ORDER BY b.id",
        p![tx.partnership(), site, day, born],
    )
}

/// The next free time of a site on a day for somebody who is there, one of `product` first: what is kept for whoever rings or
/// walks in is for them as well.
pub fn next_free(
    tx: &mut Tx<'_>,
    site: SiteId,
    day: Date,
    product: ProductId,
) -> Result<Option<(SlotId, Timestamp)>, StoreError> {
    tx.maybe(
        "SELECT l.id, l.starts_us FROM slot l
         JOIN session c ON c.partnership_id = l.partnership_id AND c.id = l.session_id AND c.state = 'open'
           AND c.kind = 'booked'
         WHERE l.partnership_id = $1 AND l.site_id = $2 AND l.date = $3 AND l.starts_us > $4
           AND l.takes_new = 1 AND l.taken < l.capacity
         ORDER BY CASE WHEN l.product_id = $5 THEN 0 ELSE 1 END, l.starts_us, l.id LIMIT 1",
        p![tx.partnership(), site, day, tx.now(), product],
    )
}

/// Live bookings whose session was over before `over` and for which nobody came and nothing was noted: those of one site and
/// day when they are named, else those of every site and day at which somebody was checked in.
pub fn missing(
    tx: &mut Tx<'_>,
    over: Timestamp,
    at: Option<(SiteId, Date)>,
    limit: u32,
) -> Result<Vec<BookingId>, StoreError> {
    let (site, day) = at.unzip();
    let rows: Vec<(BookingId,)> = tx.all(
        "SELECT b.id FROM booking b
         LEFT JOIN attendance a ON a.partnership_id = b.partnership_id AND a.booking_id = b.id
         LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
         WHERE b.partnership_id = $1 AND b.live = 1 AND b.ends_us <= $2 AND a.booking_id IS NULL
           AND b.site_id = COALESCE($3, b.site_id) AND b.date = COALESCE($4, b.date)
           AND (t.id IS NULL OR t.state = 'live')
           AND NOT EXISTS (SELECT 1 FROM slot l WHERE l.partnership_id = b.partnership_id AND l.session_id = b.session_id
             AND l.starts_us + l.minutes * 60000000 > $2)
           AND ($3 IS NOT NULL OR EXISTS (SELECT 1 FROM booking o
             JOIN attendance c ON c.partnership_id = o.partnership_id AND c.booking_id = o.id AND c.checked_in_us IS NOT NULL
             WHERE o.partnership_id = b.partnership_id AND o.site_id = b.site_id AND o.date = b.date AND o.live = 1))
         ORDER BY b.person_id, b.starts_us, b.id LIMIT $5",
        p![tx.partnership(), over, site, day, limit],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether a site's last time of a day is over.
pub fn day_is_over(tx: &mut Tx<'_>, site: SiteId, day: Date) -> Result<bool, StoreError> {
    let (open,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM slot WHERE partnership_id = $1 AND site_id = $2 AND date = $3
         AND starts_us + minutes * 60000000 > $4",
        p![tx.partnership(), site, day, tx.now()],
    )?;
    Ok(open == 0)
}

/// Bookings that were missed or not given and have no live one in their place, in the order of the course.
pub fn past_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Vec<Booking>, StoreError> {
    let mut found = Vec::new();
    for one in attendance_of(tx, person, campaign)? {
        if let Some(booking) = super::by_id(tx, one.booking)?.filter(|b| !b.state.is_live()) {
            found.retain(|other: &Booking| other.appointment != booking.appointment);
            found.push(booking);
        }
    }
    let live = super::seen_of(tx, person, campaign)?;
    found.retain(|b| live.iter().all(|other| other.appointment != b.appointment));
    Ok(found)
}
