//! A proof in plain words.

/// The figures a plan's proof is told by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// People planned for.
    pub people: u64,
    /// People with the whole course.
    pub placed: u64,
    /// No plan places more.
    pub most_people: u64,
    /// What the plan costs, person-minutes.
    pub value: i64,
    /// No plan costs less, person-minutes.
    pub bound: i64,
}

impl Figures {
    /// How far the plan may be from the best, 0 to 1.
    pub fn gap(&self) -> f64 {
        if self.value <= self.bound { 0.0 } else { (self.value - self.bound) as f64 / self.value.max(1) as f64 }
    }

    /// What is proved, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let placed = format!("{} of {} get the whole course.", number(self.placed), people(self.people));
        let most = match self.most_people.saturating_sub(self.placed) {
            0 => "No plan under the same rules could place anybody more.".to_owned(),
            more => format!("No plan under the same rules could place more than {} more.", people(more)),
        };
        let gap = if self.gap() == 0.0 {
            "Its times and ways are the best possible.".to_owned()
        } else {
            format!(
                "Counting waiting, travel and everybody left out, it is within {} of the best possible.",
                percent(self.gap())
            )
        };
        vec![placed, most, gap]
    }
}

/// 12345 as "12,345".
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn people(n: u64) -> String {
    if n == 1 { "1 person".to_owned() } else { format!("{} people", number(n)) }
}

/// Rounded up, since a bound that is rounded down claims too much.
fn percent(share: f64) -> String {
    format!("{:.1}%", (share * 1000.0).ceil() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_never_claims_more_than_it_shows() {
        let figures = Figures { people: 20_000, placed: 19_412, most_people: 19_419, value: 1_000_000, bound: 992_990 };
        let said = figures.sentences();
        assert_eq!(said[0], "19,412 of 20,000 people get the whole course.");
        assert_eq!(said[1], "No plan under the same rules could place more than 7 people more.");
        assert!(said[2].contains("within 0.8%"), "{}", said[2]);
        let best = Figures { people: 1, placed: 1, most_people: 1, value: 10, bound: 10 };
        assert!(best.sentences()[1].contains("anybody more") && best.sentences()[2].contains("best possible"));
    }

    #[test]
    fn numbers_are_read_in_threes() {
        for (n, said) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(n), said);
        }
    }
}
