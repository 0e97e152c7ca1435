//! SQL over team-days: how many of a team may be away on a day.

use crate::base::db::{FromRow, Param, Row, StoreError, Tx};
use crate::base::ids::{CampaignId, TeamId};
use crate::campaign::cover::TeamDay;
use jiff::civil::Date;

/// Takes half-person units of a team's day; false, and nothing changed, when cover would fall short
/// or the day was not prepared for the team.
pub fn take_team_day(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    team: TeamId,
    date: Date,
    units: i64,
) -> Result<bool, StoreError> {
    let rows = tx.run(
        "UPDATE team_day SET taken = taken + $5 WHERE partnership_id = $1 AND campaign_id = $2 AND team_id = $3
         AND date = $4 AND taken + $5 <= capacity",
        p![tx.partnership(), campaign, team, date, units],
    )?;
    Ok(rows == 1)
}

/// Gives units back. The constraint `team_day_cover` refuses more than were taken.
pub fn give_back_team_day(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    team: TeamId,
    date: Date,
    units: i64,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE team_day SET taken = taken - $5 WHERE partnership_id = $1 AND campaign_id = $2 AND team_id = $3 AND date = $4",
        p![tx.partnership(), campaign, team, date, units],
    )?;
    Ok(())
}

/// An employment as far as cover goes.
#[derive(Debug, Clone)]
pub struct Job {
    /// In which team.
    pub team: TeamId,
    /// The rota as stored.
    pub rota: Option<String>,
    /// Leave as stored.
    pub leave: Option<String>,
}

impl FromRow for Job {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { team: row.get(0)?, rota: row.get(1)?, leave: row.get(2)? })
    }
}

/// Every employment in a team that has not ended.
pub fn jobs(tx: &mut Tx<'_>) -> Result<Vec<Job>, StoreError> {
    tx.all(
        "SELECT team_id, rota, leave_dates FROM employment
         WHERE partnership_id = $1 AND team_id IS NOT NULL AND state <> 'left'",
        p![tx.partnership()],
    )
}

impl FromRow for TeamDay {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            team: row.get(0)?,
            date: row.get(1)?,
            on_shift: row.get(2)?,
            capacity: row.get(3)?,
            taken: row.get(4)?,
        })
    }
}

/// Every team's days in a campaign, by team and day.
pub fn team_days(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<TeamDay>, StoreError> {
    tx.all(
        "SELECT team_id, date, on_shift, capacity, taken FROM team_day
         WHERE partnership_id = $1 AND campaign_id = $2 ORDER BY team_id, date",
        p![tx.partnership(), campaign],
    )
}

/// In how many rows more is taken than these allow.
pub fn short(tx: &mut Tx<'_>, campaign: CampaignId, rows: &[TeamDay]) -> Result<u64, StoreError> {
    let used: Vec<TeamDay> = tx.all(
        "SELECT team_id, date, on_shift, capacity, taken FROM team_day
         WHERE partnership_id = $1 AND campaign_id = $2 AND taken > 0 ORDER BY team_id, date",
        p![tx.partnership(), campaign],
    )?;
    let over = used.iter().filter(|u| {
        let rule = rows.binary_search_by_key(&(u.team, u.date), |r| (r.team, r.date));
        rule.is_ok_and(|at| rows[at].capacity < u.taken)
    });
    Ok(over.count() as u64)
}

/// Rows a statement writes at once: two parameters for all, four for each.
const AT_ONCE: usize = 9;

/// Writes rows, ordered by team and day; what is taken stays, and capacity never falls below it.
pub fn put(tx: &mut Tx<'_>, campaign: CampaignId, rows: &[TeamDay]) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let bind = |rows: &[TeamDay]| {
        let mut params: Vec<Param<'_>> = vec![Param::Uuid(partnership.uuid()), Param::Uuid(campaign.uuid())];
        for row in rows {
            params.push(Param::Uuid(row.team.uuid()));
            params.push(Param::Made(row.date.to_string()));
            params.push(Param::Int(row.on_shift));
            params.push(Param::Int(row.capacity));
        }
        params
    };
    let chunks = rows.chunks_exact(AT_ONCE);
    let rest: Vec<Vec<Param<'_>>> = chunks.remainder().chunks(1).map(bind).collect();
    let full: Vec<Vec<Param<'_>>> = chunks.map(bind).collect();
    tx.run_many(
        "INSERT INTO team_day (partnership_id, campaign_id, team_id, date, on_shift, capacity, taken)
         VALUES ($1, $2, $3, $4, $5, $6, 0), ($1, $2, $7, $8, $9, $10, 0), ($1, $2, $11, $12, $13, $14, 0),
           ($1, $2, $15, $16, $17, $18, 0), ($1, $2, $19, $20, $21, $22, 0), ($1, $2, $23, $24, $25, $26, 0),
           ($1, $2, $27, $28, $29, $30, 0), ($1, $2, $31, $32, $33, $34, 0), ($1, $2, $35, $36, $37, $38, 0)
         ON CONFLICT (partnership_id, campaign_id, team_id, date) DO UPDATE SET on_shift = excluded.on_shift,
           capacity = CASE WHEN excluded.capacity < team_day.taken THEN team_day.taken ELSE excluded.capacity END",
        &full,
    )?;
    tx.run_many(
        "INSERT INTO team_day (partnership_id, campaign_id, team_id, date, on_shift, capacity, taken)
         VALUES ($1, $2, $3, $4, $5, $6, 0)
         ON CONFLICT (partnership_id, campaign_id, team_id, date) DO UPDATE SET on_shift = excluded.on_shift,
           capacity = CASE WHEN excluded.capacity < team_day.taken THEN team_day.taken ELSE excluded.capacity END",
        &rest,
    )?;
    Ok(())
}
