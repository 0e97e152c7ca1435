//! A play: real use cases, one after another or some at once, on a store whose every write is written down.

use crate::how::Failed;
use accord::base::clock::{Chance, Clock, at_microsecond};
use accord::base::db::{Db, Place, Stop, StoreError, Tx, migrate};
use accord::base::fingerprint;
use accord::base::idempotency::{Sent, remember};
use accord::base::ids::{PersonId, SlotId};
use accord::booking::{self, Pick, PlaceCourse, cancel, confirm, hold, place, rebook};
use accord::cohort::import::{self, Confirm, Preview, Previewed};
use accord::plan::proposal::propose;
use accord::plan::publish::{Next, publish};
use accord::testing::{self, BEGIN_US, Layout, Small};
use accord_forgetful::{Journal, checkpoint, watch};
use accord_planner::Budget;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A store that every play begins with.
#[derive(Debug)]
pub struct Template {
    file: PathBuf,
    small: Small,
    people: Vec<PersonId>,
}

/// What was played.
#[derive(Debug)]
pub struct Played {
    /// What reached the disk, and when what was acknowledged: mark `2n` begins step `n`, `2n + 1` acknowledges it.
    pub journal: Journal,
    /// Where in the journal the acknowledgements are.
    pub acknowledged: Vec<usize>,
    /// The steps.
    pub steps: Vec<Step>,
    /// The store's fingerprint before the first step.
    pub before: String,
}

/// One step.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Keys of the requests that were acknowledged with it.
    pub keys: Vec<String>,
    /// Keys of the requests that may have been carried out since it began.
    pub tried: Vec<String>,
    /// The store's fingerprint after it.
    pub after: String,
    /// It is one transaction: the store is as before it or as after it, and nothing else.
    pub whole: bool,
}

/// Wednesday after the day on which tests begin.
const FIRST_DAY: jiff::civil::Date = jiff::civil::date(2027, 1, 7);

/// The time at which step `n` happens.
pub fn at(step: usize) -> Clock {
    Clock::standing_at(at_microsecond(BEGIN_US + step as i64 * 1_000_000))
}

pub fn template(folder: &Path) -> Result<Template, Failed> {
    std::fs::create_dir_all(folder)?;
    let at = Place::Folder(folder.to_owned());
    let db = Db::open(&at, self::at(0), Chance::seeded(3))?;
    migrate::migrate(&db, &at)?;
    let layout = Layout { first_day: FIRST_DAY, slots_a_day: 3, capacity: 8, allocation: None, ..Layout::SMALL };
    let made = db.write_now(&testing::actor(), move |tx| {
        let small = Small::lay_out(tx, &layout)?;
        let people = small.crowd(tx, 60, 10)?;
        Ok::<_, Stop<()>>((small, people))
    });
    let (small, people) = made.map_err(|stop| format!("no template: {stop:?}"))?;
    drop(db);
    // All of it in the one file: of connections that close side by side none need be the last, which would see to it.
    let file = folder.join("accord.db");
    checkpoint(&file, true)?;
    Ok(Template { file, small, people })
}

struct Stage<'t> {
    db: Option<Db>,
    place: Place,
    file: PathBuf,
    template: &'t Template,
    chance: Pcg64Mcg,
    seed: u64,
    rows: u32,
}

/// Plays some thirty steps.
pub fn play(template: &Template, folder: &Path, seed: u64) -> Result<Played, Failed> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let file = folder.join("accord.db");
    std::fs::copy(&template.file, &file)?;
    let watch = watch(folder)?;
    let place = Place::Folder(folder.to_owned());
    let chance = Pcg64Mcg::seed_from_u64(seed);
    let mut stage = Stage { db: None, place, file, template, chance, seed, rows: 0 };
    let before = stage.print(0)?;
    let mut steps = Vec::new();
    for n in 0..stage.chance.random_range(15..35) {
        watch.mark(2 * n as u64);
        let mut step = stage.step(n)?;
        watch.mark(2 * n as u64 + 1);
        step.after = stage.print(n)?;
        steps.push(step);
    }
    drop(stage.db.take());
    let journal = watch.journal();
    let marks = journal.ops.iter().enumerate();
    let acknowledged = marks
        .filter(|(_, op)| matches!(op, accord_forgetful::Op::Mark(mark) if mark % 2 == 1))
        .map(|(at, _)| at)
        .collect();
    Ok(Played { journal, acknowledged, steps, before })
}

impl Stage<'_> {
    fn db(&mut self, n: usize) -> Result<Db, Failed> {
        if self.db.is_none() {
            self.db = Some(Db::open(&self.place, at(n), Chance::seeded(self.seed))?);
        }
        let db = self.db.clone().ok_or("it was just opened")?;
        Ok(db.with_clock(at(n)).step(&format!("step {n}")))
    }

    fn print(&mut self, n: usize) -> Result<String, Failed> {
        Ok(self.db(n)?.read_now(&testing::actor(), fingerprint::of)?)
    }

    fn step(&mut self, n: usize) -> Result<Step, Failed> {
        let db = self.db(n)?;
        match self.chance.random_range(0..20) {
            // As a service that was stopped and started: the log is emptied and goes.
            0 => {
                drop((db, self.db.take()));
                Ok(Step { whole: true, ..Step::default() })
            }
            1 => Ok(checkpoint(&self.file, self.chance.random_bool(0.5))
                .map(|()| Step { whole: true, ..Step::default() })?),
            2 => {
                accord::app::seal_now(&db, &testing::actor())?;
                Ok(Step::default())
            }
            3 => self.publication(&db),
            4 => self.list(&db, n),
            5..9 => self.at_once(&db, n),
            _ => {
                let key = format!("{n}");
                let wish = self.wish();
                let kept = one(&db, &wish, &key)?;
                let keys = if kept { vec![key.clone()] } else { Vec::new() };
                Ok(Step { keys, tried: vec![key], whole: true, ..Step::default() })
            }
        }
    }

    fn wish(&mut self) -> Wish {
        let (people, slots) = (&self.template.people, &self.template.small.slots);
        Wish {
            person: people[self.chance.random_range(0..people.len())],
            slot: slots[self.chance.random_range(0..slots.len())],
            campaign: self.template.small.campaign,
            kind: self.chance.random_range(0..8),
        }
    }

    /// Several at the same time: they share a commit, or do not.
    fn at_once(&mut self, db: &Db, n: usize) -> Result<Step, Failed> {
        let wishes: Vec<_> = (0..4).map(|m| (self.wish(), format!("{n}.{m}"))).collect();
        let tried = wishes.iter().map(|(_, key)| key.clone()).collect();
        let kept = std::thread::scope(|scope| {
            let all =
                wishes.iter().map(|(wish, key)| scope.spawn(move || one(db, wish, key).map_err(|e| e.to_string())));
            // All begin before the first is waited for.
            #[expect(clippy::needless_collect, reason = "as the comment says")]
            let all = all.collect::<Vec<_>>();
            all.into_iter().map(|one| one.join().map_err(|_| "it broke off".to_owned())?).collect::<Result<Vec<_>, _>>()
        })?;
        let keys = wishes.into_iter().zip(kept).filter_map(|((_, key), kept)| kept.then_some(key)).collect();
        Ok(Step { keys, tried, ..Step::default() })
    }

    /// A plan for everybody waiting, published: some transactions, the last of which makes it visible.
    fn publication(&mut self, db: &Db) -> Result<Step, Failed> {
        let budget = Budget::standard().times(0.05);
        let plan = propose(db, &testing::actor(), self.template.small.campaign, budget, true, &mut |_| {});
        match plan.map(|plan| plan.saved) {
            Ok(Some((plan, _))) => {
                let done = publish(db, &testing::actor(), plan, &mut |_| Next::Continue);
                done.map_err(|stop| format!("it is not published: {stop:?}"))?;
            }
            Ok(None) | Err(Stop::Refused(_)) => {}
            Err(Stop::Store(error)) => return Err(error.into()),
        }
        Ok(Step::default())
    }

    /// An employer's list with new names, looked at and taken.
    fn list(&mut self, db: &Db, n: usize) -> Result<Step, Failed> {
        self.rows += 3;
        let mut text = "Employee Number,Surname,Forename,Date of Birth,Home Postcode\n".to_owned();
        for row in 0..self.rows {
            let letters: String = row.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
            text += &format!("9{row},Listed{letters},Given{letters},1980-01-{:02},IP1 1AA\n", row % 28 + 1);
        }
        let cmd = Preview {
            employer: "EMPL".into(),
            file_name: format!("list-{n}.csv"),
            bytes: text.into_bytes(),
            today: FIRST_DAY.saturating_sub(jiff::Span::new().days(3)),
            mapping: None,
        };
        let seen = db.write_now(&testing::actor(), move |tx| import::preview(tx, &cmd));
        let Ok(Previewed::Review(review)) = seen else { return Ok(Step::default()) };
        let import = review.import.ok_or("a list in review has a number")?;
        let (key, campaign) = (format!("{n}.list"), self.template.small.campaign);
        let name = key.clone();
        let taken = db.write_now(&testing::actor(), move |tx| {
            import::commit(tx, import, Confirm { second_yes: true })?;
            accord::plan::runs::catch_up(tx, campaign)?;
            remember(tx, &sent(&name), "taken").map_err(Stop::Store)
        });
        taken.map_err(|stop: Stop<import::ImportRefusal>| format!("the list is not taken: {stop:?}"))?;
        Ok(Step { keys: vec![key.clone()], tried: vec![key], ..Step::default() })
    }
}

#[derive(Debug, Clone, Copy)]
struct Wish {
    person: PersonId,
    slot: SlotId,
    campaign: accord::base::ids::CampaignId,
    kind: u32,
}

pub fn sent(key: &str) -> Sent {
    Sent { key: key.to_owned(), body_hash: key.to_owned() }
}

/// Books, or says yes, changes, cancels or holds where something is booked, and keeps its answer as the API does. False:
/// a rule refused, and nothing was kept.
fn one(db: &Db, wish: &Wish, key: &str) -> Result<bool, Failed> {
    let (wish, key) = (*wish, key.to_owned());
    let done = db.write_now(&testing::actor(), move |tx| {
        let answer = carry_out(tx, &wish)?;
        remember(tx, &sent(&key), &answer).map_err(Stop::Store)
    });
    match done {
        Ok(()) => Ok(true),
        Err(Stop::Refused(_)) => Ok(false),
        Err(Stop::Store(error)) => Err(error.into()),
    }
}

fn carry_out(tx: &mut Tx<'_>, wish: &Wish) -> Result<String, Stop<booking::BookingRefusal>> {
    let &Wish { person, slot, campaign, kind } = wish;
    let want = PlaceCourse { person, campaign, picks: vec![Pick { appointment: 1, slot }] };
    let Some(has) = live(tx, person)? else {
        return if kind == 0 {
            hold::hold(tx, &want).map(|holds| format!("{} held", holds.len()))
        } else {
            place::place(tx, &want).map(|placed| told(&placed))
        };
    };
    match kind {
        0..2 => confirm::confirm(tx, person, campaign).map(|all| told(&all)),
        2..4 => cancel::cancel(tx, has.0, has.1, cancel::Reason::ByPerson).map(|one| told(&[one])),
        _ => rebook::rebook(tx, &want, &[has]).map(|all| told(&all)),
    }
}

fn told(bookings: &[booking::Booking]) -> String {
    bookings.iter().map(|b| format!("{:?} {}", b.reference, b.state.word())).collect()
}

fn live(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<(accord::base::ids::BookingId, u32)>, StoreError> {
    tx.maybe(
        "SELECT id, version FROM booking WHERE partnership_id = $1 AND person_id = $2 AND live = 1",
        accord::p![tx.partnership(), person],
    )
}

/// Every key the store remembers, with its answer.
pub fn keys(tx: &mut Tx<'_>) -> Result<HashMap<String, String>, StoreError> {
    let rows: Vec<(String, String)> =
        tx.all("SELECT key, answer FROM idempotency WHERE partnership_id = $1", accord::p![tx.partnership()])?;
    Ok(rows.into_iter().collect())
}
