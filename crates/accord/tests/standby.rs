//! The standby list on both engines: who is drawn and why not, who is asked, and thirty-two who want four doses.

mod support;

use accord::base::clock::london_instant;
use accord::base::db::{Stop, Tx};
use accord::base::ids::PersonId;
use accord::base::refusal::Refusal;
use accord::booking::fair::{self, HalfDays};
use accord::booking::place::place;
use accord::booking::standby::{join, leave};
use accord::booking::standby_draw::{Ask, AskState, Draw, DrawRefusal, Left, answer, open, work};
use accord::booking::waiting_list::Wishes;
use accord::booking::{BookingRefusal, Pick, PlaceCourse, store};
use accord::evidence::verify;
use accord::testing::{Fresh, Small};
use accord::{on_both_engines, p};
use jiff::civil::date;
use support::people::more_people;

const MINUTE: i64 = 60_000_000;
const WHENEVER: Wishes = Wishes { half_days: HalfDays::ALL, minutes_max: None };

fn run<T: Send + 'static, R: Refusal + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> Result<T, &'static str> {
    fresh.db.write_now(&fresh.who, f).map_err(|stop| match stop {
        Stop::Refused(refusal) => {
            assert!(!refusal.sentence().is_empty() && !refusal.next_step().is_empty());
            refusal.code()
        }
        Stop::Store(error) => panic!("the store: {error}"),
    })
}

fn sql(fresh: &Fresh, statement: &'static str) {
    run(fresh, move |tx| Ok::<_, Stop<BookingRefusal>>(tx.run(statement, p![])?)).expect("the statement runs");
}

fn number(fresh: &Fresh, statement: &'static str) -> i64 {
    let (n,): (i64,) = fresh.db.read_now(&fresh.who, move |tx| tx.one(statement, p![])).expect("read");
    n
}

fn clean(fresh: &Fresh, after: &str) {
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    let findings = fresh.db.read_now(&fresh.who, verify::verify).expect("verified");
    let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
    assert!(broken.is_empty(), "{after}: {broken:?}");
    assert_eq!(fresh.db.read_now(&fresh.who, verify::lost).expect("read"), [], "{after}");
}

/// Doses that are counted: so many for the campaign's first day and later.
fn stocked(fresh: &Fresh, doses: i64) {
    run(fresh, move |tx| {
        Ok::<_, Stop<BookingRefusal>>(tx.run(
            "INSERT INTO stock (partnership_id, site_id, product_id, from_date, until_date, delivered, taken)
             SELECT partnership_id, site_id, product_id, '2027-01-01', '9999-12-31', $1, 0 FROM session WHERE date = '2027-01-04'",
            p![doses],
        )?)
    })
    .expect("stocked");
}

fn ready(fresh: &Fresh, small: &Small, person: PersonId, wishes: Wishes) -> Result<(), &'static str> {
    let campaign = small.campaign;
    run(fresh, move |tx| join(tx, person, campaign, &wishes)).map(drop)
}

fn left(small: &Small, doses: i64) -> Left {
    Left { site: small.site, date: date(2027, 1, 4), product: small.product, doses, until_minute: 17 * 60 + 30 }
}

fn opened(fresh: &Fresh, small: &Small, doses: i64) -> Result<Draw, &'static str> {
    let left = left(small, doses);
    run(fresh, move |tx| open(tx, &left))
}

fn asks(fresh: &Fresh, draw: &Draw) -> Vec<Ask> {
    let id = draw.id;
    fresh.db.read_now(&fresh.who, move |tx| store::asks_of(tx, id)).expect("read")
}

fn who(fresh: &Fresh, draw: &Draw, state: AskState) -> Vec<PersonId> {
    asks(fresh, draw).into_iter().filter(|ask| ask.state == state).map(|ask| ask.person).collect()
}

fn says(fresh: &Fresh, draw: &Draw, person: PersonId, yes: bool) -> Result<usize, &'static str> {
    let id = draw.id;
    run(fresh, move |tx| answer(tx, person, id, yes).map(|booked| booked.len()))
}

fn works(fresh: &Fresh) -> usize {
    run(fresh, |tx| Ok::<_, Stop<BookingRefusal>>(work(tx, 1_000)?)).expect("worked")
}

/// The order of a draw, worked out again from its seed.
fn drawn_again(fresh: &Fresh, draw: &Draw) {
    let all = asks(fresh, draw);
    let placed: Vec<_> =
        all.iter().filter(|a| a.place > 0).map(|a| (a.person, a.asked_before, a.lot.clone())).collect();
    let again = fair::draw_order(&draw.seed, placed.iter().map(|(person, before, _)| (*person, *before)).collect());
    assert_eq!(placed, again);
    assert!(all.iter().filter(|a| a.place == 0).all(|a| a.state == AskState::Passed && a.code.is_some()));
}

/// As many as wanted are asked: the service asks more every ten minutes.
fn asked(fresh: &Fresh, draw: &Draw, wanted: usize) {
    for _ in 0..20 {
        if who(fresh, draw, AskState::Asked).len() >= wanted {
            return;
        }
        fresh.db.clock.advance_us(10 * MINUTE);
        works(fresh);
    }
    panic!("so many are never asked");
}

on_both_engines! {
    fn the_first_to_say_yes_get_them_and_the_others_are_told(fresh) {
        let small = Small::build(fresh, 1);
        let more = more_people(fresh, &small, &[1; 9]);
        stocked(fresh, 2);
        for person in &more {
            ready(fresh, &small, *person, WHENEVER).expect("on the list");
        }
        assert_eq!(opened(fresh, &small, 3).map(drop), Err("not_left"), "more than there are");
        let draw = opened(fresh, &small, 2).expect("opened");
        assert_eq!(draw.starts, london_instant(date(2027, 1, 4), 17 * 60 + 20));
        drawn_again(fresh, &draw);
        let first = who(fresh, &draw, AskState::Asked);
        assert_eq!(first.len(), 5, "two for each dose, and one more");
        assert_eq!(opened(fresh, &small, 1).map(drop), Err("already_open"));
        assert_eq!(number(fresh, "SELECT CAST(SUM(capacity - taken) AS BIGINT) FROM slot WHERE start_minute > 600"), 0, "nobody finds the slot free");
        clean(fresh, "asked");
        // No: the next is asked at once.
        assert_eq!(says(fresh, &draw, first[0], false), Ok(0));
        assert_eq!(says(fresh, &draw, first[0], false), Ok(0), "twice is once");
        assert_eq!(who(fresh, &draw, AskState::Asked).len(), 5);
        let waits = who(fresh, &draw, AskState::InLine)[0];
        assert_eq!(says(fresh, &draw, waits, true), Err("not_waiting"), "who was not asked can't take one");
        for person in &first[1..3] {
            assert_eq!(says(fresh, &draw, *person, true), Ok(1));
            clean(fresh, "accepted");
        }
        assert_eq!(says(fresh, &draw, first[3], true), Err("all_taken"));
        assert_eq!(says(fresh, &draw, first[1], true), Err("not_waiting"));
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM event WHERE kind = 'standby.gone'"), 3);
        assert_eq!(number(fresh, "SELECT taken FROM stock"), 2);
        assert_eq!(who(fresh, &draw, AskState::Accepted).len(), 2);
        // The day goes on, and the next draw begins with those who were not asked yet.
        fresh.db.clock.advance_us(24 * 60 * MINUTE);
        assert_eq!(works(fresh), 1);
        sql(fresh, "UPDATE stock SET delivered = 4");
        let tomorrow = Left { date: date(2027, 1, 5), ..left(&small, 1) };
        let next = run(fresh, move |tx| open(tx, &tomorrow)).expect("opened");
        drawn_again(fresh, &next);
        let asked = who(fresh, &next, AskState::Asked);
        assert!(asked.len() == 3 && asked.iter().all(|p| !first.contains(p)), "the seldom asked come first");
        clean(fresh, "the next day");
    }

    fn whoever_can_not_have_it_is_written_down_with_the_reason(fresh) {
        let small = Small::build(fresh, 1);
        let more = more_people(fresh, &small, &[1; 7]);
        let mornings = HalfDays::parse("mon_am").expect("half-days");
        let wishes = [
            Wishes { minutes_max: Some(5), ..WHENEVER },
            Wishes { half_days: mornings, ..WHENEVER },
            WHENEVER, WHENEVER, WHENEVER, WHENEVER, WHENEVER,
        ];
        for (person, wishes) in more.iter().zip(wishes) {
            ready(fresh, &small, *person, wishes).expect("on the list");
        }
        let (booked, young, needs, gone) = (more[2], more[3], more[4], more[5]);
        let campaign = small.campaign;
        let want = PlaceCourse { person: booked, campaign, picks: vec![Pick { appointment: 1, slot: small.slots[3] }] };
        run(fresh, move |tx| place(tx, &want)).expect("booked");
        run(fresh, move |tx| {
            tx.run("UPDATE person SET date_of_birth = '2015-01-01' WHERE id = $1", p![young])?;
            tx.run("UPDATE person SET access_needs = 1 WHERE id = $1", p![needs])?;
            leave(tx, gone, campaign)
        }).expect("changed");
        assert_eq!(ready(fresh, &small, booked, WHENEVER), Ok(()), "who is on it may change their wishes");
        let draw = opened(fresh, &small, 4).expect("opened");
        let mut codes: Vec<_> = asks(fresh, &draw).into_iter().filter_map(|a| Some((a.person, a.code?))).collect();
        codes.sort();
        let mut wanted = vec![
            (more[0], "too_far".to_owned()), (more[1], "not_wished".to_owned()), (booked, "no_open_offer".to_owned()),
            (young, "too_young".to_owned()), (needs, "site_lacks_access".to_owned()),
        ];
        wanted.sort();
        assert_eq!(codes, wanted);
        assert_eq!(who(fresh, &draw, AskState::Asked), [more[6]]);
        clean(fresh, "drawn");
        // Nobody answers: the draw ends with its time, and its session is none.
        fresh.db.clock.advance_us(600 * MINUTE);
        assert_eq!(works(fresh), 1);
        assert_eq!(says(fresh, &draw, more[6], true), Err("all_taken"));
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM session WHERE state = 'closed' AND date = '2027-01-04'"), 1);
        clean(fresh, "over");
    }

    fn a_clinic_is_told_why_nobody_is_asked(fresh) {
        let small = Small::build(fresh, 1);
        let good = left(&small, 2);
        let table = [
            (Left { date: date(2027, 1, 5), ..good }, "not_today"),
            (Left { doses: 0, ..good }, "how_many"),
            (Left { doses: 51, ..good }, "how_many"),
            (Left { until_minute: 8 * 60 + 25, ..good }, "too_late"),
            (Left { until_minute: 3, ..good }, "too_late"),
            (Left { site: accord::base::ids::SiteId::from_uuid(uuid::Uuid::nil()), ..good }, "not_given_here"),
        ];
        for (left, code) in table {
            assert_eq!(run(fresh, move |tx| open(tx, &left)).map(drop), Err(code), "{left:?}");
        }
        assert!(!DrawRefusal::NotLeft { left: 3 }.sentence().is_empty());
        // Nobody is on the list: a draw of nobody, and no place that anybody finds.
        let draw = opened(fresh, &small, 2).expect("opened");
        assert!(asks(fresh, &draw).is_empty());
        clean(fresh, "nobody");
    }

    fn thirty_two_who_want_four_doses(fresh) {
        for stock in [4_i64, 6] {
            let fresh = &again(fresh);
            let small = Small::build(fresh, 1);
            let more = more_people(fresh, &small, &[1; 40]);
            stocked(fresh, 6);
            for person in &more {
                ready(fresh, &small, *person, WHENEVER).expect("on the list");
            }
            // Four doses by what the clinic says; or six, of which two break meanwhile: then the stock says no.
            let draw = opened(fresh, &small, if stock == 4 { 4 } else { 6 }).expect("opened");
            asked(fresh, &draw, 32);
            if stock == 6 {
                sql(fresh, "UPDATE stock SET delivered = 4");
            }
            let all = who(fresh, &draw, AskState::Asked);
            let answers: Vec<_> = std::thread::scope(|scope| {
                let tries: Vec<_> = all[..32].iter().map(|person| {
                    let (draw, person) = (&draw, *person);
                    scope.spawn(move || says(fresh, draw, person, true))
                }).collect();
                tries.into_iter().map(|t| t.join().expect("a thread ends")).collect()
            });
            assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 4, "{answers:?}");
            let code = if stock == 4 { "all_taken" } else { "no_stock" };
            assert!(answers.iter().all(|a| a.is_ok() || *a == Err(code)), "{answers:?}");
            assert_eq!(number(fresh, "SELECT COUNT(*) FROM booking WHERE live = 1"), 4);
            assert_eq!(number(fresh, "SELECT taken FROM stock"), 4);
            clean(fresh, "raced for");
            drawn_again(fresh, &draw);
        }
    }
}

fn again(fresh: &Fresh) -> Fresh {
    match &fresh.place {
        accord::base::db::Place::Folder(_) => Fresh::lite(),
        #[cfg(feature = "postgres")]
        accord::base::db::Place::Postgres(_) => Fresh::postgres(),
        #[cfg(not(feature = "postgres"))]
        accord::base::db::Place::Postgres(_) => unreachable!("this build has one engine"),
    }
}
