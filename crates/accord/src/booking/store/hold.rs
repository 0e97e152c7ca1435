//! SQL of held places. A hold is never changed: it is written, and deleted by whoever gives its counters back.

use crate::base::db::{FromRow, Param, Row, Sql, StoreError, ToParam, Tx};
use crate::base::ids::{CampaignId, HoldId, PersonId};
use crate::booking::hold::{Hold, Purpose};
use jiff::Timestamp;

macro_rules! hold_columns {
    () => {
        "id, person_id, campaign_id, appointment, slot_id, session_id, site_id, product_id, host_id, employer_id, team_id,
         on_shift, team_covered, agreement_id, agreement_version, allocation_id, allocation_covered, date, starts_us,
         ends_us, travel_minutes, expires_us, purpose"
    };
}

impl FromRow for Hold {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.get(0)?,
            person: r.get(1)?,
            campaign: r.get(2)?,
            appointment: r.get(3)?,
            slot: r.get(4)?,
            session: r.get(5)?,
            site: r.get(6)?,
            product: r.get(7)?,
            host: r.get(8)?,
            employer: r.get(9)?,
            team: r.get(10)?,
            on_shift: r.get(11)?,
            team_covered: r.get(12)?,
            agreement: r.get(13)?,
            agreement_version: r.get(14)?,
            allocation: r.get(15)?,
            allocation_covered: r.get(16)?,
            date: r.get(17)?,
            starts: r.get(18)?,
            ends: r.get(19)?,
            travel_minutes: r.get(20)?,
            expires: r.get(21)?,
            purpose: Purpose::parse(&r.get::<String>(22)?).ok_or_else(|| StoreError::shape(22, "a purpose"))?,
        })
    }
}

/// Writes new holds.
pub fn insert_holds(tx: &mut Tx<'_>, holds: &[Hold]) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let rows: Vec<_> = holds.iter().map(|hold| new_row(partnership.param(), hold, now)).collect();
    tx.run_many(
        concat!(
            "INSERT INTO hold (partnership_id, ",
            hold_columns!(),
            ", created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20, $21, $22, $23, $24, $25)"
        ),
        &rows,
    )?;
    Ok(())
}

fn new_row<'h>(partnership: Param<'h>, h: &'h Hold, now: Timestamp) -> Vec<Param<'h>> {
    vec![
        partnership,
        h.id.param(),
        h.person.param(),
        h.campaign.param(),
        h.appointment.param(),
        h.slot.param(),
        h.session.param(),
        h.site.param(),
        h.product.param(),
        h.host.param(),
        h.employer.param(),
        h.team.param(),
        h.on_shift.param(),
        h.team_covered.param(),
        h.agreement.param(),
        h.agreement_version.param(),
        h.allocation.param(),
        h.allocation_covered.param(),
        h.date.param(),
        h.starts.param(),
        h.ends.param(),
        h.travel_minutes.param(),
        h.expires.param(),
        h.purpose.word().param(),
        Param::Int(now.as_microsecond()),
    ]
}

/// What a person holds of a campaign, run out or not, in the order of the course.
pub fn holds_of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Vec<Hold>, StoreError> {
    tx.all(
        concat!(
            "SELECT ",
            hold_columns!(),
            " FROM hold WHERE partnership_id = $1 AND person_id = $2 AND campaign_id = $3 ORDER BY appointment"
        ),
        p![tx.partnership(), person, campaign],
    )
}

/// Deletes all that these people hold of these campaigns; what it was. Two that delete one hold at once: the second
/// waits for the first and finds nothing, so no counter is given back twice.
pub fn delete_holds_of(tx: &mut Tx<'_>, of: &[(PersonId, CampaignId)]) -> Result<Vec<Hold>, StoreError> {
    let partnership = tx.partnership();
    let keys: Vec<_> = of.iter().map(|(p, c)| vec![partnership.param(), p.param(), c.param()]).collect();
    deleted(
        tx,
        concat!(
            "DELETE FROM hold WHERE partnership_id = $1 AND person_id = $2 AND campaign_id = $3 RETURNING ",
            hold_columns!()
        ),
        &keys,
    )
}

/// Deletes what a person holds of these appointments; what it was.
pub fn delete_holds(
    tx: &mut Tx<'_>,
    person: PersonId,
    campaign: CampaignId,
    appointments: &[u16],
) -> Result<Vec<Hold>, StoreError> {
    let partnership = tx.partnership();
    let keys: Vec<_> =
        appointments.iter().map(|n| vec![partnership.param(), person.param(), campaign.param(), n.param()]).collect();
    deleted(
        tx,
        concat!(
            "DELETE FROM hold WHERE partnership_id = $1 AND person_id = $2 AND campaign_id = $3 AND appointment = $4
             RETURNING ",
            hold_columns!()
        ),
        &keys,
    )
}

/// Deletes every hold whose time is over but those that another transaction is just deleting; what it was.
pub fn delete_expired_holds(tx: &mut Tx<'_>) -> Result<Vec<Hold>, StoreError> {
    // Who is here has counters locked that the other one may want: waiting for it would be a ring. On SQLite there is
    // no other one.
    let sql = Sql::Each {
        lite: concat!("DELETE FROM hold WHERE partnership_id = $1 AND expires_us <= $2 RETURNING ", hold_columns!()),
        pg: concat!(
            "DELETE FROM hold WHERE partnership_id = $1 AND id IN (
               SELECT id FROM hold WHERE partnership_id = $1 AND expires_us <= $2 FOR UPDATE SKIP LOCKED)
             RETURNING ",
            hold_columns!()
        ),
    };
    tx.all(sql, p![tx.partnership(), tx.now()])
}

/// Whether there is a hold whose time is over.
pub fn any_expired_hold(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    let found: Option<(HoldId,)> = tx.maybe(
        "SELECT id FROM hold WHERE partnership_id = $1 AND expires_us <= $2 LIMIT 1",
        p![tx.partnership(), tx.now()],
    )?;
    Ok(found.is_some())
}

/// Deletes at most `limit` holds whose time is over, or whose person's offer was closed meanwhile; what it was.
pub fn delete_idle_holds(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Hold>, StoreError> {
    tx.all(
        concat!(
            "DELETE FROM hold WHERE partnership_id = $1 AND id IN (
               SELECT h.id FROM hold h WHERE h.partnership_id = $1 AND (h.expires_us <= $2 OR EXISTS (
                 SELECT 1 FROM offer o WHERE o.partnership_id = h.partnership_id AND o.campaign_id = h.campaign_id
                   AND o.person_id = h.person_id AND o.state IN ('declined', 'had_elsewhere', 'completed', 'left')))
               ORDER BY h.expires_us, h.id LIMIT $3)
             RETURNING ",
            hold_columns!()
        ),
        p![tx.partnership(), tx.now(), limit],
    )
}

/// Moves the end of every hold by `by_us`, what somebody looks at never past `last`: the clock jumped, not the ten minutes.
/// What is kept for somebody of the waiting list moves with its offer.
pub fn move_ends(tx: &mut Tx<'_>, by_us: i64, last: Timestamp) -> Result<(), StoreError> {
    tx.run(
        "UPDATE hold SET expires_us = CASE WHEN purpose = 'look' AND expires_us + $2 > $3 THEN $3 ELSE expires_us + $2 END
         WHERE partnership_id = $1",
        p![tx.partnership(), by_us, last],
    )?;
    tx.run(
        "UPDATE waiting_offer SET until_us = until_us + $2 WHERE partnership_id = $1 AND settled_us IS NULL",
        p![tx.partnership(), by_us],
    )?;
    Ok(())
}

fn deleted(tx: &mut Tx<'_>, sql: &'static str, keys: &[Vec<Param<'_>>]) -> Result<Vec<Hold>, StoreError> {
    let mut holds = Vec::new();
    tx.each_many(sql, keys, |row| {
        holds.push(Hold::from_row(row)?);
        Ok(())
    })?;
    Ok(holds)
}
