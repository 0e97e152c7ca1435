//! The worklist items a list makes, with the sentence their owner reads. A sentence never names another employer.

use super::super::matching::Why;
use super::super::worklist::ItemKind;
use super::change_set::{ItemRef, NewItem, Outcome};
use super::incoming::Incoming;
use super::reading::Unreadable;
use super::work::{Party, Work};
use std::collections::HashMap;

/// A new person who could be `other`.
pub(super) fn pair(work: &mut Work<'_>, row: &Incoming<'_>, party: usize, other: usize, why: Why) {
    let (kind, reason) = match why {
        Why::PossibleDuplicate => {
            (ItemKind::PossibleDuplicate, "much agrees with somebody known, and nothing settles it")
        }
        Why::NhsNumberClash => (ItemKind::NhsNumberClash, "NHS number and person do not agree with somebody known"),
    };
    let summary = format!("{} may be {}.", introduced(&work.parties[party]), described(&work.parties[other]));
    let item = add_pair(work, row, (kind, party, other), summary);
    work.hang(item, reason);
}

/// Somebody known whose list gives an NHS number that somebody else holds. Asked once.
pub(super) fn clash(work: &mut Work<'_>, row: &Incoming<'_>, party: usize, holder: usize) {
    if work.pair_was_asked(party, holder) {
        return;
    }
    let summary = format!(
        "The list gives {} the NHS number of {}.",
        introduced(&work.parties[party]),
        described(&work.parties[holder])
    );
    add_pair(work, row, (ItemKind::NhsNumberClash, party, holder), summary);
}

/// Somebody new under a staff number that belonged to a person nothing like them.
pub(super) fn reissued_number(work: &mut Work<'_>, row: &Incoming<'_>, party: usize, other: usize) {
    let summary = format!(
        "{} has the staff number that belonged to {}. Are they two people, or one whose details were wrong?",
        introduced(&work.parties[party]),
        described(&work.parties[other])
    );
    let item = add_pair(work, row, (ItemKind::PossibleDuplicate, party, other), summary);
    if let Some(last) = work.rows.last_mut() {
        last.outcome = Outcome::Unclear;
    }
    work.hang(item, "the staff number belonged to somebody else");
}

fn add_pair(work: &mut Work<'_>, row: &Incoming<'_>, pair: (ItemKind, usize, usize), summary: String) -> ItemRef {
    let (kind, party, other) = pair;
    let (who, other) = (Some(work.who(party)), Some(work.who(other)));
    work.add_item(NewItem { kind, who, other, place: Some(row.place()), row_key: None, summary })
}

/// A row with a staff number nobody knows, and no name.
pub(super) fn nameless(work: &mut Work<'_>, row: &Incoming<'_>) {
    work.put(row, Outcome::Unclear, None);
    let key = super::reading::keyed(&format!("number {}", row.key()), &mut HashMap::new());
    let why = "The row has a staff number but no name.";
    let item = unreadable_item(work, &Unreadable { place: row.place(), key, why });
    work.hang(item, why);
}

/// The item of a row that names nobody: the open one of an earlier list where the row held the same.
pub(super) fn unreadable_item(work: &mut Work<'_>, row: &Unreadable) -> ItemRef {
    if let Some(open) = work.known.unreadable.get(&row.key) {
        return ItemRef::Open(*open);
    }
    let summary = format!("Row {}: {} Send the list again with the row put right.", row.place.1, row.why);
    work.add_item(NewItem {
        kind: ItemKind::RowUnreadable,
        who: None,
        other: None,
        place: Some(row.place),
        row_key: Some(row.key.clone()),
        summary,
    })
}

/// Somebody of this list without a date of birth.
pub(super) fn no_birth(work: &mut Work<'_>, party: usize) -> usize {
    let summary = format!(
        "{} has no date of birth on any list. Without it no age rule can be checked and nobody can sign in.",
        work.parties[party].now.name
    );
    let (who, place) = (Some(work.who(party)), work.parties[party].row);
    work.add_item(NewItem { kind: ItemKind::NoDateOfBirth, who, other: None, place, row_key: None, summary });
    work.items.len() - 1
}

/// Somebody who was on the last list and is not on this one.
pub(super) fn not_seen(work: &mut Work<'_>, party: usize) {
    let summary = format!("{} is missing from the latest list. Have they left?", work.parties[party].now.name);
    let who = Some(work.who(party));
    work.add_item(NewItem { kind: ItemKind::NotSeen, who, other: None, place: None, row_key: None, summary });
}

fn introduced(party: &Party) -> String {
    match party.now.date_of_birth {
        Some(born) => format!("{}, born {born},", party.now.name),
        None => format!("{}, date of birth missing,", party.now.name),
    }
}

fn described(party: &Party) -> String {
    match party.now.date_of_birth {
        Some(born) => format!("{}, born {born}, who was known before", party.now.name),
        None => format!("{}, date of birth missing, who was known before", party.now.name),
    }
}
