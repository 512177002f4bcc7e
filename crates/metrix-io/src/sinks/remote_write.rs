//! [`RemoteWrite`]: elements to Prometheus, and to what else takes its remote-write.

mod counts;
mod message;
mod options;
mod rounds;
mod search;

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use hyper::{Method, StatusCode};
use metrix::{MElement, Sink, Tags, WriteError};
use prost::Message;
use tokio::time::Instant;

use self::rounds::{Point, Rounds, message};
use self::search::Search;
use crate::AddressError;
use crate::http_client::{Answer, Fault, HttpClient, HttpUrl, Limits, Verdict};
use crate::request_headers::RequestHeaders;
use crate::sinks::refused::Refused;

pub use self::counts::RemoteWriteCounts;
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
/// | tags whose names are equal after that | the last in the order of the names before; [counted](RemoteWriteCounts::merged_tags) |
/// | a tag with an empty value | left out, since that is the same to Prometheus |
/// | any text as a tag's value | itself |
/// | a tag that it lacks | the [default tag](Self::default_tags) |
/// | its time | rounded down to the millisecond |
/// | elements of one batch whose series and times are equal after that | the last; [counted](RemoteWriteCounts::collisions) |
/// | any value | itself; what is not finite, the server may leave out |
/// | a name and tags of more than 8 KiB together | refused |
///
/// # Delivery
///
/// Each request is confirmed, so what `Ok` says was written has been stored. A request has one sample of a series at most,
/// as a server may have taken one that it hasn't answered for, and knows the last sample of a series when it comes again: to
/// Prometheus such a request that is repeated next is no error, and stores nothing twice. That is so for a request, not for a whole
/// batch of several windows: where a coordinator gives up a write in the middle and repeats all of it, samples that were stored are out of
/// order, and are refused although they are there. A batch of one window is one request, of
/// [`samples_per_request`](Self::samples_per_request) at most; one of several windows is as many, one after the other in the order of time:
/// a thousand windows of one series are a thousand requests. What doesn't fit into the [total time](Self::total_timeout) is left to the retry.
///
/// Prometheus draws the last sample of a series for 5 minutes, and is not told that a series has ended. So of windows that are longer, an
/// instant query finds nothing between two samples: ask for `last_over_time(...[1h])` there.
///
/// Prometheus refuses samples that are older than the last one of their series, or have the same time and another value; and with
/// one sample it refuses its whole request. So a request that is refused with 400, 409 or 422, or is too large (413), is sent again in halves,
/// and so on, until it is known which elements are refused: the others are written. Of n samples that takes 2n - 1 requests at most. Where
/// 256 of them have been refused, and none taken, parts that are refused are no longer halved: all of a part count as refused.
///
/// InfluxDB 1 takes a backslash at the end of a tag's value for a mark of its own, and adds the tag that comes next to the value.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, hangs up, is slower than the
/// timeouts, or answers 408, 429 or 5xx. Elements that are refused, by the table or by any other answer of the server, are
/// not worth one, and the error has the server's words. Where both happen in one batch, the error is worth a retry, has both
/// positions, and the words of the failure alone; the retry tells them apart.
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
    counts: Arc<RemoteWriteCounts>,
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
        let counts = Arc::<RemoteWriteCounts>::default();
        Ok(Self {
            client: HttpClient::new(url, counts.connection_count()),
            limits: Limits { connect: Duration::from_secs(5), exchange: Duration::from_secs(10) },
            // With the two others it stays below the coordinator's limit of 30 s for a write.
            total: Duration::from_secs(12),
            headers: RequestHeaders::default(),
            default_tags: Tags::NONE,
            samples_per_request: 2000,
            counts,
            is_closed: false,
        })
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<RemoteWriteCounts> {
        Arc::clone(&self.counts)
    }

    /// Posts unless the write has taken too long already; the first request of a write always has its chance.
    async fn post_in_time(&mut self, points: &[Point], begin: Instant, is_first: bool) -> Result<Answer, Fault> {
        if !is_first && begin.elapsed() >= self.total {
            return Err(format!("the write has more requests than fit into {:?}", self.total).into());
        }
        self.post(points).await
    }

    async fn post(&mut self, points: &[Point]) -> Result<Answer, Fault> {
        let body = snap::raw::Encoder::new().compress_vec(&message(points).encode_to_vec())?;
        let mut request = self
            .client
            .request(Method::POST, "")
            .header(CONTENT_ENCODING, "snappy")
            .header(CONTENT_TYPE, "application/x-protobuf")
            .header(USER_AGENT, concat!("metrix/", env!("CARGO_PKG_VERSION")))
            .header("x-prometheus-remote-write-version", "0.1.0")
            .body(Full::from(body))?;
        self.headers.add_to(request.headers_mut());
        let answer = self.client.send(request, self.limits).await?;
        self.counts.answered();
        Ok(answer)
    }
}

impl Sink for RemoteWrite {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let mut refused = Refused::default();
        let (rounds, merged) = Rounds::new(batch, &self.default_tags, &mut refused);
        self.counts.merged(merged);
        let (begin, mut is_first) = (Instant::now(), true);
        let mut requests = rounds.requests(self.samples_per_request).into_iter();
        while let Some(whole) = requests.next() {
            let mut search = Search::new(whole);
            while let Some(points) = search.next() {
                let cause = match self.post_in_time(points, begin, is_first).await {
                    Ok(answer) => match answer.verdict() {
                        Verdict::Taken => {
                            search.taken();
                            is_first = false;
                            continue;
                        }
                        Verdict::Refused => {
                            is_first = false;
                            if may_be_some(answer.status) && search.halve(points) {
                                continue;
                            }
                            for position in points.iter().flat_map(|point| &point.positions) {
                                refused.add(*position, &batch[*position].name, answer.said(None));
                            }
                            continue;
                        }
                        Verdict::Retryable => answer.said(None).into(),
                    },
                    Err(cause) => cause,
                };
                let unsent = points.iter().chain(search.rest()).chain(requests.flatten());
                return Err(refused.with_unsent(unsent.flat_map(|point| &point.positions).copied(), cause));
            }
        }
        refused.into_result(batch.len())
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        self.client.close();
        Ok(())
    }
}

/// Whether such a refusal may be of some samples only.
fn may_be_some(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST
            // Thanos says so of samples that are out of order, and stores the others.
            | StatusCode::CONFLICT
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY
    )
}
