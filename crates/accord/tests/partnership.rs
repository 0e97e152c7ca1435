//! Organisations, agreements and the ledger: what is allowed, what is refused, what is written.

use accord::base::db::{Stop, StoreError, Tx};
use accord::base::fingerprint;
use accord::base::ids::{AgreementId, AllocationId, Booking, Id, OrganisationId, SiteId};
use accord::base::refusal::Refusal;
use accord::partnership::agreement::{
    Agreement, AgreementKind, AgreementRefusal as No, AgreementState, AtEnd, Party, Use, choose, permits,
};
use accord::partnership::import::{Imported, import_organisations};
use accord::partnership::ledger::{self, Entry, Side};
use accord::partnership::matrix::Matrix;
use accord::partnership::organisation::{self, NewOrganisation, OrganisationRefusal};
use accord::partnership::signing::{NewAgreement, NewAllocation, SigningRefusal, amend, end, sign};
use accord::partnership::{allocation, store};
use accord::testing::Fresh;
use accord::{on_both_engines, p};
use accord_formats::OdsCode;
use jiff::civil::{Date, date};

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(uuid::Uuid::from_u128(n))
}

fn agreement() -> Agreement {
    Agreement {
        id: id(1),
        version: 3,
        kind: AgreementKind::Capacity,
        title: "A".into(),
        host: id(2),
        purpose: "flu".into(),
        from: date(2027, 1, 4),
        until: date(2027, 1, 31),
        state: AgreementState::InForce,
        at_end: AtEnd::Honour,
        signed_by: "S".into(),
        sites: vec![id(10), id(11)],
        parties: vec![
            Party { allocation: id(20), employer: id(30), site: None },
            Party { allocation: id(21), employer: id(31), site: Some(id(10)) },
            Party { allocation: id(22), employer: id(30), site: Some(id(11)) },
        ],
    }
}

#[test]
fn permits_is_a_table() {
    let (first, last, late) = (date(2027, 1, 4), date(2027, 1, 31), date(2027, 2, 1));
    type Change = fn(&mut Agreement);
    let as_is: Change = |_| {};
    let ended: Change = |a| a.state = AgreementState::Ended;
    let suspended: Change = |a| a.state = AgreementState::Suspended;
    let draft: Change = |a| a.state = AgreementState::Draft;
    let data: Change = |a| a.kind = AgreementKind::Data;
    type Line = (Change, u128, u128, &'static str, Date, Result<(), No>);
    let table: Vec<Line> = vec![
        (as_is, 30, 10, "flu", first, Ok(())),
        (as_is, 30, 11, "flu", last, Ok(())),
        (as_is, 31, 10, "flu", first, Ok(())),
        (as_is, 31, 11, "flu", first, Err(No::NotThisEmployer)),
        (as_is, 32, 10, "flu", first, Err(No::NotThisEmployer)),
        (as_is, 30, 12, "flu", first, Err(No::NotThisSite)),
        (as_is, 30, 10, "mask fit", first, Err(No::NotThisPurpose)),
        (as_is, 30, 10, "flu", late, Err(No::Ended { on: last })),
        (as_is, 30, 10, "flu", date(2027, 1, 3), Err(No::NotInForce)),
        (suspended, 30, 10, "flu", first, Err(No::NotInForce)),
        (draft, 30, 10, "flu", first, Err(No::NotInForce)),
        (ended, 30, 10, "flu", first, Err(No::Ended { on: last })),
        (data, 30, 10, "flu", first, Err(No::NoAgreement)),
    ];
    for (n, (change, employer, site, purpose, date, wanted)) in table.into_iter().enumerate() {
        let mut a = agreement();
        change(&mut a);
        let usage = Use { employer: id(employer), site: id(site), purpose, date };
        assert_eq!(permits(&a, &usage), wanted, "line {n}");
    }
}

#[test]
fn the_choice_is_the_same_in_any_order() {
    let usage = Use { employer: id(30), site: id(11), purpose: "flu", date: date(2027, 1, 5) };
    let general = Agreement {
        id: id(0),
        parties: vec![Party { allocation: id(5), employer: id(30), site: None }],
        ..agreement()
    };
    let over = Agreement { id: id(2), state: AgreementState::Ended, ..agreement() };
    let exact = agreement();
    let named: Vec<(&Agreement, AllocationId)> = vec![(&general, id(5)), (&exact, id(22)), (&over, id(22))];
    let chosen = choose(named.clone(), &usage).expect("one allows it");
    assert_eq!((chosen.agreement, chosen.version, chosen.allocation), (id(1), 3, id(22)));
    assert_eq!(choose(named.into_iter().rev(), &usage), Ok(chosen));
    assert_eq!(choose([(&over, id(22))], &usage), Err(No::Ended { on: date(2027, 1, 31) }));
    assert_eq!(choose([], &usage), Err(No::NoAgreement));
    assert_eq!(Matrix::new(vec![general, exact, over], "flu").find(id(30), id(11), usage.date), Some(chosen));
}

fn new_organisation(code: &str, name: &str, employer: bool, host: bool) -> NewOrganisation {
    NewOrganisation {
        code: OdsCode::parse(code).expect("a code"),
        name: name.into(),
        kind: "acute_trust".into(),
        postcode: None,
        is_employer: employer,
        is_host: host,
        declared_headcount: Some(10),
        contact_name: "Alex Example (fictitious)".into(),
        contact_role: "Manager".into(),
    }
}

fn write<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> T {
    fresh.db.write_now(&fresh.who, f).expect("written")
}

fn refused<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> R {
    let before = fresh.db.read_now(&fresh.who, fingerprint::of).expect("hashed");
    let Err(Stop::Refused(no)) = fresh.db.write_now(&fresh.who, f) else { panic!("this was to be refused") };
    assert_eq!(before, fresh.db.read_now(&fresh.who, fingerprint::of).expect("hashed"), "a refusal left a trace");
    no
}

fn plain<T>(result: Result<T, StoreError>) -> Result<T, Stop<()>> {
    result.map_err(Stop::Store)
}

struct World {
    host: OrganisationId,
    employer: OrganisationId,
    other: OrganisationId,
    sites: [SiteId; 2],
}

fn world(fresh: &Fresh) -> World {
    write(fresh, |tx| organisation::found(tx, "Test", "all offered by May", true));
    let admit = |code: &'static str, name: &'static str, e, h| {
        write(fresh, move |tx| organisation::admit(tx, &new_organisation(code, name, e, h)))
    };
    let host = admit("RDE", "East Trust", true, true);
    let employer = admit("SCC", "A Council", true, false);
    let other = admit("ECC", "Another Council", true, false);
    let sites = [id(10), id(11)];
    write(fresh, move |tx| {
        for site in sites {
            plain(tx.run(
                "INSERT INTO site (partnership_id, id, host_id, code, name, kind, address, postcode, lat, lon, district,
                   phone, access, note, slots_owner, state)
                 VALUES ($1, $2, $3, $4, 'S', 'hub', 'A', 'CO4 5JL', 52, 1, '', '', 0, '', 'accord', 'open')",
                p![tx.partnership(), site, host, site.to_string()],
            ))?;
        }
        Ok(())
    });
    World { host, employer, other, sites }
}

fn new_agreement(w: &World) -> NewAgreement {
    NewAgreement {
        kind: AgreementKind::Capacity,
        title: "Places".into(),
        host: w.host,
        purpose: "flu".into(),
        sites: w.sites.to_vec(),
        from: date(2027, 1, 1),
        until: date(2027, 3, 1),
        at_end: AtEnd::Move,
        signed_by: "Alex Example (fictitious)".into(),
        allocations: vec![
            NewAllocation { employer: w.employer, site: None, capacity: Some(2) },
            NewAllocation { employer: w.employer, site: Some(w.sites[1]), capacity: None },
        ],
    }
}

fn named(fresh: &Fresh, employer: OrganisationId, site: SiteId) -> Vec<(Agreement, AllocationId)> {
    fresh
        .db
        .read_now(&fresh.who, move |tx| store::agreements_for(tx, &[(employer, site)]))
        .expect("read")
        .remove(&(employer, site))
        .unwrap_or_default()
}

on_both_engines! {
    fn a_file_of_organisations_adds_changes_and_leaves(fresh) {
        let take = |text: String| fresh.db.write_now(&fresh.who, move |tx| import_organisations(tx, &text));
        let file = include_str!("../../../docs/own-store/organisations.csv");
        let early = take(file.to_owned());
        assert!(matches!(early, Err(Stop::Refused(OrganisationRefusal::NotFounded))));
        fresh.db.write_now(&fresh.who, |tx| organisation::found(tx, "Test", "goal", false)).expect("founded");
        assert_eq!(take(file.to_owned()).expect("taken"), Imported { added: 3, changed: 0, same: 0 });
        let other = file.replace("TRUE,FALSE,4,", "TRUE,TRUE,,").replace("EXB,Example Council", "EXD,New Council");
        assert_eq!(take(other.clone()).expect("taken"), Imported { added: 1, changed: 1, same: 1 });
        assert_eq!(take(other).expect("taken"), Imported { added: 0, changed: 0, same: 3 });
        let read = fresh.db.read_now(&fresh.who, organisation::all).expect("read");
        let home = read.iter().find(|o| o.code == "EXC").expect("it is there");
        assert_eq!((read.len(), home.is_host, home.declared_headcount), (4, true, None));
        assert!(matches!(take(file.to_owned()), Err(Stop::Refused(OrganisationRefusal::Faults(f))) if f[0].row == 4));
    }

    fn an_unknown_code_is_refused_with_the_nearest(fresh) {
        world(fresh);
        let no = refused(fresh, |tx| organisation::by_code(tx, "rdf"));
        assert!(matches!(&no, OrganisationRefusal::UnknownCode { near, .. } if near[0].0 == "RDE"), "{no:?}");
        assert_eq!(no.next_step(), "Did you mean RDE (East Trust)?");
        let no = refused(fresh, |tx| organisation::by_code(tx, "council"));
        assert!(matches!(&no, OrganisationRefusal::UnknownCode { near, .. } if near.len() == 2));
        let no = refused(fresh, |tx| organisation::by_code(tx, "ZZZZZZ"));
        assert!(matches!(&no, OrganisationRefusal::UnknownCode { near, .. } if near.is_empty()));
        assert_eq!(write(fresh, |tx| organisation::by_code(tx, " rde ")).name, "East Trust");
    }

    fn admitting_refuses_what_can_not_be(fresh) {
        let no = refused(fresh, |tx| organisation::admit(tx, &new_organisation("RDE", "E", true, true)));
        assert_eq!(no, OrganisationRefusal::NotFounded);
        world(fresh);
        let no = refused(fresh, |tx| organisation::admit(tx, &new_organisation("RDE", "Second", true, true)));
        assert_eq!(no, OrganisationRefusal::CodeTaken { code: "RDE".into(), name: "East Trust".into() });
        let no = refused(fresh, |tx| organisation::admit(tx, &new_organisation("NEW", " ", true, true)));
        assert_eq!(no, OrganisationRefusal::Missing("name"));
        let no = refused(fresh, |tx| organisation::found(tx, "Again", "g", false));
        assert_eq!(no, OrganisationRefusal::AlreadyFounded { name: "Test".into() });
    }

    fn signing_refuses_what_makes_no_sense(fresh) {
        let w = world(fresh);
        let mut table: Vec<(NewAgreement, &str)> = Vec::new();
        let mut line = |code, change: &dyn Fn(&mut NewAgreement)| {
            let mut new = new_agreement(&w);
            change(&mut new);
            table.push((new, code));
        };
        line("agreement_ends_before_start", &|a| a.until = date(2026, 12, 31));
        line("agreement_incomplete", &|a| a.sites.clear());
        line("agreement_incomplete", &|a| a.allocations.clear());
        line("agreement_incomplete", &|a| a.signed_by.clear());
        line("agreement_not_a_host", &|a| a.host = w.employer);
        line("agreement_not_an_employer", &|a| a.allocations[0].employer = id(99));
        line("agreement_not_the_hosts_site", &|a| a.sites.push(id(12)));
        line("allocation_site_not_covered", &|a| a.allocations[0].site = Some(id(12)));
        line("allocation_negative", &|a| a.allocations[0].capacity = Some(-1));
        line("allocation_twice", &|a| a.allocations[0].site = Some(id(11)));
        for (new, code) in table {
            assert_eq!(refused(fresh, move |tx| sign(tx, &new)).code(), code);
        }
    }

    fn an_agreement_is_signed_amended_and_ended(fresh) {
        let w = world(fresh);
        let new = new_agreement(&w);
        let first = new.clone();
        let agreement: AgreementId = write(fresh, move |tx| sign(tx, &first));
        let usage = Use { employer: w.employer, site: w.sites[1], purpose: "flu", date: date(2027, 1, 4) };
        let found = named(fresh, w.employer, w.sites[1]);
        assert_eq!((found.len(), found[0].0.version, found[0].0.parties.len()), (1, 1, 2));
        assert!(permits(&found[0].0, &usage).is_ok());
        assert!(named(fresh, w.other, w.sites[1]).is_empty());
        let (employer, site) = (w.employer, w.sites[1]);
        let (whole, part) = write(fresh, move |tx| {
            let whole = plain(store::lock_agreements(tx, &[agreement, id(77), agreement]))?;
            Ok::<_, Stop<()>>((whole, plain(store::lock_for(tx, &[(employer, site)]))?.remove(&(employer, site)).unwrap_or_default()))
        });
        assert_eq!((whole.len(), whole[0].sites.len(), whole[0].parties.len()), (1, 2, 2));
        assert_eq!(part, found);

        let mut second = new.clone();
        second.until = date(2027, 2, 1);
        second.allocations.push(NewAllocation { employer: w.other, site: None, capacity: Some(5) });
        assert_eq!(write(fresh, move |tx| amend(tx, agreement, &second)), 2);
        let matrix = fresh.db.read_now(&fresh.who, |tx| Matrix::load(tx, "flu")).expect("read");
        let permit = matrix.find(w.employer, w.sites[1], usage.date).expect("allowed");
        assert_eq!((permit.agreement, permit.version, permit.allocation), (agreement, 2, found[0].1));
        assert_eq!(matrix.ask(w.other, w.sites[0], date(2027, 2, 2)), Err(No::Ended { on: date(2027, 2, 1) }));

        assert_eq!(write(fresh, move |tx| end(tx, agreement, "the freezer broke")), date(2027, 1, 4));
        let over = named(fresh, w.employer, w.sites[1]);
        assert_eq!(permits(&over[0].0, &usage), Err(No::Ended { on: date(2027, 1, 4) }));
        let no = refused(fresh, move |tx| end(tx, agreement, "again"));
        assert_eq!(no, SigningRefusal::AlreadyEnded { on: date(2027, 1, 4) });
    }

    fn an_allocation_is_never_used_beyond_its_capacity(fresh) {
        let w = world(fresh);
        let new = new_agreement(&w);
        let first = new.clone();
        let agreement = write(fresh, move |tx| sign(tx, &first));
        let all = fresh.db.read_now(&fresh.who, allocation::all).expect("read");
        let two = all.iter().find(|a| a.capacity == Some(2)).expect("the limited one").id;
        let free = all.iter().find(|a| a.capacity.is_none()).expect("the free one").id;
        let take = |which: AllocationId, n| write(fresh, move |tx| plain(store::take_allocations(tx, &[(which, n)]).map(|got| got == [true])));
        assert!(take(two, 1));
        assert!(!take(two, 2));
        assert!(take(two, 1));
        assert!(!take(two, 1));
        assert!(take(free, 1_000_000));
        let mut less = new.clone();
        less.allocations[0].capacity = Some(1);
        let no = refused(fresh, move |tx| amend(tx, agreement, &less));
        assert_eq!(no, SigningRefusal::AllocationInUse { employer: w.employer, taken: 2 });
        write(fresh, move |tx| plain(store::give_back_allocation(tx, two, 2)));
        assert!(take(two, 2));
        let too_much = fresh.db.write_now(&fresh.who, move |tx| plain(store::give_back_allocation(tx, two, 3)));
        assert!(matches!(too_much, Err(Stop::Store(StoreError::Constraint(name))) if name == "allocation_capacity"));
    }

    fn the_ledger_adds_up_and_shows_what_was_changed(fresh) {
        let entry = |n: u128, units| Entry {
            host: id(1 + n % 2), employer: id(5), agreement: id(6), version: 1, booking: id::<Booking>(n), units,
        };
        let entries: Vec<Entry> = (0..7).map(|n| entry(n, 1)).chain([entry(0, -1)]).collect();
        write(fresh, move |tx| plain(ledger::post_many(tx, &entries)));
        let given = fresh.db.read_now(&fresh.who, |tx| ledger::statement(tx, Side::Host(id(1)))).expect("read");
        assert_eq!((given.len(), given[0].used, given[0].given_back, given[0].net()), (1, 4, 1, 3));
        let used = fresh.db.read_now(&fresh.who, |tx| ledger::statement(tx, Side::Employer(id(5)))).expect("read");
        assert_eq!(used.iter().map(ledger::StatementLine::net).sum::<i64>(), 6);
        let look = || fresh.db.read_now(&fresh.who, |tx| ledger::broken(tx, i64::MAX)).expect("looked");
        assert_eq!(look(), (0, 8));
        assert_eq!(write(fresh, |tx| plain(ledger::seal(tx, 5))), 5);
        assert_eq!(write(fresh, |tx| plain(ledger::seal(tx, 5))), 3);
        assert_eq!(look(), (0, 0));
        write(fresh, |tx| plain(tx.run("UPDATE ledger SET employer_id = 'x' WHERE chain_seq = 2 AND host_id = $1", p![id::<()>(1)])));
        assert!(fresh.db.read_now(&fresh.who, |tx| ledger::broken(tx, i64::MAX)).is_err(), "an id that is none is seen");
        write(fresh, |tx| plain(tx.run("UPDATE ledger SET employer_id = $1 WHERE chain_seq = 2 AND host_id = $2", p![id::<()>(9), id::<()>(1)])));
        assert_eq!(look().0, 1);
        let zero = entry(1, 0);
        let no = fresh.db.write_now(&fresh.who, move |tx| plain(ledger::post(tx, &zero)));
        assert!(matches!(no, Err(Stop::Store(_))));
    }
}
