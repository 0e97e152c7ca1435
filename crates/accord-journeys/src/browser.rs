//! A Chromium with a driver of its own, on this machine only.

use crate::wire::Loopback;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel, TimeoutConfiguration, WebDriver};

/// The screens a journey is walked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 375 x 800 CSS pixels, as a common phone.
    Phone,
    /// 1440 x 1000 CSS pixels.
    Desktop,
    /// Any other width; 1000 high.
    Wide(u32),
}

impl Screen {
    /// Width and height in CSS pixels.
    pub const fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (375, 800),
            Self::Desktop => (1440, 1000),
            Self::Wide(width) => (width, 1000),
        }
    }
}

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// As browsers come.
    On,
    /// Refused by the browser's own setting.
    Off,
}

/// A running browser. Ends with [`Browser::quit`]; dropping it kills the driver too.
pub struct Browser {
    /// The session.
    pub driver: WebDriver,
    /// Whether pages may run scripts.
    pub scripts: Scripts,
    screen: Screen,
    process: Driver,
}

/// ChromeDriver's process and the browser's folder; both go when it does.
struct Driver {
    child: Child,
    folder: PathBuf,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Browser {
    /// Starts a driver on a free port and a browser with an empty profile in `folder` (made; removed at the end).
    ///
    /// # Panics
    /// When Debian's chromium or chromium-driver is missing or does not start: these tests are never skipped.
    pub async fn start(folder: &Path, screen: Screen, scripts: Scripts) -> Self {
        let chromium = tool("ACCORD_CHROMIUM", "/usr/bin/chromium", "chromium");
        let (child, port) = start_driver();
        std::fs::create_dir_all(folder).expect("the temporary folder can be written");
        let process = Driver { child, folder: folder.to_path_buf() };
        let capabilities = capabilities(&chromium, folder, scripts).expect("capabilities are plain JSON");
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            .client(Loopback { port })
            .connect()
            .await
            .unwrap_or_else(|e| panic!("Chromium did not start: {e}"));
        let limits = TimeoutConfiguration::new(
            Some(Duration::from_secs(30)),
            Some(Duration::from_secs(30)),
            Some(Duration::ZERO),
        );
        driver.update_timeouts(limits).await.expect("the driver takes time limits");
        let browser = Self { driver, scripts, screen, process };
        browser.resize(screen).await;
        browser
    }

    /// The screen the journey is walked on.
    pub const fn screen(&self) -> Screen {
        self.screen
    }

    /// Gives the page another size until the next call. Works below the 500 pixels a window cannot shrink under.
    pub async fn resize(&self, screen: Screen) {
        let (width, height) = screen.size();
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.driver
            .cdp()
            .send_raw("Emulation.setDeviceMetricsOverride", size)
            .await
            .expect("Chromium takes a page size");
    }

    /// What the browser asked of the network since the last call: address and status of each answer (0 while none).
    pub async fn requests(&self) -> Vec<(String, u64)> {
        let log = self.driver.get_log("performance").await.expect("the driver keeps a network log");
        let mut seen: Vec<(String, String, u64)> = Vec::new();
        for entry in log {
            let Ok(entry) = serde_json::from_str::<Value>(&entry.message) else { continue };
            let event = &entry["message"];
            let params = &event["params"];
            let id = params["requestId"].as_str().unwrap_or_default().to_owned();
            match event["method"].as_str() {
                Some("Network.requestWillBeSent") => {
                    seen.push((id, params["request"]["url"].as_str().unwrap_or_default().to_owned(), 0));
                }
                Some("Network.responseReceived") => {
                    if let Some(one) = seen.iter_mut().rev().find(|s| s.0 == id) {
                        one.2 = params["response"]["status"].as_u64().unwrap_or(0);
                    }
                }
                _ => {}
            }
        }
        seen.into_iter().map(|(_, url, status)| (url, status)).collect()
    }

    /// Errors on the browser's console since the last call.
    pub async fn console_errors(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("the driver keeps a console log");
        log.into_iter().filter(|e| e.level == "SEVERE").map(|e| e.message).collect()
    }

    /// Writes a picture of the whole page; where that fails, none.
    pub async fn picture(&self, file: &Path) {
        self.shoot(file, json!({ "format": "png", "captureBeyondViewport": true })).await;
    }

    /// Writes a picture of the page's top left.
    pub async fn picture_of_top(&self, file: &Path, width: u32, height: u32) {
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        self.shoot(file, json!({ "format": "png", "captureBeyondViewport": true, "clip": clip })).await;
    }

    async fn shoot(&self, file: &Path, how: Value) {
        let Ok(shot) = self.driver.cdp().send_raw("Page.captureScreenshot", how).await else { return };
        let Some(bytes) = shot["data"].as_str().and_then(from_base64) else { return };
        if let Some(folder) = file.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let _ = std::fs::write(file, bytes);
    }

    /// Ends browser and driver.
    pub async fn quit(self) {
        let _ = self.driver.quit().await;
        drop(self.process);
    }
}

/// A tool's path: from the environment, else where Debian puts it.
fn tool(variable: &str, usual: &str, package: &str) -> String {
    let path = std::env::var(variable).unwrap_or_else(|_| usual.to_owned());
    assert!(Path::new(&path).exists(), "{path} is missing: apt-get install {package}, or name another in {variable}");
    path
}

/// Starts ChromeDriver and reads the port it chose from its first lines.
fn start_driver() -> (Child, u16) {
    let path = tool("ACCORD_CHROMEDRIVER", "/usr/bin/chromedriver", "chromium-driver");
    let mut child = Command::new(&path)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{path} does not start: {e}"));
    let out = child.stdout.take().expect("its output was asked for");
    let (send, receive) = std::sync::mpsc::channel();
    // The thread ends with the driver: it also keeps the driver's pipe from filling up.
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let port = line.rsplit_once("on port ").and_then(|(_, p)| p.trim_end_matches('.').parse::<u16>().ok());
            if let (Some(port), true) = (port, line.contains("started successfully")) {
                let _ = send.send(port);
            }
        }
    });
    match receive.recv_timeout(Duration::from_secs(20)) {
        Ok(port) => (child, port),
        Err(_) => {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{path} named no port within 20 seconds")
        }
    }
}

fn capabilities(
    chromium: &str,
    folder: &Path,
    scripts: Scripts,
) -> thirtyfour::error::WebDriverResult<ChromeCapabilities> {
    let mut wanted = ChromeCapabilities::new();
    wanted.set_binary(chromium)?;
    let profile = format!("--user-data-dir={}", folder.display());
    for argument in [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-proxy-server",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--lang=en-GB",
        &profile,
    ] {
        wanted.add_arg(argument)?;
    }
    let allow = if scripts == Scripts::On { 1 } else { 2 };
    let settings = json!({
        "profile.managed_default_content_settings.javascript": allow,
        "profile.default_content_setting_values.javascript": allow,
        "credentials_enable_service": false,
    });
    wanted.add_experimental_option("prefs", settings)?;
    wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
    Ok(wanted)
}

/// Decodes standard base64; `None` when it is not.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for c in text.bytes().filter(|c| *c != b'=') {
        held = (held << 6) | u32::from(value(c)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::from_base64;

    #[test]
    fn base64_comes_back() {
        for (text, plain) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("aGVsbG8/Pj4=", "hello?>>")] {
            assert_eq!(from_base64(text).as_deref(), Some(plain.as_bytes()), "{text}");
        }
        assert_eq!(from_base64("a*b="), None);
    }
}
