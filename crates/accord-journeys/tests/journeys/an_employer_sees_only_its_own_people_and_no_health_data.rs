//! An employer learns who is away from a shift, and how many are planned where that says nothing of anybody.

use crate::steps::given_signed_in_by_link;
use accord_journeys::house::House;
use accord_journeys::page::Reader;

/// Words from which an employer would learn what somebody had, refused, missed or needs.
const HEALTH: [&str; 12] = [
    "declined",
    "decline",
    "had it elsewhere",
    "missed",
    "did not attend",
    "allerg",
    "pregnan",
    "immuno",
    "nhs number",
    "date of birth",
    "interpreter",
    "wheelchair",
];

async fn given_another_employers_page(reader: &Reader<'_>, house: &House) -> Vec<String> {
    given_signed_in_by_link(reader, house.lead_link()).await;
    reader.open("/organisations").await;
    let mut pages = Vec::new();
    loop {
        let links = reader.links("main table a").await;
        pages.extend(links.into_iter().filter(|link| link.starts_with("/organisations/")));
        let next = reader.links(".nhsuk-pagination a[rel=next]").await;
        let Some(next) = next.first() else { break };
        reader.visit(next).await;
    }
    assert!(pages.len() > 20, "{} organisations", pages.len());
    reader.press("Sign out").await;
    pages
}

async fn when_the_contact_comes_in(reader: &Reader<'_>, house: &House, employer: &str) -> String {
    given_signed_in_by_link(reader, &house.link_for_employer(employer)).await;
    let own = reader.path().await;
    assert!(own.starts_with("/organisations/"), "a contact begins at their organisation");
    own
}

async fn then_no_health_data_is_there(reader: &Reader<'_>) {
    let said = reader.main_words().await.to_lowercase();
    for word in HEALTH {
        assert!(!said.contains(word), "the employer's page says “{word}”");
    }
    assert!(!said.contains("/b/"), "a person's way in stands on the employer's page");
}

async fn then_only_own_people_are_away(reader: &Reader<'_>, house: &House, employer: &str) {
    let own = house.surnames_on_lists_of(employer);
    let away = reader.all("table.stack tbody th").await;
    for name in &away {
        let known = own.iter().any(|surname| name.to_lowercase().contains(&surname.to_lowercase()));
        assert!(known, "{name} is on no list of this employer");
    }
}

async fn then_nothing_else_opens(reader: &Reader<'_>, own: &str, pages: &[String]) {
    let others = pages.iter().filter(|page| page.as_str() != own).take(3).map(String::as_str);
    for path in others.chain(["/campaign", "/unplaced", "/plan", "/organisations", "/ledger", "/sites"]) {
        reader.open(path).await;
        let said = reader.main_words().await;
        assert!(reader.all("main table").await.is_empty(), "{path} shows an employer a table: {said}");
        assert!(!said.contains("have both appointments"), "{path} shows an employer its figures: {said}");
    }
    for path in ["/import", "/worklist", own] {
        reader.open(path).await;
        assert_eq!(reader.path().await, path);
    }
}

async fn way(reader: &Reader<'_>, house: &House) {
    let pages = given_another_employers_page(reader, house).await;
    let employer = house.largest_employer();
    let own = when_the_contact_comes_in(reader, house, &employer).await;
    assert!(pages.contains(&own), "the contact's organisation is among the partners");
    then_no_health_data_is_there(reader).await;
    then_only_own_people_are_away(reader, house, &employer).await;
    then_nothing_else_opens(reader, &own, &pages).await;
}

accord_journeys::journey!(way);
