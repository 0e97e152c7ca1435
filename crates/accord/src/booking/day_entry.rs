//! What a clinic took down because it could not be noted on a booking: somebody on no list, or a line on paper at odds with
//! what changed meanwhile. It waits for a decision, with an owner and a date; its dose counts against stock from the start.
//!
//! Nobody becomes a person here. Somebody unknown stays a line until a list names them; then the clinic says who they are and
//! the line becomes a walk-in of its own time.

use super::attendance::{Batch, DayRefusal, Outcome, WhyNot};
use super::walk_in::{Give, give};
use super::{Booking, store};
use crate::base::audit::{self, Done};
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, DayEntry, DayEntryId, OrganisationId, PersonId, ProductId, SiteId};
use crate::base::outbox;
use crate::clinic;
use jiff::Timestamp;
use jiff::civil::Date;

/// The role that decides: it was there.
pub const OWNER_ROLE: &str = "clinic_team";

/// What a clinic says came of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Given, of this batch.
    Given(Batch),
    /// Came, and was not given it.
    NotGiven(WhyNot),
    /// Did not come.
    DidNotAttend,
}

impl Said {
    /// The word in tables: that of the outcome.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Given(_) => "given",
            Self::NotGiven(_) => "not_given",
            Self::DidNotAttend => "did_not_attend",
        }
    }

    /// Whether an outcome says the same.
    pub fn is(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Self::Given(said), Outcome::Given { batch, .. }) => said == batch,
            (Self::NotGiven(said), Outcome::NotGiven(why)) => said == why,
            (Self::DidNotAttend, Outcome::DidNotAttend) => true,
            _ => false,
        }
    }

    /// As a sentence's beginning.
    pub fn words(&self) -> String {
        match self {
            Self::Given(batch) => format!("given, batch {batch}"),
            Self::NotGiven(why) => format!("not given: {}", why.words().to_lowercase()),
            Self::DidNotAttend => "did not come".to_owned(),
        }
    }
}

/// A line as it is taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where.
    pub site: SiteId,
    /// When, as far as it is known; the day is London's.
    pub at: Timestamp,
    /// The booking it is about, where it is about one.
    pub booking: Option<BookingId>,
    /// The person, where they are known.
    pub person: Option<PersonId>,
    /// Name as the person said it.
    pub name: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// The employer as the person said it.
    pub employer: String,
    /// That employer, where it is one of ours.
    pub employer_id: Option<OrganisationId>,
    /// Of what, where it was given.
    pub product: Option<ProductId>,
    /// What came of it.
    pub said: Said,
}

impl Line {
    /// What came of somebody there and then, before anything is said of who it was.
    pub const fn of_somebody(site: SiteId, at: Timestamp, said: Said) -> Self {
        Self {
            site,
            at,
            booking: None,
            person: None,
            name: String::new(),
            born: None,
            employer: String::new(),
            employer_id: None,
            product: None,
            said,
        }
    }
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// For a decision.
    Waiting,
    /// A booking has it.
    Applied,
    /// It was decided that no booking gets it.
    SetAside,
}

impl Standing {
    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Applied => "applied",
            Self::SetAside => "set_aside",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Applied, Self::SetAside].into_iter().find(|standing| standing.word() == word)
    }
}

/// An entry of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: DayEntryId,
    /// What was said.
    pub line: Line,
    /// The day.
    pub date: Date,
    /// Where it stands.
    pub standing: Standing,
    /// Why it could not be noted at once: a refusal's code.
    pub code: String,
    /// Whether its dose counts against stock by itself.
    pub counted: bool,
}

/// Takes a line down, because of `code`. The same line again is the same entry.
pub fn take_down(tx: &mut Tx<'_>, line: &Line, code: &str) -> Result<DayEntryId, StoreError> {
    let date = london_date(line.at);
    if let Some(known) = store::same_entry(tx, line, date)? {
        return Ok(known);
    }
    let product = match (&line.said, line.product) {
        (Said::Given(_), None) => store::seats(tx, line.site, date)?.first().map(|seat| seat.product),
        (Said::Given(_), product) => product,
        _ => None,
    };
    let counted = match product {
        // A dose beyond what was delivered was given all the same: the line stays, and says that it counts nowhere.
        Some(product) => clinic::store::take_stocks(tx, &[((line.site, product, date), 1)])? == [true],
        None => false,
    };
    let id = tx.id::<DayEntry>();
    let entry = Entry {
        id,
        line: Line { product, ..line.clone() },
        date,
        standing: Standing::Waiting,
        code: code.to_owned(),
        counted,
    };
    store::insert_entry(tx, &entry)?;
    told(tx, &entry, "take_down")?;
    Ok(id)
}

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It was this person: it becomes a walk-in of its own time, of this campaign.
    Was(PersonId, CampaignId),
    /// It was given, to somebody who is on nobody's list: the dose stays counted.
    NotOurs,
    /// What the booking says stands; nothing was given by this line.
    SetAside,
}

/// Decides an entry that waits; the booking it became. Refused, nothing is changed and it waits on.
pub fn decide(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: DayEntryId,
    decision: Decision,
) -> Result<Option<Booking>, Stop<DayRefusal>> {
    let entry = store::entry(tx, id)?.filter(|entry| entry.line.site == site);
    let entry = entry.ok_or(Stop::Refused(DayRefusal::NotFound))?;
    if entry.standing != Standing::Waiting {
        return Err(Stop::Refused(DayRefusal::Decided));
    }
    if let Decision::Was(person, _) = decision {
        // Before the entry's own row: whoever changes a person locks the person first.
        store::lock_person(tx, person)?;
    }
    let keeps = decision == Decision::NotOurs && entry.counted;
    let standing = if matches!(decision, Decision::Was(..)) { Standing::Applied } else { Standing::SetAside };
    if !store::settle_entry(tx, id, standing, keeps)? {
        return Err(Stop::Refused(DayRefusal::Decided));
    }
    if let (true, false, Some(product)) = (entry.counted, keeps, entry.line.product) {
        clinic::store::give_back_stock(tx, (site, product, entry.date), 1)?;
    }
    told(tx, &entry, if standing == Standing::Applied { "apply" } else { "set_aside" })?;
    let (Decision::Was(person, campaign), Said::Given(batch)) = (decision, &entry.line.said) else { return Ok(None) };
    let what = Give {
        site,
        person,
        campaign,
        appointment: None,
        product: entry.line.product,
        batch: batch.clone(),
        at: entry.line.at,
    };
    let booking = give(tx, &what)?;
    store::entry_became(tx, id, booking.id)?;
    Ok(Some(booking))
}

/// Audit and event: ids and a code, no name.
fn told(tx: &mut Tx<'_>, entry: &Entry, verb: &str) -> Result<(), StoreError> {
    let detail = format!(r#"{{"said":"{}","code":"{}"}}"#, entry.line.said.word(), entry.code);
    audit::record(tx, &Done { organisation: None, verb, noun: "day_entry", noun_id: entry.id.to_string(), detail })?;
    let payload = format!(r#"{{"site":"{}","owner":"{OWNER_ROLE}"}}"#, entry.line.site);
    outbox::append(tx, &format!("day_entry.{verb}"), &entry.id.to_string(), &payload)
}
