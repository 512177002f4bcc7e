//! [`HttpStats`]: what clients have asked for, and [`HttpMeter`], where it is looked up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::StatusCode;

/// What the clients of an [`HttpServer`](super::HttpServer) have asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpStats {
    /// Connections that were accepted.
    pub connections: u64,
    /// Connections for which there was no room.
    pub turned_away: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Of these, those that were answered by 429: there was no room for their bodies.
    pub too_many: u64,
    /// Of the requests, those that were answered by 503.
    pub unavailable: u64,
    /// Of the requests, those that were answered by 400 to 499: the client's fault.
    pub client_errors: u64,
    /// Of the requests, those that were answered by 500 to 599: ours.
    pub server_errors: u64,
    /// Bytes in bodies of requests, as they came.
    pub received: u64,
}

/// Where to look up what an [`HttpServer`](super::HttpServer) has done. Clones look at the same.
///
/// ```
/// use metrix_io::http_server::HttpServer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = HttpServer::bind("127.0.0.1:0".parse()?)?;
/// let (address, meter) = (server.address(), server.meter());
/// let served = tokio::spawn(server.serve(std::future::pending()));
/// let answer = tokio::task::spawn_blocking(move || -> std::io::Result<String> {
///     use std::io::{Read, Write};
///     let mut client = std::net::TcpStream::connect(address)?;
///     client.write_all(b"GET /nothing HTTP/1.0\r\n\r\n")?;
///     std::io::read_to_string(client)
/// }).await??;
/// assert!(answer.starts_with("HTTP/1.0 404 Not Found"));
/// assert_eq!((meter.stats().requests, meter.stats().client_errors), (1, 1));
/// # served.abort();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct HttpMeter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    turned_away: AtomicU64,
    requests: AtomicU64,
    too_many: AtomicU64,
    unavailable: AtomicU64,
    client_errors: AtomicU64,
    server_errors: AtomicU64,
    received: AtomicU64,
}

impl HttpMeter {
    /// What there is by now.
    pub fn stats(&self) -> HttpStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counters {
            connections,
            turned_away,
            requests,
            too_many,
            unavailable,
            client_errors,
            server_errors,
            received,
        } = &*self.0;
        HttpStats {
            connections: get(connections),
            turned_away: get(turned_away),
            requests: get(requests),
            too_many: get(too_many),
            unavailable: get(unavailable),
            client_errors: get(client_errors),
            server_errors: get(server_errors),
            received: get(received),
        }
    }

    pub(super) fn count_connection(&self) {
        self.0.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_turned_away(&self) {
        self.0.turned_away.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_received(&self, bytes: usize) {
        self.0.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn count_answer(&self, status: StatusCode) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.0.too_many.fetch_add(1, Ordering::Relaxed);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            self.0.unavailable.fetch_add(1, Ordering::Relaxed);
        }
        if status.is_client_error() {
            self.0.client_errors.fetch_add(1, Ordering::Relaxed);
        }
        if status.is_server_error() {
            self.0.server_errors.fetch_add(1, Ordering::Relaxed);
        }
    }
}
