//! The end of the work: whoever was not seen, whoever lacks a date of birth, the rows that name nobody, the numbers.

use super::super::employment::EmploymentState;
use super::change_set::{ChangeSet, Counts, ItemRef, JobEdit, NewJob, Outcome, PersonEdit, RowOutcome, Who};
use super::items;
use super::known::Known;
use super::reading::{Place, Reading};
use super::work::{Work, is_unclear};
use std::collections::{HashMap, HashSet};

/// Closes the work and writes the change set.
pub(super) fn finish(mut work: Work<'_>, reading: &Reading, known: &Known) -> ChangeSet {
    let known_here = at_work(&work);
    let not_seen = mark_not_seen(&mut work);
    ask_birth_dates(&mut work);
    let gone_items = unreadable_rows(&mut work, reading, known);
    for (place, reason) in &reading.passed_over {
        work.rows.push(RowOutcome {
            place: *place,
            outcome: Outcome::Skipped,
            who: None,
            item: None,
            reason: Some(reason),
        });
    }
    work.rows.sort_by_key(|row| row.place);
    let mut set = ChangeSet { gone_items, ..ChangeSet::default() };
    moves(&work, &mut set);
    set.counts = counts(&work, reading, &set);
    set.counts.known = known_here;
    set.counts.not_seen = not_seen;
    let fresh_from = known.people.len();
    for (at, party) in work.parties.into_iter().enumerate() {
        match party.id {
            _ if at >= fresh_from => set.fresh.push(party.now),
            Some(id) if party.before.as_ref() != Some(&party.now) => {
                let found =
                    party.now.date_of_birth.is_some() && party.before.is_some_and(|b| b.date_of_birth.is_none());
                if found {
                    set.birth_found.push(id);
                }
                set.people.push(PersonEdit { id, after: party.now, fields: party.fields });
            }
            _ => {}
        }
    }
    set.rows = work.rows;
    set.items = work.items;
    set
}

/// How many people worked here before the list.
fn at_work(work: &Work<'_>) -> usize {
    let current = work.posts.iter().filter(|post| post.was == Some(EmploymentState::Current));
    current.map(|post| post.party).collect::<HashSet<_>>().len()
}

/// Whoever worked here and is on no row. A person with another row here is seen: their other number is only marked.
fn mark_not_seen(work: &mut Work<'_>) -> usize {
    let seen: HashSet<usize> = work.posts.iter().filter(|post| post.claimed).map(|post| post.party).collect();
    let mut missing = Vec::new();
    let mut told = HashSet::new();
    for post in &mut work.posts {
        if post.was == Some(EmploymentState::Current) && !post.claimed {
            post.job.state = EmploymentState::NotSeen;
            post.fields.push("not seen");
            if !seen.contains(&post.party) && told.insert(post.party) {
                missing.push(post.party);
            }
        }
    }
    for party in &missing {
        let asked = work.parties[*party].id.is_some_and(|id| work.known.not_seen.contains(&id));
        if !asked {
            items::not_seen(work, *party);
        }
    }
    missing.len()
}

/// Everybody of this list without a date of birth gets one item, ever.
fn ask_birth_dates(work: &mut Work<'_>) {
    let places: HashMap<Place, usize> = work.rows.iter().enumerate().map(|(at, row)| (row.place, at)).collect();
    for party in 0..work.parties.len() {
        let person = &work.parties[party];
        if person.row.is_none() || person.birth_asked || person.now.date_of_birth.is_some() {
            continue;
        }
        let place = person.row;
        let item = ItemRef::New(items::no_birth(work, party));
        if let Some(at) = place.and_then(|place| places.get(&place)) {
            work.rows[*at].item.get_or_insert(item);
        }
    }
}

/// Rows that name nobody; which open items of such rows the list no longer has.
fn unreadable_rows(work: &mut Work<'_>, reading: &Reading, known: &Known) -> Vec<crate::base::ids::WorklistItemId> {
    for row in &reading.unreadable {
        let item = Some(items::unreadable_item(work, row));
        work.rows.push(RowOutcome {
            place: row.place,
            outcome: Outcome::Unclear,
            who: None,
            item,
            reason: Some(row.why),
        });
    }
    let still: HashSet<_> = work
        .rows
        .iter()
        .filter_map(|row| match row.item {
            Some(ItemRef::Open(id)) => Some(id),
            _ => None,
        })
        .collect();
    let mut gone: Vec<_> = known.unreadable.values().copied().filter(|id| !still.contains(id)).collect();
    gone.sort_unstable();
    gone
}

/// Employments to add and to change, and who left or came back.
fn moves(work: &Work<'_>, set: &mut ChangeSet) {
    for post in &work.posts {
        let who = work.who(post.party);
        let Some(id) = post.id else {
            set.new_jobs.push(NewJob { who, is_primary: post.is_primary, job: post.job.clone() });
            continue;
        };
        if post.fields.is_empty() {
            continue;
        }
        if let Who::Known(person) = who {
            match (post.was, post.job.state) {
                (Some(EmploymentState::NotSeen), EmploymentState::Current) => set.seen_again.push(person),
                (before, EmploymentState::Left) if before != Some(EmploymentState::Left) => set.left.push(person),
                _ => {}
            }
        }
        let fields = post.fields.clone();
        set.jobs.push(JobEdit { id, after: post.job.clone(), is_primary: post.is_primary, fields });
    }
}

fn counts(work: &Work<'_>, reading: &Reading, set: &ChangeSet) -> Counts {
    let mut counts = Counts { rows: reading.rows.len() + reading.unreadable.len(), ..Counts::default() };
    let of = |outcome: Outcome| -> HashSet<Who> { set_of(&work.rows, |row| row.outcome == outcome) };
    let joined = of(Outcome::SecondEmployment);
    let changed = of(Outcome::Changed);
    counts.added = work.parties.len() - work.known.people.len();
    counts.second_jobs = joined.iter().filter(|who| matches!(who, Who::Known(_))).count();
    counts.changed = changed.len();
    counts.same = of(Outcome::Same).difference(&changed).count();
    counts.leavers = set.left.len();
    counts.people = set_of(&work.rows, |row| row.outcome != Outcome::Leaver).len();
    counts.unclear = work.items.iter().filter(|item| is_unclear(item.kind)).count();
    counts
}

fn set_of(rows: &[RowOutcome], wanted: impl Fn(&RowOutcome) -> bool) -> HashSet<Who> {
    rows.iter().filter(|row| wanted(row)).filter_map(|row| row.who).collect()
}
