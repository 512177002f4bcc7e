//! [`HttpLimits`]: what clients can take.

use std::num::NonZeroUsize;
use std::time::Duration;

/// What the clients of an [`HttpServer`](super::HttpServer) can take of it, whatever they send.
///
/// ```
/// use metrix_io::http_server::HttpLimits;
///
/// let mut limits = HttpLimits::default();
/// assert_eq!((limits.connections.get(), limits.body, limits.bodies), (256, 16 << 20, 64 << 20));
/// limits.body = 1 << 20;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpLimits {
    /// So many connections at once; 256 unless set.
    pub connections: NonZeroUsize,
    /// So many bytes in the head of a request, with all its headers; 16 KiB unless set, and 8 KiB at least.
    pub head: usize,
    /// So many bytes in a body, as it comes and unpacked; 16 MiB unless set.
    pub body: usize,
    /// So many bytes in the bodies of all requests that are being handled; 64 MiB unless set.
    pub bodies: usize,
    /// So long may nothing come and nothing be taken on a connection, and so long may a head take, with the wait for it;
    /// 75 s unless set. So a handler has this long, too. Over gRPC, so long may a connection have no call, whatever else comes.
    pub idle: Duration,
    /// So long may a body take; 30 s unless set.
    pub body_time: Duration,
    /// So long may a client take to read an answer, as far as the system does not hold it for it; 60 s unless set.
    pub answer_time: Duration,
    /// So long may requests take that are being handled when the server is to stop; 5 s unless set.
    pub grace: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connections: NonZeroUsize::new(256).unwrap_or(NonZeroUsize::MIN),
            head: 16 << 10,
            body: 16 << 20,
            bodies: 64 << 20,
            idle: Duration::from_secs(75),
            body_time: Duration::from_secs(30),
            answer_time: Duration::from_secs(60),
            grace: Duration::from_secs(5),
        }
    }
}
