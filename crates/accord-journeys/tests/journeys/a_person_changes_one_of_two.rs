//! Changing one shows both; what the person had stays theirs until they press the button.

use crate::steps::{Shown, appointments, given_a_person_with_appointments};
use accord_journeys::house::House;
use accord_journeys::page::Reader;

async fn when_they_look_for_another_time(reader: &Reader<'_>) -> Vec<Shown> {
    let before = appointments(reader).await;
    assert_eq!(before.len(), 2, "{before:?}");
    reader.press_first(".visits a[href='/b/change/2']").await;
    let pair = reader.all(".pair p").await;
    assert_eq!(pair.len(), 2, "both stand there while one is changed: {pair:?}");
    reader.must_say("What you have stays yours until you confirm the new time.").await;
    before
}

async fn then_the_free_times_can_be_sorted(reader: &Reader<'_>) {
    let days = reader.all(".days > li > h2").await;
    assert!(!days.is_empty(), "no free time is offered");
    reader.press("nearest place").await;
    assert!(!reader.all("button.time").await.is_empty(), "no free time is offered by place");
    reader.press("earliest date").await;
}

async fn when_they_take_one(reader: &Reader<'_>) -> Vec<Shown> {
    reader.press_first("button.time").await;
    reader.must_say("for you until").await;
    // Another time takes the place of the one that is kept.
    reader.press("Choose another time").await;
    reader.press_first("button.time").await;
    reader.must_say("for you until").await;
    let proposed = appointments(reader).await;
    assert_eq!(proposed.len(), 2, "both stand there before anything is taken: {proposed:?}");
    reader.must_say("What you have now").await;
    reader.press("Take th").await;
    assert_eq!(reader.heading().await, "Your appointments have changed");
    proposed
}

async fn then_they_have_what_they_took(reader: &Reader<'_>, before: &[Shown], proposed: &[Shown]) {
    reader.press("See your appointments").await;
    let now = appointments(reader).await;
    let times = |list: &[Shown]| list.iter().map(|a| a.when.clone()).collect::<Vec<_>>();
    assert_eq!(times(&now), times(proposed), "what was shown is what was taken");
    assert_ne!(times(&now), times(before), "something has changed");
}

async fn way(reader: &Reader<'_>, house: &House) {
    given_a_person_with_appointments(reader, house).await;
    let before = when_they_look_for_another_time(reader).await;
    then_the_free_times_can_be_sorted(reader).await;
    let proposed = when_they_take_one(reader).await;
    then_they_have_what_they_took(reader, &before, &proposed).await;
}

accord_journeys::journey!(way);
