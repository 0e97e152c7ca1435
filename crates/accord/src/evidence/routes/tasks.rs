//! What needs whom on the campaign's home: the lead now, others meanwhile, nobody any more.

use super::lists::address;
use super::{days_since, plain};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{CampaignId, OrganisationId};
use crate::base::web::Web;
use crate::base::words::{count, verb};
use crate::booking::store::change_list;
use crate::campaign::pages::{Task, Tasks, owner_words};
use crate::cohort::worklist::ItemKind;
use crate::evidence::store::{campaign, lists};
use jiff::ToSpan;
use jiff::civil::Date;

/// An agreement that ends within so many days is somebody's today.
const SOON_DAYS: i64 = 7;

/// What the tasks are read from.
pub(super) struct TaskFacts {
    items: Vec<lists::TaskRow>,
    /// Taken, to review, employers without any.
    lists: (u32, u32, u32),
    /// In force, and of these the ones that end soon.
    agreements: (u32, u32),
    /// The newest plan's state.
    plan: Option<String>,
    /// People whose places went to somebody else because they said nothing.
    unanswered: u64,
    /// Reports of a dose had elsewhere to be decided, and people in line for a place that comes free.
    reports: (u32, u32),
    /// What people have to be told and nobody has told them.
    to_tell: u64,
}

pub(super) fn read(tx: &mut Tx<'_>, id: CampaignId, today: Date) -> Result<TaskFacts, StoreError> {
    Ok(TaskFacts {
        items: lists::tasks(tx, today)?,
        lists: lists::lists(tx)?,
        agreements: lists::agreements(tx, today, today.saturating_add(SOON_DAYS.days()))?,
        plan: campaign::newest_plan(tx, id)?.map(|plan| plan.state),
        unanswered: campaign::unanswered(tx, id)?,
        reports: campaign::reports_and_line(tx, id)?,
        to_tell: change_list::waiting_counts(tx)?.iter().map(|(_, n)| n).sum(),
    })
}

pub(super) fn tasks(web: &Web, facts: &TaskFacts, offers: &[(OrganisationId, String, u32)]) -> Tasks {
    let offers = |state: &str| offers.iter().filter(|o| o.1 == state).map(|o| u64::from(o.2)).sum();
    Tasks {
        now: now(facts, offers("unplaced"), offers("waiting")),
        under_way: under_way(web, facts, offers("assigned")),
        done: done(facts, offers("confirmed")),
    }
}

/// A task with a number of something; `None` when there is none of it.
fn some(count: u64, what: &str, owner: impl Into<String>, href: impl Into<String>) -> Option<Task> {
    (count > 0).then(|| Task { count, what: what.to_owned(), owner: owner.into(), href: href.into() })
}

fn now(facts: &TaskFacts, unplaced: u64, waiting: u64) -> Vec<Task> {
    let overdue: u64 = facts.items.iter().map(|item| u64::from(item.6)).sum();
    let (review, ending) = (u64::from(facts.lists.1), u64::from(facts.agreements.1));
    let proposal = u64::from(facts.plan.as_deref() == Some("proposal"));
    // Whoever is in the proposal waits for its publishing, which has a line of its own.
    let reports = u64::from(facts.reports.0);
    let waiting = if proposal == 0 { waiting.saturating_sub(facts.unanswered) } else { 0 };
    [
        some(review, verb(review, "list waits to be reviewed", "lists wait to be reviewed"), "", "/import"),
        some(waiting, verb(waiting, "person waits for a plan", "people wait for a plan"), "", "/plan"),
        some(proposal, "plan waits to be published", "", "/plan"),
        some(
            unplaced,
            verb(unplaced, "person cannot be placed", "people cannot be placed"),
            "each with what would help",
            "/unplaced",
        ),
        some(
            facts.unanswered,
            verb(
                facts.unanswered,
                "person did not answer and is to be rung",
                "people did not answer and are to be rung",
            ),
            "employer contacts",
            "/organisations",
        ),
        some(
            reports,
            verb(
                reports,
                "report of a dose had elsewhere is to be decided",
                "reports of doses had elsewhere are to be decided",
            ),
            "",
            "/elsewhere",
        ),
        some(
            facts.to_tell,
            verb(facts.to_tell, "message waits to be sent", "messages wait to be sent"),
            "tell them until this service does",
            "/waiting-to-be-sent",
        ),
        some(overdue, verb(overdue, "decision is overdue", "decisions are overdue"), "ring the employer", "/worklist"),
        some(ending, verb(ending, "agreement ends within a week", "agreements end within a week"), "", "/agreements"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn under_way(web: &Web, facts: &TaskFacts, silent: u64) -> Vec<Task> {
    let missing = u64::from(facts.lists.2);
    let lists = some(
        missing,
        verb(missing, "employer has sent no list yet", "employers have sent no list yet"),
        "employer contacts",
        "/organisations",
    );
    let items = facts.items.iter().filter_map(|(kind, n, role, owners, first, since, _)| {
        let n = u64::from(*n);
        let owner = match owners {
            1 => format!("{}, {first}", plain(role)),
            many => format!("{}s of {}", plain(role), count(u64::from(*many), "organisation", "organisations")),
        };
        some(n, about(kind, n), owner_words(&owner, days_since(web, *since)), address(kind))
    });
    let answers = some(
        silent,
        verb(silent, "person has not answered yet", "people have not answered yet"),
        "their places stay theirs",
        "/organisations",
    );
    let line = u64::from(facts.reports.1);
    let line = some(
        line,
        verb(line, "person waits for a place that comes free", "people wait for a place that comes free"),
        "in a fair order",
        "/waiting",
    );
    lists.into_iter().chain(items).chain(answers).chain(line).collect()
}

/// What so many items of a kind are, as the end of a sentence that the number begins.
fn about(kind: &str, n: u64) -> &'static str {
    match ItemKind::from_word(kind) {
        Some(ItemKind::PossibleDuplicate) => verb(n, "pair may be one person", "pairs may each be one person"),
        Some(ItemKind::NhsNumberClash) => {
            verb(n, "NHS number does not fit its person", "NHS numbers do not fit their person")
        }
        Some(ItemKind::NoDateOfBirth) => verb(n, "person has no date of birth", "people have no date of birth"),
        Some(ItemKind::RowUnreadable) => verb(n, "row names nobody", "rows name nobody"),
        Some(ItemKind::NotSeen) => {
            verb(n, "person is missing from the latest list", "people are missing from the latest list")
        }
        None => verb(n, "decision", "decisions"),
    }
}

fn done(facts: &TaskFacts, confirmed: u64) -> Vec<Task> {
    let (taken, force) = (u64::from(facts.lists.0), u64::from(facts.agreements.0));
    let published = u64::from(facts.plan.as_deref() == Some("published"));
    [
        some(taken, verb(taken, "staff list taken", "staff lists taken"), "", "/import"),
        some(force, verb(force, "agreement in force", "agreements in force"), "", "/agreements"),
        some(published, "plan published", "", "/plan"),
        some(confirmed, verb(confirmed, "person has confirmed", "people have confirmed"), "", "/organisations"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
