//! A capacity change as a campaign lead makes it: sessions are closed while people book, and whoever had a place there
//! moves.

use crate::client::Client;
use crate::how::Failed;
use crate::stage::Stage;
use accord::base::db::{Stop, StoreError, Tx};
use accord::base::ids::{CapacityChangeId, PersonId, SessionId};
use accord::booking::capacity_change::{self, ChangeRefusal, Choice, Edit, What, Wish};
use accord::p;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// A change that is previewed.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    id: CapacityChangeId,
    /// Sessions it closes.
    pub sessions: usize,
}

/// What became of everybody.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Whether the last of them was dealt with.
    pub done: bool,
    /// Whose booking has another slot.
    pub moved: usize,
    /// All whom it met.
    pub met: HashSet<PersonId>,
}

/// Previews the closing of as many sessions as hold at least so many people.
pub fn preview(stage: &Stage, people: i64) -> Result<Change, Failed> {
    let made = stage.open()?.write_now(&stage.who, move |tx| {
        let wish = Wish {
            sessions: sessions(tx, people)?,
            what: What::Close,
            choice: Choice::Move,
            edit: Edit::default(),
            reason: "The hall is needed for something else".into(),
            lead: "A. Lead (invented)".into(),
        };
        let draft = capacity_change::draft(tx, &wish)?.map_err(Stop::Refused)?;
        let id = capacity_change::store_draft(tx, &wish, &draft)?;
        Ok::<_, Stop<ChangeRefusal>>(Change { id, sessions: wish.sessions.len() })
    });
    made.map_err(|stop| format!("the capacity change could not be previewed: {stop:?}").into())
}

fn sessions(tx: &mut Tx<'_>, people: i64) -> Result<Vec<SessionId>, StoreError> {
    let all: Vec<(SessionId, i64)> = tx.all(
        "SELECT session_id, CAST(SUM(taken) AS BIGINT) FROM slot WHERE partnership_id = $1
         GROUP BY session_id, date ORDER BY date DESC, session_id",
        p![tx.partnership()],
    )?;
    let mut sum = 0;
    let enough = |(_, taken): &&(SessionId, i64)| {
        let goes_on = sum < people;
        sum += taken;
        goes_on
    };
    Ok(all.iter().take_while(enough).map(|(id, _)| *id).collect())
}

impl Change {
    /// Presses the button and does not wait for the page.
    pub async fn commit(&self, port: u16, cookie: &str) {
        if let Ok(mut client) = Client::connect(port).await {
            // The page may come after everybody was dealt with; the store tells when that is.
            drop(client.form(&format!("/changes/{}/commit", self.id), cookie, "key=surge").await);
        }
    }

    /// What became of it, once it is done or the time is over.
    pub fn outcome(&self, stage: &Stage, within: Duration) -> Result<Outcome, Failed> {
        let (db, since, id) = (stage.open()?, Instant::now(), self.id);
        loop {
            let outcome = db.read_now(&stage.who, move |tx| read(tx, id))?;
            if outcome.done || since.elapsed() > within {
                return Ok(outcome);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

fn read(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Outcome, StoreError> {
    let (state,): (String,) =
        tx.one("SELECT state FROM capacity_change WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id])?;
    let mut outcome = Outcome { done: state == "done", ..Outcome::default() };
    tx.each(
        "SELECT person_id, COALESCE(outcome, '') FROM capacity_change_booking WHERE partnership_id = $1 AND change_id = $2",
        p![tx.partnership(), id],
        |r| {
            outcome.met.insert(r.get(0)?);
            outcome.moved += usize::from(r.get::<String>(1)? == "moved");
            Ok(())
        },
    )?;
    Ok(outcome)
}
