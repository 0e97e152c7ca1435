//! The frame's own proof: "without scripts" means without.

use accord_journeys::browser::{Browser, Screen, Scripts};

const PAGE: &str = "data:text/html,<title>before</title><script>document.title='after'</script>";

async fn title_with(scripts: Scripts) -> String {
    let folder = std::env::temp_dir().join(format!("accord-scripts-{}-{scripts:?}", std::process::id()));
    let browser = Browser::start(&folder, Screen::Phone, scripts).await;
    browser.driver.goto(PAGE).await.expect("a data page opens");
    let title = browser.driver.title().await.expect("it has a title");
    browser.quit().await;
    title
}

#[test]
fn and_a_page_with_scripts_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        assert_eq!(title_with(Scripts::On).await, "after");
        assert_eq!(title_with(Scripts::Off).await, "before");
    });
}
