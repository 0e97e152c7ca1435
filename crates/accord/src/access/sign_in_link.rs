//! One-time links: how staff come in until an organisation's own sign-in is connected.
//!
//! Mail scanners open every link, so opening one only shows a button. The button's form carries a key; the same
//! form sent twice opens the same sign-in, because its token is derived from link and key and not drawn again.

use super::rules::{self, LinkStanding};
use super::{Role, sign_in, store};
use crate::base::audit::{self, Done};
use crate::base::clock::at_microsecond;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::SignInLink;
use crate::base::refusal::Refusal;
use crate::base::secret::{Key, hex};

/// What a link's page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It would open this role.
    Ready(Role),
    /// It was used.
    Used,
    /// It is too old.
    Expired,
}

/// Why a link does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRefusal {
    /// No such link.
    Unknown,
    /// It was used.
    Used,
    /// It is too old.
    Expired,
}

impl Refusal for LinkRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "link_unknown",
            Self::Used => "link_used",
            Self::Expired => "link_expired",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Unknown => "There is no such link.",
            Self::Used => "This link has been used; a link signs in once.",
            Self::Expired => "This link is more than an hour old.",
        }
        .into()
    }

    fn next_step(&self) -> String {
        "Ask whoever sent it for a new one.".into()
    }
}

/// Makes a link for `role` and answers its token: 128 random bits, told once and never stored.
pub fn make(tx: &mut Tx<'_>, key: &Key, role: &Role) -> Result<String, StoreError> {
    let token = hex(&tx.random::<16>());
    let id = tx.id::<SignInLink>();
    let expires = at_microsecond(tx.now().as_microsecond().saturating_add(rules::LINK_US));
    store::insert_link(tx, id, &hashed(key, &token), role, expires)?;
    audit::record(
        tx,
        &Done {
            organisation: role.organisation(),
            verb: "make_link",
            noun: role.word(),
            noun_id: id.to_string(),
            detail: "{}".into(),
        },
    )?;
    Ok(token)
}

/// What the link's page shows; `None` when there is no such link. Reads only.
pub fn look(tx: &mut Tx<'_>, key: &Key, token: &str) -> Result<Option<Look>, StoreError> {
    let now = tx.now();
    Ok(store::link(tx, &hashed(key, token))?.map(|l| match rules::link_standing(now, l.expires, l.used) {
        LinkStanding::Ready => Look::Ready(l.role),
        LinkStanding::Used => Look::Used,
        LinkStanding::Expired => Look::Expired,
    }))
}

/// Uses the link: answers its role and the token of the sign-in. The same `form_key` again answers the same token.
pub fn sign_in(tx: &mut Tx<'_>, key: &Key, token: &str, form_key: &str) -> Result<(Role, String), Stop<LinkRefusal>> {
    let link = store::link(tx, &hashed(key, token))?.ok_or(Stop::Refused(LinkRefusal::Unknown))?;
    let cookie = key.hash(&format!("sign-in by link/{token}/{form_key}"));
    match rules::link_standing(tx.now(), link.expires, link.used) {
        LinkStanding::Ready if store::use_link(tx, link.id)? => {
            sign_in::start_with(tx, key, &link.role, &cookie)?;
            Ok((link.role, cookie))
        }
        LinkStanding::Expired => Err(Stop::Refused(LinkRefusal::Expired)),
        _ => match sign_in::current(tx, key, &cookie)? {
            Some(_) => Ok((link.role, cookie)),
            None => Err(Stop::Refused(LinkRefusal::Used)),
        },
    }
}

fn hashed(key: &Key, token: &str) -> String {
    key.hash(&format!("link/{token}"))
}
