//! From paper, as HTTP: lines are noted one by one, each in a transaction of its own; what is refused is taken down in
//! another, so that nothing of it is lost. And the day pack itself.

use super::day::{Desk, Pressed};
use super::walk_in::by_name;
use crate::access::guard::Staff;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::clock::{london, london_instant};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::{Seen, Sent, looked, once, replay};
use crate::base::ids::{BookingId, DayEntryId, SiteId};
use crate::base::page::Link;
use crate::base::web::{Answer, Keyed, Web, Wrong, page_with};
use crate::base::words;
use crate::booking::attendance::{Batch, DayRefusal, Outcome, WhyNot};
use crate::booking::catch_up::{apply, leave_for_decision};
use crate::booking::day_entry::{Decision, Entry, Line, Said, Standing, decide as settle};
use crate::booking::pages::{CatchUpPage, PackWords, PaperRow, PaperWalkIn, Waits};
use crate::booking::walk_in::look;
use crate::booking::{Reference, day_pack, store};
use crate::clinic::site;
use crate::cohort::store::person_found;
use crate::partnership::organisation;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::HashMap;

/// Lines for people without an appointment on one page.
const WALK_INS: usize = 10;

/// What a page shows that is read from the store.
struct Read {
    site: String,
    printed: Option<String>,
    rows: Vec<PaperRow>,
    waiting: Vec<Waits>,
    decided: u64,
}

/// `GET /sites/{site}/{date}/catch-up`.
pub async fn form(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    drawn(&desk, None, Vec::new(), &HashMap::new()).await
}

/// `POST /sites/{site}/{date}/catch-up`: some lines of the paper. A form cut off half-way goes on when it is sent again, since
/// a line noted twice is noted once; one that was done says again what came of it.
pub async fn enter(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<HashMap<String, String>>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    let (typed, sent, who) = (keyed.form, keyed.sent, desk.staff.0.actor());
    let (lines, wrong) = lines(&desk, &typed);
    let first = sent.clone();
    let answer = match desk.web.read(&who, move |tx| replay(tx, &first)).await? {
        Seen::Same(answer) => answer,
        Seen::Other => return Err(Wrong::KeyReused),
        Seen::New => {
            let nothing = lines.is_empty() && !wrong.is_empty();
            let (noted, left) = entered(&desk, lines).await?;
            let answer = format!("{noted} {left}");
            if nothing {
                answer
            } else {
                // A copy that ran beside this one may have been first: then its answer is the answer.
                let keep = move |tx: &mut Tx<'_>| once(tx, &sent, |_| Ok::<_, Stop<()>>(answer.clone()));
                Wrong::unless_refused(desk.web.db.write(&who, keep).await)?.map_err(|_| Wrong::KeyReused)?
            }
        }
    };
    let noted = answer.split_once(' ').and_then(|(noted, left)| Some((noted.parse().ok()?, left.parse().ok()?)));
    let kept = if wrong.is_empty() { HashMap::new() } else { typed };
    drawn(&desk, noted, wrong, &kept).await
}

/// Notes line by line; how many were noted, and how many are left for a decision.
async fn entered(desk: &Desk, lines: Vec<Line>) -> Result<(u64, u64), Wrong> {
    let who = desk.staff.0.actor();
    let (mut noted, mut left) = (0, 0);
    for line in lines {
        let found = line.clone();
        let done = desk.web.db.write(&who, move |tx| {
            let line = known(tx, &found)?;
            apply(tx, &line)
        });
        match Wrong::unless_refused(done.await)? {
            Ok(_) => noted += 1,
            Err(refusal) => {
                let taken = desk.web.db.write(&who, move |tx| {
                    let line = known(tx, &line)?;
                    leave_for_decision(tx, &line, &refusal).map_err(Stop::<()>::Store)
                });
                if Wrong::unless_refused(taken.await)?.is_ok() {
                    left += 1;
                }
            }
        }
    }
    Ok((noted, left))
}

/// The line with the person it names, where exactly one is known: by reference, or by name and date of birth.
fn known(tx: &mut Tx<'_>, line: &Line) -> Result<Line, StoreError> {
    if line.booking.is_some() || line.person.is_some() {
        return Ok(line.clone());
    }
    let person = match Reference::parse(&line.name) {
        Some(reference) => store::seen_by_reference(tx, &reference)?.map(|b| b.person),
        None => match &by_name(tx, &line.name, line.born)?[..] {
            [one] => Some(one.id),
            _ => None,
        },
    };
    let name = match person {
        Some(person) => person_found(tx, person)?.map(|p| p.name),
        None => None,
    };
    let employers = organisation::all(tx)?;
    let same = |o: &&organisation::Organisation| o.is_employer && o.name.eq_ignore_ascii_case(line.employer.trim());
    let employer_id = employers.iter().find(same).map(|o| o.id);
    Ok(Line { person, name: name.unwrap_or_else(|| line.name.clone()), employer_id, ..line.clone() })
}

/// What was typed, as lines; and what can't be read.
fn lines(desk: &Desk, typed: &HashMap<String, String>) -> (Vec<Line>, Vec<String>) {
    let now = desk.web.clock().now();
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    let cell = |name: String| typed.get(&name).map_or("", |text| text.trim());
    let blank = |at: Timestamp, said: Said| Line::of_somebody(desk.site, at, said);
    let mut rows: Vec<(&str, &str)> =
        typed.iter().filter_map(|(name, what)| Some((name.strip_prefix("what-")?, what.as_str()))).collect();
    rows.sort_unstable();
    for (id, what) in rows.into_iter().filter(|(_, what)| !what.is_empty()) {
        let Ok(booking) = id.parse::<BookingId>() else { continue };
        let said = match what {
            "given" => Batch::parse(cell(format!("batch-{id}"))).map(Said::Given),
            "did_not_attend" => Some(Said::DidNotAttend),
            why => WhyNot::parse(why).map(Said::NotGiven),
        };
        match (said, instant(desk.day, cell(format!("at-{id}")), now)) {
            (None, _) => {
                wrong.push("A row says given, and its batch is missing or has signs that no batch has.".into())
            }
            (_, Err(typed)) => wrong.push(format!("{typed} is no time; write it like 9:05 or 14:30.")),
            (Some(said), Ok(at)) => lines.push(Line { booking: Some(booking), ..blank(at, said) }),
        }
    }
    for n in 1..=WALK_INS {
        let name = cell(format!("name-{n}"));
        if name.is_empty() {
            continue;
        }
        let born = cell(format!("born-{n}"));
        let date = day_of(born);
        match (Batch::parse(cell(format!("lot-{n}"))), instant(desk.day, cell(format!("then-{n}")), now)) {
            (None, _) => wrong.push(format!("Line {n} has no batch, or one with signs that no batch has.")),
            (_, Err(typed)) => wrong.push(format!("{typed} is no time; write it like 9:05 or 14:30.")),
            _ if date.is_none() && !born.is_empty() => {
                wrong.push(format!("{born} is no date of birth; write it like 29/2/1980."));
            }
            (Some(batch), Ok(at)) => lines.push(Line {
                name: name.chars().take(120).collect(),
                born: date,
                employer: cell(format!("employer-{n}")).chars().take(120).collect(),
                ..blank(at, Said::Given(batch))
            }),
        }
    }
    (lines, wrong)
}

/// "9:05" or "14.30" of a day; a blank is its noon, since only the day is known, or now, where noon is to come.
fn instant(day: Date, typed: &str, now: Timestamp) -> Result<Timestamp, String> {
    if typed.is_empty() {
        return Ok(london_instant(day, 12 * 60).min(now));
    }
    let parts = typed.replace('.', ":");
    let read = parts.split_once(':').and_then(|(hours, minutes)| {
        let (hours, minutes) = (hours.trim().parse::<u16>().ok()?, minutes.trim().parse::<u16>().ok()?);
        (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
    });
    read.map(|minute| london_instant(day, minute)).ok_or_else(|| typed.to_owned())
}

/// "29/2/1980".
fn day_of(typed: &str) -> Option<Date> {
    let parts: Vec<&str> = typed.split(['/', '.', '-', ' ']).collect();
    let [day, month, year] = parts[..] else { return None };
    super::walk_in::date_of(day, month, year)
}

async fn drawn(desk: &Desk, noted: Option<(u64, u64)>, wrong: Vec<String>, typed: &HashMap<String, String>) -> Answer {
    let (at, day) = (desk.site, desk.day);
    let read = move |tx: &mut Tx<'_>| read(tx, at, day);
    let (mut frame, read) = ops::look(&desk.web, &desk.names, desk.staff.0, &desk.menu(), read).await?;
    let read = read.ok_or(Wrong::NotFound)?;
    frame.crumbs = vec![Link::new(desk.base(), "The day's list")];
    let cell = |name: String| typed.get(&name).cloned().unwrap_or_default();
    let rows = read.rows.into_iter().map(|row| PaperRow {
        what: cell(format!("what-{}", row.booking)),
        batch: cell(format!("batch-{}", row.booking)),
        at: cell(format!("at-{}", row.booking)),
        ..row
    });
    let walk_ins = (1..=WALK_INS).map(|n| PaperWalkIn {
        name: cell(format!("name-{n}")),
        born: cell(format!("born-{n}")),
        employer: cell(format!("employer-{n}")),
        batch: cell(format!("lot-{n}")),
        at: cell(format!("then-{n}")),
    });
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page_with(
        status,
        &CatchUpPage {
            frame,
            site: read.site,
            date: desk.day,
            base: desk.base(),
            printed: read.printed,
            noted,
            wrong,
            rows: rows.collect(),
            walk_ins: walk_ins.collect(),
            waiting: read.waiting,
            decided: read.decided,
            key: desk.web.form_key(),
        },
    )
}

fn read(tx: &mut Tx<'_>, at: SiteId, day: Date) -> Result<Option<Read>, StoreError> {
    let Some(here) = site::by_id(tx, at)? else { return Ok(None) };
    let (printed, bookings) = day_pack::printed(tx, at, day)?;
    let entries = store::entries(tx, at, day)?;
    let (waiting, decided): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| entry.standing == Standing::Waiting);
    let mut rows = Vec::with_capacity(bookings.len());
    for id in bookings {
        rows.extend(row(tx, id, &waiting)?);
    }
    let mut waits = Vec::with_capacity(waiting.len());
    for entry in &waiting {
        waits.push(shown(tx, entry)?);
    }
    Ok(Some(Read { site: here.facts.name, printed, rows, waiting: waits, decided: decided.len() as u64 }))
}

fn row(tx: &mut Tx<'_>, id: BookingId, waiting: &[Entry]) -> Result<Option<PaperRow>, StoreError> {
    let Some(booking) = store::by_id(tx, id)? else { return Ok(None) };
    let name = person_found(tx, booking.person)?.map(|p| p.name).unwrap_or_default();
    let outcome = store::attendance(tx, id)?.and_then(|known| known.outcome);
    let waits = waiting.iter().any(|entry| entry.line.booking == Some(id));
    // What the service marked as missing may be on paper all the same.
    let known = match &outcome {
        _ if waits => Some("waits for a decision".to_owned()),
        Some(outcome) if *outcome != Outcome::DidNotAttend => Some(outcome_words(outcome)),
        _ => None,
    };
    Ok(Some(PaperRow {
        booking: id.to_string(),
        time: booking.starts.to_zoned(london()).time(),
        name,
        reference: booking.reference.to_string(),
        known,
        ..PaperRow::default()
    }))
}

fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Given { batch, .. } => Said::Given(batch.clone()).words(),
        Outcome::NotGiven(why) => Said::NotGiven(*why).words(),
        Outcome::DidNotAttend => Said::DidNotAttend.words(),
    }
}

/// Both sides of an entry.
fn shown(tx: &mut Tx<'_>, entry: &Entry) -> Result<Waits, StoreError> {
    let line = &entry.line;
    let mut name = line.name.clone();
    if let (true, Some(person)) = (name.is_empty(), line.person) {
        name = person_found(tx, person)?.map(|p| p.name).unwrap_or_default();
    }
    let at = line.at.to_zoned(london()).time();
    Ok(Waits {
        id: entry.id.to_string(),
        name,
        born: line.born.map(words::birth).unwrap_or_default(),
        employer: line.employer.clone(),
        said: format!("{}, {}", words::sentence(&line.said.words()), words::time(at)),
        store: standing(tx, entry)?,
        given: matches!(line.said, Said::Given(_)),
        known: line.person.is_some(),
    })
}

fn standing(tx: &mut Tx<'_>, entry: &Entry) -> Result<String, StoreError> {
    let Some(id) = entry.line.booking else {
        let counted = if entry.counted { "the dose is counted" } else { "the dose is counted nowhere" };
        return Ok(match entry.line.person {
            Some(_) => format!("not given here that day; {counted}"),
            None => format!("on no list; {counted}"),
        });
    };
    let outcome = store::attendance(tx, id)?.and_then(|known| known.outcome);
    let state = store::by_id(tx, id)?.map_or("gone", |b| b.state.word());
    Ok(match outcome {
        Some(outcome) => outcome_words(&outcome),
        None => format!("this appointment is {state}"),
    })
}

/// What becomes of an entry.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    entry: String,
    what: String,
}

/// `POST /sites/{site}/{date}/catch-up/decide`.
pub async fn decide(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Chosen>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    let form = keyed.form;
    let id: DayEntryId = form.entry.parse().map_err(|_| Wrong::NotFound)?;
    let (site, to, sent): (_, _, Sent) = (desk.site, format!("{}/catch-up", desk.base()), keyed.sent);
    let what = form.what;
    desk.work(sent, move |tx| {
        let decision = match what.as_str() {
            "not_ours" => Decision::NotOurs,
            "set_aside" => Decision::SetAside,
            _ => who_it_was(tx, site, id)?,
        };
        settle(tx, site, id, decision).map(|_| to.clone())
    })
    .await
}

/// The person of an entry, looked for again, and the campaign in which they may have what they were given.
fn who_it_was(tx: &mut Tx<'_>, site: SiteId, id: DayEntryId) -> Result<Decision, Stop<DayRefusal>> {
    let entry = store::entry(tx, id)?.ok_or(Stop::Refused(DayRefusal::NotFound))?;
    // The person of a booking keeps it as the refusal below would say; a line of its own is looked for by name.
    let line = known(tx, &Line { booking: None, ..entry.line })?;
    let person = line.person.ok_or(Stop::Refused(DayRefusal::NotInCampaign))?;
    let mut refused = DayRefusal::NotInCampaign;
    for offered in look(tx, site, person, line.at)? {
        match offered {
            Ok(offered) => return Ok(Decision::Was(person, offered.campaign)),
            Err(refusal) => refused = refusal,
        }
    }
    Err(Stop::Refused(refused))
}

/// `POST /sites/{site}/{date}/day-pack`: the list of this day as a sealed file, made now. Its key keeps only that it was used:
/// the same form again is another print, of what the list is then, and remembered as such.
pub async fn pack(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Pressed>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    let (site, day, key, who) = (desk.site, desk.day, desk.web.key.clone(), desk.staff.0.actor());
    let made = desk.web.db.write(&who, move |tx| {
        if !looked(tx, &keyed.sent)? {
            return Err(Stop::Refused(Wrong::KeyReused));
        }
        Ok(day_pack::print(tx, &key, site, day)?)
    });
    let made = Wrong::unless_refused(made.await)??.ok_or(Wrong::NotFound)?.sealed();
    let mut answer = made.html.into_response();
    let kept = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", made.name));
    // A site's code becomes letters, digits and dashes, so the value is always a header.
    if let Ok(kept) = kept {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, kept);
    }
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(answer)
}

/// `POST /sites/{site}/{date}/day-pack/words`: the words that open its packs, once. Only their number is kept as the answer:
/// the same form again shows the same words.
pub async fn pack_words(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Pressed>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?;
    let (site, who) = (desk.site, desk.staff.0.actor());
    let shown = desk.web.db.write(&who, move |tx| {
        let here = site::by_id(tx, site)?.ok_or(Stop::Refused(Wrong::NotFound))?;
        let number = once(tx, &keyed.sent, |tx| Ok::<_, Stop<()>>(day_pack::next_words(tx, site)?.to_string()));
        let number = number.map_err(|stop| match stop {
            Stop::Store(error) => Stop::Store(error),
            Stop::Refused(_) => Stop::Refused(Wrong::KeyReused),
        })?;
        Ok((here.facts.name, number))
    });
    let (name, number) = Wrong::unless_refused(shown.await)??;
    let words = day_pack::spoken(&desk.web.key, site, number.parse().map_err(|_| Wrong::Unreadable)?);
    let (frame, ()) = ops::look(&desk.web, &desk.names, desk.staff.0, &desk.menu(), |_| Ok(())).await?;
    page_with(StatusCode::OK, &PackWords { frame, site: name, words, base: desk.base() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn times_and_days_are_read_as_people_write_them() {
        let day = date(2027, 1, 5);
        let (early, late) = (london_instant(day, 540), london_instant(day, 1_200));
        assert_eq!(instant(day, "", early), Ok(early), "no time to come");
        for (typed, minute) in [("", 720), ("9:05", 545), ("14.30", 870), ("0:00", 0)] {
            assert_eq!(instant(day, typed, late), Ok(london_instant(day, minute)), "{typed}");
        }
        for typed in ["9", "24:00", "9:61", "nine"] {
            assert!(instant(day, typed, late).is_err(), "{typed}");
        }
        assert_eq!(day_of("29/2/1980"), Some(date(1980, 2, 29)));
        assert_eq!((day_of("29/2/80"), day_of("30/2/1980"), day_of("x")), (None, None, None));
    }
}
