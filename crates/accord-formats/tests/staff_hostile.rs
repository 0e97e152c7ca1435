//! Files made to do harm end in a refusal or in rows and faults, soon and within little memory.

mod support;

use std::io::Write as _;
use std::time::Instant;

use accord_formats::staff::{Limits, TableError, guess_mapping, read_staff, read_table, read_table_within};
use support::{TODAY, read_guessed};

const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const ROOT: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Staff" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

fn sheet(rows: &str) -> String {
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

fn cell(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("_rels/.rels", ROOT.as_bytes())].iter().chain(parts) {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("started");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("finished").into_inner()
}

fn workbook(sheet: &str) -> Vec<u8> {
    archive(&[
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn people() -> String {
    let head = format!("<row r=\"1\">{}{}{}</row>", cell("A1", "Surname"), cell("B1", "Forename"), cell("C1", "DOB"));
    head + &format!("<row r=\"2\">{}{}{}</row>", cell("A2", "Lee"), cell("B2", "Ann"), cell("C2", "13/02/1980"))
}

#[test]
fn a_bomb_is_refused_before_it_unpacks() {
    let blanks = vec![b' '; 200_000_000];
    let honest = workbook(
        &sheet(&people()).replace("</sheetData>", &format!("{}</sheetData>", String::from_utf8_lossy(&blanks))),
    );
    drop(blanks);
    assert!(honest.len() < 260_000, "{}", honest.len());
    let mut lying = honest.clone();
    let part = honest.windows(4).position(|w| w == &b"shee"[..]).expect("the part");
    assert!(part > 0);
    let declared = u32::try_from(sheet(&people()).len() + 200_000_000).expect("fits").to_le_bytes();
    while let Some(at) = lying.windows(4).position(|w| w == declared) {
        lying[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
    }
    for bytes in [&honest, &lying] {
        let started = Instant::now();
        let refused = read_table(bytes, "x.xlsx").expect_err("a bomb");
        let took = started.elapsed();
        println!("{} bytes: {refused} in {took:?}", bytes.len());
        assert!(matches!(refused, TableError::Bomb | TableError::DamagedWorkbook), "{refused}");
        assert!(took.as_secs_f64() < 1.0, "{took:?}");
    }
}

#[test]
fn the_plain_workbook_these_tests_bend_is_read() {
    let table = read_table(&workbook(&sheet(&people())), "x.xlsx").expect("a table");
    assert_eq!(read_guessed(&table).rows.len(), 1);
}

#[test]
fn entities_do_not_grow() {
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 \"ha\">");
    for n in 1..30 {
        laughs += &format!(
            "<!ENTITY a{n} \"&a{};&a{};&a{};&a{};&a{};&a{};&a{};&a{};&a{};&a{};\">",
            n - 1,
            n - 1,
            n - 1,
            n - 1,
            n - 1,
            n - 1,
            n - 1,
            n - 1,
            n - 1,
            n - 1
        );
    }
    laughs += "]>";
    let text = laughs + &sheet(&people().replace("Lee", "&a29;"));
    let started = Instant::now();
    match read_table(&workbook(&text), "x.xlsx") {
        Ok(table) => {
            let longest =
                table.records().flat_map(|r| r.cells.iter().map(|c| c.text().len()).collect::<Vec<_>>()).max();
            assert!(longest.unwrap_or(0) < 100);
        }
        Err(error) => assert_eq!(error, TableError::DamagedWorkbook),
    }
    assert!(started.elapsed().as_secs_f64() < 1.0);
}

#[test]
fn names_that_lead_out_of_the_archive_are_refused() {
    for name in ["../../etc/cron.d/x", "/etc/passwd", "..\\..\\x", "C:\\x", "xl/../../x"] {
        let bytes = archive(&[("xl/workbook.xml", BOOK.as_bytes()), (name, b"x")]);
        assert_eq!(read_table(&bytes, "x.xlsx"), Err(TableError::DamagedWorkbook), "{name}");
    }
}

#[test]
fn sheets_that_share_a_part_and_archives_of_many_parts_are_refused() {
    let many: String = (0..300).map(|n| format!("<sheet name=\"s{n}\" sheetId=\"{n}\" r:id=\"rId1\"/>")).collect();
    let book = BOOK.replace("<sheets>", &format!("<sheets>{many}"));
    let bytes = archive(&[
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet(&people()).as_bytes()),
    ]);
    assert_eq!(read_table(&bytes, "x.xlsx"), Err(TableError::DamagedWorkbook));
    let names: Vec<String> = (0..6000).map(|n| format!("p{n}")).collect();
    let mut parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), b"".as_slice())).collect();
    parts.push(("xl/workbook.xml", BOOK.as_bytes()));
    assert_eq!(read_table(&archive(&parts), "x.xlsx"), Err(TableError::DamagedWorkbook));
}

#[test]
fn one_long_text_in_many_cells_and_far_cells_stay_within_limits() {
    let shared = format!(
        "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>{}</t></si></sst>",
        "long ".repeat(6000)
    );
    let rows: String =
        (3..12_000).map(|n| format!("<row r=\"{n}\"><c r=\"A{n}\" t=\"s\"><v>0</v></c></row>")).collect();
    let rels = RELS.replace("</Relationships>", "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>");
    let text = sheet(&(people() + &rows));
    let bytes = archive(&[
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
        ("xl/worksheets/sheet1.xml", text.as_bytes()),
    ]);
    let refused = read_table(&bytes, "x.xlsx").map(|table| table.records_read);
    assert!(matches!(refused, Err(TableError::TooLarge { what: "bytes of text", .. })), "{refused:?}");
    let far = sheet(&(people() + &format!("<row r=\"1048576\">{}</row>", cell("A1048576", "x"))));
    assert!(read_table(&workbook(&far), "x.xlsx").is_ok_and(|t| t.records_read == 1_048_576));
    let tight = Limits { cells: 8, ..Limits::default() };
    assert!(matches!(
        read_table_within(&workbook(&sheet(&(people() + &people()))), "x", &tight),
        Err(TableError::TooLarge { what: "cells", .. }) | Ok(_)
    ));
}

#[test]
fn text_made_of_nothing_but_signs_ends_soon() {
    let started = Instant::now();
    let lists = [
        ",".repeat(3_000_000),
        "\"".repeat(3_000_001),
        "\n".repeat(1_200_000),
        "\"\"\",".repeat(600_000),
        "a,\"b\n".repeat(400_000),
        format!("Surname,Forename\n{}", "\"x\n".repeat(400_000)),
        "Name;Name;Name\n".repeat(100_000),
        "\u{feff}".repeat(100_000),
    ];
    for text in &lists {
        match read_table(text.as_bytes(), "x.csv") {
            Ok(table) => {
                assert!(read_guessed(&table).account.balances());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    println!("{:?}", started.elapsed());
    assert!(started.elapsed().as_secs_f64() < 60.0);
}

#[test]
fn a_formula_in_a_list_is_never_a_formula_again() {
    let text = "Surname,Forename,DOB,Team\n\"=HYPERLINK(\"\"http://x\"\")\",@sum,13/02/1980,+1\nLee,-1+cmd|' /C calc'!A0,99/99/1980,\ttab\n";
    let table = read_table(text.as_bytes(), "x.csv").expect("a table");
    let (_, faults) = read_staff(&table, &guess_mapping(&table), TODAY);
    let back = accord_formats::staff::give_back(text.as_bytes(), &table, &faults).expect("given back");
    let text = String::from_utf8(back.bytes).expect("UTF-8");
    for (_, cells) in accord_formats::csv_in::records(&text, ',') {
        assert!(cells.iter().all(|c| !c.starts_with(['=', '+', '-', '@', '\t'])), "{cells:?}");
    }
}
