//! Pictures of a running demo's pages: `scripts/screenshots`.
//!
//! usage: accord-journeys [--docs] FOLDER
//! Makes a demo as the journeys do (ACCORD_PEOPLE people, by default 20,000), comes in as each of the four roles, and
//! writes PAGE-WIDTH.png for 320, 768 and 1440 pixels. With `--docs` only the one picture that the README shows.

use accord_journeys::browser::{Browser, Screen, Scripts};
use accord_journeys::house::House;
use accord_journeys::page::Reader;
use std::path::{Path, PathBuf};

const WIDTHS: [u32; 3] = [320, 768, 1440];

fn main() {
    let mut docs = false;
    let mut folder = None;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--docs" => docs = true,
            path => folder = Some(PathBuf::from(path)),
        }
    }
    let folder = folder.unwrap_or_else(|| PathBuf::from(".screenshots"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let house = House::of(if docs { 20_000 } else { people() });
        let browser = Browser::start(&house.folder.join("browser"), Screen::Desktop, Scripts::On).await;
        let reader = Reader { browser: &browser, home: &house.url };
        if docs {
            sign_in(&reader, house.lead_link()).await;
            browser.resize(Screen::Wide(1200)).await;
            browser.picture_of_top(&folder.join("campaign.png"), 1200, 900).await;
        } else {
            all(&reader, &house, &folder).await;
        }
        browser.quit().await;
    });
}

fn people() -> u32 {
    std::env::var("ACCORD_PEOPLE").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000)
}

async fn all(reader: &Reader<'_>, house: &House, folder: &Path) {
    sign_in(reader, house.lead_link()).await;
    for page in [
        "campaign",
        "plan",
        "unplaced",
        "organisations",
        "sites",
        "sessions",
        "worklist",
        "import",
        "ledger",
        "agreements",
        "about",
        "nowhere",
    ] {
        reader.visit(&format!("/{page}")).await;
        at_all_widths(reader, folder, &format!("lead-{page}")).await;
    }
    leave(reader).await;
    sign_in(reader, house.employer_link()).await;
    at_all_widths(reader, folder, "employer").await;
    leave(reader).await;
    sign_in(reader, house.clinic_link()).await;
    at_all_widths(reader, folder, "clinic-site").await;
    if let Some(day) = reader.links("ol.week a").await.first() {
        reader.visit(day).await;
        at_all_widths(reader, folder, "clinic-day").await;
    }
    leave(reader).await;
    persons_pages(reader, house, folder).await;
}

async fn persons_pages(reader: &Reader<'_>, house: &House, folder: &Path) {
    reader.visit(house.person_link()).await;
    at_all_widths(reader, folder, "person-door").await;
    for (label, text) in ["Day", "Month", "Year"].into_iter().zip(house.person_born().rsplit('-')) {
        reader.fill(label, text).await;
    }
    reader.press_unseen("See my appointments").await;
    at_all_widths(reader, folder, "person-appointments").await;
    for page in ["change/1", "decline", "elsewhere", "cancel"] {
        reader.visit(&format!("/b/{page}")).await;
        at_all_widths(reader, folder, &format!("person-{}", page.replace('/', "-"))).await;
    }
}

async fn sign_in(reader: &Reader<'_>, link: &str) {
    reader.visit(link).await;
    reader.press_unseen("Sign in").await;
}

async fn leave(reader: &Reader<'_>) {
    reader.visit("/").await;
    reader.press_unseen("Sign out").await;
}

async fn at_all_widths(reader: &Reader<'_>, folder: &Path, name: &str) {
    for width in WIDTHS {
        reader.browser.resize(Screen::Wide(width)).await;
        let file = folder.join(format!("{name}-{width}.png"));
        reader.browser.picture(&file).await;
        println!("{}", file.display());
    }
    reader.browser.resize(Screen::Desktop).await;
}
