//! Rule tables of the staff list's readers: what is a table, a heading, a person, a fault.

use accord_formats::staff::{
    Field, Limits, Mapping, SkipReason, Source, TableError, guess_mapping, read_staff, read_table, read_table_within,
};
use accord_formats::{Date, FaultCode, Severity};

const TODAY: Date = Date::constant(2026, 11, 22);

#[test]
fn an_ambiguous_column_is_reported_unless_its_heading_or_a_neighbour_settles_it() {
    let read = |text: &str| {
        let table = read_table(text.as_bytes(), "a.csv").expect("a table");
        let (rows, faults) = read_staff(&table, &guess_mapping(&table), TODAY);
        let assumed = faults
            .iter()
            .any(|f| f.code == FaultCode::DateOrderAssumed && f.severity == Severity::Assumed && f.row == 0);
        (rows[0].date_of_birth.expect("read").to_string(), assumed)
    };
    assert_eq!(read("Name,DOB\nAnn Lee,03/04/1980\nBob Lee,05/06/1981\n"), ("1980-04-03".to_owned(), true));
    assert_eq!(
        read("Name,DOB (mm/dd/yyyy)\nAnn Lee,03/04/1980\nBob Lee,05/06/1981\n"),
        ("1980-03-04".to_owned(), false)
    );
    assert_eq!(
        read("Name,DOB,Start date\nAnn Lee,03/04/1980,01/31/2020\nBob Lee,05/06/1981,\n"),
        ("1980-03-04".to_owned(), false)
    );
}

#[test]
fn files_that_are_no_staff_list_say_what_to_do() {
    for (bytes, wanted) in [
        (b" \r\n".as_slice(), TableError::Empty),
        (b"%PDF-1.7 ...", TableError::NotATable("a PDF document")),
        (b"<html><table>", TableError::NotATable("a web page or XML document")),
        (b"PK\x03\x04broken", TableError::DamagedWorkbook),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", TableError::DamagedWorkbook),
        (b"a,b\n1,2\n", TableError::NoHeader { row: 1 }),
        (b"Surname,Forename\n", TableError::NoRecords { header_row: 1 }),
        (b"Surname,Forename\n\"Smi", TableError::CutOff { row: 2 }),
    ] {
        let error = read_table(bytes, "x").expect_err("no list");
        assert_eq!(error, wanted);
        assert!(error.to_string().ends_with('.'));
    }
    let small = Limits { rows: 2, ..Limits::default() };
    let many = read_table_within(b"Surname,Forename\na,b\nc,d\n", "x", &small);
    assert_eq!(many, Err(TableError::TooLarge { what: "rows", limit: 2 }));
}

#[test]
fn a_workbook_that_unpacks_beyond_the_limit_is_refused_unread() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "Surname").and_then(|s| s.write(0, 1, "Forename")).expect("written");
    sheet.write(1, 0, "Lee").and_then(|s| s.write(1, 1, "Ann")).expect("written");
    sheet.write(2, 300, "far out").expect("written");
    let bytes = book.save_to_buffer().expect("saved");
    let tight = Limits { unpacked_bytes: 500, ..Limits::default() };
    assert!(matches!(read_table_within(&bytes, "x", &tight), Err(TableError::TooLarge { .. })));
    assert_eq!(read_table(&bytes, "x"), Err(TableError::TooLarge { what: "columns", limit: 300 }));
    assert!(read_table(&bytes[..bytes.len() / 2], "x").is_err());
}

#[test]
fn headings_totals_sections_and_repeats_are_told_from_people() {
    let text = "Report\n\nSurname;Forename;DOB;Team\nLee;Ann;1.2.1980;A\nSurname;Forename;DOB;Team\nNight staff;;;\nRoe;Jo;31.12.1981;B\nTotal;2;;\n";
    let table = read_table(text.as_bytes(), "x.csv").expect("a table");
    assert_eq!(table.dialect.source, Source::Text { encoding: "UTF-8", delimiter: ';' });
    assert_eq!(table.dialect.header_row, 3);
    let passed: Vec<_> = table.skipped.iter().map(|s| (s.row, s.why)).collect();
    use SkipReason::{AboveHeader, Blank, Header, RepeatedHeader, Section, Total};
    assert_eq!(passed, [(1, AboveHeader), (2, Blank), (3, Header), (5, RepeatedHeader), (6, Section), (8, Total)]);
    assert_eq!(table.records().map(|r| r.row).collect::<Vec<_>>(), [4, 7]);
}

#[test]
fn a_bad_value_never_loses_the_person() {
    let text = "Pay No,Surname,Forename,DOB,NHS no,Home Postcode,NI Number\n1,Lee,Ann,31/02/1980,123,nowhere,QQ123456C\n,,,31/01/1980,9434765919,,\n2,,,,,,\n";
    let table = read_table(text.as_bytes(), "x.csv").expect("a table");
    let mapping = guess_mapping(&table);
    assert_eq!(mapping.heading(Field::NationalInsurance), Some("NI Number"));
    let (rows, faults) = read_staff(&table, &mapping, TODAY);
    assert_eq!(rows.iter().map(|r| r.row).collect::<Vec<_>>(), [2, 4]);
    let codes: Vec<_> = faults.iter().map(|f| (f.row, f.code, f.severity)).collect();
    use Severity::{RowDropped, ValueDropped};
    assert_eq!(
        codes,
        [
            (2, FaultCode::Date, ValueDropped),
            (2, FaultCode::NhsNumberLength, ValueDropped),
            (2, FaultCode::Postcode, ValueDropped),
            (3, FaultCode::NobodyToBook, RowDropped)
        ]
    );
    assert!(!format!("{rows:?}{faults:?}").contains("QQ123456C"));
    assert_eq!(
        faults[2].sentence(),
        "Row 2, column \"Home Postcode\" has \"nowhere\": wanted a UK postcode such as CO4 5JL. The value was left out, the person was read."
    );
}

#[test]
fn a_saved_mapping_fits_only_lists_that_have_its_headings() {
    let mapping = Mapping::from_text("staff_number=Ref\nfull_name=Wer\n-=Notes\n").expect("a mapping");
    let list = |headings: &[&str]| headings.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>();
    assert!(mapping.fits(&list(&["Wer", "Ref", "More"])) && !mapping.fits(&list(&["Wer"])));
    for (text, line) in [("nonsense", 1), ("\nnobody=X", 2), ("full_name=A\nfull_name=B", 2), ("full_name=A\\", 1)] {
        assert_eq!(Mapping::from_text(text).map_err(|e| e.line), Err(line), "{text}");
    }
}
