//! `accord link`: a one-time link for whoever is at this machine to hand on.

use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::access::{Role, sign_in_link};
use crate::base::clock::{Chance, Clock};
use crate::base::db::Stop;
use crate::evidence;
use clap::{Args, ValueEnum};

/// What `link` takes.
#[derive(Debug, Args)]
pub struct Link {
    /// As what the link signs in
    #[arg(long, value_enum, default_value = "campaign-lead")]
    role: RoleName,
    /// For an employer contact: the organisation's code
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    /// For a clinic team: the site's code
    #[arg(long, value_name = "CODE")]
    site: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleName {
    CampaignLead,
    EmployerContact,
    ClinicTeam,
    BookingOperator,
}

enum NoSuch {
    Organisation,
    Site,
}

pub(super) fn run(at: &At, args: &Link) -> Result<Ended, Failure> {
    let store = Opened::open(at, Clock::Machine, Chance::machine())?;
    let (name, organisation, site) =
        (args.role, args.organisation.clone().unwrap_or_default(), args.site.clone().unwrap_or_default());
    let key = store.key(at)?;
    let token = store.db.write_now(&store.operator(), move |tx| {
        let role = match name {
            RoleName::CampaignLead => {
                Role::CampaignLead { organisation: evidence::people::organisation_by_code(tx, &organisation)? }
            }
            RoleName::EmployerContact => {
                let found = evidence::people::organisation_by_code(tx, &organisation)?;
                Role::EmployerContact { organisation: found.ok_or(Stop::Refused(NoSuch::Organisation))? }
            }
            RoleName::ClinicTeam => {
                let found = evidence::people::site_by_code(tx, &site)?;
                Role::ClinicTeam { site: found.ok_or(Stop::Refused(NoSuch::Site))? }
            }
            RoleName::BookingOperator => Role::BookingOperator,
        };
        Ok(sign_in_link::make(tx, &key, &role)?)
    });
    let token = token.map_err(|stop| match stop {
        Stop::Refused(NoSuch::Organisation) => Failure::bad_input(
            "there is no organisation with this code",
            "--organisation",
            "look the code up on the page Organisations",
        ),
        Stop::Refused(NoSuch::Site) => {
            Failure::bad_input("there is no site with this code", "--site", "look the code up on the page Clinics")
        }
        Stop::Store(error) => store.failed(&error),
    })?;
    let link = format!("{}/sign-in/{token}", super::serve::address(&store.config, None));
    if at.json {
        print_json(&serde_json::json!({ "link": link }))
    } else {
        print_line(&link)
    }
    Ok(Ended::Well)
}
