//! An HTTP/1.1 client with one connection kept open: hyper's own connection, without pool, redirects or TLS. On two cores
//! shared with the server it takes about a tenth of what the server takes.

use crate::stage::Stage;
use accord::base::ids::{PersonId, SlotId};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderMap};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use std::net::Ipv4Addr;
use std::time::Duration;

/// An answer that takes longer is none: a server that hangs is found out.
pub const LONGEST: Duration = Duration::from_secs(30);

/// The connection was cut, refused, or no answer came in time: nobody knows what became of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection was cut")
    }
}

impl std::error::Error for Cut {}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The string after the first `"name":"` of a JSON body; enough for ours, and free of a parse per request.
    pub fn text(&self, name: &str) -> Option<&str> {
        let body = std::str::from_utf8(&self.body).ok()?;
        let (_, rest) = body.split_once(&format!("\"{name}\":\""))?;
        rest.split_once('"').map(|(text, _)| text)
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// One connection to a server on this machine; opened again when it was cut.
#[derive(Debug)]
pub struct Client {
    port: u16,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    /// Connects.
    pub async fn connect(port: u16) -> Result<Self, Cut> {
        let mut client = Self { port, sender: None };
        client.sender = Some(client.open().await?);
        Ok(client)
    }

    /// One that connects with its first request.
    pub const fn later(port: u16) -> Self {
        Self { port, sender: None }
    }

    async fn open(&self) -> Result<SendRequest<Full<Bytes>>, Cut> {
        let stream = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.map_err(|_| Cut)?;
        stream.set_nodelay(true).map_err(|_| Cut)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| Cut)?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// Sends a request, over a new connection when the last one was cut.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Cut> {
        if self.sender.as_ref().is_none_or(SendRequest::is_closed) {
            self.sender = Some(self.open().await?);
        }
        let sender = self.sender.as_mut().ok_or(Cut)?;
        let answered = tokio::time::timeout(LONGEST, async {
            sender.ready().await.map_err(|_| Cut)?;
            let (parts, body) = sender.send_request(request).await.map_err(|_| Cut)?.into_parts();
            let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
            Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
        });
        let answer = answered.await.unwrap_or(Err(Cut));
        if answer.is_err() {
            self.sender = None;
        }
        answer
    }

    /// `GET`, as anybody.
    pub async fn get(&mut self, path: &str) -> Result<Answer, Cut> {
        self.send(request(Method::GET, path, &[], "")).await
    }

    /// `POST` of JSON with a key.
    pub async fn post(&mut self, stage: &Stage, path: &str, key: &str, body: &str) -> Result<Answer, Cut> {
        let bearer = format!("Bearer {}", stage.bearer);
        let headers = [
            (AUTHORIZATION.as_str(), bearer.as_str()),
            (CONTENT_TYPE.as_str(), "application/json"),
            ("idempotency-key", key),
        ];
        self.send(request(Method::POST, path, &headers, body)).await
    }

    /// `GET` with a sign-in cookie.
    pub async fn look(&mut self, path: &str, cookie: &str) -> Result<Answer, Cut> {
        self.send(request(Method::GET, path, &[(COOKIE.as_str(), cookie)], "")).await
    }

    /// A form, as a browser sends it.
    pub async fn form(&mut self, path: &str, cookie: &str, fields: &str) -> Result<Answer, Cut> {
        let kind = "application/x-www-form-urlencoded";
        let headers = [(COOKIE.as_str(), cookie), (CONTENT_TYPE.as_str(), kind)];
        self.send(request(Method::POST, path, &headers, fields)).await
    }

    /// Books the first appointment of a person.
    pub async fn place(&mut self, stage: &Stage, person: PersonId, slot: SlotId, key: &str) -> Result<Answer, Cut> {
        self.post(stage, "/api/v1/bookings", key, &stage.wish(person, slot)).await
    }
}

/// A request with these headers.
pub fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path).header(HOST, "127.0.0.1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).expect("names, values and paths are our own")
}
