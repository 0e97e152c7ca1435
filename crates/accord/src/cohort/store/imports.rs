//! Imports: their record, their bytes while they wait, their faults, and how an employer's columns are understood.

use super::super::import::change_set::Counts;
use super::super::import::reading::Reading;
use crate::base::db::{FromRow, Param, Row, StoreError, Tx};
use crate::base::ids::{Import, ImportId, OrganisationId};
use crate::partnership::store::named::with_names;
use accord_formats::{Date, Severity};
use jiff::Timestamp;

/// Where a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportState {
    /// Read; nothing changed.
    Review,
    /// Taken.
    Committed,
    /// Not taken.
    Abandoned,
}

impl ImportState {
    /// The word in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Committed => "committed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A list that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// Its id.
    pub id: ImportId,
    /// Whose.
    pub employer: OrganisationId,
    /// File name as sent.
    pub file_name: String,
    /// How it was written, in words.
    pub dialect: String,
    /// How its columns were understood, as `Mapping::to_text`.
    pub mapping: String,
    /// Where it stands.
    pub state: ImportState,
    /// SHA-256 of what it would change, as reviewed.
    pub change_hash: String,
    /// The day it was read for: settles leavers and two-digit years.
    pub as_of: Date,
    /// Records in it.
    pub rows: u32,
    /// People added.
    pub added: u32,
    /// People changed.
    pub changed: u32,
    /// People as before.
    pub same: u32,
    /// People known elsewhere.
    pub second_jobs: u32,
    /// People who left.
    pub leavers: u32,
    /// People missing.
    pub not_seen: u32,
    /// Items for the worklist.
    pub unclear: u32,
    /// When it came.
    pub created: Timestamp,
    /// When it was taken.
    pub committed: Option<Timestamp>,
}

macro_rules! import_columns {
    () => {
        "id, employer_id, file_name, dialect, mapping, state, change_hash, as_of, rows_read, people_added, people_changed, \
         people_same, second_jobs, leavers, not_seen, unclear, created_us, committed_us"
    };
}

impl FromRow for ImportRecord {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let state: String = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            employer: row.get(1)?,
            file_name: row.get(2)?,
            dialect: row.get(3)?,
            mapping: row.get(4)?,
            state: match state.as_str() {
                "review" => ImportState::Review,
                "committed" => ImportState::Committed,
                _ => ImportState::Abandoned,
            },
            change_hash: row.get(6)?,
            as_of: row.get(7)?,
            rows: row.get(8)?,
            added: row.get(9)?,
            changed: row.get(10)?,
            same: row.get(11)?,
            second_jobs: row.get(12)?,
            leavers: row.get(13)?,
            not_seen: row.get(14)?,
            unclear: row.get(15)?,
            created: row.get(16)?,
            committed: row.get(17)?,
        })
    }
}

/// One import.
pub fn import_by_id(tx: &mut Tx<'_>, id: ImportId) -> Result<Option<ImportRecord>, StoreError> {
    tx.maybe(
        concat!("SELECT ", import_columns!(), " FROM import WHERE partnership_id = $1 AND id = $2"),
        p![tx.partnership(), id],
    )
}

/// The lists of one employer, or of all; the newest first.
pub fn imports(tx: &mut Tx<'_>, employer: Option<OrganisationId>, limit: u32) -> Result<Vec<ImportRecord>, StoreError> {
    tx.all(
        concat!(
            "SELECT ",
            import_columns!(),
            " FROM import WHERE partnership_id = $1 AND employer_id = COALESCE($2, employer_id) ORDER BY id DESC LIMIT $3"
        ),
        p![tx.partnership(), employer, limit],
    )
}

/// The employer's list in review with the hash of its file.
pub fn waiting(tx: &mut Tx<'_>, employer: OrganisationId) -> Result<Option<(ImportId, String, String)>, StoreError> {
    tx.maybe(
        "SELECT id, file_name, file_hash FROM import WHERE partnership_id = $1 AND employer_id = $2 AND state = 'review'",
        p![tx.partnership(), employer],
    )
}

/// The employer's latest committed import, if its file was this one.
pub fn committed_again(tx: &mut Tx<'_>, employer: OrganisationId, hash: &str) -> Result<Option<ImportId>, StoreError> {
    let latest: Option<(ImportId, String)> = tx.maybe(
        "SELECT id, file_hash FROM import WHERE partnership_id = $1 AND employer_id = $2 AND state = 'committed'
         ORDER BY committed_us DESC, id DESC LIMIT 1",
        p![tx.partnership(), employer],
    )?;
    Ok(latest.filter(|(_, last)| last == hash).map(|(id, _)| id))
}

/// The mapping saved with the employer's last committed list.
pub fn saved_mapping(tx: &mut Tx<'_>, employer: OrganisationId) -> Result<Option<String>, StoreError> {
    let saved: Option<(String,)> = tx.maybe(
        "SELECT mapping FROM employer_mapping WHERE partnership_id = $1 AND employer_id = $2",
        p![tx.partnership(), employer],
    )?;
    Ok(saved.map(|(mapping,)| mapping))
}

/// A list to store for review.
#[derive(Debug)]
pub struct NewImport<'a> {
    /// Whose.
    pub employer: OrganisationId,
    /// Name as sent.
    pub file_name: &'a str,
    /// SHA-256 of the bytes.
    pub file_hash: &'a str,
    /// The bytes.
    pub bytes: &'a [u8],
    /// The day it was read for.
    pub as_of: Date,
    /// What was read.
    pub reading: &'a Reading,
    /// What it would change.
    pub counts: Counts,
    /// Hash of that.
    pub change_hash: &'a str,
}

/// Stores a list for review: record, bytes, faults.
pub fn insert_import(tx: &mut Tx<'_>, new: &NewImport<'_>) -> Result<ImportId, StoreError> {
    let id = tx.id::<Import>();
    let counts = new.counts;
    tx.run(
        "INSERT INTO import (partnership_id, id, employer_id, file_name, file_hash, dialect, mapping, state, change_hash, as_of,
           rows_read, people_added, people_changed, people_same, second_jobs, leavers, not_seen, unclear, created_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'review', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        p![
            tx.partnership(),
            id,
            new.employer,
            new.file_name,
            new.file_hash,
            new.reading.dialect,
            new.reading.mapping.to_text(),
            new.change_hash,
            new.as_of,
            counts.rows,
            counts.added,
            counts.changed,
            counts.same,
            counts.second_jobs,
            counts.leavers,
            counts.not_seen,
            counts.unclear,
            tx.now()
        ],
    )?;
    tx.run(
        "INSERT INTO import_upload (partnership_id, import_id, bytes) VALUES ($1, $2, $3)",
        p![tx.partnership(), id, new.bytes],
    )?;
    insert_faults(tx, id, new.reading)?;
    Ok(id)
}

fn insert_faults(tx: &mut Tx<'_>, id: ImportId, reading: &Reading) -> Result<(), StoreError> {
    let codes: Vec<String> = reading.faults.iter().map(|fault| snake(&format!("{:?}", fault.code))).collect();
    let (partnership, import) = (tx.partnership(), id);
    let rows: Vec<Vec<Param<'_>>> = reading
        .faults
        .iter()
        .zip(&codes)
        .enumerate()
        .map(|(seq, (fault, code))| {
            vec![
                Param::Uuid(partnership.uuid()),
                Param::Uuid(import.uuid()),
                Param::Int(i64::try_from(seq).unwrap_or(i64::MAX)),
                Param::Int(fault.sheet.into()),
                Param::Int(fault.row.into()),
                Param::Text(&fault.column),
                Param::Text(code),
                Param::Text(&fault.seen),
                Param::Text(fault.wanted),
                Param::Text(severity(fault.severity)),
            ]
        })
        .collect();
    tx.run_many(
        "INSERT INTO import_fault (partnership_id, import_id, seq, sheet, row_number, column_name, code, seen, wanted, severity)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &rows,
    )?;
    Ok(())
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::RowDropped => "row_dropped",
        Severity::ValueDropped => "value_dropped",
        Severity::Assumed => "assumed",
        Severity::Note => "note",
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// Writes the numbers and the hash of a list in review anew: others changed between.
pub fn refresh_import(tx: &mut Tx<'_>, id: ImportId, counts: Counts, change_hash: &str) -> Result<(), StoreError> {
    tx.run(
        "UPDATE import SET change_hash = $3, people_added = $4, people_changed = $5, people_same = $6, second_jobs = $7,
           leavers = $8, not_seen = $9, unclear = $10 WHERE partnership_id = $1 AND id = $2",
        p![
            tx.partnership(),
            id,
            change_hash,
            counts.added,
            counts.changed,
            counts.same,
            counts.second_jobs,
            counts.leavers,
            counts.not_seen,
            counts.unclear
        ],
    )?;
    Ok(())
}

/// The bytes of a list in review.
pub fn upload(tx: &mut Tx<'_>, id: ImportId) -> Result<Option<Vec<u8>>, StoreError> {
    let bytes: Option<(Vec<u8>,)> = tx.maybe(
        "SELECT bytes FROM import_upload WHERE partnership_id = $1 AND import_id = $2",
        p![tx.partnership(), id],
    )?;
    Ok(bytes.map(|(bytes,)| bytes))
}

/// Turns a list committed: the bytes go, the mapping is saved for the next list.
pub fn commit_import(tx: &mut Tx<'_>, import: &ImportRecord) -> Result<(), StoreError> {
    settle(tx, import.id, "committed")?;
    tx.run(
        "INSERT INTO employer_mapping (partnership_id, employer_id, mapping, saved_us) VALUES ($1, $2, $3, $4)
         ON CONFLICT (partnership_id, employer_id) DO UPDATE SET mapping = excluded.mapping, saved_us = excluded.saved_us",
        p![tx.partnership(), import.employer, import.mapping, tx.now()],
    )?;
    Ok(())
}

/// Turns a list abandoned: the bytes go.
pub fn abandon_import(tx: &mut Tx<'_>, id: ImportId) -> Result<(), StoreError> {
    settle(tx, id, "abandoned")
}

fn settle(tx: &mut Tx<'_>, id: ImportId, state: &str) -> Result<(), StoreError> {
    let committed = (state == "committed").then(|| tx.now());
    tx.run(
        "UPDATE import SET state = $3, committed_us = $4 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, state, committed],
    )?;
    tx.run("DELETE FROM import_upload WHERE partnership_id = $1 AND import_id = $2", p![tx.partnership(), id])?;
    Ok(())
}

/// A stored fault: sheet, row (0: the whole column), column, code, seen, wanted, severity.
pub type StoredFault = (u32, u32, String, String, String, String, String);

/// The first faults of a list, in the order of its rows.
pub fn faults(tx: &mut Tx<'_>, import: ImportId, limit: u32) -> Result<Vec<StoredFault>, StoreError> {
    tx.all(
        "SELECT sheet, row_number, column_name, code, seen, wanted, severity FROM import_fault
         WHERE partnership_id = $1 AND import_id = $2 ORDER BY sheet, row_number, seq LIMIT $3",
        p![tx.partnership(), import, limit],
    )
}

/// How many faults a list has that lost something or should be checked; notes are not counted.
pub fn fault_count(tx: &mut Tx<'_>, import: ImportId) -> Result<u32, StoreError> {
    let (count,): (u32,) = tx.one(
        "SELECT COUNT(*) FROM import_fault WHERE partnership_id = $1 AND import_id = $2 AND severity <> 'note'",
        p![tx.partnership(), import],
    )?;
    Ok(count)
}

/// A list: id, file, organisation, when, rows, faults, state.
pub type List = (ImportId, String, String, Timestamp, u32, u32, String);

/// How many lists there are, of one employer or of all, whose file or employer is `like`.
pub fn lists_count(tx: &mut Tx<'_>, only: Option<OrganisationId>, like: &str) -> Result<u64, StoreError> {
    let (n,): (u32,) = tx.one(
        with_names!(
            "SELECT COUNT(*) FROM import i JOIN named o ON o.id = i.employer_id
         WHERE i.partnership_id = $1 AND i.employer_id = COALESCE($2, i.employer_id)
           AND LOWER(i.file_name || ' ' || o.name) LIKE $3 ESCAPE '!'"
        ),
        p![tx.partnership(), only, like],
    )?;
    Ok(u64::from(n))
}

/// Some of them: those to review first, then the latest.
pub fn lists(
    tx: &mut Tx<'_>,
    only: Option<OrganisationId>,
    like: &str,
    limit: u32,
    skip: u32,
) -> Result<Vec<List>, StoreError> {
    tx.all(
        with_names!(
            "SELECT i.id, i.file_name, o.name, i.created_us, i.rows_read,
                (SELECT COUNT(*) FROM import_fault f WHERE f.partnership_id = i.partnership_id AND f.import_id = i.id AND f.severity <> 'note'), i.state
         FROM import i JOIN named o ON o.id = i.employer_id
         WHERE i.partnership_id = $1 AND i.employer_id = COALESCE($2, i.employer_id)
           AND LOWER(i.file_name || ' ' || o.name) LIKE $3 ESCAPE '!'
         ORDER BY CASE WHEN i.state = 'review' THEN 0 ELSE 1 END, i.created_us DESC, i.id DESC LIMIT $4 OFFSET $5"
        ),
        p![tx.partnership(), only, like, limit, skip],
    )
}
