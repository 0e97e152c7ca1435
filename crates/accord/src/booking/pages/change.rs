//! Choosing: the free times, and the check before anything is taken.

use askama::Template;
use jiff::civil::{DateTime, Time};

use super::{Visit, nth_words};
use crate::base::page::PersonFrame;
use crate::base::words::{self, Way};

/// What is sorted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Days in order, within a day the nearest place first.
    Date,
    /// The nearest place first, within a place the days in order.
    Place,
}

impl Order {
    const ALL: &'static [(Order, &'static str)] = &[(Self::Date, "earliest date"), (Self::Place, "nearest place")];

    /// The value of `order` in the address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Place => "place",
        }
    }
}

/// Another appointment that comes with a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherVisit {
    /// Which of the course.
    pub nth: u8,
    /// When.
    pub at: DateTime,
    /// Where.
    pub place: String,
    /// Whether it is booked already, and would move.
    pub booked: bool,
}

/// A free time.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Value sent back; opaque here.
    pub slot: String,
    /// When.
    pub at: DateTime,
    /// Where.
    pub place: String,
    /// Travel from the person; `None` when not known.
    pub travel: Option<(u32, Way)>,
    /// What the site offers.
    pub access: Vec<String>,
    /// What comes with it; what is booked and not named here stays.
    pub with: Vec<OtherVisit>,
}

/// The free times for one appointment.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/change.html")]
pub struct Change {
    /// Frame.
    pub frame: PersonFrame,
    /// Which appointment changes.
    pub changing: u8,
    /// How many appointments the course has.
    pub course: usize,
    /// What of the course is not booked.
    pub missing: Vec<u8>,
    /// What the person has.
    pub current: Vec<Visit>,
    /// Free times in any order, of at least ten days where there are as many.
    pub choices: Vec<Choice>,
    /// What comes first.
    pub order: Order,
    /// Address of the page with later days.
    pub later: Option<String>,
    /// The form's key.
    pub key: String,
}

struct Group {
    heading: String,
    /// How to get there, said once where all rows are of one place.
    note: Option<String>,
    rows: Vec<Row>,
}

struct Row {
    heading: String,
    note: Option<String>,
    other: Option<String>,
    times: Vec<TimeButton>,
}

struct TimeButton {
    slot: String,
    time: String,
    rest: String,
}

impl Change {
    /// Whether nothing is given up for it.
    fn books(&self) -> bool {
        self.missing.contains(&self.changing)
    }

    fn heading(&self) -> String {
        let which = self.which();
        match (self.books(), self.course == 1) {
            (true, true) => "Choose a time".to_owned(),
            (true, false) => format!("Choose a time for your {which}"),
            _ => format!("Choose a new time for your {which}"),
        }
    }

    fn which(&self) -> &'static str {
        match (self.course, self.changing) {
            (1, _) => "appointment",
            (_, 1) => "first appointment",
            (_, 2) => "second appointment",
            _ => "appointment",
        }
    }

    /// Groups under day or place; inside, a row for each place or day and each fate of the other appointment.
    fn groups(&self) -> Vec<Group> {
        let mut choices: Vec<&Choice> = self.choices.iter().collect();
        let near = |c: &Choice| (c.travel.map_or(u32::MAX, |(minutes, _)| minutes), c.place.clone());
        choices.sort_by(|a, b| match self.order {
            Order::Date => (a.at.date(), near(a), a.at).cmp(&(b.at.date(), near(b), b.at)),
            Order::Place => (near(a), a.at).cmp(&(near(b), b.at)),
        });
        let mut groups: Vec<Group> = Vec::new();
        for choice in choices {
            let (day, place) = (words::day(choice.at.date()), choice.place.clone());
            let travel = choice.travel.map(|(minutes, way)| words::travel(minutes, way));
            let way = travel.into_iter().chain(choice.access.iter().cloned()).collect::<Vec<_>>().join(", ");
            let (heading, inner, above, beside) = match self.order {
                Order::Date => (day, place, None, Some(way)),
                Order::Place => (place, day, Some(way), None),
            };
            if groups.last().is_none_or(|g| g.heading != heading) {
                groups.push(Group { heading, note: above, rows: Vec::new() });
            }
            if let Some(group) = groups.last_mut() {
                group.add(inner, beside, choice);
            }
        }
        groups
    }
}

impl Group {
    fn add(&mut self, heading: String, note: Option<String>, choice: &Choice) {
        let other = choice.other_words();
        let button = TimeButton {
            slot: choice.slot.clone(),
            time: words::time(choice.at.time()),
            rest: format!("{}, {}", words::day(choice.at.date()), choice.place),
        };
        let at = self.rows.iter().position(|r| r.heading == heading && r.other == other).unwrap_or_else(|| {
            self.rows.push(Row { heading, note, other, times: Vec::new() });
            self.rows.len() - 1
        });
        self.rows[at].times.push(button);
    }
}

impl Choice {
    fn other_words(&self) -> Option<String> {
        let one = |other: &OtherVisit| {
            let (when, place) = (words::day_time(other.at), &other.place);
            match other.booked {
                true => format!("Your other appointment would move to {when}, {place}."),
                false => format!("{}: {when}, {place}.", nth_words(other.nth.into())),
            }
        };
        let all: Vec<String> = self.with.iter().map(one).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }
}

/// Both appointments as they would be, beside what the person has; the new places are held, not yet taken.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/check.html")]
pub struct Check {
    /// Frame.
    pub frame: PersonFrame,
    /// Which appointment was changed.
    pub changing: u8,
    /// All appointments as they would be.
    pub new: Vec<Visit>,
    /// All appointments as they are.
    pub old: Vec<Visit>,
    /// Until when the new places are held.
    pub until: Time,
    /// What the button takes, opaque here.
    pub slot: String,
    /// Idempotency key.
    pub key: String,
}

impl Check {
    fn heading(&self) -> &'static str {
        match (self.old.is_empty(), self.new.len()) {
            (true, 1) => "Check your appointment",
            (true, _) => "Check your appointments",
            (false, 1) => "Check your new appointment",
            (false, _) => "Check your new appointments",
        }
    }

    /// Whether nothing is given up for it.
    fn books(&self) -> bool {
        self.old.iter().all(|old| self.new.iter().any(|new| new.nth == old.nth && new.at == old.at))
    }

    fn button(&self) -> &'static str {
        match (self.books(), self.new.len() - self.old.len().min(self.new.len()), self.new.len()) {
            (true, 2, 2) => "Book both appointments",
            (true, 1, _) => "Book this appointment",
            (true, ..) => "Book these appointments",
            (false, _, 1) => "Take this appointment",
            _ => "Take these appointments",
        }
    }

    fn kept_words(&self) -> String {
        let them = if self.other_moves() || self.new.len() > self.old.len() + 1 { "these times" } else { "this time" };
        format!("We keep {them} for you until {}.", words::time(self.until))
    }

    fn other_moves(&self) -> bool {
        let moved = |new: &&Visit| {
            self.old.iter().any(|old| old.nth == new.nth && (old.at != new.at || old.place != new.place))
        };
        self.new.iter().filter(moved).count() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::page::sample_person;
    use crate::booking::pages::samples::{choices, two_visits};

    fn page(order: Order) -> Change {
        Change {
            frame: sample_person(),
            changing: 1,
            course: 2,
            missing: Vec::new(),
            current: two_visits(),
            choices: choices(),
            order,
            later: None,
            key: "k".into(),
        }
    }

    #[test]
    fn days_in_order_and_the_nearest_place_first() {
        let groups = page(Order::Date).groups();
        assert!(groups.len() >= 10, "ten days a page");
        assert_eq!(groups[0].heading, "Monday 4 January");
        assert_eq!(groups[0].rows[0].heading, "Clacton Hospital");
        let all: usize = groups.iter().flat_map(|g| &g.rows).map(|r| r.times.len()).sum();
        assert_eq!(all, choices().len(), "no time is lost in grouping");
    }

    #[test]
    fn times_are_in_the_order_of_the_clock() {
        for row in page(Order::Date).groups().iter().flat_map(|g| &g.rows) {
            let slots: Vec<&str> = row.times.iter().map(|t| t.slot.as_str()).collect();
            let mut sorted = slots.clone();
            sorted.sort_unstable();
            assert_eq!(slots, sorted);
        }
    }

    #[test]
    fn the_nearest_place_may_come_first_and_moves_stand_apart() {
        let groups = page(Order::Place).groups();
        assert_eq!(groups[0].heading, "Clacton Hospital");
        assert!(groups.iter().flat_map(|g| &g.rows).any(|r| r.other.is_some()));
    }
}
