//! Links, sign-ins and codes: what opens, what does not, and that nobody learns why.

mod support;

use accord::access::sign_in_link::{LinkRefusal, Look};
use accord::access::{Known, PersonLookup, Role, nobody, person_code, sign_in, sign_in_link};
use accord::base::db::{Stop, StoreError, Tx};
use accord::base::idempotency::{self, Once, Sent};
use accord::base::ids::PersonId;
use accord::on_both_engines;
use accord::testing::Fresh;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::civil::{Date, date};
use support::{Service, key, person};

const LEAD: Role = Role::CampaignLead { organisation: None };

struct One(Option<Date>);

impl PersonLookup for One {
    fn known(&self, _: &mut Tx<'_>, id: PersonId) -> Result<Option<Known>, StoreError> {
        Ok((id == person()).then_some(Known { person: id, born: self.0 }))
    }
}

fn write<T: Send + 'static>(fresh: &Fresh, f: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static) -> T {
    match fresh.db.write_now(&fresh.who, move |tx| f(tx).map_err(Stop::<()>::Store)) {
        Ok(done) => done,
        Err(stop) => panic!("{stop:?}"),
    }
}

fn use_link(fresh: &Fresh, token: &str, form: &'static str) -> Result<(Role, String), LinkRefusal> {
    let token = token.to_owned();
    fresh.db.write_now(&fresh.who, move |tx| sign_in_link::sign_in(tx, &key(), &token, form)).map_err(|stop| match stop
    {
        Stop::Refused(refusal) => refusal,
        Stop::Store(error) => panic!("{error}"),
    })
}

fn who(fresh: &Fresh, token: &str) -> Option<sign_in::Current> {
    let token = token.to_owned();
    fresh.db.read_now(&fresh.who, move |tx| sign_in::current(tx, &key(), &token)).expect("read")
}

fn enter(fresh: &Fresh, typed: &str, born: Date, known: Option<Date>) -> Option<String> {
    let typed = typed.to_owned();
    write(fresh, move |tx| person_code::enter(tx, &key(), &One(known), &typed, Some(born), "form"))
}

on_both_engines! {
    fn a_link_opens_once_and_the_same_form_again_opens_the_same(fresh) {
        let token = write(fresh, |tx| sign_in_link::make(tx, &key(), &LEAD));
        let look = |fresh: &Fresh| {
            let token = token.clone();
            fresh.db.read_now(&fresh.who, move |tx| sign_in_link::look(tx, &key(), &token)).expect("read")
        };
        assert_eq!(look(fresh), Some(Look::Ready(LEAD)));
        let first = use_link(fresh, &token, "form 1").expect("opens");
        assert_eq!(first, use_link(fresh, &token, "form 1").expect("the same form is the same sign-in"));
        assert_eq!(use_link(fresh, &token, "form 2"), Err(LinkRefusal::Used));
        assert_eq!(look(fresh), Some(Look::Used));
        assert_eq!(use_link(fresh, "0123", "form 1"), Err(LinkRefusal::Unknown));
        assert_eq!(who(fresh, &first.1).map(|c| c.who.role), Some(LEAD));
    }

    fn a_link_is_too_old_after_an_hour(fresh) {
        let token = write(fresh, |tx| sign_in_link::make(tx, &key(), &LEAD));
        fresh.db.clock.advance_us(60 * 60_000_000);
        assert_eq!(use_link(fresh, &token, "form 1"), Err(LinkRefusal::Expired));
    }

    fn a_sign_in_slides_and_ends(fresh) {
        let minutes = |n: i64| fresh.db.clock.advance_us(n * 60_000_000);
        let token = write(fresh, |tx| sign_in::start(tx, &key(), &LEAD));
        let id = who(fresh, &token).expect("live").who.id;
        // Somebody who works stays signed in up to twelve hours, and no longer.
        for _ in 0..28 {
            minutes(25);
            assert!(who(fresh, &token).is_some_and(|c| c.to_be_seen));
            write(fresh, move |tx| sign_in::see(tx, id));
            assert!(who(fresh, &token).is_some_and(|c| !c.to_be_seen));
        }
        minutes(20);
        assert_eq!(who(fresh, &token), None, "twelve hours are over");
        let idle = write(fresh, |tx| sign_in::start(tx, &key(), &LEAD));
        minutes(30);
        assert_eq!(who(fresh, &idle), None);
        let left = write(fresh, |tx| sign_in::start(tx, &key(), &LEAD));
        let id = who(fresh, &left).expect("live").who.id;
        write(fresh, move |tx| sign_in::end(tx, id));
        assert_eq!(who(fresh, &left), None);
    }

    fn a_code_opens_with_its_date_and_locks_after_five_wrong_ones(fresh) {
        let (right, wrong) = (date(1984, 3, 15), date(1984, 5, 13));
        let code = write(fresh, |tx| person_code::issue(tx, &key(), person()));
        assert!(code.len() == 12 && code.matches('-').count() == 2, "{code}");
        let spelt = code.to_lowercase().replace('-', " ");
        let opened = enter(fresh, &spelt, right, Some(right)).expect("opens, however it is spelt");
        assert_eq!(who(fresh, &opened).map(|c| c.who.role), Some(Role::Person { person: person() }));
        assert_eq!(enter(fresh, "0000000000", right, Some(right)), None, "no such code");
        for _ in 0..4 {
            assert_eq!(enter(fresh, &code, wrong, Some(right)), None);
        }
        assert!(enter(fresh, &code, right, Some(right)).is_some(), "four wrong dates do not lock");
        assert_eq!(enter(fresh, &code, wrong, Some(right)), None);
        assert_eq!(enter(fresh, &code, right, Some(right)), None, "the fifth does");
        let new = write(fresh, |tx| person_code::issue(tx, &key(), person()));
        assert!(enter(fresh, &new, right, Some(right)).is_some(), "a new code opens");
        let newer = write(fresh, |tx| person_code::issue(tx, &key(), person()));
        assert_eq!(enter(fresh, &new, right, Some(right)), None, "the one before is revoked");
        for _ in 0..9 {
            assert_eq!(enter(fresh, &newer, wrong, None), None);
        }
        assert!(enter(fresh, &newer, right, Some(right)).is_some(), "a missing date of birth locks nobody out");
    }

    fn tables_hold_no_secret(fresh) {
        let token = write(fresh, |tx| sign_in_link::make(tx, &key(), &LEAD));
        let (_, cookie) = use_link(fresh, &token, "form 1").expect("opens");
        let code = write(fresh, |tx| person_code::issue(tx, &key(), person())).replace('-', "");
        let secrets = [token, cookie, code];
        let rows = fresh.db.read_now(&fresh.who, |tx| {
            let mut all: Vec<(String,)> = tx.all("SELECT token_hash || id FROM sign_in_link", &[])?;
            all.extend(tx.all::<(String,)>("SELECT token_hash || id FROM sign_in", &[])?);
            all.extend(tx.all::<(String,)>("SELECT code_hash || id FROM person_code", &[])?);
            all.extend(tx.all::<(String,)>("SELECT detail || noun_id || actor_id FROM audit", &[])?);
            Ok(all)
        }).expect("read");
        assert!(rows.len() > 5);
        for (row,) in rows {
            assert!(secrets.iter().all(|s| !row.contains(s.as_str())), "{row}");
        }
    }

    fn a_form_sent_twice_is_done_once(fresh) {
        let send = |key: &str, body: &str, fail: bool| {
            let sent = Sent { key: key.into(), body_hash: body.into() };
            fresh.db.write_now(&fresh.who, move |tx| {
                idempotency::once(tx, &sent, |tx| {
                    if fail {
                        return Err(Stop::Refused("no"));
                    }
                    Ok(format!("/done/{}", tx.id::<accord::base::ids::Event>()))
                })
            })
        };
        assert!(matches!(send("k", "a", true), Err(Stop::Refused(Once::Refused("no")))), "a refusal is not remembered");
        let first = send("k", "a", false).expect("done");
        assert_eq!(send("k", "a", false).expect("again"), first);
        assert_eq!(send("k", "a", true).expect("again"), first);
        assert!(matches!(send("k", "b", false), Err(Stop::Refused(Once::KeyReused))));
        assert_ne!(send("l", "a", false).expect("another key"), first);
        fresh.db.clock.advance_us(idempotency::KEPT_US);
        assert_ne!(send("k", "b", false).expect("forgotten after a week"), first);
    }
}

#[test]
fn wrong_code_wrong_date_and_locked_look_the_same() {
    let service = Service::new();
    let code = write(&service.fresh, |tx| person_code::issue(tx, &key(), person()));
    let known = service.get(&format!("/b/{code}"), "");
    let unknown = service.get("/b/AAAA-AAAA-AA", "");
    // Form keys are drawn anew for every page.
    let plain = |body: &str, code: &str| {
        let at = body.find("name=\"key\" value=\"").expect("a key") + 18;
        body.replace(&body[at..at + 32], "-").replace(code, "-")
    };
    assert_eq!(
        plain(&known.body, &code),
        plain(&unknown.body, "AAAA-AAAA-AA"),
        "an invitation tells nothing before its date"
    );
    let form = |code: &str, day: u8| format!("key=k&code={code}&day={day}&month=3&year=1984");
    let wrong_code = service.post("/b", "", &form("AAAA-AAAA-AA", 15));
    for _ in 0..6 {
        let wrong_date = service.post("/b", "", &form(&code, 16));
        assert_eq!(wrong_date.status, wrong_code.status);
        let (a, b) = (plain(&wrong_date.body, &code), plain(&wrong_code.body, "AAAA-AAAA-AA"));
        assert_eq!(a.replace("value=\"16\"", ""), b.replace("value=\"15\"", ""));
    }
    let locked = service.post("/b", "", &form(&code, 15));
    assert_eq!(plain(&locked.body, &code), plain(&wrong_code.body, "AAAA-AAAA-AA"));
    assert_eq!(locked.header("set-cookie"), "");
}

#[test]
fn a_person_comes_in_and_goes_out() {
    let service = Service::new();
    let code = write(&service.fresh, |tx| person_code::issue(tx, &key(), person()));
    let entered = service.post("/b", "", &format!("key=k&code={code}&day=15&month=03&year=1984"));
    assert_eq!(
        (entered.status, entered.header("location")),
        (StatusCode::SEE_OTHER, "/b/appointments"),
        "{}",
        entered.body
    );
    let cookie = entered.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "this service is not reached by https");
    let token = cookie.split(';').next().unwrap_or_default();
    let out = service.post("/b/sign-out", token, "key=k2");
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(service.get("/campaign", token).status, StatusCode::SEE_OTHER, "the token is worth nothing now");
    for (form, said) in [
        ("key=k&code=&day=15&month=3&year=1984", "Enter your code"),
        ("key=k&code=K7QM2X9F4T&day=&month=3&year=1984", "Enter your date of birth"),
        ("key=k&code=K7QM2X9F4T&day=31&month=2&year=1984", "Enter a date that exists"),
    ] {
        let answer = service.post("/b", "", form);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(said), "{}", answer.body);
    }
    assert_eq!(service.post("/b", "", "code=x").status, StatusCode::UNPROCESSABLE_ENTITY, "a form without a key");
}

#[test]
fn a_link_scanner_spoils_nothing() {
    let service = Service::new();
    let token = write(&service.fresh, |tx| sign_in_link::make(tx, &key(), &LEAD));
    for _ in 0..10 {
        let page = service.get(&format!("/sign-in/{token}"), "");
        assert!(page.status == StatusCode::OK && page.body.contains("Campaign lead"), "{}", page.body);
    }
    let entered = service.post("/sign-in", "", &format!("key=k&token={token}"));
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/campaign"));
    let again = service.post("/sign-in", "", &format!("key=other&token={token}"));
    assert_eq!(again.status, StatusCode::GONE);
    assert!(again.body.contains("has been used") && again.header("set-cookie").is_empty());
}

#[test]
fn every_answer_has_its_headers() {
    let service = Service::over(Fresh::lite(), true);
    let lead = service.cookie(LEAD);
    let asset = accord::base::page::asset_path("accord.css");
    for path in ["/campaign", "/b", "/nothing-here", "/livez", "/readyz", "/sign-in", asset, "/sites/not-an-id"] {
        let answer = service.get(path, &lead);
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.header("strict-transport-security").contains("max-age=31536000"), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 12, "{path}");
        let kept = answer.header("cache-control");
        assert_eq!(kept.contains("immutable"), path == asset, "{path}: {kept}");
        assert!(path == asset || kept == "no-store", "{path}: {kept}");
    }
    let foreign = Request::post("/sign-out")
        .header(header::HOST, "accord.example")
        .header("sec-fetch-site", "cross-site")
        .header(header::ORIGIN, "https://evil.example")
        .body(Body::empty())
        .expect("a request");
    let refused = service.send(foreign);
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("open too long"), "{}", refused.body);
    let secure = service.post("/sign-out", &lead, "key=k");
    assert!(secure.header("set-cookie").contains("Secure"));
    assert_eq!(nobody(service.fresh.who.partnership).role, "nobody");
}
