//! Files of problems, plans and proofs: a kind, a version, then the fields in the order of the types, little-endian.
//! The encoding of a value is unique, so that the hash of a problem is the hash of its file.

use crate::codec::{ReadError, Reader, Writer};
use crate::days::DayMask;
use crate::plan::{Course, Pick, Plan};
use crate::problem::{
    Allocation, Appointment, Block, Costs, Given, Group, Person, Pin, Problem, Product, Reach, SlotCapacity, Supply,
    Team, WhyEmpty,
};
use crate::proof::{MostPeople, Prices, ProblemHash, Proof};
use sha2::{Digest, Sha256};

const PROBLEM: [u8; 6] = *b"ACCPRB";
const PLAN: [u8; 6] = *b"ACCPLN";
const PROOF: [u8; 6] = *b"ACCPRF";
const VERSION: u16 = 1;

impl Problem {
    /// SHA-256 over [`write_problem`].
    #[must_use]
    pub fn hash(&self) -> ProblemHash {
        ProblemHash(Sha256::digest(write_problem(self)).into())
    }
}

fn begin(kind: [u8; 6]) -> Writer {
    let mut w = Writer::default();
    w.0.extend(kind);
    w.u16(VERSION);
    w
}

fn open(bytes: &[u8], kind: [u8; 6]) -> Result<Reader<'_>, ReadError> {
    let mut r = Reader::new(bytes);
    if r.bytes::<6>()? != kind {
        return Err(ReadError::WrongKind);
    }
    match r.u16()? {
        VERSION => Ok(r),
        other => Err(ReadError::UnknownVersion(other)),
    }
}

/// The problem as the bytes of its file.
#[must_use]
pub fn write_problem(problem: &Problem) -> Vec<u8> {
    let mut w = begin(PROBLEM);
    w.u16(problem.days);
    w.list(&problem.appointments, |w, a| {
        w.u16(a.first_day);
        w.u16(a.last_day);
    });
    w.list(&problem.products, |w, p| {
        w.u16(p.interval_min);
        w.u16(p.interval_max);
        w.u16(p.interval_ideal);
    });
    w.list(&problem.groups, |w, g| {
        w.u32(g.wait_per_day);
        w.u32(g.unplaced);
    });
    w.u32(problem.costs.off_shift);
    w.u32(problem.costs.per_day_off_ideal);
    w.u32(problem.costs.fair);
    w.u32(problem.sites);
    w.u32(problem.employers);
    w.list(&problem.blocks, write_block);
    w.list(&problem.supplies, |w, s| {
        w.option_u32(s.site);
        w.u8(s.product);
        w.u16(s.until_day);
        w.u32(s.doses);
    });
    w.list(&problem.teams, |w, t| {
        w.u32(t.employer);
        w.list(&t.cover, |w, c| w.u32(*c));
    });
    w.list(&problem.allocations, |w, a| {
        w.u32(a.employer);
        w.u32(a.capacity);
    });
    w.list(&problem.fair, |w, f| w.u32(*f));
    w.list(&problem.people, write_person);
    w.list(&problem.reaches, |w, r| {
        w.u32(r.site);
        w.u16(r.minutes);
        w.option_u32(r.allocation);
        w.u16(r.first_day);
        w.u16(r.last_day);
    });
    w.0
}

fn write_block(w: &mut Writer, b: &Block) {
    w.u32(b.site);
    w.u16(b.day);
    w.u8(b.half);
    w.u8(b.product);
    w.list(&b.slots, |w, s| {
        w.u16(s.start_minute);
        w.u16(s.places);
    });
}

fn write_person(w: &mut Writer, p: &Person) {
    w.option_u32(p.team);
    w.u32(p.employer);
    w.u8(p.group);
    w.u16(p.products);
    for mask in [&p.on_shift].into_iter().chain(&p.available) {
        mask.0.iter().for_each(|word| w.u64(*word));
    }
    w.u32(p.reach.start);
    w.u32(p.reach.end);
    w.u8(p.why_empty.map_or(0, |why| why as u8));
    match &p.given {
        None => w.u8(0),
        Some(g) => {
            w.u8(g.done);
            w.u8(g.product);
            w.i64(i64::from(g.day));
        }
    }
    w.list(&p.pinned, |w, pin| {
        w.u8(pin.appointment);
        w.u32(pin.block);
        w.u16(pin.slot);
    });
}

/// Reads what [`write_problem`] wrote. Call [`Problem::validate`] on the result.
pub fn read_problem(bytes: &[u8]) -> Result<Problem, ReadError> {
    let mut r = open(bytes, PROBLEM)?;
    let r = &mut r;
    let problem = Problem {
        days: r.u16()?,
        appointments: r.list(|r| Ok(Appointment { first_day: r.u16()?, last_day: r.u16()? }))?,
        products: r
            .list(|r| Ok(Product { interval_min: r.u16()?, interval_max: r.u16()?, interval_ideal: r.u16()? }))?,
        groups: r.list(|r| Ok(Group { wait_per_day: r.u32()?, unplaced: r.u32()? }))?,
        costs: Costs { off_shift: r.u32()?, per_day_off_ideal: r.u32()?, fair: r.u32()? },
        sites: r.u32()?,
        employers: r.u32()?,
        blocks: r.list(read_block)?,
        supplies: r
            .list(|r| Ok(Supply { site: r.option_u32()?, product: r.u8()?, until_day: r.u16()?, doses: r.u32()? }))?,
        teams: r.list(|r| Ok(Team { employer: r.u32()?, cover: r.list(|r| r.u32())? }))?,
        allocations: r.list(|r| Ok(Allocation { employer: r.u32()?, capacity: r.u32()? }))?,
        fair: r.list(|r| r.u32())?,
        people: r.list(read_person)?,
        reaches: r.list(read_reach)?,
    };
    r.end()?;
    Ok(problem)
}

fn read_block(r: &mut Reader<'_>) -> Result<Block, ReadError> {
    Ok(Block {
        site: r.u32()?,
        day: r.u16()?,
        half: r.u8()?,
        product: r.u8()?,
        slots: r.list(|r| Ok(SlotCapacity { start_minute: r.u16()?, places: r.u16()? }))?,
    })
}

fn read_reach(r: &mut Reader<'_>) -> Result<Reach, ReadError> {
    Ok(Reach {
        site: r.u32()?,
        minutes: r.u16()?,
        allocation: r.option_u32()?,
        first_day: r.u16()?,
        last_day: r.u16()?,
    })
}

fn read_mask(r: &mut Reader<'_>) -> Result<DayMask, ReadError> {
    Ok(DayMask([r.u64()?, r.u64()?, r.u64()?]))
}

fn read_person(r: &mut Reader<'_>) -> Result<Person, ReadError> {
    Ok(Person {
        team: r.option_u32()?,
        employer: r.u32()?,
        group: r.u8()?,
        products: r.u16()?,
        on_shift: read_mask(r)?,
        available: [read_mask(r)?, read_mask(r)?, read_mask(r)?],
        reach: r.u32()?..r.u32()?,
        why_empty: match r.u8()? {
            0 => None,
            1 => Some(WhyEmpty::NoSiteWithinTravelLimit),
            2 => Some(WhyEmpty::NoSiteWithAccess),
            3 => Some(WhyEmpty::NoAgreement),
            4 => Some(WhyEmpty::NoProduct),
            _ => return Err(ReadError::BadValue("why a reach is empty")),
        },
        given: match r.u8()? {
            0 => None,
            done => Some(Given {
                done,
                product: r.u8()?,
                day: i32::try_from(r.i64()?).map_err(|_| ReadError::BadValue("day given"))?,
            }),
        },
        pinned: r.list(|r| Ok(Pin { appointment: r.u8()?, block: r.u32()?, slot: r.u16()? }))?,
    })
}

/// The plan as the bytes of its file.
#[must_use]
pub fn write_plan(plan: &Plan) -> Vec<u8> {
    let mut w = begin(PLAN);
    // A course of no picks cannot be, so an empty list is an unplaced person.
    w.list(&plan.courses, |w, course| {
        w.list(course.as_ref().map_or(&[], |c| &c.picks), |w, pick: &Pick| {
            w.u32(pick.block);
            w.u16(pick.slot);
        });
    });
    w.0
}

/// Reads what [`write_plan`] wrote.
pub fn read_plan(bytes: &[u8]) -> Result<Plan, ReadError> {
    let mut r = open(bytes, PLAN)?;
    let courses = r.list(|r| {
        let picks = r.list(|r| Ok(Pick { block: r.u32()?, slot: r.u16()? }))?;
        Ok(Some(Course { picks }).filter(|c| !c.picks.is_empty()))
    })?;
    r.end()?;
    Ok(Plan { courses })
}

fn write_prices(w: &mut Writer, p: &Prices) {
    for list in [&p.blocks, &p.supplies, &p.team_days, &p.allocations, &p.fair] {
        w.list(list, |w, x| w.u32(*x));
    }
}

fn read_prices(r: &mut Reader<'_>) -> Result<Prices, ReadError> {
    let mut next = || r.list(|r| r.u32());
    Ok(Prices { blocks: next()?, supplies: next()?, team_days: next()?, allocations: next()?, fair: next()? })
}

/// The proof as the bytes of its file.
#[must_use]
pub fn write_proof(proof: &Proof) -> Vec<u8> {
    let mut w = begin(PROOF);
    w.0.extend(proof.problem_hash.0);
    w.i64(proof.value);
    w.i64(proof.bound);
    write_prices(&mut w, &proof.prices);
    w.u64(proof.most.people);
    write_prices(&mut w, &proof.most.prices);
    w.0
}

/// Reads what [`write_proof`] wrote.
pub fn read_proof(bytes: &[u8]) -> Result<Proof, ReadError> {
    let mut r = open(bytes, PROOF)?;
    let r = &mut r;
    let proof = Proof {
        problem_hash: ProblemHash(r.bytes()?),
        value: r.i64()?,
        bound: r.i64()?,
        prices: read_prices(r)?,
        most: MostPeople { people: r.u64()?, prices: read_prices(r)? },
    };
    r.end()?;
    Ok(proof)
}
