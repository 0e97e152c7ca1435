//! Every page of this noun in every state worth looking at.

use jiff::civil::{date, time};

use super::{
    AgreementPage, AgreementRow, AgreementState, Agreements, Away, Ledger, LedgerEntries, LedgerEntry, LedgerSum,
    OrganisationPage, OrganisationRow, Organisations,
};
use crate::base::page::{Asked, Link, Pager, Sample, sample_ops};

const ATTACK: &str = "<script>alert(1)</script> Care";
const LONG: &str =
    "The Integrated Foundation Partnership for Community, Mental Health and Ambulance Care of the Eastern Coast";

/// All samples of this noun.
pub fn samples() -> Vec<Sample> {
    let mut all = organisation_pages();
    all.extend(employer_pages());
    all.extend(agreement_pages());
    all.extend(ledger_pages());
    all
}

fn organisation_pages() -> Vec<Sample> {
    let row = |name: &str, kind: &str, people, planned, unclear, listed: bool| OrganisationRow {
        name: name.into(),
        code: "RDE".into(),
        kind: kind.into(),
        employer: people > 0,
        people,
        planned,
        unclear,
        last_list: listed.then(|| date(2027, 1, 4)),
        href: "/organisations/1".into(),
    };
    let list = Organisations {
        frame: sample_ops("/organisations"),
        pager: Asked::default().pager("/organisations", &[], 127),
        rows: vec![
            row("Example Hospitals", "acute trust", 6_450, 6_320, 5, true),
            row(LONG, "community provider", 130, 122, 0, true),
            row(ATTACK, "care provider", 130, 61, 12, true),
            row("Example Practice, Bures", "general practice", 12, 9, 0, false),
            row("دار الرعاية", "care provider", 38, 20, 1, true),
            row("Example Pharmacy, CO1 2AR", "community pharmacy", 0, 0, 0, false),
        ],
    };
    vec![
        Sample::of("partnership-organisations-full", &list),
        Sample::of(
            "partnership-organisations-none-found",
            &Organisations { rows: vec![], pager: nothing_found(), ..list.clone() },
        ),
        Sample::of(
            "partnership-organisations-empty",
            &Organisations { rows: vec![], pager: Pager::default(), ..list.clone() },
        ),
    ]
}

/// One organisation, as its contact and as the lead sees it.
fn employer_pages() -> Vec<Sample> {
    let away = |day: i8, name: &str| Away {
        date: date(2027, 1, day),
        from: time(14, 0, 0, 0),
        until: time(14, 40, 0, 0),
        name: name.into(),
        team: "Ward 4".into(),
    };
    let page = OrganisationPage {
        frame: sample_ops("/organisations"),
        lead: false,
        name: "Example Hospitals".into(),
        people: 6_450,
        planned: 6_320,
        away: vec![away(5, "Amina Yusuf"), away(5, ATTACK), away(6, "محمد عبدالرحمن"), away(6, LONG)],
        pager: Asked::default().pager("/organisations/1", &[], 312),
        lists: Link::new("/import?organisation=1", "Bring in a new list"),
        unclear: Link::new("/worklist?organisation=1", "5 people to decide about"),
        elsewhere: "/organisations/1/elsewhere".into(),
    };
    let small = OrganisationPage {
        name: "Example Practice, Bures".into(),
        people: 12,
        planned: 9,
        lead: true,
        away: vec![],
        pager: Pager::default(),
        ..page.clone()
    };
    vec![Sample::of("partnership-organisation-full", &page), Sample::of("partnership-organisation-small", &small)]
}

fn nothing_found() -> Pager {
    let mut pager = Asked::default().pager("/organisations", &[], 0);
    pager.find = "<b>nowhere</b>".into();
    pager
}

fn agreement_pages() -> Vec<Sample> {
    let row = |reference: &str, employer: &str, used, state| AgreementRow {
        reference: reference.into(),
        host: "Example Hospitals".into(),
        employer: employer.into(),
        from: date(2027, 1, 4),
        until: date(2027, 2, 12),
        allocation: Some(1_200),
        used,
        state,
        href: "/agreements/1".into(),
    };
    let list = Agreements {
        frame: sample_ops("/agreements"),
        pager: Asked::default().pager("/agreements", &[], 4),
        rows: vec![
            row("A-003", "Example Homes", 240, AgreementState::EndsSoon),
            row("A-014", "Example Ambulance", 944, AgreementState::InForce),
            row("A-015", ATTACK, 0, AgreementState::Draft),
            row("A-001", LONG, 1_200, AgreementState::Ended),
        ],
    };
    let page = AgreementPage {
        frame: sample_ops("/agreements"),
        row: list.rows[1].clone(),
        version: 2,
        purpose: "Winter 2027 staff vaccination".into(),
        sites: vec!["Clacton Hospital".into(), "Harwich Fryatt Hospital".into()],
        releases: vec![
            ("Example Hospice".into(), date(2027, 1, 20).at(18, 0, 0, 0), false, 12),
            ("The Very Long Name of a Care Home Group on the Coast".into(), date(2027, 1, 3).at(0, 0, 0, 0), true, 0),
        ],
        at_end: "honoured".into(),
        signed: vec![
            "A. Fictitious, for Example Hospitals, 20 December".into(),
            "B. Invented, for Example Ambulance, 21 December".into(),
        ],
    };
    vec![
        Sample::of("partnership-agreements-full", &list),
        Sample::of(
            "partnership-agreements-empty",
            &Agreements { rows: vec![], pager: Pager::default(), ..list.clone() },
        ),
        Sample::of("partnership-agreement", &page),
    ]
}

/// The ledger, by organisation and entry by entry.
fn ledger_pages() -> Vec<Sample> {
    let sum = |organisation: &str, promised, given, used| LedgerSum {
        organisation: organisation.into(),
        promised,
        given,
        used,
        href: "/ledger?show=entries&of=1".into(),
    };
    let entry = |number, what: &str, seal: Option<&str>| LedgerEntry {
        number,
        at: date(2027, 1, 5).at(8, 1, 0, 0),
        what: what.into(),
        agreement: "A-014, version 2".into(),
        seal: seal.map(str::to_owned),
    };
    let ledger = Ledger {
        frame: sample_ops("/ledger"),
        promised: 45_860,
        given: 39_842,
        pager: Asked::default().pager("/ledger", &[], 3),
        sums: vec![
            sum("Example Hospitals", 26_000, 24_410, 12_640),
            sum("Example Ambulance", 0, 0, 944),
            sum(ATTACK, 480, 12, 122),
        ],
    };
    let entries = LedgerEntries {
        frame: sample_ops("/ledger"),
        of: Some(ATTACK.into()),
        pager: Asked::default().pager("/ledger", &[("show", "entries")], 38_826),
        entries: vec![
            entry(38_826, "1 place at Clacton Hospital given to Example Ambulance", None),
            entry(38_825, "1 place at Clacton Hospital given to Example Ambulance", Some("9f31c2")),
        ],
    };
    vec![
        Sample::of("partnership-ledger-full", &ledger),
        Sample::of("partnership-ledger-empty", &Ledger { sums: vec![], pager: Pager::default(), ..ledger.clone() }),
        Sample::of("partnership-ledger-entries", &entries),
        Sample::of("partnership-ledger-entries-empty", &LedgerEntries { of: None, entries: vec![], ..entries.clone() }),
    ]
}
