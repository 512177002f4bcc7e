//! [`PrometheusBuilder`]: the options of an endpoint.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use super::counters::Counters;
use super::registry::Rules;
use super::{Exposition, Prometheus};
use crate::BindError;
use crate::http_server::HttpLimits;

/// The options of a [`Prometheus`] or an [`Exposition`].
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::prometheus::{Exposition, Format};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), metrix::WriteError> {
/// let mut exposition = Exposition::builder().counters(["*.count", "bytes.sum"]).exposition();
/// for value in [100.0, 20.0] {
///     exposition.write(&[MElement::new("bytes.sum", value, tags! {}, Timestamp::EPOCH)]).await?;
/// }
/// assert!(exposition.render(Format::OpenMetrics).ends_with("\nbytes_sum_total 120\n# EOF\n"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PrometheusBuilder {
    path: String,
    rules: Rules,
    limits: HttpLimits,
}

impl PrometheusBuilder {
    pub(super) fn new() -> Self {
        let day = Duration::from_secs(86_400);
        let rules = Rules {
            counters: Counters::new(["*.count"]),
            max_series: 100_000,
            expiry: Duration::from_secs(300),
            counter_expiry: day,
        };
        // Of what scrapes there are few, and they send nothing.
        let connections = NonZeroUsize::new(32).unwrap_or(NonZeroUsize::MIN);
        let limits = HttpLimits { connections, body: 1 << 10, bodies: 32 << 10, ..HttpLimits::default() };
        Self { path: "/metrics".to_owned(), rules, limits }
    }

    /// The path at which the endpoint answers; `/metrics` unless set.
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Patterns of the names of elements that are added up; `*.count` alone unless set. In them `*` stands for any characters,
    /// `?` for any one, and it makes no difference whether a name is written as that of the element or as Prometheus sees
    /// it: `*.count` is `*_count`. A name is compared with the suffix `_total` and without it, and a pattern without wildcards may
    /// have it or not. Where `foo_total` is named and `foo` is not, the one that comes later is refused.
    pub fn counters<P: AsRef<str>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.rules.counters = Counters::new(patterns);
        self
    }

    /// So many series at most; 100 000 unless set. An element that would be one more is refused.
    pub fn max_series(mut self, series: NonZeroUsize) -> Self {
        self.rules.max_series = series.get();
        self
    }

    /// So long is a gauge shown after its last element, or for twice that element's window if that is longer; 5 minutes
    /// unless set.
    pub fn expiry(mut self, expiry: Duration) -> Self {
        self.rules.expiry = expiry;
        self
    }

    /// The same for a counter; a day unless set.
    pub fn counter_expiry(mut self, expiry: Duration) -> Self {
        self.rules.counter_expiry = expiry;
        self
    }

    /// So many connections at once; 32 unless set.
    pub fn max_connections(mut self, connections: NonZeroUsize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// So long may nothing come and nothing be taken on a connection; 75 seconds unless set.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle = limit;
        self
    }

    /// Bounds what clients can take, in the place of all bounds that were set before.
    pub fn limits(self, limits: HttpLimits) -> Self {
        Self { limits, ..self }
    }

    /// Listens on an address; port 0 is any free one.
    ///
    /// # Errors
    /// If the system does not let it listen there, for instance because somebody else does.
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O and time on.
    pub fn bind(self, address: SocketAddr) -> Result<Prometheus, BindError> {
        Prometheus::serve(Exposition::new(self.rules), address, &self.path, self.limits)
    }

    /// What the endpoint shows, without an endpoint.
    pub fn exposition(self) -> Exposition {
        Exposition::new(self.rules)
    }
}
