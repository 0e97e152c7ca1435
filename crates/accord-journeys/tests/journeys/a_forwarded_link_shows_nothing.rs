//! Somebody else's phone, a shared mailbox: the link alone says neither who, nor where, nor for what.

use crate::steps::{appointments, enter_date_of_birth};
use accord_journeys::house::House;
use accord_journeys::page::Reader;

const HEALTH: [&str; 6] = ["vaccin", "flu", "covid", "dose", "jab", "health"];

async fn when_it_is_opened(reader: &Reader<'_>, house: &House) {
    reader.open(house.person_link()).await;
    assert_eq!(reader.heading().await, "See your appointments");
    assert!(appointments(reader).await.is_empty());
    let said = reader.all("body").await.join(" ").to_lowercase();
    for word in HEALTH {
        assert!(!said.contains(word), "the door says “{word}”: {said}");
    }
    let title = reader.browser.driver.title().await.expect("a page has a title").to_lowercase();
    assert!(HEALTH.iter().all(|word| !title.contains(word)), "the title says what it is about: {title}");
}

async fn then_a_guess_opens_nothing(reader: &Reader<'_>) {
    enter_date_of_birth(reader, "1901-2-3").await;
    reader.must_say("do not belong together").await;
    assert!(appointments(reader).await.is_empty());
    reader.open("/b/appointments").await;
    assert!(appointments(reader).await.is_empty(), "appointments show to somebody who never came in");
}

async fn then_guessing_on_locks_the_code(reader: &Reader<'_>, house: &House) {
    for year in 1902..1906 {
        reader.open(house.person_link()).await;
        enter_date_of_birth(reader, &format!("{year}-2-3")).await;
    }
    reader.open(house.person_link()).await;
    enter_date_of_birth(reader, house.person_born()).await;
    assert!(appointments(reader).await.is_empty(), "after five wrong dates the right one opens it all the same");
}

async fn way(reader: &Reader<'_>, house: &House) {
    when_it_is_opened(reader, house).await;
    then_a_guess_opens_nothing(reader).await;
    then_guessing_on_locks_the_code(reader, house).await;
}

accord_journeys::journey!(way);
