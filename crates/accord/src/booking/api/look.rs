//! Looking: campaigns, free times, people, a booking. Nothing changes; who looked for a person is in the audit.

use super::problems::{no_such_booking, no_such_campaign, problem};
use super::wire::{
    Booking, Campaign, Campaigns, FreeSlot, FreeSlots, People, PeopleAsked, Person, Pick, Site, SlotsAsked,
};
use crate::access::api_key::Caller;
use crate::access::{look as looking, search_limit};
use crate::base::api::{Asked, KEY_REUSED, Problem, Sending, TOO_MANY, Told, told};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::{Seen, remember, replay};
use crate::base::ids::{CampaignId, PersonId};
use crate::base::web::Web;
use crate::base::wire::{Day, Instant};
use crate::booking::choose::{Chooser, FreeTime};
use crate::booking::find::{self, SHOWN};
use crate::booking::{BookingRefusal, Reference, store};
use crate::campaign;
use crate::clinic::product;
use crate::cohort::store::Found;
use axum::extract::{Path, State};

/// `GET /api/v1/campaigns`.
pub async fn campaigns(State(web): State<Web>, caller: Caller) -> Told {
    let read = |tx: &mut Tx<'_>| {
        let products = product::all(tx)?;
        let mut campaigns = Vec::new();
        for (id, _) in campaign::store::all(tx)? {
            campaigns.extend(campaign::store::load(tx, id)?.map(|campaign| Campaign::of(&campaign, &products)));
        }
        Ok(Campaigns { campaigns })
    };
    told(&web.db.read(&caller.actor(), read).await?)
}

/// `GET /api/v1/campaigns/{campaign}/slots`.
pub async fn slots(
    State(web): State<Web>,
    caller: Caller,
    Path(campaign): Path<String>,
    Asked(asked): Asked<SlotsAsked>,
) -> Told {
    let campaign: CampaignId = campaign.parse().map_err(|_| no_such_campaign())?;
    let today = web.civil_now().date();
    let from = asked.from.map_or(today, |from| from.0.max(today));
    let number = asked.appointment.unwrap_or(1);
    let way = super::change::way_of(caller.role);
    let read = move |tx: &mut Tx<'_>| {
        let known = campaign::store::load(tx, campaign)?;
        let Some(known) = known else { return Ok(Err(no_such_campaign())) };
        if known.appointment(number).is_none() {
            return Ok(Err(problem(&BookingRefusal::NoSuchAppointment { number })));
        }
        let Some(mut chooser) = Chooser::read(tx, asked.person, campaign)? else {
            return Ok(Err(problem(&BookingRefusal::NoSuchPerson)));
        };
        chooser.way = way;
        if let Some(sites) = &asked.sites {
            chooser.only_at(&sites.0);
        }
        let times = chooser.times(tx, number, from)?;
        let slots = times.times.iter().filter_map(|time| free(&chooser, time)).collect();
        Ok(Ok(FreeSlots { slots, later: times.later.map(Day) }))
    };
    told(&web.db.read(&caller.actor(), read).await??)
}

fn free(chooser: &Chooser, time: &FreeTime) -> Option<FreeSlot> {
    let slot = time.slot;
    Some(FreeSlot {
        slot: slot.slot,
        site: Site::of(chooser.site(slot.site)?),
        product: slot.product,
        date: Day(slot.date),
        starts: Instant::at(slot.starts_us),
        minutes: slot.minutes,
        travel_minutes: time.minutes,
        other: time.others.first().map(|(appointment, other)| Pick { appointment: *appointment, slot: other.slot }),
    })
}

/// `POST /api/v1/people/search`: by what a caller on the telephone can say, never a list to leaf through. A POST, so that
/// no name stands in an address. Its key keeps only that it was used: the same search again is another look.
pub async fn people(State(web): State<Web>, caller: Caller, sending: Sending<PeopleAsked>) -> Told {
    let (wanted, sent) = (wanted(&sending.body)?, sending.sent);
    let actor = caller.actor();
    // Looked for beside the writer: a search takes longer than a booking may wait.
    let find = move |tx: &mut Tx<'_>| {
        if search_limit::wait(tx)?.is_some() {
            return Ok(People { people: Vec::new(), more: false });
        }
        let mut found = wanted.find(tx)?;
        let more = found.len() > SHOWN;
        found.truncate(SHOWN);
        let people = found.iter().map(|person| shown(tx, person)).collect::<Result<_, StoreError>>()?;
        Ok(People { people, more })
    };
    let people = web.db.read(&actor, find).await?;
    let ids: Vec<PersonId> = people.people.iter().map(|person| person.id).collect();
    let looked = web.db.write(&actor, move |tx| {
        let seen = replay(tx, &sent)?;
        if seen == Seen::Other {
            return Err(Stop::Refused(Problem::from(KEY_REUSED)));
        }
        if search_limit::take(tx, 1)?.is_some() {
            return Ok(false);
        }
        looking::found(tx, &ids, "at_their_word", "api")?;
        if seen == Seen::New {
            remember(tx, &sent, "looked")?;
        }
        Ok(true)
    });
    match looked.await {
        Ok(true) => told(&people),
        Ok(false) => Err(TOO_MANY.into()),
        Err(Stop::Refused(problem)) => Err(problem),
        Err(Stop::Store(error)) => Err(error.into()),
    }
}

/// Who is looked for.
fn wanted(asked: &PeopleAsked) -> Result<find::Asked, Problem> {
    match (&asked.reference, &asked.name, asked.born) {
        (Some(reference), None, born) => {
            let reference = Reference::parse(reference).ok_or_else(|| Problem::wrong("This is not a reference."))?;
            let born = born.map(|born| born.0);
            Ok(find::Asked { reference: Some(reference), born, names: Vec::new() })
        }
        (None, Some(name), Some(born)) if name.chars().filter(|c| c.is_alphabetic()).count() >= 2 => {
            let names = name.split_whitespace().map(str::to_owned).collect();
            Ok(find::Asked { reference: None, born: Some(born.0), names })
        }
        _ => Err(Problem::wrong(
            "Ask by reference, alone or with the date of birth, or by two letters of a name or more and the date of birth.",
        )),
    }
}

fn shown(tx: &mut Tx<'_>, found: &Found) -> Result<Person, StoreError> {
    let live = live_of(tx, found.id)?;
    Ok(Person {
        id: found.id,
        name: found.name.clone(),
        born: found.date_of_birth.and_then(|born| born.to_string().parse().ok()).map(Day),
        employer: found.employer.clone(),
        bookings: live,
    })
}

fn live_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Booking>, StoreError> {
    let mut bookings = Vec::new();
    for (campaign, _) in campaign::store::all(tx)? {
        let seen = store::seen_of(tx, person, campaign)?;
        bookings.extend(Booking::all(tx, &seen)?);
    }
    Ok(bookings)
}

/// `GET /api/v1/bookings/{reference}`.
pub async fn booking(State(web): State<Web>, caller: Caller, Path(reference): Path<String>) -> Told {
    let reference = Reference::parse(&reference).ok_or_else(no_such_booking)?;
    let read = move |tx: &mut Tx<'_>| match store::seen_by_reference(tx, &reference)? {
        Some(booking) => Booking::of(tx, &booking).map(Some),
        None => Ok(None),
    };
    let found = web.db.read(&caller.actor(), read).await?;
    told(&found.ok_or_else(no_such_booking)?)
}
