//! A clinic team the evening before: the day's list, on a screen and on paper.

use crate::steps::{first_number, given_signed_in_by_link};
use accord_journeys::house::House;
use accord_journeys::page::Reader;

async fn when_the_team_opens_its_next_day(reader: &Reader<'_>, house: &House) {
    given_signed_in_by_link(reader, house.clinic_link()).await;
    assert!(reader.path().await.starts_with("/sites/"), "a clinic team begins at its site");
    // The campaign begins on the first Monday: that week may be a page further on.
    for _ in 0..8 {
        if !reader.all("ol.week a").await.is_empty() {
            break;
        }
        reader.press_first("nav.steps a:last-of-type").await;
    }
    reader.press_first("ol.week a").await;
}

async fn then_the_list_is_whole(reader: &Reader<'_>) {
    let booked = first_number(reader.main_words().await.split(". ").nth(1).unwrap_or_default()).unwrap_or(0);
    let rows = reader.all("table.stack tbody tr").await;
    assert!(!rows.is_empty(), "somebody is booked on the first day of a full campaign");
    assert_eq!(rows.len() as u64, booked, "as many rows as the finding says");
    for cell in ["Time", "Born", "Appointment", "Reference"] {
        let cells = reader.all(&format!("table.stack td[data-of={cell}]")).await;
        assert!(cells.iter().all(|c| !c.is_empty()), "{cell} is empty in a row");
    }
}

async fn then_it_prints_without_the_page_around_it(reader: &Reader<'_>) {
    let parts = ["table.stack", ".banner", ".rooms", ".noprint"];
    let printed = reader.as_printed(&parts).await;
    let wanted = [true, true, false, false];
    assert_eq!(printed, parts.into_iter().zip(wanted).collect::<Vec<_>>(), "what shows on paper");
    let pdf = reader.printed().await;
    // "%PDF", in base64.
    assert!(pdf.starts_with("JVBER") && pdf.len() > 8_000, "it makes a print of {} letters", pdf.len());
}

async fn then_other_doors_stay_shut(reader: &Reader<'_>) {
    for path in ["/campaign", "/organisations", "/unplaced", "/worklist", "/ledger"] {
        reader.open(path).await;
        reader.must_not_hold("appointments</th>").await;
        assert!(!reader.heading().await.is_empty());
        reader.must_say("not").await;
    }
}

async fn way(reader: &Reader<'_>, house: &House) {
    when_the_team_opens_its_next_day(reader, house).await;
    then_the_list_is_whole(reader).await;
    then_it_prints_without_the_page_around_it(reader).await;
    then_other_doors_stay_shut(reader).await;
}

accord_journeys::journey!(way);
