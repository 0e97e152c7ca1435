//! SQL of reports that somebody had it elsewhere, and of their files.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{CampaignId, ElsewhereFileId, ElsewhereId, PersonId};
use crate::booking::elsewhere::{Counts, Report, Said, State, Verdict};

macro_rules! reports {
    ($rest:literal) => {
        concat!(
            "SELECT x.id, x.campaign_id, x.file_id, x.row_number, x.employer_id, x.row_key, x.said, x.verdict, x.candidates,
               x.person_id, x.state, x.next_on FROM elsewhere x ",
            $rest
        )
    };
}

impl FromRow for Report {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let (said, verdict, state): (String, String, String) = (r.get(6)?, r.get(7)?, r.get(10)?);
        let candidates: String = r.get(8)?;
        let row: Option<i64> = r.get(3)?;
        Ok(Self {
            id: r.get(0)?,
            campaign: r.get(1)?,
            file: r.get(2)?,
            row: row.and_then(|n| u32::try_from(n).ok()),
            employer: r.get(4)?,
            key: r.get(5)?,
            said: Said::of_text(&said).ok_or_else(|| StoreError::shape(6, "what is said"))?,
            verdict: Verdict::parse(&verdict).ok_or_else(|| StoreError::shape(7, "a verdict"))?,
            candidates: serde_json::from_str(&candidates).map_err(|_| StoreError::shape(8, "a list"))?,
            person: r.get(9)?,
            state: State::parse(&state).ok_or_else(|| StoreError::shape(10, "a state"))?,
            due: r.get(11)?,
        })
    }
}

fn told(candidates: &[PersonId]) -> Result<String, StoreError> {
    serde_json::to_string(candidates).map_err(|e| StoreError::Engine(e.to_string()))
}

/// Writes new reports.
pub fn insert_reports(tx: &mut Tx<'_>, reports: &[Report]) -> Result<(), StoreError> {
    for x in reports {
        tx.run(
            "INSERT INTO elsewhere (partnership_id, id, campaign_id, file_id, row_number, employer_id, row_key, said, had_on, product,
               verdict, candidates, person_id, state, owner_role, next_on, came_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'campaign_lead', $15, $16)",
            p![
                tx.partnership(),
                x.id,
                x.campaign,
                x.file,
                x.row,
                x.employer,
                x.key,
                x.said.text(),
                x.said.had_on,
                x.said.product,
                x.verdict.word(),
                told(&x.candidates)?,
                x.person,
                x.state.word(),
                x.due,
                tx.now()
            ],
        )?;
    }
    Ok(())
}

/// Moves a report to what it carries.
pub fn set_report(tx: &mut Tx<'_>, x: &Report) -> Result<(), StoreError> {
    tx.run(
        "UPDATE elsewhere SET verdict = $3, candidates = $4, person_id = $5, state = $6, next_on = $7, settled_us = $8
         WHERE partnership_id = $1 AND id = $2",
        p![
            tx.partnership(),
            x.id,
            x.verdict.word(),
            told(&x.candidates)?,
            x.person,
            x.state.word(),
            x.due,
            (x.state != State::Open).then(|| tx.now())
        ],
    )?;
    Ok(())
}

/// Whether this very report came before; those of a file in review have not come yet.
pub fn report_known(tx: &mut Tx<'_>, campaign: CampaignId, key: &str) -> Result<bool, StoreError> {
    let found: Option<(ElsewhereId,)> = tx.maybe(
        "SELECT id FROM elsewhere WHERE partnership_id = $1 AND campaign_id = $2 AND row_key = $3",
        p![tx.partnership(), campaign, key],
    )?;
    Ok(found.is_some())
}

/// One report.
pub fn report_by_id(tx: &mut Tx<'_>, id: ElsewhereId) -> Result<Option<Report>, StoreError> {
    tx.maybe(reports!("WHERE x.partnership_id = $1 AND x.id = $2"), p![tx.partnership(), id])
}

/// The reports of a file, in its order.
pub fn reports_of_file(tx: &mut Tx<'_>, file: ElsewhereFileId) -> Result<Vec<Report>, StoreError> {
    tx.all(
        reports!("WHERE x.partnership_id = $1 AND x.file_id = $2 ORDER BY x.row_number, x.id"),
        p![tx.partnership(), file],
    )
}

/// Reports that are to be decided, the oldest first.
pub fn open_reports(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Report>, StoreError> {
    tx.all(
        reports!("WHERE x.partnership_id = $1 AND x.state = 'open' ORDER BY x.id LIMIT $2"),
        p![tx.partnership(), limit],
    )
}

/// Forgets the reports of a file in review.
pub fn delete_reports_of(tx: &mut Tx<'_>, file: ElsewhereFileId) -> Result<(), StoreError> {
    tx.run(
        "DELETE FROM elsewhere WHERE partnership_id = $1 AND file_id = $2 AND state = 'review'",
        p![tx.partnership(), file],
    )?;
    Ok(())
}

/// A file that waits for a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInReview {
    /// Its id.
    pub id: ElsewhereFileId,
    /// Its name.
    pub name: String,
    /// What it would do.
    pub counts: Counts,
}

impl FromRow for FileInReview {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let count = |at| Ok::<_, StoreError>(r.get::<i64>(at)?.unsigned_abs());
        let counts =
            Counts { faults: count(2)?, known: count(3)?, certain: count(4)?, unclear: count(5)?, nobody: count(6)? };
        Ok(Self { id: r.get(0)?, name: r.get(1)?, counts })
    }
}

/// Keeps a file for review.
pub fn insert_file(
    tx: &mut Tx<'_>,
    id: ElsewhereFileId,
    campaign: CampaignId,
    name: &str,
    hash: &str,
    counts: &Counts,
) -> Result<(), StoreError> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    tx.run(
        "INSERT INTO elsewhere_file (partnership_id, id, campaign_id, file_name, file_hash, faults, known, state, came_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'review', $8)",
        p![tx.partnership(), id, campaign, name, hash, number(counts.faults), number(counts.known), tx.now()],
    )?;
    Ok(())
}

/// The file in review, if there is one, with what it would do.
pub fn file_in_review(tx: &mut Tx<'_>) -> Result<Option<FileInReview>, StoreError> {
    tx.maybe(
        "SELECT f.id, f.file_name, f.faults, f.known,
           COUNT(CASE WHEN x.verdict = 'certain' THEN 1 END), COUNT(CASE WHEN x.verdict = 'unclear' THEN 1 END),
           COUNT(CASE WHEN x.verdict = 'nobody' THEN 1 END)
         FROM elsewhere_file f LEFT JOIN elsewhere x ON x.partnership_id = f.partnership_id AND x.file_id = f.id
         WHERE f.partnership_id = $1 AND f.state = 'review' GROUP BY f.id, f.file_name, f.faults, f.known
         ORDER BY f.id DESC LIMIT 1",
        p![tx.partnership()],
    )
}

/// Whether this very file was taken for a campaign.
pub fn file_taken(tx: &mut Tx<'_>, campaign: CampaignId, hash: &str) -> Result<bool, StoreError> {
    let found: Option<(ElsewhereFileId,)> = tx.maybe(
        "SELECT id FROM elsewhere_file WHERE partnership_id = $1 AND campaign_id = $2 AND file_hash = $3 AND state = 'taken'",
        p![tx.partnership(), campaign, hash],
    )?;
    Ok(found.is_some())
}

/// The name of a file.
pub fn file_name(tx: &mut Tx<'_>, id: ElsewhereFileId) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> = tx.maybe(
        "SELECT file_name FROM elsewhere_file WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id],
    )?;
    Ok(found.map(|(name,)| name))
}

/// Settles a file as "taken" or "discarded".
pub fn settle_file(tx: &mut Tx<'_>, id: ElsewhereFileId, state: &str) -> Result<(), StoreError> {
    tx.run(
        "UPDATE elsewhere_file SET state = $3, settled_us = $4 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, state, tx.now()],
    )?;
    Ok(())
}
