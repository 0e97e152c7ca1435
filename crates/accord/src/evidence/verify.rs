//! `accord verify`: the invariants that one store can show, each a statement or a walk of its chains.
//!
//! A statement answers one row a violation: what is wrong, and the id of where.

use super::{health, store};
use crate::base::audit;
use crate::base::clock::machine_now;
use crate::base::db::{StoreError, Tx};
use crate::partnership::ledger;

/// What became of one invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// "I1" ...
    pub name: &'static str,
    /// What it promises, in a few words.
    pub promise: &'static str,
    /// How often it is broken; none: it can't be checked, and `why` says so.
    pub violations: Option<u64>,
    /// The first few violations, or why nothing was checked; of I1 also how many places are held.
    pub why: Vec<String>,
}

/// Rows of the audit and the ledger may wait this long for their seal.
const SEAL_US: i64 = 5_000_000;
/// Violations named in a finding; all are counted.
const NAMED: usize = 5;

const BY_STATEMENT: [(&str, &str, &str); 8] = [
    ("I1", "nothing counted is above its capacity", include_str!("verify/i01_capacity.sql")),
    ("I2", "nobody is in two places at once", include_str!("verify/i02_one_place_at_a_time.sql")),
    ("I3", "one live booking of an appointment", include_str!("verify/i03_one_live_booking.sql")),
    ("I4", "appointments lie in their interval, of one product", include_str!("verify/i04_interval_and_product.sql")),
    ("I8", "the ledger shows the capacity used", include_str!("verify/i08_ledger.sql")),
    ("I9", "an agreement in force behind every booking", include_str!("verify/i09_agreement.sql")),
    ("I11", "everybody has a state, an owner and a next date", include_str!("verify/i11_offers.sql")),
    ("I12", "no team is too thin", include_str!("verify/i12_team_cover.sql")),
];

/// Everybody whom I11 finds: what is wrong, and whose id it is.
pub fn lost(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, StoreError> {
    store::violations(tx, include_str!("verify/i11_offers.sql"))
}

const NOT_YET: [(&str, &str, &str); 2] = [
    ("I6", "one effect in a partner's system", "no partner's system is connected: every site's slots are owned here"),
    ("I7", "one message of one kind and version", "no messages are sent by this version"),
];

/// Checks everything there is to check, in the order of the names.
pub fn verify(tx: &mut Tx<'_>) -> Result<Vec<Finding>, StoreError> {
    // Now, as what is read: a large store is checked for longer than a row may wait, and nothing is sealed in what is read.
    let sealed_by = machine_now().as_microsecond() - SEAL_US;
    let mut findings = Vec::with_capacity(11);
    for statement in BY_STATEMENT {
        findings.push(by_statement(tx, statement)?);
    }
    let held = health::holds(tx)?;
    if let Some(counted) = findings.first_mut().filter(|_| held.places > 0) {
        counted.why.push(format!("{} places are held, {} of them for too long", held.places, held.overdue));
    }
    for (name, promise, why) in NOT_YET {
        findings.push(Finding { name, promise, violations: None, why: vec![why.to_owned()] });
    }
    findings.push(chains(tx, sealed_by)?);
    findings.sort_by_key(|finding| finding.name[1..].parse::<u8>().unwrap_or(u8::MAX));
    Ok(findings)
}

/// One of the statements, in turn: for whoever looks after every step and can't afford them all.
pub fn one(tx: &mut Tx<'_>, nth: usize) -> Result<Finding, StoreError> {
    by_statement(tx, BY_STATEMENT[nth % BY_STATEMENT.len()])
}

fn by_statement(
    tx: &mut Tx<'_>,
    (name, promise, statement): (&'static str, &'static str, &'static str),
) -> Result<Finding, StoreError> {
    let rows = store::violations(tx, statement)?;
    let named = rows.iter().take(NAMED).map(|(what, id)| format!("{what}: {id}")).collect();
    Ok(Finding { name, promise, violations: Some(rows.len() as u64), why: named })
}

fn chains(tx: &mut Tx<'_>, sealed_by: i64) -> Result<Finding, StoreError> {
    let (audit_broken, audit_open) = audit::broken(tx, sealed_by)?;
    let (ledger_broken, ledger_open) = ledger::broken(tx, tx.now().as_microsecond() - SEAL_US)?;
    let parts = [
        (audit_broken, "links of the audit chain do not hold"),
        (audit_open, "audit rows are unsealed for more than 5 s"),
        (ledger_broken, "links of the ledger chain do not hold"),
        (ledger_open, "ledger rows are unsealed"),
    ];
    let why = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    Ok(Finding {
        name: "I10",
        promise: "audit and ledger chains hold",
        violations: Some(parts.iter().map(|(n, _)| n).sum()),
        why,
    })
}
