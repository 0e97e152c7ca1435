//! What the journeys have in common: who comes in by which door, and what their pages say.

use accord_journeys::house::House;
use accord_journeys::page::Reader;

/// A member of staff opens their one-time link and presses its button.
pub async fn given_signed_in_by_link(reader: &Reader<'_>, link: &str) {
    reader.open(link).await;
    reader.must_say("This link signs you in once").await;
    reader.press("Sign in").await;
}

/// A person opens the link of their message, and enters their date of birth.
pub async fn given_a_person_with_appointments(reader: &Reader<'_>, house: &House) {
    reader.open(house.person_link()).await;
    enter_date_of_birth(reader, house.person_born()).await;
    let heading = reader.heading().await;
    assert!(heading.starts_with("Your appointments, "), "a person who enters sees “{heading}”");
}

/// Types a date of birth, `year-month-day`, and presses the button.
pub async fn enter_date_of_birth(reader: &Reader<'_>, born: &str) {
    let parts: Vec<&str> = born.split('-').map(|part| part.trim_start_matches('0')).collect();
    let [year, month, day] = parts[..] else { panic!("{born} is not a date") };
    reader.fill("Day", day).await;
    reader.fill("Month", month).await;
    reader.fill("Year", year).await;
    reader.press("See my appointments").await;
}

/// An appointment as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// "Tuesday 5 January 2027, 9:30am".
    pub when: String,
    /// All the words of the block, without what can be pressed.
    pub state: String,
}

/// The appointments on the present page.
pub async fn appointments(reader: &Reader<'_>) -> Vec<Shown> {
    let when = reader.all(".visits .visit h2").await;
    let state = reader.all(".visits .visit .nth").await;
    assert_eq!(when.len(), state.len(), "each appointment says when, and where it stands");
    // What a screen reader hears of the date is visually hidden, and not among the words that show.
    let dates = reader.all(".visits .leaf").await;
    let whole = dates.iter().zip(&when).map(|(date, time)| format!("{} {time}", date.replace('\n', " ")));
    whole.zip(state).map(|(when, state)| Shown { when, state }).collect()
}

/// The first whole number in a text: "19,412 of 20,000" is 19412.
pub fn first_number(text: &str) -> Option<u64> {
    let digits: String = text
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || *c == ',')
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}
