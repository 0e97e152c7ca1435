//! Staff lists come in: again, in parts, from two employers; what is unclear is decided by people.

use accord::base::db::{Stop, Tx};
use accord::base::fingerprint;
use accord::base::ids::{ImportId, Organisation, OrganisationId, PersonId};
use accord::base::refusal::Refusal;
use accord::cohort::import::{self, Committed, Confirm, Counts, ImportRefusal, Preview, Previewed, Review};
use accord::cohort::resolve::{Decision, ResolveRefusal, Resolved, resolve};
use accord::cohort::store;
use accord::cohort::worklist::{Filter, ItemKind, Open};
use accord::testing::Fresh;
use accord::{on_both_engines, p};
use accord_formats::Date;
use proptest::prelude::*;

const TODAY: Date = Date::constant(2027, 1, 4);
const HEAD: &str =
    "Employee Number,Surname,Forename,Date of Birth,NHS Number,Home Postcode,Mobile,Team,Staff Group,Rota\n";

fn employer(fresh: &Fresh, code: &'static str, headcount: Option<i64>) -> OrganisationId {
    let made = fresh.db.write_now(&fresh.who, move |tx| -> Result<OrganisationId, Stop<()>> {
        let id = tx.id::<Organisation>();
        tx.run(
            "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, declared_headcount, contact_name, contact_role, admitted_us)
             VALUES ($1, $2, $3, $3 || ' Care', 'care_provider', 1, 0, $4, 'Contact (invented)', 'HR', $5)",
            p![tx.partnership(), id, code, headcount, tx.now()],
        )?;
        Ok(id)
    });
    made.expect("an organisation")
}

fn cmd(code: &str, bytes: &[u8]) -> Preview {
    Preview {
        employer: code.to_owned(),
        file_name: "staff.csv".to_owned(),
        bytes: bytes.to_vec(),
        today: TODAY,
        mapping: None,
    }
}

fn preview(fresh: &Fresh, code: &str, text: &str) -> Result<Previewed, Stop<ImportRefusal>> {
    let cmd = cmd(code, text.as_bytes());
    fresh.db.write_now(&fresh.who, move |tx| import::preview(tx, &cmd))
}

fn reviewed(fresh: &Fresh, code: &str, text: &str) -> Review {
    match preview(fresh, code, text).expect("previews") {
        Previewed::Review(review) => *review,
        Previewed::NothingToDo { .. } => panic!("nothing to do"),
    }
}

fn commit(fresh: &Fresh, import: ImportId, second_yes: bool) -> Result<Committed, Stop<ImportRefusal>> {
    fresh.db.write_now(&fresh.who, move |tx| import::commit(tx, import, Confirm { second_yes }))
}

fn take(fresh: &Fresh, code: &str, text: &str) -> (ImportId, Counts) {
    let import = reviewed(fresh, code, text).import.expect("stored");
    (import, commit(fresh, import, false).expect("commits").counts)
}

fn read<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, accord::base::db::StoreError> + Send + 'static,
) -> T {
    fresh.db.read_now(&fresh.who, f).expect("reads")
}

fn count(fresh: &Fresh, sql: &'static str) -> i64 {
    read(fresh, move |tx| tx.one::<(i64,)>(sql, p![tx.partnership()])).0
}

fn print(fresh: &Fresh) -> String {
    read(fresh, fingerprint::of)
}

fn open(fresh: &Fresh) -> Vec<Open> {
    read(fresh, |tx| store::open_items(tx, &Filter::default(), 100))
}

fn decide(fresh: &Fresh, item: &Open, decision: Decision) -> Result<Resolved, Stop<ResolveRefusal>> {
    let id = item.item.id;
    fresh.db.write_now(&fresh.who, move |tx| resolve(tx, id, &decision))
}

fn refusal<T: std::fmt::Debug, R: Refusal>(answer: Result<T, Stop<R>>) -> &'static str {
    match answer {
        Err(Stop::Refused(refusal)) => {
            assert!(!refusal.sentence().is_empty() && !refusal.next_step().is_empty());
            refusal.code()
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn person_of_row(fresh: &Fresh, import: ImportId, row: u32) -> PersonId {
    let rows = read(fresh, move |tx| store::where_rows_went(tx, import));
    rows.iter().find(|went| went.1 == row).and_then(|went| went.3).expect("the row went to a person")
}

fn outcomes(fresh: &Fresh, import: ImportId) -> Vec<(u32, String)> {
    read(fresh, move |tx| store::where_rows_went(tx, import)).into_iter().map(|went| (went.1, went.2)).collect()
}

/// `count` people with numbers, all different.
fn staff(from: u32, count: u32) -> String {
    let mut text = HEAD.to_owned();
    for n in from..from + count {
        let born = Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(i64::from(n)));
        text.push_str(&format!(
            "{n},Family{},Given{},{born},,CO4 5JL,,Ward A,Nursing and Midwifery Registered,Mon-Fri\n",
            letters(n),
            letters(n)
        ));
    }
    text
}

fn letters(n: u32) -> String {
    n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

on_both_engines! {
    fn a_list_comes_in_and_coming_again_changes_nothing(fresh) {
        employer(fresh, "AAA", Some(10));
        let list = format!("{HEAD}00123,Lee,Ann,03/02/1980,,co45jl,07700 900001,Ward A,Medical and Dental,Mon-Fri\n\
            00124,Poe,Bea,31/12/1990,,,,Ward B,,3 on 4 off\n");
        let (import, counts) = take(fresh, "AAA", &list);
        assert_eq!((counts.rows, counts.people, counts.added), (2, 2, 2));
        let ann = person_of_row(fresh, import, 2);
        let jobs = read(fresh, move |tx| store::employments_of(tx, ann));
        let job = &jobs[0].1.job;
        assert_eq!((job.staff_number.as_str(), job.team.as_deref(), job.priority_group), ("00123", Some("Ward A"), 1));
        assert_eq!(job.rota.map(|rota| rota.to_string()).as_deref(), Some("Mon-Fri"));
        assert!(jobs[0].1.is_primary);
        let bea = person_of_row(fresh, import, 3);
        let bea = read(fresh, move |tx| store::employments_of(tx, bea));
        assert_eq!((bea[0].1.job.rota, bea[0].1.job.priority_group), (None, 4), "an unreadable rota is a fault and none");
        assert!(read(fresh, move |tx| store::faults(tx, import, 10)).iter().any(|fault| fault.3 == "rota"));

        let before = print(fresh);
        assert!(matches!(preview(fresh, "AAA", &list), Ok(Previewed::NothingToDo { .. })));
        assert_eq!(before, print(fresh));
        // Other bytes, same rows: nobody changes.
        let (_, counts) = take(fresh, "AAA", &format!("{list}\n"));
        assert_eq!((counts.added, counts.changed, counts.same, counts.not_seen, counts.unclear), (0, 0, 2, 0, 0));
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM person WHERE partnership_id = $1 AND version = 1"), 2);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM employment WHERE partnership_id = $1 AND version = 1"), 2);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM import_upload WHERE partnership_id = $1"), 0);
    }

    fn a_change_names_its_fields_and_a_blank_erases_nothing(fresh) {
        employer(fresh, "AAA", None);
        take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,1980-02-03,,CO4 5JL,07700900001,Ward A,,Mon-Fri\n"));
        let (import, counts) = take(fresh, "AAA", &format!("{HEAD}1,Married,Ann,1980-02-03,,,,Ward B,,\n"));
        assert_eq!((counts.added, counts.changed), (0, 1));
        let ann = person_of_row(fresh, import, 2);
        let person = read(fresh, move |tx| store::person_by_id(tx, ann)).expect("there").particulars;
        assert_eq!(person.name.family, "Married");
        assert!(person.home_postcode.is_some() && person.mobile.is_some());
        let jobs = read(fresh, move |tx| store::employments_of(tx, ann));
        assert_eq!((jobs[0].1.job.team.as_deref(), jobs[0].1.job.rota.is_some()), (Some("Ward B"), true));
    }

    fn second_assignments_and_leavers_make_no_second_person(fresh) {
        employer(fresh, "AAA", None);
        let head = "Employee Number,Assignment Number,Last Name,First Name,Date of Birth,Organisation,Primary Assignment,Assignment Status,Org L4\n";
        let (import, counts) = take(fresh, "AAA", &format!("{head}\
            7,7-2,Lee,Ann,1980-02-03,Ward B,N,Active Assignment,X\n\
            7,7,Lee,Ann,1980-02-03,Ward A,Y,Active Assignment,X\n\
            8,8,Gone,Bob,1970-02-03,Ward A,Y,Terminate Process Assignment,X\n"));
        assert_eq!((counts.added, counts.people), (1, 1));
        assert_eq!(outcomes(fresh, import), [(2, "second_assignment".into()), (3, "added".into()), (4, "leaver".into())]);
        let ann = person_of_row(fresh, import, 2);
        let jobs = read(fresh, move |tx| store::employments_of(tx, ann));
        assert_eq!((jobs.len(), jobs[0].1.job.team.as_deref()), (1, Some("Ward A")));
        let (_, counts) = take(fresh, "AAA", &format!("{head}7,7,Lee,Ann,1980-02-03,Ward A,Y,Terminate Process Assignment,X\n"));
        assert_eq!(counts.leavers, 1);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM employment WHERE partnership_id = $1 AND state = 'left' AND is_primary = 0"), 1);
    }

    fn two_employers_know_one_person_and_neither_fights_the_other(fresh) {
        let (a, _) = (employer(fresh, "AAA", None), employer(fresh, "BBB", None));
        let first = format!("{HEAD}1,Lee,Ann,1980-02-03,999 000 0018,CO4 5JL,,Ward A,,\n");
        let first = first.replace("999 000 0018", &nhs("999000001"));
        let second = format!("{HEAD}9,Married,Ann,1980-02-03,{},CO1 1AA,07700900001,Home,,\n", nhs("999000001"));
        let (one, _) = take(fresh, "AAA", &first);
        let (two, counts) = take(fresh, "BBB", &second);
        assert_eq!((counts.added, counts.second_jobs), (0, 1));
        let ann = person_of_row(fresh, one, 2);
        assert_eq!(ann, person_of_row(fresh, two, 2));
        let person = read(fresh, move |tx| store::person_by_id(tx, ann)).expect("there").particulars;
        assert_eq!((person.name.family.as_str(), person.home_postcode.map(|p| p.to_string()).as_deref()), ("Lee", Some("CO4 5JL")));
        assert!(person.mobile.is_some(), "blanks are filled");
        let jobs = read(fresh, move |tx| store::employments_of(tx, ann));
        assert_eq!((jobs.len(), jobs[0].0, jobs[0].1.is_primary, jobs[1].1.is_primary), (2, a, true, false));
        for (code, list) in [("AAA", &first), ("BBB", &second), ("AAA", &first)] {
            let (_, counts) = take(fresh, code, &format!("{list}\n{}", "\n".repeat(usize::from(code == "BBB"))));
            assert_eq!((counts.changed, counts.same), (0, 1), "{code}");
            let file = format!("{list}\n\n\n");
            let (_, counts) = take(fresh, code, &file);
            assert_eq!((counts.changed, counts.same), (0, 1), "{code}");
        }
    }

    fn a_partial_list_makes_nobody_a_leaver_and_wants_a_second_yes(fresh) {
        employer(fresh, "AAA", None);
        take(fresh, "AAA", &staff(100, 100));
        // Three of a hundred: no question, three items.
        let (_, counts) = take(fresh, "AAA", &staff(103, 97));
        assert_eq!(counts.not_seen, 3);
        assert_eq!(open(fresh).iter().filter(|open| open.item.kind == ItemKind::NotSeen).count(), 3);
        // Five of the 97 left: over 3 %.
        let import = reviewed(fresh, "AAA", &staff(108, 92)).import.expect("stored");
        let before = print(fresh);
        assert_eq!(refusal(commit(fresh, import, false)), "needs_second_yes");
        assert_eq!(before, print(fresh));
        assert_eq!(commit(fresh, import, true).expect("second yes").counts.not_seen, 5);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM employment WHERE partnership_id = $1 AND state = 'left'"), 0);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM employment WHERE partnership_id = $1 AND state = 'not_seen'"), 8);
        // All are back: seen again, the questions are closed.
        let (_, counts) = take(fresh, "AAA", &format!("{}\n", staff(100, 100)));
        assert_eq!((counts.changed, counts.same, counts.added), (8, 92, 0));
        assert!(open(fresh).is_empty());
    }

    fn more_people_than_declared_wait_for_a_second_yes(fresh) {
        employer(fresh, "AAA", Some(20));
        let import = reviewed(fresh, "AAA", &staff(100, 23)).import.expect("stored");
        assert_eq!(refusal(commit(fresh, import, false)), "needs_second_yes");
        commit(fresh, import, true).expect("second yes");
        employer(fresh, "BBB", Some(20));
        let import = reviewed(fresh, "BBB", &staff(500, 22)).import.expect("stored");
        commit(fresh, import, false).expect("a tenth more is in order");
    }

    fn each_refusal_leaves_the_store_as_it_was(fresh) {
        employer(fresh, "AAA", None);
        employer(fresh, "AAB", None);
        let waiting = reviewed(fresh, "AAA", &staff(1, 3)).import.expect("stored");
        let before = print(fresh);
        for (code, text, expected) in [
            ("AAX", staff(1, 1), "unknown_employer"),
            ("AAB", String::new(), "not_a_list"),
            ("AAB", "%PDF-1.4".to_owned(), "not_a_list"),
            ("AAA", staff(1, 4), "another_waits"),
        ] {
            assert_eq!(refusal(preview(fresh, code, &text)), expected);
            assert_eq!(before, print(fresh), "{expected}");
        }
        match preview(fresh, "AAX", &staff(1, 1)) {
            Err(Stop::Refused(ImportRefusal::UnknownEmployer { near, .. })) => {
                assert_eq!(near.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["AAA", "AAB"]);
            }
            other => panic!("{other:?}"),
        }
        // The same file while it waits is the same import, and nothing moves.
        assert_eq!(reviewed(fresh, "AAA", &staff(1, 3)).import, Some(waiting));
        assert_eq!(before, print(fresh));
        fresh.db.write_now(&fresh.who, move |tx| import::abandon(tx, waiting)).expect("abandons");
        let before = print(fresh);
        assert_eq!(refusal(commit(fresh, waiting, true)), "not_in_review");
        assert_eq!(refusal(fresh.db.write_now(&fresh.who, move |tx| import::abandon(tx, waiting))), "not_in_review");
        assert_eq!(before, print(fresh));
    }

    fn what_came_between_review_and_commit_is_noticed(fresh) {
        employer(fresh, "AAA", None);
        employer(fresh, "BBB", None);
        let row = format!("{HEAD}1,Lee,Ann,1980-02-03,,CO4 5JL,,,,\n");
        let import = reviewed(fresh, "AAA", &row).import.expect("stored");
        take(fresh, "BBB", &row);
        let before = print(fresh);
        assert_eq!(refusal(commit(fresh, import, false)), "moved_since_review");
        assert_eq!(before, print(fresh));
        let again = reviewed(fresh, "AAA", &row);
        assert_eq!((again.import, again.counts.second_jobs), (Some(import), 1));
        commit(fresh, import, false).expect("reviewed again");
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM person WHERE partnership_id = $1"), 1);
    }

    fn the_unclear_get_a_record_an_owner_and_a_decision(fresh) {
        employer(fresh, "AAA", None);
        let b = employer(fresh, "BBB", None);
        let (one, _) = take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,1980-02-03,,CO4 5JL,,,,\n2,Poe,Bea,1990-02-03,,,,,,\n"));
        let list = format!("{HEAD}8,Lee,Ann,1980-02-03,,CO1 1AA,07700900001,,,\n9,Poe,Bea,1990-02-03,,,,,,\n");
        let (two, counts) = take(fresh, "BBB", &list);
        assert_eq!((counts.added, counts.unclear), (2, 2));
        let (ann, double) = (person_of_row(fresh, one, 2), person_of_row(fresh, two, 2));
        let items = open(fresh);
        assert_eq!(items.len(), 2);
        let item = &items[0].item;
        assert_eq!((item.kind, item.person, item.other, item.owner_organisation), (ItemKind::PossibleDuplicate, Some(double), Some(ann), b));
        assert_eq!((item.owner_role.as_str(), item.due_on), ("employer_contact", Date::constant(2027, 1, 7)));
        let aside = read(fresh, store::set_aside);
        assert!(aside.contains(&double) && !aside.contains(&ann) && aside.len() == 2);
        // The same rows again ask nothing again.
        let (_, counts) = take(fresh, "BBB", &format!("{list}\n"));
        assert_eq!((counts.added, counts.unclear, counts.same), (0, 0, 2));

        assert_eq!(refusal(decide(fresh, &items[0], Decision::Left)), "not_for_this_kind");
        let done = decide(fresh, &items[0], Decision::Same { keep: None }).expect("decides");
        assert_eq!(done.person, Some(ann));
        assert_eq!(refusal(decide(fresh, &items[0], Decision::Different)), "already_done");
        let kept = read(fresh, move |tx| store::person_by_id(tx, ann)).expect("there").particulars;
        assert_eq!((kept.home_postcode.map(|p| p.to_string()).as_deref(), kept.mobile.is_some()), (Some("CO4 5JL"), true));
        assert_eq!(read(fresh, move |tx| store::employments_of(tx, ann)).iter().filter(|(_, job)| job.is_primary).count(), 1);
        assert_eq!(read(fresh, move |tx| store::employments_of(tx, ann)).len(), 2);
        assert_eq!(person_of_row(fresh, two, 2), ann);
        decide(fresh, &items[1], Decision::Different).expect("decides");
        assert!(open(fresh).is_empty() && read(fresh, store::set_aside).is_empty());
        // Decided is decided: another sending brings back neither question nor record.
        let (_, counts) = take(fresh, "BBB", &format!("{list}\n\n"));
        assert_eq!((counts.added, counts.unclear, counts.same + counts.changed), (0, 0, 2));
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM person WHERE partnership_id = $1 AND state = 'active'"), 3);
    }

    fn records_with_bookings_on_both_sides_are_not_joined(fresh) {
        employer(fresh, "AAA", None);
        employer(fresh, "BBB", None);
        let (one, _) = take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,1980-02-03,,CO4 5JL,,,,\n"));
        let (two, _) = take(fresh, "BBB", &format!("{HEAD}8,Lee,Ann,1980-02-03,,CO1 1AA,,,,\n"));
        let (ann, double) = (person_of_row(fresh, one, 2), person_of_row(fresh, two, 2));
        let items = open(fresh);
        book(fresh, double, "slot-1");
        let mut before = print(fresh);
        assert_eq!(refusal(decide(fresh, &items[0], Decision::Same { keep: Some(ann) })), "other_is_booked");
        assert_eq!(before, print(fresh));
        book(fresh, ann, "slot-2");
        before = print(fresh);
        assert_eq!(refusal(decide(fresh, &items[0], Decision::Same { keep: None })), "both_booked");
        assert_eq!(before, print(fresh));
        fresh.db.write_now(&fresh.who, move |tx| -> Result<u64, Stop<()>> {
            Ok(tx.run("UPDATE booking SET live = 0, state = 'cancelled' WHERE partnership_id = $1 AND person_id = $2", p![tx.partnership(), ann])?)
        }).expect("cancels");
        let done = decide(fresh, &items[0], Decision::Same { keep: None }).expect("joins");
        assert_eq!(done.person, Some(double), "the record with the booking stays");
    }

    fn rows_that_name_nobody_and_missing_dates_wait_for_somebody(fresh) {
        employer(fresh, "AAA", None);
        employer(fresh, "BBB", None);
        let list = format!("{HEAD}1,Lee,Ann,,,CO4 5JL,07700900001,,,\n,,,1980-01-01,,CO4 5JL,,,,\n77,,,1980-01-01,,CO4 5JL,,,,\n");
        let (import, counts) = take(fresh, "AAA", &list);
        assert_eq!((counts.rows, counts.added, counts.unclear), (3, 1, 3));
        assert_eq!(outcomes(fresh, import), [(2, "added".into()), (3, "unclear".into()), (4, "unclear".into())]);
        let went = read(fresh, move |tx| store::where_rows_went(tx, import));
        assert!(went.iter().all(|row| row.4.is_some()), "each has its item");
        // Sent again: the same three questions, not six.
        let (_, counts) = take(fresh, "AAA", &format!("{list}\n"));
        assert_eq!((counts.added, counts.unclear), (0, 0));
        assert_eq!(open(fresh).len(), 3);
        // Put right: two questions go by themselves, the date is still missing.
        take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,,,CO4 5JL,07700900001,,,\n"));
        let items = open(fresh);
        assert_eq!(items.iter().map(|open| open.item.kind).collect::<Vec<_>>(), [ItemKind::NoDateOfBirth]);
        take(fresh, "BBB", &format!("{HEAD}5,Lee,Ann,1980-02-03,,,,,,\n"));
        let date_of_birth = Date::constant(1880, 1, 1);
        assert_eq!(refusal(decide(fresh, &items[0], Decision::CorrectedDate { date_of_birth })), "implausible_date");
        let date_of_birth = Date::constant(1980, 2, 3);
        let done = decide(fresh, &items[0], Decision::CorrectedDate { date_of_birth }).expect("decides");
        assert!(done.asks_again, "with the date she may be the one of the other list");
        // A decided date is not changed by a list.
        let (_, counts) = take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,1981-09-09,,CO4 5JL,07700900001,,,\n"));
        assert_eq!(counts.changed, 0);
    }

    fn a_date_that_comes_with_a_newer_list_closes_its_question(fresh) {
        employer(fresh, "AAA", None);
        take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,,,,,,,\n"));
        assert_eq!(open(fresh).len(), 1);
        take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,1980-02-03,,,,,,\n"));
        assert!(open(fresh).is_empty());
    }

    fn somebody_not_seen_left_or_is_still_here(fresh) {
        let a = employer(fresh, "AAA", None);
        take(fresh, "AAA", &staff(100, 10));
        take(fresh, "AAA", &staff(102, 8));
        let items = open(fresh);
        decide(fresh, &items[0], Decision::Left).expect("decides");
        decide(fresh, &items[1], Decision::StillHere).expect("decides");
        let counts = read(fresh, move |tx| store::counts_of_employer(tx, a));
        assert_eq!((counts.current, counts.not_seen, counts.left, counts.without_rota), (9, 0, 1, 0));
    }

    fn staff_numbers_change_hands_and_change_altogether(fresh) {
        employer(fresh, "AAA", None);
        take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,1980-02-03,,,,,,\n2,Poe,Bea,1990-02-03,,,,,,\n"));
        // A new payroll: all numbers are new, nobody is.
        let (_, counts) = take(fresh, "AAA", &format!("{HEAD}X1,Lee,Ann,1980-02-03,,,,,,\nX2,Poe,Bea,1990-02-03,,,,,,\n"));
        assert_eq!((counts.added, counts.changed, counts.not_seen), (0, 2, 0));
        // Somebody else has Ann's number: two people, and a question.
        let list = format!("{HEAD}X1,New,Zoe,1999-09-09,,,,,,\nX2,Poe,Bea,1990-02-03,,,,,,\n");
        let (_, counts) = take(fresh, "AAA", &list);
        assert_eq!((counts.added, counts.not_seen, counts.unclear), (1, 1, 1));
        let (_, counts) = take(fresh, "AAA", &format!("{list}\n"));
        assert_eq!((counts.added, counts.same, counts.unclear), (0, 2, 0));
        // Two people trade numbers.
        let (_, counts) = take(fresh, "AAA", &format!("{HEAD}X1,Poe,Bea,1990-02-03,,,,,,\nX2,New,Zoe,1999-09-09,,,,,,\n"));
        assert_eq!(counts.added, 0);
    }

    fn a_list_without_staff_numbers_finds_its_people_again(fresh) {
        employer(fresh, "AAA", None);
        let list = "Name,DOB\nAnn Lee,1980-02-03\nBea Poe,1990-02-03\nSam Roe,\n";
        let (import, counts) = take(fresh, "AAA", list);
        assert_eq!((counts.added, counts.unclear), (3, 1));
        let (again, counts) = take(fresh, "AAA", "Name,DOB\nBea Poe,1990-02-03\nSam Roe,1970-07-07\nAnn Lee,1980-02-03\n");
        assert_eq!((counts.added, counts.changed, counts.same), (0, 1, 2));
        assert_eq!(person_of_row(fresh, import, 4), person_of_row(fresh, again, 3));
        let numbered = "Employee Number,Name,DOB\n11,Ann Lee,1980-02-03\n12,Bea Poe,1990-02-03\n13,Sam Roe,1970-07-07\n";
        let (_, counts) = take(fresh, "AAA", numbered);
        assert_eq!((counts.added, counts.changed), (0, 3), "the numbers are new, the people are not");
    }

    fn an_nhs_number_in_two_hands_is_never_written_twice(fresh) {
        employer(fresh, "AAA", None);
        let number = nhs("999000001");
        let (import, counts) = take(fresh, "AAA", &format!("{HEAD}1,Lee,Ann,1980-02-03,{number},,,,,\n2,Poe,Bea,1990-02-03,{number},,,,,\n"));
        assert_eq!((counts.added, counts.unclear), (2, 1));
        assert_eq!(outcomes(fresh, import)[1].1, "unclear");
        assert_eq!(open(fresh)[0].item.kind, ItemKind::NhsNumberClash);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM person WHERE partnership_id = $1 AND nhs_number IS NOT NULL"), 1);
    }

    fn people_are_found_by_name_date_and_number(fresh) {
        employer(fresh, "AAA", None);
        let number = nhs("999000001");
        take(fresh, "AAA", &format!("{HEAD}1,O'Connor,Zoë,1980-02-03,{number},,,,,\n2,Poe,Bea,1990-02-03,,,,,,\n"));
        for (typed, found) in [("oconnor", 1), ("zoe oc", 1), ("1990-02-03", 1), ("bea 1990-02-03", 1), ("bea 1980-02-03", 0), ("connor", 0), ("", 0), ("%", 0), (number.as_str(), 1)] {
            let typed_text = typed.to_owned();
            assert_eq!(read(fresh, move |tx| store::search(tx, &typed_text)).len(), found, "{typed}");
        }
    }
}

fn nhs(nine: &str) -> String {
    format!("{nine}{}", accord_formats::nhs_number::check_digit(nine).expect("may be issued"))
}

fn book(fresh: &Fresh, person: PersonId, slot: &'static str) {
    let done = fresh.db.write_now(&fresh.who, move |tx| -> Result<u64, Stop<()>> {
        tx.run(
            "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes, capacity, taken)
             VALUES ($1, $2, 's', 's', 'h', 'p', '2027-01-11', 540, 0, 5, 1, 1)",
            p![tx.partnership(), slot],
        )?;
        Ok(tx.run(
            "INSERT INTO booking (partnership_id, id, reference, campaign_id, person_id, appointment, slot_id, session_id, site_id, product_id,
               host_id, employer_id, on_shift, agreement_id, agreement_version, allocation_id, date, starts_us, ends_us, travel_minutes,
               state, live, version, created_us, changed_us)
             VALUES ($1, $2, $2, 'c', $3, 1, $2, 's', 's', 'p', 'h', 'e', 0, 'a', 1, 'a', '2027-01-11', 0, 1, 0, 'assigned', 1, 1, 0, 0)",
            p![tx.partnership(), slot, person],
        )?)
    });
    done.expect("books");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the bytes: no panic, and either nothing is stored or one list in review with every record accounted for.
    #[test]
    fn any_bytes_leave_no_half_import(bytes in prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        "(Surname|Name|DOB|NHS Number|Staff No|[a-z]{0,6})(,(Forename|DOB|Team|Mobile|[ -~]{0,8})){1,5}\n([ -~éß€]{0,40}\n){0,12}".prop_map(String::into_bytes),
    ]) {
        let fresh = Fresh::lite();
        employer(&fresh, "AAA", None);
        let before = print(&fresh);
        let cmd = cmd("AAA", &bytes);
        match fresh.db.write_now(&fresh.who, move |tx| import::preview(tx, &cmd)) {
            Err(Stop::Refused(_)) => prop_assert_eq!(before, print(&fresh)),
            Err(Stop::Store(error)) => prop_assert!(false, "{}", error),
            Ok(Previewed::NothingToDo { .. }) => prop_assert!(false, "nothing was taken before"),
            Ok(Previewed::Review(review)) => {
                let import = review.import.expect("stored");
                let counts = commit(&fresh, import, true).expect("commits").counts;
                let rows = outcomes(&fresh, import);
                prop_assert!(rows.len() >= counts.rows, "{} of {}", rows.len(), counts.rows);
                prop_assert_eq!(count(&fresh, "SELECT COUNT(*) FROM person WHERE partnership_id = $1"), i64::try_from(counts.added).expect("few"));
                let cmd = self::cmd("AAA", &[&bytes[..], b"\n"].concat());
                if let Ok(Previewed::Review(again)) = fresh.db.write_now(&fresh.who, move |tx| import::preview(tx, &cmd)) {
                    let same = again.counts.rows == counts.rows && again.columns == review.columns;
                    prop_assert!(!same || again.counts.added == 0, "sent again it added {}", again.counts.added);
                }
            }
        }
    }
}
