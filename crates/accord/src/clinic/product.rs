//! Products: what is given at an appointment.

use super::refusal::ClinicRefusal;
use super::store::site as store;
use crate::base::audit;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{Product as ProductKind, ProductId};

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Ours.
    pub id: ProductId,
    /// Short, in capitals; files name it so.
    pub code: String,
    /// For people.
    pub name: String,
}

/// Adds a product. One that is there under the same name is answered as it is.
pub fn add(tx: &mut Tx<'_>, code: &str, name: &str) -> Result<ProductId, Stop<ClinicRefusal>> {
    let (code, name) = (code.trim().to_ascii_uppercase(), name.trim());
    if code.is_empty() || name.is_empty() {
        return Err(Stop::Refused(ClinicRefusal::Missing("product's code or name")));
    }
    if let Some(there) = store::products(tx)?.into_iter().find(|p| p.code == code) {
        if there.name == name {
            return Ok(there.id);
        }
        return Err(Stop::Refused(ClinicRefusal::ProductTaken { code, name: there.name }));
    }
    let id = tx.id::<ProductKind>();
    store::insert_product(tx, id, &code, name)?;
    let done =
        audit::Done { organisation: None, verb: "add", noun: "product", noun_id: id.to_string(), detail: "{}".into() };
    audit::record(tx, &done)?;
    Ok(id)
}

/// All products, by code.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Product>, StoreError> {
    store::products(tx)
}
