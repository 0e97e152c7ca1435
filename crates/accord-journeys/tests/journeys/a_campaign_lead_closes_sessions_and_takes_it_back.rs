//! The campaign lead closes a day's clinics in one action, sees first whom it meets, and takes it back.

use crate::steps::given_signed_in_by_link;
use accord_journeys::house::House;
use accord_journeys::journey;
use accord_journeys::page::Reader;

const WHY: &str = "Why: people’s own choices move only with a reason";

async fn way(reader: &Reader<'_>, house: &House) {
    given_signed_in_by_link(reader, house.lead_link()).await;
    reader.open("/sessions").await;
    reader.press("Close, stop or edit sessions").await;
    // A day in the middle of the campaign: there is room before and after it.
    reader.open("/sessions/change?from=2027-01-13&until=2027-01-13").await;
    assert!(reader.heading().await.starts_with("Change sessions on"), "{}", reader.heading().await);
    reader.press("Show what would happen").await;
    reader.must_say("A reason and the name of who decides are needed.").await;
    reader.choose("Close them: they are not held").await;
    reader.choose("gets another time, the nearest day first").await;
    reader.fill(WHY, "The ceiling came down").await;
    reader.fill("Your name", "A. Lead (invented)").await;
    reader.press("Show what would happen").await;
    reader.must_say("preview: nothing is changed yet").await;
    reader.must_say("Moves ").await;
    reader.must_say("closes ").await;
    reader.must_say("Wednesday 13 January").await;
    reader.press("without one (").await;
    reader.press("with a place (").await;
    let rows = reader.all("table tbody tr").await.len();
    assert!(rows > 1, "somebody is met");
    reader.press("Close ").await;
    reader.must_say("Moved ").await;
    reader.must_say("Nobody was told yet").await;
    reader.open("/campaign").await;
    reader.press("messages wait to be sent").await;
    reader.must_say("Another time than before").await;
    reader.open("/changes").await;
    reader.press("Close ").await;
    reader.press("Take it back").await;
    reader.must_say("A reason and the name of who decides are needed.").await;
    reader.fill("Why it is taken back", "It held after all").await;
    reader.fill("Your name", "A. Lead (invented)").await;
    reader.press("Take it back").await;
    reader.must_say("Put back ").await;
    reader.open("/waiting-to-be-sent").await;
    reader.must_say("Nothing is waiting.").await;
}

journey!(way);
