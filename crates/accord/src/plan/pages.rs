//! A plan with its proof, and the people it could not place.

use askama::Template;

use crate::base::page::{Asked, Link, OpsFrame, Pager, Sample, sample_ops};
use crate::base::words;

/// A plan or a proposal to change one.
#[derive(Debug, Clone, Template)]
#[template(path = "plan/proposal.html")]
pub struct Proposal {
    /// Frame.
    pub frame: OpsFrame,
    /// "Plan of 5 January" or "Proposal: Clacton closed on Thursday".
    pub name: String,
    /// Sent back on publishing.
    pub id: String,
    /// What runs in the background, as a sentence.
    pub running: Option<String>,
    /// Why the last run came to nothing, with the next step.
    pub failed: Option<String>,
    /// Whether a click came while something ran.
    pub busy: bool,
    /// `None` when nothing is planned yet; then only the button to plan is shown.
    pub proof: Option<ProofWords>,
    /// People who get a course they did not have.
    pub gain: u64,
    /// People who move.
    pub moves: u64,
    /// People who lose a place.
    pub lose: u64,
    /// How much rests on assumed rotas and addresses, as a phrase.
    pub assumed: String,
    /// Unplaced people by reason.
    pub reasons: Vec<ReasonLine>,
    /// First lines of the list.
    pub changes: Vec<Line>,
    /// The rest of it.
    pub more: Option<String>,
    /// Whether this role may publish it now.
    pub may_publish: bool,
    /// Idempotency key.
    pub key: String,
}

/// What a proof says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofWords {
    /// What the plan costs, in person-minutes.
    pub value: u64,
    /// What no plan can go below.
    pub bound: u64,
    /// People with the whole course.
    pub planned: u64,
    /// Everybody.
    pub people: u64,
    /// People more that any plan could place at most.
    pub people_left: u64,
    /// Seconds it took, as shown.
    pub seconds: String,
    /// What to type to check it again.
    pub check_command: String,
}

impl ProofWords {
    fn finding(&self) -> String {
        format!("{} of {} get the whole course.", words::number(self.planned), words::number(self.people))
    }

    fn meaning(&self) -> String {
        match self.people_left {
            0 => "This is proved to be the most: no plan under the same rules could place anybody more.".to_owned(),
            n => format!("No plan under the same rules could place more than {} more.", words::people(n)),
        }
    }
}

/// A reason with its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonLine {
    /// In words.
    pub reason: String,
    /// How many.
    pub people: u64,
    /// What would help.
    pub help: String,
    /// Their list.
    pub href: String,
}

/// Somebody whose appointments change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who.
    pub person: String,
    /// What they have, in words; "none".
    pub old: String,
    /// What they would have.
    pub new: String,
    /// Why.
    pub because: String,
}

impl Proposal {
    fn publish_words(&self) -> String {
        match (self.gain, self.moves) {
            (gain, 0) => format!("Publish {}", words::count(gain, "course", "courses")),
            (0, moves) => format!("Commit {}", words::count(moves, "move", "moves")),
            (gain, moves) => format!(
                "Publish {} and {}",
                words::count(gain, "course", "courses"),
                words::count(moves, "move", "moves")
            ),
        }
    }
}

/// People without a place.
#[derive(Debug, Clone, Template)]
#[template(path = "plan/unplaced.html")]
pub struct Unplaced {
    /// Frame.
    pub frame: OpsFrame,
    /// All of them, whatever the filter.
    pub people: u64,
    /// The filters, "all" first.
    pub filters: Vec<Link>,
    /// Address of the one in force.
    pub here: String,
    /// One page of them.
    pub rows: Vec<UnplacedRow>,
    /// The pages.
    pub pager: Pager,
}

/// Somebody without a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnplacedRow {
    /// Who.
    pub person: String,
    /// Employer.
    pub organisation: String,
    /// District of home or workplace.
    pub district: String,
    /// The planner's typed reason, as a sentence.
    pub reason: String,
    /// "an evening session".
    pub help: String,
}

impl Unplaced {
    fn heading(&self) -> String {
        if self.people == 0 {
            "Everybody has a place".to_owned()
        } else {
            format!("{} cannot be placed", words::people(self.people))
        }
    }
}

/// One sample of each state.
pub fn samples() -> Vec<Sample> {
    let reasons = [
        ("No place within the travel limit", 340, "96 more places at Clacton or Harwich"),
        ("No second appointment in the interval", 128, "One more evening session after 26 January"),
    ]
    .map(|(reason, people, help)| ReasonLine {
        reason: reason.into(),
        people,
        help: help.into(),
        href: "/unplaced?reason=x".into(),
    })
    .to_vec();
    let lines = [
        ("Amina Yusuf", "none"),
        ("<script>alert(1)</script>", "Tuesday 5 January, 9:30am, Clacton"),
        ("محمد عبدالرحمن", "none"),
    ]
    .map(|(person, old)| Line {
        person: person.into(),
        old: old.into(),
        new: "Thursday 7 January, 10am, Colchester, and Thursday 28 January, 10am".into(),
        because: "Clacton is closed that day".into(),
    })
    .to_vec();
    let full = Proposal {
        frame: sample_ops("/plan"),
        name: "Plan of 5 January".into(),
        id: "p-1".into(),
        running: None,
        failed: None,
        busy: false,
        proof: Some(ProofWords {
            value: 1_447_975,
            bound: 1_430_420,
            planned: 19_412,
            people: 20_000,
            people_left: 7,
            seconds: "8.4".into(),
            check_command: "accord verify --proof accord-demo/plan-1.proof".into(),
        }),
        gain: 19_412,
        moves: 0,
        lose: 0,
        assumed: "31% of people: no rota (22%), no address (14%)".into(),
        reasons,
        changes: vec![],
        more: None,
        may_publish: true,
        key: "k-7".into(),
    };
    let moved = Proposal {
        name: "Proposal: Clacton closed on Thursday".into(),
        gain: 0,
        moves: 412,
        lose: 3,
        changes: lines,
        more: Some("?page=2".into()),
        ..full.clone()
    };
    let empty = Proposal { name: "Plan".into(), proof: None, ..full.clone() };
    let running = Proposal { running: Some("A plan is being made.".into()), busy: true, ..full.clone() };
    let failed = Proposal { failed: Some("Nobody waits for a place. Bring a list in.".into()), ..full.clone() };
    let filters = vec![
        Link::new("/unplaced", "all 541"),
        Link::new("/unplaced?reason=travel", "no place within the travel limit (340)"),
        Link::new("/unplaced?reason=interval", "no second appointment (128)"),
    ];
    let row = |person: &str| UnplacedRow {
        person: person.into(),
        organisation: "Example Hospitals <b>North</b>".into(),
        district: "Tendring".into(),
        reason: "No free time within 40 minutes on a day off shift.".into(),
        help: "an evening session".into(),
    };
    let list = Unplaced {
        frame: sample_ops("/plan"),
        people: 541,
        filters,
        here: "/unplaced".into(),
        rows: vec![row("Amina Yusuf"), row("<script>alert(1)</script>"), row("محمد عبدالرحمن")],
        pager: Asked::default().pager("/unplaced", &[("reason", "travel")], 541),
    };
    let nobody = Unplaced { people: 0, filters: vec![], rows: vec![], pager: Pager::default(), ..list.clone() };
    vec![
        Sample::of("plan-proposal-full", &full),
        Sample::of("plan-proposal-moves", &moved),
        Sample::of("plan-proposal-empty", &empty),
        Sample::of("plan-proposal-running", &running),
        Sample::of("plan-proposal-failed", &failed),
        Sample::of("plan-unplaced-full", &list),
        Sample::of("plan-unplaced-empty", &nobody),
    ]
}
