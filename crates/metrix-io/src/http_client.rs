//! [`HttpClient`]: one server over HTTP/1.1, for sinks and sources that speak it.

mod answer;
mod connection;
#[cfg(any(feature = "influx", feature = "prometheus"))]
pub(crate) mod gzip;
mod url;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::{Method, Request, http};
use tokio::time::timeout;

pub(crate) use self::answer::{Answer, Verdict};
use self::connection::Connection;
pub(crate) use self::url::HttpUrl;
pub(crate) use crate::tls::Tls;

/// What went wrong on the way to a server. All of it is worth another try.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// One server, over one connection that is made when there is something to send, kept, and made anew when it was lost.
#[derive(Debug)]
pub(crate) struct HttpClient {
    url: HttpUrl,
    tls: Tls,
    connection: Option<Connection>,
    /// An answer may have so many bytes.
    max_answer: usize,
    connections: Arc<AtomicU64>,
}

/// How long a server may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// To be connected to: its name looked up, TCP and TLS.
    pub(crate) connect: Duration,
    /// To take a request and answer it.
    pub(crate) exchange: Duration,
}

impl HttpClient {
    /// `connections` counts those that it makes.
    pub(crate) fn new(url: HttpUrl, connections: Arc<AtomicU64>) -> Self {
        Self { url, tls: Tls::system(), connection: None, max_answer: 4 << 20, connections }
    }

    pub(crate) fn set_tls(&mut self, tls: Tls) {
        self.tls = tls;
        self.connection = None;
    }

    #[cfg(feature = "prometheus")]
    pub(crate) fn set_max_answer(&mut self, bytes: usize) {
        self.max_answer = bytes;
    }

    /// The head of a request of what lies below the URL, such as `/api/put?details`.
    pub(crate) fn request(&self, method: Method, below: &str) -> http::request::Builder {
        Request::builder().method(method).uri(format!("{}{below}", self.url.path)).header(HOST, &self.url.authority)
    }

    /// One request and its answer, after which the connection is kept. If it is dropped, so is the connection.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>, limits: Limits) -> Result<Answer, Fault> {
        let mut connection = self.connect(limits.connect).await?;
        let exchange = timeout(limits.exchange, connection.exchange(request, self.max_answer)).await;
        let late = |_| Err(format!("the server has not answered within {:?}", limits.exchange).into());
        let (answer, is_reusable) = exchange.unwrap_or_else(late)?;
        self.connection = is_reusable.then_some(connection);
        Ok(answer)
    }

    /// The connection, or a new one if the server has ended it.
    async fn connect(&mut self, limit: Duration) -> Result<Connection, Fault> {
        if let Some(mut connection) = self.connection.take() {
            if connection.is_open().await {
                return Ok(connection);
            }
        }
        let connection = timeout(limit, Connection::open(&self.url, &self.tls)).await;
        let connection = connection.map_err(|_| format!("the server has not answered within {limit:?}"))??;
        self.connections.fetch_add(1, Ordering::Relaxed);
        Ok(connection)
    }

    #[cfg(any(feature = "influx", feature = "opentsdb", feature = "remote_write"))]
    pub(crate) fn close(&mut self) {
        self.connection = None;
    }
}
