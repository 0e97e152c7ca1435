//! HTTP to a driver on this machine, and nowhere else: one request a connection, no TLS.
//!
//! thirtyfour's own client brings TLS and a driver download that these tests must not have.

use bytes::Bytes;
use http::{Request, Response};
use std::sync::Arc;
use std::time::Duration;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::session::http::{Body, HttpClient};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest a driver may take over one command.
const LONGEST: Duration = Duration::from_secs(60);

/// Speaks to `127.0.0.1:port`.
#[derive(Debug, Clone)]
pub struct Loopback {
    /// The driver's port.
    pub port: u16,
}

#[async_trait::async_trait]
impl HttpClient for Loopback {
    async fn send(&self, request: Request<Body<'_>>) -> WebDriverResult<Response<Bytes>> {
        let body = match request.body() {
            Body::Empty => Vec::new(),
            Body::Json(value) => serde_json::to_vec(value).map_err(|e| WebDriverError::Json(e.to_string()))?,
        };
        let head = format!(
            "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            request.method(),
            request.uri().path(),
            self.port,
            body.len()
        );
        let port = self.port;
        let talk = async move {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await?;
            read_answer(&mut stream).await
        };
        let (status, body) = tokio::time::timeout(LONGEST, talk)
            .await
            .map_err(|_| WebDriverError::Timeout(format!("the driver took over {LONGEST:?}")))?
            .map_err(|e| WebDriverError::HttpError(e.to_string()))?;
        Response::builder().status(status).body(body).map_err(|e| WebDriverError::HttpError(e.to_string()))
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(self.clone())
    }
}

/// Reads status and body; the body is as long as `Content-Length` says, or to the end of the stream.
async fn read_answer(stream: &mut TcpStream) -> std::io::Result<(u16, Bytes)> {
    let mut seen = Vec::new();
    let mut part = [0_u8; 16 * 1024];
    let ended = |what: &str| std::io::Error::new(std::io::ErrorKind::UnexpectedEof, what.to_owned());
    let head_end = loop {
        if let Some(at) = seen.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        match stream.read(&mut part).await? {
            0 => return Err(ended("the driver closed the connection before it answered")),
            n => seen.extend_from_slice(&part[..n]),
        }
    };
    let head = String::from_utf8_lossy(&seen[..head_end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| ended("no status line"))?;
    let length: Option<usize> = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let mut body = seen.split_off(head_end + 4);
    while length.is_none_or(|wanted| body.len() < wanted) {
        match stream.read(&mut part).await? {
            0 if length.is_none() => break,
            0 => return Err(ended("the driver closed the connection within its answer")),
            n => body.extend_from_slice(&part[..n]),
        }
    }
    Ok((status, Bytes::from(body)))
}
