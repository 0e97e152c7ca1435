//! More people for the small partnership.

use accord::base::db::{Stop, StoreError, Tx};
use accord::base::ids::{BatchId, CampaignId, Employment, Person, PersonId, SlotId, Team};
use accord::booking::place::place_many;
use accord::booking::{BookingRefusal, Pick, PlaceCourse, batch};
use accord::p;
use accord::testing::{Fresh, Small};

/// More people of the employer, each in a team of their own, with these priorities; their staff numbers are m0, m1 and so
/// on, their names "Moreover Zero0" and so on. The employer may use as many places as it likes.
pub fn more_people(fresh: &Fresh, small: &Small, priorities: &[i64]) -> Vec<PersonId> {
    let (small, priorities) = (small.clone(), priorities.to_vec());
    let made = fresh.db.write_now(&fresh.who, move |tx| make(tx, &small, &priorities).map_err(Stop::<()>::Store));
    made.expect("more people")
}

fn make(tx: &mut Tx<'_>, small: &Small, priorities: &[i64]) -> Result<Vec<PersonId>, StoreError> {
    tx.run("UPDATE allocation SET capacity = 1000", p![])?;
    let mut made = Vec::new();
    for (n, priority) in priorities.iter().enumerate() {
        let (person, team) = (tx.id::<Person>(), tx.id::<Team>());
        tx.run(
            "INSERT INTO team (partnership_id, id, employer_id, name) VALUES ($1, $2, $3, $4)",
            p![tx.partnership(), team, small.employer, format!("Team {n}")],
        )?;
        tx.run(
            "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, birth_checked, home_postcode,
               language, access_needs, state, version, created_us)
             VALUES ($1, $2, 'Moreover', $3, $4, '1980-02-29', 0, 'IP1 1AA', 'en', 0, 'active', 1, 0)",
            p![tx.partnership(), person, format!("Zero{n}"), format!("moreover|zero{n}")],
        )?;
        tx.run(
            "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, team_id, rota, priority_group,
               is_primary, state, version) VALUES ($1, $2, $3, $4, $5, NULL, NULL, $6, 1, 'current', 1)",
            p![tx.partnership(), tx.id::<Employment>(), person, small.employer, format!("M{n}"), *priority],
        )?;
        made.push(person);
    }
    let rules = accord::campaign::store::load(tx, small.campaign)?.expect("a campaign");
    accord::campaign::offer::open_for(tx, &rules)?;
    Ok(made)
}

/// A plan that is just giving somebody this slot: the batch is not live yet, and nobody sees what it gives.
pub fn in_a_batch(fresh: &Fresh, campaign: CampaignId, person: PersonId, slot: SlotId) -> BatchId {
    let opened = fresh.db.write_now(&fresh.who, move |tx| {
        let opened = batch::open(tx, campaign)?;
        let want = PlaceCourse { person, campaign, picks: vec![Pick { appointment: 1, slot }] };
        assert_eq!(place_many(tx, opened, &[want])?.placed, [person]);
        Ok::<_, Stop<BookingRefusal>>(opened)
    });
    opened.expect("pending")
}
