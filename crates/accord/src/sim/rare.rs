//! Rare paths that a simulation must walk, or it proves less than it seems to: each has run at least once over the seeds
//! of the short form, else the run fails.

use std::collections::BTreeMap;

macro_rules! rare {
    ($($name:ident $words:literal,)*) => {
        /// A path that is rare.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rare {
            $(#[doc = $words] $name,)*
        }

        impl Rare {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// In words.
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }
        }
    };
}

rare! {
    LastPlace "somebody took a slot's last place",
    SlotFull "a place was refused because the slot was full",
    AllocationUsed "a place was refused because the allocation was used up",
    TeamTooThin "a place was refused because the team would be too thin",
    NoStock "a place was refused because no dose was left",
    SweptByRefused "an expired hold was given back by somebody whom a counter had refused",
    SweptBySweeper "an expired hold was given back by the sweeper",
    HeldThenTaken "a held place was booked by its holder",
    HoldRanOut "a hold ran out before it was used, and the place was had all the same",
    RebookOne "one of two appointments was changed",
    RebookBoth "both appointments were changed together",
    RebookRefused "a change was refused and everything stayed",
    ChangedMeanwhile "a change met a booking that had moved on",
    CancelledAll "somebody cancelled everything before them",
    DeclinedBooked "somebody with bookings declined",
    ElsewhereBooked "somebody with bookings had had it elsewhere",
    Reopened "somebody changed their mind and asked again",
    Unclear "nothing was booked for somebody unclear",
    TwinsMerged "two records were joined",
    TwinsParted "two records were told apart",
    Left "somebody left their employer",
    ListPartial "a list without somebody known was taken",
    NewStarter "somebody new came with a later list",
    Published "a plan was published in one go",
    BatchResumed "a publishing was cut off and finished later",
    BatchUndone "a publishing was cut off and undone",
    AnsweredDuringBatch "somebody declined while a plan was being published",
    PlanRefused "a person of a plan was refused when it was published",
    AgreementAmended "an agreement was amended while bookings cited it",
    AgreementEnded "an agreement ended while people were booked under it",
    CheckedIn "somebody was checked in",
    CheckedInAgain "somebody was checked in twice",
    TakenHere "somebody at the wrong site or day was taken where they were",
    GivenLast "the last appointment of a course was given",
    GivenFirst "the first of two appointments was given",
    NotGiven "it was not given, and another day may do",
    NotWanted "it was not given, and the offer closed",
    CorrectedToGiven "an outcome was corrected to given",
    CorrectedFromGiven "given was corrected to not given",
    CorrectionRefused "a correction found its place taken and was refused",
    Reminded "somebody silent was reminded",
    SilentReleased "a silent person's places went to somebody else",
    Missed "the service marked somebody as missing",
    DayClosed "a clinic team marked who was missing",
    CourseBroken "a later appointment went because an earlier one came to nothing",
    Replay "a form was sent twice and done once",
    LateReplay "a form came again hours later and got its first answer",
    KeyReused "a key was used for another form and refused",
    BrokeOff "a use case failed half-way and was done when it came again",
    AnswerLost "an answer was lost and the same form sent again",
    Died "the process died between two transactions and came back",
    ClockForward "the clock jumped forward",
    ClockBack "the clock jumped back",
    ServiceDown "nobody swept or sealed for a while",
}

/// How often each path was walked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<Rare, u64>);

impl Seen {
    /// Notes that a path was walked.
    pub fn note(&mut self, rare: Rare) {
        *self.0.entry(rare).or_default() += 1;
    }

    /// How often.
    pub fn times(&self, rare: Rare) -> u64 {
        self.0.get(&rare).copied().unwrap_or(0)
    }

    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        for (rare, times) in &other.0 {
            *self.0.entry(*rare).or_default() += times;
        }
    }

    /// Those that were never walked.
    pub fn never(&self) -> Vec<Rare> {
        Rare::ALL.iter().copied().filter(|rare| self.times(*rare) == 0).collect()
    }
}
