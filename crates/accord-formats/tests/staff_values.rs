//! Values as spreadsheets and people leave them: what is read, what is assumed and said, what is refused.

mod support;

use accord_formats::date::{DateForm, SettledBy};
use accord_formats::staff::{CutOff, SkipReason, Went, read_table};
use accord_formats::{FaultCode, Severity};
use support::{Outcome, read_guessed};

fn read(text: &str) -> Outcome {
    let table = read_table(text.as_bytes(), "x.csv").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let outcome = read_guessed(&table);
    assert!(outcome.account.balances(), "{:?}", outcome.account);
    outcome
}

fn codes(outcome: &Outcome) -> Vec<(u32, FaultCode)> {
    outcome.faults.iter().map(|f| (f.row, f.code)).collect()
}

#[test]
fn dates_in_every_dress_are_read() {
    for written in [
        "14/01/1974",
        "14.1.74",
        "14-JAN-1974",
        "14JAN1974",
        "14 January 1974",
        "14th Jan 1974",
        "Monday 14 January 1974",
        "Jan 14, 1974",
        "1974-01-14",
        "1974/01/14",
        "1974-01-14T00:00:00Z",
        "1974-Jan-14",
        "19740114",
        "14011974",
        "140174",
        "27043",
        "14 Jan '74",
    ] {
        // The rest of the column is written with the day first.
        let text = format!("Name,DOB\nAnn Lee,\"{written}\"\nJo Roe,31/12/1980\nSam Poe,30/11/1981\n");
        let born = read(&text).rows[0].date_of_birth.map(|d| d.to_string());
        assert_eq!(born.as_deref(), Some("1974-01-14"), "{written}");
    }
    let six = read("Name,DOB\nAnn Lee,10174\nJo Roe,311280\nSam Poe,301181\nKim Doe,290979\n");
    assert_eq!(six.rows[0].date_of_birth.map(|d| d.to_string()).as_deref(), Some("1974-01-01"));
}

#[test]
fn the_order_of_a_column_is_shown_with_its_evidence() {
    let form = |text: &str| {
        let table = read_table(text.as_bytes(), "x.csv").expect("a table");
        table.dialect.date_forms[0].1
    };
    let values = form("Name,DOB\nA Lee,03/04/1980\nB Lee,31/04/1981\nC Lee,25/12/1981\n");
    assert_eq!((values.order, values.by), (DateForm::DayMonthYear, SettledBy::Values));
    assert_eq!(
        values.sentence(),
        "Numbers are read as day/month/year: 1 can only be day first, 0 only month first, 1 could be either. 1 no date."
    );
    let heading = form("Name,DOB (mm/dd/yyyy)\nA Lee,03/04/1980\nB Lee,05/06/1981\n");
    assert_eq!((heading.order, heading.by), (DateForm::MonthDayYear, SettledBy::Heading));
    let nothing = form("Name,DOB\nA Lee,03/04/1980\nB Lee,05/06/1981\n");
    assert_eq!(nothing.by, SettledBy::Nothing);
    assert!(nothing.sentence().contains("Please check"));
}

#[test]
fn numbers_a_spreadsheet_bent_are_straightened_where_nothing_was_lost() {
    let text = "Staff No,Surname,Forename,NHS No,Mobile\n\
        592420.0,Lee,Ann,9990174687.0,7.700900123E+09\n\
        592421,Roe,Jo,999 017 4687,7.7009E+09\n\
        592422,Poe,Sam,999017468,'07700900124\n\
        5.92E+05,Doe,Kim,9.99017E+09,tel: 07700 900125 (after 2)\n\
        592424,Moe,Lou,,01206 123456 / 07700 900126\n\
        592425,Foe,Pat,,07700 900127 or 07700 900128\n";
    let outcome = read(text);
    let numbers: Vec<_> =
        outcome.rows.iter().map(|r| r.staff_number.as_ref().map(|n| n.to_string()).unwrap_or_default()).collect();
    assert_eq!(numbers, ["592420", "592421", "592422", "", "592424", "592425"]);
    let mobiles: Vec<_> = outcome
        .rows
        .iter()
        .map(|r| r.mobile.as_ref().map(|m| m.as_str()[10..].to_owned()).unwrap_or_default())
        .collect();
    assert_eq!(mobiles, ["123", "", "124", "125", "126", ""]);
    assert_eq!(outcome.rows[0].nhs_number.map(|n| n.to_string()).as_deref(), Some("9990174687"));
    assert_eq!(
        codes(&outcome),
        [
            (3, FaultCode::DigitsLost),
            (4, FaultCode::NhsNumberLength),
            (5, FaultCode::DigitsLost),
            (5, FaultCode::DigitsLost),
            (7, FaultCode::Mobile)
        ]
    );
    assert!(outcome.faults[1].wanted.contains("a zero in front"));
}

#[test]
fn zeros_in_front_are_put_back_only_where_the_whole_column_shows_they_were_lost() {
    let lines = |numbers: &[u32]| numbers.iter().map(|n| format!("{n},Lee{n},Ann\n")).collect::<String>();
    let damaged = read(&format!(
        "Staff No,Surname,Forename\n{}",
        lines(&[
            47852351, 93071737, 11167381, 53341398, 33069630, 56268164, 34665427, 64924407, 84419900, 69803179,
            2224631, 98930294
        ])
    ));
    assert_eq!(damaged.rows[10].staff_number.as_ref().map(|n| n.as_str()), Some("02224631"));
    assert_eq!(codes(&damaged), [(12, FaultCode::ZerosLost)]);
    assert_eq!(damaged.faults[0].severity, Severity::Assumed);
    let counted = read(&format!("Staff No,Surname,Forename\n{}", lines(&(995..1010).collect::<Vec<_>>())));
    assert_eq!(counted.rows[0].staff_number.as_ref().map(|n| n.as_str()), Some("995"));
    assert!(counted.faults.is_empty());
}

#[test]
fn names_are_parted_by_comma_capitals_or_the_order_of_their_column() {
    let names = |column: &[&str]| -> Vec<(String, String)> {
        let lines: String =
            column.iter().enumerate().map(|(n, name)| format!("\"{name}\",{}/02/1980\n", n + 13)).collect();
        let rows = read(&format!("Name,DOB\n{lines}")).rows;
        rows.into_iter().map(|r| r.name.map(|n| (n.given, n.family)).unwrap_or_default()).collect()
    };
    let pair = |given: &str, family: &str| (given.to_owned(), family.to_owned());
    assert_eq!(
        names(&[
            "Hicks, Janice",
            "VALDEZ Gabriel",
            "Mrs Wendy Quinn",
            "JOAN MCDONALD",
            "Ann Lee (Bank)",
            "O'NEILL, SIOBHÁN"
        ]),
        [
            pair("Janice", "Hicks"),
            pair("Gabriel", "Valdez"),
            pair("Wendy", "Quinn"),
            pair("Joan", "McDonald"),
            pair("Ann", "Lee"),
            pair("Siobhán", "O'Neill")
        ]
    );
    let turned = ["Hicks Janice", "Quinn Wendy", "Lee Ann", "van der Berg Anna", "Roe Peter", "Bond Sarah"];
    assert_eq!(names(&turned)[0], pair("Janice", "Hicks"));
    assert_eq!(names(&turned)[3], pair("Anna", "van der Berg"));
}

#[test]
fn letters_lost_are_said_and_letters_misread_are_put_right() {
    let outcome = read(
        "Surname,Forename,DOB\nGailys,Kamil?,13/02/1980\nSimÃµes,AmÃ©lia,14/02/1981\nO’Connell,Zo\u{fffd},15/02/1982\n",
    );
    let name = |n: usize| outcome.rows[n].name.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(name(1), "Amélia Simões");
    assert_eq!(name(2), "Zo\u{fffd} O’Connell");
    assert_eq!(
        codes(&outcome),
        [
            (2, FaultCode::LettersLost),
            (3, FaultCode::LettersMended),
            (3, FaultCode::LettersMended),
            (4, FaultCode::LettersLost)
        ]
    );
    assert!(outcome.faults.iter().all(|f| f.severity == Severity::Assumed));
}

#[test]
fn status_in_other_words_tells_who_has_left() {
    for (heading, here, gone) in
        [("Active", "Y", "N"), ("Current?", "Ja", "Nein"), ("Leaver", "No", "Yes"), ("Status", "Active", "Left 2024")]
    {
        let outcome = read(&format!(
            "Surname,Forename,DOB,{heading}\nLee,Ann,13/02/1980,{here}\nRoe,Jo,14/02/1981,{gone}\nPoe,Al,15/02/1981,{here}\n"
        ));
        assert_eq!(outcome.rows.iter().map(|r| r.leaver).collect::<Vec<_>>(), [false, true, false], "{heading}");
        assert_eq!(outcome.account.count(Went::Leaver), 1);
    }
}

#[test]
fn sections_totals_and_foot_lines_are_told_from_people() {
    let text = "Name,Role,DOB,Phone\nWard 3 - nights,,,\nAnn Lee,Carer,13/02/1980,07700900001\nDays (12 staff),,,\n----,----,----,----\n\
        Jo Roe,Cook,14/02/1981,07700900002\nKitchen,Days,,\nSam Page,Cook,15/02/1982,07700900003\nAl Count,,,\n\
        Subtotal,3,,\n4 records,,,\n*** End of report ***,,,\nPrinted on 20/11/2026,,,\nPage 1 of 1,,,\n";
    let outcome = read(text);
    let people: Vec<_> = outcome.rows.iter().map(|r| (r.row, r.team.clone().unwrap_or_default())).collect();
    let at = |row: u32, team: &str| (row, team.to_owned());
    assert_eq!(people, [at(3, "Ward 3 - nights"), at(6, "Days (12 staff)"), at(8, "Kitchen"), at(9, "Kitchen")]);
    assert_eq!(outcome.account.count(Went::PassedOver(SkipReason::Section)), 4);
    assert_eq!(outcome.account.count(Went::PassedOver(SkipReason::Total)), 5);
}

#[test]
fn a_cut_transfer_is_noticed_wherever_it_is_cut() {
    let text = "Surname,Forename,DOB,Notes,E-mail\n".to_owned()
        + &(0..12).map(|n| format!("Lee,Ann,{}/02/1980,\"note, {n}\",p.{n}@example.org\n", n + 10)).collect::<String>();
    let whole = read_table(text.as_bytes(), "x.csv").expect("a table");
    assert_eq!((whole.cut_off(), whole.records().count()), (None, 12));
    let last = text.trim_end().rfind('\n').expect("a line") + 1;
    let mut unnoticed = Vec::new();
    for end in last + 1..text.len() - 1 {
        let table = read_table(&text.as_bytes()[..end], "x.csv").expect("a table");
        let outcome = read_guessed(&table);
        assert!(outcome.account.balances());
        match table.cut_off() {
            Some(cut) => {
                assert_eq!(cut, CutOff { row: 13, inside: true });
                assert_eq!(outcome.rows.len(), 11);
                assert_eq!(outcome.faults.last().map(|f| f.code), Some(FaultCode::CutOff));
            }
            None => unnoticed.push(&text[last..end]),
        }
    }
    // Cut after its last full stop, an address looks like one somebody typed.
    println!("not noticed: {unnoticed:?}");
    assert!(unnoticed.iter().all(|line| line.ends_with("@example.or")), "{unnoticed:?}");
}

#[test]
fn two_tables_beside_each_other_are_said() {
    let outcome =
        read("Name,DOB,Name,DOB\nAnn Lee,13/02/1980,Jo Roe,14/02/1981\nSam Poe,15/02/1981,Kim Doe,16/02/1981\n");
    assert_eq!(outcome.rows.len(), 2);
    assert!(outcome.faults.iter().any(|f| f.code == FaultCode::SecondTable));
}

#[test]
fn line_breaks_quotes_and_remarks_inside_cells_do_no_harm() {
    let text = "Surname;Forename;Job;Postcode;E-mail\r\n\"Lee\";Ann;\"Support Worker\n(peripatetic)\";12 High St, Ipswich IP1 2BX;<ann@example.org>\r\n\
        O\"Neill;Jo;\"say \"\"hi\"\"; there\";co45jl;jo@example.org (work)\r\n";
    let outcome = read(text);
    assert_eq!(outcome.rows[0].job_title.as_deref(), Some("Support Worker (peripatetic)"));
    assert_eq!(outcome.rows[1].job_title.as_deref(), Some("say \"hi\"; there"));
    let homes: Vec<_> = outcome.rows.iter().map(|r| r.home_postcode.as_ref().map(|p| p.to_string())).collect();
    assert_eq!(homes, [Some("IP1 2BX".to_owned()), Some("CO4 5JL".to_owned())]);
    assert!(outcome.rows.iter().all(|r| r.work_email.is_some()));
    // A quote nobody closed does not swallow the people after it.
    let stray = read("Surname,Forename,Ward\n\"Lee,Ann,A\nRoe,Jo,\"Ward 3, West\"\nPoe,Sam,C\nDoe,Kim,D\n");
    assert_eq!(stray.rows.len(), 4);
}
