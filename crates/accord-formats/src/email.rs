//! E-mail addresses, checked lightly: enough to catch a column shifted by one and the usual slips, no more.

use std::fmt;

use crate::fault::{Fault, FaultCode};

/// An address of the form `name@host.tld`, ASCII, its host in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// Reads one address, with or without `mailto:` and pointed brackets.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = Fault::new(FaultCode::Email, "one e-mail address such as name@example.org");
        let text = text.trim();
        let text = text.strip_prefix("mailto:").unwrap_or(text);
        let text = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text);
        let (name, host) = text.split_once('@').ok_or(fault)?;
        if name.is_empty() || name.len() > 64 || text.len() > 254 {
            return Err(fault);
        }
        let name_fits = name.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&b));
        let dots_fit = !name.starts_with('.') && !name.ends_with('.') && !text.contains("..");
        if !(name_fits && dots_fit && is_host(host)) {
            return Err(fault);
        }
        Ok(Self(format!("{name}@{}", host.to_ascii_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_host(host: &str) -> bool {
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && host.split('.').all(label_fits)
        && top.len() >= 2
        && top.bytes().any(|b| b.is_ascii_alphabetic())
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
