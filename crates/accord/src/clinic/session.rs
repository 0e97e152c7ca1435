//! Sessions: clinics on a day, laid out from weekly templates, and the templates that sessions add up to.

use super::layout::Terms;
use super::refusal::ClinicRefusal;
use super::store::session as store;
use crate::base::audit;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{OrganisationId, ProductId, SessionId, SiteId, SlotId};
use crate::base::outbox;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use std::collections::BTreeMap;

/// How people come to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// At a time that was booked.
    #[default]
    Booked,
    /// Whenever they like between its beginning and its end.
    DropIn,
    /// Not at all: a team goes to them, to wards or homes.
    Roving,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Booked, Self::DropIn, Self::Roving];

    /// The word in tables and files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::DropIn => "drop_in",
            Self::Roving => "roving",
        }
    }

    /// Reads the word; a dash or a blank for the stroke.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase().replace(['-', ' '], "_");
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What a page says of it; nothing where times are booked.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Booked => "",
            Self::DropIn => "drop-in",
            Self::Roving => "roving",
        }
    }
}

/// A session that comes every week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// On which day of the week.
    pub weekday: Weekday,
    /// Opens, minutes after midnight in London.
    pub from_minute: u16,
    /// Closes; minutes that make no whole slot are not used.
    pub until_minute: u16,
    /// Length of a slot.
    pub slot_minutes: u16,
    /// People seen at one time.
    pub stations: u16,
    /// First day it may fall on.
    pub from_date: Date,
    /// Last day it may fall on.
    pub until_date: Date,
    /// Days on which it does not take place.
    pub except: Vec<Date>,
}

/// Which part of a template makes no sense, and what would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// The column of the session file.
    pub column: &'static str,
    /// As the end of the sentence "wanted ...".
    pub wanted: String,
}

impl Template {
    /// Says whether it makes sense; the first fault in the order of its columns.
    pub fn check(&self) -> Result<(), TemplateFault> {
        let no = |column, wanted: String| Err(TemplateFault { column, wanted });
        if self.until_minute <= self.from_minute {
            return no("until", format!("a time after {}, when it starts", super::csv::clock_time(self.from_minute)));
        }
        if self.slot_minutes == 0 {
            return no("slot_minutes", "at least 1 minute".into());
        }
        let length = self.until_minute - self.from_minute;
        if self.slot_minutes > length {
            return no("slot_minutes", format!("at most the session's {length} minutes"));
        }
        if self.stations == 0 {
            return no("stations", "at least 1".into());
        }
        if self.until_date < self.from_date {
            return no("until_date", format!("{} or later, when it begins", self.from_date));
        }
        if self.from_date.until(self.until_date).map_or(0, |s| s.get_days()) > 3 * 366 {
            return no("until_date", "a date within three years of the first".into());
        }
        let days: Vec<Date> = self.all_days().collect();
        if days.is_empty() {
            return no("until_date", format!("a range with a {:?} in it", self.weekday));
        }
        if let Some(other) = self.except.iter().find(|d| !days.contains(d)) {
            return no("except", format!("days on which the session would be, unlike {other}"));
        }
        Ok(())
    }

    /// The days on which it takes place.
    pub fn days(&self) -> impl Iterator<Item = Date> + '_ {
        self.all_days().filter(|day| !self.except.contains(day))
    }

    fn all_days(&self) -> impl Iterator<Item = Date> + use<> {
        let ahead = self.from_date.weekday().until(self.weekday);
        let first = self.from_date.saturating_add(i64::from(ahead).days());
        let last = self.until_date;
        first.series(7.days()).take_while(move |day| *day <= last)
    }
}

/// A session on its day, before it has an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Planned {
    /// Where.
    pub site: SiteId,
    /// On which day.
    pub date: Date,
    /// Opens, minutes after midnight.
    pub from_minute: u16,
    /// Closes.
    pub until_minute: u16,
    /// Of what.
    pub product: ProductId,
    /// Length of a slot.
    pub slot_minutes: u16,
    /// People at one time.
    pub stations: u16,
}

impl Planned {
    /// Starts of its slots, minutes after midnight.
    pub fn starts(self) -> impl Iterator<Item = u16> {
        let count = (self.until_minute - self.from_minute) / self.slot_minutes;
        (0..count).map(move |n| self.from_minute + n * self.slot_minutes)
    }

    /// True where both are at one site, of one product, at one time. Other products have stations of
    /// their own.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.site == other.site
            && self.product == other.product
            && self.date == other.date
            && self.from_minute < other.until_minute
            && other.from_minute < self.until_minute
    }
}

/// A session as it stands in the store, with how much of it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// When, where and how much.
    pub planned: Planned,
    /// Who gives it.
    pub host: OrganisationId,
    /// False once closed.
    pub open: bool,
    /// Goes up with every change.
    pub version: i64,
    /// Places in all its slots.
    pub places: i64,
    /// Of these used.
    pub taken: i64,
}

/// Closes a session: nothing new is booked in it. Its bookings are for whoever hears the event.
pub fn close(tx: &mut Tx<'_>, id: SessionId) -> Result<(), Stop<ClinicRefusal>> {
    let Some(host) = store::close(tx, id)? else {
        return Err(Stop::Refused(ClinicRefusal::UnknownSession));
    };
    outbox::append(tx, "session_closed", &id.to_string(), "{}")?;
    let done = audit::Done {
        organisation: Some(host),
        verb: "close",
        noun: "session",
        noun_id: id.to_string(),
        detail: "{}".into(),
    };
    audit::record(tx, &done)?;
    Ok(())
}

/// Opens a session of one slot that has no place yet: each is added by [`add_place`] for whoever gets it, so that nobody
/// finds it free. It starts at a minute at which no other session of the product starts, `starts_minute` or up to nine
/// minutes earlier.
pub fn open_for_added_places(tx: &mut Tx<'_>, planned: Planned) -> Result<Option<SlotId>, Stop<ClinicRefusal>> {
    let host = super::site::by_id(tx, planned.site)?.ok_or(Stop::Refused(ClinicRefusal::UnknownSite))?.host;
    let there = store::between(tx, planned.date, planned.date)?;
    let used = |minute: u16| {
        let same = |s: &Planned| s.site == planned.site && s.product == planned.product && s.from_minute == minute;
        there.iter().any(|session| same(&session.planned))
    };
    let minutes = (planned.from_minute.saturating_sub(9)..=planned.from_minute).rev();
    let Some(from_minute) = minutes.into_iter().find(|minute| !used(*minute)) else { return Ok(None) };
    let until_minute = from_minute + planned.slot_minutes;
    store::insert(tx, &[(Planned { from_minute, until_minute, ..planned }, host, Terms::default())])?;
    let slot = store::slot_at(tx, planned.site, planned.product, planned.date, from_minute)?;
    if let Some(slot) = slot {
        store::set_capacity(tx, slot, 0)?;
    }
    Ok(slot)
}

/// Adds a place to a slot of [`open_for_added_places`], for a booking in the same transaction.
pub fn add_place(tx: &mut Tx<'_>, slot: SlotId) -> Result<(), StoreError> {
    store::add_capacity(tx, slot)
}

/// The weekly templates that lay out to exactly these sessions.
pub fn templates(sessions: &[(Planned, Terms)]) -> Vec<(SiteId, ProductId, Template, Terms)> {
    let mut groups: BTreeMap<_, Vec<Date>> = BTreeMap::new();
    for (s, terms) in sessions {
        let weekday = s.date.weekday().to_monday_zero_offset();
        let key =
            (s.site, weekday, s.from_minute, s.until_minute, s.product, s.slot_minutes, s.stations, terms.clone());
        groups.entry(key).or_default().push(s.date);
    }
    let mut found = Vec::with_capacity(groups.len());
    for ((site, _, from_minute, until_minute, product, slot_minutes, stations, terms), mut days) in groups {
        days.sort();
        let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else { continue };
        let mut template = Template {
            weekday: first.weekday(),
            from_minute,
            until_minute,
            slot_minutes,
            stations,
            from_date: first,
            until_date: last,
            except: Vec::new(),
        };
        template.except = template.all_days().filter(|day| days.binary_search(day).is_err()).collect();
        found.push((site, product, template, terms));
    }
    found
}
