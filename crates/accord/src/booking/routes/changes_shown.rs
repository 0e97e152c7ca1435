//! What the pages of capacity changes are made of.

use super::changes::Filter;
use crate::access::SignedIn;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::clock::london;
use crate::base::db::Tx;
use crate::base::ids::CapacityChangeId;
use crate::base::page::{Asked, Link, OpsFrame};
use crate::base::web::{Web, Wrong};
use crate::base::words;
use crate::booking::capacity_change::look::{Summary, reason_words, summary};
use crate::booking::capacity_change::{Change, ChangeState, Forecast, SESSIONS, What};
use crate::booking::pages::changes::{ChangePage, ChangeSessions, Choosable, MetRow, SessionChoice, Stage};
use crate::booking::store::change_list as store;
use crate::clinic::{product, site};
use jiff::ToSpan;
use jiff::civil::{Date, Time, time};

/// The page of sessions to choose from.
pub(super) async fn sessions_page(
    web: &Web,
    names: &NameOf,
    who: SignedIn,
    filter: &Filter,
) -> Result<(OpsFrame, ChangeSessions), Wrong> {
    let today = web.civil_now().date();
    let from: Date = filter.from.parse().unwrap_or(today);
    // Without a last day: a fortnight, so that a first look shows something.
    let until: Date = filter.until.parse().unwrap_or_else(|_| from.saturating_add(13.days())).max(from);
    let wanted = store::Wanted { from, until, site: filter.site.parse().ok(), product: filter.product.parse().ok() };
    let read = move |tx: &mut Tx<'_>| {
        let rows = store::choosable(tx, &wanted, u32::try_from(SESSIONS).unwrap_or(u32::MAX) + 1)?;
        Ok((rows, site::all(tx)?, product::all(tx)?))
    };
    let (mut frame, (mut rows, sites, products)) = ops::look(web, names, who, "/sites", read).await?;
    frame.crumbs = vec![Link::new("/sites", "Clinics"), Link::new(format!("/sessions?from={from}"), "Sessions")];
    let more = rows.len() > SESSIONS;
    rows.truncate(SESSIONS);
    let chosen = |id: &str, wish: &str| id == wish;
    let sites = sites.into_iter().map(|s| (s.id.to_string(), s.facts.name));
    let products = products.into_iter().map(|p| (p.id.to_string(), p.name));
    let list = |all: &mut dyn Iterator<Item = (String, String)>, wish: &str| {
        let mut list: Vec<Choosable> =
            all.map(|(id, name)| Choosable { chosen: chosen(&id, wish), id, name }).collect();
        list.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        list
    };
    let page = ChangeSessions {
        frame: frame.clone(),
        days: (from, until),
        sites: list(&mut sites.into_iter(), &filter.site),
        products: list(&mut products.into_iter(), &filter.product),
        rows: rows.into_iter().map(choice).collect(),
        more,
        problems: Vec::new(),
        typed: (String::new(), String::new()),
        key: web.form_key(),
    };
    Ok((frame, page))
}

fn choice(row: store::Choosable) -> SessionChoice {
    SessionChoice {
        id: row.id.to_string(),
        site: row.site_name,
        date: row.date,
        from: minute(row.from),
        until: minute(row.until),
        product: row.product,
        booked: row.taken,
        capacity: row.capacity,
        state: match (row.open, row.honours) {
            (true, _) => "",
            (false, true) => "takes nothing new",
            (false, false) => "closed",
        },
    }
}

fn minute(of_day: u32) -> Time {
    time(i8::try_from(of_day / 60).unwrap_or(23).min(23), i8::try_from(of_day % 60).unwrap_or(0), 0, 0)
}

/// "Close 66 sessions".
pub(super) fn what_words(change: &Change, sessions: u64) -> String {
    let sessions = words::count(sessions, "session", "sessions");
    match change.what {
        What::Close => format!("Close {sessions}"),
        What::StopNew => format!("Stop new bookings in {sessions}"),
        What::Open => format!("Open {sessions} again"),
        What::Edit => format!("Edit {sessions}"),
        What::Undo => format!("Take a change of {sessions} back"),
    }
}

/// The sentence that decides: "Moves 412 people, 3 cannot be moved; opens 96 places on Tuesday 5 January."
pub fn finding(of: &Summary) -> String {
    let done = matches!(of.change.state, ChangeState::Done | ChangeState::Undone);
    let mut parts = Vec::new();
    let mut part = |n: u64, now: &str, then: &str| {
        if n > 0 {
            parts.push(format!("{} {}", if done { then } else { now }, words::people(n)));
        }
    };
    part(of.move_people, "moves", "moved");
    part(of.cancel_people, "cancels", "cancelled");
    part(of.honour_people, "keeps", "kept");
    part(of.restore_people, "puts back", "put back");
    if of.cannot_people() > 0 {
        let (now, then) = ("cannot be moved", "could not be moved");
        parts.push(format!("{} {}", words::number(of.cannot_people()), if done { then } else { now }));
    }
    if parts.is_empty() {
        parts.push(if done { "met nobody" } else { "meets nobody" }.to_owned());
    }
    let (opened, closed) = of.places();
    let mut said = parts.join(", ");
    for (n, now, then) in [(opened, "opens", "opened"), (closed, "closes", "closed")] {
        if n == 0 {
            continue;
        }
        let on: Vec<Date> = of.days.iter().filter(|(_, d)| (*d > 0) == (now == "opens")).map(|(day, _)| *day).collect();
        let on = match on[..] {
            [day] => format!("on {}", words::day(day)),
            _ => format!("on {}", words::count(on.len() as u64, "day", "days")),
        };
        let verb = if done { then } else { now };
        said.push_str(&format!("; {verb} {} {on}", words::count(n, "place", "places")));
    }
    format!("{}.", words::sentence(&said))
}

fn facts(of: &Summary) -> Vec<String> {
    let mut facts = Vec::new();
    let preview = of.change.state == ChangeState::Preview;
    if of.confirmed_people > 0 {
        let n = words::people(of.confirmed_people);
        facts.push(format!("{} had said yes to their time; the new one is theirs to confirm.", words::sentence(&n)));
    }
    if let Some(Forecast { back, changed, gone }) = of.forecast {
        facts.push(format!(
            "{} can go back and get a second message.",
            words::sentence(&words::count(back, "booking", "bookings"))
        ));
        facts.push(format!(
            "{} cannot, because the place is gone; {} changed it since.",
            words::number(gone),
            words::number(changed)
        ));
    }
    if of.anew_people > 0 && !preview {
        let n = words::sentence(&words::people(of.anew_people));
        facts.push(format!(
            "{n} had changed since the preview, or lost the place, and were dealt with as they were then."
        ));
    }
    for (why, n) in &of.left_out {
        let n = words::sentence(&words::people(*n));
        facts.push(format!("{n} left as they are: {}.", reason_words(why)));
    }
    if of.change.told.is_none() && matches!(of.change.state, ChangeState::Done) && of.change.what != What::Undo {
        facts.push("Nobody was told yet: it stands under “waiting to be sent”.".to_owned());
    }
    facts
}

/// The page of one change.
pub(super) async fn shown(
    web: &Web,
    names: &NameOf,
    who: SignedIn,
    id: CapacityChangeId,
    show: &str,
    asked: &Asked,
) -> Result<ChangePage, Wrong> {
    let cannot = show == "cannot";
    let (show, asked) = (if cannot { "cannot" } else { "" }, asked.clone());
    let base = format!("/changes/{id}");
    let path = base.clone();
    let read = move |tx: &mut Tx<'_>| {
        let Some(summary) = summary(tx, id)? else { return Ok(None) };
        let pager = asked.pager(path.clone(), &[("show", show)], store::met_count(tx, id, !cannot)?);
        let other = store::met_count(tx, id, cannot)?;
        let rows = store::met(tx, id, !cannot, (pager.limit(), pager.skip()))?;
        Ok(Some((summary, pager, other, rows)))
    };
    let (mut frame, found) = ops::look(web, names, who, "/sites", read).await?;
    let (of, pager, other, rows) = found.ok_or(Wrong::NotFound)?;
    frame.crumbs = vec![Link::new("/sessions/change", "Change sessions"), Link::new("/changes", "Changes")];
    let (placed, without) = if cannot { (other, pager.total) } else { (pager.total, other) };
    let lists = vec![
        Link::new(base.clone(), format!("with a place ({})", words::number(placed))),
        Link::new(format!("{base}?show=cannot"), format!("without one ({})", words::number(without))),
    ];
    Ok(ChangePage {
        title: what_words(&of.change, of.sessions),
        finding: finding(&of),
        stage: stage(of.change.state),
        reason: (of.change.reason.clone(), of.change.lead.clone()),
        open: of.open_people,
        cannot: of.cannot.iter().map(|(why, n)| (reason_words(why).to_owned(), *n)).collect(),
        facts: facts(&of),
        commit: if of.change.state == ChangeState::Preview { commit_words(&of) } else { String::new() },
        undo_until: of.undo_until.map(|at| at.to_zoned(london()).datetime()),
        days: of.days,
        here: if cannot { lists[1].href.clone() } else { base.clone() },
        show: show.to_owned(),
        lists,
        rows: rows.into_iter().map(row).collect(),
        pager,
        base,
        problems: Vec::new(),
        key: web.form_key(),
        frame,
    })
}

fn stage(of: ChangeState) -> Stage {
    match of {
        ChangeState::Preview => Stage::Preview,
        ChangeState::UnderWay => Stage::UnderWay,
        ChangeState::Done => Stage::Done,
        ChangeState::Undone => Stage::Undone,
        ChangeState::Abandoned => Stage::Abandoned,
    }
}

fn commit_words(of: &Summary) -> String {
    let title = what_words(&of.change, of.sessions);
    match of.move_people {
        0 => title,
        n => format!("{title} and move {}", words::people(n)),
    }
}

fn row(of: store::Met) -> MetRow {
    let mut notes = Vec::new();
    if of.planned == "cancel" || of.outcome.as_deref() == Some("left_out") {
        notes.push(of.why.as_deref().map_or("cancelled, as chosen", reason_words).to_owned());
    }
    if of.confirmed {
        notes.push("had said yes".to_owned());
    }
    if of.along {
        notes.push("moves with the other appointment".to_owned());
    }
    if of.anew {
        notes.push("dealt with anew".to_owned());
    }
    let to = of.to_site.zip(of.to).filter(|_| of.planned != "cancel");
    MetRow {
        reference: of.reference,
        employer: of.employer,
        from: (of.from_site, of.from.to_zoned(london()).datetime()),
        to: to.map(|(site, at)| (site, at.to_zoned(london()).datetime())),
        notes: notes.join("; "),
    }
}
