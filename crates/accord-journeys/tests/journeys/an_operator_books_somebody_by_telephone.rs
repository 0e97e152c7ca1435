//! Somebody rings: the operator finds them, says what for, and books; the call breaks off, and the next one goes on from there.

use crate::steps::{appointments, given_signed_in_by_link};
use accord_journeys::house::House;
use accord_journeys::page::Reader;
use std::time::{Duration, Instant};

/// The longest a call may keep the operator busy with pages.
const CALL: Duration = Duration::from_secs(60);

async fn when_they_are_found_and_opened(reader: &Reader<'_>, house: &House) {
    reader.open("/desk").await;
    reader.fill("Name, date of birth or reference", house.person_born()).await;
    reader.press("Find").await;
    let main = reader.main_words().await;
    assert!(main.contains("found"), "{main}");
    assert!(!main.contains("appointment"), "nothing of their appointments before they are opened: {main}");
    reader.press_first("table .nhsuk-button").await;
    then_the_page_names_them(reader).await;
}

async fn then_the_page_names_them(reader: &Reader<'_>) {
    let bar = reader.all(".deskbar").await.join(" ");
    assert!(bar.contains("You book for ") && bar.contains("born "), "the page says for whom: {bar}");
}

async fn when_they_cannot_come(reader: &Reader<'_>) {
    reader.press("Cancel both appointments").await;
    then_the_page_names_them(reader).await;
    reader.choose("They can’t come").await;
    reader.press("Cancel both appointments").await;
    reader.press("See your appointments").await;
    reader.press("Ask for appointments again").await;
    reader.press("See your appointments").await;
}

async fn when_a_time_is_chosen(reader: &Reader<'_>) {
    reader.press("Choose times").await;
    reader.press_first("button.time").await;
    reader.must_say("We keep these times for you until").await;
    then_the_page_names_them(reader).await;
}

async fn when_the_call_breaks_off_and_another_desk_answers(reader: &Reader<'_>, house: &House) {
    reader.press("Sign out").await;
    given_signed_in_by_link(reader, &house.operator_link()).await;
    when_they_are_found_and_opened(reader, house).await;
    reader.press("Look at what we keep for you until").await;
}

async fn then_both_are_booked(reader: &Reader<'_>) {
    reader.press("Book both appointments").await;
    assert_eq!(reader.heading().await, "Both appointments are booked");
    assert_eq!(appointments(reader).await.len(), 2);
    then_the_page_names_them(reader).await;
}

async fn when_they_have_lost_their_code(reader: &Reader<'_>) {
    reader.press("See your appointments").await;
    reader.unfold("They have lost their code, or it is locked").await;
    reader.press("Make a new code").await;
    assert_eq!(reader.heading().await, "Their new code");
    assert_eq!(reader.all(".reference").await.join("").len(), "K7QM-2X9F-4T".len());
    reader.press("Go on with their appointments").await;
}

async fn way(reader: &Reader<'_>, house: &House) {
    given_signed_in_by_link(reader, &house.operator_link()).await;
    when_they_are_found_and_opened(reader, house).await;
    when_they_cannot_come(reader).await;
    let since = Instant::now();
    when_a_time_is_chosen(reader).await;
    when_the_call_breaks_off_and_another_desk_answers(reader, house).await;
    then_both_are_booked(reader).await;
    println!("a call that broke off: 8 taps, {:.1} s by script, every page looked at", since.elapsed().as_secs_f64());
    assert!(since.elapsed() < CALL, "with a broken call in it, and every page looked at: {:?}", since.elapsed());
    when_they_have_lost_their_code(reader).await;
    reader.press("Next person").await;
    assert_eq!(reader.heading().await, "Whom do you book for?");
}

accord_journeys::journey!(way);
