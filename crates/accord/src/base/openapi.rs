//! The API's document: OpenAPI 3.1, made from the wire types and a table of operations, and the page that shows it.

use super::api::{BODY_BYTES, KEY_HEADER, KEY_PATTERN, KNOWN, Problem, ROOT};
use super::page::{OpsFrame, Sample, sample_ops};
use super::wire::Shape;
use askama::Template;
use serde_json::{Map, Value, json};

/// One type of the document.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    schema: fn() -> Value,
    define: fn(&mut Map<String, Value>),
}

impl Part {
    /// The part of a type.
    pub const fn of<T: Shape>() -> Self {
        Self { schema: T::schema, define: T::define }
    }
}

/// What one address does.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// "GET" or "POST".
    pub verb: &'static str,
    /// As in the table of routes.
    pub path: &'static str,
    /// Its name for programs.
    pub id: &'static str,
    /// What it does, as a sentence.
    pub about: &'static str,
    /// What may stand behind the question mark.
    pub asked: Option<Part>,
    /// The body it takes; an operation with one needs an idempotency key.
    pub body: Option<Part>,
    /// The status when it is done.
    pub status: u16,
    /// The body when it is done.
    pub answer: Part,
    /// Whether it looks for people, which a key may do only so often in a minute.
    pub searches: bool,
}

/// What a parameter in a path looks like: name, pattern or format, what it is.
pub type PathName = (&'static str, Part, &'static str);

/// Everything the document is made of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The operations.
    pub operations: &'a [Operation],
    /// The names in their paths.
    pub names: &'a [PathName],
    /// The nouns' own problems; the API's own stand in [`KNOWN`].
    pub problems: &'a [Problem],
    /// The version of the program.
    pub version: &'a str,
}

/// The OpenAPI document.
pub fn document(of: &Sources<'_>) -> Value {
    let mut named = Map::new();
    named.insert("Problem".into(), problem_schema(of));
    let mut paths = Map::new();
    for operation in of.operations {
        for part in [operation.asked, operation.body, Some(operation.answer)].into_iter().flatten() {
            (part.define)(&mut named);
        }
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.verb.to_lowercase()] = told(operation, of, &named);
    }
    // A query stands in the document as its parameters, not as an object.
    for asked in of.operations.iter().filter_map(|operation| operation.asked) {
        named.remove(&name_of(&(asked.schema)()));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Accord",
            "version": of.version,
            "description": "Bookings in pooled clinics. Every answer that is no success is a problem by RFC 9457 with a code and a next step.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "schemas": named,
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer", "description": "A key made by accord api-key." } },
        },
    })
}

fn name_of(reference: &Value) -> String {
    reference["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned()
}

/// The API's own problems and the nouns', each code once.
fn problems(of: &Sources<'_>) -> Vec<Problem> {
    let mut all: Vec<Problem> = KNOWN.iter().map(|known| Problem::from(*known)).collect();
    all.extend(of.problems.iter().cloned());
    all
}

fn problem_schema(of: &Sources<'_>) -> Value {
    let codes: Vec<String> = problems(of).into_iter().map(|problem| problem.code).collect();
    json!({
        "type": "object",
        "description": "Why a request was not done.",
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "Where the code is explained." },
            "title": { "type": "string", "description": "The code in words." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status." },
            "detail": { "type": "string", "description": "What happened." },
            "code": { "type": "string", "enum": codes, "description": "What happened, for a program." },
            "next_step": { "type": "string", "description": "What to do." },
        },
        "required": ["type", "title", "status", "detail", "code", "next_step"],
        "additionalProperties": false,
    })
}

fn told(operation: &Operation, of: &Sources<'_>, named: &Map<String, Value>) -> Value {
    let mut told = json!({
        "operationId": operation.id,
        "summary": operation.about,
        "parameters": parameters(operation, of, named),
        "responses": answers(operation),
    });
    if let Some(body) = operation.body {
        told["requestBody"] = json!({
            "required": true,
            "description": format!("At most {} KiB.", BODY_BYTES / 1024),
            "content": { "application/json": { "schema": (body.schema)() } },
        });
    }
    told
}

fn parameters(operation: &Operation, of: &Sources<'_>, named: &Map<String, Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for (name, part, about) in of.names {
        if operation.path.contains(&format!("{{{name}}}")) {
            let schema = (part.schema)();
            all.push(json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": about }));
        }
    }
    if operation.body.is_some() {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "schema": { "type": "string", "pattern": KEY_PATTERN },
            "description": "A fresh one for each wish; the same one when the wish is sent again. Kept for 7 days.",
        }));
    }
    let asked = operation.asked.and_then(|asked| named.get(&name_of(&(asked.schema)())).cloned()).unwrap_or_default();
    let needed: Vec<&str> = asked["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, schema) in asked["properties"].as_object().into_iter().flatten() {
        let about = schema["description"].clone();
        let plain = schema["anyOf"].get(0).cloned().unwrap_or_else(|| schema.clone());
        let required = needed.contains(&name.as_str());
        all.push(json!({ "name": name, "in": "query", "required": required, "schema": plain, "description": about }));
    }
    all
}

fn answers(operation: &Operation) -> Value {
    let problem = |about: &str| {
        json!({
            "description": about,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        })
    };
    let mut busy = problem("Not now: send the same request again later.");
    busy["headers"] = json!({ "Retry-After": { "schema": { "type": "integer" }, "description": "Seconds." } });
    let mut all = json!({
        "401": problem("No key, a wrong key, or a revoked one."),
        "503": busy,
        "default": problem("Any other problem."),
    });
    all[operation.status.to_string()] = json!({
        "description": "Done.",
        "content": { "application/json": { "schema": (operation.answer.schema)() } },
    });
    if operation.path.contains('{') {
        all["404"] = problem("There is no such thing.");
    }
    if operation.asked.is_some() || operation.body.is_some() {
        all["422"] = problem("A value or a name is not what is wanted.");
    }
    if operation.searches {
        let mut often = problem("Too many searches in a minute.");
        often["headers"] = json!({ "Retry-After": { "schema": { "type": "integer" }, "description": "Seconds." } });
        all["429"] = often;
    }
    if operation.body.is_some() {
        for (status, about) in [
            ("400", "The body is not JSON, or there is no Idempotency-Key."),
            ("409", "A rule refused; nothing changed."),
            ("413", "The body is too large."),
            ("415", "The body is not application/json."),
        ] {
            all[status] = problem(about);
        }
    }
    all
}

/// The page that shows the API to people.
#[derive(Debug, Clone, Template)]
#[template(path = "base/api.html")]
pub struct ApiPage {
    /// Frame.
    pub frame: OpsFrame,
    /// The operations.
    pub operations: Vec<Shown>,
    /// The objects.
    pub objects: Vec<Object>,
    /// Every problem.
    pub problems: Vec<Problem>,
}

/// An operation as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// "GET".
    pub verb: String,
    /// Address.
    pub path: String,
    /// Name.
    pub id: String,
    /// What it does.
    pub about: String,
    /// Parameters.
    pub parameters: Vec<Line>,
    /// The object it takes; empty: none.
    pub takes: String,
    /// The status when done.
    pub status: String,
    /// The object it answers.
    pub answers: String,
}

/// An object as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    /// Name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its members.
    pub members: Vec<Line>,
}

/// A parameter or a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Name.
    pub name: String,
    /// Its type in words.
    pub kind: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is.
    pub about: String,
}

impl ApiPage {
    /// The page of a document.
    pub fn of(frame: OpsFrame, sources: &Sources<'_>) -> Self {
        let document = document(sources);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let shown = |operation: &Operation| {
            let told = &document["paths"][operation.path][operation.verb.to_lowercase()];
            let parameters = told["parameters"].as_array().into_iter().flatten();
            let parameters = parameters.map(|p| Line {
                name: text(&p["name"]),
                kind: in_words(&p["schema"]),
                optional: p["required"] != true,
                about: text(&p["description"]),
            });
            Shown {
                verb: operation.verb.into(),
                path: operation.path.into(),
                id: operation.id.into(),
                about: operation.about.into(),
                parameters: parameters.collect(),
                takes: operation.body.map(|body| name_of(&(body.schema)())).unwrap_or_default(),
                status: operation.status.to_string(),
                answers: name_of(&(operation.answer.schema)()),
            }
        };
        let schemas = document["components"]["schemas"].as_object();
        let objects = schemas.into_iter().flatten().map(|(name, schema)| object(name, schema));
        Self {
            frame,
            operations: sources.operations.iter().map(shown).collect(),
            objects: objects.collect(),
            problems: problems(sources),
        }
    }
}

fn object(name: &str, schema: &Value) -> Object {
    let needed = schema["required"].as_array().cloned().unwrap_or_default();
    let members = schema["properties"].as_object().into_iter().flatten().map(|(name, member)| Line {
        name: name.clone(),
        kind: in_words(member),
        optional: !needed.iter().any(|n| n == name.as_str()),
        about: member["description"].as_str().unwrap_or_default().to_owned(),
    });
    let about = schema["description"].as_str().unwrap_or_default().to_owned();
    Object { name: name.to_owned(), about, members: members.collect() }
}

/// A schema as a person says it: "uuid", "list of Booking", "one of assigned, confirmed".
fn in_words(schema: &Value) -> String {
    if let Some(inner) = schema["anyOf"].get(0) {
        return format!("{} or null", in_words(inner));
    }
    if schema["$ref"].is_string() {
        return name_of(schema);
    }
    if schema["type"] == "array" {
        return format!("list of {}", in_words(&schema["items"]));
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| words.len() <= 8) {
        return format!("one of {}", words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "));
    }
    let kind = schema["format"].as_str().or(schema["type"].as_str());
    kind.unwrap_or("anything").to_owned()
}

/// One sample.
pub fn samples() -> Vec<Sample> {
    let line = |name: &str| Line { name: name.into(), kind: "uuid".into(), optional: true, about: "Whose.".into() };
    let page = ApiPage {
        frame: sample_ops(ROOT),
        operations: vec![Shown {
            verb: "POST".into(),
            path: "/api/v1/bookings".into(),
            id: "place".into(),
            about: "Books a course.".into(),
            parameters: vec![line(KEY_HEADER)],
            takes: "Wish".into(),
            status: "201".into(),
            answers: "Wish".into(),
        }],
        objects: vec![Object { name: "Wish".into(), about: "What is wanted.".into(), members: vec![line("person")] }],
        problems: KNOWN.iter().map(|known| Problem::from(*known)).collect(),
    };
    vec![Sample::of("base-api", &page)]
}
