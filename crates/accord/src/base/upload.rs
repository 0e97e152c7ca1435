//! A form that brings a file: `multipart/form-data`.

use super::idempotency::Sent;
use super::secret::sha256_hex;
use super::web::Wrong;
use axum::extract::{FromRequest, Multipart, Request};
use std::collections::BTreeMap;

/// What a form with a file said. Its size is bounded by the limit on every request.
#[derive(Debug, Clone)]
pub struct Upload {
    /// For [`super::idempotency`].
    pub sent: Sent,
    /// The fields but for the key and the file, by name.
    pub fields: BTreeMap<String, String>,
    /// The file's name as sent, without folders; empty where none was chosen.
    pub file_name: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

/// A field that is no file takes at most this many bytes.
const FIELD_BYTES: usize = 4096;
/// A file name keeps so many characters.
const NAME_CHARS: usize = 120;

impl Upload {
    /// A field's value; empty where the form has none of this name.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Wrong;

    async fn from_request(request: Request, state: &S) -> Result<Self, Wrong> {
        let path = request.uri().path().to_owned();
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| Wrong::Unreadable)?;
        let (mut key, mut fields) = (String::new(), BTreeMap::new());
        let (mut file_name, mut file) = (String::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(|_| Wrong::Unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            let said = part.file_name().map(base_name);
            let bytes = part.bytes().await.map_err(|_| Wrong::Unreadable)?;
            match said {
                Some(said) => (file_name, file) = (said, bytes.to_vec()),
                None if bytes.len() > FIELD_BYTES => return Err(Wrong::Unreadable),
                None if name == "key" => key = String::from_utf8_lossy(&bytes).into_owned(),
                None => drop(fields.insert(name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        if key.is_empty() || key.len() > 64 {
            return Err(Wrong::KeyReused);
        }
        let print = format!("{path}\0{fields:?}\0{file_name}\0{}", sha256_hex(&file));
        let sent = Sent { key, body_hash: sha256_hex(print.as_bytes()) };
        Ok(Self { sent, fields, file_name, bytes: file })
    }
}

/// The last part of a path written with either kind of slash, without control characters.
fn base_name(path: &str) -> String {
    let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::base_name;

    #[test]
    fn a_file_name_is_its_last_part() {
        for (sent, kept) in [("staff.csv", "staff.csv"), ("C:\\lists\\a.xlsx", "a.xlsx"), ("../../b\n.csv", "b.csv")] {
            assert_eq!(base_name(sent), kept);
        }
        assert_eq!(base_name(&"x".repeat(500)).len(), 120);
    }
}
