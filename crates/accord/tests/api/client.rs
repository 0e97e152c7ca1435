//! A client of the API without a socket. Every answer it gets is held against the API's own document.

use accord::access::api_key::{self, KeyRole};
use accord::app::App;
use accord::base::db::Stop;
use accord::base::ids::ApiKeyId;
use accord::base::page::Help;
use accord::base::secret::Key;
use accord::base::web::House;
use accord::testing::Fresh;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use std::sync::OnceLock;
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// A request: verb, address, idempotency key, body, secret.
pub fn request(verb: &str, to: &str, key: Option<&str>, body: Option<&str>, secret: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(verb).uri(to);
    if let Some(secret) = secret {
        request = request.header("authorization", format!("Bearer {secret}"));
    }
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    request.body(Body::from(body.unwrap_or_default().to_owned())).expect("a request")
}

/// What was answered.
#[derive(Debug)]
pub struct Said {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Said {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

pub struct Api {
    pub secret: String,
    pub id: ApiKeyId,
    router: Router,
    runtime: tokio::runtime::Runtime,
    document: OnceLock<Value>,
}

impl Api {
    /// A service over a store, and a key to it.
    pub fn over(fresh: &Fresh, role: KeyRole) -> Self {
        let key = Key::new([7; 32]);
        let help = Help { who: "the desk".into(), phone: "01632 960 123".into(), hours: "8am to 6pm".into() };
        let house = House { partnership: fresh.who.partnership, name: "Test".into(), demo: true, help };
        let hashing = key.clone();
        let made = fresh
            .db
            .write_now(&fresh.who, move |tx| api_key::make(tx, &hashing, "A test", role).map_err(Stop::<()>::Store));
        let (id, secret) = made.expect("a key is made");
        let router = App::new(fresh.db.clone(), key, house, false).router();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Self { secret, id, router, runtime: runtime.expect("a runtime"), document: OnceLock::new() }
    }

    pub fn send(&self, request: Request<Body>) -> Said {
        self.send_all(vec![request]).remove(0)
    }

    /// All at once.
    pub fn send_all(&self, requests: Vec<Request<Body>>) -> Vec<Said> {
        self.runtime.block_on(async {
            let under_way: Vec<_> = requests.into_iter().map(|r| tokio::spawn(said(self.router.clone(), r))).collect();
            let mut all = Vec::new();
            for one in under_way {
                all.push(one.await.expect("answered"));
            }
            all
        })
    }

    pub fn get(&self, to: &str, status: StatusCode) -> Said {
        self.done("get", to, self.send(request("GET", to, None, None, Some(&self.secret))), status)
    }

    pub fn post(&self, to: &str, key: &str, body: &Value, status: StatusCode) -> Said {
        let sent = request("POST", to, Some(key), Some(&body.to_string()), Some(&self.secret));
        self.done("post", to, self.send(sent), status)
    }

    /// A request that must be refused.
    pub fn refused(&self, to: &str, key: &str, body: &Value, status: u16, code: &str) {
        let sent = request("POST", to, Some(key), Some(&body.to_string()), Some(&self.secret));
        self.problem_of(self.send(sent), status, code);
    }

    pub fn problem_of(&self, said: Said, status: u16, code: &str) {
        assert_eq!((said.status, said.body["code"].as_str()), (status, Some(code)), "{}", said.text);
        assert_eq!(said.header("content-type"), "application/problem+json");
        assert_eq!(said.body["status"], status);
        self.conforms(&said.body, &serde_json::json!({ "$ref": "#/components/schemas/Problem" }));
    }

    pub fn document(&self) -> &Value {
        self.document.get_or_init(|| self.send(request("GET", "/api/v1/openapi.json", None, None, None)).body)
    }

    fn done(&self, verb: &str, to: &str, said: Said, status: StatusCode) -> Said {
        assert_eq!(said.status, status.as_u16(), "{to}: {}", said.text);
        let to = to.split('?').next().unwrap_or(to);
        let fits = |path: &str| {
            let (path, to): (Vec<_>, Vec<_>) = (path.split('/').collect(), to.split('/').collect());
            path.len() == to.len() && path.iter().zip(&to).all(|(p, t)| p.starts_with('{') || p == t)
        };
        let paths = self.document()["paths"].as_object().expect("paths");
        let (_, operation) = paths.iter().find(|(path, _)| fits(path)).expect("the address is in the document");
        let answer = &operation[verb]["responses"][status.as_str()]["content"]["application/json"]["schema"];
        assert!(answer.is_object(), "{verb} {to}: {status} is not in the document");
        self.conforms(&said.body, answer);
        said
    }

    /// Fails when a value has a member that its schema does not know, lacks one, or is of another type.
    fn conforms(&self, value: &Value, schema: &Value) {
        if let Some(name) = schema["$ref"].as_str() {
            let named = &self.document()["components"]["schemas"][name.rsplit('/').next().unwrap_or_default()];
            assert!(named.is_object(), "{name} is nowhere");
            return self.conforms(value, named);
        }
        if let Some(some) = schema["anyOf"].get(0) {
            if !value.is_null() {
                self.conforms(value, some);
            }
            return;
        }
        match schema["type"].as_str().unwrap_or_default() {
            "object" => {
                let (members, known) = (value.as_object().expect("an object"), &schema["properties"]);
                for (name, member) in members {
                    assert!(known[name].is_object(), "{name} is not in the document: {value}");
                    self.conforms(member, &known[name]);
                }
                for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    assert!(members.contains_key(name), "{name} is missing: {value}");
                }
            }
            "array" => value.as_array().expect("an array").iter().for_each(|one| self.conforms(one, &schema["items"])),
            "string" => {
                let words = schema["enum"].as_array();
                assert!(value.is_string() && words.is_none_or(|words| words.contains(value)), "{value}: {schema}");
            }
            "integer" => assert!(value.is_u64(), "{value}"),
            "boolean" => assert!(value.is_boolean(), "{value}"),
            other => panic!("a schema of type {other}"),
        }
    }

    /// Puts so many writes into the store's queue; those it takes wait until the writer is free.
    pub fn fill_queue(&self, fresh: &Fresh, n: usize) -> Vec<JoinHandle<bool>> {
        self.runtime.block_on(async {
            let mut waiting = Vec::new();
            let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
            for _ in 0..n {
                let (db, who, asked) = (fresh.db.clone(), fresh.who.clone(), asked.clone());
                waiting.push(tokio::spawn(async move {
                    asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    db.write(&who, |_| Ok::<(), Stop<()>>(())).await.is_ok()
                }));
            }
            while asked.load(std::sync::atomic::Ordering::SeqCst) < n || waiting.iter().all(|one| !one.is_finished()) {
                tokio::task::yield_now().await;
            }
            waiting
        })
    }

    /// Waits for them; some were done, some refused.
    pub fn drain(&self, waiting: Vec<JoinHandle<bool>>) {
        self.runtime.block_on(async {
            let (mut done, all) = (0, waiting.len());
            for one in waiting {
                done += usize::from(one.await.expect("ended"));
            }
            assert!(done > 0 && done < all, "{done} of {all} were done");
        });
    }
}

async fn said(router: Router, request: Request<Body>) -> Said {
    let response = router.oneshot(request).await.expect("the service answers");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let body = serde_json::from_str(&text).unwrap_or_default();
    Said { status: parts.status.as_u16(), headers: parts.headers, text, body }
}
