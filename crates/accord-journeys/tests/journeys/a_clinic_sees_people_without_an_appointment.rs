//! A clinic team with a phone: somebody without an appointment is given in seconds. Then the list goes on paper, a stranger
//! with file and words opens it, and what was written on it comes back.

use crate::steps::given_signed_in_by_link;
use accord_journeys::browser::{Browser, Screen, Scripts};
use accord_journeys::house::{House, run};
use accord_journeys::page::Reader;
use std::path::Path;
use std::time::{Duration, Instant};
use thirtyfour::By;

/// A hospital of the run's demo, on a Monday on which it has a clinic, as it has a week later.
const SITE: &str = "VS2673";
const DAY: &str = "2027-01-11";
const WEEK_LATER: &str = "2027-01-18";
/// The longest that one person may take.
const BAR: Duration = Duration::from_secs(20);

fn given_a_drop_in_before_the_booked_clinic(store: &Path) {
    let file = store.join("drop-in.csv");
    let head = "site,weekday,from,until,slot_minutes,stations,product,from_date,until_date,except,kind";
    let row = format!("{SITE},Monday,08:00,09:00,6,2,ALPHA,{DAY},{DAY},,drop_in");
    std::fs::write(&file, format!("{head}\n{row}\n")).expect("written");
    run(&["clinics", "--sessions", &file.display().to_string()], store);
}

/// The references of a day's list.
async fn references(reader: &Reader<'_>, base: &str, day: &str) -> Vec<String> {
    reader.visit(&format!("{base}/{day}")).await;
    reader.all("table.stack td[data-of=Reference]").await
}

/// `batch`: typed for the first of the day, remembered for everybody after.
async fn then_one_person_takes_seconds(reader: &Reader<'_>, reference: &str, batch: Option<&str>) {
    let since = Instant::now();
    reader.fill("Reference, code, or name", reference).await;
    reader.press_unseen("Find").await;
    if let Some(batch) = batch {
        reader.fill("Batch", batch).await;
    }
    reader.press_unseen("Given").await;
    reader.must_say("Next person").await;
    let took = since.elapsed();
    println!("a walk-in on a phone: 2 taps, {} letters typed, {:.1} s by script", reference.len(), took.as_secs_f64());
    assert!(took < BAR, "a walk-in took {took:?}");
    reader.look().await;
}

async fn then_somebody_on_no_list_is_taken_down(reader: &Reader<'_>) {
    reader.fill("Reference, code, or name", "Zora Neverlisted").await;
    for (field, value) in [("Day", "1"), ("Month", "1"), ("Year", "1970")] {
        reader.fill(field, value).await;
    }
    reader.press("Find").await;
    reader.must_say("is on any list").await;
    reader.press("Given: take down").await;
    reader.must_say("on no list; the dose is counted").await;
}

async fn then_a_stranger_opens_the_pack(reader: &Reader<'_>, house: &House, name: &str) {
    let file = house.folder.join("pack.html");
    let shown = house.accord(&["day-pack", "--site", SITE, "--date", DAY, "--words"]);
    let words = shown.rsplit_once(": ").expect("it shows words").1.to_owned();
    house.accord(&["day-pack", "--site", SITE, "--date", DAY, "--out", &file.display().to_string()]);
    let sealed = std::fs::read_to_string(&file).expect("a file");
    assert!(!sealed.contains(name) && !sealed.contains(&words), "a name stands outside the seal");
    let driver = &reader.browser.driver;
    driver.goto(&format!("file://{}", file.display())).await.expect("it opens from the disk");
    for (typed, opens) in [("K7QM-2X9F-4T6B-9WZA-3C8D", false), (&words.to_lowercase(), true)] {
        let field = driver.find(By::Id("words")).await.expect("a field");
        field.clear().await.expect("emptied");
        field.send_keys(typed).await.expect("typed");
        driver.find(By::Css("button")).await.expect("a button").click().await.expect("pressed");
        let since = Instant::now();
        let wanted = if opens { "Not live." } else { "These are not the words" };
        while !driver.find(By::Css("main")).await.expect("a page").text().await.unwrap_or_default().contains(wanted) {
            assert!(since.elapsed() < Duration::from_secs(15), "it does not say “{wanted}”");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        println!("a day pack answers its words after {:.1} s", since.elapsed().as_secs_f64());
    }
    assert!(reader.main_words().await.contains(name), "{name} is on the list");
}

async fn then_paper_comes_back(reader: &Reader<'_>, base: &str) {
    reader.open(&format!("{base}/{DAY}/catch-up")).await;
    reader.must_say("The list as it was printed").await;
    let driver = &reader.browser.driver;
    let rows = driver.find_all(By::Css("select[name^='what-']")).await.expect("rows");
    for (row, what) in rows.iter().take(2).zip(["Given", "Unwell today"]) {
        row.send_keys(what).await.expect("chosen");
    }
    driver.find(By::Css("input[name^='batch-']")).await.expect("a batch").send_keys("FX 12-34").await.expect("typed");
    reader.press("Save these rows").await;
    reader.must_say("Saved: 2 lines noted, 0 left for a decision").await;
    reader.press("On nobody’s list").await;
    reader.must_say("The list as it was printed").await;
}

async fn way(reader: &Reader<'_>, house: &House) {
    given_signed_in_by_link(reader, &house.link_for_clinic(SITE)).await;
    let base = reader.path().await;
    let later = references(reader, &base, WEEK_LATER).await;
    let here = reader.all("table.stack tbody th").await;
    assert!(later.len() > 1 && !here.is_empty(), "a week later people are booked");
    reader.open(&format!("{base}/{DAY}")).await;
    let listed = reader.all("table.stack tbody th").await.into_iter().next().expect("somebody is booked today");
    reader.press("Somebody is here without an appointment").await;
    then_one_person_takes_seconds(reader, &later[0], Some("FX 12-34")).await;
    then_one_person_takes_seconds(reader, &later[1], None).await;
    then_somebody_on_no_list_is_taken_down(reader).await;
    then_a_stranger_opens_the_pack(reader, house, &listed).await;
    then_paper_comes_back(reader, &base).await;
}

#[test]
fn on_a_phone() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let house = House::on(DAY, given_a_drop_in_before_the_booked_clinic);
        let browser = Browser::start(&house.folder.join("browser"), Screen::Phone, Scripts::On).await;
        way(&Reader { browser: &browser, home: &house.url }, &house).await;
        browser.quit().await;
        house.close_and_verify();
    });
}
