//! [`Otlp`]: elements to what takes OpenTelemetry's metrics.

mod counts;
mod elements;
mod exchange;
mod options;
mod protocol;
mod shape;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use metrix::{MElement, Sink, Tags, WriteError, tags};
use tokio::time::Instant;

use self::elements::{Frame, Parts, message};
use self::exchange::Outcome;
use self::shape::Shapes;
use super::refused::Refused;
use crate::AddressError;
use crate::http_client::{Fault, HttpClient, HttpUrl, Limits};
use crate::otlp::answer::Partial;
use crate::request_headers::RequestHeaders;

pub use self::counts::OtlpCounts;
pub use self::protocol::Protocol;
pub use crate::request_headers::HeaderError;

/// A sink that sends elements to what takes OpenTelemetry's metrics: a collector, Prometheus, Mimir, or one of many services.
///
/// It connects when there is something to write, and anew after the connection was lost.
///
/// # What an element becomes
///
/// | element | becomes |
/// | --- | --- |
/// | one that [`counters`](Self::counters) names: `*.count` and `*.histogram` unless set | a point of a sum, of delta temporality and monotonic |
/// | one that [`sums`](Self::sums) names: `*.sum` unless set | the same, not monotonic, since values may be negative |
/// | any other: a mean, a percentile, a rate, a number of different values | a point of a gauge |
/// | its value | a double |
/// | its time | `time_unix_nano` |
/// | the start of its window | `start_time_unix_nano`; of a batch, which has none, that is left out, which says that it is not known |
/// | its tags | the point's attributes, as strings |
/// | an element of `histogram` | a point of a sum for each bound, with the attribute `le`: how many values of the window are at most that |
///
/// A delta is what one window adds, so those of several windows add up. What asks for cumulative sums, as Prometheus does, has to be told
/// to add up deltas, or needs a collector between that does so.
///
/// # What is allowed
///
/// | of the element | becomes |
/// | --- | --- |
/// | any text as its name, or as a tag's name or value | itself |
/// | an empty name, of it or of a tag | `_` |
/// | a tag without a name where there is one called `_` | left out; [counted](OtlpCounts::merged_tags) |
/// | elements of one batch of equal name, tags and time | as many points |
/// | a value that is not finite, of a gauge | itself |
/// | the same of a sum, or a negative one of a counter | refused |
/// | a time before 1970 | refused |
/// | a name and tags of more than 64 KiB together | refused |
///
/// # Delivery
///
/// Each request is confirmed. After a failure whose extent nobody knows, the same elements are sent again, and sums that had arrived
/// are then counted twice: OTLP has no mark by which a server could tell.
///
/// A server may take a request and reject some of its points. It says how many, and why, but not which. So as many elements as it has
/// rejected are refused with its words, the last ones of the request standing for those that are meant. They are not sent
/// again, as the specification has it. Where a later request of the same write fails, so that the error is about what is to be sent
/// again, they are not among that: they are [counted](OtlpCounts::rejected) and the first words of the server are logged, which is all
/// that is heard of them.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, hangs up, or is slower than the timeouts; over HTTP
/// if it answers 429, 502, 503 or 504; over gRPC if it answers `UNAVAILABLE`, `CANCELLED`, `DEADLINE_EXCEEDED`, `ABORTED`,
/// `OUT_OF_RANGE` or `DATA_LOSS`, or `RESOURCE_EXHAUSTED` with a `RetryInfo`: as the specification lists them. How long the server
/// wants to be left alone, by `Retry-After` or the `RetryInfo`, is the error's [`pause`](WriteError::pause). A request that is too large (413, or
/// `RESOURCE_EXHAUSTED` without a `RetryInfo`) is sent again in halves, down to single elements.
/// Elements that are refused, by the table or by any other answer of the server, are not worth a retry, and the error has the server's words.
/// Where both happen in one batch, the error is worth a retry, has both positions, and the words of the failure alone; the retry tells
/// them apart. What a server has rejected of a request that it took is not among them.
///
/// An answer that says that a request was taken, but can't be read, is [counted](OtlpCounts::unreadable), and the first is logged: whether
/// points were rejected is not known then, and they count as taken.
///
/// # Cancel safety
///
/// A write that is dropped can be followed by another one; the connection is dropped.
///
/// # Memory
///
/// One request, of about 2 MiB, as JSON up to six times that, and at most 4 MiB of an answer.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```
/// use hyper::body::Bytes;
/// use hyper::{Method, Request, Response};
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::otlp::{Otlp, Protocol};
/// # use metrix_io::http_server::HttpServer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let take = async |request: Request<Bytes>| {
/// #     let json = String::from_utf8(request.body().to_vec()).unwrap();
/// #     assert!(json.contains(r#""timeUnixNano":"60000000000","asDouble":3.0"#), "{json}");
/// #     Response::new(Bytes::new())
/// # };
/// # let server = HttpServer::bind("127.0.0.1:0".parse()?)?.route(Method::POST, "/v1/metrics", take);
/// # let url = format!("http://{}", server.address());
/// # tokio::spawn(server.serve(std::future::pending()));
/// // Protocol::HttpJson.url() is that of a collector on this machine.
/// let mut sink = Otlp::new(&url, Protocol::HttpJson)?.resource(tags! { "service.name" => "shop" });
/// let element = MElement::new("requests.count", 3.0, tags! { "page" => "/" }, Timestamp::from_secs(60));
/// sink.write(&[element.since(Timestamp::from_secs(50))]).await?;
/// assert_eq!(sink.counts().requests(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Otlp {
    client: HttpClient,
    protocol: Protocol,
    /// What is added to the URL.
    path: &'static str,
    limits: Limits,
    total: Duration,
    headers: RequestHeaders,
    gzip: bool,
    resource: Tags,
    shapes: Shapes,
    elements_per_request: usize,
    counts: Arc<OtlpCounts>,
    is_closed: bool,
}

impl Otlp {
    /// Sends to what listens at this URL: [`Protocol::url`] is where a collector on this machine does.
    ///
    /// Over HTTP, `/v1/metrics` is added to it, unless it ends so. Without a port it means that of `http` or `https`, as any URL.
    ///
    /// # Errors
    /// If it is no `http` or `https` URL, or has a user, a password or a query; or a path, where the protocol is gRPC. That the server
    /// is there is seen at the first write.
    ///
    /// ```
    /// use metrix_io::sinks::otlp::{Otlp, Protocol};
    ///
    /// assert!(Otlp::new("https://mimir.example.org/otlp", Protocol::HttpProtobuf).is_ok());
    /// assert!(Otlp::new("http://127.0.0.1:4318/v1/metrics", Protocol::HttpProtobuf).is_ok());
    /// let error = Otlp::new("127.0.0.1:4317", Protocol::Grpc).unwrap_err();
    /// assert!(error.to_string().starts_with("no otlp server can be at \"127.0.0.1:4317\""));
    /// assert!(Otlp::new("http://127.0.0.1:4317/path", Protocol::Grpc).is_err());
    /// ```
    pub fn new(url: &str, protocol: Protocol) -> Result<Self, AddressError> {
        let (port, suffix) = match protocol {
            Protocol::Grpc => (4317, ""),
            Protocol::HttpProtobuf | Protocol::HttpJson => (4318, protocol.path()),
        };
        let base = url.trim_end_matches('/');
        let address = HttpUrl::parse("otlp", base.strip_suffix(suffix).unwrap_or(base), port)?;
        if protocol == Protocol::Grpc && address.has_path() {
            return Err(AddressError::new(
                "otlp",
                url,
                format!("gRPC has no paths: leave it out, as in {:?}", protocol.url()),
            ));
        }
        let counts = Arc::<OtlpCounts>::default();
        let mut client = HttpClient::new(address, counts.connection_count());
        if protocol == Protocol::Grpc {
            client.set_http2();
        }
        Ok(Self {
            client,
            protocol,
            path: protocol.path(),
            limits: Limits { connect: Duration::from_secs(5), exchange: Duration::from_secs(10) },
            // With the two others it stays below the coordinator's limit of 30 s for a write.
            total: Duration::from_secs(12),
            headers: RequestHeaders::default(),
            gzip: false,
            resource: tags! { "service.name" => "metrix" },
            shapes: Shapes::default(),
            elements_per_request: 2000,
            counts,
            is_closed: false,
        })
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<OtlpCounts> {
        Arc::clone(&self.counts)
    }

    /// Posts the elements at these positions.
    async fn post_these(&mut self, batch: &[MElement], positions: &[usize]) -> Result<Outcome, Fault> {
        let frame = Frame { resource: &self.resource, shapes: &self.shapes };
        let (message, merged) = message(batch, positions, &frame);
        self.counts.merged(merged);
        self.post(message).await
    }

    /// Takes note of what a server has not taken of a request.
    fn note(&self, partial: &Partial, batch: &[MElement], positions: &[usize], refused: &mut Refused) {
        let Partial { rejected, message } = partial;
        let rejects = usize::try_from(*rejected).unwrap_or(usize::MAX).min(positions.len());
        let (all, words) = (positions.len(), crate::http_client::in_short(message));
        self.counts.rejects(rejects as u64, &words);
        if rejects == 0 {
            if !message.is_empty() {
                self.counts.warned(&words);
            }
            return;
        }
        for position in &positions[all - rejects..] {
            let reason = format!("the server has rejected {rejects} of {all} points, and says: {words:?}");
            refused.add(*position, &batch[*position].name, reason);
        }
    }
}

impl Sink for Otlp {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let (mut refused, mut rejected) = (Refused::default(), Refused::default());
        let parts = Parts::new(batch, &self.shapes, self.elements_per_request, &mut refused);
        let mut waiting = VecDeque::from(parts.0);
        let (begin, mut is_first) = (Instant::now(), true);
        while let Some(mut positions) = waiting.pop_front() {
            let outcome = match !is_first && begin.elapsed() >= self.total {
                true => Err(format!("the write has more requests than fit into {:?}", self.total).into()),
                false => self.post_these(batch, &positions).await,
            };
            is_first = false;
            let (cause, pause) = match outcome {
                Ok(Outcome::Taken(partial)) => {
                    self.note(&partial, batch, &positions, &mut rejected);
                    continue;
                }
                Ok(Outcome::TakenUnread) => continue,
                Ok(Outcome::TooLarge(_)) if positions.len() > 1 => {
                    let second = positions.split_off(positions.len() / 2);
                    waiting.push_front(second);
                    waiting.push_front(positions);
                    continue;
                }
                Ok(Outcome::TooLarge(words) | Outcome::Refused(words)) => {
                    for position in positions {
                        refused.add(position, &batch[position].name, &words);
                    }
                    continue;
                }
                Ok(Outcome::Retryable(words, pause)) => (words.into(), pause),
                Err(cause) => (cause, None),
            };
            // What a server has rejected it has taken note of, and stand-ins for it may have been taken: it is not for a retry.
            let unsent = positions.into_iter().chain(waiting.into_iter().flatten());
            return Err(refused.with_unsent(unsent, cause).after(pause));
        }
        refused.and(rejected).into_result(batch.len())
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        self.client.close();
        Ok(())
    }
}
