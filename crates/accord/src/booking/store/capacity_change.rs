//! SQL of capacity changes.

use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{BookingId, CampaignId, CapacityChangeId, PersonId, SessionId};
use crate::booking::State;
use crate::booking::capacity_change::{
    BookingChange, Change, ChangeState, Choice, Edit, Outcome, Planned, SessionChange, SlotChange, What,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn json<T: Serialize>(of: &T) -> Result<String, StoreError> {
    serde_json::to_string(of).map_err(|error| StoreError::Engine(error.to_string()))
}

fn read<T: DeserializeOwned>(r: &Row<'_>, at: usize) -> Result<T, StoreError> {
    serde_json::from_str(&r.get::<String>(at)?).map_err(|_| StoreError::shape(at, "settings"))
}

fn word<T>(r: &Row<'_>, at: usize, parse: fn(&str) -> Option<T>) -> Result<T, StoreError> {
    parse(&r.get::<String>(at)?).ok_or_else(|| StoreError::shape(at, "a word that is known"))
}

impl FromRow for Change {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.get(0)?,
            what: word(r, 1, What::parse)?,
            choice: word(r, 2, Choice::parse)?,
            edit: read::<Edit>(r, 3)?,
            reason: r.get(4)?,
            lead: r.get(5)?,
            undoes: r.get(6)?,
            state: word(r, 7, ChangeState::parse)?,
            created: r.get(8)?,
            committed: r.get(9)?,
            settled: r.get(10)?,
            told: r.get(11)?,
        })
    }
}

impl FromRow for SessionChange {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { session: r.get(0)?, version: r.get(1)?, before: read(r, 2)?, after: read(r, 3)?, left: r.get(4)? })
    }
}

impl FromRow for SlotChange {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            slot: r.get(0)?,
            session: r.get(1)?,
            start_minute: r.get(2)?,
            new: r.get(3)?,
            before: read(r, 4)?,
            after: read(r, 5)?,
        })
    }
}

impl FromRow for BookingChange {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let outcome: Option<String> = r.get(11)?;
        Ok(Self {
            booking: r.get(0)?,
            seq: r.get(1)?,
            person: r.get(2)?,
            campaign: r.get(3)?,
            appointment: r.get(4)?,
            version: r.get(5)?,
            was: word(r, 6, State::parse)?,
            along: r.get(7)?,
            planned: word(r, 8, Planned::parse)?,
            why: r.get(9)?,
            to: r.get(10)?,
            outcome: outcome.as_deref().and_then(Outcome::parse),
            anew: r.get(12)?,
            tries: r.get(13)?,
            new_booking: r.get(14)?,
            new_version: r.get::<Option<i64>>(15)?.and_then(|n| u32::try_from(n).ok()),
        })
    }
}

/// Writes a change.
pub fn insert(tx: &mut Tx<'_>, c: &Change) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO capacity_change (partnership_id, id, what, choice, settings, reason, lead_name, undoes, state,
           created_us, committed_us, settled_us, told_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        p![
            tx.partnership(),
            c.id,
            c.what.word(),
            c.choice.word(),
            json(&c.edit)?,
            c.reason,
            c.lead,
            c.undoes,
            c.state.word(),
            c.created,
            c.committed,
            c.settled,
            c.told
        ],
    )?;
    Ok(())
}

/// Writes the sessions of a change.
pub fn insert_sessions(tx: &mut Tx<'_>, id: CapacityChangeId, of: &[SessionChange]) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let texts = of.iter().map(|s| Ok((json(&s.before)?, json(&s.after)?))).collect::<Result<Vec<_>, StoreError>>()?;
    let rows: Vec<Vec<Param<'_>>> = of
        .iter()
        .zip(&texts)
        .map(|(s, (before, after))| {
            vec![partnership.param(), id.param(), s.session.param(), s.version.param(), before.param(), after.param()]
        })
        .collect();
    tx.run_many(
        "INSERT INTO capacity_change_session (partnership_id, change_id, session_id, version, before_settings,
           after_settings)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &rows,
    )?;
    Ok(())
}

/// Writes the slots of a change.
pub fn insert_slots(tx: &mut Tx<'_>, id: CapacityChangeId, of: &[SlotChange]) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let texts = of.iter().map(|s| Ok((json(&s.before)?, json(&s.after)?))).collect::<Result<Vec<_>, StoreError>>()?;
    let rows: Vec<Vec<Param<'_>>> = of
        .iter()
        .zip(&texts)
        .map(|(s, (before, after))| {
            let (slot, session) = (s.slot.param(), s.session.param());
            let fixed = vec![partnership.param(), id.param(), slot, session, s.start_minute.param(), s.new.param()];
            [fixed, vec![before.param(), after.param()]].concat()
        })
        .collect();
    tx.run_many(
        "INSERT INTO capacity_change_slot (partnership_id, change_id, slot_id, session_id, start_minute, is_new,
           before_places, after_places)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &rows,
    )?;
    Ok(())
}

/// Writes bookings that a change meets.
pub fn insert_bookings(tx: &mut Tx<'_>, id: CapacityChangeId, of: &[BookingChange]) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<Vec<Param<'_>>> = of
        .iter()
        .map(|b| {
            vec![
                partnership.param(),
                id.param(),
                b.booking.param(),
                b.seq.param(),
                b.person.param(),
                b.campaign.param(),
                b.appointment.param(),
                b.version.param(),
                Param::Text(b.was.word()),
                b.along.param(),
                Param::Text(b.planned.word()),
                b.why.param(),
                b.to.param(),
                b.outcome.map_or(Param::Null, |outcome| Param::Text(outcome.word())),
                b.anew.param(),
                b.tries.param(),
                b.new_booking.param(),
                b.new_version.param(),
            ]
        })
        .collect();
    tx.run_many(
        "INSERT INTO capacity_change_booking (partnership_id, change_id, booking_id, seq, person_id, campaign_id,
           appointment, version, was, along, planned, why, to_slot, outcome, anew, tries, new_booking_id, new_version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        &rows,
    )?;
    Ok(())
}

macro_rules! change_columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, what, choice, settings, reason, lead_name, undoes, state, created_us, committed_us, settled_us,
               told_us FROM capacity_change ",
            $rest
        )
    };
}

macro_rules! booking_change_columns {
    ($rest:literal) => {
        concat!(
            "SELECT booking_id, seq, person_id, campaign_id, appointment, version, was, along, planned, why, to_slot,
               outcome, anew, tries, new_booking_id, new_version FROM capacity_change_booking ",
            $rest
        )
    };
}

/// One change.
pub fn by_id(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Option<Change>, StoreError> {
    tx.maybe(change_columns!("WHERE partnership_id = $1 AND id = $2"), p![tx.partnership(), id])
}

/// One change, locked until the transaction ends: one after the other works on it.
pub fn locked(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Option<Change>, StoreError> {
    // An update that changes nothing locks the row on either engine.
    tx.run("UPDATE capacity_change SET state = state WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id])?;
    by_id(tx, id)
}

/// Changes, the newest first.
pub fn newest(tx: &mut Tx<'_>, limit: u32, skip: u32) -> Result<Vec<Change>, StoreError> {
    tx.all(
        change_columns!(
            "WHERE partnership_id = $1 AND state <> 'abandoned' ORDER BY created_us DESC, id DESC LIMIT $2 OFFSET $3"
        ),
        p![tx.partnership(), limit, skip],
    )
}

/// How many changes [`newest`] has.
pub fn count(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM capacity_change WHERE partnership_id = $1 AND state <> 'abandoned'",
        p![tx.partnership()],
    )?;
    Ok(count.unsigned_abs())
}

/// Changes that are being worked off.
pub fn under_way(tx: &mut Tx<'_>) -> Result<Vec<CapacityChangeId>, StoreError> {
    let rows: Vec<(CapacityChangeId,)> = tx.all(
        "SELECT id FROM capacity_change WHERE partnership_id = $1 AND state = 'under_way' ORDER BY id",
        p![tx.partnership()],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Moves a change to a state; its moments are those it carries.
pub fn set_state(tx: &mut Tx<'_>, c: &Change) -> Result<(), StoreError> {
    tx.run(
        "UPDATE capacity_change SET state = $3, committed_us = $4, settled_us = $5, told_us = $6
         WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), c.id, c.state.word(), c.committed, c.settled, c.told],
    )?;
    Ok(())
}

/// The sessions of a change, by id.
pub fn sessions_of(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Vec<SessionChange>, StoreError> {
    tx.all(
        "SELECT session_id, version, before_settings, after_settings, left_version FROM capacity_change_session
         WHERE partnership_id = $1 AND change_id = $2 ORDER BY session_id",
        p![tx.partnership(), id],
    )
}

/// Notes the version that a change leaves of a session.
pub fn set_left(tx: &mut Tx<'_>, id: CapacityChangeId, session: SessionId, version: i64) -> Result<(), StoreError> {
    tx.run(
        "UPDATE capacity_change_session SET left_version = $4
         WHERE partnership_id = $1 AND change_id = $2 AND session_id = $3",
        p![tx.partnership(), id, session, version],
    )?;
    Ok(())
}

/// The slots of a change, by id: the order in which they are locked.
pub fn slots_of(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Vec<SlotChange>, StoreError> {
    tx.all(
        "SELECT slot_id, session_id, start_minute, is_new, before_places, after_places FROM capacity_change_slot
         WHERE partnership_id = $1 AND change_id = $2 ORDER BY slot_id",
        p![tx.partnership(), id],
    )
}

/// All bookings of a change, in the order of people.
pub fn bookings_of(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Vec<BookingChange>, StoreError> {
    tx.all(
        booking_change_columns!("WHERE partnership_id = $1 AND change_id = $2 ORDER BY seq, appointment, booking_id"),
        p![tx.partnership(), id],
    )
}

/// The next bookings to work off, whole people together; those that must be solved first are left out.
pub fn todo(tx: &mut Tx<'_>, id: CapacityChangeId, limit: u32) -> Result<Vec<BookingChange>, StoreError> {
    tx.all(
        booking_change_columns!(
            "WHERE partnership_id = $1 AND change_id = $2 AND outcome IS NULL AND (planned <> 'move' OR to_slot IS NOT NULL)
             ORDER BY tries, seq, appointment, booking_id LIMIT $3"
        ),
        p![tx.partnership(), id, limit],
    )
}

/// What a change still has to do with one person, in the order of the course.
pub fn open_of(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
    person: PersonId,
    campaign: CampaignId,
) -> Result<Vec<BookingChange>, StoreError> {
    tx.all(
        booking_change_columns!(
            "WHERE partnership_id = $1 AND change_id = $2 AND person_id = $3 AND campaign_id = $4 AND outcome IS NULL
             ORDER BY appointment, booking_id"
        ),
        p![tx.partnership(), id, person, campaign],
    )
}

/// Writes what became of a booking, and everything else of the row that can change.
pub fn set_booking(tx: &mut Tx<'_>, id: CapacityChangeId, b: &BookingChange) -> Result<(), StoreError> {
    tx.run(
        "UPDATE capacity_change_booking SET outcome = $4, why = $5, planned = $6, to_slot = $7, anew = $8, tries = $9,
           new_booking_id = $10, new_version = $11
         WHERE partnership_id = $1 AND change_id = $2 AND booking_id = $3",
        p![
            tx.partnership(),
            id,
            b.booking,
            b.outcome.map(Outcome::word),
            b.why,
            b.planned.word(),
            b.to,
            b.anew,
            b.tries,
            b.new_booking,
            b.new_version
        ],
    )?;
    Ok(())
}

/// Takes away what a change still had to do with one person.
pub fn delete_open(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
    person: PersonId,
    campaign: CampaignId,
) -> Result<(), StoreError> {
    tx.run(
        "DELETE FROM capacity_change_booking
         WHERE partnership_id = $1 AND change_id = $2 AND person_id = $3 AND campaign_id = $4 AND outcome IS NULL",
        p![tx.partnership(), id, person, campaign],
    )?;
    Ok(())
}

/// What a change dealt with, as what its undoing puts back, in reverse order.
pub fn copy_for_undo(tx: &mut Tx<'_>, of: CapacityChangeId, undo: CapacityChangeId) -> Result<u64, StoreError> {
    tx.run(
        "INSERT INTO capacity_change_booking (partnership_id, change_id, booking_id, seq, person_id, campaign_id,
           appointment, version, was, along, planned, why, to_slot, outcome, anew, tries, new_booking_id, new_version)
         SELECT c.partnership_id, CAST($3 AS TEXT), c.booking_id, 1000000000 - c.seq, c.person_id, c.campaign_id,
           c.appointment, b.version, c.was, c.along, 'restore', NULL, b.slot_id, NULL, 0, 0, c.new_booking_id, c.new_version
         FROM capacity_change_booking c
         JOIN booking b ON b.partnership_id = c.partnership_id AND b.id = c.booking_id
         WHERE c.partnership_id = $1 AND c.change_id = $2 AND c.outcome IN ('moved', 'cancelled')",
        p![tx.partnership(), of, undo],
    )
}

/// How many bookings of a plan that is not live yet lie in these sessions.
pub fn pending_in(tx: &mut Tx<'_>, sessions: &[SessionId]) -> Result<u64, StoreError> {
    let mut count = 0;
    tx.each_many(
        "SELECT COUNT(*) FROM slot l
         JOIN booking b ON b.partnership_id = l.partnership_id AND b.slot_id = l.id AND b.live = 1
         JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id AND t.state = 'pending'
         WHERE l.partnership_id = $1 AND l.session_id = $2",
        &tx.keyed(sessions),
        |r| {
            count += r.get::<i64>(0)?.unsigned_abs();
            Ok(())
        },
    )?;
    Ok(count)
}

/// People who hold a place in a slot of the change that takes nothing new: at most `limit`.
pub fn holders(tx: &mut Tx<'_>, id: CapacityChangeId, limit: u32) -> Result<Vec<(PersonId, CampaignId)>, StoreError> {
    tx.all(
        "SELECT DISTINCT h.person_id, h.campaign_id FROM hold h
         JOIN capacity_change_slot c ON c.partnership_id = h.partnership_id AND c.slot_id = h.slot_id AND c.change_id = $2
         JOIN slot l ON l.partnership_id = h.partnership_id AND l.id = h.slot_id AND l.takes_new = 0
         WHERE h.partnership_id = $1 ORDER BY h.person_id, h.campaign_id LIMIT $3",
        p![tx.partnership(), id, limit],
    )
}

/// The change that a booking's row of an undo came from still has these bookings as it left them: how many do not.
pub fn moved_on(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<u64, StoreError> {
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM capacity_change_booking c
         LEFT JOIN booking n ON n.partnership_id = c.partnership_id AND n.id = c.new_booking_id AND n.live = 1
           AND n.version = c.new_version
         LEFT JOIN booking o ON o.partnership_id = c.partnership_id AND o.person_id = c.person_id
           AND o.campaign_id = c.campaign_id AND o.appointment = c.appointment AND o.live = 1
         WHERE c.partnership_id = $1 AND c.change_id = $2
           AND ((c.new_booking_id IS NOT NULL AND n.id IS NULL) OR (c.new_booking_id IS NULL AND o.id IS NOT NULL))",
        p![tx.partnership(), id],
    )?;
    Ok(count.unsigned_abs())
}

/// For each slot that an undo puts people back to: how many of them, and how many others have a place there now.
pub fn wanted_back(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
) -> Result<Vec<(crate::base::ids::SlotId, i64, i64)>, StoreError> {
    tx.all(
        "SELECT c.to_slot, COUNT(*), MAX(l.taken) FROM capacity_change_booking c
         JOIN slot l ON l.partnership_id = c.partnership_id AND l.id = c.to_slot
         WHERE c.partnership_id = $1 AND c.change_id = $2 GROUP BY c.to_slot ORDER BY c.to_slot",
        p![tx.partnership(), id],
    )
}

/// Which bookings stayed by choice: they are nobody's to deal with any more.
pub fn honoured(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Vec<BookingId>, StoreError> {
    let rows: Vec<(BookingId,)> = tx.all(
        "SELECT booking_id FROM capacity_change_booking
         WHERE partnership_id = $1 AND change_id = $2 AND outcome = 'honoured' ORDER BY booking_id",
        p![tx.partnership(), id],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The bookings of a person that a change has a row of.
pub fn bookings_of_person(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
    person: PersonId,
) -> Result<Vec<BookingId>, StoreError> {
    let rows: Vec<(BookingId,)> = tx.all(
        "SELECT booking_id FROM capacity_change_booking WHERE partnership_id = $1 AND change_id = $2 AND person_id = $3",
        p![tx.partnership(), id, person],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
