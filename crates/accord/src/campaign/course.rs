//! The course: which appointments on which days, and how far apart. Pure.

use jiff::ToSpan;
use jiff::civil::Date;

/// One appointment of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// From 1.
    pub number: i64,
    /// For people: "First dose".
    pub name: String,
    /// First day it may be on.
    pub first_on: Date,
    /// Last day, inclusive.
    pub last_on: Date,
}

/// Days between one appointment and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// At least.
    pub min: i64,
    /// At most.
    pub max: i64,
    /// Best.
    pub ideal: i64,
}

/// Why a day does not do for an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseRefusal {
    /// The course has no appointment of this number.
    NoSuchAppointment,
    /// Outside the appointment's own days.
    OutsideWindow {
        /// First day.
        first_on: Date,
        /// Last day.
        last_on: Date,
    },
    /// Too near the appointment before or after.
    TooClose {
        /// Fewest days.
        min: i64,
        /// Days there would be; below nought where the order is wrong.
        days: i64,
    },
    /// Too far from it.
    TooFar {
        /// Most days.
        max: i64,
        /// Days there would be.
        days: i64,
    },
}

/// Days from one date to another; below nought where the second is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Says whether `date` does for appointment `number`, beside the dates of the others (number and date).
/// With another appointment in between missing, the interval counts as often as there are steps.
pub fn allows(
    appointments: &[Appointment],
    interval: Interval,
    number: i64,
    date: Date,
    others: &[(i64, Date)],
) -> Result<(), CourseRefusal> {
    let window = appointments.iter().find(|a| a.number == number).ok_or(CourseRefusal::NoSuchAppointment)?;
    if date < window.first_on || date > window.last_on {
        return Err(CourseRefusal::OutsideWindow { first_on: window.first_on, last_on: window.last_on });
    }
    for (other, there) in others.iter().filter(|(other, _)| *other != number) {
        let steps = (number - other).abs();
        let days = if *other < number { days_between(*there, date) } else { days_between(date, *there) };
        let (min, max) = (interval.min * steps, interval.max * steps);
        if days < min {
            return Err(CourseRefusal::TooClose { min, days });
        }
        if days > max {
            return Err(CourseRefusal::TooFar { max, days });
        }
    }
    Ok(())
}

/// First and last day of appointment `number` that go with the dates of the others; none where no day does.
pub fn days_for(
    appointments: &[Appointment],
    interval: Interval,
    number: i64,
    others: &[(i64, Date)],
) -> Option<(Date, Date)> {
    let window = appointments.iter().find(|a| a.number == number)?;
    let (mut first, mut last) = (window.first_on, window.last_on);
    for (other, there) in others.iter().filter(|(other, _)| *other != number) {
        let steps = (number - other).abs();
        let (near, far) = (interval.min * steps, interval.max * steps);
        let (low, high) = if *other < number { (near, far) } else { (-far, -near) };
        first = first.max(there.saturating_add(low.days()));
        last = last.min(there.saturating_add(high.days()));
    }
    (first <= last).then_some((first, last))
}

/// Whether somebody can go through the whole course: none where they can, else the number of the first
/// appointment that can't follow.
pub fn stuck_at(appointments: &[Appointment], interval: Interval) -> Option<i64> {
    let mut reach: Option<(Date, Date)> = None;
    for a in appointments {
        let (first, last) = match reach {
            None => (a.first_on, a.last_on),
            Some((low, high)) => (
                a.first_on.max(low.saturating_add(interval.min.days())),
                a.last_on.min(high.saturating_add(interval.max.days())),
            ),
        };
        if last < first {
            return Some(a.number);
        }
        reach = Some((first, last));
    }
    None
}
