//! [`Prometheus`]: an endpoint that Prometheus scrapes, and [`Exposition`], what it shows.

mod builder;
mod counters;
mod counts;
mod exposition;
mod registry;
mod text;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::body::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, VARY,
};
use hyper::{Method, Request, Response, StatusCode};
use metrix::{MElement, Sink, WriteError};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::BindError;
use crate::http_client::gzip;
use crate::http_server::{HttpLimits, HttpMeter, HttpServer, HttpStats};
use crate::prometheus_format::accepts_gzip;

pub use self::builder::PrometheusBuilder;
pub use self::counts::PrometheusCounts;
pub use self::exposition::Exposition;
pub use crate::prometheus_format::Format;

/// A sink that Prometheus reads: an HTTP endpoint that shows the last value of each series, in Prometheus' text format or in
/// OpenMetrics, as the client asks.
///
/// It answers from the moment when it is made, also before the first element has come. It has no TLS and no authentication:
/// everybody who can reach its address can read. To serve the same from a web server of your own, take an [`Exposition`].
///
/// # Windows, gauges and counters
///
/// An element tells of one window, and Prometheus looks whenever it likes: of windows of 10 s it misses every third if it
/// scrapes every 15 s, and sees every third twice if it scrapes every 6 s. For a mean or a percentile that does no harm: they are
/// *gauges*, and the last value is as good as the one before. But counts that are missed are lost. So the elements that
/// [`counters`](PrometheusBuilder::counters) names, `*.count` unless set, are added up over all windows, and shown as a *counter* with the
/// suffix `_total`: `rate(requests_count_total[5m])` is right however often Prometheus scrapes, but for what Prometheus itself can't see:
/// the first value of a new series, as it knows none before; the windows since the last scrape when metrix ends; and when it is started
/// anew, the last total, if the first one that is scraped then is not below it, as no reset is to be seen.
/// Add `*.sum` where the values are never negative; then the quotient of both rates is the mean over any time.
///
/// A gauge goes when no element has come for [`expiry`](PrometheusBuilder::expiry), 5 minutes unless set, or for twice the window of its last
/// element, if that is longer; a counter after [`counter_expiry`](PrometheusBuilder::counter_expiry), a day unless set, as what it has grown by would be lost
/// where it comes again. Times of elements are not shown: Prometheus takes the time of the scrape, and so can tell that a
/// series has gone.
///
/// # What is allowed
///
/// | of the element | becomes |
/// | --- | --- |
/// | an ASCII letter or digit, or `_`, in its name or a tag's name | itself |
/// | any other character there: a dot, a space, a colon (which is for recording rules), a letter that is not ASCII | `_` |
/// | a digit first in a name, or an empty name | gets `_` before it |
/// | several underscores first in a tag's name (`__` is for Prometheus itself) | one |
/// | tags whose names are equal after that | the last in the order of the names before; [counted](PrometheusCounts::merged_tags) |
/// | a tag `job` or `instance` | Prometheus makes it `exported_job` or `exported_instance`, unless it is told `honor_labels: true` |
/// | a tag with an empty value | left out, since that is the same to Prometheus |
/// | any text as a tag's value | itself, with `\`, `"` and line breaks escaped |
/// | series that are equal after that | one: the last value of a gauge, the sum of a counter; [counted](PrometheusCounts::collisions) |
/// | the name of a counter | gets `_total`, unless it has it |
/// | a gauge whose name is that of a counter without `_total`, or the other way round | the one that comes later is refused |
/// | the value of a gauge | itself, also one that is not finite |
/// | the value of a counter that is negative or not finite | refused |
/// | a series beyond [`max_series`](PrometheusBuilder::max_series) | refused |
/// | a name and tags of more than 8 KiB together | refused |
///
/// What is refused is named by the error of the write, while the rest of the batch is written.
///
/// # Delivery
///
/// A write is done when the values are in memory; whether anybody reads them it doesn't know. The values end with the
/// process, and the last ones before it closes may never be scraped: to keep each window, take `RemoteWrite`
/// (feature `remote_write`).
///
/// # Memory
///
/// About 150 bytes a series and its text, of at most `max_series`; while it is scraped, the whole text, for each client that it
/// is sent to. It is made for two clients at a time, however many ask.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::prometheus::Prometheus;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut sink = Prometheus::bind("127.0.0.1:0".parse()?)?; // any free port; or Prometheus::ADDRESS
/// for count in [3.0, 4.0] {
///     let element = |name, value| MElement::new(name, value, tags! { "page" => "/" }, Timestamp::EPOCH);
///     sink.write(&[element("requests.count", count), element("requests.mean", count / 2.0)]).await?;
/// }
///
/// let mut client = tokio::net::TcpStream::connect(sink.address()).await?;
/// client.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").await?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// let (_head, body) = answer.split_once("\r\n\r\n").unwrap();
/// assert_eq!(body, "\
/// ## HELP requests_count_total All values of requests.count, added up.
/// ## TYPE requests_count_total counter
/// requests_count_total{page=\"/\"} 7
/// ## HELP requests_mean The last value of requests.mean.
/// ## TYPE requests_mean gauge
/// requests_mean{page=\"/\"} 2
/// ");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Prometheus {
    exposition: Exposition,
    address: SocketAddr,
    meter: HttpMeter,
    server: Option<Running>,
}

/// A server that stops when this is dropped.
#[derive(Debug)]
struct Running {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<HttpStats>,
}

impl Prometheus {
    /// Where it listens unless told otherwise: on the loopback address, at the port that exporters of OpenTelemetry have, too.
    pub const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

    /// Listens on an address, and answers there at `/metrics`; port 0 is any free one.
    ///
    /// # Errors
    /// If the system does not let it listen there, for instance because somebody else does.
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O and time on.
    pub fn bind(address: SocketAddr) -> Result<Self, BindError> {
        Self::builder().bind(address)
    }

    /// The same with options.
    pub fn builder() -> PrometheusBuilder {
        PrometheusBuilder::new()
    }

    fn serve(exposition: Exposition, address: SocketAddr, path: &str, limits: HttpLimits) -> Result<Self, BindError> {
        let shown = exposition.clone();
        let renderings = Arc::new(Semaphore::new(RENDERINGS));
        let answer = move |request: Request<Bytes>| answer(shown.clone(), Arc::clone(&renderings), request);
        let server = HttpServer::bind(address)?.limits(limits).route(Method::GET, path, answer);
        let (address, meter) = (server.address(), server.meter());
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            // It is never sent, but dropped.
            _ = stopped.await;
        };
        let server = Some(Running { stop: Some(stop), task: tokio::spawn(server.serve(stopped)) });
        Ok(Self { exposition, address, meter, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it shows, to be shown elsewhere too.
    pub fn exposition(&self) -> Exposition {
        self.exposition.clone()
    }

    /// What it has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<PrometheusCounts> {
        self.exposition.counts()
    }

    /// What its clients have asked for.
    pub fn meter(&self) -> HttpMeter {
        self.meter.clone()
    }
}

impl Sink for Prometheus {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        self.exposition.write(batch).await
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.exposition.close().await?;
        if let Some(running) = &mut self.server {
            drop(running.stop.take());
            // It ends in any case; a panic in it has been reported.
            _ = (&mut running.task).await;
        }
        self.server = None;
        Ok(())
    }
}

/// So many clients at once get a text made for them; the others wait, since each text takes its memory and a thread.
const RENDERINGS: usize = 2;

async fn answer(exposition: Exposition, renderings: Arc<Semaphore>, request: Request<Bytes>) -> Response<Bytes> {
    let is = |name: HeaderName| joined(request.headers(), name);
    let (format, packs) = (Format::accepted(&is(ACCEPT)), accepts_gzip(&is(ACCEPT_ENCODING)));
    let turn = renderings.acquire_owned().await;
    // A hundred thousand series take some time.
    let body = spawn_blocking(move || {
        // It goes on when the client has hung up, so the next one's turn comes only when it is done.
        let _turn = turn;
        let text = exposition.render(format);
        if packs { gzip::pack(text.as_bytes()).into() } else { Bytes::from(text) }
    });
    let mut response = Response::new(Bytes::new());
    let Ok(body) = body.await else {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    *response.body_mut() = body;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    if packs {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// A header of which there may be several.
fn joined(headers: &HeaderMap, name: HeaderName) -> String {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    values.join(",")
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_client_that_hangs_up_keeps_its_turn_until_its_text_is_made() {
        let exposition = Exposition::builder().exposition();
        let renderings = Arc::new(Semaphore::new(1));
        let ask = || answer(exposition.clone(), Arc::clone(&renderings), Request::new(Bytes::new()));
        let held = exposition.while_held(|| {
            let mut asked = Box::pin(ask());
            assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            drop(asked);
            renderings.available_permits()
        });
        assert_eq!(held, 0);
        let minute = Duration::from_secs(60);
        assert_eq!(timeout(minute, ask()).await.unwrap().status(), StatusCode::OK);
        assert_eq!(renderings.available_permits(), 1);
    }
}
