//! [`InfluxServer`]: InfluxDB's line protocol over HTTP.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Method, Request};
use serde_json::json;

use super::answer::{Version, json, well};
use super::entrance::Entrance;
use super::{InfluxLines, InfluxWrites};
use crate::http_server::{HttpLimits, HttpMeter, HttpServer};
use crate::sources::handover::Handover;
use crate::{BindError, Secret};

/// Takes what is written to InfluxDB over HTTP, in its place: Telegraf, client libraries and scripts need no more than another URL.
///
/// | path | of version | |
/// | --- | --- | --- |
/// | `/write` | 1 | lines; `precision` is `n`, `u`, `ms`, `s`, `m` or `h`, nanoseconds unless set |
/// | `/api/v2/write` | 2 | the same; `precision` is `ns`, `us`, `ms` or `s` |
/// | `/ping`, `/health` | both | says that it is well |
/// | `/query` | 1 | `CREATE DATABASE`, with which some clients begin, is well too; it has nothing that could be queried |
///
/// [`InfluxLines`] says what becomes of a line. Databases, retention policies, organizations and buckets are not looked at. Bodies may be
/// packed by gzip.
///
/// # Answers
///
/// 204 says that all was taken. All other answers have the JSON of InfluxDB's errors. Lines that are wrong are answered by 400, with the number of the first and what is wrong with it; the
/// other lines of the request are taken, as InfluxDB does it. 503 says that nothing was taken, as what
/// was written before is not read fast enough, and 429 that there is no room for the body; clients come again then. 401 says that the
/// [token](Self::token) is another, and 413 that there is too much in one request. What else is bounded is told in [`HttpServer`].
///
/// A client that has not heard the answer may write the same again, and what it writes is then taken twice. So may one whose request
/// was read and never [confirmed](super::InfluxWrite::confirm), which is told by 503 too; and one whose request was given out by
/// [`next`](InfluxWrites::next) and not confirmed for longer than [`HttpLimits::idle`], whose connection is closed without an answer. So
/// ask for the next one only when there is room for it: until then it waits here, where [`patience`](Self::patience) tells its client
/// to come again.
///
/// # Memory
/// The bodies, as [`HttpLimits`] has them, of which at most 16 wait. One whose client has gone takes its room until it would have been
/// read. Of those without the token none is kept.
///
/// ```
/// use metrix_io::sources::influx::InfluxServer;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = InfluxServer::bind("127.0.0.1:0".parse()?)?; // any free port; or InfluxServer::ADDRESS
/// let mut client = tokio::net::TcpStream::connect(server.address()).await?;
/// let mut writes = server.start();
/// client.write_all(b"POST /write?db=any HTTP/1.0\r\ncontent-length: 12\r\n\r\nload value=2").await?;
///
/// let mut write = writes.next().await.ok_or("it goes on")?;
/// let mut readings = Vec::new();
/// write.read(|read| readings.extend(read.map(|reading| (reading.name.to_string(), reading.value))));
/// assert_eq!(readings, [("load".to_owned(), 2.0)]);
/// write.confirm();
///
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// assert!(answer.starts_with("HTTP/1.0 204 No Content\r\n"));
/// # Ok(())
/// # }
/// ```
pub struct InfluxServer {
    server: HttpServer,
    lines: InfluxLines,
    token: Option<Secret>,
    patience: Duration,
}

impl InfluxServer {
    /// Where InfluxDB listens, but on the loopback address, to which only this machine can write.
    pub const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8086);

    /// Listens on an address; port 0 is any free one. Everybody who can reach the address can write, unless there is a
    /// [token](Self::token).
    ///
    /// # Errors
    /// If the system does not let it listen there, for instance because somebody else does.
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O and time on.
    pub fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let (server, lines) = (HttpServer::bind(address)?, InfluxLines::new());
        Ok(Self { server, lines, token: None, patience: Duration::from_secs(10) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What it has done so far, to be looked at from elsewhere while it works and after.
    pub fn meter(&self) -> HttpMeter {
        self.server.meter()
    }

    /// Bounds what clients can take.
    #[must_use]
    pub fn limits(self, limits: HttpLimits) -> Self {
        Self { server: self.server.limits(limits), ..self }
    }

    /// Gives readings of this field the name of the measurement alone, as of [`InfluxLines::bare_field`].
    #[must_use]
    pub fn bare_field(self, name: &str) -> Self {
        Self { lines: self.lines.bare_field(name), ..self }
    }

    /// Takes writes of those alone who have this token, as version 2 has it, or this password, as version 1 has it. There is no TLS:
    /// it can be read on the way.
    #[must_use]
    pub fn token(self, token: Secret) -> Self {
        Self { token: Some(token), ..self }
    }

    /// Tells a client to come again if nobody begins to read what it writes for so long; 10 seconds unless set.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Begins to answer, in a task of its own.
    pub fn start(self) -> InfluxWrites {
        let Self { server, lines, token, patience } = self;
        let (handover, waiting) = Handover::new(patience);
        let entrance = Arc::new(Entrance { handover, lines, token });
        let (query, check) = (Arc::clone(&entrance), Arc::clone(&entrance));
        let of = |version: Version| {
            let entrance = Arc::clone(&entrance);
            move |request: Request<Bytes>| {
                let entrance = Arc::clone(&entrance);
                async move { entrance.write(version, request).await }
            }
        };
        let server = server
            .check(move |head| check.check(head))
            .refusals(|asked, status| Version::of(asked.path).refusal(status))
            .route(Method::POST, "/write", of(Version::One))
            .route(Method::POST, "/api/v2/write", of(Version::Two))
            .route(Method::GET, "/ping", async |_| well())
            .route(Method::GET, "/health", async |_| json(&json!({"name": "metrix", "status": "pass", "checks": []})))
            .route(Method::POST, "/query", move |request| std::future::ready(query.query(&request)));
        InfluxWrites::start(server, waiting, |write| &write.reply)
    }
}

impl fmt::Debug for InfluxServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, lines, token: _, patience } = self;
        let mut debug = f.debug_struct("InfluxServer");
        debug.field("server", server).field("lines", lines).field("patience", patience).finish_non_exhaustive()
    }
}
