//! The standby list: who would come at short notice for a dose that is left at the end of the day.
//!
//! A person says so themselves, how far they come and on which half-days; they keep their place in every other list. The
//! draws are in `standby_draw.rs`.

use super::fair::HalfDays;
use super::refusal::BookingRefusal;
use super::waiting_list::{FARTHEST, Wishes, open_campaign, why_not};
use super::{store, waiting_list};
use crate::base::audit::{self, Done};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId, Standby as StandbyKind, StandbyId};
use crate::base::outbox;

/// A place on the standby list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standby {
    /// Its id.
    pub id: StandbyId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Whose.
    pub person: PersonId,
    /// When they can come.
    pub half_days: HalfDays,
    /// How far they come, minutes by car.
    pub minutes_max: u16,
    /// How often they were asked.
    pub asked: i64,
}

/// How far somebody comes who does not say, minutes by car.
pub const NEAR: u16 = 20;

/// Puts a person on the standby list, or changes what they wish. They must lack an appointment of the course.
pub fn join(
    tx: &mut Tx<'_>,
    person: PersonId,
    campaign: CampaignId,
    wishes: &Wishes,
) -> Result<StandbyId, Stop<BookingRefusal>> {
    let rules = open_campaign(tx, campaign)?;
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let (half_days, minutes_max) = (wishes.half_days, wishes.minutes_max.unwrap_or(NEAR).min(FARTHEST));
    if let Some(known) = store::standby_of(tx, person, campaign)? {
        store::set_standby(tx, &Standby { half_days, minutes_max, ..known.clone() })?;
        told(tx, "change_wishes", person, campaign, known.id)?;
        return Ok(known.id);
    }
    let state = crate::campaign::store::offer_state(tx, campaign, person)?;
    let open = state.is_some_and(|state| !state.is_closed());
    if !open || waiting_list::missing(tx, &rules, person)?.is_empty() {
        return Err(Stop::Refused(why_not(tx, person, campaign)?));
    }
    let asked = store::asked_of(tx, person, campaign)?;
    let standby = Standby { id: tx.id::<StandbyKind>(), campaign, person, half_days, minutes_max, asked };
    store::insert_standby(tx, &standby)?;
    told(tx, "join", person, campaign, standby.id)?;
    Ok(standby.id)
}

/// Takes a person off the standby list. What they are asked just now they can still answer.
pub fn leave(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<(), Stop<BookingRefusal>> {
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let standby = store::standby_of(tx, person, campaign)?.ok_or(Stop::Refused(BookingRefusal::NotWaiting))?;
    store::close_standby(tx, standby.id)?;
    told(tx, "leave", person, campaign, standby.id)?;
    Ok(())
}

fn told(tx: &mut Tx<'_>, verb: &str, person: PersonId, campaign: CampaignId, id: StandbyId) -> Result<(), StoreError> {
    let detail = format!(r#"{{"person":"{person}","campaign":"{campaign}"}}"#);
    outbox::append(tx, &format!("standby.{verb}"), &id.to_string(), &detail)?;
    audit::record(tx, &Done { organisation: None, verb, noun: "standby", noun_id: id.to_string(), detail })
}
