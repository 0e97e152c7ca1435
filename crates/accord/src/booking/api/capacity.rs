//! Capacity changes for programs: preview, commit, undo with a campaign lead's key; any key may look.

use super::problems::change_problem;
use crate::access::api_key::{Caller, KeyRole};
use crate::base::api::{LEAD_ONLY, Problem, Reply, Sending, Told, once, told};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CapacityChangeId, SessionId};
use crate::base::web::Web;
use crate::base::wire::{Day, Instant, wire, wire_text};
use crate::booking::capacity_change::look::{Summary, summary};
use crate::booking::capacity_change::{self as change, ChangeRefusal, ChangeState, Choice, Edit, What, Wish};
use crate::booking::routes::changes::work_off;
use crate::booking::routes::finding;
use crate::clinic::layout::Break;
use axum::extract::{Path, State};

wire_text!(What, |what| what.word().to_owned(), What::parse, {
    "type": "string", "enum": ["close", "stop_new", "open", "edit", "undo"]
});
wire_text!(Choice, |choice| choice.word().to_owned(), Choice::parse, {
    "type": "string", "enum": ["move", "honour", "cancel"]
});
wire_text!(ChangeState, |state| state.word().to_owned(), ChangeState::parse, {
    "type": "string", "enum": ["preview", "under_way", "done", "undone", "abandoned"]
});

wire! {
    /// A break of a session.
    BreakAsked {
        /// Minutes after midnight in London.
        from_minute: u16,
        /// The same.
        until_minute: u16,
    }
    /// What is changed of sessions; what is left out stays.
    EditAsked {
        /// Opens, minutes after midnight in London.
        from_minute: Option<u16>,
        /// Closes.
        until_minute: Option<u16>,
        /// People who vaccinate at one time.
        vaccinators: Option<u16>,
        /// Rooms; the smaller of both counts.
        rooms: Option<u16>,
        /// People of the whole session at most; 0 takes the limit away.
        people_max: Option<u16>,
        /// Breaks; an empty list takes them away.
        breaks: Option<Vec<BreakAsked>>,
        /// Places of each slot kept for walk-ins.
        kept_walk_in: Option<u16>,
        /// Places of each slot kept for assisted booking.
        kept_assisted: Option<u16>,
        /// Hours before a slot until which the latter are kept.
        assisted_hours: Option<u16>,
    }
    /// Sessions to be changed in one action. Nothing is changed before the commit.
    CapacityChangeAsked {
        /// Which, at most 500.
        sessions: Vec<SessionId>,
        /// What is done to them; undo has an address of its own.
        what: What,
        /// What becomes of bookings for which there is no place any more.
        choice: Choice,
        /// With what edit.
        edit: Option<EditAsked>,
        /// Why: a person's own choice moves only with a reason.
        reason: String,
        /// The name of who decides.
        lead: String,
    }
    /// Why a change is taken back.
    UndoAsked {
        /// Why.
        reason: String,
        /// The name of who decides.
        lead: String,
    }
    /// People of one reason.
    PeopleOfReason {
        /// The reason's code.
        reason: String,
        /// How many.
        people: u32,
    }
    /// Places of a day that can be booked, more or fewer.
    DayOfChange {
        /// The day.
        date: Day,
        /// Places more.
        opens: u32,
        /// Places fewer.
        closes: u32,
    }
    /// A capacity change: its preview, its course, its result.
    CapacityChange {
        /// Its id.
        id: CapacityChangeId,
        /// What is done.
        what: What,
        /// What becomes of bookings without a place.
        choice: Choice,
        /// Where it stands.
        state: ChangeState,
        /// The figures in a sentence.
        finding: String,
        /// Sessions of it.
        sessions: u32,
        /// People who get another time.
        move_people: u32,
        /// Of these, whose own confirmed choice moves.
        confirmed_people: u32,
        /// People who are released because there is no place.
        cannot: Vec<PeopleOfReason>,
        /// People who are released by choice.
        cancel_people: u32,
        /// People who stay by choice.
        honour_people: u32,
        /// People who are put back.
        restore_people: u32,
        /// People dealt with anew after the preview.
        anew_people: u32,
        /// People who changed it themselves, or could not be put back.
        left_out: Vec<PeopleOfReason>,
        /// People who are still to be dealt with.
        open_people: u32,
        /// What it opens and closes, by day.
        days: Vec<DayOfChange>,
        /// Of an undo that waits for its commit: second messages it means.
        second_messages: Option<u32>,
        /// Of the same: bookings whose place is gone.
        places_gone: Option<u32>,
        /// Until when it can be taken back; null: it cannot.
        undo_until: Option<Instant>,
        /// The change it takes back.
        undoes: Option<CapacityChangeId>,
        /// The change that takes it back.
        undone_by: Option<CapacityChangeId>,
    }
}

fn number(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl CapacityChange {
    fn of(s: &Summary) -> Self {
        let reasons = |all: &[(String, u64)]| {
            let one = |(reason, n): &(String, u64)| PeopleOfReason { reason: reason.clone(), people: number(*n) };
            all.iter().map(one).collect()
        };
        let day = |(date, n): &(jiff::civil::Date, i64)| DayOfChange {
            date: Day(*date),
            opens: number((*n).max(0).unsigned_abs()),
            closes: number((-*n).max(0).unsigned_abs()),
        };
        Self {
            id: s.change.id,
            what: s.change.what,
            choice: s.change.choice,
            state: s.change.state,
            finding: finding(s),
            sessions: number(s.sessions),
            move_people: number(s.move_people),
            confirmed_people: number(s.confirmed_people),
            cannot: reasons(&s.cannot),
            cancel_people: number(s.cancel_people),
            honour_people: number(s.honour_people),
            restore_people: number(s.restore_people),
            anew_people: number(s.anew_people),
            left_out: reasons(&s.left_out),
            open_people: number(s.open_people),
            days: s.days.iter().map(day).collect(),
            second_messages: s.forecast.map(|f| number(f.back)),
            places_gone: s.forecast.map(|f| number(f.gone)),
            undo_until: s.undo_until.map(Instant),
            undoes: s.change.undoes,
            undone_by: s.undone_by,
        }
    }
}

fn wish(asked: CapacityChangeAsked) -> Wish {
    let edit = asked.edit.map(|e| Edit {
        from_minute: e.from_minute,
        until_minute: e.until_minute,
        vaccinators: e.vaccinators,
        rooms: e.rooms,
        people_max: e.people_max,
        breaks: e.breaks.map(|all| all.iter().map(|b| Break(b.from_minute, b.until_minute)).collect()),
        kept_walk_in: e.kept_walk_in,
        kept_assisted: e.kept_assisted,
        assisted_hours: e.assisted_hours,
    });
    let (reason, lead) = (asked.reason, asked.lead);
    let (sessions, what, choice) = (asked.sessions, asked.what, asked.choice);
    Wish { sessions, what, choice, edit: edit.unwrap_or_default(), reason, lead }
}

fn lead_only(caller: &Caller) -> Result<(), Problem> {
    if caller.role == KeyRole::CampaignLead { Ok(()) } else { Err(LEAD_ONLY.into()) }
}

fn id_of(text: &str) -> Result<CapacityChangeId, Problem> {
    let id = text.parse().ok().filter(|_| text.len() == 36);
    id.ok_or_else(|| change_problem(&ChangeRefusal::NoSuchChange))
}

fn stop(stop: Stop<ChangeRefusal>) -> Stop<Problem> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(change_problem(&refusal)),
        Stop::Store(error) => Stop::Store(error),
    }
}

fn seen(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Option<CapacityChange>, StoreError> {
    Ok(summary(tx, id)?.map(|summary| CapacityChange::of(&summary)))
}

fn reply(tx: &mut Tx<'_>, status: u16, id: CapacityChangeId) -> Result<Reply, Stop<Problem>> {
    let seen = seen(tx, id)?.ok_or_else(|| Stop::Refused(change_problem(&ChangeRefusal::NoSuchChange)))?;
    Reply::of(status, &seen).map_err(Stop::Refused)
}

/// `POST /api/v1/capacity-changes`: works the preview out and keeps it.
pub async fn preview(State(web): State<Web>, caller: Caller, sending: Sending<CapacityChangeAsked>) -> Told {
    lead_only(&caller)?;
    let asked = wish(sending.body);
    if asked.what == What::Undo {
        return Err(Problem::wrong("What is taken back stands in the address of its undo."));
    }
    let of = asked.clone();
    let draft = web.db.read(&caller.actor(), move |tx| change::draft(tx, &of)).await?;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let draft = draft.as_ref().map_err(|refusal| Stop::Refused(change_problem(refusal)))?;
        let id = change::store_draft(tx, &asked, draft)?;
        reply(tx, 201, id)
    })
    .await
}

/// `GET /api/v1/capacity-changes/{change}`.
pub async fn look(State(web): State<Web>, caller: Caller, Path(id): Path<String>) -> Told {
    let id = id_of(&id)?;
    let seen = web.db.read(&caller.actor(), move |tx| seen(tx, id)).await?;
    told(&seen.ok_or_else(|| change_problem(&ChangeRefusal::NoSuchChange))?)
}

/// `POST /api/v1/capacity-changes/{change}/commit`: the sessions change at once, people are dealt with one after the other.
pub async fn commit(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    sending: Sending<super::wire::Nothing>,
) -> Told {
    lead_only(&caller)?;
    let id = id_of(&id)?;
    let done = once(&web, &caller.actor(), sending.sent, move |tx| {
        change::commit(tx, id).map_err(stop)?;
        reply(tx, 200, id)
    })
    .await?;
    work_off(&web, &caller.actor(), id).await;
    Ok(done)
}

/// `POST /api/v1/capacity-changes/{change}/undo`: at once where nobody was told, else a proposal that waits for its commit.
pub async fn undo(State(web): State<Web>, caller: Caller, Path(id): Path<String>, sending: Sending<UndoAsked>) -> Told {
    lead_only(&caller)?;
    let id = id_of(&id)?;
    let asked = sending.body;
    let done = once(&web, &caller.actor(), sending.sent, move |tx| {
        let made = change::undo(tx, id, &asked.lead, &asked.reason).map_err(stop)?;
        reply(tx, 201, made)
    })
    .await?;
    for made in web.db.read(&caller.actor(), change::under_way).await? {
        work_off(&web, &caller.actor(), made).await;
    }
    Ok(done)
}
