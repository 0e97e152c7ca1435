//! Several people in one go, a team of six on one telephone: a time near the first one's is found and held for each, shown,
//! and then all are booked or each who can be. What is held outlasts the call like any hold.

use super::operator::{AtHand, DESK, date_of};
use super::own::Seen;
use crate::access::guard::{AtDesk, PersonSelf};
use crate::access::look::{self as looking, Purpose};
use crate::access::routes::NameOf;
use crate::access::{ops, search_limit};
use crate::base::clock::{at_microsecond, london};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::{Once, Seen as Sending, Sent, once, remember, replay};
use crate::base::ids::PersonId;
use crate::base::page::Problem;
use crate::base::refusal::Refusal;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page, page_with};
use crate::booking::choose::{Chooser, FreeTime};
use crate::booking::find::Asked;
use crate::booking::hold::hold_only_as;
use crate::booking::pages::{Several, SeveralDone, SeveralHeld, SeveralRow, times_of};
use crate::booking::rebook::rebook_as;
use crate::booking::{BookingRefusal, Pick, PlaceCourse, Way, store};
use crate::clinic::site;
use crate::cohort::store::person_found;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;

/// The most people at once.
const MOST: usize = 12;
/// How often a time is looked for again when somebody else was faster.
const TRIES: usize = 3;

/// Who, from when, what for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    who: String,
    day: String,
    month: String,
    year: String,
    purpose: String,
}

/// What a line came to: the person, or why there is none.
type Line = Result<PersonId, &'static str>;

/// `GET /desk/several`.
pub async fn form(State(web): State<Web>, State(names): State<NameOf>, desk: AtDesk) -> Answer {
    let at = AtHand { web, names, desk };
    form_page(&at, StatusCode::OK, Wanted::default(), Vec::new()).await
}

async fn form_page(at: &AtHand, status: StatusCode, typed: Wanted, problems: Vec<Problem>) -> Answer {
    let (frame, ()) = ops::look(&at.web, &at.names, at.desk.0, "/desk/several", |_| Ok(())).await?;
    let purpose = Purpose::parse(&typed.purpose).unwrap_or(Purpose::TheyRang);
    let from = [typed.day, typed.month, typed.year].map(|part| part.chars().take(8).collect());
    let who = typed.who.chars().take(2_000).collect();
    page_with(status, &Several { frame, problems, who, from, purpose, key: at.web.form_key() })
}

impl Wanted {
    /// The lines read, the first day, the purpose; or all that is wrong.
    fn read(&self, today: Date) -> Result<(Vec<Asked>, Date, Purpose), Vec<Problem>> {
        let mut problems = Vec::new();
        let mut wrong = |field, text: &str| problems.push(Problem { field, text: text.to_owned() });
        let lines: Vec<&str> = self.who.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() || lines.len() > MOST {
            wrong("who", "Enter 1 to 12 people, a line each.");
        }
        let blank = [&self.day, &self.month, &self.year].iter().all(|part| part.trim().is_empty());
        let from = if blank { Some(today) } else { date_of(&self.day, &self.month, &self.year) };
        if from.is_none() {
            wrong("day", "Enter a date that exists, with four digits for the year.");
        }
        let purpose = Purpose::parse(&self.purpose);
        if purpose.is_none() {
            wrong("purpose-1", "Say what you look for them for.");
        }
        match (from, purpose) {
            (Some(from), Some(purpose)) if problems.is_empty() => {
                Ok((lines.into_iter().map(|line| Asked::of(line, today)).collect(), from.max(today), purpose))
            }
            _ => Err(problems),
        }
    }
}

/// `POST /desk/several`: finds everybody, and holds a time for each.
pub async fn look_for(
    State(web): State<Web>,
    State(names): State<NameOf>,
    desk: AtDesk,
    keyed: Keyed<Wanted>,
) -> Answer {
    let at = AtHand { web, names, desk };
    let (asked, from, purpose) = match keyed.form.read(at.web.civil_now().date()) {
        Ok(read) => read,
        Err(problems) => return form_page(&at, StatusCode::UNPROCESSABLE_ENTITY, keyed.form, problems).await,
    };
    if let Some(before) = answered(&at, &keyed.sent).await? {
        return Ok(onward(&before));
    }
    let lines = found(&at, asked, purpose).await?;
    let mut near: Option<FreeTime> = None;
    let mut said = Vec::with_capacity(lines.len());
    for line in &lines {
        said.push(match line {
            Ok(person) => match hold_near(&at, *person, from, &mut near).await? {
                None => person.to_string(),
                Some(code) => format!("{person}.{code}"),
            },
            Err(code) => (*code).to_owned(),
        });
    }
    let (to, sent) = (format!("{DESK}/several/check?of={}", said.join("~")), keyed.sent);
    let keep = {
        let to = to.clone();
        move |tx: &mut Tx<'_>| remember(tx, &sent, &to).map_err(Stop::<()>::Store)
    };
    Wrong::unless_refused(at.web.db.write(&at.desk.0.actor(), keep).await)?.map_err(|()| Wrong::KeyReused)?;
    Ok(onward(&to))
}

/// Where the same form led before.
async fn answered(at: &AtHand, sent: &Sent) -> Result<Option<String>, Wrong> {
    let sent = sent.clone();
    match at.web.read(&at.desk.0.actor(), move |tx| replay(tx, &sent)).await? {
        Sending::New => Ok(None),
        Sending::Same(to) => Ok(Some(to)),
        Sending::Other => Err(Wrong::KeyReused),
    }
}

/// Everybody of the lines, opened to this sign-in; each line counts as a search.
async fn found(at: &AtHand, asked: Vec<Asked>, purpose: Purpose) -> Result<Vec<Line>, Wrong> {
    let (actor, n) = (at.desk.0.actor(), u32::try_from(asked.len()).unwrap_or(u32::MAX));
    let lines = at.web.read(&actor, move |tx| {
        if search_limit::wait(tx)?.is_some() {
            return Ok(Vec::new());
        }
        asked.iter().map(|one| line(tx, one)).collect::<Result<Vec<Line>, StoreError>>()
    });
    let lines = lines.await?;
    let mut shown: Vec<PersonId> = lines.iter().filter_map(|line| line.ok()).collect();
    shown.dedup();
    let write = move |tx: &mut Tx<'_>| -> Result<Option<u32>, Stop<()>> {
        if let Some(seconds) = search_limit::take(tx, n)? {
            return Ok(Some(seconds));
        }
        for person in &shown {
            looking::open(tx, *person, purpose)?;
        }
        if shown.is_empty() {
            looking::found(tx, &[], purpose.word(), "desk")?;
        }
        Ok(None)
    };
    match Wrong::unless_refused(at.web.db.write(&actor, write).await)? {
        Ok(None) => Ok(lines),
        Ok(Some(seconds)) => Err(Wrong::TooMany(seconds)),
        Err(()) => Err(Wrong::KeyReused),
    }
}

fn line(tx: &mut Tx<'_>, asked: &Asked) -> Result<Line, StoreError> {
    if asked.problem().is_some() {
        return Ok(Err("unreadable"));
    }
    Ok(match asked.find(tx)?[..] {
        [] => Err("nobody"),
        [ref one] => Ok(one.id),
        _ => Err("several"),
    })
}

/// Finds and holds a time for one person, near the one found before them; a code for why not.
async fn hold_near(
    at: &AtHand,
    person: PersonId,
    from: Date,
    near: &mut Option<FreeTime>,
) -> Result<Option<&'static str>, Wrong> {
    let actor = at.desk.0.actor();
    for _ in 0..TRIES {
        let wished = near.clone();
        let chosen = at.web.read(&actor, move |tx| choose(tx, person, from, wished.as_ref())).await?;
        let (want, time) = match chosen {
            Ok(chosen) => chosen,
            Err(code) => return Ok(Some(code)),
        };
        let held = at.web.db.write(&actor, move |tx| hold_only_as(tx, &want, Way::Assisted).map(drop)).await;
        if Wrong::unless_refused::<_, BookingRefusal>(held)?.is_ok() {
            near.get_or_insert(time);
            return Ok(None);
        }
    }
    Ok(Some("no_time"))
}

/// The free time of what is missing to this person that lies nearest to `near`: the same day and site, then the same site,
/// then the earliest.
pub(crate) fn choose(
    tx: &mut Tx<'_>,
    person: PersonId,
    from: Date,
    near: Option<&FreeTime>,
) -> Result<Result<(PlaceCourse, FreeTime), &'static str>, StoreError> {
    let Some(campaign) = store::own(tx, person)?.and_then(|own| own.campaign) else { return Ok(Err("no_campaign")) };
    let Some(mut chooser) = Chooser::read(tx, person, campaign)? else { return Ok(Err("no_campaign")) };
    chooser.way = Way::Assisted;
    if let Some(refusal) = chooser.stands_in_the_way(tx)? {
        return Ok(Err(refusal.code()));
    }
    let Some(number) = chooser.missing().first().copied() else { return Ok(Err("already_booked")) };
    let times = chooser.times(tx, number, near.map_or(from, |near| near.slot.date.max(from)))?;
    let distance = |time: &FreeTime| {
        near.map(|near| {
            let (day, site) = (time.slot.date != near.slot.date, time.slot.site != near.slot.site);
            (day, site, time.slot.date, time.slot.start_minute.abs_diff(near.slot.start_minute))
        })
    };
    let Some(time) = times.times.iter().min_by_key(|time| (distance(time), time.slot.starts_us)) else {
        return Ok(Err("no_time"));
    };
    let more = time.others.iter().map(|(appointment, slot)| Pick { appointment: *appointment, slot: slot.slot });
    let picks = std::iter::once(Pick { appointment: number, slot: time.slot.slot }).chain(more).collect();
    Ok(Ok((PlaceCourse { person, campaign, picks }, time.clone())))
}

/// People in an address: ids, each perhaps with a code for what stands in the way; never a name.
#[derive(Debug, Deserialize)]
pub struct Of {
    #[serde(default)]
    of: String,
}

/// A part of [`Of`].
type Part = (Option<PersonId>, String);

fn parts(of: &str) -> Vec<Part> {
    let part = |text: &str| match text.split_once('.') {
        Some((id, code)) => (id.parse().ok(), code.to_owned()),
        None => text.parse().map_or_else(|_| (None, text.to_owned()), |id| (Some(id), String::new())),
    };
    of.split('~').filter(|text| !text.is_empty()).take(MOST).map(part).collect()
}

/// `GET /desk/several/check`: what is held for each.
pub async fn check(
    State(web): State<Web>,
    State(names): State<NameOf>,
    AtDesk(who): AtDesk,
    Query(of): Query<Of>,
) -> Answer {
    let all = parts(&of.of);
    let read = move |tx: &mut Tx<'_>| {
        let (mut rows, mut ids, mut until) = (Vec::new(), Vec::new(), None);
        for (nth, part) in all.iter().enumerate() {
            let mut row = named(tx, nth, part)?;
            if let (Some(person), true) = (part.0, row.no.is_empty() && !row.href.is_empty()) {
                let (times, expires) = held(tx, person)?;
                match expires {
                    Some(expires) => {
                        until = Some(until.map_or(expires, |until: jiff::Timestamp| until.min(expires)));
                        ids.push(person.to_string());
                        row.times = times;
                    }
                    None => row.no = why("hold_gone"),
                }
            }
            rows.push(row);
        }
        Ok((rows, ids, until))
    };
    let (frame, (rows, ids, until)) = ops::look(&web, &names, who, "/desk/several", read).await?;
    let until = until.map(|until| until.to_zoned(london()).time());
    page(&SeveralHeld { frame, rows, of: ids.join("~"), until, key: web.form_key() })
}

/// A row with a name, for whom this sign-in has opened; anybody else stays a number.
fn named(tx: &mut Tx<'_>, nth: usize, (person, code): &Part) -> Result<SeveralRow, StoreError> {
    let known = match person {
        Some(person) if looking::is_open(tx, *person)? => person_found(tx, *person)?,
        _ => None,
    };
    let no = if code.is_empty() { String::new() } else { why(code) };
    Ok(match known {
        Some(found) => SeveralRow {
            href: format!("{DESK}/people/{}/appointments", found.id),
            name: found.name,
            times: Vec::new(),
            no,
        },
        None => SeveralRow {
            name: format!("Line {}", nth + 1),
            times: Vec::new(),
            no: if no.is_empty() { why("nobody") } else { no },
            href: String::new(),
        },
    })
}

type Times = Vec<(jiff::civil::DateTime, String)>;

fn held(tx: &mut Tx<'_>, person: PersonId) -> Result<(Times, Option<jiff::Timestamp>), StoreError> {
    let Some(campaign) = store::own(tx, person)?.and_then(|own| own.campaign) else { return Ok((Vec::new(), None)) };
    let now = tx.now();
    let mut times = Vec::new();
    let mut until = None;
    for hold in store::holds_of(tx, person, campaign)?.into_iter().filter(|hold| hold.expires > now) {
        let place = site::by_id(tx, hold.site)?.map(|site| site.facts.name).unwrap_or_default();
        times.push((at_microsecond(hold.starts.as_microsecond()).to_zoned(london()).datetime(), place));
        until = Some(until.map_or(hold.expires, |until: jiff::Timestamp| until.min(hold.expires)));
    }
    Ok((times, until))
}

/// What stands in the way and what to do, by the code in an address.
fn why(code: &str) -> String {
    match code {
        "nobody" => "Nobody fits this line. Ask how the name is spelt, and for the date of birth.",
        "several" => "More than one person fits this line. Add the date of birth.",
        "unreadable" => "This line is no name with a date of birth, and no reference.",
        "already_booked" => "Everything is booked already. Open them to change it.",
        "no_time" => "There is no free time within their travel limit. Open them to look at other days.",
        "no_campaign" => "They are in no campaign. Ask the campaign lead.",
        "hold_gone" => "The time is no longer kept. Look for times again.",
        "slot_full" | "no_stock" | "team_too_thin" | "allocation_used" => {
            "Somebody else was faster. Look for times again."
        }
        "person_unclear" => "Two records may be the same person. Somebody must decide that on the worklist first.",
        "no_date_of_birth" => "Their date of birth is missing. Open them and enter it.",
        "offer_closed" => "They declined, had it elsewhere, or have had it all. Open them to see.",
        "all_or_nobody" => "They could be booked, but not all could, and you asked for all or nobody.",
        _ => "The rules do not allow it. Open them to see why.",
    }
    .to_owned()
}

/// Whose held places to take, and whether all or each.
#[derive(Debug, Clone, Deserialize)]
pub struct Taken {
    #[serde(default)]
    of: String,
    #[serde(default)]
    how: String,
}

/// `POST /desk/several/book`: takes what is held: of all or of nobody, or of each who still can be.
pub async fn book(State(web): State<Web>, AtDesk(who): AtDesk, keyed: Keyed<Taken>) -> Answer {
    let people: Vec<PersonId> = parts(&keyed.form.of).into_iter().filter_map(|(person, _)| person).collect();
    let (sent, all) = (keyed.sent, keyed.form.how == "all");
    if people.is_empty() {
        return Ok(onward("/desk/several"));
    }
    let work = move |tx: &mut Tx<'_>| once(tx, &sent, |tx| take(tx, &people, all));
    match Wrong::unless_refused(web.db.write(&who.actor(), work).await)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        // Nothing was booked: the page after it says of whom it failed. Sent again it is tried again.
        Err(Once::Refused(to)) => Ok(onward(&to)),
    }
}

/// Books what each holds; where the result is told. Refused: all were wanted, and not all could be.
pub(crate) fn take(tx: &mut Tx<'_>, people: &[PersonId], all: bool) -> Result<String, Stop<String>> {
    // Locked in one order, so that two desks with the same team do not wait for each other.
    let mut locked = people.to_vec();
    locked.sort_unstable();
    store::lock_people(tx, &locked)?;
    let mut said = Vec::with_capacity(people.len());
    let mut failed = false;
    for person in people {
        let code = match take_one(tx, *person) {
            Ok(()) => String::new(),
            Err(Stop::Refused(code)) => format!(".{code}"),
            Err(Stop::Store(error)) => return Err(Stop::Store(error)),
        };
        failed |= !code.is_empty();
        said.push((person, code));
        if failed && all {
            break;
        }
    }
    let told = |rows: Vec<String>| format!("{DESK}/several/done?of={}", rows.join("~"));
    if failed && all {
        let code =
            |person: &PersonId| said.iter().find(|(p, code)| *p == person && !code.is_empty()).map(|(_, c)| c.clone());
        let row = |person| format!("{person}{}", code(person).unwrap_or_else(|| ".all_or_nobody".into()));
        return Err(Stop::Refused(told(people.iter().map(row).collect())));
    }
    Ok(told(said.into_iter().map(|(person, code)| format!("{person}{code}")).collect()))
}

fn take_one(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Stop<&'static str>> {
    if !looking::is_open(tx, person)? {
        return Err(Stop::Refused("nobody"));
    }
    let campaign = store::own(tx, person)?.and_then(|own| own.campaign).ok_or(Stop::Refused("no_campaign"))?;
    let now = tx.now();
    let holds = store::holds_of(tx, person, campaign)?;
    let picks: Vec<Pick> = holds
        .iter()
        .filter(|hold| hold.expires > now)
        .map(|hold| Pick { appointment: hold.appointment, slot: hold.slot })
        .collect();
    if picks.is_empty() {
        return Err(Stop::Refused("hold_gone"));
    }
    rebook_as(tx, &PlaceCourse { person, campaign, picks }, &[], Way::Assisted).map(drop).map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(refusal.code()),
        Stop::Store(error) => Stop::Store(error),
    })
}

/// `GET /desk/several/done`: what became of each; it says only what the store says.
pub async fn done(
    State(web): State<Web>,
    State(names): State<NameOf>,
    AtDesk(who): AtDesk,
    Query(of): Query<Of>,
) -> Answer {
    let all = parts(&of.of);
    let read = move |tx: &mut Tx<'_>| {
        let mut rows = Vec::new();
        for (nth, part) in all.iter().enumerate() {
            let mut row = named(tx, nth, part)?;
            if let (Some(person), true) = (part.0, row.no.is_empty()) {
                let seen = Seen::read(tx, PersonSelf { person, who })?;
                row.times = seen.map(|seen| times_of(&seen.visits())).unwrap_or_default();
                if row.times.is_empty() {
                    row.no = why("hold_gone");
                }
            }
            rows.push(row);
        }
        Ok(rows)
    };
    let (frame, rows) = ops::look(&web, &names, who, "/desk/several", read).await?;
    page(&SeveralDone { frame, rows })
}
