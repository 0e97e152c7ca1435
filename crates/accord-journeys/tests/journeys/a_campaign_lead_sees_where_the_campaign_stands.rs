//! A lead at eight in the morning: the truth at a glance, every figure a door.

use crate::steps::{first_number, given_signed_in_by_link};
use accord_journeys::house::{House, PEOPLE};
use accord_journeys::page::Reader;

async fn when_the_lead_comes_in(reader: &Reader<'_>, house: &House) {
    given_signed_in_by_link(reader, house.lead_link()).await;
    assert_eq!(reader.path().await, "/campaign", "a lead begins at the campaign");
}

async fn then_the_finding_adds_up(reader: &Reader<'_>) {
    let headline = reader.all(".headline").await.join(" ");
    let parts: Vec<&str> = headline.split_inclusive(". ").collect();
    let of = |what: &str| parts.iter().find(|p| p.contains(what)).and_then(|p| first_number(p)).unwrap_or(0);
    let planned = of("have both appointments");
    let all = headline.split(" of ").nth(1).and_then(first_number).unwrap_or(0);
    let (unplaced, unclear) = (of("cannot be placed"), of("still unclear"));
    assert!(planned > 0, "nobody has both appointments: {headline}");
    assert_eq!(planned + unplaced + unclear, all, "the finding does not add up: {headline}");
    // Possible duplicates are records of their own until somebody decides: a few more than people, never fewer.
    assert!((u64::from(PEOPLE)..u64::from(PEOPLE) * 21 / 20).contains(&all), "of {PEOPLE} people it counts {all}");
}

async fn then_the_pictures_have_tables(reader: &Reader<'_>) {
    let pictures = reader.all("figure.figure").await.len();
    assert!(pictures >= 3, "{pictures} pictures");
    assert_eq!(reader.all("figure.figure details table").await.len(), pictures, "a table beside each picture");
    assert!(reader.all("figure.figure svg title").await.len() >= pictures, "each picture has a title of its own");
}

async fn then_every_room_opens(reader: &Reader<'_>) {
    for path in [
        "/plan",
        "/unplaced",
        "/worklist",
        "/organisations",
        "/agreements",
        "/ledger",
        "/sites",
        "/sessions",
        "/sessions/month",
        "/import",
        "/about",
    ] {
        reader.open(path).await;
        assert_eq!(reader.path().await, path, "the lead's way to {path}");
        let said = reader.main_words().await;
        assert!(said.len() > 60, "{path} says nothing: {said}");
    }
}

async fn then_long_lists_are_read_a_page_at_a_time(reader: &Reader<'_>) {
    reader.open("/organisations").await;
    let first = reader.all("main tbody th").await;
    assert_eq!(first.len(), 50, "a page of organisations");
    reader.press_first(".nhsuk-pagination a[rel=next]").await;
    let second = reader.all("main tbody th").await;
    assert!(!second.is_empty() && !first.contains(&second[0]), "the second page shows others");
    reader.must_say("51 to 100 of").await;
    reader.fill("Find an organisation by name or code", "SURGERY").await;
    reader.press("Find").await;
    let found = reader.all("main tbody th").await;
    assert!(!found.is_empty() && found.iter().all(|name| name.to_lowercase().contains("surgery")), "{found:?}");
    reader.press("Show all").await;
    assert_eq!(reader.all("main tbody th").await, first);
    reader.open("/ledger?show=entries").await;
    reader.press_first(".nhsuk-pagination a[rel=next]").await;
    assert_eq!(reader.all("main tbody tr").await.len(), 50, "a page of entries");
}

async fn then_the_plan_shows_its_proof(reader: &Reader<'_>) {
    reader.open("/plan").await;
    for word in ["Value", "No plan can be below", "Gap"] {
        reader.must_say(word).await;
    }
}

async fn then_the_link_opens_no_second_time(reader: &Reader<'_>, house: &House) {
    reader.press("Sign out").await;
    reader.open(house.lead_link()).await;
    reader.must_say("This link has been used").await;
    reader.open("/campaign").await;
    reader.must_not_hold("have both appointments").await;
}

async fn way(reader: &Reader<'_>, house: &House) {
    when_the_lead_comes_in(reader, house).await;
    then_the_finding_adds_up(reader).await;
    then_the_pictures_have_tables(reader).await;
    then_every_room_opens(reader).await;
    then_long_lists_are_read_a_page_at_a_time(reader).await;
    then_the_plan_shows_its_proof(reader).await;
    then_the_link_opens_no_second_time(reader, house).await;
}

accord_journeys::journey!(way);
