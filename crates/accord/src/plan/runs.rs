//! Planning and publishing from a page: one at a time, in the background, with the last answer kept for the page.
//!
//! What is kept here ends with the process; what was done stands in the store, which has guards of its own: a plan being
//! published refuses another, and a publishing that was cut off goes on where it stopped.

use super::proposal::propose;
use super::publish::{Next, finish_cut_off, half_published, publish};
use super::{PlanRefusal, store};
use crate::base::db::{Actor, Db, Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, PlanId};
use crate::base::refusal::Refusal;
use crate::campaign::{cover, offer, store as campaigns};
use accord_planner::Budget;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What to do in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Plan for everybody waiting.
    Plan,
    /// Publish this plan.
    Publish(PlanId),
    /// Go on with a publishing that was cut off.
    Finish(PlanId),
}

impl Work {
    /// What is going on, as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Plan => "A plan is being made. It takes about half a minute and changes nothing.",
            Self::Publish(_) | Self::Finish(_) => {
                "The plan is being published. Nobody sees any of it before all of it is booked."
            }
        }
    }
}

#[derive(Debug, Default)]
struct Now {
    work: Option<Work>,
    failed: Option<String>,
}

/// What runs and what the last run said. Cheap to clone; every clone is the same.
#[derive(Debug, Clone, Default)]
pub struct Runs(Arc<Mutex<Now>>);

impl Runs {
    fn now(&self) -> MutexGuard<'_, Now> {
        // A run that panicked left two plain values behind: they are still true.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What runs.
    pub fn running(&self) -> Option<Work> {
        self.now().work
    }

    /// Why the last run came to nothing, with the next step.
    pub fn failed(&self) -> Option<String> {
        self.now().failed.clone()
    }

    /// Takes the only place there is; none while something runs.
    pub fn begin(&self, work: Work) -> Option<Running> {
        let mut now = self.now();
        if now.work.is_some() {
            return None;
        }
        *now = Now { work: Some(work), failed: None };
        Some(Running { runs: self.clone(), work })
    }
}

/// The place of the one that runs; given back when it is dropped, however that comes about.
#[derive(Debug)]
pub struct Running {
    runs: Runs,
    work: Work,
}

impl Running {
    /// Does the work; seconds to a minute, so not on a thread that answers requests.
    pub fn work(self, db: &Db, who: &Actor) {
        let done = match self.work {
            Work::Plan => plan(db, who),
            Work::Publish(plan) => publish(db, who, plan, &mut |_| Next::Continue).map(|_| ()),
            Work::Finish(plan) => finish_cut_off(db, who, plan),
        };
        self.runs.now().failed = match done {
            Ok(()) => None,
            Err(Stop::Refused(refusal)) => Some(format!("{} {}", refusal.sentence(), refusal.next_step())),
            Err(Stop::Store(error)) => {
                tracing::error!(%error, "planning or publishing stopped");
                Some("The store could not go on; what stood before stands. Try again in a minute.".to_owned())
            }
        };
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut now = self.runs.now();
        now.work = None;
        if std::thread::panicking() {
            now.failed = Some("It broke off; what stood before stands. Tell whoever runs this machine.".to_owned());
        }
    }
}

/// How often is looked for publishings that stand still.
const LOOK: Duration = Duration::from_secs(20);

/// Goes on, for ever, with publishings that were cut off: at the start with all of them, later with those that did not
/// move between two looks, whoever began them here, on another server or on the command line.
pub async fn finish_what_stands_still(runs: Runs, db: Db, who: Actor) {
    let mut before = None;
    loop {
        let found = match db.read(&who, half_published).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "could not look for publishings that were cut off; it is tried again");
                tokio::time::sleep(Duration::from_secs(2)).await;
                continue;
            }
        };
        let now = found.iter().map(|plan| (plan.id, plan.done_through)).collect::<Vec<_>>();
        let stands_still = |at: &&_| before.as_ref().is_none_or(|before: &Vec<_>| before.contains(*at));
        for &(plan, _) in now.iter().filter(stands_still) {
            let Some(running) = runs.begin(Work::Finish(plan)) else { break };
            tracing::warn!(%plan, "a publishing was cut off; going on with it");
            let (db, who) = (db.clone(), who.clone());
            drop(tokio::task::spawn_blocking(move || running.work(&db, &who)).await);
        }
        before = Some(now);
        tokio::time::sleep(LOOK).await;
    }
}

fn plan(db: &Db, who: &Actor) -> Result<(), Stop<PlanRefusal>> {
    let campaign = db.read_now(who, store::newest_campaign)?.ok_or(Stop::Refused(PlanRefusal::NoCampaign))?;
    db.write_now(who, move |tx| catch_up(tx, campaign).map_err(Stop::<PlanRefusal>::Store))?;
    propose(db, who, campaign, Budget::standard(), true, &mut |_| {}).map(|_| ())
}

/// Whoever came with a list since the last plan gets an offer, and teams are counted anew.
pub fn catch_up(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<(), StoreError> {
    if let Some(rules) = campaigns::load(tx, campaign)? {
        cover::prepare(tx, &rules)?;
        offer::open_for(tx, &rules)?;
        offer::reopen_clear(tx, &rules)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_runs_at_a_time_and_gives_its_place_back() {
        let runs = Runs::default();
        let first = runs.begin(Work::Plan).expect("nothing runs");
        assert!(runs.begin(Work::Plan).is_none());
        assert_eq!(runs.clone().running(), Some(Work::Plan));
        drop(first);
        assert!(runs.running().is_none() && runs.failed().is_none());
        assert!(runs.begin(Work::Plan).is_some());
    }
}
