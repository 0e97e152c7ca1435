//! Several servers on one store, and clocks that jump: what ends at an instant is moved once, whoever sees the jump; and a
//! jump of one machine alone is none of the store.

use accord::base::clock::{Chance, Clock, EVEN_US, Machine, at_microsecond};
use accord::base::db::{Db, Place, Stop, Tx};
use accord::booking::fair::HalfDays;
use accord::booking::hold::{self, hold};
use accord::booking::timed_offer;
use accord::booking::waiting_list::{self, Wishes};
use accord::booking::{BookingRefusal, Pick, PlaceCourse};
use accord::evidence::verify;
use accord::follow_clock::{Follower, Looked, SILENCE_US};
use accord::on_both_engines;
use accord::testing::{BEGIN_US, Fresh, Small};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

/// A server: a machine, its handle of the store, and what it does about its clock.
struct Server {
    machine: Machine,
    db: Db,
    follower: Follower,
}

impl Server {
    fn on(fresh: &Fresh, machine: &Machine, seed: u64) -> Self {
        let clock = Clock::steady_on(machine.clone());
        let db = Db::open(&fresh.place, clock, Chance::seeded(seed)).expect("a second handle opens");
        Self { machine: machine.clone(), db, follower: Follower::default() }
    }

    fn look(&mut self, fresh: &Fresh) -> Looked {
        self.follower.look(&self.db, &fresh.who).expect("looked")
    }

    fn now(&self) -> i64 {
        self.db.clock.now().as_microsecond()
    }
}

fn machine() -> Machine {
    Machine::standing_at(at_microsecond(BEGIN_US))
}

/// Time passes on these machines, while the servers look twice a second, one after the other; what they saw that matters.
fn pass(fresh: &Fresh, machines: &[&Machine], servers: &mut [&mut Server], us: i64) -> Vec<Looked> {
    let mut seen = Vec::new();
    for _ in 0..us / (SECOND / 2) {
        machines.iter().for_each(|machine| machine.advance_us(SECOND / 2));
        for server in servers.iter_mut() {
            let looked = server.look(fresh);
            if !matches!(looked, Looked::Even | Looked::Waits(_)) {
                seen.push(looked);
            }
        }
    }
    seen
}

fn work<T: Send + 'static>(
    db: &Db,
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<BookingRefusal>> + Send + 'static,
) -> T {
    db.write_now(&fresh.who, f).expect("done")
}

/// Somebody looks at a place, and the waiting list keeps one for somebody else. Both as long as the store says.
fn kept(fresh: &Fresh, server: &Server) -> Small {
    let small = Small::build(fresh, 1);
    let want = PlaceCourse {
        person: small.people[1],
        campaign: small.campaign,
        picks: vec![Pick { appointment: 1, slot: small.slots[20] }],
    };
    let (person, campaign) = (small.people[2], small.campaign);
    work(&server.db, fresh, move |tx| hold(tx, &want).map(drop));
    work(&server.db, fresh, move |tx| {
        waiting_list::join(tx, person, campaign, &Wishes { half_days: HalfDays::ALL, minutes_max: None })
    });
    assert_eq!(work(&server.db, fresh, move |tx| timed_offer::offer_now(tx, campaign)), 1);
    small
}

/// How long both are kept by this server's clock: the hold, the offer. Nothing is given back by its jobs.
fn left(fresh: &Fresh, server: &Server, small: &Small) -> (i64, i64) {
    let ended = work(&server.db, fresh, |tx| Ok(timed_offer::settle_ended(tx)? + hold::sweep(tx, 200)?));
    assert_eq!(ended, 0, "nothing ended");
    let (holder, waits, campaign) = (small.people[1], small.people[2], small.campaign);
    let ends = server.db.read_now(&fresh.who, move |tx| {
        let held = accord::booking::store::holds_of(tx, holder, campaign)?[0].expires;
        let offer = timed_offer::kept_offer(tx, waits, campaign)?.expect("still offered");
        Ok((held.as_microsecond(), offer.until.as_microsecond()))
    });
    let ends = ends.expect("read");
    (ends.0 - server.now(), ends.1 - server.now())
}

/// About as long as before, after so much has passed.
fn as_long(had: (i64, i64), has: (i64, i64), passed: i64) {
    for (had, has) in [(had.0, has.0), (had.1, has.1)] {
        assert!((had - passed - has).abs() <= EVEN_US, "{had} less {passed} is not {has}");
    }
}

fn clean(fresh: &Fresh) {
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    for finding in fresh.db.read_now(&fresh.who, verify::verify).expect("verified") {
        assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
    }
}

fn shared(fresh: &Fresh) -> bool {
    matches!(fresh.place, Place::Postgres(_))
}

on_both_engines! {
    fn of_two_servers_one_moves_over_a_jump(fresh) {
        let (one, other) = (machine(), machine());
        let (mut first, mut second) = (Server::on(fresh, &one, 8), Server::on(fresh, &other, 9));
        let small = kept(fresh, &first);
        pass(fresh, &[&one, &other], &mut [&mut first, &mut second], 30 * SECOND);
        for by in [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, 3 * SECOND] {
            let had = left(fresh, &first, &small);
            one.jump_us(by);
            // Two machines are set by one source, and measure what they see in milliseconds of their own.
            other.jump_us(by + 7_000);
            let seen = pass(fresh, &[&one, &other], &mut [&mut first, &mut second], 30 * SECOND);
            assert!(matches!(seen[..], [Looked::Moved(_), Looked::MovedBefore(_)]), "{by}: {seen:?}");
            as_long(had, left(fresh, &first, &small), 30 * SECOND);
            as_long(had, left(fresh, &second, &small), 30 * SECOND);
            assert_eq!((first.db.clock.jump_us(), second.db.clock.jump_us()), (0, 0), "{by}: both follow their machines");
        }
        clean(fresh);
    }

    fn two_that_go_over_a_jump_at_once_go_over_it_once(fresh) {
        let one = machine();
        let (mut first, mut second) = (Server::on(fresh, &one, 8), Server::on(fresh, &one, 9));
        let small = kept(fresh, &first);
        pass(fresh, &[&one], &mut [&mut first, &mut second], 30 * SECOND);
        for by in [HOUR, -HOUR] {
            let had = left(fresh, &first, &small);
            one.jump_us(by);
            one.advance_us(SECOND);
            first.look(fresh);
            one.advance_us(SILENCE_US);
            let seen = std::thread::scope(|scope| {
                let both = [&mut first, &mut second].map(|server| scope.spawn(move || server.look(fresh)));
                both.map(|look| look.join().expect("looked"))
            });
            let moved = seen.iter().filter(|looked| matches!(looked, Looked::Moved(_))).count();
            assert!(moved <= 1, "{by}: {seen:?}");
            pass(fresh, &[&one], &mut [&mut first, &mut second], 30 * SECOND);
            as_long(had, left(fresh, &second, &small), 31 * SECOND + SILENCE_US);
            as_long(had, left(fresh, &first, &small), 31 * SECOND + SILENCE_US);
        }
        clean(fresh);
    }

    fn a_jump_of_one_machine_alone_is_none_of_the_store(fresh) {
        // On SQLite there is one server.
        if !shared(fresh) {
            return;
        }
        let (one, other) = (machine(), machine());
        let (mut first, mut second) = (Server::on(fresh, &one, 8), Server::on(fresh, &other, 9));
        let small = kept(fresh, &first);
        pass(fresh, &[&one, &other], &mut [&mut first, &mut second], 30 * SECOND);
        for by in [HOUR, -HOUR] {
            let had = left(fresh, &first, &small);
            one.jump_us(by);
            let seen = pass(fresh, &[&one, &other], &mut [&mut first, &mut second], 60 * SECOND);
            assert_eq!(seen, [], "{by}: nobody moves anything");
            assert_eq!(first.look(fresh), Looked::Waits(by));
            assert!((first.now() - second.now()).abs() <= EVEN_US, "{by}: one time in one partnership");
            as_long(had, left(fresh, &first, &small), 60 * SECOND);
            // It is put right again, and nothing was to do.
            one.jump_us(-by);
            assert_eq!(pass(fresh, &[&one, &other], &mut [&mut first, &mut second], 10 * SECOND), []);
            assert_eq!(first.db.clock.jump_us(), 0);
        }
        // It is alone for a while, and goes over the jump; whoever comes back takes the store's time.
        let had = left(fresh, &first, &small);
        one.jump_us(HOUR);
        let seen = pass(fresh, &[&one, &other], &mut [&mut first], 40 * SECOND);
        assert_eq!(seen, [Looked::Moved(HOUR)]);
        let seen = pass(fresh, &[&one, &other], &mut [&mut first, &mut second], 30 * SECOND);
        assert!(matches!(seen[..], [Looked::Followed(by)] if (by - HOUR).abs() <= EVEN_US), "{seen:?}");
        as_long(had, left(fresh, &second, &small), 70 * SECOND);
        // The first one's clock is put right: now both machines stand where the store does not, and it follows them.
        one.jump_us(-HOUR);
        let seen = pass(fresh, &[&one, &other], &mut [&mut first, &mut second], 60 * SECOND);
        assert!(matches!(seen[..], [Looked::Moved(_), Looked::MovedBefore(_)]), "{seen:?}");
        as_long(had, left(fresh, &first, &small), 130 * SECOND);
        assert_eq!((first.db.clock.jump_us(), second.db.clock.jump_us()), (0, 0));
        clean(fresh);
    }

    fn a_server_that_starts_on_a_wrong_clock_takes_the_stores_time(fresh) {
        if !shared(fresh) {
            return;
        }
        let (one, other) = (machine(), machine());
        let mut first = Server::on(fresh, &one, 8);
        let small = kept(fresh, &first);
        pass(fresh, &[&one, &other], &mut [&mut first], 30 * SECOND);
        other.jump_us(-2 * HOUR);
        let mut late = Server::on(fresh, &other, 9);
        let seen = pass(fresh, &[&one, &other], &mut [&mut first, &mut late], 30 * SECOND);
        assert!(matches!(seen[..], [Looked::Followed(_)]), "{seen:?}");
        assert!((first.now() - late.now()).abs() <= EVEN_US);
        // Set right while it runs, it needs nobody.
        late.machine.jump_us(2 * HOUR);
        assert_eq!(pass(fresh, &[&one, &other], &mut [&mut first, &mut late], 30 * SECOND), []);
        assert_eq!(late.db.clock.jump_us(), 0);
        left(fresh, &late, &small);
        clean(fresh);
    }
}
