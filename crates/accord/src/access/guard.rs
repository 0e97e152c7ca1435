//! Guards: who may open a route. Each stands beside its route in `routes.rs` and is enforced before the handler runs;
//! the handler takes what the guard found ([`Staff`], [`Lead`], [`PersonSelf`]) and gets "not found" if it found nothing.
//!
//! A program comes with a key of its own ([`Caller`]) and no cookie; without one it gets 401 and its reason.
//!
//! Nobody signed in: sent to the sign-in page. Somebody else: 404, never 403, so that nobody learns what there is.

use super::api_key::{Caller, Whose};
use super::{Role, SignedIn, look, nobody, sign_in};
use crate::base::api::{Problem, UNAUTHORISED};
use crate::base::db::{Stop, StoreError};
use crate::base::ids::{OrganisationId, PersonId, SiteId};
use crate::base::web::{Web, Wrong, onward};
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Who may open a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anybody: doors, assets, health.
    Open,
    /// Any member of staff who is signed in.
    Staff,
    /// The campaign lead.
    Lead,
    /// The lead, or an employer contact; the handler shows an employer contact their own organisation only.
    Employers,
    /// The lead, or the employer contact of the `{organisation}` in the path.
    EmployerInPath,
    /// The lead, or the clinic team of the `{site}` in the path.
    ClinicInPath,
    /// A person, at their own pages.
    Person,
    /// A booking operator, or the lead.
    Desk,
    /// The same, at the pages of the `{person}` in the path, whom they opened and said why.
    DeskInPath,
    /// A program with an API key; no cookie opens it.
    Api,
}

impl Guard {
    /// Whether `role` may open a route whose path holds these ids.
    pub fn admits(self, role: &Role, organisation: Option<OrganisationId>, site: Option<SiteId>) -> bool {
        let lead = matches!(role, Role::CampaignLead { .. });
        match (self, role) {
            (Self::Open, _) => true,
            (Self::Staff, _) => !matches!(role, Role::Person { .. }),
            (Self::Lead, _) => lead,
            (Self::Employers, _) => lead || matches!(role, Role::EmployerContact { .. }),
            (Self::EmployerInPath, Role::EmployerContact { organisation: own }) => organisation == Some(*own),
            (Self::ClinicInPath, Role::ClinicTeam { site: own }) => site == Some(*own),
            (Self::EmployerInPath | Self::ClinicInPath, _) => lead,
            (Self::Desk | Self::DeskInPath, _) => lead || matches!(role, Role::BookingOperator),
            (Self::Person, _) => matches!(role, Role::Person { .. }),
            (Self::Api, _) => false,
        }
    }

    /// Where somebody goes who is not signed in.
    pub const fn door(self) -> &'static str {
        match self {
            Self::Person => "/b",
            _ => "/sign-in",
        }
    }
}

/// The middleware of one route.
pub async fn check(
    State((web, guard)): State<(Web, Guard)>,
    path: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    if guard == Guard::Api {
        return check_key(&web, request, next).await;
    }
    let current = match cookie(request.headers()) {
        Some(token) => match whose(&web, token).await {
            Ok(current) => current,
            Err(error) => return Wrong::from(error).into_response(),
        },
        None => None,
    };
    let id = |name: &str| path.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
    let organisation = id("organisation").and_then(|text| text.parse().ok());
    let site = id("site").and_then(|text| text.parse().ok());
    match current {
        Some(who) if guard.admits(&who.role, organisation, site) => {
            if guard == Guard::DeskInPath {
                let Some(person) = id("person").and_then(|text| text.parse().ok()) else {
                    return Wrong::NotFound.into_response();
                };
                match web.db.read(&who.actor(), move |tx| look::is_open(tx, person)).await {
                    Ok(true) => {
                        request.extensions_mut().insert(Opened(person));
                    }
                    Ok(false) => return onward("/desk"),
                    Err(error) => return Wrong::from(error).into_response(),
                }
            }
            request.extensions_mut().insert(who);
        }
        _ if guard == Guard::Open => {}
        Some(_) => return Wrong::NotFound.into_response(),
        None => return onward(guard.door()),
    }
    next.run(request).await
}

async fn check_key(web: &Web, mut request: Request, next: Next) -> Response {
    let Some(secret) = bearer(request.headers()) else { return Problem::from(UNAUTHORISED).into_response() };
    let whose = Whose::new(&web.key, &secret);
    match web.db.read_together(&nobody(web.house.partnership), whose).await {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Ok(None) => Problem::from(UNAUTHORISED).into_response(),
        Err(Stop::Store(error)) => Problem::from(error).into_response(),
    }
}

/// The secret in `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or_else(|| UNAUTHORISED.into())
    }
}

/// The token in the sign-in cookie.
pub fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == sign_in::COOKIE)
        .map(|(_, token)| token.to_owned())
}

async fn whose(web: &Web, token: String) -> Result<Option<SignedIn>, StoreError> {
    let actor = nobody(web.house.partnership);
    let key = web.key.clone();
    let current = web.db.read(&actor, move |tx| sign_in::current(tx, &key, &token)).await?;
    if let Some(current) = current.filter(|c| c.to_be_seen) {
        let id = current.who.id;
        // The page does not depend on it: a store that is full still shows what it has.
        let seen = web.db.write(&actor, move |tx| sign_in::see(tx, id).map_err(Stop::<()>::Store)).await;
        if seen.is_err() {
            tracing::warn!("a sign-in could not be marked as used");
        }
    }
    Ok(current.map(|c| c.who))
}

fn found(parts: &Parts) -> Result<SignedIn, Wrong> {
    parts.extensions.get::<SignedIn>().copied().ok_or(Wrong::NotFound)
}

/// A member of staff; the role says which.
#[derive(Debug, Clone, Copy)]
pub struct Staff(pub SignedIn);

impl Staff {
    /// The one organisation this role may see; `None`: all of them.
    pub fn only(&self) -> Option<OrganisationId> {
        match self.0.role {
            Role::EmployerContact { organisation } => Some(organisation),
            _ => None,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Wrong;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Wrong> {
        let who = found(parts)?;
        if matches!(who.role, Role::Person { .. }) { Err(Wrong::NotFound) } else { Ok(Self(who)) }
    }
}

/// The campaign lead.
#[derive(Debug, Clone, Copy)]
pub struct Lead(pub SignedIn);

impl<S: Send + Sync> FromRequestParts<S> for Lead {
    type Rejection = Wrong;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Wrong> {
        let who = found(parts)?;
        if matches!(who.role, Role::CampaignLead { .. }) { Ok(Self(who)) } else { Err(Wrong::NotFound) }
    }
}

/// The person in the path whom an operator has open.
#[derive(Debug, Clone, Copy)]
struct Opened(PersonId);

/// Whose pages these are, and who is at them: the person, or an operator at the person's word.
#[derive(Debug, Clone, Copy)]
pub struct PersonSelf {
    /// Who: the only person these pages may show.
    pub person: PersonId,
    /// The sign-in.
    pub who: SignedIn,
}

impl PersonSelf {
    /// Whether an operator does it for them.
    pub const fn assisted(&self) -> bool {
        self.who.role.person().is_none()
    }

    /// Where these pages begin.
    pub fn base(&self) -> String {
        if self.assisted() { format!("/desk/people/{}", self.person) } else { "/b".to_owned() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PersonSelf {
    type Rejection = Wrong;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Wrong> {
        let who = found(parts)?;
        let opened = parts.extensions.get::<Opened>().map(|opened| opened.0);
        who.role.person().or(opened).map(|person| Self { person, who }).ok_or(Wrong::NotFound)
    }
}

/// Somebody at the desk: a booking operator, or the lead.
#[derive(Debug, Clone, Copy)]
pub struct AtDesk(pub SignedIn);

impl<S: Send + Sync> FromRequestParts<S> for AtDesk {
    type Rejection = Wrong;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Wrong> {
        let who = found(parts)?;
        if Guard::Desk.admits(&who.role, None, None) { Ok(Self(who)) } else { Err(Wrong::NotFound) }
    }
}

/// Whoever is signed in, if anybody is; for doors only.
#[derive(Debug, Clone, Copy)]
pub struct Anybody(pub Option<SignedIn>);

impl<S: Send + Sync> FromRequestParts<S> for Anybody {
    type Rejection = Wrong;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Wrong> {
        Ok(Self(parts.extensions.get::<SignedIn>().copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_open_what() {
        let (a, b) =
            (OrganisationId::from_uuid(uuid::Uuid::from_u128(1)), OrganisationId::from_uuid(uuid::Uuid::from_u128(2)));
        let (c, d) = (SiteId::from_uuid(uuid::Uuid::from_u128(3)), SiteId::from_uuid(uuid::Uuid::from_u128(4)));
        let roles = [
            Role::CampaignLead { organisation: None },
            Role::EmployerContact { organisation: a },
            Role::EmployerContact { organisation: b },
            Role::ClinicTeam { site: c },
            Role::ClinicTeam { site: d },
            Role::BookingOperator,
            Role::Person { person: PersonId::from_uuid(uuid::Uuid::from_u128(5)) },
        ];
        let rows = [
            (Guard::Open, [true, true, true, true, true, true, true]),
            (Guard::Staff, [true, true, true, true, true, true, false]),
            (Guard::Lead, [true, false, false, false, false, false, false]),
            (Guard::Employers, [true, true, true, false, false, false, false]),
            (Guard::EmployerInPath, [true, true, false, false, false, false, false]),
            (Guard::ClinicInPath, [true, false, false, true, false, false, false]),
            (Guard::Person, [false, false, false, false, false, false, true]),
            (Guard::Desk, [true, false, false, false, false, true, false]),
            (Guard::DeskInPath, [true, false, false, false, false, true, false]),
            (Guard::Api, [false, false, false, false, false, false, false]),
        ];
        for (guard, expected) in rows {
            let got = roles.map(|role| guard.admits(&role, Some(a), Some(c)));
            assert_eq!(got, expected, "{guard:?}");
            // A path without the id opens for the lead at most.
            if matches!(guard, Guard::EmployerInPath | Guard::ClinicInPath) {
                assert!(!guard.admits(&roles[1], None, None) && !guard.admits(&roles[3], None, None));
            }
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=b; accord_sign_in=abc; c=d".parse().expect("a header"));
        assert_eq!(cookie(&headers).as_deref(), Some("abc"));
        headers.insert(header::COOKIE, "xaccord_sign_in=abc".parse().expect("a header"));
        assert_eq!(cookie(&headers), None);
    }
}
