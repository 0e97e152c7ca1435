//! What a slot keeps for walk-ins and for assisted booking, at its boundaries; the import of such sessions.

use crate::world::{Size, World, build, pick, read, sound, work};
use accord::base::db::{Stop, Tx};
use accord::base::refusal::Refusal;
use accord::booking::cancel::{Reason, cancel};
use accord::booking::choose::Chooser;
use accord::booking::hold::{KEPT_US, hold_as, hold_only};
use accord::booking::place::place_as;
use accord::booking::rebook::rebook_as;
use accord::booking::{Booking, BookingRefusal, PlaceCourse, Way, batch};
use accord::clinic::import::{self, Faulty};
use accord::clinic::layout::{Break, Terms};
use accord::clinic::slot::{Share, Wanted, free_slots_for};
use accord::clinic::store::layout::laid;
use accord::on_both_engines;
use accord::p;
use accord::testing::Fresh;

type Taking = fn(&mut Tx<'_>, &PlaceCourse, Way) -> Result<Vec<Booking>, Stop<BookingRefusal>>;

const HOUR: i64 = 3_600_000_000;

/// One slot on Friday 8 January at 9:00 with four places: one for walk-ins, one for assisted booking until a day before.
fn kept(fresh: &Fresh) -> World {
    let size = Size { sites: 1, days: 5, slots: 1, stations: 4, people: 12, appointments: 1 };
    let world = build(fresh, size);
    let slot = world.slots[4].0;
    work(fresh, move |tx| {
        tx.run(
            "UPDATE slot SET kept_walk_in = 1, kept_assisted = 1, assisted_until_us = starts_us - $2 WHERE id = $1",
            p![slot, 24 * HOUR],
        )
        .map_err(Stop::<()>::Store)
    })
    .expect("kept");
    world
}

fn take(fresh: &Fresh, world: &World, person: usize, way: Way) -> Result<(), &'static str> {
    let picks = vec![pick(1, world.slots[4].0)];
    let want = PlaceCourse { person: world.people[person], campaign: world.small.campaign, picks };
    let done = work(fresh, move |tx| place_as(tx, &want, way));
    sound(fresh);
    done.map(|_| ()).map_err(|refusal| refusal.code())
}

/// Somebody at the door when the slot begins.
fn walk_in(fresh: &Fresh, world: &World) -> Way {
    let slot = world.slots[4].0;
    Way::WalkIn { at: read(fresh, move |tx| accord::clinic::store::slot(tx, slot)).expect("there").starts() }
}

fn shown(fresh: &Fresh, world: &World, share: Share) -> i64 {
    let slot = world.slots[4].0;
    let facts = read(fresh, move |tx| accord::clinic::store::slot(tx, slot)).expect("there");
    let wanted =
        Wanted { products: vec![facts.product], from: facts.date, until: facts.date, sites: vec![(facts.site, 0)] };
    let days = read(fresh, move |tx| free_slots_for(tx, &wanted, share));
    let free: i64 = days.iter().flat_map(|day| &day.slots).filter(|s| s.slot == slot).map(|s| s.free).sum();
    assert_eq!(facts.room(share, fresh.db.clock.now()).max(0), free, "both say the same");
    free
}

on_both_engines! {
    fn each_layer_takes_what_is_its_and_no_more(fresh) {
        let world = kept(fresh);
        assert_eq!([Share::Everybody, Share::Assisted, Share::WalkIn].map(|s| shown(fresh, &world, s)), [2, 3, 4]);
        assert_eq!(take(fresh, &world, 0, Way::Chosen), Ok(()));
        let (campaign, slot, person) = (world.small.campaign, world.slots[4].0, world.people[1]);
        let want = PlaceCourse { person, campaign, picks: vec![pick(1, slot)] };
        let placed = work(fresh, move |tx| {
            let id = batch::open(tx, campaign)?;
            let done = accord::booking::place::place_many(tx, id, std::slice::from_ref(&want))?;
            batch::settle_live(tx, id).map(|_| done.placed.len())
        });
        assert_eq!(placed, Ok(1));
        assert_eq!(take(fresh, &world, 2, Way::Chosen), Err("slot_full"));
        assert_eq!(shown(fresh, &world, Share::Everybody), 0);
        let person = world.people[2];
        let chooser = read(fresh, move |tx| {
            let mut chooser = Chooser::read(tx, person, campaign)?.expect("there");
            let own = chooser.times(tx, 1, jiff::civil::date(2027, 1, 8))?;
            chooser.way = Way::Assisted;
            let assisted = chooser.times(tx, 1, jiff::civil::date(2027, 1, 8))?;
            Ok([own, assisted].map(|times| times.times.iter().any(|time| time.slot.slot == slot)))
        });
        assert_eq!(chooser, [false, true], "an operator is shown what is kept for them");
        let held = PlaceCourse { person: world.people[3], campaign, picks: vec![pick(1, slot)] };
        work(fresh, move |tx| hold_as(tx, &held, Way::Assisted)).expect("held for the operator");
        assert_eq!(take(fresh, &world, 4, Way::Assisted), Err("slot_full"));
        assert_eq!(take(fresh, &world, 3, Way::Assisted), Ok(()));
        assert_eq!(take(fresh, &world, 5, walk_in(fresh, &world)), Ok(()));
        assert_eq!(take(fresh, &world, 6, walk_in(fresh, &world)), Err("slot_full"));
    }

    fn what_an_operator_kept_for_somebody_they_may_take_themselves(fresh) {
        let world = kept(fresh);
        let (campaign, slot) = (world.small.campaign, world.slots[4].0);
        for n in 0..2 {
            assert_eq!(take(fresh, &world, n, Way::Chosen), Ok(()));
        }
        let of = |person: usize| PlaceCourse { person: world.people[person], campaign, picks: vec![pick(1, slot)] };
        for (person, do_it) in [(3, place_as as Taking), (4, |tx, want, way| rebook_as(tx, want, &[], way))] {
            let held = of(person);
            work(fresh, move |tx| hold_as(tx, &held, Way::Assisted)).expect("kept by the operator");
            // Looking at it once more on their own page does not lose it, and nobody else gets it.
            let again = of(person);
            work(fresh, move |tx| hold_only(tx, &again)).expect("still kept");
            assert_eq!(take(fresh, &world, 5, Way::Chosen), Err("slot_full"));
            let want = of(person);
            let made = work(fresh, move |tx| do_it(tx, &want, Way::Chosen)).expect("theirs");
            sound(fresh);
            let (id, version) = (made[0].id, made[0].version);
            work(fresh, move |tx| cancel(tx, id, version, Reason::ByPerson)).expect("given back");
        }
        let held = of(3);
        work(fresh, move |tx| hold_as(tx, &held, Way::Assisted)).expect("kept by the operator");
        fresh.db.clock.advance_us(KEPT_US);
        assert_eq!(take(fresh, &world, 3, Way::Chosen), Err("slot_full"), "its time is over");
        assert_eq!(take(fresh, &world, 3, Way::Assisted), Ok(()));
    }

    fn what_is_held_stays_its_holders_when_more_is_kept_back(fresh) {
        let world = kept(fresh);
        let (campaign, slot) = (world.small.campaign, world.slots[4].0);
        let held = PlaceCourse { person: world.people[0], campaign, picks: vec![pick(1, slot)] };
        work(fresh, move |tx| hold_as(tx, &held, Way::Chosen)).expect("held");
        work(fresh, move |tx| {
            tx.run("UPDATE slot SET kept_walk_in = 3 WHERE id = $1", p![slot]).map_err(Stop::<()>::Store)
        }).expect("kept back");
        for way in [Way::Chosen, Way::Assisted] {
            assert_eq!(take(fresh, &world, 1, way), Err("slot_full"));
        }
        assert_eq!(take(fresh, &world, 0, Way::Chosen), Ok(()));
        assert_eq!(take(fresh, &world, 2, walk_in(fresh, &world)), Ok(()), "the others are for whoever comes");
    }

    fn what_is_kept_for_assisted_booking_is_for_everybody_from_its_hour_on(fresh) {
        let world = kept(fresh);
        for n in 0..2 {
            assert_eq!(take(fresh, &world, n, Way::Chosen), Ok(()));
        }
        // It is Monday 8:00; Thursday 9:00 is 73 hours away.
        fresh.db.clock.advance_us(73 * HOUR - 1);
        assert_eq!(take(fresh, &world, 2, Way::Chosen), Err("slot_full"), "a microsecond before");
        fresh.db.clock.advance_us(1);
        assert_eq!(shown(fresh, &world, Share::Everybody), 1);
        assert_eq!(take(fresh, &world, 2, Way::Chosen), Ok(()));
        assert_eq!(take(fresh, &world, 3, Way::Assisted), Err("slot_full"), "the walk-in's place stays");
        assert_eq!(take(fresh, &world, 3, walk_in(fresh, &world)), Ok(()));
    }

    fn a_session_file_may_say_how_places_are_given_out(fresh) {
        let world = build(fresh, Size { sites: 1, days: 1, slots: 1, stations: 1, people: 0, appointments: 1 });
        let file = "site,weekday,from,until,slot_minutes,stations,product,from_date,until_date,vaccinators,rooms,people_max,breaks,\
            kept_walk_in,kept_assisted,assisted_hours\n\
            S00,Tuesday,09:00,11:00,10,,ALPHA,2027-02-02,2027-02-02,3,2,15,10:00-10:20,1,1,48\n";
        let asked = file.to_owned();
        work(fresh, move |tx| import::import_sessions(tx, &asked, None, Faulty::Refuse)).expect("taken");
        let all = read(fresh, |tx| accord::clinic::store::session::between(
            tx, jiff::civil::date(2027, 2, 2), jiff::civil::date(2027, 2, 2)));
        let ours = all.iter().find(|s| s.planned.site == world.sites[0]).expect("there").clone();
        assert_eq!((ours.planned.stations, ours.places), (2, 15), "the smaller of both, and no more than the cap");
        let id = ours.id;
        let settings = read(fresh, move |tx| laid(tx, &[id])).remove(0).settings;
        let wanted = Terms {
            vaccinators: Some(3), rooms: Some(2), people_max: Some(15), breaks: vec![Break(600, 620)],
            kept_walk_in: 1, kept_assisted: 1, assisted_hours: 48, ..Terms::default()
        };
        assert_eq!(settings.terms, wanted);
        let said = read(fresh, import::export_sessions);
        assert!(said.contains("10:00-10:20") && said.contains(",3,2,15,"), "{said}");
        let again = work(fresh, move |tx| import::import_sessions(tx, &said, None, Faulty::Refuse)).expect("taken");
        assert_eq!(again.added, 0, "what was written is there");
        for (part, by) in [("10:00-10:20", "11:00-12:00"), (",3,2,", ",3,0,"), (",1,1,48", ",2,1,48"), ("10:20", "soon")] {
            let bad = file.replace(part, by);
            assert!(work(fresh, move |tx| import::import_sessions(tx, &bad, None, Faulty::Refuse)).is_err(), "{by}");
        }
    }
}
