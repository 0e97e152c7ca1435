//! What is done to the store and to the model: plain data, so that a sequence can be cut and still makes sense.

use rand::Rng;
use rand_pcg::Pcg64Mcg;

/// Where a pick points: which appointment, which slot, by number.
pub type Pick = (u16, usize);

/// One command. People, slots and sites are numbers; a booking is the nth that its person can see, live or closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Place { person: usize, picks: Vec<Pick> },
    PlaceHeld { person: usize },
    PlaceEach { wants: Vec<(usize, Vec<Pick>)> },
    Hold { person: usize, picks: Vec<Pick>, only: bool },
    Confirm { person: usize },
    Rebook { person: usize, picks: Vec<Pick>, stale: bool },
    Cancel { person: usize, nth: usize, stale: bool },
    CancelAll { person: usize },
    Decline { person: usize },
    HadElsewhere { person: usize },
    Reopen { person: usize },
    CheckIn { site: usize, person: usize, nth: usize },
    TakeHere { site: usize, person: usize, nth: usize, stale: bool },
    Note { site: usize, person: usize, nth: usize, what: Noted, stale: bool },
    CloseDay { site: usize },
    Missing,
    SweepHolds { limit: u32 },
    OpenBatch,
    PlaceMany { wants: Vec<(usize, Vec<Pick>)> },
    BatchLive,
    BatchUndo,
    SlotCapacity { slot: usize, places: i64 },
    Allocation { places: i64 },
    EndAgreement,
    Clock { minutes: i64 },
}

/// What a clinic notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    GivenA,
    GivenB,
    Unwell,
    Declined,
}

/// People of the world: three of a team, two without one, one who left, one unclear.
pub const PEOPLE: usize = 7;
/// Slots of a day: two at each of two sites.
pub const A_DAY: usize = 4;
/// Days of the campaign.
pub const DAYS: usize = 56;

/// Draws commands; the same seed draws the same.
pub struct Drawn<'a> {
    pub rng: &'a mut Pcg64Mcg,
    /// Today, counted from the campaign's first day.
    pub today: i64,
    pub course: usize,
}

impl Drawn<'_> {
    fn below(&mut self, n: usize) -> usize {
        (self.rng.next_u64() % n.max(1) as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Mostly the next few days, so that everybody wants the same.
    fn slot(&mut self) -> usize {
        let ahead = if self.one_in(8) { self.below(DAYS) as i64 - 20 } else { self.below(5) as i64 };
        let day = (self.today + ahead).clamp(0, DAYS as i64 - 1) as usize;
        day * A_DAY + self.below(A_DAY)
    }

    fn picks(&mut self) -> Vec<Pick> {
        let first = self.slot();
        let mut picks = vec![(1, first)];
        if self.course == 2 {
            let apart = if self.one_in(6) { self.below(40) } else { 19 + self.below(10) };
            let day = (first / A_DAY + apart).min(DAYS - 1);
            // Mostly the same site, and so the same product.
            let at = if self.one_in(5) { self.below(A_DAY) } else { first % A_DAY / 2 * 2 + self.below(2) };
            picks.push((2, day * A_DAY + at));
        }
        match self.below(30) {
            0 => picks.truncate(1),
            1 if picks.len() == 2 => drop(picks.remove(0)),
            2 => picks.push((3, first)),
            3 => picks.push(picks[0]),
            _ => {}
        }
        picks
    }

    /// What several people want, each one thing.
    fn wants(&mut self) -> Vec<(usize, Vec<Pick>)> {
        let mut wants: Vec<(usize, Vec<Pick>)> = Vec::new();
        for _ in 0..=self.below(4) {
            let person = self.below(PEOPLE);
            if wants.iter().all(|(other, _)| *other != person) {
                wants.push((person, self.picks()));
            }
        }
        wants
    }

    /// The next command.
    pub fn command(&mut self) -> Command {
        let (person, nth, stale) = (self.below(PEOPLE), self.below(3), self.one_in(12));
        let site = self.below(2);
        match self.below(108) {
            0..10 => Command::Place { person, picks: self.picks() },
            10..14 => Command::PlaceEach { wants: self.wants() },
            14..26 => Command::Hold { person, picks: self.picks(), only: self.one_in(3) },
            26..32 => Command::PlaceHeld { person },
            32..38 => Command::Confirm { person },
            38..50 => {
                let mut picks = self.picks();
                if self.one_in(2) && picks.len() > 1 {
                    picks.remove(self.below(2));
                }
                Command::Rebook { person, picks, stale }
            }
            50..54 => Command::Cancel { person, nth, stale },
            54..57 => Command::CancelAll { person },
            57 => Command::Decline { person },
            58 => Command::HadElsewhere { person },
            59..62 => Command::Reopen { person },
            62..68 => Command::CheckIn { site, person, nth },
            68..70 => Command::TakeHere { site, person, nth, stale },
            70..78 => {
                let what = [Noted::GivenA, Noted::GivenA, Noted::GivenB, Noted::Unwell, Noted::Declined][self.below(5)];
                Command::Note { site, person, nth, what, stale }
            }
            78..80 => Command::CloseDay { site },
            80..82 => Command::Missing,
            82..85 => Command::SweepHolds { limit: if self.one_in(2) { 1 } else { 200 } },
            85..87 => Command::OpenBatch,
            87..90 => {
                let mut wants = self.wants();
                // A plan gives whole courses only.
                let course = self.course;
                wants.retain(|(_, picks)| picks.len() == course && picks.iter().zip(1..).all(|((n, _), at)| *n == at));
                Command::PlaceMany { wants }
            }
            90..92 => Command::BatchLive,
            92 => Command::BatchUndo,
            93..95 => Command::SlotCapacity { slot: self.slot(), places: self.below(4) as i64 },
            95 => Command::Allocation { places: 2 + self.below(9) as i64 },
            96 if self.one_in(6) => Command::EndAgreement,
            _ => Command::Clock { minutes: self.minutes() },
        }
    }

    fn minutes(&mut self) -> i64 {
        match self.below(12) {
            0..5 => self.below(15) as i64,
            5..8 => self.below(240) as i64,
            8..11 => 24 * 60 - self.below(120) as i64,
            _ => 60 * 24 * self.below(9) as i64 - 60,
        }
    }
}
