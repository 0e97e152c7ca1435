//! The day's list for a clinic without Accord: printable, sealed with the site's words, remembered as it was printed.

use super::{Reference, store};
use crate::base::audit::{self, Done};
use crate::base::clock::{london, london_date};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{BookingId, SiteId};
use crate::base::secret::Key;
use crate::base::{sealed_page, words};
use crate::booking::pages::{DayPack, PackRow};
use crate::clinic::site;
use accord_formats::AccessNeeds;
use askama::Template;
use jiff::civil::Date;

/// A row as the store tells it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Minutes after midnight.
    pub minute: u32,
    /// Name.
    pub name: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// Which of the course.
    pub appointment: u16,
    /// The product's name.
    pub product: String,
    /// The reference as stored.
    pub reference: String,
    /// What the person needs.
    pub needs: u32,
    /// The booking.
    pub booking: BookingId,
    /// Its version.
    pub version: u32,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its name: the site's code and the day, nothing of a person.
    pub name: String,
    /// A page that opens with the site's words.
    pub html: String,
    /// How many people are in it.
    pub people: usize,
}

/// A pack that is not sealed yet: of the transaction only what needs it, since sealing takes its time on purpose.
pub struct Print {
    name: String,
    inner: String,
    title: String,
    about: String,
    words: String,
    salt: [u8; 16],
    nonce: [u8; 12],
    people: usize,
}

impl Print {
    /// The file, sealed. Takes tens of milliseconds: never inside a transaction.
    pub fn sealed(self) -> Pack {
        let html = sealed_page::seal(&self.inner, (&self.title, &self.about), &self.words, self.salt, self.nonce);
        Pack { name: self.name, html, people: self.people }
    }
}

/// Reads the list of a site and day and remembers which bookings it has; none: there is no such site.
pub fn print(tx: &mut Tx<'_>, key: &Key, at: SiteId, date: Date) -> Result<Option<Print>, StoreError> {
    let Some(site) = site::by_id(tx, at)? else { return Ok(None) };
    let rows = store::listed(tx, at, date)?;
    let made = words::day_time(tx.now().to_zoned(london()).datetime());
    let page = DayPack {
        site: site.facts.name.clone(),
        date,
        made: made.clone(),
        rows: rows.iter().map(shown).collect(),
        blank: (rows.len() / 4).clamp(12, 60),
    };
    let inner = page.render().map_err(|error| StoreError::Engine(error.to_string()))?;
    let generation = match store::pack_words(tx, at)? {
        Some((generation, _)) => generation,
        None => {
            store::set_pack_words(tx, at, 1, false)?;
            1
        }
    };
    let title = format!("{}, {}", site.facts.name, words::day(date));
    let about = format!("The list of this day as it was on {made}. It is not live: what changed later is not in it.");
    let words = spoken(key, at, generation);
    let printed: Vec<(BookingId, u32)> = rows.iter().map(|row| (row.booking, row.version)).collect();
    store::insert_pack(tx, at, date, &printed)?;
    told(tx, at, "print")?;
    let code: String = site.facts.code.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let (salt, nonce) = (tx.random(), tx.random());
    Ok(Some(Print { name: format!("{code}-{date}.html"), inner, title, about, words, salt, nonce, people: rows.len() }))
}

/// The words that open a site's packs, shown once. Asked for again, there are new ones for every pack made from then on.
pub fn show_words(tx: &mut Tx<'_>, key: &Key, at: SiteId) -> Result<String, StoreError> {
    Ok(spoken(key, at, next_words(tx, at)?))
}

/// Which words of a site are shown now, by their number: the same number is [`spoken`] as the same words again.
pub fn next_words(tx: &mut Tx<'_>, at: SiteId) -> Result<u32, StoreError> {
    let generation = match store::pack_words(tx, at)? {
        None => 1,
        Some((generation, false)) => generation,
        Some((generation, true)) => generation + 1,
    };
    store::set_pack_words(tx, at, generation, true)?;
    told(tx, at, "show_words")?;
    Ok(generation)
}

/// Sites with bookings on a day.
pub fn sites_of(tx: &mut Tx<'_>, date: Date) -> Result<Vec<SiteId>, StoreError> {
    store::sites_with_bookings(tx, date)
}

/// The bookings of the latest pack of a day, and when it was made, in words; of a day without a pack those on its list now.
pub fn printed(tx: &mut Tx<'_>, at: SiteId, date: Date) -> Result<(Option<String>, Vec<BookingId>), StoreError> {
    if let Some((made, rows)) = store::latest_pack(tx, at, date)? {
        let made = made.to_zoned(london()).datetime();
        return Ok((Some(words::day_time(made)), rows));
    }
    Ok((None, store::listed(tx, at, date)?.into_iter().map(|row| row.booking).collect()))
}

/// The words of a site with this number.
pub fn spoken(key: &Key, at: SiteId, generation: u32) -> String {
    sealed_page::words(key, &format!("day pack/{at}/{generation}"))
}

fn shown(row: &Listed) -> PackRow {
    let needs = u16::try_from(row.needs).ok().and_then(AccessNeeds::from_bits).unwrap_or_default();
    PackRow {
        time: format!("{:02}:{:02}", row.minute / 60, row.minute % 60),
        name: row.name.clone(),
        born: row.born.map_or_else(|| "not known".to_owned(), words::birth),
        appointment: row.appointment,
        product: row.product.clone(),
        reference: Reference::parse(&row.reference).map_or_else(|| row.reference.clone(), |r| r.to_string()),
        needs: words::list(&needs.labels().map(str::to_lowercase).collect::<Vec<_>>()),
    }
}

fn told(tx: &mut Tx<'_>, site: SiteId, verb: &str) -> Result<(), StoreError> {
    let detail = format!(r#"{{"on":"{}"}}"#, london_date(tx.now()));
    audit::record(tx, &Done { organisation: None, verb, noun: "day_pack", noun_id: site.to_string(), detail })
}
