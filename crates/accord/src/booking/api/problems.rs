//! The refusals of bookings as problems: under which status each is told.

use crate::base::api::Problem;
use crate::base::db::Stop;
use crate::base::ids::BookingId;
use crate::booking::attendance::{DayRefusal, Elsewhere};
use crate::booking::capacity_change::ChangeRefusal;
use crate::booking::{BookingRefusal, Reference};
use crate::partnership::agreement::AgreementRefusal;
use jiff::Timestamp;
use jiff::civil::{Date, date};

/// 404: what the address names. 422: what the body names is not there. 409: a rule says no to things as they stand.
const fn status(refusal: &BookingRefusal) -> u16 {
    match refusal {
        BookingRefusal::NoSuchBooking => 404,
        BookingRefusal::NoSuchPerson | BookingRefusal::NoSuchSlot | BookingRefusal::NoSuchAppointment { .. } => 422,
        _ => 409,
    }
}

/// A refusal as a problem.
pub fn problem(refusal: &BookingRefusal) -> Problem {
    Problem::refused(status(refusal), refusal)
}

/// A use case's stop, with its refusal as a problem.
pub fn stop(stop: Stop<BookingRefusal>) -> Stop<Problem> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(problem(&refusal)),
        Stop::Store(error) => Stop::Store(error),
    }
}

/// One problem of each code, with values that stand for any.
pub fn every() -> Vec<Problem> {
    use BookingRefusal as R;
    const DAY: Date = date(2027, 1, 5);
    let reference = || Reference::from_random([1, 2, 3, 4, 5]);
    let plain = [
        R::NoSuchPerson,
        R::PersonUnclear,
        R::NotEmployed,
        R::CampaignClosed,
        R::OfferClosed { state: "declined" },
        R::NoDateOfBirth,
        R::TooYoung { wants: 16 },
        R::NoSuchAppointment { number: 3 },
        R::NoSuchSlot,
        R::SessionClosed,
        R::PartnerOwnsSlots,
        R::WalkInsOnly,
        R::InThePast,
        R::OutsideWindow { first: DAY, last: DAY },
        R::ProductNotUsed,
        R::OtherProduct,
        R::IntervalTooShort { wants_days: 19, got_days: 7 },
        R::IntervalTooLong { wants_days: 28, got_days: 40 },
        R::AlreadyBooked { reference: reference() },
        R::TwoPlacesAtOnce { reference: reference() },
        R::SiteLacksAccess,
        R::TooFar { minutes: 70, limit: 60 },
        R::TeamTooThin,
        R::AllocationUsed,
        R::NoStock,
        R::SlotFull,
        R::HoldGone,
        R::NotWaiting,
        R::NothingMissing,
        R::AllTaken,
        R::NoSuchBooking,
        R::NotLive { state: "cancelled" },
        R::ChangedMeanwhile,
        R::BatchSettled,
    ];
    let agreements = [
        AgreementRefusal::NoAgreement,
        AgreementRefusal::NotInForce,
        AgreementRefusal::Ended { on: DAY },
        AgreementRefusal::NotThisSite,
        AgreementRefusal::NotThisPurpose,
        AgreementRefusal::NotThisEmployer,
    ];
    plain.into_iter().chain(agreements.map(R::Agreement)).map(|refusal| problem(&refusal)).collect()
}

/// A refusal of a capacity change as a problem.
pub fn change_problem(refusal: &ChangeRefusal) -> Problem {
    let status = match refusal {
        ChangeRefusal::NoSuchChange => 404,
        ChangeRefusal::NoSuchSession
        | ChangeRefusal::TooMany
        | ChangeRefusal::NoReason
        | ChangeRefusal::Settings { .. } => 422,
        _ => 409,
    };
    Problem::refused(status, refusal)
}

/// One problem of each code of a capacity change.
pub fn every_of_changes() -> Vec<Problem> {
    use ChangeRefusal as R;
    let all = [
        R::NoSuchSession,
        R::TooMany,
        R::Past,
        R::NoReason,
        R::Settings { what: "until", wanted: "a time after the start".into() },
        R::Overlap,
        R::NothingToDo,
        R::NoSuchChange,
        R::NotNow { state: "done" },
        R::Outdated,
        R::PlanUnderWay,
        R::TooLate,
    ];
    all.iter().map(change_problem).collect()
}

/// A clinic's refusal as a problem; a rule of booking as that is told.
fn day_problem(refusal: &DayRefusal) -> Problem {
    match refusal {
        DayRefusal::Booking(refusal) => problem(refusal),
        DayRefusal::NotFound => Problem::refused(404, refusal),
        DayRefusal::NotInCampaign | DayRefusal::NoSession => Problem::refused(422, refusal),
        _ => Problem::refused(409, refusal),
    }
}

/// A use case's stop on the day, with its refusal as a problem.
pub fn day_stop(stop: Stop<DayRefusal>) -> Stop<Problem> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(day_problem(&refusal)),
        Stop::Store(error) => Stop::Store(error),
    }
}

/// One problem of each code that only a clinic's day has.
pub fn of_the_day() -> Vec<Problem> {
    let nobody = BookingId::from_uuid(uuid::Uuid::nil());
    let elsewhere = || Elsewhere {
        booking: nobody,
        version: 1,
        place: "Clinic One".into(),
        starts: Timestamp::UNIX_EPOCH,
        free: None,
    };
    let all = [
        DayRefusal::WrongSite(elsewhere()),
        DayRefusal::WrongDay(elsewhere()),
        DayRefusal::NoPlace,
        DayRefusal::NotYet,
        DayRefusal::NotHere,
        DayRefusal::OnTheList { booking: nobody },
        DayRefusal::NotInCampaign,
        DayRefusal::FullToday,
        DayRefusal::NoSession,
    ];
    all.iter().map(day_problem).collect()
}

/// What an unknown campaign in an address is told as.
pub fn no_such_campaign() -> Problem {
    Problem::refused(404, &crate::campaign::CampaignRefusal::NoSuchCampaign)
}

/// What an unknown booking in an address is told as.
pub fn no_such_booking() -> Problem {
    problem(&BookingRefusal::NoSuchBooking)
}

#[cfg(test)]
mod tests {
    use super::{every, every_of_changes};

    #[test]
    fn every_code_of_the_refusals_is_listed() {
        let known: Vec<String> = every().into_iter().map(|problem| problem.code).collect();
        let sources = [include_str!("../refusal.rs"), include_str!("../../partnership/agreement.rs")];
        let mut seen = 0;
        for source in sources {
            let codes = source.split("fn code(").nth(1).and_then(|rest| rest.split("fn sentence(").next());
            for code in codes.unwrap_or_default().split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(known.iter().any(|k| k == code), "{code} stands in no list of problems");
                seen += 1;
            }
        }
        assert_eq!(seen, known.len());
    }

    #[test]
    fn every_code_of_a_capacity_change_is_listed() {
        let known: Vec<String> = every_of_changes().into_iter().map(|problem| problem.code).collect();
        let source = include_str!("../capacity_change/refusal.rs");
        let codes = source.split("fn code(").nth(1).and_then(|rest| rest.split("fn sentence(").next());
        let codes: Vec<&str> =
            codes.unwrap_or_default().split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(codes, known);
    }
}
