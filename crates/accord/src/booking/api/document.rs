//! What each address of the API does, its document, and the page that shows it.

use super::capacity::{CapacityChange, CapacityChangeAsked, UndoAsked};
use super::free_places::{OnLists, StandbyAnswer, Who, WishesAsked};
use super::problems::{every, every_of_changes, no_such_campaign, of_the_day};
use super::wire::{
    Attended, Booking, Bookings, Campaigns, CancelAsked, CheckInAsked, FreeSlots, Nothing, OutcomeAsked, People,
    PeopleAsked, PlaceAsked, RebookAsked, SlotsAsked, WalkInAsked,
};
use super::wire_desk::{
    BornAsked, Code, Course, DeclineAsked, ElsewhereAsked, Holds, HoldsAsked, OfCampaign, Standing,
};
use crate::access::ops;
use crate::base::api::{Problem, Told, told};
use crate::base::ids::{CampaignId, CapacityChangeId, PersonId};
use crate::base::openapi::{ApiPage, Operation, Part, PathName, Sources, document};
use crate::base::web::{self, Answer, Web};
use crate::booking::Reference;
use crate::cohort::resolve::ResolveRefusal;
use axum::extract::State;

const fn get(path: &'static str, id: &'static str, about: &'static str, answer: Part) -> Operation {
    Operation { verb: "GET", path, id, about, asked: None, body: None, status: 200, answer, searches: false }
}

const fn post(path: &'static str, id: &'static str, about: &'static str, body: Part, answer: Part) -> Operation {
    Operation { verb: "POST", path, id, about, asked: None, body: Some(body), status: 200, answer, searches: false }
}

/// Every operation of the API; a test holds it beside the table of routes.
pub const OPERATIONS: &[Operation] = &[
    get("/api/v1/campaigns", "campaigns", "Every campaign with its course and products.", Part::of::<Campaigns>()),
    Operation {
        asked: Some(Part::of::<SlotsAsked>()),
        ..get(
            "/api/v1/campaigns/{campaign}/slots",
            "slots",
            "Free times that the rules allow a person now.",
            Part::of::<FreeSlots>(),
        )
    },
    Operation {
        searches: true,
        ..post(
            "/api/v1/people/search",
            "people",
            "Finds a person by a booking's reference, or by name and date of birth. Each look is in the audit; nothing else changes.",
            Part::of::<PeopleAsked>(),
            Part::of::<People>(),
        )
    },
    Operation {
        status: 201,
        ..post(
            "/api/v1/bookings",
            "place",
            "Books a whole course for a person, or nothing.",
            Part::of::<PlaceAsked>(),
            Part::of::<Bookings>(),
        )
    },
    Operation {
        status: 201,
        ..post(
            "/api/v1/holds",
            "hold",
            "Keeps places for a person for ten minutes, all of them or none; what else was kept for them of the campaign is let go.",
            Part::of::<PlaceAsked>(),
            Part::of::<Holds>(),
        )
    },
    Operation {
        asked: Some(Part::of::<HoldsAsked>()),
        ..get("/api/v1/holds", "holds", "What is kept for a person now, whoever did it.", Part::of::<Holds>())
    },
    post(
        "/api/v1/holds/release",
        "release_holds",
        "Lets go of all that is kept for a person of a campaign.",
        Part::of::<Course>(),
        Part::of::<Holds>(),
    ),
    post(
        "/api/v1/people/{person}/decline",
        "decline",
        "The person does not want it: their appointments are released, and their offer is closed.",
        Part::of::<DeclineAsked>(),
        Part::of::<Standing>(),
    ),
    post(
        "/api/v1/people/{person}/had-elsewhere",
        "had_elsewhere",
        "The person had it somewhere else: their appointments are released, and their offer is closed.",
        Part::of::<ElsewhereAsked>(),
        Part::of::<Standing>(),
    ),
    post(
        "/api/v1/people/{person}/reopen",
        "reopen",
        "The person changed their mind, and waits for appointments again.",
        Part::of::<OfCampaign>(),
        Part::of::<Standing>(),
    ),
    post(
        "/api/v1/people/{person}/date-of-birth",
        "correct_date_of_birth",
        "Corrects a wrong or missing date of birth at the person's word; lists no longer change it.",
        Part::of::<BornAsked>(),
        Part::of::<Nothing>(),
    ),
    post(
        "/api/v1/people/{person}/code",
        "new_code",
        "Makes the person a new code; the one before stops working. The same request is told the same code.",
        Part::of::<Nothing>(),
        Part::of::<Code>(),
    ),
    get("/api/v1/bookings/{reference}", "booking", "One booking, live or closed.", Part::of::<Booking>()),
    post(
        "/api/v1/bookings/{reference}/confirm",
        "confirm",
        "The person says yes to all their appointments of the campaign. Twice is once.",
        Part::of::<Nothing>(),
        Part::of::<Bookings>(),
    ),
    post(
        "/api/v1/bookings/{reference}/cancel",
        "cancel",
        "Releases one booking with a reason; by_campaign needs a campaign lead's key.",
        Part::of::<CancelAsked>(),
        Part::of::<Booking>(),
    ),
    post(
        "/api/v1/bookings/{reference}/rebook",
        "rebook",
        "Gives other slots in place of bookings, in one step or not at all.",
        Part::of::<RebookAsked>(),
        Part::of::<Bookings>(),
    ),
    post(
        "/api/v1/lists/look",
        "lists",
        "Where a person stands on the waiting list and the standby list of a campaign. Nothing of theirs changes; the key keeps this answer, so ask with a new one to see what is so now.",
        Part::of::<Who>(),
        Part::of::<OnLists>(),
    ),
    post(
        "/api/v1/waiting/join",
        "join_waiting",
        "Puts a person on the waiting list, or changes what they wish and keeps their turn.",
        Part::of::<WishesAsked>(),
        Part::of::<OnLists>(),
    ),
    post(
        "/api/v1/waiting/leave",
        "leave_waiting",
        "Takes a person off the waiting list; what is kept for them goes to the next.",
        Part::of::<Who>(),
        Part::of::<OnLists>(),
    ),
    post(
        "/api/v1/waiting/accept",
        "accept_offer",
        "Books what the waiting list keeps for a person.",
        Part::of::<Who>(),
        Part::of::<Bookings>(),
    ),
    post(
        "/api/v1/waiting/decline",
        "decline_offer",
        "The person does not take what is kept for them; they keep their turn.",
        Part::of::<Who>(),
        Part::of::<OnLists>(),
    ),
    post(
        "/api/v1/standby/join",
        "join_standby",
        "Puts a person on the standby list for doses that are left, or changes what they wish.",
        Part::of::<WishesAsked>(),
        Part::of::<OnLists>(),
    ),
    post(
        "/api/v1/standby/leave",
        "leave_standby",
        "Takes a person off the standby list.",
        Part::of::<Who>(),
        Part::of::<OnLists>(),
    ),
    post(
        "/api/v1/standby/answer",
        "answer_standby",
        "A person's answer to a dose that is left: the first to say yes are booked. No bookings when they say no.",
        Part::of::<StandbyAnswer>(),
        Part::of::<Bookings>(),
    ),
    Operation {
        status: 201,
        ..post(
            "/api/v1/capacity-changes",
            "preview_capacity_change",
            "What closing, stopping, opening or editing sessions would do; nothing is changed. For a campaign lead's key.",
            Part::of::<CapacityChangeAsked>(),
            Part::of::<CapacityChange>(),
        )
    },
    get(
        "/api/v1/capacity-changes/{change}",
        "capacity_change",
        "A capacity change as it stands.",
        Part::of::<CapacityChange>(),
    ),
    post(
        "/api/v1/capacity-changes/{change}/commit",
        "commit_capacity_change",
        "The sessions change at once, people are dealt with one after the other. For a campaign lead's key.",
        Part::of::<Nothing>(),
        Part::of::<CapacityChange>(),
    ),
    Operation {
        status: 201,
        ..post(
            "/api/v1/capacity-changes/{change}/undo",
            "undo_capacity_change",
            "Takes a change back: at once where nobody was told, else as a proposal that waits for its commit. For a campaign lead's key.",
            Part::of::<UndoAsked>(),
            Part::of::<CapacityChange>(),
        )
    },
    post(
        "/api/v1/bookings/{reference}/check-in",
        "checkIn",
        "The person is here, today. Twice is once; of a changed booking it is the one they have now.",
        Part::of::<CheckInAsked>(),
        Part::of::<Attended>(),
    ),
    post(
        "/api/v1/bookings/{reference}/outcome",
        "outcome",
        "Notes what came of a booking, or corrects it.",
        Part::of::<OutcomeAsked>(),
        Part::of::<Attended>(),
    ),
    Operation {
        status: 201,
        ..post(
            "/api/v1/walk-ins",
            "walkIn",
            "Somebody is here without an appointment: booked, checked in and given in one step. Their open appointment goes back.",
            Part::of::<WalkInAsked>(),
            Part::of::<Attended>(),
        )
    },
];

const NAMES: &[PathName] = &[
    ("campaign", Part::of::<CampaignId>(), "Its id."),
    ("person", Part::of::<PersonId>(), "Their id."),
    ("reference", Part::of::<Reference>(), "What the person reads out."),
    ("change", Part::of::<CapacityChangeId>(), "Its id."),
];

fn problems() -> Vec<Problem> {
    let date = ResolveRefusal::ImplausibleDate { date: jiff::civil::date(1850, 1, 1) };
    let others = [no_such_campaign(), Problem::refused(409, &date), Problem::refused(409, &ResolveRefusal::PersonGone)];
    every().into_iter().chain(others).chain(every_of_changes()).chain(of_the_day()).collect()
}

fn sources(problems: &[Problem]) -> Sources<'_> {
    Sources { operations: OPERATIONS, names: NAMES, problems, version: env!("CARGO_PKG_VERSION") }
}

/// `GET /api/v1/openapi.json`.
pub async fn openapi() -> Told {
    told(&document(&sources(&problems())))
}

/// `GET /api/v1`: the same for people.
pub async fn page(State(web): State<Web>) -> Answer {
    web::page(&ApiPage::of(ops::bare(&web), &sources(&problems())))
}
