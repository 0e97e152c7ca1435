//! The frame round operations pages: who is signed in, and the pages their role has.

use super::routes::NameOf;
use super::{Role, SignedIn};
use crate::base::db::{StoreError, Tx};
use crate::base::page::{Link, OpsFrame, SignedIn as Shown};
use crate::base::web::{Web, Wrong};

/// Reads for a page: the frame round it, and what `f` reads, in one snapshot. `here` marks the page in the menu.
pub async fn look<T, F>(web: &Web, name_of: &NameOf, who: SignedIn, here: &str, f: F) -> Result<(OpsFrame, T), Wrong>
where
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    let name_of = NameOf::clone(name_of);
    let (name, seen) = web.read(&who.actor(), move |tx| Ok((name_of(tx, &who.role)?, f(tx)?))).await?;
    // The partnership's own name stands beside it already.
    let organisation = if name == web.house.name { String::new() } else { name };
    let shown = Shown { role: who.role.title().into(), organisation, key: web.form_key() };
    let frame = OpsFrame { signed_in: Some(shown), nav: nav(&who.role), here: here.to_owned(), ..bare(web) };
    Ok((frame, seen))
}

/// The frame of somebody who is not signed in.
pub fn bare(web: &Web) -> OpsFrame {
    OpsFrame {
        partnership: web.house.name.clone(),
        demo: web.house.demo,
        as_of: web.civil_now(),
        signed_in: None,
        nav: Vec::new(),
        here: String::new(),
        crumbs: Vec::new(),
    }
}

/// The pages a role has.
fn nav(role: &Role) -> Vec<Link> {
    let own = role.first_page();
    match role {
        Role::CampaignLead { .. } => [
            ("/campaign", "Campaign"),
            ("/plan", "Plan"),
            ("/organisations", "Organisations"),
            ("/sites", "Clinics"),
            ("/desk", "Desk"),
            ("/worklist", "Worklist"),
            ("/import", "Lists"),
            ("/agreements", "Agreements"),
            ("/ledger", "Ledger"),
        ]
        .map(|(href, text)| Link::new(href, text))
        .to_vec(),
        Role::EmployerContact { .. } => {
            vec![Link::new(own, "Your organisation"), Link::new("/import", "Lists"), Link::new("/worklist", "Worklist")]
        }
        Role::ClinicTeam { .. } => vec![Link::new(own, "Your clinic")],
        Role::BookingOperator => vec![Link::new(own, "Desk"), Link::new("/desk/several", "Several people")],
        Role::Person { .. } => Vec::new(),
    }
}
