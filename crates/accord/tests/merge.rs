//! Two records with appointments become one person, on both engines: the earlier course stays, nobody is lost.

use accord::base::db::{Stop, Tx};
use accord::base::fingerprint;
use accord::base::ids::{CampaignId, PersonId, WorklistItem, WorklistItemId};
use accord::base::refusal::Refusal;
use accord::booking::attendance::Batch;
use accord::booking::cancel::{Reason, close_offer};
use accord::booking::check_in::{By, check_in};
use accord::booking::merge::decide;
use accord::booking::outcome::{Noted, note};
use accord::booking::place::{place, place_many};
use accord::booking::{Booking, Pick, PlaceCourse, batch, store};
use accord::campaign::create::{NewCampaign, create};
use accord::campaign::offer::State as Offer;
use accord::campaign::{self, Silence};
use accord::cohort::resolve::{Decision, ResolveRefusal};
use accord::evidence::verify::{lost, verify};
use accord::on_both_engines;
use accord::p;
use accord::testing::{Fresh, Small};
use jiff::civil::date;

const EARLIER: usize = 0;
const LATER: usize = 1;

/// Works, then checks that every invariant holds and nobody is lost.
fn work<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> Result<T, R> {
    let done = fresh.db.write_now(&fresh.who, f).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Store(error) => panic!("{error}"),
    });
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    for finding in read(fresh, verify) {
        assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
    }
    assert_eq!(read(fresh, lost), []);
    done
}

fn read<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, accord::base::db::StoreError> + Send + 'static,
) -> T {
    fresh.db.read_now(&fresh.who, f).expect("read")
}

fn booked(fresh: &Fresh, small: &Small, who: usize, campaign: CampaignId, days: &[usize]) -> Vec<Booking> {
    let picks = days.iter().zip(1..).map(|(day, n)| Pick { appointment: n, slot: small.slots[*day] }).collect();
    let want = PlaceCourse { person: small.people[who], campaign, picks };
    work(fresh, move |tx| place(tx, &want)).expect("booked")
}

/// Somebody asks whether the second person is the first. They were booked before anybody did.
fn asked(fresh: &Fresh, small: &Small) -> WorklistItemId {
    let small = small.clone();
    let made = fresh.db.write_now(&fresh.who, move |tx| {
        let item = tx.id::<WorklistItem>();
        tx.run(
            "INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, other_person_id, summary, owner_role,
               owner_organisation_id, due_on, state, created_us)
             VALUES ($1, $2, 'possible_duplicate', $3, $4, $5, 'Same?', 'employer_contact', $3, '2027-01-08', 'open', 0)",
            p![tx.partnership(), item, small.employer, small.people[LATER], small.people[EARLIER]],
        )?;
        Ok::<_, Stop<()>>(item)
    });
    made.expect("asked")
}

fn joined(fresh: &Fresh, item: WorklistItemId, keep: Option<PersonId>) -> Result<PersonId, ResolveRefusal> {
    work(fresh, move |tx| decide(tx, item, &Decision::Same { keep }))
        .map(|resolved| resolved.person.expect("who stays"))
}

fn live(fresh: &Fresh, person: PersonId, campaign: CampaignId) -> Vec<Booking> {
    read(fresh, move |tx| store::live_of(tx, person, campaign))
}

fn offer(fresh: &Fresh, person: PersonId, campaign: CampaignId) -> Offer {
    read(fresh, move |tx| campaign::store::offer_state(tx, campaign, person)).expect("an offer")
}

/// Places taken in all slots, and events told of courses that were joined.
fn counted(fresh: &Fresh) -> (i64, i64) {
    read(fresh, |tx| {
        tx.one(
            "SELECT (SELECT CAST(SUM(taken) AS BIGINT) FROM slot WHERE partnership_id = $1),
                    (SELECT COUNT(*) FROM event WHERE partnership_id = $1 AND kind = 'person.courses_joined')",
            p![tx.partnership()],
        )
    })
}

fn given(fresh: &Fresh, small: &Small, booking: &Booking) {
    let (site, id) = (small.site, booking.id);
    work(fresh, move |tx| check_in(tx, site, &By::Booking(id))).expect("let in");
    let noted = Noted::Given(Batch::parse("AB1").expect("a batch"));
    work(fresh, move |tx| note(tx, site, id, 1, &noted)).expect("noted");
}

fn another_campaign(fresh: &Fresh, small: &Small) -> CampaignId {
    let new = NewCampaign {
        name: "Spring".into(),
        programme: "test".into(),
        purpose: "staff vaccination".into(),
        starts_on: date(2027, 1, 4),
        ends_on: date(2027, 2, 28),
        age_min: 16,
        cover_percent: 100,
        travel_minutes_max: 60,
        silence: Silence::Keep,
        notice: campaign::Notice::default(),
        appointments: vec![("only".into(), date(2027, 1, 4), date(2027, 2, 28))],
        products: vec![campaign::Interval { product: small.product, min_days: 0, max_days: 1, ideal_days: 1 }],
        groups: vec![("all".into(), 8, 6_000)],
    };
    let made = fresh.db.write_now(&fresh.who, move |tx| {
        let made = create(tx, &new)?;
        campaign::cover::prepare(tx, &made)?;
        campaign::offer::open_for(tx, &made)?;
        Ok::<_, Stop<campaign::CampaignRefusal>>(made.id)
    });
    made.expect("a second campaign")
}

on_both_engines! {
    fn the_earlier_course_stays_with_the_record_that_stays(fresh) {
        let small = Small::build(fresh, 1);
        let [one, two, _] = small.people;
        let late = booked(fresh, &small, EARLIER, small.campaign, &[5]);
        let early = booked(fresh, &small, LATER, small.campaign, &[1]);
        let item = asked(fresh, &small);
        assert_eq!(counted(fresh), (2, 0));
        let campaign = small.campaign;
        let before = read(fresh, move |tx| store::threads(tx, two, campaign))[0];
        assert_eq!(joined(fresh, item, None), Ok(one));
        let after = read(fresh, move |tx| store::threads(tx, one, campaign))[0];
        assert_eq!((after.1, after.2 > before.2), (before.1, true), "a calendar knows the appointment that stays by its name");
        let left = live(fresh, one, small.campaign);
        assert_eq!((left.len(), left[0].id, left[0].version), (1, early[0].id, early[0].version + 1));
        assert_eq!((offer(fresh, one, small.campaign), offer(fresh, two, small.campaign)), (Offer::Confirmed, Offer::Left));
        assert_eq!(counted(fresh), (1, 1), "one place is back, and they are told once");
        let gone = late[0].id;
        let (state, reason): (String, String) = read(fresh, move |tx| {
            tx.one("SELECT state, reason FROM booking WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), gone])
        });
        assert_eq!((state.as_str(), reason.as_str()), ("cancelled", "duplicate"));
        assert_eq!(joined(fresh, item, None).expect_err("once").code(), "already_done");
    }

    fn a_course_goes_over_to_the_record_that_was_chosen(fresh) {
        let small = Small::build(fresh, 2);
        let [one, two, _] = small.people;
        let course = booked(fresh, &small, EARLIER, small.campaign, &[1, 22]);
        let item = asked(fresh, &small);
        assert_eq!(joined(fresh, item, Some(small.people[2])).expect_err("not of the two").code(), "not_of_this_pair");
        assert_eq!(joined(fresh, item, Some(two)), Ok(two));
        let left: Vec<_> = live(fresh, two, small.campaign).into_iter().map(|b| b.id).collect();
        assert_eq!(left, [course[0].id, course[1].id]);
        assert_eq!((offer(fresh, two, small.campaign), offer(fresh, one, small.campaign)), (Offer::Confirmed, Offer::Left));
        assert_eq!(counted(fresh), (2, 0), "nothing was given back, so nobody is told");
    }

    fn what_was_given_stays_though_another_course_begins_before(fresh) {
        let small = Small::build(fresh, 2);
        let two = small.people[LATER];
        booked(fresh, &small, EARLIER, small.campaign, &[1, 21]);
        let begun = booked(fresh, &small, LATER, small.campaign, &[0, 19]);
        given(fresh, &small, &begun[0]);
        let item = asked(fresh, &small);
        assert_eq!(joined(fresh, item, Some(two)), Ok(two));
        let left: Vec<_> = live(fresh, two, small.campaign).into_iter().map(|b| b.id).collect();
        assert_eq!(left, [begun[0].id, begun[1].id]);
        assert_eq!(offer(fresh, two, small.campaign), Offer::Confirmed);
    }

    fn where_both_had_something_nothing_changes(fresh) {
        let small = Small::build(fresh, 2);
        for who in [EARLIER, LATER] {
            let begun = booked(fresh, &small, who, small.campaign, &[0, 19 + who]);
            given(fresh, &small, &begun[0]);
        }
        let item = asked(fresh, &small);
        let before = read(fresh, fingerprint::of);
        assert_eq!(joined(fresh, item, None).expect_err("refused").code(), "both_had");
        assert_eq!(read(fresh, fingerprint::of), before);
    }

    fn who_had_it_under_one_record_is_asked_no_more(fresh) {
        let small = Small::build(fresh, 1);
        let [one, two, _] = small.people;
        let (person, campaign) = (two, small.campaign);
        work(fresh, move |tx| close_offer(tx, person, campaign, Reason::HadElsewhere, "their word")).expect("closed");
        booked(fresh, &small, EARLIER, small.campaign, &[4]);
        let item = asked(fresh, &small);
        assert_eq!(joined(fresh, item, None), Ok(one));
        assert_eq!(live(fresh, one, small.campaign), []);
        assert_eq!(offer(fresh, one, small.campaign), Offer::HadElsewhere);
        assert_eq!(counted(fresh), (0, 1));
    }

    fn what_a_plan_is_just_giving_them_is_no_appointment_yet(fresh) {
        let small = Small::build(fresh, 1);
        let (two, campaign) = (small.people[LATER], small.campaign);
        let picks = vec![Pick { appointment: 1, slot: small.slots[1] }];
        let want = PlaceCourse { person: two, campaign, picks };
        let opened = work(fresh, move |tx| {
            let opened = batch::open(tx, campaign)?;
            place_many(tx, opened, std::slice::from_ref(&want))?;
            Ok::<_, Stop<accord::booking::BookingRefusal>>(opened)
        }).expect("pending");
        let item = asked(fresh, &small);
        assert_eq!(joined(fresh, item, None), Ok(two), "the record with the booking stays");
        assert_eq!(offer(fresh, two, campaign), Offer::Waiting);
        work(fresh, move |tx| batch::settle_live(tx, opened)).expect("live");
        assert_eq!(offer(fresh, two, campaign), Offer::Assigned);
    }

    fn two_campaigns_on_one_day_are_not_made_one_persons(fresh) {
        let small = Small::build(fresh, 1);
        let spring = another_campaign(fresh, &small);
        booked(fresh, &small, EARLIER, small.campaign, &[3]);
        booked(fresh, &small, LATER, spring, &[3]);
        let item = asked(fresh, &small);
        assert_eq!(joined(fresh, item, None).expect_err("refused").code(), "on_one_day");
        assert_eq!(counted(fresh), (2, 0));
    }
}
