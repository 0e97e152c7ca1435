//! What an employer has not used by its release is for the others of the agreement, to the microsecond and once.

use crate::world::{Size, build, pick, read, sound, work};
use accord::base::clock::at_microsecond;
use accord::base::db::Stop;
use accord::base::ids::{Allocation, AllocationId, Organisation, OrganisationId};
use accord::booking::PlaceCourse;
use accord::booking::place::place;
use accord::partnership::release;
use accord::testing::{BEGIN_US, Fresh};
use accord::{on_both_engines, p};

const HOUR: i64 = 3_600_000_000;

fn capacities(fresh: &Fresh) -> Vec<(AllocationId, Option<i64>, i64)> {
    let all = read(fresh, accord::partnership::allocation::all);
    let mut all: Vec<_> = all.into_iter().map(|a| (a.id, a.capacity, a.taken)).collect();
    all.sort();
    all
}

fn sweep(fresh: &Fresh) -> usize {
    let moved = work(fresh, |tx| release::sweep(tx).map_err(Stop::<()>::Store)).expect("swept");
    sound(fresh);
    moved
}

on_both_engines! {
    fn the_unused_rest_goes_to_the_others_once(fresh) {
        let world = build(fresh, Size { sites: 1, days: 2, slots: 2, stations: 2, people: 3, appointments: 1 });
        let s = world.small.clone();
        // Ours: 10 places. Two others with 3 and 1, and one without a limit.
        let others: Vec<AllocationId> = work(fresh, move |tx| -> Result<_, Stop<()>> {
            tx.run("UPDATE allocation SET capacity = 10", p![])?;
            let mut made = Vec::new();
            for (n, capacity) in [Some(3_i64), Some(1), None].into_iter().enumerate() {
                let (employer, id): (OrganisationId, AllocationId) = (tx.id::<Organisation>(), tx.id::<Allocation>());
                tx.run(
                    "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, contact_name, contact_role, admitted_us)
                     VALUES ($1, $2, $3, $3, 'trust', 1, 0, 'A. Contact (invented)', 'manager', 0)",
                    p![tx.partnership(), employer, format!("OTHER{n}")],
                )?;
                tx.run(
                    "INSERT INTO allocation (partnership_id, id, agreement_id, host_id, employer_id, capacity, taken) VALUES ($1, $2, $3, $4, $5, $6, 0)",
                    p![tx.partnership(), id, s.agreement, s.host, employer, capacity],
                )?;
                made.push(id);
            }
            Ok(made)
        }).expect("made");
        for n in 0..2 {
            let want = PlaceCourse { person: world.people[n], campaign: world.small.campaign, picks: vec![pick(1, world.slots[2 + n].0)] };
            work(fresh, move |tx| place(tx, &want)).expect("booked");
        }
        let (host, employer, own) = (world.small.host, world.small.employer, world.small.allocation);
        let at = at_microsecond(BEGIN_US + 5 * HOUR);
        let set = move |tx: &mut accord::base::db::Tx<'_>| release::set(tx, (host, "Places"), (employer, None), Some(at)).map_err(Stop::<()>::Store);
        assert_eq!((work(fresh, set), work(fresh, set)), (Ok(true), Ok(false)));
        fresh.db.clock.advance_us(5 * HOUR - 1);
        assert_eq!(sweep(fresh), 0, "a microsecond before");
        fresh.db.clock.advance_us(1);
        assert_eq!(sweep(fresh), 1);
        let mut wanted = vec![(own, Some(2), 2), (others[0], Some(9), 0), (others[1], Some(3), 0), (others[2], None, 0)];
        wanted.sort();
        assert_eq!(capacities(fresh), wanted, "eight places, three to one");
        assert_eq!(sweep(fresh), 0, "done is done");
        let told: Vec<(String,)> = read(fresh, |tx| tx.all("SELECT payload FROM event WHERE kind = 'allocation_released'", p![]));
        assert!(told.len() == 1 && told[0].0.contains("\"places\":8"), "{told:?}");
        let want = PlaceCourse { person: world.people[2], campaign: world.small.campaign, picks: vec![pick(1, world.slots[3].0)] };
        let no = work(fresh, move |tx| place(tx, &want)).expect_err("nothing is left for this employer");
        assert_eq!(no, accord::booking::BookingRefusal::AllocationUsed);
        // What is given back later is for the others as well.
        let (person, campaign) = (world.people[0], world.small.campaign);
        work(fresh, move |tx| accord::booking::cancel::cancel_all(tx, person, campaign)).expect("cancelled");
        assert_eq!(sweep(fresh), 1);
        assert_eq!(capacities(fresh).iter().filter_map(|(_, capacity, _)| *capacity).sum::<i64>(), 14, "nothing is lost");
    }
}
