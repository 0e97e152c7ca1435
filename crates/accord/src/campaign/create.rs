//! Making a campaign: all rules are looked at before anything is written.

use super::{Appointment, Campaign, CampaignRefusal, Group, Interval, NOTICE_MAX, Notice, Silence, store};
use crate::base::audit::{self, Done};
use crate::base::db::{Stop, Tx};
use crate::base::ids::{Campaign as CampaignKind, CampaignId};
use crate::base::outbox;
use jiff::civil::Date;

/// What a campaign is made of.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    /// What people call it.
    pub name: String,
    /// What is given.
    pub programme: String,
    /// What agreements must have been made for.
    pub purpose: String,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// Lowest age, 0 for none.
    pub age_min: u8,
    /// Percent of a team that may be away.
    pub cover_percent: u8,
    /// Minutes by car.
    pub travel_minutes_max: u16,
    /// What silence means.
    pub silence: Silence,
    /// How long before an appointment people do things themselves.
    pub notice: Notice,
    /// The course; numbers are given in this order, from 1.
    pub appointments: Vec<(String, Date, Date)>,
    /// Products and their intervals.
    pub products: Vec<Interval>,
    /// Priority groups; numbers are given in this order, from 1: name, wait cost, unplaced cost.
    pub groups: Vec<(String, u32, u32)>,
}

/// Checks and stores a campaign, open at once.
pub fn create(tx: &mut Tx<'_>, new: &NewCampaign) -> Result<Campaign, Stop<CampaignRefusal>> {
    let campaign = build(tx.id::<CampaignKind>(), new).map_err(Stop::Refused)?;
    store::insert(tx, &campaign)?;
    let id = campaign.id.to_string();
    let done = Done { organisation: None, verb: "create", noun: "campaign", noun_id: id.clone(), detail: "{}".into() };
    audit::record(tx, &done)?;
    outbox::append(tx, "campaign.created", &id, "{}")?;
    Ok(campaign)
}

/// Makes the campaign, or finds the open one of this name with these very rules; true where it was made.
///
/// # Errors
/// [`CampaignRefusal::NameTaken`] where the open one of this name has other rules.
pub fn create_once(tx: &mut Tx<'_>, new: &NewCampaign) -> Result<(Campaign, bool), Stop<CampaignRefusal>> {
    for (id,) in store::open(tx)? {
        let Some(there) = store::load(tx, id)?.filter(|there| there.name == new.name) else { continue };
        let mut wanted = build(id, new).map_err(Stop::Refused)?;
        wanted.products.sort_by_key(|interval| interval.product);
        if wanted == there {
            return Ok((there, false));
        }
        return Err(Stop::Refused(CampaignRefusal::NameTaken { name: there.name }));
    }
    Ok((create(tx, new)?, true))
}

fn build(id: CampaignId, new: &NewCampaign) -> Result<Campaign, CampaignRefusal> {
    check(new)?;
    let appointments = new.appointments.iter().zip(1..).map(|((name, first_on, last_on), number)| Appointment {
        number,
        name: name.clone(),
        first_on: *first_on,
        last_on: *last_on,
    });
    let groups = new.groups.iter().zip(1..).map(|((name, wait_cost, unplaced_cost), number)| Group {
        number,
        name: name.clone(),
        wait_cost: *wait_cost,
        unplaced_cost: *unplaced_cost,
    });
    Ok(Campaign {
        id,
        name: new.name.clone(),
        programme: new.programme.clone(),
        purpose: new.purpose.clone(),
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        age_min: new.age_min,
        cover_percent: new.cover_percent,
        travel_minutes_max: new.travel_minutes_max,
        silence: new.silence,
        notice: new.notice,
        open: true,
        appointments: appointments.collect(),
        products: new.products.clone(),
        groups: groups.collect(),
    })
}

fn check(new: &NewCampaign) -> Result<(), CampaignRefusal> {
    let parts = [
        (new.name.trim().is_empty(), "name"),
        (new.purpose.trim().is_empty(), "purpose"),
        (new.appointments.is_empty(), "appointment"),
        (new.products.is_empty(), "product"),
        (new.groups.is_empty(), "priority group"),
    ];
    if let Some((_, what)) = parts.into_iter().find(|(missing, _)| *missing) {
        return Err(CampaignRefusal::Incomplete { what });
    }
    if !(1..=100).contains(&new.cover_percent) {
        return Err(CampaignRefusal::OutOfRange {
            what: "share of a team that may be away",
            wanted: "1 to 100 percent",
        });
    }
    if new.travel_minutes_max == 0 {
        return Err(CampaignRefusal::OutOfRange { what: "travel limit", wanted: "a minute or more" });
    }
    if [new.notice.book, new.notice.change, new.notice.cancel].iter().any(|minutes| *minutes > NOTICE_MAX) {
        return Err(CampaignRefusal::OutOfRange { what: "notice", wanted: "four weeks (40320 minutes) or less" });
    }
    if new.starts_on > new.ends_on {
        return Err(CampaignRefusal::DaysOutOfOrder { what: "the campaign".into() });
    }
    for (name, first, last) in &new.appointments {
        if first > last || *first < new.starts_on || *last > new.ends_on {
            return Err(CampaignRefusal::DaysOutOfOrder { what: name.clone() });
        }
    }
    check_intervals(new)
}

/// Whether some day of each appointment can follow some day of the one before.
fn check_intervals(new: &NewCampaign) -> Result<(), CampaignRefusal> {
    for (at, interval) in new.products.iter().enumerate() {
        let Interval { min_days, max_days, ideal_days, .. } = *interval;
        if min_days > max_days || ideal_days < min_days || ideal_days > max_days {
            return Err(CampaignRefusal::OutOfRange {
                what: "interval",
                wanted: "at least, wished for and at most in this order",
            });
        }
        for (pair, number) in new.appointments.windows(2).zip(2..) {
            let least = days(pair[0].2, pair[1].1);
            let most = days(pair[0].1, pair[1].2);
            if most < i32::from(min_days) || least > i32::from(max_days) {
                return Err(CampaignRefusal::IntervalCannotFit {
                    product: at + 1,
                    appointment: number,
                    possible: (least.max(0), most),
                    wanted: (min_days, max_days),
                });
            }
        }
    }
    Ok(())
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::ProductId;
    use crate::base::refusal::Refusal;
    use jiff::civil::date;

    fn good() -> NewCampaign {
        let product = ProductId::from_uuid(uuid::Uuid::from_u128(1));
        NewCampaign {
            name: "Winter".into(),
            programme: "flu".into(),
            purpose: "staff vaccination".into(),
            starts_on: date(2027, 1, 4),
            ends_on: date(2027, 2, 28),
            age_min: 16,
            cover_percent: 15,
            travel_minutes_max: 60,
            silence: Silence::Keep,
            notice: Notice::default(),
            appointments: vec![
                ("first dose".into(), date(2027, 1, 4), date(2027, 1, 24)),
                ("second dose".into(), date(2027, 1, 23), date(2027, 2, 28)),
            ],
            products: vec![Interval { product, min_days: 19, max_days: 28, ideal_days: 21 }],
            groups: vec![("frontline".into(), 8, 6_000)],
        }
    }

    #[test]
    fn what_can_not_be_is_refused_with_its_place() {
        type Spoil = fn(&mut NewCampaign);
        let table: [(&str, Spoil); 9] = [
            ("out_of_range", |n| n.notice.cancel = NOTICE_MAX + 1),
            ("incomplete", |n| n.name = " ".into()),
            ("incomplete", |n| n.products.clear()),
            ("incomplete", |n| n.appointments.clear()),
            ("out_of_range", |n| n.cover_percent = 0),
            ("out_of_range", |n| n.products[0].ideal_days = 40),
            ("days_out_of_order", |n| n.ends_on = date(2027, 1, 1)),
            ("days_out_of_order", |n| n.appointments[0].2 = date(2027, 1, 3)),
            ("interval_cannot_fit", |n| {
                n.products[0] = Interval { min_days: 84, max_days: 84, ideal_days: 84, ..n.products[0] }
            }),
        ];
        assert!(check(&good()).is_ok());
        for (code, spoil) in table {
            let mut new = good();
            spoil(&mut new);
            let refusal = check(&new).expect_err(code);
            assert_eq!(refusal.code(), code);
            assert!(refusal.sentence().ends_with('.') && refusal.next_step().ends_with('.'));
        }
        let mut late = good();
        late.products[0] = Interval { min_days: 84, max_days: 84, ideal_days: 84, ..late.products[0] };
        assert_eq!(
            check(&late).expect_err("can't fit").sentence(),
            "Appointment 2 can be 0 to 55 days after the one before, but product 1 needs 84 to 84 days."
        );
    }
}
