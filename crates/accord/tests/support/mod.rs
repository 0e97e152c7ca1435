//! A small partnership with a row of everything, and a service over it without a socket.

#![allow(dead_code, reason = "each test uses its own part")]

pub mod people;

use accord::access::api_key::{self, KeyRole};
use accord::access::{Role, sign_in};
use accord::app::App;
use accord::base::db::{Stop, Tx};
use accord::base::ids::{OrganisationId, PersonId, SiteId};
use accord::base::page::Help;
use accord::base::secret::Key;
use accord::base::web::House;
use accord::p;
use accord::partnership::store;
use accord::testing::{BEGIN_US, Fresh};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use tower::ServiceExt;

/// The key of every test.
pub fn key() -> Key {
    Key::new([7; 32])
}

pub fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}
/// An employer that also hosts.
pub fn home() -> OrganisationId {
    OrganisationId::from_uuid(uuid(10))
}
/// Another employer, a stranger to the first one's pages.
pub fn stranger() -> OrganisationId {
    OrganisationId::from_uuid(uuid(11))
}
pub fn site() -> SiteId {
    SiteId::from_uuid(uuid(20))
}
pub fn person() -> PersonId {
    PersonId::from_uuid(uuid(30))
}

/// One row of everything that a page shows.
pub fn fill(tx: &mut Tx<'_>) -> Result<(), Stop<()>> {
    store::found(tx, "Test Partnership", "Everybody has a place.", true)?;
    let home = home().to_string();
    let statements: &[&'static str] = &[
        "INSERT INTO product (partnership_id, id, code, name) VALUES ($1, '00000000-0000-0000-0000-000000000050', 'A', 'Vaccine A')",
        "INSERT INTO site (partnership_id, id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access, note, slots_owner, state)
         VALUES ($1, '00000000-0000-0000-0000-000000000014', $2, 'S1', 'Clinic One', 'hub', '1 Street', 'CO1 1AA', 51.9, 0.9, 'Colchester', '', 64, '', 'accord', 'open')",
        "INSERT INTO session (partnership_id, id, site_id, host_id, product_id, date, from_minute, until_minute, slot_minutes, stations, state, version)
         VALUES ($1, '00000000-0000-0000-0000-000000000051', '00000000-0000-0000-0000-000000000014', $2, '00000000-0000-0000-0000-000000000050', '2027-01-05', 540, 720, 10, 2, 'open', 1)",
        "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes, capacity, taken)
         VALUES ($1, '00000000-0000-0000-0000-000000000052', '00000000-0000-0000-0000-000000000051', '00000000-0000-0000-0000-000000000014', $2, '00000000-0000-0000-0000-000000000050', '2027-01-05', 540, 1799139600000000, 10, 4, 1)",
        "INSERT INTO campaign (partnership_id, id, name, programme, purpose, starts_on, ends_on, age_min, cover_percent, travel_minutes_max, silence, state)
         VALUES ($1, '00000000-0000-0000-0000-000000000053', 'Winter Campaign', 'flu', 'vaccination', '2027-01-04', '2027-02-07', 16, 20, 40, 'keep', 'open')",
        "INSERT INTO campaign_appointment (partnership_id, campaign_id, number, name, first_on, last_on)
         VALUES ($1, '00000000-0000-0000-0000-000000000053', 1, 'first', '2027-01-04', '2027-01-17')",
        "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, birth_checked, home_postcode, language, access_needs, state, version, created_us)
         VALUES ($1, '00000000-0000-0000-0000-00000000001e', 'Ada', 'Okonkwo', 'okonkwo ada', '1984-03-15', 0, 'CO15 1LH', 'en', 64, 'active', 1, 0)",
        "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, birth_checked, home_postcode, language, access_needs, state, version, created_us)
         VALUES ($1, '00000000-0000-0000-0000-00000000001f', 'No', 'Birthday', 'birthday no', 0, NULL, 'en', 0, 'active', 1, 0)",
        "INSERT INTO offer (partnership_id, campaign_id, person_id, employer_id, state, owner_role, owner_organisation_id, next_on, version, changed_us)
         VALUES ($1, '00000000-0000-0000-0000-000000000053', '00000000-0000-0000-0000-00000000001e', $2, 'assigned', 'person', $2, '2027-01-05', 1, 0)",
        "INSERT INTO offer (partnership_id, campaign_id, person_id, employer_id, state, reason, owner_role, owner_organisation_id, next_on, version, changed_us)
         VALUES ($1, '00000000-0000-0000-0000-000000000053', '00000000-0000-0000-0000-00000000001f', $2, 'unplaced', 'capacity_short', 'campaign_lead', $2, '2027-01-05', 1, 0)",
        "INSERT INTO agreement (partnership_id, id, version, kind, title, host_id, purpose, from_date, until_date, state, at_end, signed_by, signed_us, superseded)
         VALUES ($1, '00000000-0000-0000-0000-000000000054', 1, 'capacity', 'A-001', $2, 'vaccination', '2027-01-01', '2027-03-01', 'in_force', 'honour', 'A. Example; B. Example', 0, 0)",
        "INSERT INTO agreement_site (partnership_id, agreement_id, version, site_id)
         VALUES ($1, '00000000-0000-0000-0000-000000000054', 1, '00000000-0000-0000-0000-000000000014')",
        "INSERT INTO allocation (partnership_id, id, agreement_id, host_id, employer_id, capacity, taken)
         VALUES ($1, '00000000-0000-0000-0000-000000000055', '00000000-0000-0000-0000-000000000054', $2, $2, 100, 1)",
        "INSERT INTO booking (partnership_id, id, reference, campaign_id, person_id, appointment, slot_id, session_id, site_id, product_id, host_id, employer_id, on_shift,
           agreement_id, agreement_version, allocation_id, date, starts_us, ends_us, travel_minutes, state, live, version, created_us, changed_us)
         VALUES ($1, '00000000-0000-0000-0000-000000000056', 'K7Q4MD2X6', '00000000-0000-0000-0000-000000000053', '00000000-0000-0000-0000-00000000001e', 1,
           '00000000-0000-0000-0000-000000000052', '00000000-0000-0000-0000-000000000051', '00000000-0000-0000-0000-000000000014', '00000000-0000-0000-0000-000000000050', $2, $2, 1,
           '00000000-0000-0000-0000-000000000054', 1, '00000000-0000-0000-0000-000000000055', '2027-01-05', 1799139600000000, 1799140200000000, 15, 'assigned', 1, 1, 0, 0)",
        "INSERT INTO ledger (partnership_id, id, host_id, employer_id, agreement_id, agreement_version, booking_id, units, at_us)
         VALUES ($1, '00000000-0000-0000-0000-000000000057', $2, $2, '00000000-0000-0000-0000-000000000054', 1, '00000000-0000-0000-0000-000000000056', 1, 1799049600000000)",
        "INSERT INTO import (partnership_id, id, employer_id, file_name, file_hash, dialect, mapping, state, change_hash, rows_read, people_added, people_changed, people_same, not_seen, unclear, created_us, committed_us, as_of, second_jobs, leavers)
         VALUES ($1, '00000000-0000-0000-0000-000000000058', $2, 'staff.csv', 'h', '{}', '{}', 'committed', 'h', 2, 2, 0, 0, 0, 1, 1799049600000000, 1799049600000000, '2027-01-04', 0, 0)",
        "INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, summary, owner_role, owner_organisation_id, due_on, state, created_us)
         VALUES ($1, '00000000-0000-0000-0000-000000000059', 'no_date_of_birth', $2, '00000000-0000-0000-0000-00000000001f', 'row 3 of staff.csv', 'employer_contact', $2, '2027-01-11', 'open', 1798963200000000)",
        "INSERT INTO plan (partnership_id, id, campaign_id, number, state, problem_hash, people, placed, value, bound, most_people, assumed_rota, assumed_address, refused, created_us)
         VALUES ($1, '00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-000000000053', 1, 'published', 'h', 2, 1, 100, 90, 1, 1, 0, 0, 1799049600000000)",
        "INSERT INTO plan_unplaced (partnership_id, plan_id, person_id, reason, sentence)
         VALUES ($1, '00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-00000000001f', 'capacity_short', 'The clinics near are full.')",
        "INSERT INTO capacity_change (partnership_id, id, what, choice, settings, reason, lead_name, state, created_us)
         VALUES ($1, '00000000-0000-0000-0000-00000000005b', 'close', 'cancel', '{}', 'The lift is broken', 'A. Lead', 'preview', 1799049600000000)",
        "INSERT INTO capacity_change_booking (partnership_id, change_id, booking_id, seq, person_id, campaign_id, appointment, version, was, along, planned, anew, tries)
         VALUES ($1, '00000000-0000-0000-0000-00000000005b', '00000000-0000-0000-0000-000000000056', 1, '00000000-0000-0000-0000-00000000001e',
           '00000000-0000-0000-0000-000000000053', 1, 1, 'assigned', 0, 'cancel', 0, 0)",
    ];
    for (n, (code, name)) in [("HOME", "Home Trust"), ("STRANGER", "Stranger Care")].into_iter().enumerate() {
        let id = OrganisationId::from_uuid(uuid(10 + n as u128));
        tx.run(
            "INSERT INTO organisation (partnership_id, id, code, name, kind, postcode, is_employer, is_host, contact_name, contact_role, admitted_us)
             VALUES ($1, $2, $3, $4, 'acute_trust', 'CO4 5JL', 1, 1, 'A. Example', 'HR', 0)",
            p![tx.partnership(), id, code, name],
        )?;
    }
    for statement in statements {
        // A statement that names no organisation takes one parameter only.
        if statement.contains("$2") {
            tx.run(*statement, p![tx.partnership(), home])?;
        } else {
            tx.run(*statement, p![tx.partnership()])?;
        }
    }
    Ok(())
}

/// A service over a filled store.
pub struct Service {
    pub fresh: Fresh,
    pub router: Router,
    runtime: tokio::runtime::Runtime,
}

impl Service {
    pub fn new() -> Self {
        Self::over(Fresh::lite(), false)
    }

    pub fn over(fresh: Fresh, https: bool) -> Self {
        fresh.db.write_now(&fresh.who, fill).expect("filled");
        Self::of(fresh, https, true)
    }

    /// Over a store that the test fills itself.
    pub fn bare(fresh: Fresh) -> Self {
        Self::of(fresh, false, true)
    }

    /// A service over a store as it is.
    pub fn of(fresh: Fresh, https: bool, demo: bool) -> Self {
        let help = Help { who: "the desk".into(), phone: "01632 960 123".into(), hours: "8am to 6pm".into() };
        let house = House { partnership: fresh.who.partnership, name: "Test Partnership".into(), demo, help };
        let router = App::new(fresh.db.clone(), key(), house, https).router();
        // The tests stay outside: they also use the store in its waiting form.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { fresh, router, runtime }
    }

    /// A sign-in cookie for `role`.
    pub fn cookie(&self, role: Role) -> String {
        let token = self
            .fresh
            .db
            .write_now(&self.fresh.who, move |tx| sign_in::start(tx, &key(), &role).map_err(Stop::<()>::Store));
        format!("{}={}", sign_in::COOKIE, token.expect("signed in"))
    }

    pub fn get(&self, path: &str, cookie: &str) -> Answered {
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).expect("a request");
        self.send(request)
    }

    /// The secret of a key of the API.
    pub fn api_key(&self, role: KeyRole) -> String {
        let made = self
            .fresh
            .db
            .write_now(&self.fresh.who, move |tx| api_key::make(tx, &key(), "A test", role).map_err(Stop::<()>::Store));
        made.expect("a key is made").1
    }

    pub fn get_with_key(&self, path: &str, secret: &str) -> Answered {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {secret}"));
        self.send(request.body(Body::empty()).expect("a request"))
    }

    pub fn post(&self, path: &str, cookie: &str, form: &str) -> Answered {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .expect("a request");
        self.send(request)
    }

    pub fn send(&self, request: Request<Body>) -> Answered {
        self.runtime.block_on(async {
            let response: Response<Body> = self.router.clone().oneshot(request).await.expect("the service answers");
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
            let body = String::from_utf8_lossy(&bytes).into_owned();
            Answered { status: parts.status, headers: parts.headers, body }
        })
    }
}

pub struct Answered {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answered {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
}

/// The instant at which tests begin, plus so many minutes, in microseconds.
pub fn minutes(n: i64) -> i64 {
    BEGIN_US + n * 60_000_000
}
