//! What every handler has at hand, and how its answers become HTTP.

use super::clock::{Chance, Clock, london};
use super::db::{Actor, Db, Stop, StoreError, Tx};
use super::idempotency::Sent;
use super::ids::PartnershipId;
use super::page::{Direction, Help, PersonFrame, Trouble};
use super::secret::{Key, hex, sha256_hex};
use accord_formats::csv_out::CsvOut;
use askama::Template;
use axum::extract::{Form, FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::civil::DateTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The partnership that a store serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// Its id: the first part of every key.
    pub partnership: PartnershipId,
    /// Its name, at the top of every page.
    pub name: String,
    /// Whether everything in it is invented: shows the banner.
    pub demo: bool,
    /// Whom people ring.
    pub help: Help,
}

/// What a handler has at hand. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Web {
    /// The store.
    pub db: Db,
    /// The key under which tokens and codes are hashed.
    pub key: Key,
    /// Where forms' keys come from; never a seeded source.
    pub chance: Chance,
    /// The partnership.
    pub house: Arc<House>,
    /// Whether pages are reached by https: cookies are then marked so.
    pub https: bool,
}

impl Web {
    /// What time it is.
    pub fn clock(&self) -> &Clock {
        &self.db.clock
    }

    /// Now, as the partnership's civil time.
    pub fn civil_now(&self) -> DateTime {
        self.db.clock.now().to_zoned(london()).datetime()
    }

    /// A fresh key for a form: 128 random bits.
    pub fn form_key(&self) -> String {
        let mut bytes = [0; 16];
        self.chance.fill(&mut bytes);
        hex(&bytes)
    }

    /// A reader's answer for a page.
    pub async fn read<T, F>(&self, who: &Actor, f: F) -> Result<T, Wrong>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        Ok(self.db.read(who, f).await?)
    }

    /// The frame of a person's page.
    pub fn person_frame(&self, signed_in: bool) -> PersonFrame {
        PersonFrame {
            partnership: self.house.name.clone(),
            lang: "en-GB",
            dir: Direction::Ltr,
            languages: Vec::new(),
            demo: self.house.demo,
            help: self.house.help.clone(),
            sign_out_key: signed_in.then(|| self.form_key()),
        }
    }
}

/// Why a handler shows no page of its own. The frame round it is drawn by the outermost layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// There is no such thing, or it is not theirs to see; nobody learns which.
    NotFound,
    /// The form's key was used for another form, or is missing.
    KeyReused,
    /// The form cannot be read at all: not made by our pages.
    Unreadable,
    /// The store could not.
    Store(StoreError),
    /// A template failed.
    Template(String),
}

impl From<StoreError> for Wrong {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Wrong {
    /// Sorts a use case's stop: what the store said is wrong for everybody, the refusal is the caller's to show.
    pub fn unless_refused<T, R>(outcome: Result<T, Stop<R>>) -> Result<Result<T, R>, Self> {
        match outcome {
            Ok(done) => Ok(Ok(done)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Store(error)) => Err(Self::Store(error)),
        }
    }
}

/// Seconds after which a busy store is worth another try.
const RETRY_SECONDS: u32 = 5;

/// What the outermost layer turns into a page.
#[derive(Debug, Clone, Copy)]
pub struct Plain(pub Trouble);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let (status, trouble) = match &self {
            Self::NotFound => (StatusCode::NOT_FOUND, Trouble::NotFound),
            Self::KeyReused | Self::Unreadable => (StatusCode::UNPROCESSABLE_ENTITY, Trouble::Stale),
            Self::Store(StoreError::Busy | StoreError::Conflict) => {
                (StatusCode::SERVICE_UNAVAILABLE, Trouble::Busy(RETRY_SECONDS))
            }
            Self::Store(StoreError::Full | StoreError::Down(_)) => {
                (StatusCode::SERVICE_UNAVAILABLE, Trouble::Away(RETRY_SECONDS))
            }
            Self::Store(StoreError::Unknown) => (StatusCode::SERVICE_UNAVAILABLE, Trouble::Unknown),
            Self::Store(_) | Self::Template(_) => (StatusCode::INTERNAL_SERVER_ERROR, Trouble::Broken),
        };
        // What the engine said may quote SQL but never a value: statements are constants.
        match &self {
            Self::Store(StoreError::Full) => {
                tracing::error!("the store's disk is full; writes are refused, reads go on")
            }
            Self::Store(error) => tracing::error!(%error, "the store could not"),
            Self::Template(error) => tracing::error!(%error, "a template failed"),
            _ => {}
        }
        let mut response = status.into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        }
        response.extensions_mut().insert(Plain(trouble));
        response
    }
}

/// A page or what went wrong.
pub type Answer = Result<Response, Wrong>;

/// Renders a page.
pub fn page(template: &impl Template) -> Answer {
    page_with(StatusCode::OK, template)
}

/// Renders a page under another status: 422 for a form with problems.
pub fn page_with(status: StatusCode, template: &impl Template) -> Answer {
    let html = template.render().map_err(|e| Wrong::Template(e.to_string()))?;
    Ok((status, Html(html)).into_response())
}

/// Answers a file of comma-separated values for keeping; cells were made safe for spreadsheets by [`CsvOut`].
/// A demo's file says that it is invented, like its pages.
pub fn csv(name: &'static str, mut out: CsvOut, house: &House) -> Answer {
    if house.demo {
        out.record([accord_testkit::invented_notice()]);
    }
    let kept = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let mut response = out.finish().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    // Names are constants of ours, so the value is always a header.
    if let Ok(kept) = kept {
        headers.insert(header::CONTENT_DISPOSITION, kept);
    }
    Ok(response)
}

/// Sends the browser on after a form: 303, so that reloading sends nothing again.
pub fn onward(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// A form that changes something: its fields, and its key with the fingerprint of what was sent.
#[derive(Debug, Clone)]
pub struct Keyed<T> {
    /// For [`super::idempotency`].
    pub sent: Sent,
    /// The fields.
    pub form: T,
}

#[derive(Deserialize)]
struct JustKey {
    #[serde(default)]
    key: String,
}

/// Form fields take at most this many bytes; files come by another door.
const FORM_BYTES: usize = 64 * 1024;

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Keyed<T> {
    type Rejection = Wrong;

    async fn from_request(request: Request, _: &S) -> Result<Self, Wrong> {
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, FORM_BYTES).await.map_err(|_| Wrong::Unreadable)?;
        let again = || Request::from_parts(parts.clone(), axum::body::Body::from(bytes.clone()));
        let Form(JustKey { key }) = Form::from_request(again(), &()).await.map_err(|_| Wrong::Unreadable)?;
        let Form(form) = Form::from_request(again(), &()).await.map_err(|_| Wrong::Unreadable)?;
        if key.is_empty() || key.len() > 64 {
            return Err(Wrong::KeyReused);
        }
        let mut sent = parts.uri.path().as_bytes().to_vec();
        sent.push(0);
        sent.extend_from_slice(&bytes);
        Ok(Self { sent: Sent { key, body_hash: sha256_hex(&sent) }, form })
    }
}
