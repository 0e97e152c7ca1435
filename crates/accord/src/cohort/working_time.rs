//! When somebody works and when they can come. Pure; planner and booking both ask here, so that a plan and the
//! bookings made of it count the same days as working time.

use accord_formats::{Half, Leave, Rota};
use jiff::civil::Date;

/// Does the person work on this day? Without a rota Monday to Friday count as worked; a day of leave never does.
/// A shift belongs to the day it starts on.
pub fn on_shift(rota: Option<&Rota>, leave: &Leave, date: Date) -> bool {
    let works = rota.map_or_else(|| date.weekday().to_monday_zero_offset() < 5, |rota| rota.on_shift(date));
    works && !leave.contains(date)
}

/// Can the person come in this part of the day? Without a rota at any time; never on leave.
pub fn available(rota: Option<&Rota>, leave: &Leave, date: Date, half: Half) -> bool {
    !leave.contains(date) && rota.is_none_or(|rota| rota.available(date, half))
}

/// The part of the day a slot begins in: before 12:00, before 17:00, later.
pub fn half_of(start_minute: u16) -> Half {
    match start_minute {
        0..720 => Half::Morning,
        720..1020 => Half::Afternoon,
        _ => Half::Evening,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const HALVES: [Half; 3] = [Half::Morning, Half::Afternoon, Half::Evening];

    #[test]
    fn working_time_is_what_rota_and_leave_say() {
        let leave = Leave::parse("2027-01-06").expect("leave reads");
        // Monday 4 January 2027 and the six days after it: worked (w), then free halves of each day (m, a, e).
        let table = [
            ("", "ww.ww..", ["mae", "mae", "", "mae", "mae", "mae", "mae"]),
            ("Mon-Fri", "ww.ww..", ["ma", "ma", "", "ma", "ma", "mae", "mae"]),
            ("Late Mon Tue", "ww.....", ["ma", "ma", "", "mae", "mae", "mae", "mae"]),
            ("Nights Mon", "w......", ["ae", "ae", "", "mae", "mae", "mae", "mae"]),
        ];
        for (text, worked, free) in table {
            let rota = (!text.is_empty()).then(|| Rota::parse(text).expect("rota reads"));
            for (n, (w, f)) in worked.chars().zip(free).enumerate() {
                let day = date(2027, 1, 4 + n as i8);
                assert_eq!(on_shift(rota.as_ref(), &leave, day), w == 'w', "{text} {day}");
                let halves: String = HALVES
                    .iter()
                    .zip("mae".chars())
                    .filter(|(half, _)| available(rota.as_ref(), &leave, day, **half))
                    .map(|(_, letter)| letter)
                    .collect();
                assert_eq!(halves, f, "{text} {day}");
            }
        }
    }

    #[test]
    fn halves_change_at_noon_and_at_five() {
        let starts = [(0, Half::Morning), (719, Half::Morning), (720, Half::Afternoon), (1019, Half::Afternoon)];
        for (minute, half) in starts.into_iter().chain([(1020, Half::Evening), (1439, Half::Evening)]) {
            assert_eq!(half_of(minute), half);
        }
    }
}
