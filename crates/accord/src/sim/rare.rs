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
    ChangeMoved "a changed clinic moved somebody to another time",
    ChangeMovedBoth "a changed clinic moved both appointments of somebody together",
    ChangeCancelled "a changed clinic left somebody without a time, on the lead's list",
    ChangeHonoured "a changed clinic kept whoever was booked",
    ChangeLeftOut "somebody changed their booking before a changed clinic came to them",
    ChangeSolvedAnew "another time was looked for, since the previewed one did not go any more",
    ChangeCutOff "a change of clinics was cut off and went on later",
    ChangeOutdated "a change was refused: a clinic had changed since its preview",
    ChangeAbandoned "a preview was given up",
    UndoRestored "a change was undone, and somebody is back where they were",
    UndoAfterCancel "a change was undone after somebody had cancelled meanwhile, and their no stood",
    UndoAfterChoice "a change was undone after somebody had booked otherwise meanwhile, and kept it",
    UndoNoRoom "a change was undone, and somebody's old place was gone",
    UndoTold "a change that people had been told of was undone",
    OfferAccepted "a place was offered to the waiting list and taken",
    OfferDeclined "a place was offered to the waiting list and not wanted",
    OfferLapsed "an offer to the waiting list ran out",
    OfferWentOn "a place that was not taken was offered to the next",
    OfferGone "the place of an offer went otherwise",
    OfferTooLate "somebody took an offer that had run out, and was refused",
    PassedOver "somebody before others in line was passed over, and the log says why",
    WaitingSilent "somebody answered two offers with silence and is rung",
    WaitingLeft "somebody left the waiting list",
    WaitingSettled "somebody on the waiting list needed it no more",
    StandbyTaken "a place was taken from the standby list",
    StandbyDeclined "somebody asked from the standby list said no",
    StandbyTooLate "somebody from the standby list said yes too late",
    StandbySilent "somebody asked from the standby list said nothing",
    StandbyFilled "all that was left went to the standby list",
    StandbyNobody "nobody came for what was left",
    WalkIn "somebody walked in and was given it",
    WalkInFull "a walk-in was refused because the clinic was full",
    WalkInReplaced "a walk-in's appointment elsewhere went back",
    WalkInBroke "a walk-in's later appointment did not fit any more and went back",
    WalkInExpected "somebody walked in who was on the list",
    WalkInTooSoon "a walk-in was refused because it was too soon after the last",
    DropIn "somebody was given it where no times are booked",
    CameAllTheSame "somebody whose unanswered places had gone came all the same",
    LateYes "somebody said yes after their places had gone, and was refused",
    TakenDown "somebody on no list was taken down",
    EntryApplied "who was taken down turned out to be one of ours",
    EntryRefused "a decision on who was taken down was refused, and it waits on",
    EntryNotOurs "who was taken down is nobody of ours",
    EntrySetAside "what was taken down was set aside",
    PaperApplied "a line on paper was noted later",
    PaperKnown "a line on paper was known already",
    PaperAtOdds "a line on paper was at odds with the store and left for a decision",
    PaperCame "somebody marked as missing was on paper as given",
    SeveralBooked "the desk booked several people in one go",
    SeveralRefused "the desk wanted all or nobody, and not all could be had",
    AssistedPlace "the desk gave a place that was kept for whoever rings",
    EmployerReport "an employer's word closed somebody's offer: had it elsewhere",
    UnclearReport "a report of having had it elsewhere was left for a decision",
    ReportDecided "the lead decided who an unclear report means",
    ReportOfNobody "the lead decided that a report means nobody of ours",
    ReportRefused "a report was refused for its day",
    FileOfReports "a file of reports was taken, and closed somebody's offer",
    Replay "a form was sent twice and done once",
    LateReplay "a form came again hours later and got its first answer",
    KeyReused "a key was used for another form and refused",
    BrokeOff "a use case failed half-way and was done when it came again",
    AnswerLost "an answer was lost and the same form sent again",
    Died "the process died between two transactions and came back",
    ClockForward "the clock jumped forward",
    ClockBack "the clock jumped back",
    JumpHeld "places were held over a jump of the clock, each for as long as before",
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
