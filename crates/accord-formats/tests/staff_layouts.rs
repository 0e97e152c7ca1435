//! What a person corrects and an employer is known by: mappings, layouts, and how they differ.

use accord_formats::Date;
use accord_formats::staff::{Confidence, Field, Layout, guess_columns, guess_mapping, read_staff, read_table};

const TODAY: Date = Date::constant(2026, 11, 22);

fn list(headings: &str) -> String {
    let width = headings.split(',').count();
    let value = |n: usize| (0..width).map(|at| format!("v{n}{at}")).collect::<Vec<_>>().join(",");
    format!("{headings}\n{}\n{}\n", value(1), value(2))
}

#[test]
fn a_column_says_what_else_it_could_be_and_how_sure_the_guess_is() {
    let text = "Staff no,Surname,Forename,Geboren,Email,Line manager email,Second phone\n\
        1001,Lee,Ann,13/02/1980,a@example.org,boss@example.org,07700900001\n\
        1002,Roe,Jo,14/03/1981,b@example.org,boss@example.org,07700900002\n\
        1003,Poe,Sam,15/04/1982,c@example.org,boss@example.org,07700900003\n";
    let table = read_table(text.as_bytes(), "x.csv").expect("a table");
    let columns = guess_columns(&table);
    let of = |heading: &str| columns.iter().find(|c| c.heading == heading).expect("a column");
    assert_eq!((of("Surname").field, of("Surname").confidence), (Some(Field::FamilyName), Some(Confidence::Synonym)));
    assert!(of("Surname").percent >= 90);
    assert_eq!((of("Geboren").field, of("Geboren").confidence), (Some(Field::DateOfBirth), Some(Confidence::Contents)));
    assert_eq!(of("Geboren").values_fit, Some(100));
    assert_eq!(of("Line manager email").field, None);
    assert_eq!(of("Second phone").field, Some(Field::Mobile));
}

#[test]
fn values_that_plainly_are_something_else_overrule_a_heading() {
    let text = "Name,Title,Postcode,Phone\n\
        Ann Lee,Staff Nurse,CO4 5JL,ann@example.org\nJo Roe,Care Assistant,CO4 5JL,jo@example.org\nSam Poe,Cook,CO4 5JL,sam@example.org\n\
        Kim Doe,Cook,CO4 5JL,kim@example.org\nLou Moe,Cook,CO4 5JL,l@example.org\nPat Foe,Cook,CO4 5JL,p@example.org\n\
        Al Noe,Cook,CO4 5JL,al@example.org\nBo Hoe,Cook,CO4 5JL,bo@example.org\nCy Zoe,Cook,CO4 5JL,cy@example.org\nDi Joe,Cook,CO4 5JL,di@example.org\n";
    let table = read_table(text.as_bytes(), "x.csv").expect("a table");
    let mapping = guess_mapping(&table);
    assert_eq!(mapping.heading(Field::JobTitle), Some("Title"));
    assert_eq!(mapping.heading(Field::WorkPostcode), Some("Postcode"));
    assert_eq!(mapping.heading(Field::WorkEmail), Some("Phone"));
}

#[test]
fn odd_names_do_not_take_the_heading_its_meaning() {
    let lines: String = (0..30).map(|n| format!("Name{n},Given{n},1980-02-1{},S{n}\n", n % 9)).collect();
    let table = read_table(format!("Surname,Forename,DOB,Staff No\n{lines}").as_bytes(), "x.csv").expect("a table");
    let mapping = guess_mapping(&table);
    assert_eq!(mapping.heading(Field::FamilyName), Some("Surname"));
    assert_eq!(mapping.heading(Field::GivenName), Some("Forename"));
    let (rows, faults) = read_staff(&table, &mapping, TODAY);
    assert_eq!((rows.len(), faults.len()), (30, 0));
}

#[test]
fn of_two_telephone_columns_without_headings_neither_is_taken() {
    let text = "Lee,Ann,13/02/1980,07700900001,07700900011\nRoe,Anna,14/03/1981,07700900002,07700900012\nPoe,Sarah,15/04/1982,07700900003,07700900013\n";
    let table = read_table(text.as_bytes(), "x.csv").expect("a table");
    let columns = guess_columns(&table);
    assert!(columns.iter().all(|c| c.field != Some(Field::Mobile)));
    assert_eq!(columns[3].runner_up.map(|(field, _)| field), Some(Field::Mobile));
    let (rows, _) = read_staff(&table, &guess_mapping(&table), TODAY);
    assert!(rows.iter().all(|r| r.name.is_some() && r.date_of_birth.is_some() && r.mobile.is_none()));
}

#[test]
fn a_layout_is_known_again_whatever_the_order_and_compared_where_it_changed() {
    let layout = |headings: &str| Layout::of(&read_table(list(headings).as_bytes(), "x.csv").expect("a table"));
    let before = layout("Pay No,Surname,Forename,DOB,Mobile");
    let again = layout("SURNAME,Forename,Pay no.,Mobile,D.O.B.");
    assert_eq!(before.fingerprint(), again.fingerprint());
    // Saved by one version, compared by the next.
    assert_eq!(before.fingerprint(), "c3adbe5a93e796f3");
    let mapping =
        guess_mapping(&read_table(list("Pay No,Surname,Forename,DOB,Mobile").as_bytes(), "x.csv").expect("a table"));
    let same = before.diff(&again, &mapping);
    assert!(same.is_harmless() && same.reordered);
    let other = layout("Pay No,Surname,Forename(s),Date of birth,Home postcode");
    assert_ne!(before.fingerprint(), other.fingerprint());
    let diff = before.diff(&other, &mapping);
    assert!(!diff.is_harmless());
    let sentences = diff.sentences().join("\n");
    assert!(sentences.contains("\"Forename\" seems to be called \"Forename(s)\""), "{sentences}");
    assert!(sentences.contains("\"DOB\" seems to be called \"Date of birth\""), "{sentences}");
    assert_eq!(Layout::from_text(&other.to_text()), other);
    let shorter = before.diff(&layout("Pay No,Surname,Forename,DOB"), &mapping);
    assert_eq!(shorter.sentences(), ["The column \"Mobile\" is gone: nothing else gives the mobile."]);
}
