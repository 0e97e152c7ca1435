//! Somebody without appointments waits in line; what comes free is offered to them, and they take it.

use crate::steps::{appointments, given_a_person_with_appointments, given_signed_in_by_link};
use accord_journeys::house::House;
use accord_journeys::page::Reader;

async fn when_they_cancel_and_ask_for_a_place(reader: &Reader<'_>) {
    reader.press("Cancel both appointments").await;
    reader.press("Cancel both appointments").await;
    reader.press("See your appointments").await;
    reader.press("Ask for a place that comes free").await;
    reader.must_say("Leave out what you never can").await;
    reader.press("Put me on the list").await;
    reader.must_say("You are on the list").await;
    reader.press("Back to your appointments").await;
    reader.must_say("You are on the list for places that come free").await;
    reader.press("Sign out").await;
}

async fn and_the_lead_offers_what_is_free(reader: &Reader<'_>, house: &House) {
    given_signed_in_by_link(reader, house.lead_link()).await;
    reader.open(&format!("{}/waiting", house.url)).await;
    reader.must_say("1 person waits for a place").await;
    reader.press("Offer what is free now").await;
    reader.must_say("has an offer until").await;
    reader.must_say("waits for an answer").await;
    reader.press("Sign out").await;
}

async fn then_it_is_kept_for_them_and_they_take_it(reader: &Reader<'_>, house: &House) {
    given_a_person_with_appointments(reader, house).await;
    reader.must_say("Places have come free for you").await;
    reader.must_say("Kept for you until").await;
    let offered = appointments(reader).await;
    assert_eq!(offered.len(), 2, "a whole course is offered: {offered:?}");
    reader.press("Take these appointments").await;
    assert_eq!(reader.heading().await, "Both appointments are confirmed");
    reader.press("See your appointments").await;
    let now = appointments(reader).await;
    let times = |list: &[crate::steps::Shown]| list.iter().map(|a| a.when.clone()).collect::<Vec<_>>();
    assert_eq!(times(&now), times(&offered), "what was offered is what they have");
}

async fn way(reader: &Reader<'_>, house: &House) {
    given_a_person_with_appointments(reader, house).await;
    reader.press("Confirm both appointments").await;
    reader.press("See your appointments").await;
    when_they_cancel_and_ask_for_a_place(reader).await;
    and_the_lead_offers_what_is_free(reader, house).await;
    then_it_is_kept_for_them_and_they_take_it(reader, house).await;
}

accord_journeys::journey!(way);
