//! Files of vaccinations given: the national 34 columns, and a service's own list.

use accord_formats::staff::{EVENT_COLUMNS, EventAction, is_event_file, is_given_list, read_given, read_table};
use accord_formats::{Date, FaultCode};

const TODAY: Date = Date::constant(2026, 11, 22);

fn event(of: &[(&str, &str)]) -> String {
    let cells = EVENT_COLUMNS.map(|column| {
        let own = of.iter().find(|(name, _)| *name == column).map_or("", |(_, value)| value);
        format!("\"{own}\"")
    });
    cells.join("|") + "\r\n"
}

fn plain(forename: &str, surname: &str, when: &str, action: &str) -> String {
    event(&[
        ("NHS_NUMBER", "9990174687"),
        ("PERSON_FORENAME", forename),
        ("PERSON_SURNAME", surname),
        ("PERSON_DOB", "19740711"),
        ("PERSON_POSTCODE", "IP4 4LD"),
        ("PERFORMING_PROFESSIONAL_FORENAME", "Not"),
        ("PERFORMING_PROFESSIONAL_SURNAME", "Them"),
        ("DATE_AND_TIME", when),
        ("SITE_CODE", "RDE01"),
        ("UNIQUE_ID", "e-1"),
        ("ACTION_FLAG", action),
        ("DOSE_SEQUENCE", "1"),
        ("VACCINE_PRODUCT_TERM", "Flu vaccine"),
        ("BATCH_NUMBER", "B7"),
        ("EXPIRY_DATE", "20270101"),
    ])
}

#[test]
fn the_national_file_is_read_with_its_times_and_actions() {
    let mut text = EVENT_COLUMNS.map(|c| format!("\"{c}\"")).join("|") + "\r\n";
    text += &plain("Zoë", "Ogunleye", "20261120T10150000", "new");
    // Half past eleven at night by universal time is the next day in summer.
    text += &plain("Zoë", "Ogunleye", "20260720T23300000", "update");
    text += &plain("Zoë", "Ogunleye", "20260720T23300001", "DELETE");
    text += &plain("Zoë", "Ogunleye", "20261120", "new");
    text += &plain("Zoë", "Ogunleye", "20271120T101500", "new");
    text += &plain("Zoë", "Ogunleye", "20261120T101500", "perhaps");
    for bytes in [text.clone().into_bytes(), encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()] {
        let table = read_table(&bytes, "events.csv").expect("a table");
        assert!(is_event_file(&table) && is_given_list(&table));
        let (rows, faults) = read_given(&table, TODAY);
        let read: Vec<_> = rows.iter().map(|r| (r.given_on.to_string(), r.action)).collect();
        let day = |day: &str, action| (day.to_owned(), action);
        assert_eq!(
            read,
            [
                day("2026-11-20", EventAction::New),
                day("2026-07-21", EventAction::Update),
                day("2026-07-20", EventAction::Delete),
                day("2026-11-20", EventAction::New),
            ]
        );
        let first = &rows[0];
        assert_eq!(first.person.name.as_ref().map(ToString::to_string).as_deref(), Some("Zoë Ogunleye"));
        assert_eq!(first.person.date_of_birth.map(|d| d.to_string()).as_deref(), Some("1974-07-11"));
        assert_eq!(first.person.nhs_number.map(|n| n.to_string()).as_deref(), Some("9990174687"));
        assert_eq!(first.person.home_postcode.as_ref().map(|p| p.as_str()), Some("IP4 4LD"));
        assert_eq!((first.product.as_deref(), first.batch.as_deref()), (Some("Flu vaccine"), Some("B7")));
        assert_eq!(
            (first.dose, first.site_code.as_deref(), first.event_id.as_deref()),
            (Some(1), Some("RDE01"), Some("e-1"))
        );
        let codes: Vec<_> = faults.iter().map(|f| (f.row, f.code, f.column.as_str())).collect();
        assert_eq!(codes, [(6, FaultCode::NoEvent, "DATE_AND_TIME"), (7, FaultCode::NoEvent, "ACTION_FLAG")]);
    }
}

#[test]
fn a_national_file_with_other_columns_is_read_and_that_is_said() {
    let text = "NHS_NUMBER|PERSON_FORENAME|PERSON_SURNAME|PERSON_DOB|".to_owned()
        + &EVENT_COLUMNS[5..].join("|")
        + "\n9990174687|Peace|Ogunleye|19740711|IP4 4LD|20261120T101500\n";
    let table = read_table(text.as_bytes(), "events.csv").expect("a table");
    assert!(!is_event_file(&table));
    let (rows, faults) = read_given(&table, TODAY);
    assert_eq!(rows.len(), 1);
    assert!(faults.iter().any(|f| f.code == FaultCode::HeadingAssumed && f.seen.starts_with("33 of them")));
}

#[test]
fn a_services_own_list_is_read_by_its_words() {
    let text = "Occupational health - flu clinic\n\nEmployee No,Surname,Forename,D.O.B.,Date given,Vaccine,Batch No,Outcome,Vaccinator\n\
        00123,Lee,Ann,13/02/1980,20/10/2026,Flu (QIVc),AB1,Given,Sam Jab\n\
        00124,Roe,Jo,14/03/1981,21/10/2026,,,Declined,Sam Jab\n\
        00125,Poe,Sam,15/04/1982,,Flu (QIVc),AB1,Given,Sam Jab\n\
        ,,,,22/10/2026,Flu,AB1,Given,Sam Jab\nTotal,3\n";
    let table = read_table(text.as_bytes(), "oh.csv").expect("a table");
    assert!(is_given_list(&table) && !is_event_file(&table));
    let (rows, faults) = read_given(&table, TODAY);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].given_on.to_string(), "2026-10-20");
    assert_eq!(rows[0].person.staff_number.as_ref().map(|n| n.as_str()), Some("00123"));
    assert_eq!(rows[0].person.row, 4);
    let codes: Vec<_> = faults.iter().map(|f| (f.row, f.code)).collect();
    assert_eq!(codes, [(7, FaultCode::NobodyToBook), (5, FaultCode::NoEvent), (6, FaultCode::NoEvent)]);
}

#[test]
fn two_doses_in_one_row_are_two_events() {
    let text = "Name,DOB,Had jab? (Y/N),Date 1st,Date 2nd\nAnn Lee,13/02/1980,Y,01/10/2026,29/10/2026\nJo Roe,14/03/1981,N,,\n";
    let table = read_table(text.as_bytes(), "oh.csv").expect("a table");
    let (rows, faults) = read_given(&table, TODAY);
    let read: Vec<_> = rows.iter().map(|r| (r.given_on.to_string(), r.dose)).collect();
    assert_eq!(read, [("2026-10-01".to_owned(), None), ("2026-10-29".to_owned(), Some(2))]);
    assert_eq!(faults.iter().filter(|f| f.code == FaultCode::NoEvent).count(), 1);
}
