//! Taking a file of organisations into the store, and writing it out of it again.
//!
//! Nothing is written while the file has a fault. A file that comes again changes nothing, and says so.

use super::csv;
use super::organisation::{self, NewOrganisation, Organisation, OrganisationRefusal};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::table::CsvFault;
use accord_formats::Postcode;
use std::collections::HashMap;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// New.
    pub added: u64,
    /// There before, and different.
    pub changed: u64,
    /// There before.
    pub same: u64,
}

/// Takes a file of organisations. One is known by its code; a role it has had can't be taken away.
pub fn import_organisations(tx: &mut Tx<'_>, text: &str) -> Result<Imported, Stop<OrganisationRefusal>> {
    let (rows, mut faults) = csv::read(text);
    let known: HashMap<String, Organisation> =
        organisation::all(tx)?.into_iter().map(|o| (o.code.clone(), o)).collect();
    for row in &rows {
        let Some(there) = known.get(row.new.code.as_str()) else { continue };
        let roles =
            [("is_employer", there.is_employer, row.new.is_employer), ("is_host", there.is_host, row.new.is_host)];
        for (column, _, _) in roles.into_iter().filter(|(_, had, has)| *had && !*has) {
            faults.push(CsvFault::new(row.row, column, "FALSE", "TRUE, the role this organisation has had"));
        }
    }
    faults.sort_by_key(|fault| fault.row);
    if !faults.is_empty() {
        return Err(Stop::Refused(OrganisationRefusal::Faults(faults)));
    }
    let mut done = Imported::default();
    for row in &rows {
        match known.get(row.new.code.as_str()) {
            None => {
                organisation::admit(tx, &row.new)?;
                done.added += 1;
            }
            Some(there) if is_as(there, &row.new) => done.same += 1,
            Some(there) => {
                organisation::change(tx, there.id, &row.new)?;
                done.changed += 1;
            }
        }
    }
    Ok(done)
}

/// All organisations as a file that [`import_organisations`] takes.
pub fn export_organisations(tx: &mut Tx<'_>) -> Result<String, StoreError> {
    let mut all = organisation::all(tx)?;
    all.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(csv::write(&all))
}

fn is_as(there: &Organisation, new: &NewOrganisation) -> bool {
    there.name == new.name
        && there.kind == new.kind
        && there.postcode.as_deref() == new.postcode.as_ref().map(Postcode::as_str)
        && (there.is_employer, there.is_host) == (new.is_employer, new.is_host)
        && there.declared_headcount == new.declared_headcount
        && (&there.contact_name, &there.contact_role) == (&new.contact_name, &new.contact_role)
}
