//! The unanswered appointment. The planner's assignment is the invitation; silence after it means what the campaign says:
//!
//! - *keep*: the places stay theirs, and they are seen when they come;
//! - *release*: two days before, after one reminder, the places go to somebody else, and the person is rung.
//!
//! Everybody who has said nothing is reminded once, on a second channel, five days before. A course is answered when any of
//! it is confirmed, or when they came to any of it. Who comes all the same, without a place, is seen as a walk-in: nobody is
//! turned away for not having clicked.
//!
//! | hours before the next appointment | what |
//! |---|---|
//! | 120 | reminder, once a course |
//! | 48, and 24 after the reminder | the course is given back, if the campaign says so |

use super::write::{event, record, release};
use super::{Booking, State, store};
use crate::base::clock::at_microsecond;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId};
use crate::campaign;
use jiff::Timestamp;

/// Hours before the next appointment at which whoever is silent is reminded.
pub const REMINDED_BEFORE_HOURS: i64 = 120;
/// Hours before the next appointment at which a silent person's places go to somebody else.
pub const RELEASED_BEFORE_HOURS: i64 = 48;
/// Hours that a reminder leaves for an answer, at least.
pub const ANSWER_HOURS: i64 = 24;

/// Why a booking is given back that nobody answered.
pub const UNANSWERED: &str = "unanswered";

/// Reminds up to `limit` people who said nothing; how many.
pub fn remind(tx: &mut Tx<'_>, limit: u32) -> Result<usize, StoreError> {
    let silent = store::silent(tx, later(tx, REMINDED_BEFORE_HOURS), None, limit)?;
    for (person, campaign) in &silent {
        let Some(course) = still_silent(tx, *person, *campaign)? else { continue };
        for booking in &course {
            store::set_reminded(tx, booking.id)?;
        }
        let next = &course[0];
        record(tx, "remind", next)?;
        event(tx, "booking.reminder_due", next)?;
    }
    Ok(silent.len())
}

/// Gives back the courses of up to `limit` people who said nothing, where the campaign says so; how many people.
pub fn give_back(tx: &mut Tx<'_>, limit: u32) -> Result<usize, StoreError> {
    let reminded = later(tx, -ANSWER_HOURS);
    let silent = store::silent(tx, later(tx, RELEASED_BEFORE_HOURS), Some(reminded), limit)?;
    for (person, campaign) in &silent {
        let Some(course) = still_silent(tx, *person, *campaign)? else { continue };
        for booking in &course {
            release(tx, booking, State::Cancelled, UNANSWERED)?;
        }
        campaign::offer::wait(tx, *campaign, *person, Some(UNANSWERED))?;
    }
    Ok(silent.len())
}

fn later(tx: &Tx<'_>, hours: i64) -> Timestamp {
    at_microsecond(tx.now().as_microsecond().saturating_add(hours * 3_600_000_000))
}

/// The course under the person's lock, by start; none: they answered, came, or look at other times just now.
fn still_silent(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Option<Vec<Booking>>, StoreError> {
    store::lock_person(tx, person)?;
    let mut course = store::seen_of(tx, person, campaign)?;
    let answered = course.iter().any(|booking| booking.state != State::Assigned);
    let came = !store::attendance_of(tx, person, campaign)?.is_empty();
    let now = tx.now();
    let choosing = store::holds_of(tx, person, campaign)?.iter().any(|hold| hold.expires > now);
    if answered || came || choosing || course.is_empty() {
        return Ok(None);
    }
    course.sort_by_key(|booking| booking.starts);
    Ok(Some(course))
}
