//! Every route on one page, its guard beside it. What is not here does not exist; what is here has a guard.

use crate::access::guard::{self, Guard};
use crate::access::routes as access;
use crate::app::{App, AsItIs};
use crate::base::db::Stop;
use crate::base::page;
use crate::base::web::{Answer, Web, Wrong};
use crate::booking::api::{self, capacity};
use crate::booking::routes::{self as mine, catch_up, changes, day as desk, operator, several, unlisted, walk_in};
use crate::campaign::routes as decisions;
use crate::cohort::routes as lists;
use crate::evidence::{health, metrics::metrics, routes as see};
use crate::plan::routes as plans;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use axum::{Extension, Router};

/// One route.
pub struct Route {
    /// "GET" or "POST".
    pub verb: &'static str,
    /// The path with its parameters.
    pub path: &'static str,
    /// Who may open it.
    pub guard: Guard,
    handler: MethodRouter<App>,
}

/// The whole table.
pub fn table() -> Vec<Route> {
    let staff = [the_campaign(), staff_lists(), clinics(), at_the_desk(), capacity_changes()];
    [doors(), own_pages(), for_programs()].into_iter().chain(staff).flatten().collect()
}

/// The doors, and what stands open to everybody.
fn doors() -> Vec<Route> {
    use Guard::Open;
    vec![
        get("/sign-in", Open, access::staff_door),
        get("/sign-in/{token}", Open, access::link),
        post("/sign-in", Open, access::use_link),
        post("/sign-out", Open, access::sign_out),
        get("/b", Open, access::person_empty),
        get("/b/{code}", Open, access::person_with_code),
        post("/b", Open, access::person_enter),
        post("/b/sign-out", Open, access::person_sign_out),
        get("/b/signed-out", Open, access::person_signed_out),
        get("/about", Open, see::about),
        get("/assets/{name}", Open, asset),
        get("/livez", Open, livez),
        get("/readyz", Open, readyz),
    ]
}

/// A person's own pages.
fn own_pages() -> Vec<Route> {
    use Guard::Person;
    vec![
        get("/b/appointments", Person, mine::appointments),
        get("/b/done", Person, mine::done),
        get("/b/calendar.ics", Person, mine::calendar),
        post("/b/confirm", Person, mine::confirm),
        get("/b/change/{n}", Person, mine::free_times),
        post("/b/change/{n}/hold", Person, mine::hold),
        get("/b/change/{n}/check", Person, mine::check),
        post("/b/change", Person, mine::change),
        get("/b/cancel", Person, mine::cancel_form),
        post("/b/cancel", Person, mine::cancel),
        get("/b/decline", Person, mine::decline_form),
        post("/b/decline", Person, mine::decline),
        get("/b/elsewhere", Person, mine::elsewhere_form),
        post("/b/elsewhere", Person, mine::elsewhere),
        post("/b/reopen", Person, mine::reopen),
        get("/b/places", Person, mine::places),
        post("/b/places", Person, mine::wish),
        post("/b/places/leave", Person, mine::leave),
        post("/b/offer/take", Person, mine::take),
        post("/b/offer/decline", Person, mine::not_take),
        post("/b/standby/yes", Person, mine::come),
        post("/b/standby/no", Person, mine::not_come),
        get("/b/book", Person, mine::book),
    ]
}

/// The campaign, and who takes part in it.
fn the_campaign() -> Vec<Route> {
    use Guard::{EmployerInPath, Lead, Staff};
    vec![
        get("/", Staff, see::start),
        get("/campaign", Lead, see::campaign_home),
        get("/unplaced", Lead, see::unplaced),
        get("/waiting", Lead, mine::waiting::list),
        post("/waiting", Lead, mine::waiting::add_all),
        post("/waiting/offer", Lead, mine::waiting::offer),
        get("/elsewhere", Lead, mine::elsewhere::files),
        post("/elsewhere", Lead, mine::elsewhere::upload),
        post("/elsewhere/take", Lead, mine::elsewhere::take),
        post("/elsewhere/decide", Lead, mine::elsewhere::decide),
        get("/plan", Lead, see::plan),
        post("/plan/new", Lead, plans::new),
        post("/plan/publish", Lead, plans::publish),
        get("/organisations", Lead, see::organisations),
        get("/organisations/{organisation}", EmployerInPath, see::organisation),
        get("/organisations/{organisation}/elsewhere", EmployerInPath, mine::elsewhere::report_form),
        post("/organisations/{organisation}/elsewhere", EmployerInPath, mine::elsewhere::report),
        get("/agreements", Lead, see::agreements),
        get("/agreements/{agreement}", Lead, see::agreement),
        get("/ledger", Lead, see::ledger),
        get("/ledger.csv", Lead, see::ledger_csv),
    ]
}

/// Staff lists, and what of them waits for a decision.
fn staff_lists() -> Vec<Route> {
    use Guard::Employers;
    vec![
        get("/import", Employers, lists::imports),
        post("/import", Employers, lists::upload),
        get("/import/{import}", Employers, lists::review),
        post("/import/{import}", Employers, lists::decide),
        get("/import/{import}/faults.csv", Employers, lists::faults_csv),
        get("/worklist", Employers, see::worklist),
        get("/unlisted", Employers, unlisted::unlisted),
        post("/unlisted", Employers, unlisted::answer),
        get("/worklist/{item}", Employers, decisions::item),
        post("/worklist/{item}", Employers, decisions::decide),
    ]
}

/// Clinics and their days.
fn clinics() -> Vec<Route> {
    use Guard::{ClinicInPath, Lead};
    vec![
        get("/sites", Lead, see::sites),
        get("/sites.csv", Lead, see::sites_csv),
        get("/sites/{site}", ClinicInPath, see::site),
        get("/sites/{site}/{date}", ClinicInPath, see::day_list),
        get("/sites/{site}/{date}/walk-in", ClinicInPath, walk_in::form),
        post("/sites/{site}/{date}/walk-in", ClinicInPath, walk_in::find),
        post("/sites/{site}/{date}/walk-in/give", ClinicInPath, walk_in::give),
        post("/sites/{site}/{date}/walk-in/note", ClinicInPath, walk_in::note),
        get("/sites/{site}/{date}/catch-up", ClinicInPath, catch_up::form),
        post("/sites/{site}/{date}/catch-up", ClinicInPath, catch_up::enter),
        post("/sites/{site}/{date}/catch-up/decide", ClinicInPath, catch_up::decide),
        post("/sites/{site}/{date}/day-pack", ClinicInPath, catch_up::pack),
        post("/sites/{site}/{date}/day-pack/words", ClinicInPath, catch_up::pack_words),
        post("/sites/{site}/{date}/check-in", ClinicInPath, desk::check_in),
        post("/sites/{site}/{date}/take", ClinicInPath, desk::take),
        post("/sites/{site}/{date}/outcome", ClinicInPath, desk::outcome),
        post("/sites/{site}/{date}/close", ClinicInPath, desk::close),
        get("/sites/{site}/{date}/standby", ClinicInPath, mine::left::draws),
        post("/sites/{site}/{date}/standby", ClinicInPath, mine::left::ask),
        get("/sessions", Lead, see::sessions),
        get("/sessions/month", Lead, see::month),
    ]
}

/// The booking operator's desk: a person's own pages in an operator's hands, and what only the desk does.
fn at_the_desk() -> Vec<Route> {
    use Guard::{Desk, DeskInPath};
    vec![
        get("/desk", Desk, operator::desk),
        post("/desk/find", Desk, operator::find),
        post("/desk/open", Desk, operator::open),
        get("/desk/several", Desk, several::form),
        post("/desk/several", Desk, several::look_for),
        get("/desk/several/check", Desk, several::check),
        post("/desk/several/book", Desk, several::book),
        get("/desk/several/done", Desk, several::done),
        get("/desk/people/{person}/appointments", DeskInPath, mine::appointments),
        get("/desk/people/{person}/done", DeskInPath, mine::done),
        post("/desk/people/{person}/confirm", DeskInPath, mine::confirm),
        get("/desk/people/{person}/book", DeskInPath, mine::book),
        get("/desk/people/{person}/change/{n}", DeskInPath, mine::free_times),
        post("/desk/people/{person}/change/{n}/hold", DeskInPath, mine::hold),
        get("/desk/people/{person}/change/{n}/check", DeskInPath, mine::check),
        post("/desk/people/{person}/change", DeskInPath, mine::change),
        get("/desk/people/{person}/cancel", DeskInPath, mine::cancel_form),
        post("/desk/people/{person}/cancel", DeskInPath, mine::cancel),
        get("/desk/people/{person}/decline", DeskInPath, mine::decline_form),
        post("/desk/people/{person}/decline", DeskInPath, mine::decline),
        get("/desk/people/{person}/elsewhere", DeskInPath, mine::elsewhere_form),
        post("/desk/people/{person}/elsewhere", DeskInPath, mine::elsewhere),
        post("/desk/people/{person}/reopen", DeskInPath, mine::reopen),
        get("/desk/people/{person}/places", DeskInPath, mine::places),
        post("/desk/people/{person}/places", DeskInPath, mine::wish),
        post("/desk/people/{person}/places/leave", DeskInPath, mine::leave),
        post("/desk/people/{person}/offer/take", DeskInPath, mine::take),
        post("/desk/people/{person}/offer/decline", DeskInPath, mine::not_take),
        post("/desk/people/{person}/standby/yes", DeskInPath, mine::come),
        post("/desk/people/{person}/standby/no", DeskInPath, mine::not_come),
        post("/desk/people/{person}/born", DeskInPath, operator::born),
        post("/desk/people/{person}/code", DeskInPath, operator::code),
    ]
}

/// Programs, with a key.
fn for_programs() -> Vec<Route> {
    use Guard::{Api, Open};
    vec![
        get("/api/v1", Open, api::page),
        get("/api/v1/openapi.json", Open, api::openapi),
        get("/api/v1/campaigns", Api, api::campaigns),
        get("/api/v1/campaigns/{campaign}/slots", Api, api::slots),
        post("/api/v1/people/search", Api, api::people),
        post("/api/v1/bookings", Api, api::place),
        post("/api/v1/people/{person}/decline", Api, api::decline),
        post("/api/v1/people/{person}/had-elsewhere", Api, api::elsewhere),
        post("/api/v1/people/{person}/reopen", Api, api::reopen),
        post("/api/v1/people/{person}/date-of-birth", Api, api::born),
        post("/api/v1/people/{person}/code", Api, api::code),
        post("/api/v1/holds", Api, api::hold),
        get("/api/v1/holds", Api, api::holds),
        post("/api/v1/holds/release", Api, api::release),
        get("/api/v1/bookings/{reference}", Api, api::booking),
        post("/api/v1/bookings/{reference}/confirm", Api, api::confirm),
        post("/api/v1/bookings/{reference}/cancel", Api, api::cancel),
        post("/api/v1/bookings/{reference}/rebook", Api, api::rebook),
        post("/api/v1/lists/look", Api, api::lists),
        post("/api/v1/waiting/join", Api, api::join_waiting),
        post("/api/v1/waiting/leave", Api, api::leave_waiting),
        post("/api/v1/waiting/accept", Api, api::accept),
        post("/api/v1/waiting/decline", Api, api::decline_offer),
        post("/api/v1/standby/join", Api, api::join_standby),
        post("/api/v1/standby/leave", Api, api::leave_standby),
        post("/api/v1/standby/answer", Api, api::answer),
        post("/api/v1/bookings/{reference}/check-in", Api, api::check_in),
        post("/api/v1/bookings/{reference}/outcome", Api, api::outcome),
        post("/api/v1/walk-ins", Api, api::walk_in),
        get("/metrics", Api, metrics),
    ]
}

/// Changes of many sessions at once.
fn capacity_changes() -> Vec<Route> {
    use Guard::{Api, Lead};
    vec![
        get("/sessions/change", Lead, changes::choose),
        post("/sessions/change", Lead, changes::preview),
        get("/changes", Lead, changes::all),
        get("/changes/{change}", Lead, changes::look),
        post("/changes/{change}/commit", Lead, changes::commit),
        post("/changes/{change}/undo", Lead, changes::undo),
        get("/waiting-to-be-sent", Lead, changes::waiting),
        post("/api/v1/capacity-changes", Api, capacity::preview),
        get("/api/v1/capacity-changes/{change}", Api, capacity::look),
        post("/api/v1/capacity-changes/{change}/commit", Api, capacity::commit),
        post("/api/v1/capacity-changes/{change}/undo", Api, capacity::undo),
    ]
}

/// The router of the table: each handler behind its guard.
pub fn router(app: &App) -> Router<App> {
    table().into_iter().fold(Router::new(), |router, route| {
        let check = from_fn_with_state((app.web.clone(), route.guard), guard::check);
        router.route(route.path, route.handler.layer(check))
    })
}

fn get<H, T>(path: &'static str, guard: Guard, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { verb: "GET", path, guard, handler: routing::get(handler) }
}

fn post<H, T>(path: &'static str, guard: Guard, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route { verb: "POST", path, guard, handler: routing::post(handler) }
}

/// `GET /assets/{name}`: kept by browsers for ever, since the name changes with the content.
async fn asset(request: Request) -> Answer {
    let asset = page::asset(request.uri().path()).ok_or(Wrong::NotFound)?;
    let mut response = asset.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

/// `GET /livez`: the process answers.
async fn livez() -> Response {
    (Extension(AsItIs), "ok\n").into_response()
}

/// `GET /readyz`: the store takes a transaction. A disk that is nearly full is said here too, while there is still room.
async fn readyz(State(web): State<Web>) -> Response {
    let who = crate::access::nobody(web.house.partnership);
    let ready = web.db.write(&who, |tx| health::answers(tx).map_err(Stop::<()>::Store));
    let Ok(file) = ready.await else {
        let retry = [(header::RETRY_AFTER, "5")];
        let said = "the store does not answer\n";
        return (StatusCode::SERVICE_UNAVAILABLE, retry, Extension(AsItIs), said).into_response();
    };
    let room = match file {
        Some(file) => tokio::task::spawn_blocking(move || health::room(&file)).await.ok().flatten(),
        None => None,
    };
    let mut said = "ready\n".to_owned();
    if let Some(room) = room.filter(|room| room.used_percent >= health::NEARLY_FULL_PERCENT) {
        tracing::warn!(used_percent = room.used_percent, free_mb = room.free_mb, "the store's disk is nearly full");
        said += &format!("warning: the store's disk is {} % full, {} MB are free\n", room.used_percent, room.free_mb);
    }
    (Extension(AsItIs), said).into_response()
}
