//! [`RemoteWrite`]: elements to Prometheus, and to what else takes its remote-write.

mod message;
mod options;
mod outcome;
mod post;
mod round_search;
mod rounds;
mod search;
mod unsure;

use std::sync::Arc;
use std::time::Duration;

use metrix::{MElement, Sink, Tags, WriteError};
use tokio::time::Instant;

use self::outcome::Outcome;
use self::post::verdict;
use self::rounds::Rounds;
use self::search::Search;
use self::unsure::Unsure;
use super::HttpCounts;
use crate::AddressError;
use crate::http_client::{HttpClient, HttpUrl, Limits, Verdict};
use crate::request_headers::RequestHeaders;
use crate::sinks::refused::Refused;

pub use crate::request_headers::HeaderError;

/// A sink that sends elements to Prometheus, or to another server that takes its remote-write 1.0: VictoriaMetrics, Mimir,
/// Thanos, Cortex, InfluxDB.
///
/// It connects when there is something to write, and anew after the connection was lost. Each element is a sample: the
/// value of its window at the window's end, in milliseconds. So of counts, `sum_over_time` gives the total of a longer time; to have
/// counters that only grow, let Prometheus scrape [`Prometheus`](crate::sinks::prometheus::Prometheus).
///
/// # What is allowed
///
/// | of the element | becomes |
/// | --- | --- |
/// | an ASCII letter or digit, or `_`, in its name or a tag's name | itself |
/// | any other character there: a dot, a space, a colon (which is for recording rules), a letter that is not ASCII | `_` |
/// | a digit first in a name, or an empty name | gets `_` before it |
/// | several underscores first in a tag's name (`__` is for Prometheus itself) | one |
/// | tags whose names are equal after that | the last in the order of the names before; [counted](HttpCounts::merged_tags) |
/// | a tag with an empty value | left out, since that is the same to Prometheus |
/// | any text as a tag's value | itself |
/// | a tag that it lacks | the [default tag](Self::default_tags) |
/// | its time | rounded down to the millisecond |
/// | elements of one batch whose series and times are equal after that | the last; [counted](HttpCounts::collisions) |
/// | any value | itself; what is not finite, the server may leave out |
/// | a name and tags of more than 8 KiB together | refused |
///
/// # Delivery
///
/// Each request is confirmed, so what `Ok` says was written has been stored. A request has each series once, with its samples in the
/// order of time, and [`samples_per_request`](Self::samples_per_request) at most; requests go one after the other. What doesn't fit into the
/// [total time](Self::total_timeout) is left to the retry.
///
/// A server may have stored a request whose answer was lost, or that a coordinator gave up, and gets it again then. To Prometheus the newest
/// sample of a series is the same one again, and stores nothing twice; older ones are out of order, and are refused although they are there.
/// So where the newest one that may have been sent before is taken, and older ones of its series are refused, these count as written, also one
/// that is refused for another reason just then. A server that stores a part of a request that it refuses, as Thanos does, may have
/// samples that count as refused.
///
/// Prometheus draws the last sample of a series for 5 minutes, and is not told that a series has ended. So of windows that are longer, an
/// instant query finds nothing between two samples: ask for `last_over_time(...[1h])` there.
///
/// Prometheus refuses samples that are older than the last one of their series, or have the same time and another value; and with
/// one sample it refuses its whole request. So a request that is refused with 400, 409 or 422, or is too large (413), is sent again in halves,
/// and so on, until it is known which elements are refused: the others are written. Of n samples that takes 2n requests at most, and of several of
/// one series they go in their order: one by one as long as they are refused, then more and more. Where
/// 256 requests of samples of one time have been refused, and none taken, parts that are refused are no longer halved: all of a part count as refused.
///
/// InfluxDB 1 takes a backslash at the end of a tag's value for a mark of its own, and adds the tag that comes next to the value.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, hangs up, is slower than the
/// timeouts, or answers 429 or 5xx, which are those that the specification has tried again. A `Retry-After` is the error's [`pause`](WriteError::pause). Elements that are refused, by the table or
/// by any other answer of the server, 408 included, are not worth one, and the error has the server's words. Where both happen in one
/// batch, the error is worth a retry, has both positions, and the words of the failure alone; the retry tells them apart.
///
/// # Cancel safety
///
/// A write that is dropped can be followed by another one; the connection is dropped.
///
/// # Memory
///
/// The text of a batch's labels, one request, and at most 4 MiB of an answer.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```
/// use hyper::body::Bytes;
/// use hyper::{Method, Request, Response};
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::remote_write::RemoteWrite;
/// # use metrix_io::http_server::HttpServer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let take = async |request: Request<Bytes>| {
/// #     let body = snap::raw::Decoder::new().decompress_vec(request.body()).unwrap();
/// #     assert!(body.windows(13).any(|window| window == b"requests_mean"));
/// #     assert_eq!(request.headers()["x-prometheus-remote-write-version"], "0.1.0");
/// #     Response::new(Bytes::new())
/// # };
/// # let server = HttpServer::bind("127.0.0.1:0".parse()?)?.passes("snappy").route(Method::POST, "/api/v1/write", take);
/// # let address = server.address();
/// # tokio::spawn(server.serve(std::future::pending()));
/// let mut sink = RemoteWrite::new(&format!("http://{address}/api/v1/write"))?.default_tags(tags! { "job" => "metrix" });
/// let element = MElement::new("requests.mean", 12.5, tags! { "page" => "/" }, Timestamp::now());
/// sink.write(&[element]).await?;
/// assert_eq!(sink.counts().requests(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RemoteWrite {
    client: HttpClient,
    limits: Limits,
    total: Duration,
    headers: RequestHeaders,
    default_tags: Tags,
    samples_per_request: usize,
    counts: Arc<HttpCounts>,
    unsure: Unsure,
    is_closed: bool,
}

impl RemoteWrite {
    /// Posts to this URL, which may have a query: Prometheus' is `http://127.0.0.1:9090/api/v1/write`.
    ///
    /// # Errors
    /// If it is no `http` or `https` URL, or has a user or a password. That the server is there is seen at the first write.
    ///
    /// ```
    /// use metrix_io::sinks::remote_write::RemoteWrite;
    ///
    /// assert!(RemoteWrite::new("http://127.0.0.1:8086/api/v1/prom/write?db=metrix").is_ok());
    /// let error = RemoteWrite::new("127.0.0.1:9090").unwrap_err();
    /// assert!(error.to_string().starts_with("no remote_write server can be at \"127.0.0.1:9090\""));
    /// ```
    pub fn new(url: &str) -> Result<Self, AddressError> {
        let url = HttpUrl::parse_whole("remote_write", url, "http://127.0.0.1:9090/api/v1/write")?;
        let counts = Arc::<HttpCounts>::default();
        Ok(Self {
            client: HttpClient::new(url, counts.connection_count()),
            limits: Limits { connect: Duration::from_secs(5), exchange: Duration::from_secs(10) },
            // With the two others it stays below the coordinator's limit of 30 s for a write.
            total: Duration::from_secs(12),
            headers: RequestHeaders::default(),
            default_tags: Tags::NONE,
            samples_per_request: 2000,
            counts,
            unsure: Unsure::default(),
            is_closed: false,
        })
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<HttpCounts> {
        Arc::clone(&self.counts)
    }
}

impl Sink for RemoteWrite {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let mut refused = Refused::default();
        let (mut rounds, merged) = Rounds::new(batch, &self.default_tags, &mut refused);
        self.counts.merged(merged.tags, &merged.name);
        self.counts.collided(merged.elements);
        self.unsure.assume();
        let mut outcome = Outcome::new(batch, refused, &self.unsure);
        rounds.leave_out(|point| {
            let refusal = self.unsure.refusal(point);
            refusal.inspect(|refusal| outcome.refused_alone(point, refusal)).is_some()
        });
        let (begin, mut is_first) = (Instant::now(), true);
        let mut requests = rounds.requests(self.samples_per_request).into_iter();
        while let Some(whole) = requests.next() {
            let mut search = Search::new(whole, self.unsure.is_narrow);
            while let Some(parts) = search.next() {
                let (cause, pause) = match self.post_in_time(&parts, begin, is_first).await {
                    Ok(answer) => match verdict(&answer) {
                        Verdict::Taken => {
                            self.unsure.assume();
                            search.taken();
                            outcome.taken(&parts);
                            is_first = false;
                            continue;
                        }
                        Verdict::Refused => {
                            is_first = false;
                            self.refused(&answer, &parts, &mut search, &mut outcome);
                            continue;
                        }
                        Verdict::Retryable => (answer.said(None).into(), answer.retry_after()),
                    },
                    Err(cause) => (cause, None),
                };
                let unsent = parts.into_iter().flatten().chain(search.rest()).chain(requests.flatten().flatten());
                let unsent = unsent.flat_map(|point| &point.positions).copied();
                return Err(outcome.with_unsent(unsent, cause).after(pause));
            }
        }
        self.unsure.settle();
        outcome.into_result()
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        self.client.close();
        Ok(())
    }
}
