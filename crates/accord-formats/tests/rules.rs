//! Rule tables: what is read as what, and what is refused.

use accord_formats::date::{self, DateForm, DateKind};
use accord_formats::{
    AccessNeeds, Date, Email, FaultCode, Half, Leave, Mobile, NhsNumber, OdsCode, PersonName, Postcode, Rota,
    StaffNumber, nhs_number, person_name::match_key,
};

const TODAY: Date = Date::constant(2026, 11, 22);

fn day(text: &str) -> Date {
    text.parse().expect("an ISO date")
}

#[test]
fn identifiers() {
    let number = NhsNumber::parse("943-476 5919").expect("valid");
    assert_eq!((number.to_string(), number.spaced()), ("9434765919".to_owned(), "943 476 5919".to_owned()));
    assert_eq!(nhs_number::check_digit("943476591"), Some(9));
    for (text, code) in [
        ("943476591", FaultCode::NhsNumberLength),
        ("94347659190", FaultCode::NhsNumberLength),
        ("9434765918", FaultCode::NhsNumberCheckDigit),
        ("943476591X", FaultCode::NhsNumberLength),
    ] {
        assert_eq!(NhsNumber::parse(text).map_err(|f| f.code), Err(code), "{text}");
    }
    assert_eq!(OdsCode::parse(" rde ").map(|c| c.to_string()), Ok("RDE".to_owned()));
    assert!(OdsCode::parse("RDE-1").is_err() && OdsCode::parse("").is_err() && OdsCode::parse("ABCDEFGHIJK").is_err());
    assert_eq!(StaffNumber::parse(" 047 85235 ").map(|n| n.to_string()), Ok("04785235".to_owned()));
    assert_eq!(StaffNumber::parse("5.76E+07").map_err(|f| f.code), Err(FaultCode::DigitsLost));
    assert!(StaffNumber::parse("=1+1").is_err());
}

#[test]
fn postcodes() {
    for (text, normal) in [
        ("co45jl", "CO4 5JL"),
        ("CO12UZ", "CO1 2UZ"),
        (" ip11 0uj ", "IP11 0UJ"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("gir0aa", "GIR 0AA"),
    ] {
        assert_eq!(Postcode::parse(text).map(|p| p.to_string()), Ok(normal.to_owned()), "{text}");
    }
    let code = Postcode::parse("CO4 5JL").expect("valid");
    assert_eq!((code.outcode(), code.sector()), ("CO4", "CO4 5"));
    for text in ["", "CO4", "CO4 5J", "C04 5JLL", "QO4 5JL", "CO4 5CL", "4CO 5JL", "CO4 5JÉ", "CO45 5JLX"] {
        assert!(Postcode::parse(text).is_err(), "{text}");
    }
}

#[test]
fn mobiles_and_addresses() {
    for text in [
        "07700900123",
        "7700900123",
        "+44 7700 900123",
        "0044 (0)7700-900123",
        "07700 900123 (not before 2pm)",
        "447700900123",
    ] {
        assert_eq!(Mobile::parse(text).map(|m| m.to_string()), Ok("+447700900123".to_owned()), "{text}");
    }
    assert_eq!(Mobile::parse("7.7009E+09").map_err(|f| f.code), Err(FaultCode::DigitsLost));
    for text in ["01206 900123", "070 0000 0000", "0770090012", "077009001234", "07700900123 / 07700900124", "abc", ""]
    {
        assert_eq!(Mobile::parse(text).map_err(|f| f.code), Err(FaultCode::Mobile), "{text}");
    }
    assert_eq!(Email::parse(" <a.b@Example.ORG> ").map(|e| e.to_string()), Ok("a.b@example.org".to_owned()));
    for text in
        ["a@b", "a.example.org", "a@@example.org", "a@example.org; b@example.org", ".a@example.org", "a b@example.org"]
    {
        assert!(Email::parse(text).is_err(), "{text}");
    }
}

#[test]
fn names() {
    for (text, given, family) in [
        ("Hicks, Janice", "Janice", "Hicks"),
        ("Gabriel Valdez", "Gabriel", "Valdez"),
        ("Mrs. Princess  dela Cruz", "Princess", "dela Cruz"),
        ("Madonna", "", "Madonna"),
        ("Sister Jones", "Sister", "Jones"),
        ("Anna Maria van der Berg", "Anna Maria", "van der Berg"),
    ] {
        let (name, notes) = PersonName::parse_full(text).expect("a name");
        assert_eq!((name.given.as_str(), name.family.as_str(), notes.len()), (given, family, 0), "{text}");
    }
    for (one, other) in [
        ("O’Connor", "O CONNOR"),
        ("Łukasz", "lukasz"),
        ("Zo\u{eb}", "Zoe\u{308}"),
        ("Smith-Jones", "smithjones"),
        ("Kamilė", "KAMILE"),
    ] {
        assert_eq!(match_key(one), match_key(other));
    }
    assert_ne!(match_key("Иван"), match_key("Олег"));
    for (given, code, kept) in [
        ("=cmd()", FaultCode::FormulaLead, "=cmd()"),
        ("A\u{0}nn", FaultCode::ControlCharacter, "Ann"),
        ("Zo?", FaultCode::LettersLost, "Zo?"),
    ] {
        let (name, notes) = PersonName::parse(given, "Smith").expect("a name");
        assert_eq!((name.given.as_str(), notes[0].code), (kept, code));
    }
    assert_eq!(PersonName::parse("123", "-").map_err(|f| f.code), Err(FaultCode::Name));
}

#[test]
fn dates_in_a_known_form() {
    for (text, form, kind, wanted) in [
        ("1974-01-14T00:00:00", DateForm::Iso, DateKind::Birth, "1974-01-14"),
        ("14/01/1974", DateForm::DayMonthYear, DateKind::Birth, "1974-01-14"),
        ("14.1.74 00:00", DateForm::DayMonthYear, DateKind::Birth, "1974-01-14"),
        ("01/14/1974", DateForm::MonthDayYear, DateKind::Birth, "1974-01-14"),
        ("14-JAN-1974", DateForm::DayMonthNameYear, DateKind::Birth, "1974-01-14"),
        ("14th January 1974", DateForm::DayMonthNameYear, DateKind::Birth, "1974-01-14"),
        ("Sept 4, 1974", DateForm::DayMonthNameYear, DateKind::Birth, "1974-09-04"),
        ("19740114", DateForm::Compact, DateKind::Birth, "1974-01-14"),
        ("27043", DateForm::ExcelSerial, DateKind::Birth, "1974-01-14"),
        ("22/11/12", DateForm::DayMonthYear, DateKind::Birth, "2012-11-22"),
        ("23/11/12", DateForm::DayMonthYear, DateKind::Birth, "1912-11-23"),
        ("01/02/27", DateForm::DayMonthYear, DateKind::Other, "2027-02-01"),
    ] {
        assert_eq!(date::parse(text, form, kind, TODAY), Ok(day(wanted)), "{text}");
    }
    for (text, form) in [
        ("31/02/1974", DateForm::DayMonthYear),
        ("1974-01-14", DateForm::DayMonthYear),
        ("", DateForm::Iso),
        ("14/13/1974", DateForm::DayMonthYear),
        ("1/2", DateForm::DayMonthYear),
    ] {
        assert!(date::parse(text, form, DateKind::Birth, TODAY).is_err(), "{text}");
    }
    for (birth, fits) in [("2012-11-22", true), ("2012-11-23", false), ("1926-11-22", true), ("1925-11-22", false)] {
        assert_eq!(date::plausible_birth(day(birth), TODAY).is_ok(), fits, "{birth}");
    }
}

#[test]
fn the_order_of_a_column_comes_from_what_can_be_read_one_way_only() {
    for (values, form, ambiguous) in [
        (vec!["03/04/1980", "14/01/1974"], Some(DateForm::DayMonthYear), false),
        (vec!["03/04/1980", "01/14/1974"], Some(DateForm::MonthDayYear), false),
        (vec!["03/04/1980", "05/06/1974"], Some(DateForm::DayMonthYear), true),
        (vec!["14/01/1974", "01/14/1974"], Some(DateForm::DayMonthYear), true),
        (vec!["05/05/1980"], Some(DateForm::DayMonthYear), false),
        (vec!["1974-01-14", "", "x"], Some(DateForm::Iso), false),
        (vec!["14-JAN-1974"], Some(DateForm::DayMonthNameYear), false),
        (vec!["x", ""], None, false),
    ] {
        let found = date::detect(values.iter().copied());
        assert_eq!((found.form, found.ambiguous), (form, ambiguous), "{values:?}");
    }
}

#[test]
fn rotas() {
    for (text, shown) in [
        ("mon-fri", "Mon-Fri"),
        ("Mon Tue Thu", "Mon Tue Thu"),
        ("Mon,Wed,Fri", "Mon Wed Fri"),
        ("M/W/F", "Mon Wed Fri"),
        ("Sat-Sun", "Sat-Sun"),
        ("w/e only", "Sat-Sun"),
        ("Friday to Monday", "Mon Fri-Sun"),
        ("Late Mon-Fri", "Late Mon-Fri"),
        ("3 on 4 off from 2027-01-04", "3 on 4 off from 2027-01-04"),
        ("NIGHTS 3 on 4 off from 04/01/2027", "Nights 3 on 4 off from 2027-01-04"),
    ] {
        assert_eq!(Rota::parse(text).map(|r| r.to_string()), Ok(shown.to_owned()), "{text}");
    }
    for text in ["", "nights", "4 on 4 off", "T/S", "0 on 4 off from 2027-01-04", "Mon-Xyz", "varies"] {
        assert_eq!(Rota::parse(text).map_err(|f| f.code), Err(FaultCode::Rota), "{text}");
    }
    // 4 January 2027 is a Monday. Per day: on shift, then free in the morning, afternoon, evening.
    for (rota, date, wanted) in [
        ("Mon-Fri", "2027-01-04", (true, true, true, false)),
        ("Mon-Fri", "2027-01-09", (false, true, true, true)),
        ("Late Mon-Fri", "2027-01-04", (true, true, true, false)),
        ("Nights 3 on 4 off from 2027-01-04", "2027-01-03", (false, true, true, true)),
        ("Nights 3 on 4 off from 2027-01-04", "2027-01-04", (true, false, true, true)),
        ("Nights 3 on 4 off from 2027-01-04", "2027-01-06", (true, false, true, true)),
        ("Nights 3 on 4 off from 2027-01-04", "2027-01-07", (false, false, true, true)),
        ("Nights 3 on 4 off from 2027-01-04", "2027-01-08", (false, true, true, true)),
        ("3 on 4 off from 2027-01-04", "2026-12-28", (true, true, true, false)),
    ] {
        let (rota, at) = (Rota::parse(rota).expect("a rota"), day(date));
        let free = |half| rota.available(at, half);
        assert_eq!(
            (rota.on_shift(at), free(Half::Morning), free(Half::Afternoon), free(Half::Evening)),
            wanted,
            "{rota} {date}"
        );
    }
}

#[test]
fn leave_and_access_needs() {
    let leave = Leave::parse("2026-12-21 to 2026-12-27; 2027-02-01").expect("leave");
    for (at, away) in
        [("2026-12-20", false), ("2026-12-21", true), ("2026-12-27", true), ("2026-12-28", false), ("2027-02-01", true)]
    {
        assert_eq!(leave.contains(day(at)), away, "{at}");
    }
    assert!(Leave::parse("2026-12-27 to 2026-12-21").is_err() && Leave::parse("Christmas").is_err());
    let needs = AccessNeeds::parse("step-free; hearing loop").expect("known");
    assert_eq!(needs.keys().collect::<Vec<_>>(), ["induction_loop", "step_free_access"]);
    assert!(AccessNeeds::ALL.covers(needs) && !AccessNeeds::NONE.covers(needs) && needs.covers(AccessNeeds::NONE));
    assert_eq!(AccessNeeds::parse("none"), Ok(AccessNeeds::NONE));
    assert!(AccessNeeds::parse("step-free; a chaperone").is_err());
}
