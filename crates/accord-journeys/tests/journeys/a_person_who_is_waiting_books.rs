//! Somebody who has nothing booked chooses times: the whole course is found, kept, looked at and booked together.

use crate::steps::{Shown, appointments, given_a_person_with_appointments};
use accord_journeys::house::House;
use accord_journeys::page::Reader;

/// The demo has hardly a day with room for a whole course: a sports centre near them opens in the afternoons too.
fn given_a_clinic_opens_more_days(house: &House) {
    let file = house.folder.join("more.csv");
    let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    let rows = days.map(|day| format!("VS2543,{day},11:00,19:00,10,2,ALPHA,2027-01-08,2027-02-20,,booked"));
    let head = "site,weekday,from,until,slot_minutes,stations,product,from_date,until_date,except,kind";
    std::fs::write(&file, format!("{head}\n{}\n", rows.join("\n"))).expect("written");
    house.accord(&["clinics", "--sessions", &file.display().to_string()]);
}

async fn given_they_gave_theirs_up_and_asked_again(reader: &Reader<'_>) {
    reader.press("Confirm both appointments").await;
    reader.press("See your appointments").await;
    reader.press("Cancel both appointments").await;
    reader.press("Cancel both appointments").await;
    reader.press("See your appointments").await;
    reader.press("Ask for appointments again").await;
    reader.press("See your appointments").await;
    reader.must_say("You have no appointments yet. You are on our list.").await;
}

async fn when_they_choose_times(reader: &Reader<'_>) -> Vec<Shown> {
    reader.press("Choose times").await;
    reader.must_say("Choose a time for your first appointment").await;
    reader.must_say("Second appointment: ").await;
    assert!(reader.all(".days > li > h2").await.len() >= 5, "days with free times stand there");
    reader.press_first("button.time").await;
    reader.must_say("We keep these times for you until").await;
    let proposed = appointments(reader).await;
    assert_eq!(proposed.len(), 2, "the whole course is shown before anything is taken: {proposed:?}");
    proposed
}

async fn when_they_look_away_what_is_kept_is_found_again(reader: &Reader<'_>) {
    reader.open("/b/appointments").await;
    reader.press("Look at what we keep for you until").await;
    reader.must_say("We keep these times for you until").await;
}

async fn then_both_are_booked(reader: &Reader<'_>, proposed: &[Shown]) {
    reader.press("Book both appointments").await;
    assert_eq!(reader.heading().await, "Both appointments are booked");
    reader.press("See your appointments").await;
    let now = appointments(reader).await;
    let times = |list: &[Shown]| list.iter().map(|a| a.when.clone()).collect::<Vec<_>>();
    assert_eq!(times(&now), times(proposed), "what was shown is what was booked");
    assert!(now.iter().all(|a| a.state.contains("confirmed")), "{now:?}");
}

async fn way(reader: &Reader<'_>, house: &House) {
    given_a_clinic_opens_more_days(house);
    given_a_person_with_appointments(reader, house).await;
    given_they_gave_theirs_up_and_asked_again(reader).await;
    let proposed = when_they_choose_times(reader).await;
    when_they_look_away_what_is_kept_is_found_again(reader).await;
    then_both_are_booked(reader, &proposed).await;
}

accord_journeys::journey!(way);
