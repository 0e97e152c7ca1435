//! What must hold after every row: no invariant is violated, nobody is lost, and everything acknowledged is there.

use crate::how::{Failed, How, say};
use crate::stage::Stage;
use accord::base::db::{Place, StoreError, Tx};
use std::collections::HashSet;
use std::process::Command;

/// What the prover knows of what it was told.
#[derive(Debug, Default)]
pub struct Told {
    /// References of bookings that were acknowledged, and not cancelled or changed since.
    pub acknowledged: Vec<String>,
    /// Bookings asked for without an answer: each may be there or not.
    pub unanswered: usize,
}

/// Everything that is wrong with the store; nothing: it is clean.
pub fn faults(how: &How, stage: &Stage, told: &Told) -> Result<Vec<String>, Failed> {
    let mut faults = invariants(how, stage)?;
    let db = stage.open()?;
    let stored: HashSet<String> = db.read_now(&stage.who, live_references)?.into_iter().collect();
    let known: HashSet<String> = told.acknowledged.iter().map(|r| r.replace('-', "")).collect();
    let lost = known.difference(&stored).count();
    if lost > 0 {
        faults.push(format!("{lost} acknowledged bookings are not in the store"));
    }
    if known.len() != told.acknowledged.len() {
        faults.push("a reference was acknowledged twice".into());
    }
    let unknown = stored.difference(&known).count();
    if unknown > told.unanswered {
        faults
            .push(format!("{unknown} bookings are stored that nobody was told of, {} had no answer", told.unanswered));
    }
    faults.iter().for_each(|fault| say(format!("FAULT {fault}")));
    Ok(faults)
}

/// What `accord verify` and `accord lost` find; nothing: no invariant is violated and nobody is lost.
pub fn invariants(how: &How, stage: &Stage) -> Result<Vec<String>, Failed> {
    let mut faults = Vec::new();
    for (command, clean) in [("verify", "no violation"), ("lost", "nobody lost")] {
        let done = accord(how, stage).args([command, "--json"]).output()?;
        if !done.status.success() {
            faults.push(format!("accord {command}: not {clean}: {}", String::from_utf8_lossy(&done.stdout).trim()));
        }
    }
    Ok(faults)
}

/// The binary, told where the stage is.
pub fn accord(how: &How, stage: &Stage) -> Command {
    let mut command = Command::new(&how.bin);
    at(&mut command, stage);
    command
}

/// Tells a command where the stage is.
pub fn at<'c>(command: &'c mut Command, stage: &Stage) -> &'c mut Command {
    match &stage.place {
        Place::Folder(folder) => command.arg("--at").arg(folder),
        Place::Postgres(url) => command.arg("--at").arg(url),
    };
    command.arg("--key-file").arg(&stage.key_file)
}

fn live_references(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let mut all = Vec::new();
    tx.each(
        "SELECT reference FROM booking WHERE partnership_id = $1 AND live = 1",
        accord::p![tx.partnership()],
        |r| {
            all.push(r.get(0)?);
            Ok(())
        },
    )?;
    Ok(all)
}
