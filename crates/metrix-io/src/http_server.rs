//! [`HttpServer`]: answers HTTP requests, within bounds.

mod body;
mod budget;
#[cfg(feature = "otlp")]
mod calls;
mod connection;
mod exchange;
#[cfg(feature = "otlp")]
mod framed;
#[cfg(feature = "otlp")]
mod grpc;
mod limits;
mod manners;
mod reader;
mod routes;
mod sent;
mod stats;

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Method, Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::exchange::Exchange;
use self::manners::Manners;
use self::routes::Routes;
use crate::{BindError, Endpoint};

#[cfg(feature = "otlp")]
pub(crate) use self::grpc::grpc_code;
pub use self::limits::HttpLimits;
pub use self::manners::Asked;
#[cfg(feature = "otlp")]
pub(crate) use self::reader::Room;
pub use self::stats::{HttpMeter, HttpStats};

/// What the system lacks for another connection, such as file descriptors, may be there after this time.
const BREATH: Duration = Duration::from_millis(100);

/// An HTTP/1 server for a few paths: what scrape endpoints, and sources that are posted to, have in common.
///
/// Everybody who can reach its address can send requests: a loopback address lets only this machine. There is no TLS and no
/// authentication; both are the business of a proxy before it.
///
/// # What it answers by itself
///
/// | to | is answered |
/// | --- | --- |
/// | a path that no route has | 404 |
/// | another method than the routes of the path have | 405, with those in `allow`; a `HEAD` is answered as a `GET` without its body |
/// | a body that is too slow | 408 |
/// | a body that is too large, as it comes or unpacked | 413 |
/// | a body in another encoding than gzip, or one that is [passed on](HttpServer::passes) | 415, with `accept-encoding` |
/// | a body that is not the gzip that it says it is | 400 |
/// | a body for which there is no room beside those of other requests | 429, with `retry-after` |
/// | a head that is too large | 431 |
/// | a handler that panics | 500 |
/// | a connection beyond those that it may have | 503, with `retry-after` |
///
/// # Memory
/// Of each connection twice the size of a head, and the bodies, all as [`HttpLimits`] has them; and what handlers have. A body takes of
/// the room for all of them as long as anybody has its [`Bytes`], also after its request.
///
/// ```
/// use hyper::body::Bytes;
/// use hyper::{Method, Request, Response};
/// use metrix_io::http_server::HttpServer;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = HttpServer::bind("127.0.0.1:0".parse()?)? // any free port
///     .route(Method::POST, "/shout", async |request: Request<Bytes>| {
///         Response::new(Bytes::from(request.into_body().to_ascii_uppercase()))
///     });
/// let address = server.address();
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let served = tokio::spawn(server.serve(async { _ = stopped.await }));
///
/// let mut client = tokio::net::TcpStream::connect(address).await?;
/// client.write_all(b"POST /shout HTTP/1.0\r\ncontent-length: 2\r\n\r\nhi").await?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// assert!(answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with("\r\n\r\nHI"));
///
/// drop(stop);
/// assert_eq!(served.await?.requests, 1);
/// # Ok(())
/// # }
/// ```
pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
    limits: HttpLimits,
    passes: Vec<String>,
    routes: Routes,
    manners: Manners,
    meter: HttpMeter,
    is_grpc: bool,
}

impl HttpServer {
    /// Listens on an address; port 0 is any free one. Connections wait until it [serves](Self::serve).
    ///
    /// # Errors
    /// If the system does not let it listen there, for instance because somebody else does.
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O and time on.
    pub fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let listen = || {
            let listener = StdListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let listener = TcpListener::from_std(listener)?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) = listen().map_err(|cause| BindError::new(Endpoint::Tcp(address), cause))?;
        let (limits, routes, meter) = (HttpLimits::default(), Routes::default(), HttpMeter::default());
        let (passes, manners) = (Vec::new(), Manners::default());
        Ok(Self { listener, address, limits, passes, routes, manners, meter, is_grpc: false })
    }

    /// Answers the requests of a method for a path, without its query, by a closure, which gets the whole body unpacked. A
    /// route that is there already is replaced.
    ///
    /// The future that it makes is dropped when the client hangs up, or is slower than the limits allow.
    #[must_use]
    pub fn route<H, F>(mut self, method: Method, path: &str, handler: H) -> Self
    where
        H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
        F: Future<Output = Response<Bytes>> + Send + 'static,
    {
        self.routes.add(method, path, handler);
        self
    }

    /// Bounds what clients can take.
    #[must_use]
    pub fn limits(self, limits: HttpLimits) -> Self {
        Self { limits, ..self }
    }

    /// Passes bodies in this encoding on as they come, to handlers that unpack them: `snappy`, for instance.
    #[must_use]
    pub fn passes(mut self, encoding: &str) -> Self {
        self.passes.push(encoding.to_ascii_lowercase());
        self
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has done so far, to be looked at from elsewhere while it serves and after.
    pub fn meter(&self) -> HttpMeter {
        self.meter.clone()
    }

    /// Serves until `stop` is done. Then it no longer listens, answers the requests that have come by then, as long as
    /// [`HttpLimits::grace`] lets it, and closes all connections.
    ///
    /// # Cancel safety
    /// If the future is dropped, it no longer listens, and requests that are not answered yet never are.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> HttpStats {
        let Self { listener, address: _, limits, passes, routes, manners, meter, is_grpc } = self;
        let mut exchange = Exchange::new(routes, limits.clone(), passes, manners, meter.clone());
        exchange.is_grpc = is_grpc;
        let exchange = Arc::new(exchange);
        // Dropped when no more is to be accepted.
        let (goes_on, ends) = watch::channel(());
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            let mut accepted = pin!(listener.accept());
            let next = poll_fn(|cx| match stop.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(None),
                Poll::Pending => accepted.as_mut().poll(cx).map(Some),
            });
            let Some(accepted) = next.await else { break };
            while connections.try_join_next().is_some() {}
            match accepted {
                Ok((stream, _)) if connections.len() >= limits.connections.get() => {
                    meter.count_turned_away();
                    // To HTTP/2 it would be no answer.
                    if !is_grpc {
                        turn_away(&stream);
                    }
                }
                Ok((stream, _)) => {
                    meter.count_connection();
                    connections.spawn(connection::serve(stream, Arc::clone(&exchange), ends.clone()));
                }
                Err(error) if is_of_the_connection(&error) => {}
                Err(_) => sleep(BREATH).await,
            }
        }
        drop((listener, goes_on));
        let all = async { while connections.join_next().await.is_some() {} };
        // What is not done by then is cut off when the set is dropped.
        let _ended = timeout(limits.grace, all).await;
        meter.stats()
    }
}

/// Says that there is no room, as far as the system takes it at once.
fn turn_away(stream: &TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 21\r\n\r\ntoo many connections\n";
    let _as_much_as_it_takes = stream.try_write(ANSWER);
}

/// Whether it was the client that gave up, so that the next one can be accepted.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};

    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

impl fmt::Debug for HttpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { listener: _, address, limits, passes: _, routes, manners: _, meter: _, is_grpc: _ } = self;
        let mut debug = f.debug_struct("HttpServer");
        debug.field("address", address).field("routes", routes).field("limits", limits).finish_non_exhaustive()
    }
}
