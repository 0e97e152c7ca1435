//! What a reader does with a page, and what no page may do to a reader.

use crate::axe;
use crate::browser::{Browser, Screen, Scripts};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// The longest a page may take to come.
const PATIENCE: Duration = Duration::from_secs(15);

/// Nothing where the page fits; else its width, and the innermost parts that reach over its edge.
const TOO_WIDE: &str = "
    const page = document.documentElement, room = 320;
    if (page.scrollWidth <= room) return null;
    const over = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > room + 1);
    const inner = over.filter(e => !over.some(other => other !== e && e.contains(other))).slice(0, 3);
    return `${page.scrollWidth} pixels wide at ${room}: ` + inner.map(e => e.outerHTML.slice(0, 120)).join(' | ');
";

/// What every page of the demo says.
const BANNER: &str = "no organisation named here took part";

/// A reader in front of a browser.
pub struct Reader<'a> {
    /// The browser.
    pub browser: &'a Browser,
    /// The server's address, `http://127.0.0.1:PORT`.
    pub home: &'a str,
}

impl Reader<'_> {
    /// Opens an address, whole or from the server's root on, and looks at the page.
    pub async fn open(&self, address: &str) {
        self.visit(address).await;
        self.look().await;
    }

    /// Opens an address, and does not look at the page.
    pub async fn visit(&self, address: &str) {
        let whole = if address.starts_with('/') { format!("{}{address}", self.home) } else { address.to_owned() };
        self.browser.driver.goto(&whole).await.unwrap_or_else(|e| panic!("{whole} does not open: {e}"));
    }

    /// Presses the button or link whose words contain `words`, waits for the page it leads to, and looks at it.
    ///
    /// # Panics
    /// When nothing, or nothing that shows, carries the words; or no other page comes in time.
    pub async fn press(&self, words: &str) {
        self.press_unseen(words).await;
        self.look().await;
    }

    /// As [`Reader::press`], and does not look at the page that comes.
    ///
    /// # Panics
    /// As [`Reader::press`].
    pub async fn press_unseen(&self, words: &str) {
        let said = quoted(words);
        let path = format!("//*[self::a or self::button][contains(normalize-space(.), {said})]");
        let element = self.first_shown(&path).await.unwrap_or_else(|| panic!("nothing to press says “{words}”"));
        self.follow(element).await;
    }

    /// As [`Reader::press`], by a CSS selector: the first that shows.
    pub async fn press_first(&self, css: &str) {
        let all = self.browser.driver.find_all(By::Css(css)).await.expect("the selector is right");
        for element in all {
            if element.is_displayed().await.unwrap_or(false) {
                self.follow(element).await;
                return self.look().await;
            }
        }
        panic!("nothing to press is {css}");
    }

    /// Presses and waits until the page is another one.
    async fn follow(&self, element: WebElement) {
        let before = self.browser.driver.find(By::Css("html")).await.expect("a page has a root");
        element.scroll_into_view().await.ok();
        element.click().await.unwrap_or_else(|e| panic!("it cannot be pressed: {e}"));
        let since = Instant::now();
        while before.tag_name().await.is_ok() {
            assert!(since.elapsed() < PATIENCE, "no other page came within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Opens the part of the page that is folded under these words.
    ///
    /// # Panics
    /// When no such part shows.
    pub async fn unfold(&self, words: &str) {
        let path = format!("//summary[contains(normalize-space(.), {})]", quoted(words));
        let found = self.first_shown(&path).await.unwrap_or_else(|| panic!("nothing is folded under “{words}”"));
        found.scroll_into_view().await.ok();
        found.click().await.expect("a fold can be pressed");
    }

    /// Types into the field with this label, replacing what stands there.
    pub async fn fill(&self, label: &str, text: &str) {
        let path = format!("//label[normalize-space(.) = {}]", quoted(label));
        let found = self.first_shown(&path).await.unwrap_or_else(|| panic!("no field is labelled “{label}”"));
        let id = found.attr("for").await.ok().flatten().unwrap_or_else(|| panic!("“{label}” labels nothing"));
        let field = self.browser.driver.find(By::Id(&id)).await.unwrap_or_else(|_| panic!("“{label}” labels nothing"));
        field.clear().await.expect("a field can be emptied");
        field.send_keys(text).await.expect("a field takes text");
        // A field too small to hold its letters takes none, and says nothing.
        let held = field.prop("value").await.ok().flatten();
        assert_eq!(held.as_deref(), Some(text), "what “{label}” holds after typing");
    }

    /// Chooses the radio button or box with this label.
    pub async fn choose(&self, label: &str) {
        let path = format!("//label[contains(normalize-space(.), {})]", quoted(label));
        let found = self.first_shown(&path).await.unwrap_or_else(|| panic!("no choice says “{label}”"));
        found.click().await.expect("a label can be pressed");
    }

    /// The words of the page's heading.
    pub async fn heading(&self) -> String {
        let heading = self.browser.driver.find(By::Css("h1")).await.expect("every page has a heading");
        heading.text().await.expect("a heading has words")
    }

    /// The words that show, of everything a CSS selector finds.
    pub async fn all(&self, css: &str) -> Vec<String> {
        let mut words = Vec::new();
        for element in self.browser.driver.find_all(By::Css(css)).await.expect("the selector is right") {
            words.push(element.text().await.unwrap_or_default().trim().to_owned());
        }
        words
    }

    /// The words that show in the page's main part.
    pub async fn main_words(&self) -> String {
        self.all("main").await.join("\n")
    }

    /// The page as it was sent, with what does not show.
    pub async fn source(&self) -> String {
        self.browser.driver.source().await.expect("a page has a source")
    }

    /// Where the links that a CSS selector finds lead to, as written.
    pub async fn links(&self, css: &str) -> Vec<String> {
        let mut found = Vec::new();
        for element in self.browser.driver.find_all(By::Css(css)).await.expect("the selector is right") {
            found.extend(element.attr("href").await.ok().flatten());
        }
        found
    }

    /// Of the parts that each of these CSS selectors finds, whether any shows on paper.
    pub async fn as_printed<'s>(&self, selectors: &[&'s str]) -> Vec<(&'s str, bool)> {
        let media = |name: &str| serde_json::json!({ "media": name });
        let cdp = self.browser.driver.cdp();
        cdp.send_raw("Emulation.setEmulatedMedia", media("print")).await.expect("Chromium shows how it prints");
        let mut shown = Vec::new();
        for css in selectors {
            let mut any = false;
            for element in self.browser.driver.find_all(By::Css(*css)).await.expect("the selector is right") {
                any |= element.is_displayed().await.unwrap_or(false);
            }
            shown.push((*css, any));
        }
        cdp.send_raw("Emulation.setEmulatedMedia", media("")).await.expect("Chromium shows a screen again");
        shown
    }

    /// The page as it prints, a PDF in base64: as long as it has content.
    pub async fn printed(&self) -> String {
        let paper = serde_json::json!({ "paperWidth": 8.27, "paperHeight": 11.69 });
        let made = self.browser.driver.cdp().send_raw("Page.printToPDF", paper).await.expect("Chromium prints");
        made["data"].as_str().unwrap_or_default().to_owned()
    }

    /// The path of the present address.
    pub async fn path(&self) -> String {
        self.browser.driver.current_url().await.expect("a page has an address").path().to_owned()
    }

    /// Fails unless the main part shows the words.
    pub async fn must_say(&self, words: &str) {
        let said = self.main_words().await;
        assert!(said.contains(words), "the page does not say “{words}”; it says:\n{said}");
    }

    /// Fails when the page holds the words anywhere, shown or not.
    pub async fn must_not_hold(&self, words: &str) {
        let held = self.source().await.to_lowercase();
        assert!(!held.contains(&words.to_lowercase()), "the page holds “{words}”");
    }

    async fn first_shown(&self, path: &str) -> Option<WebElement> {
        for element in self.browser.driver.find_all(By::XPath(path)).await.ok()? {
            if element.is_displayed().await.unwrap_or(false) {
                return Some(element);
            }
        }
        None
    }

    /// Looks at the page for what no page may have. Every page a journey comes to is looked at.
    ///
    /// # Panics
    /// When there is any.
    pub async fn look(&self) {
        let faults = self.faults().await;
        assert!(faults.is_empty(), "{}:\n  {}", self.path().await, faults.join("\n  "));
    }

    /// What the present page has that no page may have, a line each.
    pub async fn faults(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (address, status) in self.browser.requests().await {
            let own = address.starts_with(&format!("{}/", self.home));
            let network = ["http:", "https:", "ws:", "wss:", "ftp:"].iter().any(|scheme| address.starts_with(scheme));
            if network && !own {
                wrong.push(format!("it asks another host: {address}"));
            }
            if own && status >= 500 {
                wrong.push(format!("the server failed: {status} for {address}"));
            }
        }
        // A page that refuses is still a page: its status stands on the console, and is no error of the page.
        let errors = self.browser.console_errors().await;
        wrong.extend(errors.into_iter().filter(|e| !e.contains("the server responded with a status of 4")));
        let source = self.source().await;
        if !source.contains(BANNER) {
            wrong.push(format!("it does not say that “{BANNER}”"));
        }
        self.browser.resize(Screen::Wide(320)).await;
        let asked = self.browser.driver.execute(TOO_WIDE, Vec::new()).await.expect("a page has a width");
        if let Some(parts) = asked.json().as_str() {
            wrong.push(format!("it scrolls sideways on a small phone: {parts}"));
        }
        self.browser.resize(self.browser.screen()).await;
        if self.browser.scripts == Scripts::On {
            wrong.extend(axe::violations(&self.browser.driver).await);
        }
        wrong
    }
}

/// An XPath string of any words.
fn quoted(words: &str) -> String {
    if words.contains('\'') { format!("\"{words}\"") } else { format!("'{words}'") }
}
