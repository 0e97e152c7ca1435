//! `accord.toml`: what an operator may set. An unknown key is an error: a typing mistake must not turn a setting off.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Every setting there is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: String,
    /// The address under which people reach the pages; `https` turns on what belongs to it. Without one: `listen`.
    pub public_url: Option<String>,
    /// "error", "warn", "info" or "debug".
    pub log: String,
    /// Where the key lies; needed for a PostgreSQL store, which has no folder.
    pub key_file: Option<PathBuf>,
    /// The folder into which the service puts every clinic's list at six in the evening and six in the morning; none: it
    /// writes none.
    pub day_packs: Option<PathBuf>,
    /// Whom people ring.
    pub help: HelpConfig,
}

/// Whom people ring; stands on every page of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HelpConfig {
    /// Who answers.
    pub who: String,
    /// The number as read out.
    pub phone: String,
    /// When somebody answers.
    pub hours: String,
}

/// A number kept free for drama, so that nobody is rung by accident. `accord doctor` warns of it.
pub const PHONE_OF_NOBODY: &str = "01632 960 123";

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8430".into(),
            public_url: None,
            log: "info".into(),
            key_file: None,
            day_packs: None,
            help: HelpConfig::default(),
        }
    }
}

impl Default for HelpConfig {
    fn default() -> Self {
        Self {
            who: "the booking desk".into(),
            phone: PHONE_OF_NOBODY.into(),
            hours: "8am to 6pm, Monday to Saturday".into(),
        }
    }
}

/// The file that `accord init` writes.
pub const FIRST_FILE: &str = r#"# Settings of this Accord store. Every line is optional; what stands here is what holds without it.

# Address and port to listen on. Only addresses of this machine are taken for now.
listen = "127.0.0.1:8430"

# The address under which people reach the pages, when it is another one.
# public_url = "http://127.0.0.1:8430"

# error, warn, info or debug
log = "info"

# The folder for every clinic's sealed list: at 18:00 tomorrow's, at 06:00 today's. Put it where the clinics can reach it
# while this machine is down, a shared drive for one.
# day_packs = "/srv/accord/day-packs"

# Whom people ring; stands on every page of theirs.
[help]
who = "the booking desk"
phone = "01632 960 123"
hours = "8am to 6pm, Monday to Saturday"
"#;

/// Keys by table, for the nearest one to a mistake.
const KEYS: [&str; 9] = ["listen", "public_url", "log", "key_file", "help", "who", "phone", "hours", "day_packs"];

/// A file that can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ConfigError {
    /// What is wrong.
    pub what: String,
    /// File and line.
    pub place: String,
    /// What to do.
    pub next: String,
}

impl Config {
    /// Reads `file`; without one everything is as by default.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&text, &file.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ConfigError {
                what: format!("the settings can't be read: {error}"),
                place: file.display().to_string(),
                next: "make the file readable for whoever runs accord".into(),
            }),
        }
    }

    /// Reads the text of a file; `name` is for messages.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| explain(&error, text, name))?;
        if config.listen.parse::<std::net::SocketAddr>().is_err() {
            return Err(ConfigError {
                what: format!("listen = \"{}\" is not an address and a port", config.listen),
                place: name.into(),
                next: "write it like 127.0.0.1:8430".into(),
            });
        }
        match &config.public_url {
            Some(url) if !(url.starts_with("https://") || url.starts_with("http://")) => Err(ConfigError {
                what: format!("public_url = \"{url}\" does not start with https:// or http://"),
                place: name.into(),
                next: "write it like https://book.example.nhs.uk".into(),
            }),
            _ => Ok(config),
        }
    }

    /// Whether people reach the pages by https.
    pub fn https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

fn explain(error: &toml::de::Error, text: &str, name: &str) -> ConfigError {
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    let line = text[..at].matches('\n').count() + 1;
    let unknown = error.message().split("unknown field `").nth(1).and_then(|rest| rest.split('`').next());
    let (what, next) = match unknown {
        Some(key) => (format!("there is no setting \"{key}\""), format!("did you mean \"{}\"?", nearest(key))),
        None => (error.message().trim().replace('\n', " "), "correct that line".to_owned()),
    };
    ConfigError { what, place: format!("{name}, line {line}"), next }
}

fn nearest(key: &str) -> &'static str {
    KEYS.into_iter().min_by_key(|known| distance(key, known)).unwrap_or("listen")
}

/// How many letters must be put in, taken out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_is_the_default() {
        assert_eq!(Config::parse(FIRST_FILE, "x"), Ok(Config::default()));
        assert_eq!(Config::parse("", "x"), Ok(Config::default()));
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_the_nearest_key() {
        for (text, place, what, next) in [
            ("log = \"info\"\nlistn = \"127.0.0.1:1\"\n", "accord.toml, line 2", "listn", "\"listen\""),
            ("[help]\nphon = \"1\"\n", "accord.toml, line 2", "phon", "\"phone\""),
            ("publicurl = \"\"\n", "accord.toml, line 1", "publicurl", "\"public_url\""),
        ] {
            let error = Config::parse(text, "accord.toml").expect_err("a mistake");
            assert_eq!(error.place, place);
            assert!(error.what.contains(what) && error.next.contains(next), "{error:?}");
        }
        let broken = Config::parse("log = 5\n", "accord.toml").expect_err("not a text");
        assert!(broken.place.ends_with("line 1") && !broken.what.is_empty(), "{broken:?}");
        assert!(Config::parse("listen = \"8430\"", "x").is_err());
        assert!(Config::parse("public_url = \"book.example\"", "x").is_err());
        assert!(Config::parse("log = \"unclosed", "x").is_err());
    }
}
