//! A list comes in: [`preview`] reads it and shows what it would change, [`commit`] does exactly that or refuses,
//! [`abandon`] forgets it.
//!
//! A list in review is its bytes, its mapping and the hash of what it would change. The commit reads the bytes again and
//! works out the change set again, in its own transaction; where the hash differs, others came between and it refuses.
//! No import makes a leaver of somebody missing, and none touches a booking.

pub mod apart;
pub mod change_set;
mod finish;
mod incoming;
mod items;
pub mod known;
mod near;
pub mod reading;
mod refusal;
mod work;

pub use change_set::{ChangeSet, Counts, Outcome};
pub use refusal::{ImportRefusal, SecondYes};
pub use work::change_set;

use super::store::{self, Employer, ImportRecord, ImportState, NewImport};
use crate::base::audit::{self, Done};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{ImportId, OrganisationId};
use crate::base::outbox;
use crate::base::secret::sha256_hex;
use accord_formats::Date;
use accord_formats::staff::{Confidence, Field, Mapping, RowFault, read_table};
use reading::{File, Reading};

/// A list that came.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Code of the employer who sent it.
    pub employer: String,
    /// Name of the file.
    pub file_name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// The day it is read for: settles two-digit years and who has left.
    pub today: Date,
    /// Which column is what, where a person said so.
    pub mapping: Option<Mapping>,
}

impl Preview {
    fn file(&self) -> File<'_> {
        File { name: &self.file_name, bytes: &self.bytes }
    }
}

/// What a list would change.
#[derive(Debug, Clone)]
pub struct Review {
    /// The import in review; none where it was only looked at.
    pub import: Option<ImportId>,
    /// Who sent it.
    pub employer: Employer,
    /// Name of the file.
    pub file_name: String,
    /// How it was written, in words.
    pub dialect: String,
    /// How its columns were understood.
    pub columns: Vec<Column>,
    /// The numbers.
    pub counts: Counts,
    /// What asks for a second yes.
    pub second_yes: Vec<SecondYes>,
    /// What was not taken as it stands in the file.
    pub faults: Vec<RowFault>,
    /// True where this very file waited for review before: whoever sent it first may be looking at it.
    pub waited: bool,
    /// True where taking it changes nobody.
    pub nothing_changes: bool,
}

/// How one column was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// What it is read as; none where it is not read.
    pub field: Option<Field>,
    /// How sure that is.
    pub confidence: Option<Confidence>,
    /// Its first value, at most 40 characters.
    pub example: String,
}

/// The answer to a list.
#[derive(Debug, Clone)]
pub enum Previewed {
    /// To be reviewed.
    Review(Box<Review>),
    /// This very file was the employer's last committed list: nothing was stored.
    NothingToDo {
        /// That import.
        import: ImportId,
    },
}

/// Reads a list and stores it for review. The same file sent again while it waits is the same import, its numbers
/// brought up to date; another file while one waits is refused, unless that one is a transfer that was cut off.
pub fn preview(tx: &mut Tx<'_>, cmd: &Preview) -> Result<Previewed, Stop<ImportRefusal>> {
    let employer = employer(tx, &cmd.employer)?;
    let hash = sha256_hex(&cmd.bytes);
    let waits = store::waiting(tx, employer.id)?;
    if let Some((import, _, _)) = waits.as_ref().filter(|(_, _, waiting)| *waiting == hash && cmd.mapping.is_none()) {
        return again(tx, *import, employer);
    }
    if let Some((import, file, _)) = waits {
        // A transfer that was cut off is sent again whole: nobody has to discard the piece first.
        if !is_cut_off(tx, import, &file)? {
            return Err(Stop::Refused(ImportRefusal::AnotherWaits { file }));
        }
        abandon(tx, import)?;
    }
    if let Some(import) = store::committed_again(tx, employer.id, &hash)? {
        return Ok(Previewed::NothingToDo { import });
    }
    let (reading, set) = prepare(tx, employer.id, cmd.file(), cmd.mapping.as_ref(), cmd.today)?;
    let stored = store::insert_import(
        tx,
        &NewImport {
            employer: employer.id,
            file_name: &cmd.file_name,
            file_hash: &hash,
            bytes: &cmd.bytes,
            as_of: cmd.today,
            reading: &reading,
            counts: set.counts,
            change_hash: &set.hash(),
        },
    );
    let import = stored.map_err(|error| came_between(error, &cmd.file_name))?;
    record(tx, "receive_list", employer.id, import, &set.counts)?;
    Ok(Previewed::Review(Box::new(review_of(Some(import), employer, &cmd.file_name, reading, &set))))
}

/// What a list would change; stores nothing.
pub fn look(tx: &mut Tx<'_>, cmd: &Preview) -> Result<Previewed, Stop<ImportRefusal>> {
    let employer = employer(tx, &cmd.employer)?;
    if let Some(import) = store::committed_again(tx, employer.id, &sha256_hex(&cmd.bytes))? {
        return Ok(Previewed::NothingToDo { import });
    }
    let (reading, set) = prepare(tx, employer.id, cmd.file(), cmd.mapping.as_ref(), cmd.today)?;
    Ok(Previewed::Review(Box::new(review_of(None, employer, &cmd.file_name, reading, &set))))
}

/// The review of a list that waits, worked out anew; stores nothing.
pub fn review(tx: &mut Tx<'_>, import: ImportId) -> Result<Review, Stop<ImportRefusal>> {
    let waiting = in_review(tx, import)?;
    let (reading, set) = prepare_again(tx, &waiting)?;
    let employer = store::employer_of(tx, waiting.employer)?.ok_or(Stop::Refused(ImportRefusal::NoSuchImport))?;
    Ok(review_of(Some(import), employer, &waiting.file_name, reading, &set))
}

/// Brings the numbers of a list in review up to date after [`ImportRefusal::MovedSinceReview`], so that the next yes is to
/// what is shown now.
pub fn refresh(tx: &mut Tx<'_>, import: ImportId) -> Result<(), Stop<ImportRefusal>> {
    let waiting = in_review(tx, import)?;
    let (_, set) = prepare_again(tx, &waiting)?;
    store::refresh_import(tx, import, set.counts, &set.hash())?;
    Ok(())
}

/// What whoever takes a list says beside "yes".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Confirm {
    /// The list is whole and theirs, although many are missing or new.
    pub second_yes: bool,
}

/// A list that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Which.
    pub import: ImportId,
    /// What it did.
    pub counts: Counts,
}

/// Records of a list after which the database should look again how many people there are.
const MANY_ROWS: usize = 200;

/// Takes a list in review: exactly what was reviewed, or nothing.
pub fn commit(tx: &mut Tx<'_>, import: ImportId, confirm: Confirm) -> Result<Committed, Stop<ImportRefusal>> {
    store::take_turn(tx)?;
    let waiting = in_review(tx, import)?;
    let (reading, set) = prepare_again(tx, &waiting)?;
    if set.hash() != waiting.change_hash {
        return Err(Stop::Refused(ImportRefusal::MovedSinceReview));
    }
    let declared = store::employer_of(tx, waiting.employer)?.and_then(|employer| employer.declared);
    let reasons = second_yes(&reading, &set.counts, declared);
    if !reasons.is_empty() && !confirm.second_yes {
        return Err(Stop::Refused(ImportRefusal::NeedsSecondYes { reasons }));
    }
    store::apply(tx, waiting.employer, import, &set).map_err(moved)?;
    store::commit_import(tx, &waiting)?;
    if set.counts.rows >= MANY_ROWS {
        tx.count_anew()?;
    }
    record(tx, "take_list", waiting.employer, import, &set.counts)?;
    outbox::append(tx, "list_taken", &import.to_string(), &told(waiting.employer, &set.counts))?;
    Ok(Committed { import, counts: set.counts })
}

/// Forgets a list in review: its bytes go, its faults and numbers stay as the record that it came.
pub fn abandon(tx: &mut Tx<'_>, import: ImportId) -> Result<(), Stop<ImportRefusal>> {
    let waiting = in_review(tx, import)?;
    store::abandon_import(tx, import)?;
    record(tx, "abandon_list", waiting.employer, import, &Counts::default())?;
    Ok(())
}

fn employer(tx: &mut Tx<'_>, code: &str) -> Result<Employer, Stop<ImportRefusal>> {
    match store::employer_by_code(tx, code)? {
        Some(employer) if employer.is_employer => Ok(employer),
        Some(other) => Err(Stop::Refused(ImportRefusal::NotAnEmployer { name: other.name })),
        None => {
            let near = near::near(code, &store::employers(tx)?);
            Err(Stop::Refused(ImportRefusal::UnknownEmployer { code: code.to_owned(), near }))
        }
    }
}

/// The same file, still waiting: its review with today's numbers.
fn again(tx: &mut Tx<'_>, import: ImportId, employer: Employer) -> Result<Previewed, Stop<ImportRefusal>> {
    let waiting = in_review(tx, import)?;
    let (reading, set) = prepare_again(tx, &waiting)?;
    let hash = set.hash();
    if hash != waiting.change_hash {
        store::refresh_import(tx, import, set.counts, &hash)?;
    }
    let review = review_of(Some(import), employer, &waiting.file_name, reading, &set);
    Ok(Previewed::Review(Box::new(Review { waited: true, ..review })))
}

fn is_cut_off(tx: &mut Tx<'_>, import: ImportId, file_name: &str) -> Result<bool, StoreError> {
    let bytes = store::upload(tx, import)?.unwrap_or_default();
    Ok(read_table(&bytes, file_name).is_ok_and(|table| table.cut_off().is_some()))
}

fn in_review(tx: &mut Tx<'_>, import: ImportId) -> Result<ImportRecord, Stop<ImportRefusal>> {
    let record = store::import_by_id(tx, import)?.ok_or(Stop::Refused(ImportRefusal::NoSuchImport))?;
    if record.state == ImportState::Review {
        Ok(record)
    } else {
        Err(Stop::Refused(ImportRefusal::NotInReview { state: record.state.word().to_owned() }))
    }
}

fn prepare(
    tx: &mut Tx<'_>,
    employer: OrganisationId,
    file: File<'_>,
    said: Option<&Mapping>,
    today: Date,
) -> Result<(Reading, ChangeSet), Stop<ImportRefusal>> {
    let saved = store::saved_mapping(tx, employer)?.and_then(|text| Mapping::from_text(&text).ok());
    let reading = reading::read(file, said, saved.as_ref(), today).map_err(Stop::Refused)?;
    let known = store::known(tx, employer, &reading.rows)?;
    let set = change_set(&reading, &known);
    Ok((reading, set))
}

fn prepare_again(tx: &mut Tx<'_>, waiting: &ImportRecord) -> Result<(Reading, ChangeSet), Stop<ImportRefusal>> {
    let bytes = store::upload(tx, waiting.id)?.ok_or(Stop::Refused(ImportRefusal::NoSuchImport))?;
    let mapping = Mapping::from_text(&waiting.mapping)
        .map_err(|error| Stop::Store(StoreError::Engine(format!("the stored mapping: {error}"))))?;
    let file = File { name: &waiting.file_name, bytes: &bytes };
    prepare(tx, waiting.employer, file, Some(&mapping), waiting.as_of)
}

fn review_of(
    import: Option<ImportId>,
    employer: Employer,
    file_name: &str,
    reading: Reading,
    set: &ChangeSet,
) -> Review {
    let column = |(heading, example): &(String, String)| {
        let entry = reading.mapping.entries().iter().find(|entry| entry.heading == *heading);
        Column {
            heading: heading.clone(),
            field: entry.map(|entry| entry.field).filter(|field| !field.is_dropped()),
            confidence: entry.map(|entry| entry.confidence),
            example: example.clone(),
        }
    };
    Review {
        import,
        file_name: file_name.to_owned(),
        columns: reading.headings.iter().map(column).collect(),
        counts: set.counts,
        second_yes: second_yes(&reading, &set.counts, employer.declared),
        employer,
        dialect: reading.dialect,
        faults: reading.faults,
        waited: false,
        nothing_changes: set.is_empty(),
    }
}

/// Why nobody is changed before a second yes; empty: one is enough.
fn second_yes(reading: &Reading, counts: &Counts, declared: Option<usize>) -> Vec<SecondYes> {
    let cut = reading.cut_off.map(SecondYes::CutOff);
    cut.into_iter().chain(counts.second_yes(declared)).collect()
}

fn told(employer: OrganisationId, counts: &Counts) -> String {
    serde_json::json!({
        "employer": employer.to_string(), "rows": counts.rows, "added": counts.added, "changed": counts.changed,
        "same": counts.same, "second_jobs": counts.second_jobs, "leavers": counts.leavers,
        "not_seen": counts.not_seen, "unclear": counts.unclear,
    })
    .to_string()
}

fn record(
    tx: &mut Tx<'_>,
    verb: &str,
    employer: OrganisationId,
    import: ImportId,
    counts: &Counts,
) -> Result<(), StoreError> {
    let detail = told(employer, counts);
    audit::record(tx, &Done { organisation: Some(employer), verb, noun: "import", noun_id: import.to_string(), detail })
}

/// Two lists of one employer at the same instant: the index lets one in.
fn came_between(error: StoreError, file: &str) -> Stop<ImportRefusal> {
    match error {
        StoreError::Constraint(name) if name == "import_one_review_key" => {
            Stop::Refused(ImportRefusal::AnotherWaits { file: file.to_owned() })
        }
        error => Stop::Store(error),
    }
}

/// What the change set did not know of was written between.
fn moved(error: StoreError) -> Stop<ImportRefusal> {
    match error {
        StoreError::Constraint(name)
            if matches!(name.as_str(), "person_nhs_number_key" | "employment_staff_number_key" | "team_name_key") =>
        {
            Stop::Refused(ImportRefusal::MovedSinceReview)
        }
        error => Stop::Store(error),
    }
}
