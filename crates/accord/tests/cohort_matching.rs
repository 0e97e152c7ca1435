//! The matching table, line by line.

use accord::cohort::matching::{Candidate, Traits, Verdict, Why, are_strangers, decide};
use accord_formats::person_name::match_key;
use accord_formats::{Date, NhsNumber};

const A: &str = "9990000018";
const B: &str = "9990000026";

/// "NHS number; given family; birth; home; contact": blanks are unknown.
fn traits(text: &str) -> Traits {
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    let (given, family) = parts[1].split_once(' ').unwrap_or((parts[1], ""));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Traits {
        nhs_number: match parts[0] {
            "" => None,
            "A" => Some(number(A)),
            _ => Some(number(B)),
        },
        given: match_key(given),
        family: match_key(family),
        preferred: String::new(),
        birth: some(parts[2]).map(|text| text.parse::<Date>().expect("an ISO date")),
        home: some(parts[3]),
        email: None,
        mobile: some(parts[4]),
    }
}

fn number(first_nine: &str) -> NhsNumber {
    let nine = &first_nine[..9];
    let check = accord_formats::nhs_number::check_digit(nine).expect("a number that may be issued");
    NhsNumber::parse(&format!("{nine}{check}")).expect("its check digit holds")
}

fn verdict(row: &str, known: &str, works_here: bool) -> Verdict<u8> {
    let (row, known) = (traits(row), traits(known));
    decide(&row, &[Candidate { who: 1, traits: &known, works_here }])
}

#[test]
fn every_line_of_the_table() {
    let same = Verdict::Same(1);
    let unclear = |why| Verdict::Unclear { candidates: vec![1], why };
    let clash = || unclear(Why::NhsNumberClash);
    let maybe = || unclear(Why::PossibleDuplicate);
    let ann = "A; Ann Lee; 1980-02-03; CO1 1AA; 07700900001";
    let bare = "; Ann Lee; 1980-02-03; CO1 1AA; 07700900001";
    for (row, known, expected) in [
        // NHS number equal.
        ("A; Bea Poe; 1980-02-03; ;", ann, same.clone()),
        ("A; ANN  L'ee; 1981-02-03; ;", ann, same.clone()),
        ("A; Lee Ann; ; ;", ann, same.clone()),
        ("A; A Lee; ; ;", ann, same.clone()),
        ("A; Ann Married; 1980-02-03; ;", ann, same.clone()),
        ("A; Ann Married; ; ;", ann, clash()),
        ("A; Bea Poe; 1981-02-03; ;", ann, clash()),
        ("A; ; 1980-02-03; ;", ann, same.clone()),
        ("A; ; ; ;", ann, clash()),
        // NHS numbers differ.
        ("B; Ann Lee; 1980-02-03; CO1 1AA;", ann, clash()),
        ("B; Ann Lee; 1980-02-03; CO2 2BB; 07700900001", ann, Verdict::New),
        ("B; Ann Lee; 1980-02-03; ;", ann, Verdict::New),
        ("B; Eva Lee; 1980-02-03; CO1 1AA; 07700900001", ann, Verdict::New),
        // A number missing on a side: full name and date of birth.
        ("; Ann Lee; 1980-02-03; CO1 1AA;", ann, same.clone()),
        ("; Ann Lee; 1980-02-03; CO2 2BB; 07700900001", ann, same.clone()),
        ("A; Ann Lee; 1980-02-03; ;", bare, maybe()),
        ("; Ann Lee; 1980-02-03; CO2 2BB;", ann, maybe()),
        ("; Lee Ann; 1980-02-03; CO1 1AA;", ann, same),
        // Part of the name.
        ("; A Lee; 1980-02-03; CO1 1AA;", ann, maybe()),
        ("; A Lee; 1980-02-03; CO2 2BB;", ann, Verdict::New),
        ("; Ann Married; 1980-02-03; CO1 1AA;", ann, maybe()),
        ("; Catherine Lee; 1980-02-03; CO1 1AA;", "A; Katherine Lee; 1980-02-03; CO1 1AA;", maybe()),
        ("; Brain Lee; 1980-02-03; CO1 1AA;", "A; Brian Lee; 1980-02-03; CO1 1AA;", maybe()),
        ("; Phillip Lee; 1980-02-03; CO1 1AA;", "A; Philip Lee; 1980-02-03; CO1 1AA;", maybe()),
        ("; Catherine Lee; 1980-02-03; CO2 2BB;", "A; Katherine Lee; 1980-02-03; CO1 1AA;", Verdict::New),
        ("; Martin Lee; 1980-02-03; CO1 1AA;", "A; Marina Lee; 1980-02-03; CO1 1AA;", Verdict::New),
        ("; Tim Lee; 1980-02-03; CO1 1AA;", "A; Jim Lee; 1980-02-03; CO1 1AA;", Verdict::New),
        ("; Eva Lee; 1980-02-03; CO1 1AA; 07700900001", ann, Verdict::New),
        ("; Bea Poe; 1980-02-03; CO1 1AA; 07700900001", ann, Verdict::New),
        // No date of birth.
        ("; Ann Lee; ; CO1 1AA;", ann, maybe()),
        ("; Ann Lee; ; ; 07700900001", ann, maybe()),
        ("; Ann Lee; ; ;", ann, Verdict::New),
        ("; A Lee; ; CO1 1AA; 07700900001", ann, Verdict::New),
        // Other date of birth.
        ("; Ann Lee; 1981-02-03; CO1 1AA; 07700900001", ann, maybe()),
        ("; Ann Lee; 1981-02-03; CO1 1AA;", ann, Verdict::New),
        ("; Ann Lee; 1981-02-03; ; 07700900001", ann, Verdict::New),
        // A shared telephone alone.
        ("; Bea Poe; 1990-01-01; CO2 2BB; 07700900001", ann, Verdict::New),
        ("; ; ; ; 07700900001", ann, Verdict::New),
    ] {
        assert_eq!(verdict(row, known, false), expected, "{row} against {known}");
    }
}

#[test]
fn somebody_of_the_same_employer_without_a_row_needs_no_second_proof() {
    let ann = "; Ann Lee; 1980-02-03; ;";
    assert_eq!(verdict("; Ann Lee; 1980-02-03; ;", ann, true), Verdict::Same(1));
    assert_eq!(verdict("; Ann Lee; ; ;", ann, true), Verdict::Same(1));
    assert_eq!(verdict("; Ann Lee; 1981-02-03; ;", ann, true), Verdict::New);
    assert_eq!(verdict("; Eva Lee; 1980-02-03; ;", ann, true), Verdict::New);
}

#[test]
fn of_several_the_one_with_the_number_wins_and_a_draw_is_unclear() {
    let row = traits("A; Ann Lee; 1980-02-03; CO1 1AA;");
    let numbered = traits("A; Ann Lee; 1980-02-03; ;");
    let homed = traits("; Ann Lee; 1980-02-03; CO1 1AA;");
    let candidate = |who, traits| Candidate { who, traits, works_here: false };
    assert_eq!(decide(&row, &[candidate(1, &homed), candidate(2, &numbered)]), Verdict::Same(2));
    let draw = decide(&row, &[candidate(1, &homed), candidate(2, &homed)]);
    assert_eq!(draw, Verdict::Unclear { candidates: vec![1, 2], why: Why::PossibleDuplicate });
    assert_eq!(decide::<u8>(&row, &[]), Verdict::New);
}

#[test]
fn a_staff_number_in_other_hands_is_noticed_and_a_wedding_is_not_mistaken_for_it() {
    let ann = traits("A; Ann Lee; 1980-02-03; ;");
    for (row, strangers) in [
        ("; Bea Poe; 1990-01-01; ;", true),
        ("B; Bea Poe; ; ;", true),
        ("; Ann Married; 1990-01-01; ;", false),
        ("; Bea Poe; 1980-02-03; ;", false),
        ("; Bea Poe; ; ;", false),
        ("; ; 1990-01-01; ;", false),
    ] {
        assert_eq!(are_strangers(&traits(row), &ann), strangers, "{row}");
    }
}
