//! [`OtlpServer`]: OTLP over gRPC or HTTP.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::Method;
use tokio::sync::Semaphore;

use super::answer::Form;
use super::cumulative::Cumulative;
use super::entrance::{Entrance, TURNS};
use super::rules::Rules;
use super::{Histograms, OtlpExports};
use crate::http_server::{HttpLimits, HttpMeter, HttpServer};
use crate::otlp::{HTTP_PATH, grpc};
use crate::sources::handover::Handover;
use crate::{BindError, Glob, Secret};

/// Takes OpenTelemetry's metrics in the place of a collector: the SDKs of all languages, and collectors, need no more than another
/// endpoint.
///
/// # What a point becomes
///
/// | point | readings |
/// | --- | --- |
/// | of a gauge | its value, a [gauge](crate::Kind::Gauge) |
/// | of a sum of deltas | its value, a [counter](crate::Kind::Counter), also if it may be negative |
/// | of a cumulative sum that is monotonic | by how much it has grown, a counter |
/// | of a cumulative sum that goes up and down | its value, a gauge |
/// | of a histogram | `.count` and `.sum`, as counters; of deltas `.min` and `.max`, as gauges; and its buckets, as [`Histograms`] says |
/// | of an exponential histogram | the same |
/// | of a summary | each quantile, a gauge with the tag `quantile`; `.count` and `.sum`, as by how much they have grown |
/// | one that says that no value was recorded | none |
///
/// A name has the suffix after it: `latency.count`. Unless told otherwise, buckets are [samples](crate::Kind::Sample) in the middle of each,
/// which stand for as many measurements as it has: percentiles of them are off by half a bucket at most, if its bounds are known.
/// `.count` and `.sum` are exact.
///
/// By how much a cumulative value has grown is told by the one before of the same resource, scope, metric and attributes. The first one
/// gives nothing, unless it began after this server did: then it gives all of it, so that of a client that starts later nothing is lost.
/// A later start, or a total below the last one, shows that it has begun anew. One whose start is its own time says that the true start is
/// not known: it gives nothing, and those after it give what came since. One that is no later than the last one gives
/// nothing, so that one that is sent twice is counted once. One that is later, but began before the last one, is rejected: two clients
/// send the same series, which have to be told apart by an attribute, such as `service.instance.id`. Two of the same start can't
/// be seen, and are counted wrongly.
///
/// Buckets of a cumulative exponential histogram are compared at the coarser of two scales. Where the bounds of another histogram
/// change, the buckets of that point give nothing. Buckets of all values stand at the mean of what came, if there are sums.
///
/// # Tags
///
/// Attributes of a point are its tags; of the resource, those are that [`resource_attributes`](Self::resource_attributes) names. Where both
/// have a name, that of the point holds. A string is itself, bytes are in base64, and all else is as JSON has it. The scope, the
/// description and exemplars are left out, and so is the [unit](Self::unit_tag) unless a tag is named for it.
///
/// # Answers
///
/// What was taken is confirmed, with how many points were rejected, and why the first was: those whose value is not finite, or has grown by
/// more than a number can be, that lack a value or a temporality, whose buckets don't fit their bounds, whose name and tags have more than
/// 64 KiB, whose bucket has more measurements than [`Reading::weight`](crate::Reading::weight) can have (4294967295), that overlap, or that
/// need more cumulative counters than [there may be](Self::max_counters). Of a histogram or a summary, sums that are not finite are left out.
/// A request that is no message is refused as a whole (400, `INVALID_ARGUMENT`), before anything of it is taken. 503 or `UNAVAILABLE` says
/// that nothing was taken, as what was sent before is not read fast enough; clients come again then. All of these have the form that OTLP
/// has for them. What else is bounded is told in [`HttpServer`].
///
/// A client that has not heard the answer may send the same again, and deltas are then counted twice.
///
/// # Memory
/// The bodies, as [`HttpLimits`] has them, and at the end of those of JSON what was made of them in their place (429 if there is no room).
/// While that is made, it takes up to 8 times the text, of two requests at a time and of those below 64 KiB. About 250 bytes for each
/// cumulative series, and 32 for each bucket of its last point; those that don't come for half an hour
/// to an hour are forgotten.
///
/// ```
/// use metrix_io::sources::otlp::OtlpServer;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = OtlpServer::http("127.0.0.1:0".parse()?)?; // any free port; or OtlpServer::HTTP_ADDRESS
/// let mut client = tokio::net::TcpStream::connect(server.address()).await?;
/// let mut exports = server.start();
/// let body = r#"{"resourceMetrics": [{"scopeMetrics": [{"metrics": [
///     {"name": "load", "gauge": {"dataPoints": [{"asDouble": 0.5, "timeUnixNano": "1700000000000000000"}]}}
/// ]}]}]}"#;
/// let head = "POST /v1/metrics HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length";
/// client.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
///
/// let mut export = exports.next().await.ok_or("it goes on")?;
/// let mut readings = Vec::new();
/// export.read(|read| readings.extend(read.map(|reading| (reading.name.to_string(), reading.value))));
/// assert_eq!(readings, [("load".to_owned(), 0.5)]);
/// export.confirm();
///
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// assert!(answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with("\r\n\r\n{}"));
/// # Ok(())
/// # }
/// ```
pub struct OtlpServer {
    server: HttpServer,
    is_grpc: bool,
    rules: Rules,
    token: Option<Secret>,
    patience: Duration,
    max_counters: usize,
}

impl OtlpServer {
    /// Where collectors listen for HTTP, but on the loopback address, to which only this machine can send.
    pub const HTTP_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4318);

    /// Listens on an address for what is posted to `/v1/metrics`, as protobuf or JSON; port 0 is any free one. Everybody who can reach the
    /// address can send, unless there is a [token](Self::token).
    ///
    /// # Errors
    /// If the system does not let it listen there, for instance because somebody else does.
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O and time on.
    pub fn http(address: SocketAddr) -> Result<Self, BindError> {
        Ok(Self::over(HttpServer::bind(address)?, false))
    }

    /// Where collectors listen for gRPC, but on the loopback address.
    pub const GRPC_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4317);

    /// Listens on an address for gRPC, otherwise as [`http`](Self::http) does.
    ///
    /// # Errors
    /// As those of [`http`](Self::http).
    ///
    /// # Panics
    /// As [`http`](Self::http) does.
    pub fn grpc(address: SocketAddr) -> Result<Self, BindError> {
        Ok(Self::over(HttpServer::bind(address)?.grpc(), true))
    }

    fn over(server: HttpServer, is_grpc: bool) -> Self {
        let (rules, patience) = (Rules::default(), Duration::from_secs(10));
        Self { server, is_grpc, rules, token: None, patience, max_counters: 200_000 }
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

    /// Makes tags of attributes of the resource that have these names, or match these patterns; at first of `service.name`,
    /// `service.namespace` and `service.instance.id`, which tell who sends it.
    #[must_use]
    pub fn resource_attributes<P: AsRef<str>>(mut self, names: impl IntoIterator<Item = P>) -> Self {
        self.rules.resource = names.into_iter().map(|name| Glob::new(name.as_ref())).collect();
        self
    }

    /// Gives readings of metrics that have a unit a tag of this name with it, unless a point has such an attribute.
    #[must_use]
    pub fn unit_tag(mut self, name: &str) -> Self {
        self.rules.unit_tag = Some(name.to_owned());
        self
    }

    /// Makes this of the buckets of histograms; at first [values](Histograms::Values).
    #[must_use]
    pub fn histograms(mut self, histograms: Histograms) -> Self {
        self.rules.histograms = histograms;
        self
    }

    /// Remembers so many counters of cumulative series at most; 200 000 unless set. A series is one, and each bucket that its last point had
    /// is one more; an exponential histogram has those alone that are not empty. Points that need more are rejected.
    #[must_use]
    pub fn max_counters(self, counters: NonZeroUsize) -> Self {
        Self { max_counters: counters.get(), ..self }
    }

    /// Takes requests of those alone who have this token, or this password. There is no TLS: it can be read on the way.
    #[must_use]
    pub fn token(self, token: Secret) -> Self {
        Self { token: Some(token), ..self }
    }

    /// Tells a client to come again if nobody begins to read what it sends for so long; 10 seconds unless set.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Begins to answer, in a task of its own.
    pub fn start(self) -> OtlpExports {
        let Self { server, is_grpc, rules, token, patience, max_counters } = self;
        let (handover, waiting) = Handover::new(patience);
        let cumulative = Arc::new(Mutex::new(Cumulative::new(max_counters)));
        let turns = Arc::new(Semaphore::new(TURNS));
        let entrance = Arc::new(Entrance { handover, rules: Arc::new(rules), cumulative, token, is_grpc, turns });
        let check = Arc::clone(&entrance);
        let server = server
            .check(move |head| check.check(head))
            .refusals(move |asked, status| {
                let form = if is_grpc { Some(Form::Grpc) } else { Form::of(asked.content_type) };
                form.unwrap_or(Form::Protobuf).refusal(status)
            })
            .route(Method::POST, if is_grpc { grpc::PATH } else { HTTP_PATH }, move |request| {
                let entrance = Arc::clone(&entrance);
                async move { entrance.export(request).await }
            });
        OtlpExports::start(server, waiting, |export| &export.reply)
    }
}

impl fmt::Debug for OtlpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, is_grpc: _, rules, token: _, patience, max_counters: _ } = self;
        let mut debug = f.debug_struct("OtlpServer");
        debug.field("server", server).field("rules", rules).field("patience", patience).finish_non_exhaustive()
    }
}
