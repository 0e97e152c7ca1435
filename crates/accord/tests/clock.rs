//! The clock jumps by an hour or a day, forward and back, while places are held and people are signed in: nothing ends by
//! it, nothing lasts longer by it. And what is counted in days is counted in days of the calendar, over both changes of
//! the clocks.

use accord::access::{Role, sign_in};
use accord::base::clock::{at_microsecond, london, london_instant};
use accord::base::db::{Stop, Tx};
use accord::base::secret::Key;
use accord::booking::fair::HalfDays;
use accord::booking::hold::{self, KEPT_US, hold};
use accord::booking::place::place;
use accord::booking::timed_offer;
use accord::booking::waiting_list::{self, Wishes};
use accord::booking::{BookingRefusal, Pick, PlaceCourse};
use accord::evidence::verify;
use accord::follow_clock::over_a_jump;
use accord::on_both_engines;
use accord::testing::{Fresh, Layout, Small};
use jiff::civil::{Date, date};

const HOUR: i64 = 3_600_000_000;

fn key() -> Key {
    Key::new([7; 32])
}

fn work<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<BookingRefusal>> + Send + 'static,
) -> T {
    fresh.db.write_now(&fresh.who, f).expect("done")
}

/// What the service does when it sees a jump: back, the time first; forward, the store first.
fn jump(fresh: &Fresh, by: i64) {
    if by < 0 {
        fresh.db.clock.advance_us(by);
    }
    let to_come = by.max(0);
    work(fresh, move |tx| Ok(over_a_jump(tx, by, to_come)?));
    if by > 0 {
        fresh.db.clock.advance_us(by);
    }
}

fn signed_in(fresh: &Fresh, token: &str) -> bool {
    let token = token.to_owned();
    fresh.db.read_now(&fresh.who, move |tx| sign_in::current(tx, &key(), &token)).expect("read").is_some()
}

fn clean(fresh: &Fresh) {
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    for finding in fresh.db.read_now(&fresh.who, verify::verify).expect("verified") {
        assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
    }
}

on_both_engines! {
    fn no_timed_offer_ends_by_a_jump(fresh) {
        let small = Small::build(fresh, 1);
        let (person, campaign) = (small.people[2], small.campaign);
        let anything = Wishes { half_days: HalfDays::ALL, minutes_max: None };
        work(fresh, move |tx| waiting_list::join(tx, person, campaign, &anything));
        assert_eq!(work(fresh, move |tx| timed_offer::offer_now(tx, campaign)), 1);
        let left = |fresh: &Fresh| {
            let read = move |tx: &mut Tx<'_>| timed_offer::kept_offer(tx, person, campaign);
            let offer = fresh.db.read_now(&fresh.who, read).expect("read").expect("still kept");
            offer.until.as_microsecond() - fresh.db.clock.now().as_microsecond()
        };
        let had = left(fresh);
        for by in [24 * HOUR, -24 * HOUR, HOUR, -HOUR] {
            jump(fresh, by);
            assert_eq!(work(fresh, |tx| Ok(timed_offer::settle_ended(tx)? + hold::sweep(tx, 200)?)), 0, "{by}");
            assert_eq!(left(fresh), had, "{by}");
        }
        work(fresh, move |tx| timed_offer::accept(tx, person, campaign));
        clean(fresh);
    }

    fn no_hold_and_no_sign_in_ends_by_a_jump_or_lasts_longer(fresh) {
        let small = Small::build(fresh, 1);
        let want = PlaceCourse {
            person: small.people[2],
            campaign: small.campaign,
            picks: vec![Pick { appointment: 1, slot: small.slots[20] }],
        };
        for by in [HOUR, -HOUR, 24 * HOUR, -24 * HOUR] {
            let wish = want.clone();
            work(fresh, move |tx| hold(tx, &wish));
            let token = work(fresh, move |tx| {
                let person = small_person(tx)?;
                Ok(sign_in::start(tx, &key(), &Role::Person { person })?)
            });
            fresh.db.clock.advance_us(5 * 60_000_000);
            jump(fresh, by);
            assert_eq!(work(fresh, |tx| Ok(hold::sweep(tx, 200)?)), 0, "{by}: nothing expired");
            let wish = want.clone();
            assert_eq!(work(fresh, move |tx| hold::kept(tx, &wish)).len(), 1, "{by}: it is still kept");
            assert!(signed_in(fresh, &token), "{by}: still signed in");
            fresh.db.clock.advance_us(KEPT_US - 5 * 60_000_000 + 1);
            assert_eq!(work(fresh, |tx| Ok(hold::sweep(tx, 200)?)), 1, "{by}: ten minutes are ten minutes");
            fresh.db.clock.advance_us(30 * 60_000_000);
            assert!(!signed_in(fresh, &token), "{by}: half an hour is half an hour");
            clean(fresh);
        }
    }

    fn days_of_the_calendar_are_counted_over_a_change_of_the_clocks(fresh) {
        // Nine in the morning on both sides of the nights of 25 October 2026, 28 March and 31 October 2027.
        for (at, first_day) in [date(2026, 10, 12), date(2027, 3, 15), date(2027, 10, 18)].into_iter().enumerate() {
            let small = laid_out(fresh, at, first_day);
            let now = fresh.db.clock.now().as_microsecond();
            fresh.db.clock.advance_us(london_instant(first_day, 8 * 60).as_microsecond() - now);
            let course = |days: [usize; 2]| PlaceCourse {
                person: small.people[2],
                campaign: small.campaign,
                picks: vec![
                    Pick { appointment: 1, slot: small.slots[days[0]] },
                    Pick { appointment: 2, slot: small.slots[days[1]] },
                ],
            };
            let refused = |days, wanted: &str| {
                let want = course(days);
                let said = fresh.db.write_now(&fresh.who, move |tx| place(tx, &want).map(drop));
                let Err(Stop::Refused(refusal)) = said else { panic!("{first_day}: {days:?} was allowed") };
                assert!(format!("{refusal:?}").starts_with(wanted), "{first_day} {days:?}: {refusal:?}");
            };
            refused([1, 19], "IntervalTooShort");
            refused([1, 30], "IntervalTooLong");
            // Nineteen days are allowed, though an hour is missing or too many between the two mornings.
            let want = course([1, 20]);
            let made = work(fresh, move |tx| place(tx, &want));
            for booking in &made {
                assert_eq!(booking.starts.to_zoned(london()).hour(), 9, "{first_day}");
                assert_eq!(booking.date, booking.starts.to_zoned(london()).date());
            }
            let apart = made[1].starts.as_microsecond() - made[0].starts.as_microsecond();
            assert_ne!(apart, 19 * 24 * HOUR, "{first_day}: a night of 23 or 25 hours lies between");
            clean(fresh);
        }
    }
}

fn small_person(tx: &mut Tx<'_>) -> Result<accord::base::ids::PersonId, accord::base::db::StoreError> {
    let (person,) = tx.one("SELECT MIN(id) FROM person", accord::p![])?;
    Ok(person)
}

/// A partnership of its own for each first day: a store holds campaigns of one.
fn laid_out(fresh: &Fresh, at: usize, first_day: Date) -> Small {
    let layout = Layout { appointments: 2, first_day, ..Layout::SMALL };
    if at > 0 {
        work(fresh, |tx| Ok(accord::base::db::migrate::empty(tx)?));
    }
    fresh.db.write_now(&fresh.who, move |tx| Small::lay_out(tx, &layout).map_err(Stop::<()>::Store)).expect("laid out")
}

#[test]
fn a_time_that_is_told_is_one_instant_and_a_clinic_is_as_long_as_it_says() {
    let hours = |day, from: u16, until: u16| {
        (london_instant(day, until * 60).as_microsecond() - london_instant(day, from * 60).as_microsecond()) / HOUR
    };
    let next = |day: Date| day.tomorrow().expect("a day after");
    let day = |d| (london_instant(next(d), 0).as_microsecond() - london_instant(d, 0).as_microsecond()) / HOUR;
    for (changes, long) in [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (date(2027, 10, 31), 25)] {
        assert_eq!(day(changes), long, "{changes}");
        assert_eq!(hours(changes, 9, 17), 8, "{changes}: a clinic from nine to five");
    }
    // 01:30 twice: the first one. 01:30 never: an hour later by the clock, so nobody is told a time that is not there.
    let autumn = london_instant(date(2026, 10, 25), 90);
    assert_eq!(autumn, at_microsecond(london_instant(date(2026, 10, 25), 0).as_microsecond() + 3 * HOUR / 2));
    let spring = london_instant(date(2027, 3, 28), 90).to_zoned(london());
    assert_eq!((spring.hour(), spring.minute()), (2, 30));
}
