//! Organisations, agreements, the ledger.
//!
//! An employer's page has no field that could hold somebody's health status: it knows on-shift absences, and counts that
//! are kept back when they or their complement are small.

mod samples;

pub use samples::samples;

use askama::Template;
use jiff::civil::{Date, DateTime, Time};

use crate::base::page::{Link, OpsFrame, Pager};
use crate::base::words;

/// All organisations.
#[derive(Debug, Clone, Template)]
#[template(path = "partnership/organisations.html")]
pub struct Organisations {
    /// Frame.
    pub frame: OpsFrame,
    /// One page of them, in the order shown.
    pub rows: Vec<OrganisationRow>,
    /// The pages; its total is how many there are.
    pub pager: Pager,
}

/// An organisation in the list.
#[derive(Debug, Clone)]
pub struct OrganisationRow {
    /// Name; one that others share stands with its postcode.
    pub name: String,
    /// Its code: what `accord link` asks for.
    pub code: String,
    /// "acute trust".
    pub kind: String,
    /// Whether it has people here; some only give places.
    pub employer: bool,
    /// Its people in the campaign.
    pub people: u64,
    /// Those with the whole course; kept back when small.
    pub planned: u64,
    /// Its people with an open worklist item.
    pub unclear: u64,
    /// Day of its last list.
    pub last_list: Option<Date>,
    /// Its page.
    pub href: String,
}

impl Organisations {
    fn count_words(&self) -> String {
        words::count(self.pager.total, "organisation works", "organisations work")
    }
}

impl OrganisationRow {
    fn planned_words(&self) -> String {
        if self.people == 0 {
            return "none".to_owned();
        }
        words::guarded(self.planned, self.people)
            .map_or_else(|| "not shown".to_owned(), |n| words::share(n, self.people))
    }

    fn list_words(&self) -> String {
        self.last_list.map_or_else(|| "none yet".to_owned(), words::short_day)
    }
}

/// An organisation as its employer contact sees it.
#[derive(Debug, Clone, Template)]
#[template(path = "partnership/organisation.html")]
pub struct OrganisationPage {
    /// Frame.
    pub frame: OpsFrame,
    /// Name.
    pub name: String,
    /// Its people.
    pub people: u64,
    /// With the whole course; kept back when small.
    pub planned: u64,
    /// Whether a campaign lead reads it, and not the employer's own contact.
    pub lead: bool,
    /// On-shift absences, in order: one page of them.
    pub away: Vec<Away>,
    /// Their pages.
    pub pager: Pager,
    /// Link to its lists.
    pub lists: Link,
    /// Link to its worklist.
    pub unclear: Link,
    /// Where a dose had elsewhere is noted.
    pub elsewhere: String,
}

/// Somebody away from a shift. Carries no reason, on purpose.
#[derive(Debug, Clone)]
pub struct Away {
    /// The day.
    pub date: Date,
    /// From, travel included.
    pub from: Time,
    /// Until, travel included.
    pub until: Time,
    /// Who.
    pub name: String,
    /// Team.
    pub team: String,
}

impl Away {
    fn hours_words(&self) -> String {
        words::hours(self.from, self.until)
    }
}

impl OrganisationPage {
    fn finding(&self) -> String {
        match words::guarded(self.planned, self.people) {
            Some(n) => {
                let whose = if self.lead { "its" } else { "your" };
                format!("{} of {whose} {} have both appointments.", words::number(n), words::people(self.people))
            }
            None if self.people == 0 => "Nobody of this organisation is in the campaign.".to_owned(),
            None => format!(
                "{} {} in this campaign. How many have appointments is not shown: the number, or the rest, is under {}.",
                if self.lead { "It has" } else { "You have" },
                words::people(self.people),
                words::SMALL
            ),
        }
    }
}

/// Where an agreement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgreementState {
    /// Not signed by all.
    Draft,
    /// In force.
    InForce,
    /// In force, ends within a week.
    EndsSoon,
    /// Ended.
    Ended,
}

impl AgreementState {
    fn words(self) -> &'static str {
        match self {
            Self::Draft => "not signed",
            Self::InForce => "in force",
            Self::EndsSoon => "ends this week",
            Self::Ended => "ended",
        }
    }

    fn tone(self) -> &'static str {
        match self {
            Self::Draft | Self::EndsSoon => "wait",
            Self::InForce => "good",
            Self::Ended => "off",
        }
    }
}

/// An agreement in the list.
#[derive(Debug, Clone)]
pub struct AgreementRow {
    /// "A-014".
    pub reference: String,
    /// Who gives.
    pub host: String,
    /// Whose people may come.
    pub employer: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Places it allows; none: no limit.
    pub allocation: Option<u64>,
    /// Places used.
    pub used: u64,
    /// State.
    pub state: AgreementState,
    /// Its page.
    pub href: String,
}

/// All agreements.
#[derive(Debug, Clone, Template)]
#[template(path = "partnership/agreements.html")]
pub struct Agreements {
    /// Frame.
    pub frame: OpsFrame,
    /// Those that end soon first: one page of them.
    pub rows: Vec<AgreementRow>,
    /// Their pages.
    pub pager: Pager,
}

impl AgreementRow {
    /// "240 of 1,200", or "240, no limit".
    pub fn use_words(&self) -> String {
        match self.allocation {
            Some(allowed) => format!("{} of {}", words::number(self.used), words::number(allowed)),
            None => format!("{}, no limit", words::number(self.used)),
        }
    }
}

/// One agreement.
#[derive(Debug, Clone, Template)]
#[template(path = "partnership/agreement.html")]
pub struct AgreementPage {
    /// Frame.
    pub frame: OpsFrame,
    /// As in the list.
    pub row: AgreementRow,
    /// Version shown.
    pub version: u32,
    /// What it is for.
    pub purpose: String,
    /// Where it holds.
    pub sites: Vec<String>,
    /// What of it is released when: employer, civil time in London, whether that time has come, places unused.
    pub releases: Vec<(String, DateTime, bool, u64)>,
    /// "honoured", "moved" or "cancelled".
    pub at_end: String,
    /// Roles and organisations that signed; visibly fictitious in the demo.
    pub signed: Vec<String>,
}

/// Who promised, gave and used.
#[derive(Debug, Clone, Template)]
#[template(path = "partnership/ledger.html")]
pub struct Ledger {
    /// Frame.
    pub frame: OpsFrame,
    /// Promised by all.
    pub promised: u64,
    /// Given by all.
    pub given: u64,
    /// One line an organisation, those who gave most first: one page of them.
    pub sums: Vec<LedgerSum>,
    /// Their pages.
    pub pager: Pager,
}

/// Every entry, the latest first.
#[derive(Debug, Clone, Template)]
#[template(path = "partnership/ledger_entries.html")]
pub struct LedgerEntries {
    /// Frame.
    pub frame: OpsFrame,
    /// The organisation they are about; `None` for all.
    pub of: Option<String>,
    /// One page of them.
    pub entries: Vec<LedgerEntry>,
    /// Their pages.
    pub pager: Pager,
}

/// An organisation's line, in appointments.
#[derive(Debug, Clone)]
pub struct LedgerSum {
    /// Whose.
    pub organisation: String,
    /// Promised by agreements.
    pub promised: u64,
    /// Given to people of others and its own.
    pub given: u64,
    /// Used by its people anywhere.
    pub used: u64,
    /// Its entries.
    pub href: String,
}

/// An entry.
#[derive(Debug, Clone)]
pub struct LedgerEntry {
    /// Number in the organisation's chain.
    pub number: u64,
    /// When, civil time.
    pub at: DateTime,
    /// What, without a person's name.
    pub what: String,
    /// Reference and version.
    pub agreement: String,
    /// First digits of its seal, once sealed.
    pub seal: Option<String>,
}

impl Ledger {
    fn finding(&self) -> String {
        let given = words::number(self.given);
        format!("{} are promised; {given} of them are given.", words::count(self.promised, "place", "places"))
    }
}
