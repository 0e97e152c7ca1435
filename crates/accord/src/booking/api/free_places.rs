//! The waiting list and the standby list for programs: an operator's desk does for a person what their own page does.

use super::problems::stop;
use super::wire::{Bookings, Pick, Site};
use crate::access::api_key::Caller;
use crate::base::api::{KEY_REUSED, Problem, Reply, Sending, Told, once, told};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::looked;
use crate::base::ids::{CampaignId, PersonId, StandbyDrawId};
use crate::base::web::Web;
use crate::base::wire::{Instant, wire, wire_text};
use crate::booking::fair::HalfDays;
use crate::booking::waiting_list::{self, State, Wishes};
use crate::booking::{standby, standby_draw, store, timed_offer};
use crate::clinic::site;
use axum::extract::State as Of;

wire! {
    /// What a person wishes of places that come free.
    WishesAsked {
        /// Whose.
        person: PersonId,
        /// Of which campaign.
        campaign: CampaignId,
        /// When they can come; always when left out.
        half_days: Option<HalfDays>,
        /// How far they go, minutes by car, 180 at most; as far as the list asks anybody when left out.
        minutes: Option<u16>,
    }
    /// A person in a campaign.
    Who {
        /// The person.
        person: PersonId,
        /// The campaign.
        campaign: CampaignId,
    }
    /// A person's answer to a dose that is left.
    StandbyAnswer {
        /// Who answers.
        person: PersonId,
        /// Of which campaign.
        campaign: CampaignId,
        /// For which draw they were asked.
        draw: StandbyDrawId,
        /// Whether they can be there.
        yes: bool,
    }
    /// Where a person stands on the lists of a campaign.
    OnLists {
        /// Their place on the waiting list; null when they have none.
        waiting: Option<WaitingPlace>,
        /// Whether they are on the standby list.
        standby: bool,
        /// The dose for which they are asked just now.
        asked: Option<AskedNow>,
    }
    /// A place on the waiting list.
    WaitingPlace {
        /// Where it stands.
        state: State,
        /// Priority group; a smaller one comes first.
        priority: u16,
        /// Since when they wait.
        since: Instant,
        /// Their lot among those who came at once.
        lot: String,
        /// What is kept for them; null when nothing is.
        offer: Option<TimedOffer>,
    }
    /// What is kept for a person.
    TimedOffer {
        /// Until when.
        until: Instant,
        /// The appointments.
        picks: Vec<Pick>,
    }
    /// A dose that is left today.
    AskedNow {
        /// The draw.
        draw: StandbyDrawId,
        /// Where.
        site: Site,
        /// When they must be there.
        by: Instant,
    }
}

wire_text!(HalfDays, |days| days.words().join(","), HalfDays::parse, {
    "type": "string",
    "maxLength": 97,
    "pattern": "^(mon|tue|wed|thu|fri|sat|sun)_(am|pm)(,(mon|tue|wed|thu|fri|sat|sun)_(am|pm)){0,13}$"
});
wire_text!(State, |state| state.word().to_owned(), State::parse, {
    "type": "string", "enum": ["in_line", "offered", "placed", "silent", "left", "settled"]
});

fn on_lists(tx: &mut Tx<'_>, of: &Who) -> Result<OnLists, StoreError> {
    let offer = timed_offer::kept_offer(tx, of.person, of.campaign)?.map(|offer| TimedOffer {
        until: Instant(offer.until),
        picks: offer.picks.iter().map(|o| Pick { appointment: o.appointment, slot: o.slot }).collect(),
    });
    let waiting = store::waiting_of(tx, of.person, of.campaign)?.map(|w| WaitingPlace {
        state: w.state,
        priority: u16::try_from(w.turn.priority).unwrap_or(u16::MAX),
        since: Instant::at(w.turn.since_us),
        lot: w.turn.lot,
        offer,
    });
    let standby = store::standby_of(tx, of.person, of.campaign)?.is_some();
    let asked = match store::asked_now(tx, of.person, of.campaign)? {
        Some(draw) => site::by_id(tx, draw.site)?.map(|at| AskedNow {
            draw: draw.id,
            site: Site::of(&at),
            by: Instant(draw.starts),
        }),
        None => None,
    };
    Ok(OnLists { waiting, standby, asked })
}

fn stands(tx: &mut Tx<'_>, of: &Who) -> Result<Reply, Stop<Problem>> {
    let lists = on_lists(tx, of)?;
    Reply::of(200, &lists).map_err(Stop::Refused)
}

fn booked(tx: &mut Tx<'_>, of: &[crate::booking::Booking]) -> Result<Reply, Stop<Problem>> {
    let bookings = super::wire::Booking::all(tx, of)?;
    Reply::of(200, &Bookings { bookings }).map_err(Stop::Refused)
}

impl WishesAsked {
    fn who(&self) -> Who {
        Who { person: self.person, campaign: self.campaign }
    }

    fn wishes(&self) -> Wishes {
        Wishes { half_days: self.half_days.unwrap_or(HalfDays::ALL), minutes_max: self.minutes }
    }
}

/// `POST /api/v1/lists/look`: where a person stands. Its key keeps only that it was used: asked again, it looks again.
pub async fn look(Of(web): Of<Web>, caller: Caller, sending: Sending<Who>) -> Told {
    let (who, sent, actor) = (sending.body, sending.sent, caller.actor());
    let seen = web.db.write(&actor, move |tx| match looked(tx, &sent)? {
        true => Ok(on_lists(tx, &who)?),
        false => Err(Stop::Refused(Problem::from(KEY_REUSED))),
    });
    match seen.await {
        Ok(lists) => told(&lists),
        Err(Stop::Refused(problem)) => Err(problem),
        Err(Stop::Store(error)) => Err(error.into()),
    }
}

/// `POST /api/v1/waiting/join`.
pub async fn join_waiting(Of(web): Of<Web>, caller: Caller, sending: Sending<WishesAsked>) -> Told {
    let asked = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        waiting_list::join(tx, asked.person, asked.campaign, &asked.wishes()).map_err(stop)?;
        stands(tx, &asked.who())
    })
    .await
}

/// `POST /api/v1/waiting/leave`.
pub async fn leave_waiting(Of(web): Of<Web>, caller: Caller, sending: Sending<Who>) -> Told {
    let who = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        waiting_list::leave(tx, who.person, who.campaign).map_err(stop)?;
        stands(tx, &who)
    })
    .await
}

/// `POST /api/v1/waiting/accept`.
pub async fn accept(Of(web): Of<Web>, caller: Caller, sending: Sending<Who>) -> Told {
    let who = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let placed = timed_offer::accept(tx, who.person, who.campaign).map_err(stop)?;
        booked(tx, &placed)
    })
    .await
}

/// `POST /api/v1/waiting/decline`.
pub async fn decline(Of(web): Of<Web>, caller: Caller, sending: Sending<Who>) -> Told {
    let who = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        timed_offer::decline(tx, who.person, who.campaign).map_err(stop)?;
        stands(tx, &who)
    })
    .await
}

/// `POST /api/v1/standby/join`.
pub async fn join_standby(Of(web): Of<Web>, caller: Caller, sending: Sending<WishesAsked>) -> Told {
    let asked = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        standby::join(tx, asked.person, asked.campaign, &asked.wishes()).map_err(stop)?;
        stands(tx, &asked.who())
    })
    .await
}

/// `POST /api/v1/standby/leave`.
pub async fn leave_standby(Of(web): Of<Web>, caller: Caller, sending: Sending<Who>) -> Told {
    let who = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        standby::leave(tx, who.person, who.campaign).map_err(stop)?;
        stands(tx, &who)
    })
    .await
}

/// `POST /api/v1/standby/answer`: the first to say yes are booked.
pub async fn answer(Of(web): Of<Web>, caller: Caller, sending: Sending<StandbyAnswer>) -> Told {
    let said = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let placed = standby_draw::answer(tx, said.person, said.draw, said.yes).map_err(stop)?;
        booked(tx, &placed)
    })
    .await
}
