//! The running service: what handlers have at hand, the layers round them, and the work in the background.

use crate::access::routes::NameOf;
use crate::access::{PersonLookup, look, ops};
use crate::base::clock::Chance;
use crate::base::db::{Actor, Db, Stop, StoreError, Tx};
use crate::base::page::{Standing, Trouble};
use crate::base::secret::{Key, hex};
use crate::base::web::{House, Plain, Web};
use crate::base::{api, audit, idempotency, web};
use crate::booking::{capacity_change, did_not_attend, unanswered};
use crate::campaign::routes::Decide;
use crate::cohort::routes::OnceTaken;
use crate::evidence::metrics::Metrics;
use crate::evidence::month::Months;
use crate::partnership::{ledger, release};
use crate::plan::runs::Runs;
use crate::{booking, campaign, evidence, follow_clock, log, plan, routes};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// The state of every handler; each takes the part it needs.
#[derive(Clone)]
pub struct App {
    /// Store, key, partnership.
    pub web: Web,
    people: Arc<dyn PersonLookup>,
    runs: Runs,
    months: Months,
    metrics: Metrics,
    name_of: NameOf,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl App {
    /// Puts the service together: here the lower nouns get what only higher ones can answer.
    pub fn new(db: Db, key: Key, house: House, https: bool) -> Self {
        let web = Web { db, key, chance: Chance::machine(), house: Arc::new(house), https };
        Self {
            web,
            people: Arc::new(evidence::people::People),
            runs: Runs::default(),
            months: Months::default(),
            metrics: Metrics::default(),
            name_of: Arc::new(|tx: &mut Tx<'_>, role| evidence::people::name_of(tx, role)),
        }
    }

    /// The whole service, without a socket.
    pub fn router(self) -> Router {
        layered(routes::router(&self).fallback(nothing_here), &self)
    }
}

impl FromRef<App> for Web {
    fn from_ref(app: &App) -> Self {
        app.web.clone()
    }
}
impl FromRef<App> for Arc<dyn PersonLookup> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.people)
    }
}
impl FromRef<App> for Runs {
    fn from_ref(app: &App) -> Self {
        app.runs.clone()
    }
}
impl FromRef<App> for Months {
    fn from_ref(app: &App) -> Self {
        app.months.clone()
    }
}
impl FromRef<App> for Metrics {
    fn from_ref(app: &App) -> Self {
        app.metrics.clone()
    }
}
impl FromRef<App> for OnceTaken {
    fn from_ref(_: &App) -> Self {
        Self(campaign::offer::open_for_newcomers)
    }
}
impl FromRef<App> for Decide {
    fn from_ref(_: &App) -> Self {
        Self(booking::merge::decide)
    }
}
impl FromRef<App> for NameOf {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.name_of)
    }
}

/// The largest request: a staff list of tens of thousands of rows as a workbook.
const BODY_BYTES: usize = 30 * 1024 * 1024;
/// A request that takes longer is given up; its transaction ends by itself.
const LONGEST: Duration = Duration::from_secs(60);

/// The layers, from the innermost to the outermost.
fn layered(router: Router<App>, app: &App) -> Router {
    router
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(CsrfLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .layer(from_fn_with_state(app.clone(), dress))
        .layer(CompressionLayer::new())
        .with_state(app.clone())
}

async fn nothing_here() -> web::Wrong {
    web::Wrong::NotFound
}

/// An answer that is shown as it is, whatever its status: health checks.
#[derive(Debug, Clone, Copy)]
pub struct AsItIs;

/// Gives every request an id and a log line, every error a page, every answer its headers.
async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(&app.web);
    let method = request.method().clone();
    // Paths hold ids and codes; the pattern holds none.
    let pattern = request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |p| p.as_str().to_owned());
    let path = request.uri().path();
    let program = path == "/metrics" || path == "/api" || path.starts_with("/api/");
    let mut response = next.run(request).await;
    if program {
        response = api::dressed(response);
    } else if let Some(trouble) = trouble(&response) {
        response = standing(&app.web, response, trouble, &id);
    }
    headers(&mut response, app.web.https);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    log::access(&id, method.as_str(), &pattern, response.status().as_u16(), began.elapsed());
    response
}

fn request_id(web: &Web) -> String {
    let mut bytes = [0; 6];
    web.chance.fill(&mut bytes);
    hex(&bytes)
}

/// What kind of error page an answer needs, if it needs one.
fn trouble(response: &Response) -> Option<Trouble> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.extensions().get::<AsItIs>().is_some() {
        return None;
    }
    if let Some(Plain(trouble)) = response.extensions().get::<Plain>() {
        return Some(*trouble);
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if kind.starts_with("text/html") {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Trouble::NotFound,
        // Only a request that took too long comes here: what it wrote may still be committed.
        StatusCode::SERVICE_UNAVAILABLE => Trouble::Unknown,
        s if s.is_client_error() => Trouble::Stale,
        _ => Trouble::Broken,
    })
}

fn standing(web: &Web, response: Response, what: Trouble, id: &str) -> Response {
    let frame = ops::bare(web);
    let request = (what == Trouble::Broken).then(|| id.to_owned());
    let (status, retry) = (response.status(), response.headers().get(header::RETRY_AFTER).cloned());
    let mut page = match web::page_with(status, &Standing { frame, what, request }) {
        Ok(page) => page,
        Err(_) => status.into_response(),
    };
    if let Some(retry) = retry.or_else(|| (what.status() == 503).then(|| HeaderValue::from_static("5"))) {
        page.headers_mut().insert(header::RETRY_AFTER, retry);
    }
    page
}

/// No script of anybody, no frame, no sniffing, no address handed on, nothing kept in a cache unless it says so.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

fn headers(response: &mut Response, https: bool) {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

/// Does up to so many at a time; answers how many there were.
pub type Work = fn(&mut Tx<'_>, u32) -> Result<usize, StoreError>;

/// Everything that is sealed after the fact.
pub const SEALERS: &[Work] = &[audit::seal, ledger::seal];

/// Rows sealed in one transaction.
const SEAL_ROWS: u32 = 500;

/// What the service does by itself, again and again.
#[derive(Debug)]
pub struct Job {
    /// What it is called in logs and audit rows.
    pub name: &'static str,
    /// How long it rests.
    pub every: Duration,
    /// How many in one transaction.
    pub at_a_time: u32,
    /// Whether the log tells how many there were.
    pub counts: bool,
    /// Whether a demo does it too.
    pub in_demo: bool,
    /// Whether it ends what ends at an instant. It rests while the machine's clock is elsewhere: see `follow_clock.rs`.
    pub ends: bool,
    /// The work of one transaction.
    pub work: Work,
}

/// A place whose time is over is shown as free two seconds later at most; whoever wants it gets it before, see
/// `booking/hold.rs`. In a demo nobody notes who came, so nobody is missing there.
pub const JOBS: &[Job] = &[
    Job {
        name: "seal",
        every: Duration::from_millis(500),
        at_a_time: SEAL_ROWS,
        counts: false,
        in_demo: true,
        ends: false,
        work: |tx, n| SEALERS.iter().try_fold(0, |most, seal| Ok(most.max(seal(tx, n)?))),
    },
    Job {
        name: "give held places back",
        every: Duration::from_secs(2),
        at_a_time: 200,
        counts: true,
        in_demo: true,
        ends: true,
        work: booking::hold::sweep,
    },
    Job {
        name: "offer free places to the waiting list",
        every: Duration::from_secs(5),
        at_a_time: 1,
        counts: true,
        in_demo: true,
        ends: true,
        work: booking::timed_offer::work,
    },
    Job {
        name: "ask the standby list",
        every: Duration::from_secs(10),
        at_a_time: 1_000,
        counts: true,
        in_demo: true,
        ends: true,
        work: booking::standby_draw::work,
    },
    Job {
        name: "forget old answers and looks",
        every: Duration::from_secs(60),
        at_a_time: 500,
        counts: true,
        in_demo: true,
        ends: true,
        work: forget,
    },
    Job {
        name: "release allocations",
        every: Duration::from_secs(15),
        at_a_time: u32::MAX,
        counts: true,
        in_demo: true,
        ends: true,
        work: |tx, _| release::sweep(tx),
    },
    Job {
        name: "mark who did not come",
        every: Duration::from_secs(15 * 60),
        at_a_time: did_not_attend::AT_A_TIME,
        counts: true,
        in_demo: false,
        ends: true,
        work: |tx, _| did_not_attend::sweep(tx),
    },
    Job {
        name: "remind who has not answered",
        every: Duration::from_secs(10 * 60),
        at_a_time: 50,
        counts: true,
        in_demo: true,
        ends: true,
        work: unanswered::remind,
    },
    Job {
        name: "give unanswered places back",
        every: Duration::from_secs(10 * 60),
        at_a_time: 50,
        counts: true,
        in_demo: true,
        ends: true,
        work: unanswered::give_back,
    },
];

/// Forgets answers kept for forms that were sent twice, and whom operators had open, once nobody can need them.
pub fn forget(tx: &mut Tx<'_>, limit: u32) -> Result<usize, StoreError> {
    Ok(idempotency::sweep(tx, limit)?.max(look::sweep(tx, limit)?))
}

/// Does all jobs for ever; ends with the runtime, or when it is dropped. What could not be done now is done later.
pub async fn work_for_ever(app: App) {
    let mut under_way = tokio::task::JoinSet::new();
    under_way.spawn(count_for_ever(app.clone()));
    let starter = Actor::new(app.web.house.partnership, "operator of this machine", "start-up");
    under_way.spawn(plan::runs::finish_what_stands_still(app.runs.clone(), app.web.db.clone(), starter));
    for job in JOBS.iter().filter(|job| job.in_demo || !app.web.house.demo) {
        under_way.spawn(repeat(app.clone(), job));
    }
    under_way.spawn(follow_clock::for_ever(app.web.db.clone(), app.web.house.partnership));
    under_way.spawn(finish_changes(app));
    while under_way.join_next().await.is_some() {}
}

/// Counts the invariants again and again, for those who watch, and says in the log when one is broken.
async fn count_for_ever(app: App) {
    loop {
        match app.metrics.count(&app.web).await {
            Ok(0) => {}
            Ok(broken) => tracing::error!(broken, "invariants are broken: run accord verify"),
            Err(error) => tracing::warn!(?error, "the invariants could not be counted; they are counted again"),
        }
        tokio::time::sleep(app.metrics.rest()).await;
    }
}

/// Capacity changes that were cut off go on: by a kill, or by a request that took too long.
async fn finish_changes(app: App) {
    let who = Actor::new(app.web.house.partnership, "operator of this machine", "finish capacity changes");
    loop {
        let open = app.web.db.read(&who, capacity_change::under_way).await.unwrap_or_default();
        for id in open {
            if let Err(stop) = capacity_change::finish(&app.web.db, &who, id).await {
                tracing::warn!(?stop, "a capacity change could not be finished; it is tried again");
            }
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

async fn repeat(app: App, job: &'static Job) {
    let who = Actor::new(app.web.house.partnership, "operator of this machine", job.name);
    loop {
        tokio::time::sleep(job.every).await;
        if job.ends && app.web.db.clock.jump_us() != 0 {
            continue;
        }
        let mut all = 0;
        loop {
            let work = |tx: &mut Tx<'_>| {
                let done = if tx.only_one_at(job.name)? { (job.work)(tx, job.at_a_time)? } else { 0 };
                Ok::<_, Stop<()>>(done)
            };
            match app.web.db.write(&who, work).await {
                Ok(some) => {
                    all += some;
                    if some < job.at_a_time as usize {
                        break;
                    }
                }
                Err(stop) => {
                    tracing::warn!(?stop, job = job.name, "a job could not be done; it is tried again");
                    break;
                }
            }
        }
        if job.counts && all > 0 {
            tracing::info!(count = all, job = job.name, "done");
        }
    }
}

/// Seals everything there is, for commands that end.
pub fn seal_now(db: &Db, who: &Actor) -> Result<(), StoreError> {
    let who = sealer(who);
    for seal in SEALERS {
        loop {
            match db.write_now(&who, move |tx| seal(tx, SEAL_ROWS).map_err(Stop::<()>::Store)) {
                Ok(0) => break,
                Ok(_) => {}
                Err(Stop::Store(error)) => return Err(error),
                Err(Stop::Refused(())) => break,
            }
        }
    }
    Ok(())
}

fn sealer(of: &Actor) -> Actor {
    Actor::new(of.partnership, "operator of this machine", "sealer")
}
