//! SQL of walk-ins: the places of a day, and the box in use.

use crate::base::clock::at_microsecond;
use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{BookingId, PersonId, ProductId, SiteId};
use crate::booking::attendance::Batch;
use crate::booking::walk_in::Seat;
use crate::clinic::session::Kind;
use jiff::civil::Date;

impl FromRow for Seat {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let (starts_us, minutes, free): (i64, i64, i64) = (r.get(3)?, r.get(4)?, r.get(5)?);
        Ok(Self {
            slot: r.get(0)?,
            product: r.get(1)?,
            kind: Kind::parse(&r.get::<String>(2)?).ok_or_else(|| StoreError::shape(2, "a kind of session"))?,
            starts: at_microsecond(starts_us),
            ends: at_microsecond(starts_us + minutes * 60_000_000),
            free: free > 0,
        })
    }
}

/// Every slot of the open sessions of a site on a day, by product and start.
pub fn seats(tx: &mut Tx<'_>, site: SiteId, day: Date) -> Result<Vec<Seat>, StoreError> {
    tx.all(
        "SELECT l.id, l.product_id, c.kind, l.starts_us, l.minutes, CASE WHEN l.takes_new = 1 THEN l.capacity - l.taken ELSE 0 END
         FROM slot l
         JOIN session c ON c.partnership_id = l.partnership_id AND c.id = l.session_id AND c.state = 'open'
         JOIN product d ON d.partnership_id = l.partnership_id AND d.id = l.product_id
         WHERE l.partnership_id = $1 AND l.site_id = $2 AND l.date = $3 ORDER BY d.code, l.starts_us, l.id",
        p![tx.partnership(), site, day],
    )
}

/// The batch noted last of a product at a site on a day.
pub fn last_batch(tx: &mut Tx<'_>, site: SiteId, day: Date, product: ProductId) -> Result<Option<Batch>, StoreError> {
    let row: Option<(String,)> = tx.maybe(
        "SELECT a.batch FROM booking b
         JOIN attendance a ON a.partnership_id = b.partnership_id AND a.booking_id = b.id AND a.outcome = 'given'
         WHERE b.partnership_id = $1 AND b.site_id = $2 AND b.date = $3 AND b.live = 1 AND a.product_id = $4
         ORDER BY a.noted_us DESC, b.id LIMIT 1",
        p![tx.partnership(), site, day, product],
    )?;
    Ok(row.and_then(|(batch,)| Batch::parse(&batch)))
}

/// The booking at which a person was given a batch at a site on a day.
pub fn given_on(
    tx: &mut Tx<'_>,
    person: PersonId,
    site: SiteId,
    day: Date,
    batch: &Batch,
) -> Result<Option<BookingId>, StoreError> {
    let row: Option<(BookingId,)> = tx.maybe(
        "SELECT b.id FROM booking b
         JOIN attendance a ON a.partnership_id = b.partnership_id AND a.booking_id = b.id AND a.outcome = 'given'
         WHERE b.partnership_id = $1 AND b.person_id = $2 AND b.site_id = $3 AND b.date = $4 AND a.batch = $5
         ORDER BY b.id LIMIT 1",
        p![tx.partnership(), person, site, day, batch.to_string()],
    )?;
    Ok(row.map(|(id,)| id))
}
