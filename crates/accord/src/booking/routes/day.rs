//! The clinic's desk on the day, as HTTP: checking in, what came of it, who is missing. Every form says what it changes; no
//! address holds a name or a reference.

use crate::access::Role;
use crate::access::guard::Staff;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::clock::london;
use crate::base::db::{Stop, Tx};
use crate::base::idempotency::{Once, Sent, once};
use crate::base::ids::{BookingId, SiteId};
use crate::base::page::Link;
use crate::base::refusal::Refusal;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page_with};
use crate::booking::attendance::{Batch, DayRefusal, WhyNot};
use crate::booking::check_in::{Arrived, By, check_in as let_in, take_here};
use crate::booking::did_not_attend::close_day;
use crate::booking::outcome::{Noted, note};
use crate::booking::pages::{DeskRefused, Take};
use crate::booking::{Booking, Reference};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;

/// The desk of a form: who sits there, of which site and day, and what the handler has at hand.
pub(super) struct Desk {
    pub web: Web,
    pub names: NameOf,
    pub staff: Staff,
    pub site: SiteId,
    pub day: Date,
}

impl Desk {
    pub fn new(web: Web, names: NameOf, staff: Staff, (site, date): (String, String)) -> Result<Self, Wrong> {
        let site = site.parse().map_err(|_| Wrong::NotFound)?;
        let day = date.parse().map_err(|_| Wrong::NotFound)?;
        Ok(Self { web, names, staff, site, day })
    }

    /// The same desk on this very day, whatever day the address names: people walk in today.
    pub fn today(self) -> Self {
        Self { day: self.web.civil_now().date(), ..self }
    }

    pub fn base(&self) -> String {
        format!("/sites/{}/{}", self.site, self.day)
    }

    /// The entry of the menu that the desk belongs to.
    pub fn menu(&self) -> String {
        match self.staff.0.role {
            Role::CampaignLead { .. } => "/sites".to_owned(),
            _ => format!("/sites/{}", self.site),
        }
    }

    /// Does a form's work once, and goes on to the list or to the page of what stood in the way.
    pub async fn work(
        self,
        sent: Sent,
        work: impl Fn(&mut Tx<'_>) -> Result<String, Stop<DayRefusal>> + Send + 'static,
    ) -> Answer {
        let done = self.web.db.write(&self.staff.0.actor(), move |tx| once(tx, &sent, &work)).await;
        match Wrong::unless_refused(done)? {
            Ok(to) => Ok(onward(&to)),
            Err(Once::KeyReused) => Err(Wrong::KeyReused),
            Err(Once::Refused(refusal)) => self.refused(StatusCode::CONFLICT, &refusal).await,
        }
    }

    async fn refused(&self, status: StatusCode, refusal: &DayRefusal) -> Answer {
        let take = match refusal {
            DayRefusal::WrongSite(at) | DayRefusal::WrongDay(at) => at.free.map(|free| Take {
                booking: at.booking.to_string(),
                version: at.version,
                at: free.to_zoned(london()).time(),
            }),
            _ => None,
        };
        self.said(status, refusal.sentence(), refusal.next_step(), take).await
    }

    pub async fn said(&self, status: StatusCode, what: String, next: String, take: Option<Take>) -> Answer {
        let (mut frame, ()) = ops::look(&self.web, &self.names, self.staff.0, &self.menu(), |_| Ok(())).await?;
        frame.crumbs = vec![Link::new(self.base(), "The day's list")];
        page_with(status, &DeskRefused { frame, what, next, take, base: self.base(), key: self.web.form_key() })
    }
}

/// The list of a booking's own day, at its row.
fn row(booking: &Booking) -> String {
    format!("/sites/{}/{}#b-{}", booking.site, booking.date, booking.id)
}

/// Whom to check in: a row of the list, a reference, or a name with a date of birth.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Came {
    booking: String,
    reference: String,
    name: String,
    day: String,
    month: String,
    year: String,
}

impl Came {
    /// What was given, or what is wrong with it.
    fn by(&self) -> Result<By, &'static str> {
        if let Ok(id) = self.booking.parse() {
            return Ok(By::Booking(id));
        }
        if !self.reference.trim().is_empty() {
            let read = Reference::parse(&self.reference).map(By::Reference);
            return read.ok_or("That is no reference: it has nine letters and digits, and one of these is wrong.");
        }
        let part = |text: &str| text.trim().parse::<i8>().ok();
        let year = self.year.trim().parse::<i16>().ok().filter(|year| (1850..=2200).contains(year));
        let born = year.zip(part(&self.month)).zip(part(&self.day));
        let born = born.and_then(|((year, month), day)| Date::new(year, month, day).ok());
        match born {
            Some(born) if !self.name.trim().is_empty() => Ok(By::Name { name: self.name.clone(), born }),
            _ => Err("Enter a reference, or a name and a date of birth with four digits for the year."),
        }
    }
}

/// `POST /sites/{site}/{date}/check-in`.
pub async fn check_in(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Came>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    let site = desk.site;
    match keyed.form.by() {
        Ok(by) => desk.work(keyed.sent, move |tx| let_in(tx, site, &by).map(|came| row(&came.booking))).await,
        Err(what) => {
            let next = "Read it again, or find them on the list by their time.".to_owned();
            desk.said(StatusCode::UNPROCESSABLE_ENTITY, what.to_owned(), next, None).await
        }
    }
}

/// Whom to take here instead.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    #[serde(default)]
    booking: String,
    #[serde(default)]
    version: u32,
}

/// `POST /sites/{site}/{date}/take`.
pub async fn take(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Exchange>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    let id: BookingId = keyed.form.booking.parse().map_err(|_| Wrong::NotFound)?;
    let (site, version) = (desk.site, keyed.form.version);
    let taken = move |tx: &mut Tx<'_>| -> Result<String, Stop<DayRefusal>> {
        let Arrived { booking, .. } = take_here(tx, site, id, version)?;
        Ok(row(&booking))
    };
    desk.work(keyed.sent, taken).await
}

/// What came of a booking.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    booking: String,
    seen: u32,
    batch: String,
    what: String,
}

/// `POST /sites/{site}/{date}/outcome`.
pub async fn outcome(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Entry>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    let form = keyed.form;
    let id: BookingId = form.booking.parse().map_err(|_| Wrong::NotFound)?;
    let noted = match form.what.as_str() {
        "given" => Batch::parse(&form.batch).map(Noted::Given),
        why => Some(Noted::NotGiven(WhyNot::parse(why).ok_or(Wrong::Unreadable)?)),
    };
    let Some(noted) = noted else {
        let what = "The batch is missing, or has signs that no batch has.".to_owned();
        let next = "Enter it as it is on the box: letters, digits, dots and dashes.".to_owned();
        return desk.said(StatusCode::UNPROCESSABLE_ENTITY, what, next, None).await;
    };
    let (site, seen, to) = (desk.site, form.seen, format!("{}#b-{id}", desk.base()));
    desk.work(keyed.sent, move |tx| note(tx, site, id, seen, &noted).map(|_| to.clone())).await
}

/// A form of nothing but its button.
#[derive(Debug, Clone, Deserialize)]
pub struct Pressed {}

/// `POST /sites/{site}/{date}/close`: marks who is missing.
pub async fn close(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Pressed>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    let (site, day, to) = (desk.site, desk.day, desk.base());
    desk.work(keyed.sent, move |tx| close_day(tx, site, day).map(|_| to.clone())).await
}
