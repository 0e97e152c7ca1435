//! Had it elsewhere, as an employer or a file says. (A person says so on their own page: `cancel.rs`.)
//!
//! Who is meant is decided by the rules of `cohort/matching.rs`. A certain match closes the offer with the report as its
//! evidence, and what was booked goes back. An unclear one goes to the campaign lead with a date, and touches nobody's
//! appointment before it is decided. Nothing of what is known of a person goes back to an employer: the answer is the same
//! whoever is meant, and whatever became of it; that an item is open says that a name is not clear, and the lead alone sees it.
//!
//! The same report twice is one, by a key made of all it says.

mod matched;
mod read;

pub use matched::{Match, Verdict};
pub use read::{Said, read};

use super::cancel::{Reason, close_offer};
use super::refusal::BookingRefusal;
use super::store;
use crate::base::audit::{self, Done};
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{
    CampaignId, Elsewhere as ReportKind, ElsewhereFile as FileKind, ElsewhereFileId, ElsewhereId, OrganisationId,
    PersonId,
};
use crate::base::outbox;
use crate::base::refusal::Refusal;
use crate::base::secret::sha256_hex;
use crate::base::table::CsvFault;
use crate::campaign::{self, Campaign, offer};
use jiff::ToSpan;
use jiff::civil::Date;

/// What was had so many days before a campaign's first day, or earlier, does not count for it.
pub const COUNTS_DAYS: i64 = 183;
/// Rows of one file at most: it is taken in one step.
pub const ROWS_MAX: usize = 5_000;
/// Days in which an unclear report is to be decided.
pub const DUE_DAYS: i64 = 3;

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In a file that is not taken yet.
    Review,
    /// To be decided.
    Open,
    /// It closed an offer.
    Closed,
    /// The offer was closed before, or there was none.
    NothingToDo,
    /// Nobody of ours.
    SetAside,
}

impl State {
    const ALL: [Self; 5] = [Self::Review, Self::Open, Self::Closed, Self::NothingToDo, Self::SetAside];

    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::NothingToDo => "nothing_to_do",
            Self::SetAside => "set_aside",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A report as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its id.
    pub id: ElsewhereId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The file it came with.
    pub file: Option<ElsewhereFileId>,
    /// The row there.
    pub row: Option<u32>,
    /// The employer who said so.
    pub employer: Option<OrganisationId>,
    /// What makes it the same as another.
    pub key: String,
    /// What it says.
    pub said: Said,
    /// Who is meant, as of the last look.
    pub verdict: Verdict,
    /// Who it may be.
    pub candidates: Vec<PersonId>,
    /// Who it is.
    pub person: Option<PersonId>,
    /// Where it stands.
    pub state: State,
    /// When it should be decided.
    pub due: Option<Date>,
}

/// Why a report or a file is not taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ElsewhereRefusal {
    /// No campaign is open.
    NoCampaign,
    /// The day is still to come.
    ToCome,
    /// It was too long before the campaign to count for it.
    TooLongAgo {
        /// The first day that counts.
        first: Date,
    },
    /// Nobody is named.
    NobodyNamed,
    /// The file is no table of reports.
    NotATable(CsvFault),
    /// More rows than a file may have.
    TooLong,
    /// This very file was taken before.
    TakenBefore,
    /// There is no such file, or it was settled.
    NoSuchFile,
    /// There is no such report, or it was decided.
    NoSuchReport,
    /// The person is none of those it may be.
    NotOfThese,
}

impl Refusal for ElsewhereRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoCampaign => "no_campaign",
            Self::ToCome => "to_come",
            Self::TooLongAgo { .. } => "too_long_ago",
            Self::NobodyNamed => "nobody_named",
            Self::NotATable(_) => "not_a_table",
            Self::TooLong => "too_long",
            Self::TakenBefore => "taken_before",
            Self::NoSuchFile => "no_such_file",
            Self::NoSuchReport => "no_such_report",
            Self::NotOfThese => "not_of_these",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoCampaign => "No campaign is open.".into(),
            Self::ToCome => "That day is still to come.".into(),
            Self::TooLongAgo { first } => format!("Only what was had on {first} or later counts for this campaign."),
            Self::NobodyNamed => "Enter a staff number or a name.".into(),
            Self::NotATable(fault) => fault.sentence(),
            Self::TooLong => format!("A file may have {ROWS_MAX} rows at most."),
            Self::TakenBefore => "This very file was taken before. Nothing was changed.".into(),
            Self::NoSuchFile => "There is no such file in review.".into(),
            Self::NoSuchReport => "This report is not open any more.".into(),
            Self::NotOfThese => "Choose one of the people it may be, or that it is none of them.".into(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NoCampaign => "Ask the campaign lead.",
            Self::ToCome | Self::TooLongAgo { .. } => "Check the day, month and year.",
            Self::NobodyNamed => "Enter one of the two.",
            Self::NotATable(_) => "Correct the file and bring it in again.",
            Self::TooLong => "Split it and bring the parts in one after another.",
            Self::TakenBefore => "Nothing is left to do.",
            Self::NoSuchFile | Self::NoSuchReport | Self::NotOfThese => "Look at the page as it is now.",
        }
        .to_owned()
    }
}

type Answer<T> = Result<T, Stop<ElsewhereRefusal>>;

/// An employer says that one of their own people had it. The answer tells nothing: it is the same for everybody.
pub fn report(tx: &mut Tx<'_>, employer: OrganisationId, said: &Said) -> Answer<()> {
    let rules = open_campaign(tx)?;
    check_day(tx, &rules, said.had_on)?;
    if said.staff_number.is_none() && said.name().is_none() {
        return Err(Stop::Refused(ElsewhereRefusal::NobodyNamed));
    }
    let said = Said { employer: Some(employer), ..said.clone() };
    let key = key_of(rules.id, &said);
    if store::report_known(tx, rules.id, &key)? {
        return Ok(());
    }
    let found = matched::matched(tx, std::slice::from_ref(&said), true)?.remove(0);
    let mut report = new(tx, &rules, said, key, found);
    report.employer = Some(employer);
    // Whom nobody knows is looked at too: the employer meant somebody.
    let decided = settle(tx, report, State::Open)?;
    store::insert_reports(tx, &[decided])?;
    Ok(())
}

/// What a file would do, or did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows that name somebody certainly.
    pub certain: u64,
    /// Rows that are to be decided.
    pub unclear: u64,
    /// Rows that name nobody of ours.
    pub nobody: u64,
    /// Rows that were known before.
    pub known: u64,
    /// Rows that can't be read, or whose day does not count.
    pub faults: u64,
}

/// A file in review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Its id.
    pub id: ElsewhereFileId,
    /// Its name.
    pub name: String,
    /// What it would do.
    pub counts: Counts,
    /// The rows that are left out, and why.
    pub faults: Vec<CsvFault>,
}

/// Reads a file and keeps it for review; changes nobody. A file that waited before is discarded for it.
pub fn preview(tx: &mut Tx<'_>, name: &str, text: &str) -> Answer<Preview> {
    let rules = open_campaign(tx)?;
    let hash = sha256_hex(text.as_bytes());
    if store::file_taken(tx, rules.id, &hash)? {
        return Err(Stop::Refused(ElsewhereRefusal::TakenBefore));
    }
    let (rows, mut faults) = read(tx, text)?.map_err(|fault| Stop::Refused(ElsewhereRefusal::NotATable(fault)))?;
    if rows.len() > ROWS_MAX {
        return Err(Stop::Refused(ElsewhereRefusal::TooLong));
    }
    if let Some(before) = store::file_in_review(tx)? {
        discard(tx, before.id)?;
    }
    let id = tx.id::<FileKind>();
    let (mut reports, mut known) = (Vec::new(), 0);
    let mut wanted = Vec::new();
    for (row, said) in rows {
        match check_day(tx, &rules, said.had_on) {
            Ok(()) => wanted.push((row, said)),
            Err(Stop::Refused(refusal)) => {
                faults.push(CsvFault::new(row, "date", &said.had_on.to_string(), day_wanted(&refusal)));
            }
            Err(Stop::Store(error)) => return Err(Stop::Store(error)),
        }
    }
    let people: Vec<Said> = wanted.iter().map(|(_, said)| said.clone()).collect();
    for ((row, said), found) in wanted.into_iter().zip(matched::matched(tx, &people, false)?) {
        let key = key_of(rules.id, &said);
        if store::report_known(tx, rules.id, &key)? || reports.iter().any(|r: &Report| r.key == key) {
            known += 1;
            continue;
        }
        let report = new(tx, &rules, said, key, found);
        reports.push(Report { file: Some(id), row: Some(row), ..report });
    }
    let count = |verdict| reports.iter().filter(|r| r.verdict == verdict).count() as u64;
    let counts = Counts {
        certain: count(Verdict::Certain),
        unclear: count(Verdict::Unclear),
        nobody: count(Verdict::Nobody),
        known,
        faults: faults.len() as u64,
    };
    store::insert_file(tx, id, rules.id, name, &hash, &counts)?;
    store::insert_reports(tx, &reports)?;
    Ok(Preview { id, name: name.to_owned(), counts, faults })
}

fn day_wanted(refusal: &ElsewhereRefusal) -> String {
    match refusal {
        ElsewhereRefusal::TooLongAgo { first } => format!("{first} or later"),
        _ => "a day that is over".to_owned(),
    }
}

/// Takes a file in review: looks at every row again, and does what it says. How many did what.
pub fn take(tx: &mut Tx<'_>, id: ElsewhereFileId) -> Answer<Counts> {
    let file = store::file_in_review(tx)?.filter(|file| file.id == id);
    let mut counts = file.ok_or(Stop::Refused(ElsewhereRefusal::NoSuchFile))?.counts;
    let reports = store::reports_of_file(tx, id)?;
    let people: Vec<Said> = reports.iter().map(|report| report.said.clone()).collect();
    let found = matched::matched(tx, &people, false)?;
    (counts.certain, counts.unclear, counts.nobody) = (0, 0, 0);
    for (report, found) in reports.into_iter().zip(found) {
        match found.verdict {
            Verdict::Certain => counts.certain += 1,
            Verdict::Unclear => counts.unclear += 1,
            Verdict::Nobody => counts.nobody += 1,
        }
        let Match { verdict, person, candidates } = found;
        let report = settle(tx, Report { verdict, person, candidates, ..report }, State::SetAside)?;
        store::set_report(tx, &report)?;
    }
    store::settle_file(tx, id, "taken")?;
    told(tx, "take", "elsewhere_file", &id.to_string())?;
    Ok(counts)
}

/// Forgets a file in review.
pub fn discard(tx: &mut Tx<'_>, id: ElsewhereFileId) -> Answer<()> {
    store::file_in_review(tx)?.filter(|file| file.id == id).ok_or(Stop::Refused(ElsewhereRefusal::NoSuchFile))?;
    store::delete_reports_of(tx, id)?;
    store::settle_file(tx, id, "discarded")?;
    Ok(())
}

/// The lead says who an open report means; none: nobody of ours.
pub fn decide(tx: &mut Tx<'_>, id: ElsewhereId, person: Option<PersonId>) -> Answer<()> {
    let open = store::report_by_id(tx, id)?.filter(|report| report.state == State::Open);
    let report = open.ok_or(Stop::Refused(ElsewhereRefusal::NoSuchReport))?;
    if person.is_some_and(|who| !report.candidates.contains(&who)) {
        return Err(Stop::Refused(ElsewhereRefusal::NotOfThese));
    }
    let verdict = if person.is_some() { Verdict::Certain } else { Verdict::Nobody };
    let report = settle(tx, Report { verdict, person, ..report }, State::SetAside)?;
    store::set_report(tx, &report)?;
    told(tx, "decide", "elsewhere", &id.to_string())?;
    Ok(())
}

/// Does what a report says; `unknown` is where it goes when nobody is meant.
fn settle(tx: &mut Tx<'_>, report: Report, unknown: State) -> Result<Report, StoreError> {
    let state = match (report.verdict, report.person) {
        (Verdict::Certain, Some(person)) => close(tx, &report, person)?,
        (Verdict::Nobody, _) => unknown,
        _ => State::Open,
    };
    let due = london_date(tx.now()).saturating_add(DUE_DAYS.days());
    Ok(Report { state, due: (state == State::Open).then_some(due), ..report })
}

/// Closes the offer of whoever is meant, unless it is closed.
fn close(tx: &mut Tx<'_>, report: &Report, person: PersonId) -> Result<State, StoreError> {
    store::lock_person(tx, person)?;
    let at = campaign::store::offer_state(tx, report.campaign, person)?;
    if at.is_none_or(offer::State::is_closed) {
        return Ok(State::NothingToDo);
    }
    let evidence = format!("report {}: had it on {}", report.id, report.said.had_on);
    match close_offer(tx, person, report.campaign, Reason::HadElsewhere, &evidence) {
        Ok(_) => {}
        Err(Stop::Store(error)) => return Err(error),
        Err(Stop::Refused(BookingRefusal::OfferClosed { .. } | BookingRefusal::NoSuchPerson)) => {
            return Ok(State::NothingToDo);
        }
        Err(Stop::Refused(refusal)) => return Err(StoreError::Engine(refusal.code().to_owned())),
    }
    let payload = format!(r#"{{"person":"{person}","campaign":"{}"}}"#, report.campaign);
    outbox::append(tx, "elsewhere.closed", &report.id.to_string(), &payload)?;
    Ok(State::Closed)
}

fn new(tx: &Tx<'_>, rules: &Campaign, said: Said, key: String, found: Match) -> Report {
    Report {
        id: tx.id::<ReportKind>(),
        campaign: rules.id,
        file: None,
        row: None,
        employer: None,
        key,
        said,
        verdict: found.verdict,
        candidates: found.candidates,
        person: found.person,
        state: State::Review,
        due: None,
    }
}

fn key_of(campaign: CampaignId, said: &Said) -> String {
    sha256_hex(format!("{campaign}\0{}", said.text()).as_bytes())
}

/// The open campaign; of several the one made last.
fn open_campaign(tx: &mut Tx<'_>) -> Answer<Campaign> {
    let id = campaign::store::open(tx)?.pop().ok_or(Stop::Refused(ElsewhereRefusal::NoCampaign))?.0;
    campaign::store::load(tx, id)?.ok_or(Stop::Refused(ElsewhereRefusal::NoCampaign))
}

/// The first day that counts for a campaign.
pub fn first_day(rules: &Campaign) -> Date {
    rules.starts_on.saturating_sub(COUNTS_DAYS.days())
}

fn check_day(tx: &Tx<'_>, rules: &Campaign, day: Date) -> Answer<()> {
    if day > london_date(tx.now()) {
        return Err(Stop::Refused(ElsewhereRefusal::ToCome));
    }
    let first = first_day(rules);
    if day < first { Err(Stop::Refused(ElsewhereRefusal::TooLongAgo { first })) } else { Ok(()) }
}

fn told(tx: &mut Tx<'_>, verb: &str, noun: &str, id: &str) -> Result<(), StoreError> {
    audit::record(tx, &Done { organisation: None, verb, noun, noun_id: id.to_owned(), detail: "{}".into() })
}
