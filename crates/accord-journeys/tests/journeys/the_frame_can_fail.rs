//! The frame's own proof: "without scripts" means without, and a bad page does not pass.

use accord_journeys::browser::{Browser, Screen, Scripts};
use accord_journeys::{axe, page::Reader};
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("accord-frame-{}-{name}", std::process::id()))
}

fn within<F: Future>(way: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(way)
}

async fn title_with(scripts: Scripts) -> String {
    const PAGE: &str = "data:text/html,<title>before</title><script>document.title='after'</script>";
    let browser = Browser::start(&folder(&format!("{scripts:?}")), Screen::Phone, scripts).await;
    browser.driver.goto(PAGE).await.expect("a data page opens");
    let title = browser.driver.title().await.expect("it has a title");
    browser.quit().await;
    title
}

#[test]
fn without_scripts_means_without() {
    within(async {
        assert_eq!(title_with(Scripts::On).await, "after");
        assert_eq!(title_with(Scripts::Off).await, "before");
    });
}

#[test]
fn a_bad_page_does_not_pass() {
    const PAGE: &str = "data:text/html,<html><body><h1 style='width:900px;color:%23eee'>pale</h1><input>\
        <img src='http://127.0.0.1:9/x.png'></body></html>";
    within(async {
        let browser = Browser::start(&folder("bad"), Screen::Phone, Scripts::On).await;
        browser.driver.goto(PAGE).await.expect("a data page opens");
        let rules = axe::violations(&browser.driver).await;
        let reader = Reader { browser: &browser, home: "http://127.0.0.1:1" };
        let wrong = reader.faults().await.join("\n");
        browser.quit().await;
        for rule in ["color-contrast", "html-has-lang", "image-alt", "label"] {
            assert!(rules.iter().any(|line| line.starts_with(rule)), "{rule} is not found in {rules:?}");
        }
        for fault in ["asks another host", "scrolls sideways", "does not say that", "image-alt"] {
            assert!(wrong.contains(fault), "{fault} is not found in {wrong}");
        }
    });
}
