//! The API's own manners: problems as RFC 9457, bodies that are read strictly, and a request that comes twice.
//!
//! A request that changes something carries an `Idempotency-Key`. Its answer, refusals too, is kept for a week beside
//! what it did: the same key and body get the same status and body again, another body is refused.

use super::db::{Actor, Each, Stop, StoreError, Tx};
use super::idempotency::{self, Seen, Sent, remember, replay};
use super::refusal::Refusal;
use super::secret::sha256_hex;
use super::web::Web;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Where the API lives.
pub const ROOT: &str = "/api/v1";
/// The media type of a problem.
pub const PROBLEM: &str = "application/problem+json";
/// A body takes at most this many bytes.
pub const BODY_BYTES: usize = 64 * 1024;
/// The header that makes a second sending harmless.
pub const KEY_HEADER: &str = "idempotency-key";
/// What a key looks like.
pub const KEY_PATTERN: &str = "^[A-Za-z0-9_.:-]{1,64}$";
/// Seconds after which a busy store is worth another try.
const RETRY_SECONDS: u16 = 5;
/// Seconds after which a key that searched too often may search again, at the latest.
const SEARCH_RETRY_SECONDS: u16 = 60;

/// Why a request was not done: for a program by its code, for a person by its sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// Stable, lower case.
    pub code: String,
    /// What happened.
    pub detail: String,
    /// What to do.
    pub next_step: String,
}

/// A problem that every request may meet: status, code, sentence, next step.
pub type Known = (u16, &'static str, &'static str, &'static str);

macro_rules! known {
    ($($name:ident $status:literal $code:literal $detail:literal $next:literal;)*) => {
        $(#[doc = $detail] pub const $name: Known = ($status, $code, $detail, $next);)*
        /// Every problem that does not come from a noun's own rules.
        pub const KNOWN: &[Known] = &[$($name),*];
    };
}

known! {
    UNREADABLE 400 "unreadable" "The body is not JSON." "Send one JSON object as UTF-8.";
    KEY_MISSING 400 "idempotency_key_missing" "A request that changes something needs a header Idempotency-Key of 1 to 64 letters, digits or _ . : -" "Make a fresh key for each wish, and send the same one when you send the wish again.";
    UNAUTHORISED 401 "unauthorised" "There is no such key, or it was revoked, or its time is over." "Send Authorization: Bearer with a key that accord api-key made.";
    CROSS_SITE 403 "cross_site" "A page of another site sent this." "Call the API from a program of your own.";
    LEAD_ONLY 403 "lead_only" "Only a campaign lead may do this." "Use a campaign lead's key, or another reason.";
    NOTHING_HERE 404 "nothing_here" "There is nothing at this address." "Look at the list of addresses at /api/v1.";
    WRONG_METHOD 405 "wrong_method" "This address does not take this method." "Look at the list of addresses at /api/v1.";
    TOO_LARGE 413 "too_large" "The body has more than 64 KiB." "Send less at a time.";
    WRONG_TYPE 415 "wrong_type" "The body must be application/json." "Send Content-Type: application/json.";
    WRONG_REQUEST 422 "wrong_request" "A value or a name in the request is not what is wanted." "Correct what the detail names; nothing was done.";
    KEY_REUSED 422 "idempotency_key_reused" "This Idempotency-Key was used for another request." "Make a fresh key for a new wish.";
    TOO_MANY 429 "too_many_searches" "This key has searched people more often than it may in a minute." "Search again after the time in Retry-After.";
    BROKEN 500 "internal_error" "Something broke here; nothing was done." "Tell whoever runs this service the x-request-id.";
    BUSY 503 "busy" "Too much is waiting here; nothing was done." "Send the same request with the same key after the time in Retry-After.";
    FULL 503 "store_full" "The store takes no more; nothing was done." "Tell whoever runs this service; send the same request with the same key later.";
    DOWN 503 "store_down" "The store can't work at the moment; nothing was done." "Send the same request with the same key after the time in Retry-After.";
    OUTCOME_UNKNOWN 503 "outcome_unknown" "It is not known whether this was done." "Send the same request with the same key: if it was done you get its answer, else it is done then.";
}

impl From<Known> for Problem {
    fn from((status, code, detail, next_step): Known) -> Self {
        Self { status, code: code.into(), detail: detail.into(), next_step: next_step.into() }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Conflict => BUSY,
            StoreError::Full => {
                tracing::error!("the store's disk is full; writes are refused, reads go on");
                FULL
            }
            StoreError::Down(_) => {
                tracing::error!(%error, "the store could not");
                DOWN
            }
            StoreError::Unknown => OUTCOME_UNKNOWN,
            StoreError::Constraint(_) | StoreError::Panicked | StoreError::Engine(_) => {
                tracing::error!(%error, "the store could not");
                return BROKEN.into();
            }
        }
        .into()
    }
}

impl Problem {
    /// A noun's refusal under a status.
    pub fn refused(status: u16, refusal: &impl Refusal) -> Self {
        let (detail, next_step) = (refusal.sentence(), refusal.next_step());
        Self { status, code: refusal.code().into(), detail, next_step }
    }

    /// A request whose form is wrong; `detail` says where.
    pub fn wrong(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..WRONG_REQUEST.into() }
    }

    /// As it is sent.
    pub fn body(&self) -> Value {
        let mut title = self.code.replace('_', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        json!({
            "type": format!("{ROOT}#{}", self.code),
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "next_step": self.next_step,
        })
    }

    /// What is said where a layer refused before any handler ran.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => NOTHING_HERE.into(),
            StatusCode::METHOD_NOT_ALLOWED => WRONG_METHOD.into(),
            StatusCode::FORBIDDEN => CROSS_SITE.into(),
            StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE.into(),
            StatusCode::SERVICE_UNAVAILABLE => OUTCOME_UNKNOWN.into(),
            other if other.is_client_error() => Self { status: other.as_u16(), ..UNREADABLE.into() },
            _ => BROKEN.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Reply::from(&self).into_response()
    }
}

/// Turns an error that is no problem yet into one; keeps what its headers say to programs.
pub fn dressed(response: Response) -> Response {
    let status = response.status();
    let error = status.is_client_error() || status.is_server_error();
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !error || kind.is_some_and(|kind| kind.as_bytes() == PROBLEM.as_bytes()) {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut problem = Problem::of_status(status).into_response();
    if let Some(allow) = allow {
        problem.headers_mut().insert(header::ALLOW, allow);
    }
    problem
}

/// An answer as it is sent, and as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status; an error's body is a problem.
    pub status: u16,
    /// JSON.
    pub body: String,
}

impl Reply {
    /// An answer of `body`.
    pub fn of(status: u16, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(body).map_err(|_| Problem::from(BROKEN))?;
        Ok(Self { status, body })
    }

    fn text(&self) -> String {
        format!("{}\n{}", self.status, self.body)
    }

    fn parse(text: &str) -> Option<Self> {
        let (status, body) = text.split_once('\n')?;
        Some(Self { status: status.parse().ok()?, body: body.to_owned() })
    }
}

impl From<&Problem> for Reply {
    fn from(problem: &Problem) -> Self {
        Self { status: problem.status, body: problem.body().to_string() }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let bad = status.is_client_error() || status.is_server_error();
        let kind = if bad { PROBLEM } else { "application/json" };
        let mut response = (status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(SEARCH_RETRY_SECONDS));
            }
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

/// What a handler of the API answers.
pub type Told = Result<Response, Problem>;

/// An answer that is only told.
pub fn told(body: &impl Serialize) -> Told {
    Ok(Reply::of(200, body)?.into_response())
}

/// Does `work` unless the same request was answered before. Its refusals are kept too, in a transaction of their own,
/// since what refused left nothing behind.
pub async fn once<F>(web: &Web, who: &Actor, sent: Sent, work: F) -> Told
where
    F: Fn(&mut Tx<'_>) -> Result<Reply, Stop<Problem>> + Send + 'static,
{
    let first = sent.clone();
    let done = web.db.write(who, move |tx| match seen(tx, &first)? {
        Some(reply) => Ok(reply),
        None => {
            let reply = work(tx)?;
            remember(tx, &first, &reply.text())?;
            Ok(reply)
        }
    });
    let problem = match done.await {
        Ok(reply) => return Ok(reply.into_response()),
        Err(Stop::Store(error)) => return Err(error.into()),
        Err(Stop::Refused(problem)) if problem.code == KEY_REUSED.1 => return Err(problem),
        Err(Stop::Refused(problem)) => problem,
    };
    // A copy that ran beside this one may have done it: then its answer is the answer.
    let refused = Reply::from(&problem);
    let kept = web.db.write(who, move |tx| match seen(tx, &sent)? {
        Some(reply) => Ok(reply),
        None => {
            remember(tx, &sent, &refused.text())?;
            Ok(refused.clone())
        }
    });
    match kept.await {
        Ok(reply) => Ok(reply.into_response()),
        Err(Stop::Store(error)) => Err(error.into()),
        Err(Stop::Refused(problem)) => Err(problem),
    }
}

/// [`once`] for many requests in one transaction: `work` answers for those, by their numbers in `sent`, that were not
/// answered before; none: to be done alone. What it refuses has changed nothing, and is kept as an answer.
pub fn once_each(
    tx: &mut Tx<'_>,
    sent: &[(&Actor, &Sent)],
    work: impl FnOnce(&mut Tx<'_>, &[usize]) -> Result<Vec<Option<Reply>>, StoreError>,
) -> Result<Each<Reply, Problem>, StoreError> {
    let keys: Vec<(&str, &Sent)> = sent.iter().map(|(who, sent)| (who.id.as_str(), *sent)).collect();
    let mut first = HashSet::new();
    let seen = idempotency::replay_each(tx, &keys)?;
    // The second copy of a request finds the answer of the first one, which is not there yet.
    let fresh = |n: &usize| seen[*n] == Seen::New && first.insert((keys[*n].0, &keys[*n].1.key));
    let new: Vec<usize> = (0..sent.len()).filter(fresh).collect();
    let done = work(tx, &new)?;
    let mut each: Each<Reply, Problem> = seen.into_iter().map(known).collect::<Result<_, _>>()?;
    let mut kept = Vec::with_capacity(new.len());
    for (n, reply) in new.into_iter().zip(done) {
        kept.extend(reply.as_ref().map(|reply| (keys[n].0, keys[n].1, reply.text())));
        each[n] = reply.map(Ok);
    }
    idempotency::remember_each(tx, &kept)?;
    Ok(each)
}

/// The answer to a request that is known.
fn known(seen: Seen) -> Result<Option<Result<Reply, Problem>>, StoreError> {
    match seen {
        Seen::New => Ok(None),
        Seen::Other => Ok(Some(Err(KEY_REUSED.into()))),
        Seen::Same(text) => {
            let kept = Reply::parse(&text);
            Ok(Some(Ok(kept.ok_or_else(|| StoreError::Engine("a kept answer has no status".into()))?)))
        }
    }
}

fn seen(tx: &mut Tx<'_>, sent: &Sent) -> Result<Option<Reply>, Stop<Problem>> {
    match known(replay(tx, sent)?)? {
        None => Ok(None),
        Some(Ok(reply)) => Ok(Some(reply)),
        Some(Err(problem)) => Err(Stop::Refused(problem)),
    }
}

/// A request that changes something: its key with the fingerprint of what was sent, and what was sent.
#[derive(Debug, Clone)]
pub struct Sending<T> {
    /// For [`once`].
    pub sent: Sent,
    /// The body.
    pub body: T,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sending<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(WRONG_TYPE.into());
        }
        let key = key(&parts.headers).ok_or(KEY_MISSING)?;
        let bytes = axum::body::to_bytes(body, BODY_BYTES).await.map_err(|_| Problem::from(TOO_LARGE))?;
        let body = serde_json::from_slice(&bytes).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => Problem::wrong(error.to_string()),
            _ => UNREADABLE.into(),
        })?;
        let mut whole = parts.uri.path().as_bytes().to_vec();
        whole.push(0);
        whole.extend_from_slice(&bytes);
        Ok(Self { sent: Sent { key, body_hash: sha256_hex(&whole) }, body })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn key(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all(KEY_HEADER).iter();
    let (key, more) = (all.next()?.to_str().ok()?, all.next());
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_.:-".contains(&b);
    let good = more.is_none() && (1..=64).contains(&key.len()) && key.bytes().all(fits);
    good.then(|| key.to_owned())
}

/// What stands behind the question mark, read as strictly as a body.
#[derive(Debug, Clone)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::try_from_uri(&parts.uri).map_err(|rejection| Problem::wrong(rejection.body_text()))?;
        Ok(Self(query.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_survives_being_kept() {
        let reply = Reply { status: 201, body: "{\"a\":\"x\\ny\"}".into() };
        assert_eq!(Reply::parse(&reply.text()), Some(reply));
        assert_eq!(Reply::parse("/b/done"), None);
    }

    #[test]
    fn a_problem_has_all_its_members_and_every_code_is_one_problem() {
        let body = Problem::from(KEY_REUSED).body();
        assert_eq!(body["type"], "/api/v1#idempotency_key_reused");
        assert_eq!(body["title"], "Idempotency key reused");
        assert_eq!(body["status"], 422);
        let mut codes: Vec<_> = KNOWN.iter().map(|known| known.1).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), KNOWN.len());
    }

    #[test]
    fn what_the_store_says_is_never_told_as_something_else() {
        let rows = [
            (StoreError::Busy, 503, "busy"),
            (StoreError::Conflict, 503, "busy"),
            (StoreError::Full, 503, "store_full"),
            (StoreError::Down("x".into()), 503, "store_down"),
            (StoreError::Unknown, 503, "outcome_unknown"),
            (StoreError::Panicked, 500, "internal_error"),
            (StoreError::Engine("x".into()), 500, "internal_error"),
        ];
        for (error, status, code) in rows {
            let problem = Problem::from(error);
            assert_eq!((problem.status, problem.code.as_str()), (status, code));
            let response = problem.into_response();
            assert_eq!(response.headers().contains_key(header::RETRY_AFTER), status == 503, "{code}");
        }
    }

    #[test]
    fn a_key_is_one_short_word() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(KEY_HEADER, value.parse().expect("a header"));
            key(&headers)
        };
        assert_eq!(with("a-1_B.c:d").as_deref(), Some("a-1_B.c:d"));
        for bad in ["", "a b", "\"a\"", &"a".repeat(65)] {
            assert_eq!(with(bad), None, "{bad}");
        }
        let mut two = HeaderMap::new();
        two.append(KEY_HEADER, HeaderValue::from_static("a"));
        two.append(KEY_HEADER, HeaderValue::from_static("b"));
        assert_eq!(key(&two), None);
    }
}
