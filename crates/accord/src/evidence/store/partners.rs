//! Organisations, agreements and the ledger, as pages show them.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{AgreementId, OrganisationId};
use crate::partnership::store::named::with_names;
use jiff::Timestamp;
use jiff::civil::Date;

/// An organisation with the day of its last list.
#[derive(Debug, Clone)]
pub struct OrganisationRow {
    pub id: OrganisationId,
    pub name: String,
    pub code: String,
    pub kind: String,
    pub is_employer: bool,
    pub unclear: u32,
    pub last_list_us: Option<Timestamp>,
}

impl FromRow for OrganisationRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            code: row.get(2)?,
            kind: row.get(3)?,
            is_employer: row.get::<u32>(4)? == 1,
            unclear: row.get(5)?,
            last_list_us: row.get(6)?,
        })
    }
}

/// How many organisations there are whose name or code is `like`.
pub fn organisations_count(tx: &mut Tx<'_>, like: &str) -> Result<u64, StoreError> {
    let (n,): (u32,) = tx.one(
        with_names!("SELECT COUNT(*) FROM named WHERE LOWER(name || ' ' || code) LIKE $2 ESCAPE '!'"),
        p![tx.partnership(), like],
    )?;
    Ok(u64::from(n))
}

/// Some of them, by name.
pub fn organisations(tx: &mut Tx<'_>, like: &str, limit: u32, skip: u32) -> Result<Vec<OrganisationRow>, StoreError> {
    tx.all(
        with_names!(
            "SELECT o.id, o.name, o.code, o.kind, o.is_employer,
                (SELECT COUNT(*) FROM worklist_item w WHERE w.partnership_id = $1 AND w.state = 'open' AND w.employer_id = o.id),
                (SELECT MAX(i.committed_us) FROM import i WHERE i.partnership_id = $1 AND i.employer_id = o.id)
         FROM named o WHERE LOWER(o.name || ' ' || o.code) LIKE $2 ESCAPE '!' ORDER BY o.name, o.id LIMIT $3 OFFSET $4"
        ),
        p![tx.partnership(), like, limit, skip],
    )
}

/// Every organisation's name.
pub fn names(tx: &mut Tx<'_>) -> Result<Vec<(OrganisationId, String)>, StoreError> {
    tx.all(with_names!("SELECT id, name FROM named ORDER BY name, id"), p![tx.partnership()])
}

/// Name of an organisation, if there is one with this id.
pub fn organisation(tx: &mut Tx<'_>, id: OrganisationId) -> Result<Option<(String,)>, StoreError> {
    tx.maybe(with_names!("SELECT name FROM named WHERE id = $2"), p![tx.partnership(), id])
}

/// Somebody away from a shift: date, start and end instants, minutes of travel, name, team.
pub type Away = (Date, Timestamp, Timestamp, u32, String, Option<String>);

/// How many on-shift absences [`away`] has in all.
pub fn away_count(tx: &mut Tx<'_>, employer: OrganisationId, from: Date) -> Result<u64, StoreError> {
    let (n,): (u32,) = tx.one(
        "SELECT COUNT(*) FROM booking b
         LEFT JOIN booking_batch k ON k.partnership_id = b.partnership_id AND k.id = b.batch_id
         WHERE b.partnership_id = $1 AND b.employer_id = $2 AND b.on_shift = 1 AND b.date >= $3
           AND (b.live = 1 OR EXISTS (SELECT 1 FROM attendance a WHERE a.partnership_id = b.partnership_id AND a.booking_id = b.id))
           AND (b.batch_id IS NULL OR k.state = 'live')",
        p![tx.partnership(), employer, from],
    )?;
    Ok(u64::from(n))
}

/// On-shift absences of an employer from a day on. Asks neither what for nor whether they said yes, nor what came of it.
pub fn away(
    tx: &mut Tx<'_>,
    employer: OrganisationId,
    from: Date,
    limit: u32,
    skip: u32,
) -> Result<Vec<Away>, StoreError> {
    tx.all(
        "SELECT b.date, b.starts_us, b.ends_us, b.travel_minutes, COALESCE(p.preferred_name, p.given_name) || ' ' || p.family_name, t.name
         FROM booking b
         JOIN person p ON p.partnership_id = b.partnership_id AND p.id = b.person_id
         LEFT JOIN team t ON t.partnership_id = b.partnership_id AND t.id = b.team_id
         LEFT JOIN booking_batch k ON k.partnership_id = b.partnership_id AND k.id = b.batch_id
         WHERE b.partnership_id = $1 AND b.employer_id = $2 AND b.on_shift = 1 AND b.date >= $3
           AND (b.live = 1 OR EXISTS (SELECT 1 FROM attendance a WHERE a.partnership_id = b.partnership_id AND a.booking_id = b.id))
           AND (b.batch_id IS NULL OR k.state = 'live')
         ORDER BY b.date, b.starts_us, p.family_name, b.id LIMIT $4 OFFSET $5",
        p![tx.partnership(), employer, from, limit, skip],
    )
}

/// One employer's part of an agreement.
#[derive(Debug, Clone)]
pub struct AgreementRow {
    pub id: AgreementId,
    pub version: u32,
    pub title: String,
    pub host: String,
    pub employer: String,
    pub from: Date,
    pub until: Date,
    pub state: String,
    pub capacity: Option<i64>,
    pub taken: i64,
    pub purpose: String,
    pub at_end: String,
    pub signed_by: String,
}

impl FromRow for AgreementRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            version: row.get(1)?,
            title: row.get(2)?,
            host: row.get(3)?,
            employer: row.get(4)?,
            from: row.get(5)?,
            until: row.get(6)?,
            state: row.get(7)?,
            capacity: row.get::<i64>(8).map(|c| (c >= 0).then_some(c))?,
            taken: row.get(9)?,
            purpose: row.get(10)?,
            at_end: row.get(11)?,
            signed_by: row.get(12)?,
        })
    }
}

/// Current agreements; one row each, with how many employers it serves when they are many.
pub fn agreements(tx: &mut Tx<'_>) -> Result<Vec<AgreementRow>, StoreError> {
    tx.all(
        with_names!("SELECT a.id, a.version, a.title, h.name,
                CASE WHEN COUNT(DISTINCT e.id) = 1 THEN MIN(e.name) ELSE CAST(COUNT(DISTINCT e.id) AS TEXT) || ' organisations' END,
                a.from_date, a.until_date, a.state,
                CASE WHEN COUNT(l.id) = 0 OR COUNT(l.capacity) < COUNT(l.id) THEN -1 ELSE CAST(SUM(l.capacity) AS BIGINT) END,
                COALESCE(CAST(SUM(l.taken) AS BIGINT), 0), a.purpose, a.at_end, a.signed_by
         FROM agreement a
         JOIN named h ON h.id = a.host_id
         LEFT JOIN allocation l ON l.partnership_id = a.partnership_id AND l.agreement_id = a.id
         LEFT JOIN named e ON e.id = l.employer_id
         WHERE a.partnership_id = $1 AND a.superseded = 0
         GROUP BY a.id, a.version, a.title, h.name, a.from_date, a.until_date, a.state, a.purpose, a.at_end, a.signed_by
         ORDER BY a.until_date, a.title, a.id"),
        p![tx.partnership()],
    )
}

/// Names of the sites an agreement holds for.
pub fn agreement_sites(tx: &mut Tx<'_>, id: AgreementId, version: u32) -> Result<Vec<(String,)>, StoreError> {
    tx.all(
        "SELECT s.name FROM agreement_site g JOIN site s ON s.partnership_id = g.partnership_id AND s.id = g.site_id
         WHERE g.partnership_id = $1 AND g.agreement_id = $2 AND g.version = $3 ORDER BY s.name, s.id",
        p![tx.partnership(), id, version],
    )
}

/// An organisation, its name, promised by it, given by it, used by its people.
pub type Sum = (OrganisationId, String, i64, i64, i64);

/// The sums by organisation. Only those with any of the three, those
/// who gave most first.
pub fn ledger_sums(tx: &mut Tx<'_>) -> Result<Vec<Sum>, StoreError> {
    tx.all(
        with_names!(
            "SELECT o.id, o.name, COALESCE(p.n, 0), COALESCE(g.n, 0), COALESCE(u.n, 0) FROM named o
         LEFT JOIN (SELECT host_id AS id, CAST(SUM(capacity) AS BIGINT) AS n FROM slot WHERE partnership_id = $1 GROUP BY host_id) p ON p.id = o.id
         LEFT JOIN (SELECT host_id AS id, CAST(SUM(units) AS BIGINT) AS n FROM ledger WHERE partnership_id = $1 GROUP BY host_id) g ON g.id = o.id
         LEFT JOIN (SELECT employer_id AS id, CAST(SUM(units) AS BIGINT) AS n FROM ledger WHERE partnership_id = $1 GROUP BY employer_id) u ON u.id = o.id
         WHERE p.n IS NOT NULL OR g.n IS NOT NULL OR u.n IS NOT NULL
         ORDER BY COALESCE(g.n, 0) DESC, COALESCE(p.n, 0) DESC, COALESCE(u.n, 0) DESC, o.name, o.id"
        ),
        p![tx.partnership()],
    )
}

/// An entry: number, instant, units, employer, host, agreement's title, version, seal.
pub type Entry = (Option<i64>, Timestamp, i64, String, String, String, u32, Option<String>);

impl FromRow for LatestEntry {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let number: i64 = row.get(0)?;
        let seal: String = row.get(7)?;
        Ok(Self((
            (number > 0).then_some(number),
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
            row.get(6)?,
            (!seal.is_empty()).then_some(seal),
        )))
    }
}

/// An [`Entry`] as a row.
#[derive(Debug, Clone)]
pub struct LatestEntry(pub Entry);

/// How many entries there are, of one organisation as host or employer, or of all.
pub fn ledger_count(tx: &mut Tx<'_>, only: Option<OrganisationId>) -> Result<u64, StoreError> {
    let (n,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM ledger WHERE partnership_id = $1 AND COALESCE($2, host_id) IN (host_id, employer_id)",
        p![tx.partnership(), only],
    )?;
    Ok(n.unsigned_abs())
}

/// The latest entries, newest first.
pub fn ledger_latest(
    tx: &mut Tx<'_>,
    only: Option<OrganisationId>,
    limit: u32,
    skip: u32,
) -> Result<Vec<LatestEntry>, StoreError> {
    tx.all(
        with_names!(
            "SELECT COALESCE(l.chain_seq, 0), l.at_us, l.units, e.name, h.name, COALESCE(a.title, ''), l.agreement_version, COALESCE(l.chain_hash, '')
         FROM ledger l
         JOIN named e ON e.id = l.employer_id
         JOIN named h ON h.id = l.host_id
         LEFT JOIN agreement a ON a.partnership_id = l.partnership_id AND a.id = l.agreement_id AND a.version = l.agreement_version
         WHERE l.partnership_id = $1 AND COALESCE($2, l.host_id) IN (l.host_id, l.employer_id)
         ORDER BY l.id DESC LIMIT $3 OFFSET $4"
        ),
        p![tx.partnership(), only, limit, skip],
    )
}
