//! SQL over deliveries and the running totals of stock.

use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{DeliveryId, ProductId, SiteId};
use crate::clinic::stock::StockRow;
use jiff::civil::Date;

/// A delivery as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredDelivery {
    /// Which.
    pub id: DeliveryId,
    /// Where.
    pub site: SiteId,
    /// Of what.
    pub product: ProductId,
    /// When.
    pub arrives_on: Date,
    /// How many.
    pub doses: i64,
}

impl FromRow for StoredDelivery {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            site: row.get(1)?,
            product: row.get(2)?,
            arrives_on: row.get(3)?,
            doses: row.get(4)?,
        })
    }
}

/// All deliveries, by site, product and day.
pub fn deliveries(tx: &mut Tx<'_>) -> Result<Vec<StoredDelivery>, StoreError> {
    tx.all(
        "SELECT id, site_id, product_id, arrives_on, doses FROM delivery WHERE partnership_id = $1
         ORDER BY site_id, product_id, arrives_on",
        p![tx.partnership()],
    )
}

/// Writes a delivery, or the doses of one that is there.
pub fn put_delivery(tx: &mut Tx<'_>, delivery: &StoredDelivery) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO delivery (partnership_id, id, site_id, product_id, arrives_on, doses) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (partnership_id, id) DO UPDATE SET doses = excluded.doses",
        p![tx.partnership(), delivery.id, delivery.site, delivery.product, delivery.arrives_on, delivery.doses],
    )?;
    Ok(())
}

/// Day of arrival and doses.
pub fn deliveries_of(tx: &mut Tx<'_>, site: SiteId, product: ProductId) -> Result<Vec<(Date, i64)>, StoreError> {
    tx.all(
        "SELECT arrives_on, doses FROM delivery WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3
         ORDER BY arrives_on",
        p![tx.partnership(), site, product],
    )
}

/// Places taken on each day, and doses taken down without one: each takes a dose.
pub fn used_by_day(tx: &mut Tx<'_>, site: SiteId, product: ProductId) -> Result<Vec<(Date, i64)>, StoreError> {
    tx.all(
        "SELECT date, CAST(SUM(n) AS BIGINT) FROM (
           SELECT date, taken AS n FROM slot WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3 AND taken > 0
           UNION ALL SELECT date, 1 AS n FROM day_entry
           WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3 AND counted = 1
         ) u GROUP BY date ORDER BY date",
        p![tx.partnership(), site, product],
    )
}

/// Locks a site against the counting of its stock: a booking of what is not tracked has no row of stock to lock, and
/// the first delivery must count it all the same.
pub fn sites_for_booking(tx: &mut Tx<'_>, sites: &[SiteId]) -> Result<(), StoreError> {
    let lock = for_share!("SELECT id FROM site WHERE partnership_id = $1 AND id = $2");
    tx.each_many(lock, &tx.keyed(sites), |_| Ok(()))
}

/// Locks a site for the counting of its stock: waits for the bookings under way that [`sites_for_booking`] locked it for.
pub fn site_for_counting(tx: &mut Tx<'_>, site: SiteId) -> Result<(), StoreError> {
    let lock = for_update!("SELECT id FROM site WHERE partnership_id = $1 AND id = $2");
    tx.each(lock, p![tx.partnership(), site], |_| Ok(()))
}

/// Takes the running totals of a site and product away.
pub fn clear(tx: &mut Tx<'_>, site: SiteId, product: ProductId) -> Result<(), StoreError> {
    tx.run(
        "DELETE FROM stock WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3",
        p![tx.partnership(), site, product],
    )?;
    Ok(())
}

/// Writes running totals.
pub fn insert_rows(tx: &mut Tx<'_>, site: SiteId, product: ProductId, rows: &[StockRow]) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<Vec<Param<'_>>> = rows
        .iter()
        .map(|r| {
            vec![
                partnership.param(),
                site.param(),
                product.param(),
                r.from.param(),
                r.until.param(),
                r.delivered.param(),
                r.taken.param(),
            ]
        })
        .collect();
    tx.run_many(
        "INSERT INTO stock (partnership_id, site_id, product_id, from_date, until_date, delivered, taken)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &rows,
    )?;
    Ok(())
}

/// The running totals of a site and product, by day; none where stock is not tracked.
pub fn rows(tx: &mut Tx<'_>, site: SiteId, product: ProductId) -> Result<Vec<StockRow>, StoreError> {
    let rows: Vec<(Date, Date, i64, i64)> = tx.all(
        "SELECT from_date, until_date, delivered, taken FROM stock WHERE partnership_id = $1 AND site_id = $2
         AND product_id = $3 ORDER BY from_date",
        p![tx.partnership(), site, product],
    )?;
    Ok(rows.into_iter().map(|(from, until, delivered, taken)| StockRow { from, until, delivered, taken }).collect())
}
