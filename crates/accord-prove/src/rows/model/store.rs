//! A command on a real store, and what can be seen there.

use super::command::{Command, Noted, Pick as Wanted};
use super::oracle::Oracle;
use super::view::{Booked, View};
use super::world::World;
use accord::base::db::{Db, FromRow, Row, Stop, StoreError, Tx};
use accord::base::ids::{BatchId, BookingId, PersonId, SlotId};
use accord::base::refusal::Refusal;
use accord::booking::attendance::{Batch, WhyNot};
use accord::booking::cancel::{Reason, cancel, cancel_all, close_offer, reopen};
use accord::booking::check_in::{By, check_in, take_here};
use accord::booking::confirm::confirm;
use accord::booking::did_not_attend::{close_day, sweep as sweep_missing};
use accord::booking::hold::{hold, hold_only, sweep};
use accord::booking::outcome::{Noted as NotedThere, note};
use accord::booking::place::{place, place_each, place_many};
use accord::booking::rebook::rebook;
use accord::booking::{Pick, PlaceCourse, Way, batch};
use accord::evidence::verify;
use accord::p;
use accord::partnership::signing;
use std::collections::HashMap;

/// A store under a sequence.
pub struct Store<'w> {
    pub name: &'static str,
    pub db: Db,
    pub world: &'w World,
    /// The bookings by the model's numbers.
    pub ids: HashMap<usize, BookingId>,
    batch: Option<BatchId>,
}

/// What a store answered: nothing, a refusal's code, or what it may never answer.
pub type Said = Result<(), String>;

impl<'w> Store<'w> {
    pub fn new(name: &'static str, db: Db, world: &'w World) -> Self {
        Self { name, db, world, ids: HashMap::new(), batch: None }
    }

    fn run<T, R>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static) -> Result<T, String>
    where
        T: Send + 'static,
        R: Refusal + Send + 'static,
    {
        self.db.write_now(&self.world.who, f).map_err(|stop| match stop {
            Stop::Refused(refusal) => refusal.code().to_owned(),
            Stop::Store(error) => format!("the store: {error}"),
        })
    }

    fn sql(&self, f: impl Fn(&mut Tx<'_>) -> Result<u64, StoreError> + Send + 'static) -> Said {
        let done = self.db.write_now(&self.world.who, move |tx| f(tx).map_err(Stop::<()>::Store));
        done.map(drop).map_err(|stop| format!("the store: {stop:?}"))
    }

    fn person(&self, at: usize) -> PersonId {
        self.world.people[at]
    }

    fn course(&self, person: usize, picks: &[Wanted]) -> PlaceCourse {
        let picks =
            picks.iter().map(|(appointment, slot)| Pick { appointment: *appointment, slot: self.world.slots[*slot] });
        PlaceCourse { person: self.person(person), campaign: self.world.small.campaign, picks: picks.collect() }
    }

    /// Does a command; `before` says which booking is meant, and which versions were shown.
    pub fn apply(&mut self, before: &Oracle, command: &Command) -> Said {
        let campaign = self.world.small.campaign;
        match command {
            Command::Place { person, picks } => {
                let want = self.course(*person, picks);
                self.run(move |tx| place(tx, &want)).map(drop)
            }
            Command::PlaceHeld { person } => {
                let want = self.course(*person, &before.held_picks(*person));
                self.run(move |tx| place(tx, &want)).map(drop)
            }
            Command::PlaceEach { wants } => {
                let wants: Vec<PlaceCourse> = wants.iter().map(|(person, picks)| self.course(*person, picks)).collect();
                self.sql(move |tx| {
                    let who = tx.who().clone();
                    let asked: Vec<_> = wants.iter().map(|want| (&who, want, Way::Chosen)).collect();
                    Ok(place_each(tx, &asked)?.len() as u64)
                })
            }
            Command::Hold { person, picks, only } => {
                let (want, only) = (self.course(*person, picks), *only);
                self.run(move |tx| if only { hold_only(tx, &want) } else { hold(tx, &want) }).map(drop)
            }
            Command::Confirm { person } => {
                let person = self.person(*person);
                self.run(move |tx| confirm(tx, person, campaign)).map(drop)
            }
            Command::Rebook { person, picks, stale } => {
                let want = self.course(*person, picks);
                let shown = before.as_shown(*person, picks, *stale).into_iter();
                let seen: Vec<(BookingId, u32)> = shown.map(|(seq, version)| (self.ids[&seq], version)).collect();
                self.run(move |tx| rebook(tx, &want, &seen)).map(drop)
            }
            Command::CancelAll { person } => {
                let person = self.person(*person);
                self.run(move |tx| cancel_all(tx, person, campaign)).map(drop)
            }
            Command::Decline { person } => self.close(*person, Reason::Declined),
            Command::HadElsewhere { person } => self.close(*person, Reason::HadElsewhere),
            Command::Reopen { person } => {
                let person = self.person(*person);
                self.run(move |tx| reopen(tx, person, campaign))
            }
            Command::Cancel { .. } | Command::CheckIn { .. } | Command::TakeHere { .. } | Command::Note { .. } => {
                self.to_a_booking(before, command)
            }
            Command::CloseDay { site } => {
                let (site, day) = (self.world.small.sites[*site], self.today(before));
                self.run(move |tx| close_day(tx, site, day)).map(drop)
            }
            Command::Missing => self.sql(|tx| sweep_missing(tx).map(|n| n as u64)),
            Command::SweepHolds { limit } => {
                let limit = *limit;
                self.sql(move |tx| sweep(tx, limit).map(|n| n as u64))
            }
            Command::OpenBatch | Command::PlaceMany { .. } | Command::BatchLive | Command::BatchUndo => {
                self.on_the_batch(command)
            }
            Command::SlotCapacity { .. }
            | Command::Allocation { .. }
            | Command::EndAgreement
            | Command::Clock { .. } => self.on_the_world(command),
        }
    }

    fn today(&self, before: &Oracle) -> jiff::civil::Date {
        first_day().saturating_add(jiff::Span::new().days(before.today()))
    }

    fn close(&self, person: usize, reason: Reason) -> Said {
        let (person, campaign) = (self.person(person), self.world.small.campaign);
        self.run(move |tx| close_offer(tx, person, campaign, reason, "said so")).map(drop)
    }

    fn to_a_booking(&self, before: &Oracle, command: &Command) -> Said {
        let (Command::Cancel { person, nth, .. }
        | Command::CheckIn { person, nth, .. }
        | Command::TakeHere { person, nth, .. }
        | Command::Note { person, nth, .. }) = command
        else {
            return Ok(());
        };
        let Some(seq) = before.nth(*person, *nth) else { return Ok(()) };
        let (id, (version, noted)) = (self.ids[&seq], before.version(seq));
        let site = |at: &usize| self.world.small.sites[*at];
        match command {
            Command::Cancel { stale, .. } => {
                let version = version + u32::from(*stale);
                self.run(move |tx| cancel(tx, id, version, Reason::ByPerson)).map(drop)
            }
            Command::CheckIn { site: at, .. } => {
                let at = site(at);
                self.run(move |tx| check_in(tx, at, &By::Booking(id))).map(drop)
            }
            Command::TakeHere { site: at, stale, .. } => {
                let (at, version) = (site(at), version + u32::from(*stale));
                self.run(move |tx| take_here(tx, at, id, version)).map(drop)
            }
            Command::Note { site: at, what, stale, .. } => {
                let (at, seen) = (site(at), noted + u32::from(*stale));
                let what = match what {
                    Noted::GivenA => NotedThere::Given(Batch::parse("A").ok_or("a batch")?),
                    Noted::GivenB => NotedThere::Given(Batch::parse("B").ok_or("a batch")?),
                    Noted::Unwell => NotedThere::NotGiven(WhyNot::Unwell),
                    Noted::Declined => NotedThere::NotGiven(WhyNot::Declined),
                };
                self.run(move |tx| note(tx, at, id, seen, &what)).map(drop)
            }
            _ => Ok(()),
        }
    }

    fn on_the_batch(&mut self, command: &Command) -> Said {
        let campaign = self.world.small.campaign;
        let batch = self.batch;
        let settled = || "batch_settled".to_owned();
        match command {
            Command::OpenBatch => {
                if batch.is_none() {
                    let opened = self.db.write_now(&self.world.who, move |tx| Ok(batch::open(tx, campaign)?));
                    self.batch = Some(opened.map_err(|stop: Stop<()>| format!("the store: {stop:?}"))?);
                }
                Ok(())
            }
            Command::PlaceMany { wants } => {
                let batch = batch.ok_or_else(settled)?;
                let wants: Vec<PlaceCourse> = wants.iter().map(|(person, picks)| self.course(*person, picks)).collect();
                self.run(move |tx| place_many(tx, batch, &wants)).map(drop)
            }
            Command::BatchLive => {
                let batch = self.batch.take().ok_or_else(settled)?;
                self.run(move |tx| batch::settle_live(tx, batch)).map(drop)
            }
            _ => {
                let batch = self.batch.take().ok_or_else(settled)?;
                self.run(move |tx| batch::undo(tx, batch, 1_000)).map(drop)
            }
        }
    }

    fn on_the_world(&mut self, command: &Command) -> Said {
        match command {
            Command::SlotCapacity { slot, places } => {
                let (slot, places): (SlotId, i64) = (self.world.slots[*slot], *places);
                self.sql(move |tx| {
                    tx.run(
                        "UPDATE slot SET capacity = CASE WHEN taken > $3 THEN taken ELSE $3 END WHERE partnership_id = $1 AND id = $2",
                        p![tx.partnership(), slot, places],
                    )
                })
            }
            Command::Allocation { places } => {
                let places = *places;
                self.sql(move |tx| {
                    tx.run(
                        "UPDATE allocation SET capacity = CASE WHEN taken > $2 THEN taken ELSE $2 END WHERE partnership_id = $1",
                        p![tx.partnership(), places],
                    )
                })
            }
            Command::EndAgreement => {
                let agreement = self.world.small.agreement;
                self.run(move |tx| signing::end(tx, agreement, "a sequence says so")).map(drop)
            }
            Command::Clock { minutes } => {
                self.db.clock.advance_us(minutes * 60_000_000);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Everything that can be seen, and the bookings there are.
    pub fn view(&self) -> Result<(View, Vec<(BookingId, Booked)>), StoreError> {
        let numbers = Numbers {
            people: self.world.people.iter().enumerate().map(|(at, id)| (id.to_string(), at)).collect(),
            slots: self.world.slots.iter().enumerate().map(|(at, id)| (id.to_string(), at)).collect(),
        };
        self.db.read_now(&self.world.who, move |tx| seen(tx, &numbers))
    }

    /// What verify and lost find.
    pub fn faults(&self) -> Result<Option<String>, StoreError> {
        accord::app::seal_now(&self.db, &self.world.who)?;
        let found = self.db.read_now(&self.world.who, verify::verify)?;
        let broken = found.into_iter().find(|finding| finding.violations.unwrap_or(0) > 0);
        let lost = self.db.read_now(&self.world.who, verify::lost)?;
        let lost = (!lost.is_empty()).then(|| format!("lost: {lost:?}"));
        Ok(broken.map(|finding| format!("{}: {:?}", finding.name, finding.why)).or(lost))
    }
}

struct Numbers {
    people: HashMap<String, usize>,
    slots: HashMap<String, usize>,
}

impl Numbers {
    fn person(&self, id: &str) -> usize {
        self.people.get(id).copied().unwrap_or(usize::MAX)
    }
    fn slot(&self, id: &str) -> usize {
        self.slots.get(id).copied().unwrap_or(usize::MAX)
    }
}

fn first_day() -> jiff::civil::Date {
    jiff::civil::date(2027, 1, 4)
}

fn day_of(date: jiff::civil::Date) -> i64 {
    first_day().until(date).map_or(i64::MIN, |span| i64::from(span.get_days()))
}

/// A booking's row: ids and numbers as they are stored.
struct Stored(BookingId, String, u16, String, [Option<String>; 5], [Option<i64>; 3]);

impl FromRow for Stored {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let texts = [r.get(4)?, r.get(5)?, r.get(6)?, r.get(7)?, r.get(8)?];
        Ok(Self(r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, texts, [r.get(9)?, r.get(10)?, r.get(11)?]))
    }
}

fn seen(tx: &mut Tx<'_>, numbers: &Numbers) -> Result<(View, Vec<(BookingId, Booked)>), StoreError> {
    let mut view = View::default();
    let offers: Vec<(String, String, Option<String>, Option<jiff::civil::Date>)> =
        tx.all("SELECT person_id, state, reason, next_on FROM offer WHERE partnership_id = $1", p![tx.partnership()])?;
    for (person, state, reason, next) in offers {
        view.offers.insert(numbers.person(&person), (state, reason, next.map(day_of)));
    }
    let booked = bookings(tx, numbers)?;
    view.booked = booked.iter().map(|(_, booked)| booked.clone()).collect();
    view.booked.sort();
    let held: Vec<(String, u16, String, i64, i64, i64)> = tx.all(
        "SELECT person_id, appointment, slot_id, expires_us, team_covered, allocation_covered FROM hold WHERE partnership_id = $1",
        p![tx.partnership()],
    )?;
    let midnight = accord::testing::BEGIN_US - super::world::BEGIN;
    let held = held.into_iter().map(|(person, appointment, slot, until, team, allocation)| {
        (numbers.person(&person), appointment, numbers.slot(&slot), until - midnight, team == 1, allocation == 1)
    });
    view.held = held.collect();
    view.held.sort_unstable();
    counters(tx, numbers, &mut view)?;
    Ok((view, booked))
}

fn bookings(tx: &mut Tx<'_>, numbers: &Numbers) -> Result<Vec<(BookingId, Booked)>, StoreError> {
    let rows: Vec<Stored> = tx.all(
        "SELECT b.id, b.person_id, b.appointment, b.slot_id, b.state, b.reason, a.outcome, a.batch, a.reason, b.version,
           a.version, CASE WHEN a.checked_in_us IS NULL THEN 0 ELSE 1 END + CASE WHEN t.state <> 'live' THEN 2 ELSE 0 END
         FROM booking b
         LEFT JOIN attendance a ON a.partnership_id = b.partnership_id AND a.booking_id = b.id
         LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
         WHERE b.partnership_id = $1 ORDER BY b.id",
        p![tx.partnership()],
    )?;
    let read = |Stored(id, person, appointment, slot, [state, reason, outcome, batch, why], [version, noted, bits])| {
        let said = batch.or(why).map(|more| format!(" {more}")).unwrap_or_default();
        let flags = bits.unwrap_or(0);
        let booked = Booked {
            person: numbers.person(&person),
            appointment,
            slot: numbers.slot(&slot),
            state: state.unwrap_or_default(),
            version: version.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            reason,
            pending: flags & 2 == 2,
            came: flags & 1 == 1,
            outcome: outcome.map(|outcome| format!("{outcome}{said}")),
            noted: noted.and_then(|n| u32::try_from(n).ok()),
        };
        (id, booked)
    };
    Ok(rows.into_iter().map(read).collect())
}

fn counters(tx: &mut Tx<'_>, numbers: &Numbers, view: &mut View) -> Result<(), StoreError> {
    let places: Vec<(String, i64)> =
        tx.all("SELECT id, taken FROM slot WHERE partnership_id = $1 AND taken <> 0", p![tx.partnership()])?;
    view.places = places.into_iter().map(|(slot, taken)| (numbers.slot(&slot), taken)).collect();
    let team: Vec<(jiff::civil::Date, i64)> =
        tx.all("SELECT date, taken FROM team_day WHERE partnership_id = $1 AND taken <> 0", p![tx.partnership()])?;
    view.team = team.into_iter().map(|(date, taken)| (day_of(date), taken)).collect();
    let sum = |tx: &mut Tx<'_>, sql: &'static str| tx.one::<(i64,)>(sql, p![tx.partnership()]).map(|(n,)| n);
    view.allocation =
        sum(tx, "SELECT CAST(COALESCE(SUM(taken), 0) AS BIGINT) FROM allocation WHERE partnership_id = $1")?;
    view.stock = sum(tx, "SELECT CAST(COALESCE(SUM(taken), 0) AS BIGINT) FROM stock WHERE partnership_id = $1")?;
    view.ledger = sum(tx, "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM ledger WHERE partnership_id = $1")?;
    Ok(())
}
