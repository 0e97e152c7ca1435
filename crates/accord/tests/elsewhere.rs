//! Had it elsewhere, on both engines: an employer learns nothing, a file is looked at before it is taken, and nothing unclear
//! closes anything.

mod support;

use accord::access::Role;
use accord::base::db::{Stop, Tx};
use accord::base::ids::PersonId;
use accord::base::refusal::Refusal;
use accord::booking::elsewhere::{Counts, ElsewhereRefusal, Said, decide, discard, preview, report, take};
use accord::booking::place::place;
use accord::booking::{Pick, PlaceCourse, store};
use accord::evidence::verify;
use accord::testing::{Fresh, Small};
use accord::{on_both_engines, p};
use accord_formats::StaffNumber;
use axum::http::StatusCode;
use jiff::civil::{Date, date};
use support::Service;
use support::people::more_people;

const DAY: Date = date(2027, 1, 3);

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

fn booked(fresh: &Fresh, small: &Small, person: PersonId, day: usize) {
    let want =
        PlaceCourse { person, campaign: small.campaign, picks: vec![Pick { appointment: 1, slot: small.slots[day] }] };
    run(fresh, move |tx| place(tx, &want)).expect("booked");
}

fn stands(fresh: &Fresh, small: &Small, person: PersonId) -> &'static str {
    let campaign = small.campaign;
    let state = fresh.db.read_now(&fresh.who, move |tx| accord::campaign::store::offer_state(tx, campaign, person));
    state.expect("read").expect("an offer").word()
}

fn by_number(text: &str) -> Said {
    Said { staff_number: StaffNumber::parse(text).ok(), ..Said::on(DAY) }
}

fn by_name(given: &str, family: &str) -> Said {
    Said { given: given.into(), family: family.into(), ..Said::on(DAY) }
}

fn says(fresh: &Fresh, small: &Small, said: Said) -> Result<(), &'static str> {
    let employer = small.employer;
    run(fresh, move |tx| report(tx, employer, &said))
}

const HEAD: &str = "date,given_name,family_name,date_of_birth,home_postcode,employer,staff_number,product\n";

on_both_engines! {
    fn an_employers_word_closes_who_is_certain_and_nobody_else(fresh) {
        let small = Small::build(fresh, 1);
        let more = more_people(fresh, &small, &[1; 5]);
        for (person, day) in more.iter().zip(5..) {
            booked(fresh, &small, *person, day);
        }
        // By number; by number and name; by name.
        says(fresh, &small, by_number("m0")).expect("noted");
        says(fresh, &small, Said { staff_number: StaffNumber::parse("M1").ok(), ..by_name("Moreover", "Zero1") }).expect("noted");
        says(fresh, &small, by_name("Moreover", "Zero2")).expect("noted");
        for person in &more[..3] {
            assert_eq!(stands(fresh, &small, *person), "had_elsewhere");
        }
        assert_eq!(number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot"), 2, "what was booked went back");
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM offer WHERE state = 'had_elsewhere' AND evidence LIKE '%had it on 2027-01-03'"), 3);
        // A number that belongs to another name, a name that nobody has, somebody known whose offer is closed: all "noted".
        says(fresh, &small, Said { staff_number: StaffNumber::parse("M3").ok(), ..by_name("Moreover", "Zero4") }).expect("noted");
        says(fresh, &small, by_name("Nobody", "Atall")).expect("noted");
        says(fresh, &small, Said { product: "A".into(), ..by_number("M0") }).expect("noted");
        says(fresh, &small, by_number("m0")).expect("noted again");
        assert_eq!((stands(fresh, &small, more[3]), stands(fresh, &small, more[4])), ("confirmed", "confirmed"));
        let open = fresh.db.read_now(&fresh.who, |tx| store::open_reports(tx, 10)).expect("read");
        assert_eq!(open.len(), 2, "{open:?}");
        assert_eq!(open[0].candidates, [more[3], more[4]]);
        assert!(open.iter().all(|r| r.due == Some(date(2027, 1, 7))), "with a date");
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM elsewhere WHERE owner_role = 'campaign_lead'"), 6, "twice is once");
        clean(fresh, "noted");
        // The lead decides.
        let (first, second, wrong) = (open[0].id, open[1].id, more[0]);
        assert_eq!(run(fresh, move |tx| decide(tx, first, Some(wrong))), Err("not_of_these"));
        let right = more[4];
        assert_eq!(run(fresh, move |tx| decide(tx, first, Some(right))), Ok(()));
        assert_eq!(run(fresh, move |tx| decide(tx, first, None)), Err("no_such_report"));
        assert_eq!(run(fresh, move |tx| decide(tx, second, None)), Ok(()));
        assert_eq!((stands(fresh, &small, more[3]), stands(fresh, &small, more[4])), ("confirmed", "had_elsewhere"));
        clean(fresh, "decided");
        // Days that can't be, or do not count.
        assert_eq!(says(fresh, &small, Said { had_on: date(2027, 1, 5), ..by_number("M3") }), Err("to_come"));
        assert_eq!(says(fresh, &small, Said { had_on: date(2026, 7, 4), ..by_number("M3") }), Err("too_long_ago"));
        assert_eq!(says(fresh, &small, Said::on(DAY)), Err("nobody_named"));
        // Another employer's people are nobody's.
        let host = small.host;
        run(fresh, move |tx| report(tx, host, &by_name("Moreover", "Zero3"))).expect("noted");
        assert_eq!(stands(fresh, &small, more[3]), "confirmed");
        clean(fresh, "the end");
    }

    fn a_file_is_looked_at_before_it_is_taken_and_taken_once(fresh) {
        let small = Small::build(fresh, 1);
        let more = more_people(fresh, &small, &[1; 4]);
        for (person, day) in more.iter().zip(5..) {
            booked(fresh, &small, *person, day);
        }
        let text = format!("{HEAD}\
            2027-01-02,Moreover,Zero0,1980-02-29,IP1 1AA,,,A\n\
            2027-01-02,,,,,EMPL,M1,A\n\
            2027-01-02,Moreover,Zero2,1980-02-29,,,,\n\
            2027-01-02,Some,Body,1970-01-01,,,,\n\
            2027-01-09,Moreover,Zero3,1980-02-29,IP1 1AA,,,\n\
            2026-01-09,Moreover,Zero3,1980-02-29,IP1 1AA,,,\n\
            2027-01-02,,,,,NOWHERE,M3,\n\
            soon,Moreover,Zero3,1980-02-29,IP1 1AA,,,\n\
            2027-01-02,Moreover,Zero0,1980-02-29,IP1 1AA,,,A\n");
        let before = number(fresh, "SELECT COUNT(*) FROM booking WHERE live = 1");
        let file = text.clone();
        let seen = run(fresh, move |tx| preview(tx, "given.csv", &file)).expect("looked at");
        assert_eq!(seen.counts, Counts { certain: 2, unclear: 1, nobody: 1, known: 1, faults: 4 }, "{:?}", seen.faults);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM booking WHERE live = 1"), before, "a look changes nobody");
        clean(fresh, "looked at");
        let id = seen.id;
        assert_eq!(run(fresh, move |tx| discard(tx, id)), Ok(()));
        assert_eq!(run(fresh, move |tx| take(tx, id)).map(drop), Err("no_such_file"));
        let file = text.clone();
        let id = run(fresh, move |tx| preview(tx, "given.csv", &file)).expect("looked at again").id;
        let taken = run(fresh, move |tx| take(tx, id)).expect("taken");
        assert_eq!((taken.certain, taken.unclear, taken.nobody), (2, 1, 1));
        assert_eq!(more.iter().map(|p| stands(fresh, &small, *p)).collect::<Vec<_>>(), ["had_elsewhere", "had_elsewhere", "confirmed", "confirmed"]);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM elsewhere WHERE state = 'open' AND next_on = '2027-01-07'"), 1);
        clean(fresh, "taken");
        let file = text.clone();
        assert_eq!(run(fresh, move |tx| preview(tx, "again.csv", &file)).map(drop), Err("taken_before"));
        let longer = format!("{text}2027-01-02,Moreover,Zero3,1980-02-29,IP1 1AA,,,\n");
        let seen = run(fresh, move |tx| preview(tx, "longer.csv", &longer)).expect("looked at");
        assert_eq!(seen.counts, Counts { certain: 1, unclear: 0, nobody: 0, known: 5, faults: 4 });
        assert_eq!(run(fresh, |tx| preview(tx, "x.csv", "a,b\n1,2\n")).map(drop), Err("not_a_table"));
        assert!(!ElsewhereRefusal::NoCampaign.sentence().is_empty());
        clean(fresh, "the end");
    }
}

#[test]
fn an_employer_sees_the_same_whatever_is_known() {
    let fresh = Fresh::lite();
    let small = Small::build(&fresh, 1);
    let more = more_people(&fresh, &small, &[1; 3]);
    booked(&fresh, &small, more[0], 5);
    let service = Service::bare(fresh);
    let own = service.cookie(Role::EmployerContact { organisation: small.employer });
    let at = format!("/organisations/{}/elsewhere", small.employer);
    // Booked; not booked; unclear; nobody; the same again.
    let tries = [
        "staff_number=M0&name=",
        "staff_number=M1&name=",
        "staff_number=M2&name=Moreover+Zero1",
        "staff_number=&name=No+Body",
        "staff_number=M0&name=",
    ];
    let mut pages = Vec::new();
    for (n, who) in tries.iter().enumerate() {
        let answer = service.post(&at, &own, &format!("key=k{n}&{who}&day=3&month=1&year=2027&product="));
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, format!("{at}?noted=yes").as_str())
        );
        let page = service.get(answer.header("location"), &own);
        assert!(page.status == StatusCode::OK && page.body.contains("It is noted"), "{}", page.body);
        // Forms' keys differ from page to page.
        let plain: Vec<&str> = page.body.lines().filter(|line| !line.contains("name=\"key\"")).collect();
        pages.push((answer.body, plain.join("\n")));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "an answer tells who is meant");
    for path in [format!("/organisations/{}", small.employer), "/worklist".to_owned()] {
        let page = service.get(&path, &own);
        assert!(!page.body.contains("Zero2") && !page.body.contains("unclear match"), "{path}: {}", page.body);
    }
    let lead = service.cookie(Role::CampaignLead { organisation: None });
    let page = service.get("/elsewhere", &lead);
    assert!(page.body.contains("2 reports are to be decided") && page.body.contains("Moreover Zero1"), "{}", page.body);
    assert_eq!(service.get("/elsewhere", &own).status, StatusCode::NOT_FOUND);
    for wrong in ["staff_number=&name=&day=3&month=1&year=2027", "staff_number=M0&day=31&month=2&year=2027"] {
        let answer = service.post(&at, &own, &format!("key=w{}&{wrong}", wrong.len()));
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
