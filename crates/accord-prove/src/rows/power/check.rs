//! What is left after a cut is opened as a service would open it, and looked at.

use super::play::{self, Played};
use accord::app::seal_now;
use accord::base::clock::Chance;
use accord::base::db::{Db, Place, StoreError, migrate};
use accord::base::fingerprint;
use accord::evidence::verify;
use accord::plan::publish::{finish_cut_off, half_published};
use accord::testing;
use std::path::Path;

/// Everything that is wrong with a disk that was cut after the first `at` entries of what was played.
pub fn check(folder: &Path, played: &Played, at: usize) -> Vec<String> {
    looked(folder, played, at).unwrap_or_else(|error| vec![format!("the store can't be used: {error}")])
}

fn looked(folder: &Path, played: &Played, at: usize) -> Result<Vec<String>, StoreError> {
    let who = testing::actor();
    let place = Place::Folder(folder.to_owned());
    let acknowledged = played.journal.marks(at).filter(|mark| mark % 2 == 1).count();
    let begun = played.journal.marks(at).filter(|mark| mark % 2 == 0).count();
    let db = Db::open(&place, play::at(1_000), Chance::seeded(at as u64))?;
    migrate::migrate(&db, &place)?;
    let mut wrong = Vec::new();
    let stored = db.read_now(&who, play::keys)?;
    for key in played.steps[..acknowledged].iter().flat_map(|step| &step.keys) {
        if !stored.contains_key(key) {
            wrong.push(format!("request {key} was acknowledged and is not there"));
        }
    }
    let tried: Vec<_> = played.steps[..begun].iter().flat_map(|step| &step.tried).collect();
    wrong.extend(stored.keys().filter(|key| !tried.contains(key)).map(|key| format!("request {key} was never made")));
    wrong.extend(by_halves(&db, played, acknowledged, begun)?);
    // What a start does before the pages are served, and what it finds then.
    for plan in db.read_now(&who, half_published)? {
        if let Err(stop) = finish_cut_off(&db, &who, plan.id) {
            wrong.push(format!("a publishing can't be finished: {stop:?}"));
        }
    }
    seal_now(&db, &who)?;
    for finding in db.read_now(&who, verify::verify)? {
        if finding.violations.unwrap_or(0) > 0 {
            wrong.push(format!("{}: {:?}", finding.name, finding.why));
        }
    }
    let lost = db.read_now(&who, verify::lost)?;
    if !lost.is_empty() {
        wrong.push(format!("lost: {lost:?}"));
    }
    Ok(wrong)
}

/// Where the step under way is one transaction, the store is exactly as before it or as after it.
fn by_halves(db: &Db, played: &Played, acknowledged: usize, begun: usize) -> Result<Option<String>, StoreError> {
    let before = acknowledged.checked_sub(1).map_or(&played.before, |last| &played.steps[last].after);
    let under_way = played.steps[acknowledged..begun].first();
    if under_way.is_some_and(|step| !step.whole) {
        return Ok(None);
    }
    let print = db.read_now(&testing::actor(), fingerprint::of)?;
    let known = print == *before || under_way.is_some_and(|step| print == step.after);
    Ok((!known).then(|| format!("the store is neither as before step {acknowledged} nor as after it")))
}
