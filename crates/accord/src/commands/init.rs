//! `accord init`: an empty store that is ready to serve.

use super::opened::{key_file, make_key, operator, settings};
use super::serve::address;
use super::{At, Ended, Failure, print_json, print_line};
use crate::access::{Role, sign_in_link};
use crate::base::audit::{self, Done};
use crate::base::clock::{Chance, Clock};
use crate::base::db::{Db, Stop, migrate};
use crate::base::ids::PartnershipId;
use crate::config;
use crate::partnership::store;
use clap::Args;

/// What `init` takes.
#[derive(Debug, Args)]
pub struct Init {
    /// The partnership's name, as it stands at the top of every page
    #[arg(long)]
    name: String,
    /// Its one measurable goal, in a sentence
    #[arg(long, default_value = "")]
    goal: String,
    /// Say what would be made and make nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(at: &At, args: &Init) -> Result<Ended, Failure> {
    let place = at.place();
    if args.name.trim().is_empty() {
        return Err(Failure::bad_input("a partnership needs a name", "--name", "say it: --name \"Our partnership\""));
    }
    let config = settings(at, &place)?;
    let key_file = key_file(at, &place, &config)?;
    if args.dry_run {
        print_line(&format!("would make a store at {place} with its key in {}", key_file.display()));
        return Ok(Ended::Well);
    }
    if let Some(folder) = place.folder() {
        make_folder(folder)?;
    }
    let key = make_key(&key_file)?;
    let db = Db::open(&place, Clock::Machine, Chance::machine()).map_err(|e| Failure::store(&e, &place))?;
    migrate::migrate(&db, &place).map_err(|e| Failure::store(&e, &place))?;
    let who = operator(PartnershipId::from_uuid(Chance::machine().uuid(Clock::Machine.now())));
    let (name, goal) = (args.name.trim().to_owned(), args.goal.clone());
    let link_key = key.clone();
    let token = db.write_now(&who, move |tx| {
        if let Some(there) = store::only(tx)? {
            return Err(Stop::Refused(there.name));
        }
        store::found(tx, &name, &goal, false)?;
        let done = Done {
            organisation: None,
            verb: "found",
            noun: "partnership",
            noun_id: tx.partnership().to_string(),
            detail: "{}".into(),
        };
        audit::record(tx, &done)?;
        Ok(sign_in_link::make(tx, &link_key, &Role::CampaignLead { organisation: None })?)
    });
    let token = token.map_err(|stop| match stop {
        Stop::Refused(name) => {
            let next = format!("serve it with: accord serve --at {place}; or choose another --at");
            Failure::refused(format!("there is a store here already, of {name}; it was left as it is"), &place, next)
        }
        Stop::Store(error) => Failure::store(&error, &place),
    })?;
    crate::app::seal_now(&db, &who).map_err(|e| Failure::store(&e, &place))?;
    let link = format!("{}/sign-in/{token}", address(&config, None));
    if at.json {
        print_json(
            &serde_json::json!({ "at": place.to_string(), "partnership": who.partnership.to_string(), "lead_link": link }),
        );
    } else {
        print_line(&format!("Made {place} for {}.", args.name.trim()));
        print_line(&format!(
            "Key: {} (keep a copy elsewhere; without it no code and no link opens)",
            key_file.display()
        ));
        print_line(&format!("Next: accord serve --at {place}"));
        print_line(&format!("Then sign in as campaign lead, once, within the hour: {link}"));
    }
    Ok(Ended::Well)
}

pub(super) fn make_folder(folder: &std::path::Path) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        Failure::environment(
            format!("the folder can't be made: {e}"),
            folder.display(),
            "choose a place you may write to",
        )
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = folder.join("accord.toml");
    if !file.exists() {
        std::fs::write(&file, config::FIRST_FILE).map_err(failed)?;
    }
    Ok(())
}
