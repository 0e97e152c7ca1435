//! A worklist item is decided.

use super::employment::EmploymentState;
use super::matching::{Candidate, Traits, Verdict, decide};
use super::store::{self, PersonRecord};
use super::worklist::{Filter, Item, ItemKind};
use crate::base::audit::{self, Done};
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{OrganisationId, PersonId, WorklistItemId};
use crate::base::outbox;
use crate::base::refusal::Refusal;
use accord_formats::Date;
use accord_formats::date::plausible_birth;

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The two records are one person.
    Same {
        /// The record that stays and whose values win; none: the earlier one, or the only one with a booking.
        keep: Option<PersonId>,
    },
    /// They are two people.
    Different,
    /// The date of birth, from the person or their employer.
    CorrectedDate {
        /// It.
        date_of_birth: Date,
    },
    /// They left the employer of the item.
    Left,
    /// They still work there; the list was wrong.
    StillHere,
    /// The row needs nothing more.
    SetAside {
        /// Why, in the words of who decided; no names.
        reason: String,
    },
}

impl Decision {
    /// The word that is kept as the item's outcome.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Same { .. } => "same",
            Self::Different => "different",
            Self::CorrectedDate { .. } => "corrected_date",
            Self::Left => "left",
            Self::StillHere => "still_here",
            Self::SetAside { .. } => "set_aside",
        }
    }
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The person it was about, after the decision; of a merge the record that stays.
    pub person: Option<PersonId>,
    /// True where the corrected date made a new question: the person may be somebody known.
    pub asks_again: bool,
}

/// Why an item was not decided. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolveRefusal {
    /// No such item.
    NoSuchItem,
    /// Decided before.
    AlreadyDone {
        /// How.
        outcome: String,
    },
    /// The decision answers another kind of question.
    NotForThisKind {
        /// The item's kind.
        kind: ItemKind,
    },
    /// Both records have a booking that is not cancelled.
    BothBooked,
    /// The record that should stay has no booking, the other one has.
    OtherIsBooked,
    /// Both records had something given in one campaign.
    BothHad,
    /// Appointments of two campaigns would be one person's on one day.
    OnOneDay,
    /// `keep` is neither of the two.
    NotOfThisPair,
    /// One of the two was merged into somebody else since.
    PersonGone,
    /// Nobody of 14 to 100 years was born then.
    ImplausibleDate {
        /// As given.
        date: Date,
    },
}

impl Refusal for ResolveRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchItem => "no_such_item",
            Self::AlreadyDone { .. } => "already_done",
            Self::NotForThisKind { .. } => "not_for_this_kind",
            Self::BothBooked => "both_booked",
            Self::OtherIsBooked => "other_is_booked",
            Self::BothHad => "both_had",
            Self::OnOneDay => "on_one_day",
            Self::NotOfThisPair => "not_of_this_pair",
            Self::PersonGone => "person_gone",
            Self::ImplausibleDate { .. } => "implausible_date",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoSuchItem => "There is no such item.".to_owned(),
            Self::AlreadyDone { outcome } => format!("This was decided before: {}.", outcome.replace('_', " ")),
            Self::NotForThisKind { kind } => format!("\"{}\" is answered in another way.", kind.heading()),
            Self::BothBooked => "Both records have appointments. Nothing was changed.".to_owned(),
            Self::OtherIsBooked => {
                "The record that would go has appointments, the one that would stay has none.".to_owned()
            }
            Self::BothHad => "Something was given under both records in one campaign. Nothing was changed.".to_owned(),
            Self::OnOneDay => {
                "The two records have appointments of two campaigns on one day. Nothing was changed.".to_owned()
            }
            Self::NotOfThisPair => "The record to keep is neither of the two.".to_owned(),
            Self::PersonGone => "One of the two records was merged with another one since.".to_owned(),
            Self::ImplausibleDate { date } => format!("{date} makes nobody between 14 and 100 years old."),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NoSuchItem | Self::AlreadyDone { .. } => "Open the worklist again.".to_owned(),
            Self::NotForThisKind { kind } => {
                format!("Choose one of: {}.", kind.decisions().join(", ").replace('_', " "))
            }
            Self::BothBooked => "Cancel the appointments of one record, then join the two.".to_owned(),
            Self::OtherIsBooked => "Keep the record that has the appointments.".to_owned(),
            Self::BothHad => "Ask the clinics which of the two is right; the wrong one is corrected there.".to_owned(),
            Self::OnOneDay => "Change one of the appointments, then join the two.".to_owned(),
            Self::NotOfThisPair => "Keep one of the two records of the item.".to_owned(),
            Self::PersonGone => "Open the worklist again and compare with the record that is left.".to_owned(),
            Self::ImplausibleDate { .. } => "Check day, month and year.".to_owned(),
        }
    }
}

/// Decides an open item. Two records become one only while at most one of them has live bookings; nothing that is booked
/// is moved or cancelled by any decision here.
pub fn resolve(tx: &mut Tx<'_>, id: WorklistItemId, decision: &Decision) -> Result<Resolved, Stop<ResolveRefusal>> {
    store::take_turn(tx)?;
    let item = store::item_by_id(tx, id)?.ok_or(Stop::Refused(ResolveRefusal::NoSuchItem))?;
    if let Some(outcome) = &item.outcome {
        return Err(Stop::Refused(ResolveRefusal::AlreadyDone { outcome: outcome.clone() }));
    }
    if !item.kind.decisions().contains(&decision.word()) {
        return Err(Stop::Refused(ResolveRefusal::NotForThisKind { kind: item.kind }));
    }
    // Closed first, so that whatever a merge closes besides is not this one.
    store::close_item(tx, id, decision.word())?;
    let resolved = match decision {
        Decision::Same { keep } => join(tx, &item, *keep)?,
        Decision::Different | Decision::SetAside { .. } => Resolved { person: item.person, asks_again: false },
        Decision::CorrectedDate { date_of_birth } => correct_birth(tx, &item, *date_of_birth)?,
        Decision::Left => employed(tx, &item, EmploymentState::Left)?,
        Decision::StillHere => employed(tx, &item, EmploymentState::Current)?,
    };
    let mut detail = serde_json::json!({ "kind": item.kind.word(), "decision": decision.word() });
    if let Decision::SetAside { reason } = decision {
        detail["reason"] = reason.as_str().into();
    }
    let done = Done {
        organisation: Some(item.employer),
        verb: "resolve",
        noun: "worklist_item",
        noun_id: id.to_string(),
        detail: detail.to_string(),
    };
    audit::record(tx, &done)?;
    Ok(resolved)
}

fn active(tx: &mut Tx<'_>, id: Option<PersonId>) -> Result<PersonRecord, Stop<ResolveRefusal>> {
    let gone = || Stop::Refused(ResolveRefusal::PersonGone);
    let person = store::person_by_id(tx, id.ok_or_else(gone)?)?.ok_or_else(gone)?;
    if person.merged_into.is_some() { Err(gone()) } else { Ok(person) }
}

fn join(tx: &mut Tx<'_>, item: &Item, keep: Option<PersonId>) -> Result<Resolved, Stop<ResolveRefusal>> {
    let later = active(tx, item.person)?;
    let earlier = active(tx, item.other)?;
    let booked = (store::has_live_booking(tx, earlier.id)?, store::has_live_booking(tx, later.id)?);
    let keep = match (keep, booked) {
        (_, (true, true)) => return Err(Stop::Refused(ResolveRefusal::BothBooked)),
        (None, (false, true)) => later.id,
        (None, _) => earlier.id,
        (Some(keep), _) => keep,
    };
    let (mut kept, gone, kept_booked, gone_booked) = if keep == earlier.id {
        (earlier, later, booked.0, booked.1)
    } else if keep == later.id {
        (later, earlier, booked.1, booked.0)
    } else {
        return Err(Stop::Refused(ResolveRefusal::NotOfThisPair));
    };
    if gone_booked && !kept_booked {
        return Err(Stop::Refused(ResolveRefusal::OtherIsBooked));
    }
    kept.particulars.absorb_person(&gone.particulars);
    store::merge(tx, kept.id, gone.id, &kept.particulars)?;
    let payload = serde_json::json!({ "kept": kept.id.to_string(), "gone": gone.id.to_string() }).to_string();
    outbox::append(tx, "person_merged", &kept.id.to_string(), &payload)?;
    Ok(Resolved { person: Some(kept.id), asks_again: false })
}

fn correct_birth(tx: &mut Tx<'_>, item: &Item, birth: Date) -> Result<Resolved, Stop<ResolveRefusal>> {
    let mut person = active(tx, item.person)?;
    let today = london_date(tx.now());
    plausible_birth(birth, today).map_err(|_| Stop::Refused(ResolveRefusal::ImplausibleDate { date: birth }))?;
    store::set_birth(tx, person.id, birth)?;
    person.particulars.date_of_birth = Some(birth);
    let asks_again = ask_again(tx, item.employer, &person)?;
    outbox::append(tx, "birth_corrected", &person.id.to_string(), "{}")?;
    Ok(Resolved { person: Some(person.id), asks_again })
}

/// Corrects a wrong or missing date of birth at the person's word, whoever asks; an open item about it is decided with it.
/// The audit says who did it, never the date.
pub fn correct_birth_of(
    tx: &mut Tx<'_>,
    person: PersonId,
    employer: Option<OrganisationId>,
    birth: Date,
) -> Result<Resolved, Stop<ResolveRefusal>> {
    let open = Filter { employer: None, kind: Some(ItemKind::NoDateOfBirth), person: Some(person) };
    if let Some(open) = store::open_items(tx, &open, 1)?.into_iter().next() {
        return resolve(tx, open.item.id, &Decision::CorrectedDate { date_of_birth: birth });
    }
    store::take_turn(tx)?;
    let mut known = active(tx, Some(person))?;
    let today = london_date(tx.now());
    plausible_birth(birth, today).map_err(|_| Stop::Refused(ResolveRefusal::ImplausibleDate { date: birth }))?;
    store::set_birth(tx, person, birth)?;
    known.particulars.date_of_birth = Some(birth);
    let asks_again = match employer {
        Some(employer) => ask_again(tx, employer, &known)?,
        None => false,
    };
    let done = Done {
        organisation: employer,
        verb: "correct_birth",
        noun: "person",
        noun_id: person.to_string(),
        detail: "{}".into(),
    };
    audit::record(tx, &done)?;
    outbox::append(tx, "birth_corrected", &person.to_string(), "{}")?;
    Ok(Resolved { person: Some(person), asks_again })
}

/// With the date, the person may turn out to be somebody known: then that is asked, once. Nothing is merged unasked.
fn ask_again(tx: &mut Tx<'_>, employer: OrganisationId, person: &PersonRecord) -> Result<bool, StoreError> {
    let namesakes = store::namesakes(tx, &person.particulars.name_key(), person.id)?;
    let traits: Vec<Traits> = namesakes.iter().map(|other| Traits::of_person(&other.particulars)).collect();
    let candidates: Vec<Candidate<'_, PersonId>> = namesakes
        .iter()
        .zip(&traits)
        .map(|(other, traits)| Candidate { who: other.id, traits, works_here: false })
        .collect();
    let other = match decide(&Traits::of_person(&person.particulars), &candidates) {
        Verdict::New => return Ok(false),
        Verdict::Same(other) => other,
        Verdict::Unclear { candidates, .. } => candidates[0],
    };
    if store::pair_exists(tx, person.id, other)? {
        return Ok(false);
    }
    // Ids are in the order of making: the later record is the one in question.
    let (later, earlier) = if person.id > other { (person.id, other) } else { (other, person.id) };
    let summary = format!(
        "{} may be somebody of the same name and date of birth, who was known before.",
        person.particulars.name
    );
    store::open_pair(tx, employer, later, earlier, &summary)?;
    Ok(true)
}

fn employed(tx: &mut Tx<'_>, item: &Item, state: EmploymentState) -> Result<Resolved, Stop<ResolveRefusal>> {
    let person = active(tx, item.person)?;
    store::set_employment_state(tx, person.id, item.employer, state)?;
    if state == EmploymentState::Left {
        let payload = serde_json::json!({ "employer": item.employer.to_string() }).to_string();
        outbox::append(tx, "employment_left", &person.id.to_string(), &payload)?;
    }
    Ok(Resolved { person: Some(person.id), asks_again: false })
}
