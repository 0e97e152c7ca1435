//! Declining is as easy as confirming, is not final, and is nobody else's business.

use crate::steps::{appointments, given_a_person_with_appointments};
use accord_journeys::house::House;
use accord_journeys::page::Reader;

async fn when_they_give_no_reason(reader: &Reader<'_>) {
    reader.press("I do not want this").await;
    reader.must_say("Your employer and your manager do not see your answer").await;
    reader.press("Decline both appointments").await;
    reader.must_say("There is a problem").await;
}

async fn when_they_decline(reader: &Reader<'_>) {
    reader.choose("rather not say").await;
    reader.press("Decline both appointments").await;
    assert_eq!(reader.heading().await, "You have declined");
}

async fn then_they_have_none_and_may_come_back(reader: &Reader<'_>) {
    reader.press("See your appointments").await;
    assert!(appointments(reader).await.is_empty(), "a person who declined has no appointments");
    reader.must_say("You told us that you do not want this").await;
    reader.press("Ask for appointments again").await;
    assert_eq!(reader.heading().await, "We are looking for appointments for you");
}

async fn way(reader: &Reader<'_>, house: &House) {
    given_a_person_with_appointments(reader, house).await;
    when_they_give_no_reason(reader).await;
    when_they_decline(reader).await;
    then_they_have_none_and_may_come_back(reader).await;
}

accord_journeys::journey!(way);
