//! Why a booking is refused: one list, in the order in which the rules look.

use super::Reference;
use crate::base::refusal::Refusal;
use crate::partnership::agreement::AgreementRefusal;
use jiff::civil::Date;

/// A refusal names what stands in the way; what the person had stays theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookingRefusal {
    /// Nobody by this id, or merged into another record.
    NoSuchPerson,
    /// Two records may be one person, and somebody must decide first.
    PersonUnclear,
    /// No current employment: nobody to ask about working time, no agreement to book under.
    NotEmployed,
    /// No such campaign, or it is closed.
    CampaignClosed,
    /// The person declined, had it elsewhere, or left.
    OfferClosed {
        /// The offer's state.
        state: &'static str,
    },
    /// The campaign has a lowest age and no date of birth is known.
    NoDateOfBirth,
    /// Below the campaign's lowest age on the day.
    TooYoung {
        /// The lowest age, in years.
        wants: u8,
    },
    /// The course has no appointment of this number, or it was asked for twice.
    NoSuchAppointment {
        /// The number.
        number: u16,
    },
    /// The slot is gone.
    NoSuchSlot,
    /// Its session or site is closed.
    SessionClosed,
    /// The partner owns the slots there; nothing can be promised before its system has said yes.
    PartnerOwnsSlots,
    /// No times are booked there: people just come.
    WalkInsOnly,
    /// It has begun already.
    InThePast,
    /// Outside the days of this appointment.
    OutsideWindow {
        /// First day.
        first: Date,
        /// Last day.
        last: Date,
    },
    /// The campaign does not use this product.
    ProductNotUsed,
    /// The other appointment is of another product.
    OtherProduct,
    /// Too soon after the appointment before, or too soon before the next.
    IntervalTooShort {
        /// Days wanted at least.
        wants_days: u16,
        /// Days there would be.
        got_days: i32,
    },
    /// Too late after the appointment before.
    IntervalTooLong {
        /// Days wanted at most.
        wants_days: u16,
        /// Days there would be.
        got_days: i32,
    },
    /// This appointment is booked already.
    AlreadyBooked {
        /// By which booking.
        reference: Reference,
    },
    /// Another booking of the person overlaps, the way between counted in.
    TwoPlacesAtOnce {
        /// Which one.
        reference: Reference,
    },
    /// The site has not what the person needs.
    SiteLacksAccess,
    /// Further than the campaign asks anybody to travel.
    TooFar {
        /// Minutes there.
        minutes: u16,
        /// The limit.
        limit: u16,
    },
    /// No agreement allows it.
    Agreement(AgreementRefusal),
    /// Too many of the team would be away.
    TeamTooThin,
    /// The employer's allocation is used up.
    AllocationUsed,
    /// No dose is left for that day.
    NoStock,
    /// Nobody can be seated there any more.
    SlotFull,
    /// The place is no longer held: its time is over, or it was let go.
    HoldGone,
    /// The person is not on this list.
    NotWaiting,
    /// The person has every appointment of the course.
    NothingMissing,
    /// Others were quicker with what was left.
    AllTaken,
    /// No booking by this id or reference.
    NoSuchBooking,
    /// It is not live any more.
    NotLive {
        /// Its state.
        state: &'static str,
    },
    /// It changed since it was looked at.
    ChangedMeanwhile,
    /// The batch is not pending.
    BatchSettled,
}

impl Refusal for BookingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchPerson => "no_such_person",
            Self::PersonUnclear => "person_unclear",
            Self::NotEmployed => "not_employed",
            Self::CampaignClosed => "campaign_closed",
            Self::OfferClosed { .. } => "offer_closed",
            Self::NoDateOfBirth => "no_date_of_birth",
            Self::TooYoung { .. } => "too_young",
            Self::NoSuchAppointment { .. } => "no_such_appointment",
            Self::NoSuchSlot => "no_such_slot",
            Self::SessionClosed => "session_closed",
            Self::PartnerOwnsSlots => "partner_owns_slots",
            Self::WalkInsOnly => "walk_ins_only",
            Self::InThePast => "in_the_past",
            Self::OutsideWindow { .. } => "outside_window",
            Self::ProductNotUsed => "product_not_used",
            Self::OtherProduct => "other_product",
            Self::IntervalTooShort { .. } => "interval_too_short",
            Self::IntervalTooLong { .. } => "interval_too_long",
            Self::AlreadyBooked { .. } => "already_booked",
            Self::TwoPlacesAtOnce { .. } => "two_places_at_once",
            Self::SiteLacksAccess => "site_lacks_access",
            Self::TooFar { .. } => "too_far",
            Self::Agreement(refusal) => refusal.code(),
            Self::TeamTooThin => "team_too_thin",
            Self::AllocationUsed => "allocation_used",
            Self::NoStock => "no_stock",
            Self::SlotFull => "slot_full",
            Self::HoldGone => "hold_gone",
            Self::NotWaiting => "not_waiting",
            Self::NothingMissing => "nothing_missing",
            Self::AllTaken => "all_taken",
            Self::NoSuchBooking => "no_such_booking",
            Self::NotLive { .. } => "not_live",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::BatchSettled => "batch_settled",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoSuchPerson => "There is no such person.".into(),
            Self::PersonUnclear => {
                "Two records may be the same person; nothing is booked until somebody has decided.".into()
            }
            Self::NotEmployed => "This person has no current employment with a partner.".into(),
            Self::CampaignClosed => "This campaign is not open.".into(),
            Self::OfferClosed { state } => format!("The offer is closed: {}.", state.replace('_', " ")),
            Self::NoDateOfBirth => "The date of birth is missing, and this campaign has a lowest age.".into(),
            Self::TooYoung { wants } => format!("This campaign is for people aged {wants} and over on the day."),
            Self::NoSuchAppointment { number } => format!("There is no appointment {number} to book."),
            Self::NoSuchSlot => "This time is no longer offered.".into(),
            Self::SessionClosed => "This clinic is closed.".into(),
            Self::PartnerOwnsSlots => "This clinic's own system gives its times; it has not said yes.".into(),
            Self::WalkInsOnly => "No times are booked at this clinic: people just come.".into(),
            Self::InThePast => "This time has passed.".into(),
            Self::OutsideWindow { first, last } => format!("This appointment must be between {first} and {last}."),
            Self::ProductNotUsed => "This clinic gives a product that the campaign does not use.".into(),
            Self::OtherProduct => "Both appointments must be for the same product.".into(),
            Self::IntervalTooShort { wants_days, got_days } => {
                format!("The appointments would be {got_days} days apart; at least {wants_days} are needed.")
            }
            Self::IntervalTooLong { wants_days, got_days } => {
                format!("The appointments would be {got_days} days apart; at most {wants_days} are allowed.")
            }
            Self::AlreadyBooked { reference } => format!("This appointment is booked already ({reference})."),
            Self::TwoPlacesAtOnce { reference } => format!("It would clash with another appointment ({reference})."),
            Self::SiteLacksAccess => "This site does not have the access that is needed.".into(),
            Self::TooFar { minutes, limit } => {
                format!("It is about {minutes} minutes away; the campaign's limit is {limit}.")
            }
            Self::Agreement(refusal) => refusal.sentence(),
            Self::TeamTooThin => "Too many of the team would be away at the same time.".into(),
            Self::AllocationUsed => "The places agreed for this employer are used up there.".into(),
            Self::NoStock => "All doses for that day are spoken for.".into(),
            Self::SlotFull => "Somebody else has just taken the last place at this time.".into(),
            Self::HoldGone => "This time is no longer kept for you.".into(),
            Self::NotWaiting => "This person is not on the list.".into(),
            Self::NothingMissing => "This person has all their appointments.".into(),
            Self::AllTaken => "What was left has gone to others who answered first.".into(),
            Self::NoSuchBooking => "There is no such booking.".into(),
            Self::NotLive { state } => format!("This booking is {state} already."),
            Self::ChangedMeanwhile => "This booking changed while you were looking at it.".into(),
            Self::BatchSettled => "This batch of bookings is settled already.".into(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NoSuchPerson | Self::NoSuchBooking => "Check the reference and look again.",
            Self::PersonUnclear => "Decide it on the worklist.",
            Self::NotEmployed => "Ask the employer to add the person to its list.",
            Self::CampaignClosed => "Ask the campaign lead.",
            Self::OfferClosed { .. } => "Reopen the offer if the person changed their mind.",
            Self::NoDateOfBirth => "Ask the employer or an operator to add the date of birth.",
            Self::TooYoung { .. } => "Ask the campaign lead who else may be seen.",
            Self::IntervalTooShort { .. } | Self::IntervalTooLong { .. } | Self::OtherProduct => {
                "Choose new times for both appointments together."
            }
            Self::AlreadyBooked { .. } => "Change the booking there is.",
            Self::Agreement(_) => "Choose a site that the agreement covers, or ask the campaign lead to extend it.",
            Self::TeamTooThin => "Choose another day.",
            Self::NotWaiting => "Put them on the list first.",
            Self::NothingMissing => "Change the booking there is.",
            Self::AllTaken => "Nothing is to be done: the person stays on the list and is asked again.",
            Self::NotLive { .. } | Self::ChangedMeanwhile => "Look at the booking as it is now.",
            Self::BatchSettled => "Nothing is left to do.",
            _ => "Choose another time or place.",
        }
        .to_owned()
    }
}
