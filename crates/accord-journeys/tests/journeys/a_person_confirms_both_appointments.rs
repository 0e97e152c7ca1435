//! A worried nurse on a cracked phone: one question, one answer.

use crate::steps::{appointments, given_a_person_with_appointments};
use accord_journeys::house::House;
use accord_journeys::page::Reader;

async fn when_both_are_confirmed(reader: &Reader<'_>) {
    let before = appointments(reader).await;
    assert_eq!(before.len(), 2, "the course has two appointments: {before:?}");
    reader.press("Confirm both appointments").await;
    assert_eq!(reader.heading().await, "Both appointments are confirmed");
    let after = appointments(reader).await;
    let times = |list: &[crate::steps::Shown]| list.iter().map(|a| a.when.clone()).collect::<Vec<_>>();
    assert_eq!(times(&before), times(&after), "confirming moves nothing");
}

async fn then_it_says_what_happens_next(reader: &Reader<'_>) {
    reader.must_say("What happens next").await;
    reader.must_say("Your reference:").await;
    let help = reader.all("aside.help").await.join(" ");
    assert!(help.contains("Ring "), "whom to ring: {help}");
}

async fn then_it_stays_confirmed(reader: &Reader<'_>) {
    reader.press("See your appointments").await;
    let now = appointments(reader).await;
    assert!(now.iter().all(|a| a.state.contains("confirmed")), "{now:?}");
    assert!(reader.all("button").await.iter().all(|b| !b.contains("Confirm")), "nothing is left to confirm");
}

async fn then_the_page_shuts_behind_them(reader: &Reader<'_>) {
    reader.press("Sign out").await;
    reader.open("/b/appointments").await;
    assert!(appointments(reader).await.is_empty(), "appointments show to somebody who signed out");
}

async fn way(reader: &Reader<'_>, house: &House) {
    given_a_person_with_appointments(reader, house).await;
    when_both_are_confirmed(reader).await;
    then_it_says_what_happens_next(reader).await;
    then_it_stays_confirmed(reader).await;
    then_the_page_shuts_behind_them(reader).await;
}

accord_journeys::journey!(way);
