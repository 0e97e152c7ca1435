//! Deliveries: doses that arrive at a site on a day.

use super::refusal::ClinicRefusal;
use super::stock::running_totals;
use super::store::stock as store;
use crate::base::db::{Stop, Tx};
use crate::base::ids::{ProductId, SiteId};

/// Works out the running totals of a site and product anew from its deliveries and from the places
/// that are taken. Refused where bookings would be left without doses.
///
/// The site is locked and the old rows are taken away first, which waits for bookings under way: what they take is
/// counted, also by the first delivery of what was not tracked before.
pub(super) fn rebuild(
    tx: &mut Tx<'_>,
    (site, site_code): (SiteId, &str),
    (product, product_code): (ProductId, &str),
) -> Result<(), Stop<ClinicRefusal>> {
    store::site_for_counting(tx, site)?;
    store::clear(tx, site, product)?;
    let deliveries = store::deliveries_of(tx, site, product)?;
    let used = store::used_by_day(tx, site, product)?;
    let rows = running_totals(&deliveries, &used);
    if let Some(short) = rows.iter().find(|r| r.taken > r.delivered) {
        return Err(Stop::Refused(ClinicRefusal::StockInUse {
            site: site_code.into(),
            product: product_code.into(),
            until: short.until,
            taken: short.taken,
            delivered: short.delivered,
        }));
    }
    store::insert_rows(tx, site, product, &rows)?;
    Ok(())
}
