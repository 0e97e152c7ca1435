//! How things stand before a form is sent, and what is sent.

use super::support::key;
use super::support::pages::Pages;
use super::{Kind, Sent};
use accord::access::api_key::KeyRole;
use accord::access::{Role, person_code};
use accord::base::db::{Stop, Tx};
use accord::base::ids::{DayEntryId, ElsewhereFileId, ElsewhereId, StandbyDrawId};
use accord::booking::attendance::Batch;
use accord::booking::check_in::{By, check_in};
use accord::booking::day_entry::{Line, Said, take_down};
use accord::booking::elsewhere;
use accord::booking::fair::HalfDays;
use accord::booking::place::{place, place_many};
use accord::booking::standby_draw::{Left, open};
use accord::booking::waiting_list::{Wishes, join};
use accord::booking::{Booking, batch, standby, timed_offer};
use accord_formats::StaffNumber;
use axum::http::StatusCode;
use jiff::civil::date;

pub fn form(to: impl Into<String>, cookie: String, body: impl Into<String>) -> Sent {
    let body = body.into();
    Sent { to: to.into(), cookie, other: format!("{body}&and=more"), body, kind: Kind::Form }
}

/// A request of a program, and one that says the same in another way: its body is another all the same.
pub fn json(pages: &Pages, to: impl Into<String>, body: String, other: String) -> Sent {
    by_program(pages, KeyRole::BookingOperator, to, body, other)
}

pub fn lead_json(pages: &Pages, to: impl Into<String>, body: String) -> Sent {
    let other = format!("{body} ");
    by_program(pages, KeyRole::CampaignLead, to, body, other)
}

fn by_program(pages: &Pages, role: KeyRole, to: impl Into<String>, body: String, other: String) -> Sent {
    let cookie = format!("Bearer {}", pages.service.api_key(role));
    Sent { to: to.into(), cookie, body, other, kind: Kind::Json }
}

pub fn lead(pages: &Pages) -> String {
    pages.service.cookie(Role::CampaignLead { organisation: None })
}

pub fn contact(pages: &Pages) -> String {
    pages.service.cookie(Role::EmployerContact { organisation: pages.small.employer })
}

/// The first person has both appointments, unanswered.
pub fn assigned(pages: &Pages) -> Vec<Booking> {
    let (want, campaign) = (pages.want(0, &[2, 23]), pages.small.campaign);
    pages.write(move |tx| {
        let made = batch::open(tx, campaign).map_err(Stop::Store)?;
        place_many(tx, made, std::slice::from_ref(&want))?;
        batch::settle_live(tx, made)
    });
    pages.live(pages.small.people[0])
}

/// The first person is booked today, and checked in where that is wanted.
pub fn today(pages: &Pages, here: bool) -> Booking {
    let (want, site) = (pages.want(0, &[0, 21]), pages.small.site);
    let booked = pages.write(move |tx| place(tx, &want)).remove(0);
    let id = booked.id;
    if here {
        pages.write(move |tx| check_in(tx, site, &By::Booking(id)));
    }
    booked
}

pub fn clinic(pages: &Pages, to: &str, body: String) -> Sent {
    let cookie = pages.service.cookie(Role::ClinicTeam { site: pages.small.site });
    form(format!("/sites/{}/2027-01-04/{to}", pages.small.site), cookie, body)
}

pub fn code(pages: &Pages) -> String {
    let person = pages.small.people[0];
    pages.write(move |tx| person_code::issue(tx, &key(), person).map_err(Stop::<()>::Store))
}

pub fn change(pages: &Pages) -> (String, String) {
    assigned(pages);
    let me = pages.me(0);
    (pages.wish(&pages.get("/b/change/2", &me), 24), me)
}

pub fn desk(pages: &Pages) -> (String, String) {
    let operator = pages.operator();
    (pages.open(&operator, 0), operator)
}

/// The fields of a form with a file.
fn with_file(fields: &[(&str, &str)], name: &str, text: &str) -> String {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    let fields: String = fields.collect();
    format!(
        "{fields}--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--x--\r\n"
    )
}

pub fn staff_list(name: &str) -> String {
    let list = "Staff number,Forename,Surname,Date of birth\r\n7,Zoe,Smith,02/02/1984\r\n";
    with_file(&[("key", "KEY"), ("employer", "EMPL")], name, list)
}

/// Who had it elsewhere: somebody certain, and nobody of ours.
const ELSEWHERE: &str = "date,given_name,family_name,date_of_birth,home_postcode,employer,staff_number,product\n\
    2027-01-02,,,,,EMPL,0,\n2027-01-02,Some,Body,1970-01-01,,,,\n";

pub fn elsewhere_list(name: &str) -> String {
    with_file(&[("key", "KEY")], name, ELSEWHERE)
}

/// That file, looked at.
pub fn in_review(pages: &Pages) -> ElsewhereFileId {
    let seen = pages.write(|tx| elsewhere::preview(tx, "given.csv", ELSEWHERE));
    assert!(seen.counts.certain == 1 && seen.counts.nobody == 1, "{:?}", seen.counts);
    seen.id
}

/// An employer's word that names one of two people, and one of them it must be.
pub fn unclear(pages: &Pages) -> ElsewhereId {
    let employer = pages.small.employer;
    let said = elsewhere::Said {
        staff_number: StaffNumber::parse("0").ok(),
        given: "Person".into(),
        family: "Other".into(),
        ..elsewhere::Said::on(date(2027, 1, 3))
    };
    pages.write(move |tx| elsewhere::report(tx, employer, &said));
    pages.text("SELECT id FROM elsewhere WHERE state = 'open'").parse().expect("an id")
}

/// The third day's session closes; whoever is booked moves.
pub fn closing(pages: &Pages) -> String {
    let session = pages.live(pages.small.people[0])[0].session;
    format!("session={session}&what=close&choice=move&reason=The+ceiling+came+down&lead=A.+Lead")
}

/// Where a preview of that stands.
pub fn previewed(pages: &Pages) -> String {
    let kept = pages.post("/sessions/change", &lead(pages), &closing(pages));
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    kept.header("location").to_owned()
}

/// The same, committed.
pub fn committed(pages: &Pages) -> String {
    let change = previewed(pages);
    let committed = pages.post(&format!("{change}/commit"), &lead(pages), "");
    assert_eq!(committed.status, StatusCode::SEE_OTHER, "{}", committed.body);
    change
}

const WHENEVER: Wishes = Wishes { half_days: HalfDays::ALL, minutes_max: None };

/// Nothing is free, and the first person stands on the waiting list.
pub fn listed(pages: &Pages) {
    pages.sql("UPDATE slot SET capacity = 0");
    let (person, campaign) = (pages.small.people[0], pages.small.campaign);
    pages.write(move |tx| join(tx, person, campaign, &WHENEVER));
}

/// Places for a whole course come free.
pub fn come_free(pages: &Pages) {
    listed(pages);
    pages.sql("UPDATE slot SET capacity = 1 WHERE date IN ('2027-01-10', '2027-01-31')");
}

/// These are kept for the first person.
pub fn offered(pages: &Pages) {
    come_free(pages);
    while pages.write(|tx| timed_offer::work(tx, 1).map_err(Stop::<()>::Store)) > 0 {}
    assert_eq!(pages.number("SELECT COUNT(*) FROM hold"), 2, "a course is kept");
}

/// The first person would come at short notice.
pub fn on_standby(pages: &Pages) {
    let (person, campaign) = (pages.small.people[0], pages.small.campaign);
    pages.write(move |tx| standby::join(tx, person, campaign, &WHENEVER));
}

/// They are asked for a dose that is left today.
pub fn asked(pages: &Pages) -> StandbyDrawId {
    on_standby(pages);
    let (site, product) = (pages.small.site, pages.small.product);
    let left = Left { site, date: date(2027, 1, 4), product, doses: 1, until_minute: 17 * 60 };
    pages.write(move |tx| open(tx, &left)).id
}

/// The clinic is open: an hour after the beginning.
pub fn at_nine(pages: &Pages) {
    pages.service.fresh.db.clock.advance_us(3_600_000_000);
}

/// Somebody on nobody's list, taken down by the clinic.
pub fn unknown(pages: &Pages) -> DayEntryId {
    let small = pages.small.clone();
    pages.write(move |tx: &mut Tx<'_>| {
        let line = Line {
            site: small.site,
            at: tx.now(),
            booking: None,
            person: None,
            name: "Zoe Unknown".into(),
            born: None,
            employer: "The Employer".into(),
            employer_id: Some(small.employer),
            product: None,
            said: Said::Given(Batch::parse("FX 1").expect("a batch")),
        };
        take_down(tx, &line, "not_in_campaign").map_err(Stop::<()>::Store)
    })
}
