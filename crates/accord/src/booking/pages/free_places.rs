//! What comes free: on the person's page, what they ask for, and the lead's list.

use super::Visit;
use crate::base::page::{OpsFrame, PersonFrame, Problem};
use crate::base::words;
use crate::booking::fair::HalfDays;
use askama::Template;

/// What a person's own page says of places that come free.
#[derive(Debug, Clone, Default)]
pub struct Late {
    /// What is kept for them.
    pub offer: Option<OfferShown>,
    /// The dose they are asked for.
    pub ask: Option<AskShown>,
    /// The words of the link to what they can ask for.
    pub list: Option<&'static str>,
}

/// A timed offer.
#[derive(Debug, Clone)]
pub struct OfferShown {
    /// What is offered, in order.
    pub visits: Vec<Visit>,
    /// "6pm today".
    pub until: String,
}

impl OfferShown {
    pub(super) fn heading(&self) -> &'static str {
        if self.visits.len() == 1 { "A place has come free for you" } else { "Places have come free for you" }
    }

    pub(super) fn take_words(&self) -> &'static str {
        if self.visits.len() == 1 { "Take this appointment" } else { "Take these appointments" }
    }
}

/// A dose that is left.
#[derive(Debug, Clone)]
pub struct AskShown {
    /// The draw.
    pub draw: String,
    /// Where.
    pub place: String,
    /// Its postcode.
    pub postcode: String,
    /// "about 9 minutes by car", or empty.
    pub way: String,
    /// "5:20pm".
    pub by: String,
}

/// A half-day that can be ticked.
#[derive(Debug, Clone)]
pub struct HalfDayBox {
    /// Its code.
    pub code: String,
    /// "Monday morning".
    pub words: String,
    /// Whether it is ticked.
    pub on: bool,
}

/// All half-days, those of `on` ticked.
pub fn half_day_boxes(on: Option<HalfDays>) -> Vec<HalfDayBox> {
    let ticked = on.map(HalfDays::words).unwrap_or_default();
    let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let all = HalfDays::ALL.words().into_iter().enumerate();
    all.map(|(at, code)| HalfDayBox {
        words: format!("{} {}", names[at / 2], ["morning", "afternoon"][at % 2]),
        on: ticked.contains(&code),
        code,
    })
    .collect()
}

/// What a person wishes of places that come free.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/free_places.html")]
pub struct FreePlaces {
    /// Frame.
    pub frame: PersonFrame,
    /// Whether they are on the waiting list.
    pub on_list: bool,
    /// Whether they are on the standby list.
    pub standby: bool,
    /// When they can come.
    pub boxes: Vec<HalfDayBox>,
    /// How far they go, minutes.
    pub far: u16,
    /// And at short notice.
    pub near: u16,
    /// Field "half-mon_am".
    pub problems: Vec<Problem>,
    /// Idempotency key; the leaving form adds a letter.
    pub key: String,
}

impl FreePlaces {
    /// Ways to choose from, the present ones among them.
    fn ways(&self) -> Vec<(u16, String)> {
        let mut minutes = vec![10, 20, 30, 45, 60, 90, 120, self.far, self.near];
        minutes.sort_unstable();
        minutes.dedup();
        minutes.into_iter().map(|m| (m, format!("up to {} by car", words::duration(m.into())))).collect()
    }
}

/// The waiting list with its offers, for the campaign lead.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/waiting_list.html")]
pub struct WaitingList {
    /// Frame.
    pub frame: OpsFrame,
    /// How many are in line.
    pub total: u64,
    /// The first of them, in the list's order.
    pub lines: Vec<LineRow>,
    /// Offers, the newest first.
    pub offers: Vec<OfferRow>,
    /// People without a place who are not on the list.
    pub to_add: u64,
    /// Idempotency key.
    pub key: String,
}

/// Somebody in line.
#[derive(Debug, Clone)]
pub struct LineRow {
    /// From 1.
    pub place: u64,
    /// Name.
    pub person: String,
    /// Priority group.
    pub priority: i64,
    /// "4 January, 8:02am".
    pub since: String,
    /// The lot.
    pub lot: String,
    /// "has an offer", or why the last free place was not for them.
    pub now: String,
}

/// An offer that was made.
#[derive(Debug, Clone)]
pub struct OfferRow {
    /// When.
    pub made: String,
    /// To whom.
    pub person: String,
    /// Day and site of each appointment.
    pub what: String,
    /// Until when it is, or was, kept.
    pub until: String,
    /// What became of it.
    pub answer: &'static str,
    /// The tag's tone.
    pub tone: &'static str,
    /// Who was passed over, and why.
    pub passed: Vec<(String, String)>,
}

impl WaitingList {
    fn finding(&self) -> String {
        let open = self.offers.iter().filter(|o| o.answer == "waits for an answer").count() as u64;
        let (people, wait) = (words::people(self.total), words::verb(self.total, "waits", "wait"));
        format!("{people} {wait} for a place. {} open now.", words::count(open, "offer is", "offers are"))
    }
}
