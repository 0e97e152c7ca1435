//! Secrets and fingerprints: what is hashed, and how a code is spelt.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256, as hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The key under which codes and tokens are hashed; it lives beside the store, never in it.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(hidden)")
    }
}

impl Key {
    /// A key of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The 64 digits, for the key file.
    pub fn text(&self) -> String {
        hex(&self.0)
    }

    /// 32 bytes of a purpose: HMAC-SHA-256 under this key.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// HMAC-SHA-256 of `secret`, as hexadecimal: what a table holds instead of it.
    pub fn hash(&self, secret: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(secret.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Crockford's 32: no I, L, O, U, so that a code can be read over the telephone.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `bytes` spelt in Crockford's letters, five bits each.
pub fn spell(bytes: &[u8], letters: usize) -> String {
    (0..letters)
        .map(|at| {
            let bit = at * 5;
            let pair = u16::from_be_bytes([byte_at(bytes, bit / 8), byte_at(bytes, bit / 8 + 1)]);
            char::from(LETTERS[usize::from(pair >> (11 - bit % 8)) & 31])
        })
        .collect()
}

fn byte_at(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// What somebody typed, as the code would be spelt: case, spaces, dashes and look-alikes folded.
pub fn folded(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| match c.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            'U' => 'V',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_read_out_and_typed() {
        let code = spell(&[0xff, 0x00, 0xaa, 0x55, 0x12, 0x34, 0x99], 10);
        assert_eq!(code.len(), 10);
        assert_eq!(folded(&format!("{}-{}", code[..4].to_lowercase(), &code[4..])), code);
        assert_eq!(folded("oil-1"), "0111");
        assert_ne!(spell(&[1; 7], 10), spell(&[2; 7], 10));
    }

    #[test]
    fn a_key_reads_back_and_hides() {
        let key = Key::new([7; 32]);
        assert_eq!(Key::parse(&key.text()).map(|k| k.hash("x")), Some(key.hash("x")));
        assert_eq!(Key::parse("7"), None.or(Key::parse("short")));
        assert_eq!(format!("{key:?}"), "Key(hidden)");
        assert_ne!(key.hash("x"), Key::new([8; 32]).hash("x"));
    }
}
