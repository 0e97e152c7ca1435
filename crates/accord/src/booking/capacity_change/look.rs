//! What a change looks like: its figures, and what it opens and closes a day.

use super::undo::{Forecast, forecast};
use super::{Change, ChangeState, Outcome, Planned, UNDO_US, What};
use crate::base::clock::at_microsecond;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{CampaignId, CapacityChangeId, PersonId, SessionId};
use crate::booking::State;
use crate::booking::store::{capacity_change as store, change_list};
use crate::clinic::layout::Places;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A change with its figures. People are counted once, however many of their appointments it meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The change.
    pub change: Change,
    /// Sessions of it.
    pub sessions: u64,
    /// Places that can be booked, more or fewer, by day; days without a difference are left out.
    pub days: Vec<(Date, i64)>,
    /// People who get, or got, another time.
    pub move_people: u64,
    /// Of these, whose own confirmed choice it was.
    pub confirmed_people: u64,
    /// People who are released because there is no place: by reason.
    pub cannot: Vec<(String, u64)>,
    /// People who are released by choice.
    pub cancel_people: u64,
    /// People who stay by choice.
    pub honour_people: u64,
    /// People who are put back.
    pub restore_people: u64,
    /// People solved anew after the preview.
    pub anew_people: u64,
    /// People who changed it themselves, or could not be put back.
    pub left_out: Vec<(String, u64)>,
    /// People who are still to be dealt with.
    pub open_people: u64,
    /// For an undo that is not begun: what it would come to.
    pub forecast: Option<Forecast>,
    /// Until when it can be taken back; none: it can't.
    pub undo_until: Option<Timestamp>,
    /// The change that takes it back.
    pub undone_by: Option<CapacityChangeId>,
}

impl Summary {
    /// People who can't be placed.
    pub fn cannot_people(&self) -> u64 {
        self.cannot.iter().map(|(_, n)| n).sum()
    }

    /// Places opened, and places closed, over all days.
    pub fn places(&self) -> (u64, u64) {
        let sum = |sign: i64| self.days.iter().map(|(_, n)| (n * sign).max(0)).sum::<i64>().unsigned_abs();
        (sum(1), sum(-1))
    }
}

/// Reads a change; none: there is no such change.
pub fn summary(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Option<Summary>, StoreError> {
    let Some(change) = store::by_id(tx, id)? else { return Ok(None) };
    let of_session: HashMap<SessionId, Date> =
        change_list::days_of(tx, id)?.into_iter().map(|(session, date, _)| (session, date)).collect();
    let mut days: BTreeMap<Date, i64> = BTreeMap::new();
    for slot in store::slots_of(tx, id)? {
        if let Some(date) = of_session.get(&slot.session) {
            *days.entry(*date).or_default() += bookable(&slot.after) - bookable(&slot.before);
        }
    }
    days.retain(|_, n| *n != 0);
    let forecast = match (change.what, change.state) {
        (What::Undo, ChangeState::Preview) => Some(forecast(tx, id)?),
        _ => None,
    };
    let undone_by = change_list::undone_by(tx, id)?;
    let until = change.settled.map(|at| at_microsecond(at.as_microsecond() + UNDO_US));
    let undo_until = until.filter(|until| {
        change.state == ChangeState::Done && change.what != What::Undo && undone_by.is_none() && *until > tx.now()
    });
    let mut summary = Summary {
        sessions: of_session.len() as u64,
        days: days.into_iter().collect(),
        change,
        move_people: 0,
        confirmed_people: 0,
        cannot: Vec::new(),
        cancel_people: 0,
        honour_people: 0,
        restore_people: 0,
        anew_people: 0,
        left_out: Vec::new(),
        open_people: 0,
        forecast,
        undo_until,
        undone_by,
    };
    count(&mut summary, &store::bookings_of(tx, id)?);
    Ok(Some(summary))
}

/// What whoever plans or chooses could book in an empty slot.
fn bookable(places: &Places) -> i64 {
    if places.takes_new { (places.capacity - places.kept_walk_in - places.kept_assisted).max(0) } else { 0 }
}

type Who = (PersonId, CampaignId);

fn count(summary: &mut Summary, rows: &[super::BookingChange]) {
    let people = |of: &dyn Fn(&super::BookingChange) -> bool| {
        let who: BTreeSet<Who> = rows.iter().filter(|row| of(row)).map(|row| (row.person, row.campaign)).collect();
        who.len() as u64
    };
    let gone = |row: &super::BookingChange| row.outcome == Some(Outcome::LeftOut);
    summary.move_people = people(&|row| row.planned == Planned::Move && !gone(row));
    summary.confirmed_people = people(&|row| row.planned == Planned::Move && row.was == State::Confirmed && !gone(row));
    summary.cancel_people = people(&|row| row.planned == Planned::Cancel && row.why.is_none());
    summary.honour_people = people(&|row| row.planned == Planned::Honour);
    summary.restore_people = people(&|row| row.planned == Planned::Restore && !gone(row));
    summary.anew_people = people(&|row| row.anew);
    summary.open_people = people(&|row| row.outcome.is_none());
    let by_reason = |of: &dyn Fn(&super::BookingChange) -> bool| {
        let mut who: BTreeMap<String, BTreeSet<Who>> = BTreeMap::new();
        for row in rows.iter().filter(|row| of(row)) {
            let why = row.why.clone().unwrap_or_else(|| "changed_meanwhile".to_owned());
            who.entry(why).or_default().insert((row.person, row.campaign));
        }
        let mut counts: Vec<(String, u64)> = who.into_iter().map(|(why, who)| (why, who.len() as u64)).collect();
        counts.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        counts
    };
    summary.cannot = by_reason(&|row| row.planned == Planned::Cancel && row.why.is_some());
    summary.left_out = by_reason(&gone);
}

/// Why somebody has no place, for a lead: the codes of refusals as half sentences.
pub fn reason_words(code: &str) -> &'static str {
    match code {
        "slot_full" => "every clinic within reach is full",
        "no_stock" => "there are no doses left within reach",
        "allocation_used" => "the places agreed for the employer are used up",
        "team_too_thin" => "too many of the team would be away",
        "interval_too_short" | "interval_too_long" => "no time fits the days between the appointments",
        "two_places_at_once" => "every time clashes with another appointment",
        super::solve::NOTHING_NEAR => "no clinic is held within reach in the days of the appointment",
        "campaign_closed" => "the campaign is not open",
        "offer_closed" => "the offer is closed",
        "not_employed" => "there is no current employment",
        "person_unclear" => "two records may be the same person",
        "changed_meanwhile" => "it was changed in the meantime",
        "agreement_changed" => "another agreement would be needed",
        "session_closed" => "the clinic is closed",
        "in_the_past" => "the time has passed",
        "already_booked" => "there is another booking by now",
        _ => "no rule lets them be booked elsewhere",
    }
}
