//! What everybody can see of a store, engine or model: the rows that two of them must agree on.

use std::collections::BTreeMap;

/// An offer: state, reason, next day counted from the first day of the campaign.
pub type Offer = (String, Option<String>, Option<i64>);

/// A booking and what is known of its day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booked {
    pub person: usize,
    pub appointment: u16,
    pub slot: usize,
    pub state: String,
    pub version: u32,
    pub reason: Option<String>,
    /// Of a batch that is not live.
    pub pending: bool,
    pub came: bool,
    pub outcome: Option<String>,
    pub noted: Option<u32>,
}

/// A held place: person, appointment, slot, until when, and what its booking covers.
pub type Held = (usize, u16, usize, i64, bool, bool);

/// All of it, in an order of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    pub offers: BTreeMap<usize, Offer>,
    pub booked: Vec<Booked>,
    pub held: Vec<Held>,
    /// Taken places by slot, those with none left out.
    pub places: BTreeMap<usize, i64>,
    /// Taken half-persons by day.
    pub team: BTreeMap<i64, i64>,
    pub allocation: i64,
    pub stock: i64,
    /// Sum of the ledger: what is in use.
    pub ledger: i64,
}

impl View {
    /// The first thing in which two differ.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let pairs = [
            ("offers", format!("{:?}", self.offers), format!("{:?}", other.offers)),
            ("bookings", lines(&self.booked), lines(&other.booked)),
            ("holds", format!("{:?}", self.held), format!("{:?}", other.held)),
            ("places", format!("{:?}", self.places), format!("{:?}", other.places)),
            ("team-days", format!("{:?}", self.team), format!("{:?}", other.team)),
            ("allocation", self.allocation.to_string(), other.allocation.to_string()),
            ("stock", self.stock.to_string(), other.stock.to_string()),
            ("ledger", self.ledger.to_string(), other.ledger.to_string()),
        ];
        pairs.into_iter().find(|(_, a, b)| a != b).map(|(what, a, b)| format!("{what}\n    {a}\n    {b}"))
    }
}

fn lines(booked: &[Booked]) -> String {
    booked.iter().map(|b| format!("\n      {b:?}")).collect()
}
