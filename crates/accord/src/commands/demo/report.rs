//! What the demo says: one line a stage while it runs, a small table when it is done, or one JSON object.

use super::plan::Published;
use super::{Built, Outcome, Site, found};
use crate::base::words;
use crate::commands::Failure;
use crate::evidence::verify::Finding;
use crate::plan::reason::Reason;
use accord_planner::Phase;
use accord_testkit::world::World;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::time::Instant;

/// The stages and how long each took.
pub(super) struct Stages {
    loud: bool,
    since: Instant,
    seconds: Vec<(&'static str, f64)>,
}

impl Stages {
    pub fn new(loud: bool) -> Self {
        Self { loud, since: Instant::now(), seconds: Vec::new() }
    }

    /// Runs a stage with a bar on the terminal; nothing is drawn where there is none.
    pub fn time<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&ProgressBar) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let bar = if self.loud { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("  {prefix:9} [{bar:30}] {percent:>3}%  {msg}").ok();
        bar.set_style(style.unwrap_or_else(ProgressStyle::default_bar).progress_chars("=> "));
        bar.set_prefix(name);
        let since = Instant::now();
        let done = work(&bar);
        bar.finish_and_clear();
        self.seconds.push((name, since.elapsed().as_secs_f64()));
        done
    }

    pub fn headline(&self, world: &World) {
        if self.loud {
            let employers = world.employers().count();
            eprintln!("Accord demo: {}", found::NAME);
            eprintln!(
                "{} invented people of {employers} employers, two linked appointments each, from {}.",
                words::number(u64::from(world.settings.people)),
                words::date(world.campaign.starts)
            );
            eprintln!("{}\n", accord_testkit::invented_notice());
        }
    }

    /// One line for a finished stage.
    pub fn say(&self, name: &str, what: &str) {
        if self.loud {
            eprintln!("  {name:9} {what:<66} {:>5.1} s", self.of(name));
        }
    }

    fn of(&self, name: &str) -> f64 {
        self.seconds.iter().filter(|(stage, _)| *stage == name).map(|(_, seconds)| seconds).sum()
    }

    fn total(&self) -> f64 {
        self.since.elapsed().as_secs_f64()
    }
}

/// What the planner is doing, in words.
pub(super) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Prices => "looking for prices",
        Phase::Bound => "proving a bound",
        Phase::Choice => "choosing courses",
        Phase::Exchange => "improving by exchanges",
        Phase::People => "counting who can be placed at most",
        Phase::Slots => "choosing times",
    }
}

pub(super) fn plan_said(plan: &Published) -> String {
    format!("{} people placed, at most {} could be", words::number(plan.placed), words::number(plan.most_people))
}

pub(super) fn publish_said(plan: &Published) -> String {
    format!("{} bookings, each under an agreement", words::number(plan.bookings))
}

pub(super) fn verify_said(findings: &[Finding], outcome: &Outcome) -> String {
    let broken: u64 = findings.iter().filter_map(|f| f.violations).sum();
    if broken == 0 && outcome.lost == 0 {
        "every invariant holds; nobody is lost".into()
    } else {
        format!("{broken} violations, {} people lost", outcome.lost)
    }
}

/// Who the links are for.
#[derive(Debug, Clone, Default)]
pub struct SampleReader {
    /// An employer's code and name.
    pub employer: (String, String),
    /// A site's code and name.
    pub site: (String, String),
    /// Somebody with appointments.
    pub person: Option<crate::base::ids::PersonId>,
}

/// Everything the demo can say of itself.
pub(super) struct Report {
    built: Built,
    employers: usize,
    seconds: Vec<(&'static str, f64)>,
    total: f64,
    place: String,
    /// Who the links are for.
    pub sample: SampleReader,
}

impl Report {
    pub fn of(site: &Site<'_>, stages: &Stages, built: Built) -> Self {
        let largest = site.world.employers().filter(|o| o.kind.contains("care")).max_by_key(|o| o.people);
        let employer = largest.or_else(|| site.world.employers().max_by_key(|o| o.people));
        let clinic = site.world.sites.iter().find(|s| s.kind == "hospital_hub").or_else(|| site.world.sites.first());
        let sample = SampleReader {
            employer: employer.map(|o| (o.id.clone(), o.name.clone())).unwrap_or_default(),
            site: clinic.map(|s| (s.id.clone(), s.name.clone())).unwrap_or_default(),
            person: built.outcome.placed,
        };
        let stage = |name: &'static str, parts: &[&str]| (name, parts.iter().map(|part| stages.of(part)).sum());
        let seconds = vec![
            stage("generate", &["generate"]),
            stage("import", &["found", "import"]),
            stage("plan", &["open", "plan"]),
            stage("publish", &["publish"]),
            stage("verify", &["verify"]),
        ];
        Self {
            employers: site.world.employers().count(),
            seconds,
            total: stages.total(),
            place: site.place.to_string(),
            sample,
            built,
        }
    }

    /// Whether everything a demo promises is so.
    pub fn is_right(&self) -> bool {
        let Outcome { people, planned, unclear, unplaced, lost, merged_wrongly, doubled, .. } = self.built.outcome;
        let verified = self.built.findings.iter().all(|f| f.violations.unwrap_or(0) == 0);
        verified && lost == 0 && merged_wrongly == 0 && doubled == 0 && planned + unclear + unplaced == people
    }

    fn gap(&self) -> f64 {
        let Published { value, bound, .. } = self.built.plan;
        if value == 0 { 0.0 } else { (value - bound.min(value)) as f64 / value as f64 }
    }

    pub fn json(&self) -> serde_json::Value {
        let rounded = |seconds: f64| (seconds * 100.0).round() / 100.0;
        let mut seconds: serde_json::Map<String, serde_json::Value> =
            self.seconds.iter().map(|(name, s)| ((*name).to_owned(), rounded(*s).into())).collect();
        seconds.insert("total".into(), rounded(self.total).into());
        let verify: serde_json::Map<String, serde_json::Value> =
            self.built.findings.iter().map(|f| (f.name.to_owned(), f.violations.into())).collect();
        let outcome = &self.built.outcome;
        serde_json::json!({
            "people": outcome.people,
            "employers": self.employers,
            "planned": outcome.planned,
            "unplaced": outcome.unplaced,
            "unclear": outcome.unclear,
            "reasons": outcome.reasons.iter().cloned().collect::<BTreeMap<_, _>>(),
            "possible_duplicates": outcome.pairs_open,
            "lost": outcome.lost,
            "merged_wrongly": outcome.merged_wrongly,
            "doubled": outcome.doubled,
            "rows": self.built.lists.rows,
            "faults": self.built.lists.faults,
            "value": self.built.plan.value,
            "bound": self.built.plan.bound,
            "gap": (self.gap() * 1_000_000.0).round() / 1_000_000.0,
            "most_people": self.built.plan.most_people,
            "bookings": self.built.plan.bookings,
            "seconds": seconds,
            "peak_mb": peak_mb(),
            "store_hash": self.built.store_hash,
            "verify": verify,
            "at": self.place,
        })
    }

    /// The small table. Data goes to the output stream.
    pub fn print(&self) {
        let outcome = &self.built.outcome;
        let line = |what: &str, n: u64| crate::commands::print_line(&format!("  {what:40} {:>12}", words::number(n)));
        crate::commands::print_line("");
        line("planned, both appointments", outcome.planned);
        line("unplaced, each with a reason", outcome.unplaced);
        for (code, n) in &outcome.reasons {
            line(&format!("  {}", Reason::title(code).to_lowercase()), *n);
        }
        line("unclear, each with an owner", outcome.unclear);
        if outcome.pairs_open > 0 {
            line("  pairs of records to decide on", outcome.pairs_open);
        }
        line("people", outcome.planned + outcome.unplaced + outcome.unclear);
        crate::commands::print_line("");
        line("value of the plan, person-minutes", self.built.plan.value.unsigned_abs());
        line("no plan can be below", self.built.plan.bound.unsigned_abs());
        let gap = format!("{:.2} %", self.gap() * 100.0);
        crate::commands::print_line(&format!("  {:40} {gap:>12}", "gap"));
        let memory = format!("{} MB", peak_mb());
        crate::commands::print_line(&format!("  {:40} {memory:>12}", "most memory used"));
        let total = format!("{:.1} s", self.total);
        crate::commands::print_line(&format!("  {:40} {total:>12}", "all of it"));
        if !self.is_right() {
            crate::commands::print_line(&format!(
                "\n  NOT RIGHT: {} lost, {} merged wrongly, {} doubled; see accord verify --at {}",
                outcome.lost, outcome.merged_wrongly, outcome.doubled, self.place
            ));
        }
    }
}

/// The most memory the process has held, in megabytes; 0 where the system does not say.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|l| l.split_whitespace().nth(1)).and_then(|n| n.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
