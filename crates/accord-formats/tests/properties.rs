//! What must hold for every input: no panic, and what is printed reads back.

use accord_formats::csv_out::{CsvOut, guard, plain};
use accord_formats::rota::{Pattern, Shift};
use accord_formats::staff::{
    Account, Field, Item, Layout, Mapping, give_back, guess_mapping, read_each, read_given, read_staff, read_table,
};
use accord_formats::{
    AccessNeeds, Date, Email, Leave, Mobile, NhsNumber, OdsCode, PersonName, Postcode, Rota, StaffNumber, csv_in, date,
    nhs_number, person_name::match_key,
};
use proptest::prelude::*;

const TODAY: Date = Date::constant(2026, 11, 22);

fn any_date() -> impl Strategy<Value = Date> {
    (1950i16..2090, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::constant(y, m, d))
}

fn any_rota() -> impl Strategy<Value = Rota> {
    let weekly = (1u8..128).prop_map(Pattern::Weekly);
    let rolling = (1u8..=28, 1u8..=28, any_date()).prop_map(|(on, off, from)| Pattern::Rolling { on, off, from });
    let shift = prop_oneof![Just(Shift::Day), Just(Shift::Late), Just(Shift::Night)];
    (prop_oneof![weekly, rolling], shift).prop_map(|(pattern, shift)| Rota { pattern, shift })
}

/// Text that looks enough like a staff list to reach the readers of values.
fn any_list() -> impl Strategy<Value = String> {
    let cell = prop_oneof!["\\PC{0,8}", "[0-9/.E+-]{0,11}", Just("\"".to_owned()), Just("03/04/80".to_owned())];
    let line = prop::collection::vec(cell, 0..7).prop_map(|cells| cells.join(","));
    prop::collection::vec(line, 0..8)
        .prop_map(|lines| format!("Name,DOB,NHS no,Mobile,Postcode,Days,Leave\n{}", lines.join("\n")))
}

/// Whatever the bytes: rows and faults that account for every record, and the file given back can be read again.
fn read_all(bytes: &[u8]) {
    let Ok(table) = read_table(bytes, "list.csv") else { return };
    let mut account = Account::open(&table);
    let mut faults = Vec::new();
    read_each(&table, &guess_mapping(&table), TODAY, |item| {
        account.take(&item);
        if let Item::Fault(fault) = item {
            assert!(!fault.sentence().is_empty() && !fault.if_left().is_empty());
            faults.push(fault);
        }
    });
    assert!(account.balances(), "{account:?}");
    assert!(read_given(&table, TODAY).0.len() <= 2 * account.records as usize);
    let back = give_back(bytes, &table, &faults).expect("what was read can be given back");
    let again = read_table(&back.bytes, "list.csv");
    assert!(again.is_ok() || table.records().count() < 20, "{again:?}");
}

/// A small file changed at some places, as damage on the way would.
fn bent(bytes: &[u8], at: &[(usize, u8)], cut: usize) -> Vec<u8> {
    let mut bent = bytes.to_vec();
    for (at, byte) in at {
        let length = bent.len();
        bent[at % length] = *byte;
    }
    bent.truncate(bytes.len() - cut % bytes.len());
    bent
}

fn sample(path: &str) -> Vec<u8> {
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    std::fs::read(folder.join(path)).expect("the sample is there")
}

proptest! {
    #[test]
    fn the_reader_survives_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend(&bytes);
        read_all(&zip);
    }

    #[test]
    fn the_reader_survives_damage(
        which in 0usize..5,
        at in prop::collection::vec((any::<usize>(), any::<u8>()), 0..12),
        cut in prop_oneof![Just(0usize), 0usize..3000],
    ) {
        const FILES: [&str; 5] = [
            "made/only_hidden.xlsx",
            "made/uncalculated.xlsx",
            "staff-extracts/truncated_transfer.csv",
            "staff-extracts/gp_federation_utf16.txt",
            "staff-extracts/hospice_no_header.csv",
        ];
        read_all(&bent(&sample(FILES[which]), &at, cut));
    }

    #[test]
    fn the_reader_of_old_workbooks_survives_damage(
        at in prop::collection::vec((any::<usize>(), any::<u8>()), 0..40),
        head in prop::collection::vec((0usize..600, any::<u8>()), 0..6),
    ) {
        let whole = sample("made/homes.xls");
        let mut bytes = bent(&whole, &at, 0);
        head.iter().for_each(|(at, byte)| bytes[*at] = *byte);
        if let Ok(table) = read_table(&bytes, "list.xls") {
            let (rows, _) = read_staff(&table, &guess_mapping(&table), TODAY);
            prop_assert!(rows.len() <= table.records_read as usize);
        }
        let mut any = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        any.extend(&bytes[600..2000]);
        let _ = read_table(&any, "list.xls");
    }

    #[test]
    fn the_reader_survives_any_list(text in any_list()) {
        read_all(text.as_bytes());
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        read_all(&wide);
    }

    #[test]
    fn value_parsers_survive_any_text(text in "\\PC{0,40}|[0-9 /.-]{0,12}|[A-Za-z0-9, -]{0,20}") {
        let _ = (NhsNumber::parse(&text), OdsCode::parse(&text), Postcode::parse(&text), StaffNumber::parse(&text));
        let _ = (Mobile::parse(&text), Email::parse(&text), Rota::parse(&text), Leave::parse(&text));
        let _ = (AccessNeeds::parse(&text), PersonName::parse_full(&text), PersonName::parse(&text, &text));
        let found = date::detect([text.as_str()]);
        let _ = (found.read(&text, date::DateKind::Birth, TODAY), found.read(&text, date::DateKind::Other, TODAY));
    }

    #[test]
    fn an_nhs_number_reads_back(first in "[0-9]{9}") {
        if let Some(digit) = nhs_number::check_digit(&first) {
            let number = NhsNumber::parse(&format!("{first}{digit}")).expect("the check digit is right");
            prop_assert_eq!(NhsNumber::parse(&number.to_string()), Ok(number));
            prop_assert_eq!(NhsNumber::parse(&number.spaced()), Ok(number));
            let wrong = format!("{first}{}", (digit + 1) % 10);
            prop_assert!(NhsNumber::parse(&wrong).is_err());
        }
    }

    #[test]
    fn a_postcode_reads_back(text in "[A-Za-z]{1,2}[0-9][0-9A-Za-z]? ?[0-9][A-Za-z]{2}") {
        if let Ok(code) = Postcode::parse(&text) {
            prop_assert_eq!(Postcode::parse(code.as_str()), Ok(code.clone()));
            prop_assert!(code.as_str().starts_with(code.sector()) && code.sector().starts_with(code.outcode()));
        }
    }

    #[test]
    fn a_rota_reads_back(rota in any_rota()) {
        prop_assert_eq!(Rota::parse(&rota.to_string()), Ok(rota));
    }

    #[test]
    fn leave_reads_back_and_contains_its_days(days in prop::collection::vec((any_date(), 0i64..20), 0..6)) {
        let later = |d: Date, n: i64| d.checked_add(jiff::Span::new().days(n)).expect("in range");
        let leave = Leave::new(days.iter().map(|(d, n)| (*d, later(*d, *n))));
        prop_assert_eq!(Leave::parse(&leave.to_string()), Ok(leave.clone()));
        for (first, length) in days {
            prop_assert!(leave.contains(first) && leave.contains(later(first, length)));
        }
    }

    #[test]
    fn access_needs_read_back_and_cover(a in 0u16..512, b in 0u16..512) {
        let (person, site) = (AccessNeeds::from_bits(a).expect("nine bits"), AccessNeeds::from_bits(b).expect("nine bits"));
        prop_assert_eq!(AccessNeeds::parse(&person.to_string()), Ok(person));
        prop_assert_eq!(site.covers(person), (person - site).is_empty());
        prop_assert_eq!(person.labels().collect::<Vec<_>>().join("; ").parse_needs(), Some(person));
    }

    #[test]
    fn a_mapping_reads_back(headings in prop::collection::btree_set("\\PC{0,12}|[a\\\\=\n\r#]{1,6}", 0..6), at in 0usize..29) {
        let mut mapping = Mapping::default();
        for (n, heading) in headings.iter().enumerate() {
            mapping.set(heading, (n % 3 != 2).then(|| Field::ALL[(at + n) % Field::ALL.len()]));
        }
        prop_assert_eq!(Mapping::from_text(&mapping.to_text()), Ok(mapping));
    }

    #[test]
    fn a_layout_reads_back(headings in prop::collection::vec("\\PC{1,12}|[a\\\\=\n\r#]{1,6}", 0..6)) {
        let layout = Layout::with_headings(headings);
        prop_assert_eq!(Layout::from_text(&layout.to_text()), layout);
    }

    #[test]
    fn csv_out_reads_back(records in prop::collection::vec(prop::collection::vec("[=+@'a,\"\r\n\t-]{0,5}", 1..4), 1..4)) {
        let mut out = CsvOut::new(false);
        records.iter().for_each(|r| out.record(r));
        let text = out.finish();
        let back: Vec<Vec<String>> = csv_in::records(&text, ',')
            .map(|(_, cells)| cells.iter().map(|c| plain(c).to_owned()).collect())
            .collect();
        prop_assert_eq!(back, records);
    }

    #[test]
    fn no_guarded_cell_starts_a_formula(cell in "\\PC{0,6}|[=+@'\t\r-]{0,4}") {
        prop_assert!(!guard(&cell).starts_with(['=', '+', '-', '@', '\t', '\r', '\0']));
        let guarded = guard(&cell);
        prop_assert_eq!(plain(&guarded), cell.as_str());
    }

    #[test]
    fn folding_a_name_again_changes_nothing(name in "\\PC{0,12}") {
        let once = match_key(&name);
        prop_assert_eq!(match_key(&once), once.clone());
    }
}

trait ParseNeeds {
    fn parse_needs(&self) -> Option<AccessNeeds>;
}

impl ParseNeeds for String {
    fn parse_needs(&self) -> Option<AccessNeeds> {
        AccessNeeds::parse(self).ok()
    }
}
