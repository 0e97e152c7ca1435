//! A page that opens with words, in any browser, with nothing installed and no network: what a clinic has in an outage.
//!
//! AES-256-GCM under a key that PBKDF2 makes of the words; a browser has both. The words are drawn by us (100 bits), never
//! chosen by people, so the rounds only slow a guess that is hopeless anyway. Why this form: `docs/decisions/0010-day-pack.md`.

use super::secret::{Key, folded, hex, spell};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use sha2::Sha256;

/// Letters of the words: 100 bits.
pub const LETTERS: usize = 20;
/// Rounds of PBKDF2.
const ROUNDS: u32 = 100_000;

/// What stands round the sealed part; it says nothing of what is inside.
const SHELL: &str = include_str!("sealed_page.html");

/// Words of a purpose, made from the key beside the store: "K7QM-2X9F-4T6B-9WZA-3C8D". The same purpose gives the same words.
pub fn words(key: &Key, purpose: &str) -> String {
    let letters = spell(&key.derived(&format!("words/{purpose}")), LETTERS);
    let groups: Vec<String> =
        letters.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
}

/// A page's inner HTML as a file that opens with `words`. `title` and `about` stand outside the seal: nothing of a person.
/// `salt` and `nonce` are drawn anew for every file.
pub fn seal(inner: &str, (title, about): (&str, &str), words: &str, salt: [u8; 16], nonce: [u8; 12]) -> String {
    let cipher = cipher(words, &salt);
    let payload = Payload { msg: inner.as_bytes(), aad: title.as_bytes() };
    let sealed = cipher.encrypt(&nonce_of(nonce), payload).expect("a page is far below AES-GCM's 64 gigabytes");
    SHELL
        .replace("{{title}}", &escaped(title))
        .replace("{{about}}", &escaped(about))
        .replace("{{rounds}}", &ROUNDS.to_string())
        .replace("{{salt}}", &hex(&salt))
        .replace("{{nonce}}", &hex(&nonce))
        .replace("{{sealed}}", &hex(&sealed))
}

fn cipher(words: &str, salt: &[u8]) -> Aes256Gcm {
    let mut made = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(folded(words).as_bytes(), salt, ROUNDS, &mut made);
    Aes256Gcm::new(&made.into())
}

fn nonce_of(nonce: [u8; 12]) -> Nonce<<Aes256Gcm as aes_gcm::aead::AeadCore>::NonceSize> {
    nonce.into()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).expect("hex")).collect()
    }

    fn attribute(page: &str, name: &str) -> String {
        let from = page.find(&format!("data-{name}=\"")).expect("there") + name.len() + 7;
        page[from..].split('"').next().expect("closed").to_owned()
    }

    fn open(page: &str, title: &str, words: &str) -> Option<String> {
        let payload = bytes(&attribute(page, "sealed"));
        let nonce: [u8; 12] = bytes(&attribute(page, "nonce")).try_into().expect("twelve");
        let cipher = cipher(words, &bytes(&attribute(page, "salt")));
        let opened = cipher.decrypt(&nonce_of(nonce), Payload { msg: &payload, aad: title.as_bytes() });
        opened.ok().map(|inner| String::from_utf8(inner).expect("text"))
    }

    #[test]
    fn only_its_words_open_it_and_nothing_of_it_stands_outside() {
        let words = words(&Key::new([7; 32]), "day pack/site/1");
        assert_eq!(words.len(), 24);
        let page = seal("<p>Canary Okonkwo</p>", ("Clinic One", "made at 6:00am"), &words, [3; 16], [4; 12]);
        assert!(!page.contains("Canary") && !page.contains("Okonkwo") && !page.contains(&words));
        assert!(page.contains("Clinic One") && !page.contains("{{"));
        assert_eq!(open(&page, "Clinic One", &words).as_deref(), Some("<p>Canary Okonkwo</p>"));
        assert_eq!(open(&page, "Clinic One", &words.to_lowercase().replace('-', " ")).is_some(), true);
        assert_eq!(open(&page, "Clinic Two", &words), None, "the title belongs to it");
        assert_eq!(open(&page, "Clinic One", &super::words(&Key::new([8; 32]), "day pack/site/1")), None);
    }
}
