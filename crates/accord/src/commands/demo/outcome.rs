//! The demo against its truth: every person of the truth file is somewhere, once, and nobody was merged wrongly.

use super::Site;
use crate::base::ids::{CampaignId, PersonId};
use crate::commands::Failure;
use crate::evidence::store::{self, LandedRow};
use std::collections::{HashMap, HashSet};

/// Where the people of the truth are. A person is counted once: planned comes before unclear, unclear before unplaced.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// People of the truth.
    pub people: u64,
    /// Have the whole course, also with a possible duplicate open.
    pub planned: u64,
    /// Have an open worklist item.
    pub unclear: u64,
    /// The planner said why not.
    pub unplaced: u64,
    /// In none of these: there must be nobody.
    pub lost: u64,
    /// Records that hold rows of two people: must be none.
    pub merged_wrongly: u64,
    /// People with several records that no open worklist item puts side by side, or with more than one whole course:
    /// must be none.
    pub doubled: u64,
    /// Reason code and people of those unplaced, most first.
    pub reasons: Vec<(String, u64)>,
    /// Worklist items that put two records side by side.
    pub pairs_open: u64,
    /// Somebody who is placed, for the links.
    pub placed: Option<PersonId>,
}

/// Compares the store with the truth, row by row.
pub(super) fn compare(site: &Site<'_>, campaign: CampaignId) -> Result<Outcome, Failure> {
    let read = site.db.read_now(&site.who, move |tx| {
        let rows = store::landed_rows(tx)?;
        let (whole, _) = store::whole_courses(tx, campaign)?;
        let unplaced = store::unplaced_people(tx, campaign)?;
        let open = store::open_items(tx)?;
        Ok((rows, whole, unplaced, open, store::campaign::reasons(tx, campaign)?))
    });
    let (rows, whole, unplaced, open, reasons) = read.map_err(|e| site.failed(&e))?;
    let whole: HashSet<PersonId> = whole.into_iter().collect();
    let unplaced: HashSet<PersonId> = unplaced.into_iter().collect();
    let open_items: HashSet<String> = open.iter().map(|(item, _)| item.clone()).collect();
    let open_people: HashSet<PersonId> = open.iter().flat_map(|(_, people)| people.iter().copied()).collect();
    let pairs: Vec<&[PersonId]> =
        open.iter().map(|(_, people)| &people[..]).filter(|people| people.len() > 1).collect();
    let landed: HashMap<(&str, &str, u32), &LandedRow> =
        rows.iter().map(|row| ((row.employer.as_str(), row.file.as_str(), row.row), row)).collect();
    let mut outcome = Outcome {
        people: site.world.truth.people.len() as u64,
        reasons: reasons.into_iter().map(|(code, n)| (code, u64::from(n))).collect(),
        pairs_open: pairs.len() as u64,
        ..Outcome::default()
    };
    let mut owner: HashMap<PersonId, u32> = HashMap::new();
    for person in &site.world.truth.people {
        let keys = person.rows.iter().map(|r| (r.employer_id.as_str(), r.file_name.as_str(), r.row));
        let mine: Vec<&LandedRow> = keys.filter_map(|key| landed.get(&key).copied()).collect();
        let records: HashSet<PersonId> = mine.iter().filter_map(|row| row.person).collect();
        let item_open = mine.iter().any(|row| row.item.as_ref().is_some_and(|item| open_items.contains(item)))
            || records.iter().any(|id| open_people.contains(id));
        if records.iter().any(|id| whole.contains(id)) {
            outcome.planned += 1;
            outcome.placed = outcome.placed.or_else(|| records.iter().copied().next().filter(|_| records.len() == 1));
        } else if item_open {
            outcome.unclear += 1;
        } else if records.iter().any(|id| unplaced.contains(id)) {
            outcome.unplaced += 1;
        } else {
            outcome.lost += 1;
        }
        let courses = records.iter().filter(|id| whole.contains(*id)).count();
        outcome.doubled += u64::from(courses > 1 || !are_side_by_side(&records, &pairs));
        for id in records {
            let first = *owner.entry(id).or_insert(person.index);
            outcome.merged_wrongly += u64::from(first != person.index);
        }
    }
    Ok(outcome)
}

/// True where open items lead from any of a person's records to all others.
fn are_side_by_side(records: &HashSet<PersonId>, pairs: &[&[PersonId]]) -> bool {
    if records.len() < 2 {
        return true;
    }
    let mut reached: HashSet<PersonId> = records.iter().copied().take(1).collect();
    loop {
        let before = reached.len();
        for pair in pairs {
            if pair.iter().any(|id| reached.contains(id)) {
                reached.extend(pair.iter().filter(|id| records.contains(id)));
            }
        }
        if reached.len() == before {
            return reached.len() == records.len();
        }
    }
}
