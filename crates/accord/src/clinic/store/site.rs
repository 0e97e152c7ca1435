//! SQL over sites and products.

use super::counters::access;
use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{OrganisationId, ProductId, SiteId};
use crate::clinic::product::Product;
use crate::clinic::site::{Site, SiteFacts};
use std::collections::HashMap;

impl FromRow for Site {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let text = |at| Ok::<_, StoreError>(row.get::<Option<String>>(at)?.unwrap_or_default());
        Ok(Self {
            id: row.get(0)?,
            host: row.get(1)?,
            facts: SiteFacts {
                code: row.get(2)?,
                name: row.get(3)?,
                kind: row.get(4)?,
                address: row.get(5)?,
                postcode: row.get(6)?,
                lat: row.get(7)?,
                lon: row.get(8)?,
                district: row.get(9)?,
                phone: row.get(10)?,
                access: access(row, 11)?,
                note: row.get(12)?,
                ods_code: text(13)?,
                icb: text(14)?,
                region: text(15)?,
                site_type: text(16)?,
                slots_owner: row.get(17)?,
                state: row.get(18)?,
            },
        })
    }
}

/// All sites, by code.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Site>, StoreError> {
    tx.all(
        "SELECT id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access, note, ods_code,
           icb, region, site_type, slots_owner, state
         FROM site WHERE partnership_id = $1 ORDER BY code",
        p![tx.partnership()],
    )
}

/// One site.
pub fn by_id(tx: &mut Tx<'_>, id: SiteId) -> Result<Option<Site>, StoreError> {
    tx.maybe(
        "SELECT id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access, note, ods_code,
           icb, region, site_type, slots_owner, state
         FROM site WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id],
    )
}

/// These sites; ids that name none are left out.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[SiteId]) -> Result<HashMap<SiteId, Site>, StoreError> {
    let mut sorted = ids.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut found = HashMap::with_capacity(sorted.len());
    tx.each_many(
        "SELECT id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access, note, ods_code,
              icb, region, site_type, slots_owner, state
         FROM site WHERE partnership_id = $1 AND id = $2",
        &tx.keyed(&sorted),
        |row| {
            let site = Site::from_row(row)?;
            found.insert(site.id, site);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Writes a site, or everything that may change of one that is there.
pub fn put(tx: &mut Tx<'_>, id: SiteId, host: OrganisationId, site: &SiteFacts) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO site (partnership_id, id, host_id, code, name, kind, address, postcode, lat, lon, district, phone,
           access, note, ods_code, icb, region, site_type, slots_owner, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         ON CONFLICT (partnership_id, id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
           address = excluded.address, postcode = excluded.postcode, lat = excluded.lat, lon = excluded.lon,
           district = excluded.district, phone = excluded.phone, access = excluded.access, note = excluded.note,
           ods_code = excluded.ods_code, icb = excluded.icb, region = excluded.region, site_type = excluded.site_type,
           slots_owner = excluded.slots_owner, state = excluded.state",
        p![
            tx.partnership(),
            id,
            host,
            site.code,
            site.name,
            site.kind,
            site.address,
            site.postcode,
            site.lat,
            site.lon,
            site.district,
            site.phone,
            site.access.bits(),
            site.note,
            site.ods_code,
            site.icb,
            site.region,
            site.site_type,
            site.slots_owner,
            site.state
        ],
    )?;
    Ok(())
}

/// Closes a site.
pub fn close(tx: &mut Tx<'_>, id: SiteId) -> Result<(), StoreError> {
    tx.run("UPDATE site SET state = 'closed' WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id])?;
    Ok(())
}

impl FromRow for Product {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { id: row.get(0)?, code: row.get(1)?, name: row.get(2)? })
    }
}

/// All products, by code.
pub fn products(tx: &mut Tx<'_>) -> Result<Vec<Product>, StoreError> {
    tx.all("SELECT id, code, name FROM product WHERE partnership_id = $1 ORDER BY code", p![tx.partnership()])
}

/// Writes a product.
pub fn insert_product(tx: &mut Tx<'_>, id: ProductId, code: &str, name: &str) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO product (partnership_id, id, code, name) VALUES ($1, $2, $3, $4)",
        p![tx.partnership(), id, code, name],
    )?;
    Ok(())
}
